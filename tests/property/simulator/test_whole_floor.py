"""A rehearsal knows what a live floor knows: every event there is happens, and every command is carried out.

One short shift of `config/scenarios/full.toml`, in which all of it occurs, under the sample's law; every step
is judged against what must always hold, and every decision by the law's second reading.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import cast, get_args

import pytest

from benchmarks.year_audit import AuditedGate, Tally
from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.auditor import HouseLimits, Reading
from compliance_gate.book.shipped import sample_rulebook
from dialer.domain.attempt import Outcome
from dialer.domain.commands import Command, StoreNumberStatus
from dialer.domain.events import Event, EventQuarantined, PersonJoined, PersonParted
from dialer.domain.ids import InboundId
from dialer.domain.inbound import InboundRecord
from dialer.domain.ports import JournalEntry
from dialer.domain.record import AttemptRecord
from dialer.engine.engine import DialerEngine
from simulator.invariants import SETTLE_S, Watcher, judge_engine
from simulator.lead_book import LeadBook
from simulator.population import made_up
from simulator.rehearsal import CAMPAIGN, Rehearsal
from simulator.scenario_file import load_scenario
from simulator.streams import Streams

pytestmark = pytest.mark.slow

EVENTS = cast("tuple[type, ...]", get_args(Event))
COMMANDS = cast("tuple[type, ...]", get_args(Command))

NEVER_PRODUCED: dict[type, str] = {
    EventQuarantined: "the runtime's word on a defect of ours, at which a rehearsal stops instead",
    PersonJoined: "the made-up public has one record each: nobody has to say that two are one person's",
    PersonParted: "as `PersonJoined`",
}
"""Events that no rehearsal produces, each with its reason."""

CARRIED_OUT_BY_NOBODY: dict[type, str] = {
    StoreNumberStatus: "live and rehearsed, what is dead or wrong is read from the person's file",
}
"""Commands that no rehearsal carries out, each with its reason."""


@dataclass
class EventfulShift:
    """What one shift of the scenario left."""

    rehearsal: Rehearsal
    tally: Tally
    engine: DialerEngine
    watcher: Watcher
    events: Counter[type] = field(default_factory=Counter[type])
    commands: Counter[type] = field(default_factory=Counter[type])
    inbound: dict[InboundId, InboundRecord] = field(default_factory=dict[InboundId, InboundRecord])
    attempts: tuple[AttemptRecord, ...] = ()


def _work(seed: int) -> EventfulShift:
    scenario = load_scenario("full")
    people = made_up(
        scenario.population, persons=450, campaign=CAMPAIGN, streams=Streams(seed), now=1_773_162_000.0
    )
    book = LeadBook(leads=people.leads, persons=people.persons)
    reading = Reading(max_ring_s=scenario.campaign.ring_s, house=HouseLimits())
    gate = AuditedGate(
        ComplianceGate(sample_rulebook()), book, reading, judge_denied=0.2, chance=Streams(seed).stream("a")
    )
    watcher, engine = Watcher(), DialerEngine(gate)

    def watch(entry: JournalEntry) -> None:
        watcher.watch(entry)
        shift.events[type(entry.event)] += 1
        shift.commands.update(type(command) for command in entry.commands)

    rehearsal = Rehearsal(scenario=scenario, seed=seed, engine=engine, book=book, sink=watch)
    shift = EventfulShift(rehearsal, gate.tally, engine, watcher)
    gate.follow(rehearsal)
    watcher.follow(rehearsal)
    rehearsal.work()
    shift.attempts = rehearsal.result(rulebook="audited").attempts
    records = rehearsal.result(rulebook="audited").records
    shift.inbound = {record.call: record for record in records.inbound}
    rehearsal.world.run(rehearsal.world.now + SETTLE_S)
    return shift


LEAST_SHIFTS, MOST_SHIFTS = 2, 6
"""A join that loses its race is chance. Shifts are worked until everything happened once; a thing that six do
not bring is not rehearsed."""


RARE_OUTCOMES = {Outcome.OVERFLOWED, Outcome.NOT_ATTEMPTED, Outcome.UNKNOWN, Outcome.CANCELLED}


def _is_whole(shifts: list[EventfulShift]) -> bool:
    happened = {kind for shift in shifts for kind in (*shift.events, *shift.commands)}
    outcomes = {record.outcome for shift in shifts for record in shift.attempts}
    return happened >= {*EVENTS, *COMMANDS} - {*NEVER_PRODUCED} and outcomes >= RARE_OUTCOMES


@pytest.fixture(scope="module")
def shifts() -> tuple[EventfulShift, ...]:
    worked: list[EventfulShift] = []
    while len(worked) < LEAST_SHIFTS or (len(worked) < MOST_SHIFTS and not _is_whole(worked)):
        worked.append(_work(len(worked) + 1))
    return tuple(worked)


@pytest.fixture(params=range(LEAST_SHIFTS))
def shift(request: pytest.FixtureRequest, shifts: tuple[EventfulShift, ...]) -> EventfulShift:
    return shifts[cast("int", request.param)]


def test_every_event_happens_that_is_not_named_with_a_reason(shifts: tuple[EventfulShift, ...]) -> None:
    happened = {kind for shift in shifts for kind in shift.events}
    missing = {kind.__name__ for kind in EVENTS if kind not in happened}
    assert missing == {kind.__name__ for kind in NEVER_PRODUCED}


def test_every_command_is_given_and_carried_out_that_is_not_named_with_a_reason(
    shifts: tuple[EventfulShift, ...],
) -> None:
    given = {kind for shift in shifts for kind in shift.commands}
    assert {kind.__name__ for kind in COMMANDS if kind not in given} == set()
    floor = shifts[0].rehearsal
    carried_out = floor.world.handled() | floor.observer.takes
    missing = {kind.__name__ for kind in COMMANDS if kind not in carried_out}
    assert missing == {kind.__name__ for kind in CARRIED_OUT_BY_NOBODY}


def test_one_short_shift_has_nearly_all_of_it(shift: EventfulShift) -> None:
    """What a scenario asks for comes; a race may go the other way."""
    happened = sum(kind in shift.events for kind in EVENTS)
    assert happened >= len(EVENTS) - len(NEVER_PRODUCED) - 3


def test_nothing_is_left_behind_and_nothing_was_unlawful(shift: EventfulShift) -> None:
    shift.watcher.judge_end()
    judge_engine(shift.engine, shift.watcher)
    assert shift.tally.unlawful_calls == 0, shift.tally.examples
    assert shift.tally.allowed > 100


def test_what_is_special_to_a_live_floor_leaves_its_rows(shifts: tuple[EventfulShift, ...]) -> None:
    """Not only the events: the records say so, as a live floor's would."""
    attempts = [record for shift in shifts for record in shift.attempts]
    inbound = [record for shift in shifts for record in shift.inbound.values()]
    outcomes = {record.outcome for record in attempts}
    assert outcomes >= RARE_OUTCOMES
    assert any(record.recorded for record in attempts)
    assert {played.recording.value for record in attempts for played in record.played} >= {
        "abandonment_message",
        "recorded_notice",
        "voicemail_drop",
    }
    assert any(record.early_media for record in attempts)
    assert any(record.opted_out for record in inbound)
    assert any(record.unserved for record in inbound)
    assert any(record.person is not None and record.disposition is not None for record in inbound)
    assert any(not record.callers for record in inbound)


def test_the_same_seed_gives_the_same_eventful_shift(shift: EventfulShift) -> None:
    again = _work(shift.rehearsal.seed)
    assert again.attempts == shift.attempts
    assert again.inbound == shift.inbound
    assert again.events == shift.events
