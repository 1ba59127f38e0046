"""Households whose people share a line, in two campaigns of one floor, with a store that answers late.

Whatever happens, in whatever order: a line is never called twice within five minutes, an abandoned line rests
for three days unless a collector is held, a line that somebody asked us to leave alone is left alone, and
whenever the gate is asked about anybody, their file holds every call that was made to one of their lines.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from random import Random

import pytest
from floors import Floor, lead, person
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.asking.person_index import ContactRequest, PreparedPerson
from compliance_gate.book.shipped import sample_rulebook
from compliance_gate.findings import GateDecision, Layer
from compliance_gate.request import NumberOnFile, PersonFile, PersonRequest, on_line
from compliance_gate.words import NumberRole, RequestKind
from dialer.casework.facts import requested
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.attempt import Outcome
from dialer.domain.campaign import CampaignSettings
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.errors import FairdialError
from dialer.domain.facts import FactChange
from dialer.domain.ids import AgentId, AttemptId, CampaignId, ClientId, EndpointId, NumberId, PersonId
from dialer.domain.lead import Lead, Target
from dialer.domain.record import AttemptRecord, entry_of, instant
from dialer.engine.engine import DialerEngine
from simulator.lead_book import LeadBook

SPRING, SUMMER = CampaignId("spring"), CampaignId("summer")
PEOPLE = 8
"""Two of them share each line `s0`, `s1`, ...; the one is called by one campaign, the other by the other."""
MOST_AT_ONCE, MOST_TURNS = 10, 12
APART_S, RESTS_S = 300.0, 259_200.0
RULEBOOK = sample_rulebook()

Move = tuple[str, int, float]
MOVES = (
    "answer", "answer", "bridge", "bridge", "time out", "end", "end", "end", "fail", "refuse", "dispose",
    "dispose", "ready", "ready", "deliver", "deliver", "deliver", "stop the line", "rest", "rest",
)  # fmt: skip
WAITS = (0.0, 0.0, 1.0, 5.0)
RESTS = (20.0, 240.0, 280.0, 295.0, 300.0, 3_600.0, 10_800.0, 86_400.0)
moves = st.lists(
    st.tuples(st.sampled_from(MOVES), st.integers(0, 7), st.sampled_from(WAITS)), min_size=20, max_size=120
)
_UNANSWERED = (Outcome.NO_ANSWER, Outcome.NO_ANSWER, Outcome.BUSY)
_SAID = tuple(
    Disposition(kind=kind)
    for kind in (DispositionKind.NO_COMMITMENT, DispositionKind.WRONG_NUMBER, DispositionKind.MACHINE)
)


def shared(i: int) -> NumberId:
    """The line of the household of person `i`."""
    return NumberId(f"s{i // 2}")


def neighbour(i: int) -> PersonFile:
    """Person `i`, with a line of their own and the household's."""
    file: PersonFile = person(i)
    (own,) = file.numbers[:1]
    home: NumberOnFile = replace(own, number=shared(i), role=NumberRole.SHARED)
    return replace(file, numbers=(own, home))


def lead_of(i: int) -> Lead:
    """On even people spring calls, on odd ones summer; the household's line comes first."""
    numbers = (shared(i), NumberId(f"n{i}"))
    targets = tuple(Target(person=PersonId(f"p{i}"), number=number) for number in numbers)
    made: Lead = lead(i, targets=targets)
    return replace(made, campaign=SUMMER if i % 2 else SPRING)


class Listening(ComplianceGate):
    """The house's policy; and what was on the file of whoever was asked about."""

    def __init__(self) -> None:
        super().__init__(RULEBOOK, layers={Layer.HOUSE})
        self.world: Household | None = None

    def evaluate(self, request: ContactRequest, *, at: datetime, with_retry: bool = True) -> GateDecision:
        assert self.world is not None
        self.world.knows_the_lines(request.person.file)
        return super().evaluate(request, at=at, with_retry=with_retry)


