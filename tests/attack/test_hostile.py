"""Hostile clients beside a floor at work; at length in `python -m benchmarks.hostile`."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.hostile import run_steps


@pytest.mark.slow
@pytest.mark.deep
def test_nobody_who_was_protected_is_called_whatever_else_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dose: Callable[[int, int], int]
) -> None:
    """The floor lives, answers nothing with 5xx, and remembers every wish that it accepted."""
    monkeypatch.chdir(tmp_path)
    steps = dose(300, 1_500)
    found = asyncio.run(run_steps(tmp_path, steps=steps, seed=7, persons=300))
    assert found.faults == []
    assert found.steps == steps
    assert found.protected > 30
    assert found.asked >= found.protected / 2
    assert {"200", "401", "403", "404", "409", "422"} <= found.statuses.keys()
    assert found.rung > 0
