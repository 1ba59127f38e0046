"""The engine in charge is stopped, and wakes when another has taken over: it rings nobody, and ends."""

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from benchmarks.failover import Trial, batches_of, failover_rounds, totals
from benchmarks.kill_rounds import compare
from benchmarks.own_network import may_own_networks
from benchmarks.postgres_restarts import server_programs
from dialer import clock

T = TypeVar("T")


@pytest.mark.postgres
@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(400)
def test_a_standby_takes_over_and_nobody_is_rung_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped, then killed; at length, and with the wire to the store cut, in `benchmarks/failover.py`."""
    if server_programs() is None:
        pytest.skip("no PostgreSQL server program is installed")
    monkeypatch.setenv("FAIRDIAL_KEYS", str(tmp_path / "keys"))
    found = failover_rounds(tmp_path / "floor", 2, ways=("stop", "kill"))
    assert found["trouble"] == []
    assert (found["rounds"], found["by_itself"], found["late_rings"]) == (2, 1, 0)
    assert not any(found["faults"].values())
    assert found["rings"] > 0


@pytest.mark.postgres
@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(400)
def test_the_cable_of_the_engine_in_charge_is_pulled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody tells it that it is cut off: the other rings, and it ends when it hears again."""
    if server_programs() is None:
        pytest.skip("no PostgreSQL server program is installed")
    if not may_own_networks():
        pytest.skip("no network namespaces can be made: run as root, with iproute2")
    monkeypatch.setenv("FAIRDIAL_KEYS", str(tmp_path / "keys"))
    found = failover_rounds(tmp_path / "floor", 1, ways=("netns",))
    assert found["trouble"] == []
    assert (found["rounds"], found["by_itself"], found["late_rings"]) == (1, 1, 0)
    assert not any(found["faults"].values())


@pytest.mark.postgres
@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(400)
def test_an_engine_that_stood_still_while_it_started_is_overtaken_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Starved at its first start: the other takes its term; it ends, is started again, and rounds go on."""
    programs = server_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server program is installed")
    monkeypatch.setenv("FAIRDIAL_KEYS", str(tmp_path / "keys"))
    folder = tmp_path / "floor"
    with Trial(folder, programs, seed=1) as trial:
        starts = until(
            lambda: [one for one in trial.engines if "in charge from now on" in one.said.read_text()]
        )[0]
        assert starts.process is not None
        starts.process.send_signal(signal.SIGSTOP)
        other = next(one for one in trial.engines if one is not starts)
        until(lambda: "in charge from now on" in other.said.read_text())
        starts.process.send_signal(signal.SIGCONT)
        assert starts.ended(30.0)
        assert "another engine" in starts.said.read_text()
        trial.round("kill")
        trial.come_to_rest()
        for engine in trial.engines:
            assert engine.process is not None
            engine.process.send_signal(signal.SIGTERM)
            assert engine.ended(60.0)
        compared = compare(folder, trial.server.address)
    # Twice, where the other found the one that stood still at the people of the very first start.
    assert trial.found.again in (1, 2)
    assert not trial.found.trouble
    assert not compared.faults
    assert compared.rings > 0


def until(what: Callable[[], T], most_s: float = 120.0) -> T:
    """What is asked for again and again, as soon as it is there."""
    over = clock.monotonic_now() + most_s
    while not (found := what()):
        assert clock.monotonic_now() < over, f"it did not come in {most_s:g} s"
        time.sleep(0.02)
    return found


def report(rounds: int, **changes: object) -> dict[str, object]:
    """Of a batch."""
    named = ("rings", "acknowledged_dispositions", "acknowledged_opt_outs", "late_rings")
    spans = {"in_charge": {"worst_s": 4.0}, "first_ring": {"worst_s": 5.5}}
    whole = {"rounds": rounds, **dict.fromkeys(named, 3), "ways": {"kill": rounds}, **spans}
    return {**whole, "faults": {"double_dial": 0}, "trouble": [], **changes}


def test_batches_that_were_done_are_counted_and_not_done_again(tmp_path: Path) -> None:
    """Of the same seed."""
    into = tmp_path / "batches.jsonl"
    assert batches_of(into, 1) == []
    lines = [{"seed": 1, "first": 0, **report(20)}, {"seed": 2, "first": 0, **report(20)}]
    lines.append(
        {"seed": 1, "first": 20, **report(5, ways={"kill": 3, "cut": 2}, in_charge={"worst_s": 9.0})}
    )
    into.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    found = totals(batches_of(into, 1))
    assert (found["batches"], found["rounds"], found["rings"]) == (2, 25, 6)
    assert found["ways"] == {"cut": 2, "kill": 23}
    assert (found["in_charge_worst_s"], found["first_ring_worst_s"]) == (9.0, 5.5)
    assert found["faults"] == {"double_dial": 0}
