"""People who call us: after a message, after calls they missed, out of the blue."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from compliance_gate.findings import Clearance
from compliance_gate.request import PersonFile
from dialer.domain.attempt import Outcome
from dialer.domain.campaign import DetectionMode
from dialer.domain.commands import Command, Originate
from dialer.domain.disposition import DispositionKind
from dialer.domain.events import Event, InboundArrived, InboundIdentified, TimeReached
from dialer.domain.ids import AttemptId, NumberId, PersonId
from dialer.domain.record import instant
from simulator.actors.callers import CallBack, CallBacks, Callers, Conduct
from simulator.durations import constant
from simulator.lead_book import LeadBook
from simulator.people import Answerer, Behaviour, MadeUpPublic
from simulator.plans import CallersPlan
from simulator.population import made_up
from simulator.rehearsal import CAMPAIGN
from simulator.scenario import NumbersPlan, PopulationPlan, Scenario
from simulator.streams import Streams
from simulator.telephone_network import TelephoneNetwork
from simulator.world import World
from telephony.lines.line import Line
from telephony.lines.watching import Unwatched

START = 1_770_000_000.0
ENDS = START + 3600.0
PLAN = CallersPlan(after_message=0.25, after_missed_call=0.4, missed_again=0.5, delay=constant(seconds=600.0))
MANY = 400


@dataclass
class Front:
    """A floor that hears who calls, and does nothing about it."""

    plan: CallersPlan = PLAN
    numbers: NumbersPlan = field(default_factory=NumbersPlan)
    heard: list[tuple[float, Event]] = field(default_factory=list[tuple[float, Event]])
    was_ignored: bool = False

    def __post_init__(self) -> None:
        scenario = Scenario(name="front", callers=self.plan, numbers=self.numbers)
        self.streams = Streams(7)
        people = made_up(
            PopulationPlan(shared=0.5), persons=MANY, campaign=CAMPAIGN, streams=self.streams, now=START
        )
        self.book = LeadBook(leads=people.leads, persons=people.persons)
        self.public = MadeUpPublic(scenario=scenario, streams=self.streams, book=self.book, starts_at=START)
        self.memory = CallBacks()
        self.world = World(engine=self, starts_at=START)
        self.callers = Callers(
            world=self.world,
            scenario=scenario,
            streams=self.streams,
            public=self.public,
            book=self.book,
            memory=self.memory,
            ends_at=ENDS,
        )
        self.network = TelephoneNetwork(
            world=self.world,
            plan=scenario.network,
            public=self.public,
            floor=Unwatched(),
            chance=self.streams.stream("network"),
        )
        self.callers.open(self.network, START)

    def step(self, event: Event, *, now: float) -> tuple[Command, ...]:
        self.heard.append((now, event))
        return ()

    def next_wakeup(self) -> float | None:
        return None

    def files(self) -> Iterator[PersonFile]:
        return self.book.files()

    def end(self, outcome: Outcome, *, answerer: Answerer | None = None, message: bool = False) -> int:
        """A call to everybody ends so; returns how many of them mean to call back."""
        before = self.callers.called_in
        for file in self.files():
            self.callers.over(_line(file, answerer, message), outcome, self.world.now)
        self.world.run(self.world.now + 601.0)
        return self.callers.called_in - before


def _line(file: PersonFile, answerer: Answerer | None, message: bool) -> Line:
    person, number = PersonId(file.person), NumberId(file.numbers[0].number)
    clearance = Clearance(
        clearance="c",
        person=person,
        number=number,
        debts=(),
        issued_at=instant(START),
        expires_at=instant(START + 5.0),
        rulebook="r",
        may_play=frozenset(),
    )
    order = Originate(
        attempt=AttemptId("a1"),
        campaign=CAMPAIGN,
        person=person,
        number=number,
        clearance=clearance,
        caller_id="+12025550100",
        ring_s=22.0,
        answer_limit_s=2.0,
        detection=DetectionMode.OFF,
    )
    behaviour = Behaviour((0.5,) * 16)
    behaviour.answerer = answerer
    behaviour.disposition = DispositionKind.MESSAGE_LEFT if message else DispositionKind.MACHINE
    line = Line(order, behaviour, "", START)
    line.joined_at = START if answerer is Answerer.VOICEMAIL else 0.0
    return line


def test_a_share_of_those_who_heard_our_message_calls_back() -> None:
    front = Front()
    called = front.end(Outcome.CONNECTED, answerer=Answerer.VOICEMAIL, message=True)
    assert called == pytest.approx(0.25 * MANY, abs=3 * 8.7)
    again = front.end(Outcome.CONNECTED, answerer=Answerer.VOICEMAIL, message=True)
    assert again == pytest.approx(0.25 * MANY, abs=3 * 8.7)


def test_every_further_missed_call_brings_fewer() -> None:
    """Whether nobody answered or a machine that got no message: .4, then .2, then .1 of everybody."""
    front = Front()
    shares = [
        front.end(Outcome.NO_ANSWER) / MANY,
        front.end(Outcome.CONNECTED, answerer=Answerer.VOICEMAIL) / MANY,
        front.end(Outcome.CANCELLED) / MANY,
    ]
    assert shares == pytest.approx([0.4, 0.2, 0.1], abs=0.07)


@pytest.mark.parametrize(
    ("outcome", "answerer"),
    [(Outcome.BUSY, None), (Outcome.CONNECTED, Answerer.PERSON), (Outcome.CARRIER_FAILURE, None)],
)
def test_who_talked_to_us_or_was_never_rung_does_not_call_back(
    outcome: Outcome, answerer: Answerer | None
) -> None:
    assert Front().end(outcome, answerer=answerer) == 0


def test_whom_no_agent_came_for_may_call_back() -> None:
    plan = CallersPlan(after_abandonment=1.0, delay=constant(seconds=600.0))
    assert Front(plan).end(Outcome.ABANDONED, answerer=Answerer.PERSON) == MANY
    assert Front(plan).end(Outcome.ABANDONED, answerer=Answerer.VOICEMAIL) == 0


def test_nobody_calls_back_from_a_number_that_is_nobody_s() -> None:
    assert Front(numbers=NumbersPlan(announcement=1.0)).end(Outcome.NO_ANSWER) == 0


def test_a_call_back_comes_after_its_delay_to_the_number_that_was_shown() -> None:
    front = Front(replace(PLAN, after_missed_call=1.0))
    front.end(Outcome.NO_ANSWER)
    arrivals = [(at, event) for at, event in front.heard if isinstance(event, InboundArrived)]
    assert {at for at, _ in arrivals} == {START + 600.0}
    assert {event.dialed for _, event in arrivals} == {"+12025550100"}


def test_who_may_be_calling_is_told_a_moment_later_by_the_number_on_file() -> None:
    """Everybody who has it; for a shared telephone that is more than one."""
    front = Front(replace(PLAN, after_missed_call=1.0))
    front.end(Outcome.NO_ANSWER)
    found = [event for _, event in front.heard if isinstance(event, InboundIdentified)]
    assert len(found) == MANY
    assert {len(event.callers) > 1 for event in found} == {True, False}
    for event in found:
        having = {file.person for file in front.files() if event.number in {n.number for n in file.numbers}}
        assert {caller.person for caller in event.callers} == having


def test_strangers_and_withheld_numbers_are_nobody_on_file() -> None:
    front = Front(CallersPlan(strangers_per_hour=200.0, withheld=0.5))
    front.world.run(ENDS)
    found = [event for _, event in front.heard if isinstance(event, InboundIdentified)]
    assert len(found) == 200
    assert all(event.callers == () for event in found)
    assert sum(event.number is None for event in found) == pytest.approx(100, abs=22)


@pytest.mark.parametrize(("right_party", "talks"), [(1.0, MANY), (0.0, 0)])
def test_a_call_back_from_a_right_number_is_the_debtor_s_or_somebody_else_s(
    right_party: float, talks: int
) -> None:
    front = Front(replace(PLAN, after_missed_call=1.0, right_party=right_party))
    met: list[Conduct] = []
    call_in = front.network.call_in

    def listen(*, number: str | None, dialed: str, behaviour: Conduct) -> None:
        met.append(behaviour)
        call_in(number=number, dialed=dialed, behaviour=behaviour)

    front.network.call_in = listen  # type: ignore[method-assign, assignment]
    front.end(Outcome.NO_ANSWER)
    assert sum(one.disposition is not DispositionKind.THIRD_PARTY for one in met) == talks
    assert all(one.person is not None for one in met)


def test_who_would_call_after_the_shift_calls_in_a_later_one_unless_it_was_at_night() -> None:
    memory = CallBacks()
    for at in (START - 1.0, START, ENDS, ENDS + 1.0):
        memory.mean(CallBack(at=at, person="p", number="n", nth=1, dialed=""))
    assert [call.at for call in memory.due(ENDS)] == [START - 1.0, START, ENDS]
    assert [call.at for call in memory.due(ENDS + 1.0)] == [ENDS + 1.0]
    front = Front(replace(PLAN, delay=constant(seconds=7200.0), after_missed_call=1.0))
    assert front.end(Outcome.NO_ANSWER) == 0
    assert len(front.memory.due(START + 7200.0)) == MANY


def test_nothing_is_planned_for_people_who_do_not_call() -> None:
    front = Front(CallersPlan())
    front.world.run(ENDS)
    assert [event for _, event in front.heard if not isinstance(event, TimeReached)] == []