class Household(Floor):
    """A floor of two campaigns, its store, and everything that was called on each line."""

    now: float
    log: list[c.Command]
    settings: CampaignSettings
    engine: DialerEngine

    def __init__(self) -> None:
        self.calls: dict[AttemptId, AttemptRecord] = {}
        self.late: list[e.LeadsFetched] = []
        self.closed: set[NumberId] = set()
        self.book = LeadBook(
            leads=[lead_of(i) for i in range(PEOPLE)], persons=[neighbour(i) for i in range(PEOPLE)]
        )
        book = self.book
        self.written: dict[type, Callable[..., None]] = {
            c.StoreRequest: book.write,
            c.StoreConsent: book.write,
            c.StoreHold: book.write,
            c.StoreNumberRequest: book.write,
            c.StoreConversation: book.write,
            c.RestLead: book.rest,
            c.RestLeads: book.rest_leads,
            c.CloseLead: book.close,
            c.CloseLeads: book.close_leads,
        }
        super().__init__(  # pyright: ignore[reportUnknownMemberType] - the unit tests' floor, found by path
            policy="fixed_ratio",
            policy_parameters={"lines_per_agent": 3.0},
            abandonment_limit=1.0,
            max_passes=1_000,
        )
        listening = Listening()
        listening.world = self
        self.engine = DialerEngine(listening)
        other = replace(self.settings, campaign=SUMMER, client=ClientId("shop"))
        for each in (self.settings, other):
            self.send(e.CampaignConfigured(settings=each))
            self.send(e.CampaignStarted(campaign=each.campaign))
        for place, campaign in enumerate((SPRING, SPRING, SUMMER, SUMMER)):
            agent = AgentId(f"agent{place}")
            seat = EndpointId(f"sip-{place}")
            self.send(e.AgentLoggedIn(agent=agent, campaign=campaign, endpoint=seat))
            self.send(e.AgentGotReady(agent=agent))
        while self.late:
            self.deliver()

    def send(self, event: e.Event, *, after: float = 0.0) -> tuple[c.Command, ...]:
        """Step, and let the store write down what it is told."""
        self.now += after
        out = self.engine.step(event, now=self.now)
        self.log.extend(out)
        for command in out:
            self.write(command)
        return out

    def wait(self, seconds: float) -> tuple[c.Command, ...]:
        """Let time pass; two campaigns may both have something to do at one instant, one step each."""
        until, steps = self.now + seconds, 0
        out: list[c.Command] = []
        while (at := self.engine.next_wakeup()) is not None and at <= until:
            steps = steps + 1 if at <= self.now else 0
            assert steps < MOST_AT_ONCE, "the engine asks to be woken at the same instant for ever"
            self.now = max(self.now, at)
            out += self.send(e.TimeReached())
        self.now = until
        return (*out, *self.send(e.TimeReached()))

    def write(self, command: c.Command) -> None:
        """What the store does with what it is told."""
        if isinstance(command, c.StoreAttempt | c.StoreOutcome):
            self.keep(command.record)
        elif isinstance(command, c.RefillHopper):
            self.late.append(self.book.fetch(command, now=self.now))
        elif isinstance(command, c.Originate):
            self.may_ring(command)
        elif type(command) in self.written:
            self.written[type(command)](command)

    def keep(self, record: AttemptRecord) -> None:
        """An attempt as it stands; of one that reached no telephone nothing is kept."""
        self.book.write_attempt(record)
        if record.outcome is Outcome.NOT_ATTEMPTED:
            self.calls.pop(record.attempt, None)
        else:
            self.calls[record.attempt] = record

    def deliver(self) -> None:
        """The store's oldest answer arrives, with the facts of when it was asked."""
        self.send(self.late.pop(0))

    def may_ring(self, order: c.Originate) -> None:
        """What must hold of every call: the line had its rest, whoever it rang for."""
        assert order.number not in self.closed
        held = order.reserved_agent is not None or self.calls[order.attempt].guaranteed
        for record in self.calls.values():
            if record.number != order.number or record.attempt == order.attempt:
                continue
            since = self.now - record.launched_at
            assert since >= APART_S, f"{order.number} rings again after {since} s"
            abandoned = record.outcome is Outcome.ABANDONED and record.disposition is None
            assert held or not abandoned or since >= RESTS_S, f"{order.number} was abandoned {since} s ago"

    def knows_the_lines(self, file: PersonFile) -> None:
        """Every call to one of their lines that is over is on file, theirs or another's, and what came of it.

        While it goes on nobody else is called on the line, which is locked.
        """
        lines = {number.number for number in file.numbers}
        in_hand = self.engine.checkpoint().calls
        own = {entry.entry: entry for entry in file.history}
        others = {entry.entry: entry for entry in file.line_history}
        for record in self.calls.values():
            if record.number not in lines or record.ended_at is None:
                continue
            entry = entry_of(record)
            assert entry is not None
            if record.person == file.person:
                assert own.get(entry.entry) is not None, f"{file.person} lacks {entry.entry}"
                continue
            told = on_line(entry)
            assert told is not None
            known = others.get(told.entry)
            assert known is not None, f"{file.person} was not told of {told.entry} on {told.number}"
            assert known.at == told.at
            assert record.attempt in in_hand or known == told, f"{file.person} was told {known}, not {told}"

    def event_of(self, move: Move, *, of: AttemptId | None = None) -> e.Event | None:
        """What the move means now; None = nothing. `of`: which call is meant, instead of the pick's."""
        name, pick, _wait = move
        state = self.engine.checkpoint()
        names = sorted(state.calls)
        if name == "stop the line":
            return self.stop(pick)
        if name == "ready":
            return e.AgentGotReady(agent=AgentId(f"agent{pick % 4}"))
        if not names and of is None:
            return None
        attempt = names[pick % len(names)] if of is None else of
        row = state.calls.get(attempt)
        held = None if row is None else row.agent
        agent = held or AgentId(f"agent{pick % 4}")
        asked = [each for each in self.all(c.Bridge) if each.attempt == attempt]
        to = asked[-1].agent if asked else agent
        table: dict[str, e.Event] = {
            "answer": e.CallAnswered(attempt=attempt, answered_at=self.now),
            "bridge": e.CallBridged(attempt=attempt, agent=to, bridged_at=self.now),
            "time out": e.CallTimedOut(attempt=attempt, message_played=True),
            "end": e.CallEnded(attempt=attempt, outcome=_UNANSWERED[pick % 3]),
            "fail": e.CallEnded(attempt=attempt, outcome=tuple(Outcome)[pick]),
            "refuse": e.CallNotAttempted(attempt=attempt, reason="test"),
            "dispose": e.DispositionRecorded(
                agent=agent, attempt=attempt, disposition=_SAID[pick % len(_SAID)]
            ),
        }
        return table.get(name)

    def settle(self, pick: int) -> None:
        """Calls end and others begin until nothing is left to call; everybody is ready again."""
        for turn in range(MOST_TURNS):
            while self.late:
                self.deliver()
            for place, attempt in enumerate(sorted(self.engine.checkpoint().calls)):
                abandoned = ("answer", "time out") if (pick + turn + place) % 5 == 0 else ()
                for name in (*abandoned, "end", "dispose"):
                    event = self.event_of((name, pick + turn + place, 0.0), of=attempt)
                    assert event is not None
                    self.take(event)
            for place in range(4):
                self.take(e.AgentGotReady(agent=AgentId(f"agent{place}")))
            if not self.late and not self.engine.checkpoint().calls:
                return
            self.wait(11.0)

    def take(self, event: e.Event) -> None:
        """What the engine refuses did not happen."""
        with suppress(FairdialError):
            self.send(event)

    def stop(self, pick: int) -> e.Event | None:
        """Somebody of a household asks us to leave its line alone; rarely, or nothing would be left."""
        if pick != 0:
            return None
        number = shared(2 * (len(self.log) % (PEOPLE // 2)))
        self.closed.add(number)
        person = PersonId(f"p{2 * int(number[1:])}")
        request = PersonRequest(at=instant(self.now), type=RequestKind.STOP_NUMBER, number=number)
        self.book.learn(requested(person, request))  # what comes from outside is stored before it is told
        return e.RequestReceived(person=person, request=request)


def play(floor: Household, plan: list[Move]) -> None:
    """Let the moves happen; what the engine refuses did not."""
    for move in plan:
        if move[0] == "rest":
            floor.settle(move[1])
        floor.wait(RESTS[move[1]] if move[0] == "rest" else move[2])
        if move[0] == "deliver":
            if floor.late:
                floor.deliver()
            continue
        event = floor.event_of(move)
        if event is not None:
            floor.take(event)


@pytest.mark.deep
@settings(settings.get_profile("some"), suppress_health_check=[HealthCheck.too_slow])
@given(plan=moves)
def test_a_shared_line_is_one_line_whatever_happens(plan: list[Move]) -> None:
    play(Household(), plan)


def _plans() -> Iterator[list[Move]]:
    """Plans that are the same every day."""
    for seed in range(8):
        draw = Random(seed)
        yield [(draw.choice(MOVES), draw.randrange(8), draw.choice(WAITS)) for _ in range(100)]


def _play_all() -> None:
    for plan in _plans():
        play(Household(), plan)


def test_such_histories_have_lines_that_ring_for_several_and_are_abandoned() -> None:
    """What must hold is asked of something."""
    calls: list[AttemptRecord] = []
    shared_lines = 0
    for plan in _plans():
        floor = Household()
        play(floor, plan)
        calls += floor.calls.values()
        people: dict[str, set[str]] = {}
        for call in floor.calls.values():
            people.setdefault(call.number, set()).add(call.person)
        shared_lines += sum(len(each) > 1 for each in people.values())
    outcomes = {call.outcome for call in calls}
    assert {Outcome.NO_ANSWER, Outcome.ABANDONED, Outcome.BUSY, Outcome.UNKNOWN} <= outcomes
    assert {call.campaign for call in calls} == {SPRING, SUMMER}
    assert shared_lines > 0
    assert any(call.guaranteed for call in calls)


def test_an_engine_that_tells_nobody_else_on_the_line_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(change: FactChange) -> None:
        del change

    monkeypatch.setattr(FactChange, "news_for_line", nothing)
    with pytest.raises(AssertionError, match="was not told of"):
        _play_all()


def test_a_gate_that_is_blind_to_others_on_the_line_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = ComplianceGate.evaluate

    def blind(
        gate: ComplianceGate, request: ContactRequest, *, at: datetime, with_retry: bool = True
    ) -> GateDecision:
        alone = PreparedPerson(replace(request.person.file, line_history=()))
        return seen(gate, replace(request, person=alone), at=at, with_retry=with_retry)

    monkeypatch.setattr(ComplianceGate, "evaluate", blind)
    with pytest.raises(AssertionError, match="rings again after"):
        _play_all()
