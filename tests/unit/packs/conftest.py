"""Lets the tests of this folder import what they share: a store that has lived through some days."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
