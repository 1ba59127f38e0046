"""Lets the attacks share how a floor is served, and the loop whose time is no real time."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "telephony"))
