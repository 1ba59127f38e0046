"""Lets the tests of this folder import what they share: packs made account by account, and made-up stores."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
