"""Why pacing dialed as it did: minutes of a journal, and chances held against what came."""

import json
import math
from collections import Counter
from pathlib import Path

import pytest

from dialer.cli import run
from dialer.domain.commands import Hangup, HangupReason, StorePacing
from dialer.floor.rehearsed import RehearsedShift, ShiftOrder, rehearse
from dialer.floor.scenarios import scenario_named
from dialer.floor.stores import prepare_folder, rehearsal_store
from dialer.inquiry.pacing_why import (
    BY_GUARD,
    BY_PACING,
    EDGES,
    NO_HEADROOM,
    Expected,
    Why,
    binding_of,
    why,
)
from dialer.storage.journal.file import JournalReader
from pacing.policy import LaunchDecision


def nothing(_: int) -> None:
    """Nobody is told how far it is."""


@pytest.fixture(scope="module")
def shift(tmp_path_factory: pytest.TempPathFactory) -> RehearsedShift:
    """Six minutes of today's floor."""
    folder = tmp_path_factory.mktemp("why") / "collections"
    prepare_folder(folder)
    with rehearsal_store(folder) as store:
        order = ShiftOrder(scenario=scenario_named("collections"), seed=1, agents=6, hours=0.1)
        return rehearse(order, folder=folder, store=store)


@pytest.fixture(scope="module")
def found(shift: RehearsedShift) -> Why:
    """The pacing of that shift."""
    return why(shift.folder, progress=nothing)


def test_its_minutes_are_those_of_the_journal(found: Why, shift: RehearsedShift) -> None:
    """Launches, what was taken back, and what was abandoned: minute by minute as recorded."""
    launched: Counter[float] = Counter()
    taken_back = 0
    for entry in JournalReader(shift.journal):
        for command in entry.commands:
            if isinstance(command, StorePacing):
                launched[math.floor(entry.now / 60.0) * 60.0] += command.launched
            elif isinstance(command, Hangup) and command.reason is HangupReason.GUARD:
                taken_back += 1
    assert {each.at: each.launches for each in found.minutes if each.launches} == +launched
    assert sum(each.cancelled for each in found.minutes) == taken_back
    assert sum(each.abandoned for each in found.minutes) == sum(
        row.abandoned is True for row in shift.records.attempts
    )
    assert [each.at for each in found.minutes] == sorted({each.at for each in found.minutes})
    assert found.decided_otherwise == 0
    assert found.partial is None


def test_what_was_expected_stands_beside_what_came(found: Why) -> None:
    calls = sum(each.of for each in found.live)
    assert calls == sum(each.of for each in found.answers) == sum(each.live.of for each in found.minutes) > 30
    assert sum(each.came for each in found.live) == sum(each.live.came for each in found.minutes)
    for place, each in enumerate(found.answers):
        if each.of:
            assert EDGES[place] <= each.expected / each.of < EDGES[place + 1]
    assert 0.0 < sum(each.late for each in found.minutes) < calls
    for minute in found.minutes:
        assert sum(minute.binding.values()) == minute.decisions
        assert not any(char.isdigit() for char in minute.most_binding)  # words, never a sentence of one call


def test_several_minutes_are_told_together(shift: RehearsedShift, found: Why) -> None:
    thirds = why(shift.folder, every=5, progress=nothing)
    assert 1 <= len(thirds.minutes) <= 3 < len(found.minutes)
    assert sum(each.launches for each in thirds.minutes) == sum(each.launches for each in found.minutes)
    assert all(each.at % 300.0 == 0.0 for each in thirds.minutes)


@pytest.mark.parametrize(
    ("came", "is_off"),
    [(3, True), (4, False), (10, False), (16, False), (17, True)],
)
def test_what_chance_alone_hardly_brings_is_marked(came: int, is_off: bool) -> None:
    """Of 100 calls at 10 %, 95 of 100 times 10 come and 5.9 more or fewer, half for whole calls."""
    row = Expected()
    for call in range(100):
        row.add(0.1, came=call < came)
    assert row.expected == pytest.approx(10.0)
    assert row.is_off is is_off


def test_what_bound_a_decision() -> None:
    def bound(reason: str = "x.", **terms: float) -> str:
        return binding_of(LaunchDecision(launches=0, reason=reason, terms=terms))

    assert bound(threshold=0.1) == BY_PACING
    assert bound(threshold=0.1, guard_headroom=2.0, guard_risk=0.001) == BY_GUARD
    assert bound(threshold=0.1, guard_headroom=0.4) == NO_HEADROOM
    assert bound("No agents, no calls.") == "No agents, no calls"


def test_the_command_tells_a_person_and_a_program(
    shift: RehearsedShift, found: Why, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["pacing", "why", str(shift.journal), "--every", "5"]) == 0
    told = capsys.readouterr().out
    assert "held by" in told
    assert f"{found.decisions:,} decisions" in told
    assert "Chances of a person, and what came" in told
    assert run(["pacing", "why", str(shift.folder), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [each["launches"] for each in answer["minutes"]] == [each.launches for each in found.minutes]
    assert sum(each["came"] for each in answer["calibration"]["live"]) == sum(e.came for e in found.live)


def test_no_journal_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["pacing", "why", str(tmp_path / "none.jsonl")]) == 1
    assert "Traceback" not in capsys.readouterr().err
