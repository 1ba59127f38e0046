"""Hostile clients beside a floor at work; at length in `python -m benchmarks.hostile`."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks.hostile import Client, Found, Oracle, People, Sending, run_steps

PERSONS = tuple((f"p-{place}", f"n-{place}", f"d-{place}", f"l-{place}") for place in range(20))


@pytest.mark.timeout(20)
def test_there_is_something_to_send_when_everybody_is_protected() -> None:
    """Edits and consents are about people whom nothing protects; where nobody is left, others are sent."""
    oracle = Oracle(Found(seed=1))
    for person, *_ in PERSONS:
        oracle.accepted(Sending("POST", "/api/facts/requests", person=person, why="stop_calling"))
    floor: Any = SimpleNamespace(snapshot=lambda: SimpleNamespace(agents=()))
    described: Any = {"paths": {"/api/facts/consents": {"post": {}}}, "components": {"schemas": {}}}
    client = Client(Random(1), People(PERSONS), oracle, floor, described)
    sent = [each for _ in range(500) for each in client.next()]
    assert len(sent) > 400
    assert not any(each.path.endswith("consents") for each in sent)


@pytest.mark.slow
@pytest.mark.deep
def test_nobody_who_was_protected_is_called_whatever_else_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dose: Callable[[int, int], int]
) -> None:
    """The floor lives, answers nothing with 5xx, and remembers every wish that it accepted."""
    monkeypatch.chdir(tmp_path)
    steps, persons = dose(300, 5_000), dose(300, 3_000)  # so many that some are left to be called in the end
    found = asyncio.run(run_steps(tmp_path, steps=steps, seed=7, persons=persons))
    assert found.faults == []
    assert found.steps == steps
    assert found.protected > 30
    assert found.asked >= found.protected / 2
    assert {"200", "401", "403", "404", "409", "422"} <= found.statuses.keys()
    assert found.rung > 0
