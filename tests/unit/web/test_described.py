"""The description that pages are built against: told where it cannot be made, and by whose fault."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[3] / "scripts" / "build_pages.py"


@pytest.fixture
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_pages", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_without_what_the_dialer_needs_nothing_is_described(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wheel is built where none of it is installed."""
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    assert script.describe() is False


@pytest.mark.parametrize("is_there", [False, True])
def test_a_fault_of_the_dialer_s_own_is_told_and_builds_nothing(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, *, is_there: bool
) -> None:
    """A module of it that is not there, and one without what is wanted of it."""
    broken = ModuleType("dialer.web.application") if is_there else None
    monkeypatch.setitem(sys.modules, "dialer.web.application", broken)
    with pytest.raises(script.BuildError, match="own code cannot be imported"):
        script.describe()
