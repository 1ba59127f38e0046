"""The floor of the unit tests, for histories that nobody planned."""

import importlib.util
from pathlib import Path

_SOURCE = Path(__file__).parents[2] / "unit" / "engine" / "conftest.py"
_spec = importlib.util.spec_from_file_location("engine_floor", _SOURCE)
assert _spec is not None
assert _spec.loader is not None
engine_floor = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(engine_floor)

make_floor = engine_floor.make_floor
