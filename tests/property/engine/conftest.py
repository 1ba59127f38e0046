"""Makes the helpers beside the tests importable, and hands out the floor of the unit tests."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from floors import Floor


@pytest.fixture
def make_floor() -> Callable[..., Any]:
    return Floor
