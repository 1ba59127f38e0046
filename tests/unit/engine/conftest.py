"""A small floor around a real engine: a gate that a test tells what to deny, and short ways to say things."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

import pytest

from compliance_gate.asking.person_index import ContactRequest
from compliance_gate.call_handling import CallHandling
from compliance_gate.findings import Clearance, Finding, GateDecision, Recording, Statement, Verdict
from compliance_gate.request import Address, Debt, HistoryEntry, NumberOnFile, PersonFile
from compliance_gate.words import Mode, NumberKind, NumberRole, RequestKind
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.attempt import Outcome
from dialer.domain.campaign import CampaignSettings
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.ids import (
    AgentId,
    AttemptId,
    CampaignId,
    ClientId,
    DebtId,
    EndpointId,
    LeadId,
    NumberId,
    PersonId,
)
from dialer.domain.lead import LEAD, Lead, LeadMove, LeadState, Target
from dialer.engine.engine import DialerEngine
from pacing.policy import Json, LaunchDecision, PacingObservation, PacingSnapshot

START = 1_780_000_000.0  # a Thursday in May 2026, 20:26 UTC
CAMPAIGN = CampaignId("spring")
C = TypeVar("C")


@dataclass
class TestGate:
    """Denies the persons it is told to, and those who asked not to be called; clears everybody else.

    `wanting_agent`: who were abandoned lately, and may be called with an agent reserved only.
    `debts`: what its clearances are about; None = what was asked about. `retry_of`: by person, in place of
    `retry_after`.
    """

    __test__ = False

    denied: set[str] = field(default_factory=set[str])
    may_play: frozenset[Recording] = frozenset({Recording.ABANDONMENT_MESSAGE})
    retry_after: timedelta | None = timedelta(hours=1)
    asked: list[ContactRequest] = field(default_factory=list[ContactRequest])
    handling: CallHandling = CallHandling(shortest_ring_s=15.0)  # noqa: RUF009 - frozen
    wanting_agent: set[str] = field(default_factory=set[str])
    debts: tuple[str, ...] | None = None
    statements: tuple[Statement, ...] = ()
    retry_of: dict[str, timedelta | None] = field(default_factory=dict[str, "timedelta | None"])

    def evaluate(self, request: ContactRequest, *, at: datetime) -> GateDecision:
        self.asked.append(request)
        file = request.person.file
        stopped = any(
            r.type in (RequestKind.DO_NOT_CALL, RequestKind.STOP_CALLING)
            and (r.number is None or r.number == request.proposed.number)
            for r in file.requests
        )
        held = any(h.debts is None or set(h.debts) & set(request.proposed.debts or ()) for h in file.holds)
        if file.person in self.wanting_agent and request.proposed.mode is Mode.PREDICTIVE:
            finding = Finding("test-abandoned", Verdict.DENIED, "a test")
            retry = at + timedelta(days=3)
            return GateDecision(
                findings=(finding,), clearance=None, retry_at=retry, rulebook="test", wants_agent=True
            )
        if file.person in self.denied or stopped or held:
            finding = Finding("test-rule", Verdict.DENIED, "a test", (("person", file.person),))
            after = self.retry_of.get(file.person, self.retry_after)
            retry = at + after if after is not None else None
            return GateDecision(findings=(finding,), clearance=None, retry_at=retry, rulebook="test")
        clearance = Clearance(
            clearance=f"c{len(self.asked)}",
            person=file.person,
            number=request.proposed.number,
            debts=self.debts if self.debts is not None else request.proposed.debts or (),
            issued_at=at,
            expires_at=at + timedelta(seconds=5),
            rulebook="test",
            may_play=self.may_play,
            handling=self.handling,
            statements=self.statements,
        )
        finding = Finding("test-rule", Verdict.CLEARED, "a test")
        return GateDecision(findings=(finding,), clearance=clearance, retry_at=None, rulebook="test")


class Script:
    """A pacing policy that says what a test tells it to, once, and then nothing; keeps what it is shown."""

    def __init__(self) -> None:
        self.next: list[LaunchDecision] = []
        self.shown: list[PacingSnapshot] = []
        self.told: list[PacingObservation] = []

    def launch(self, launches: int) -> None:
        self.next.append(LaunchDecision(launches=launches, reason="as told"))

    def decide(self, snapshot: PacingSnapshot) -> LaunchDecision:
        self.shown.append(snapshot)
        return self.next.pop(0) if self.next else LaunchDecision(launches=0, reason="nothing was said")

    def observe(self, observation: PacingObservation) -> None:
        self.told.append(observation)

    def state(self) -> dict[str, Json]:
        return {}

    def restore(self, state: Mapping[str, Json]) -> None:
        del state


class Floor:
    """An engine with one campaign; `now` moves only when a test says so.

    script: decides in place of a real policy, where a test wants the decisions themselves.
    """

    def __init__(self, *, script: Script | None = None, **settings: object) -> None:
        self.gate = TestGate()
        self.engine = DialerEngine(self.gate, policies=None if script is None else lambda _s, _pool: script)
        self.now = START
        self.log: list[c.Command] = []
        self.leads: dict[LeadId, LeadState] = {}
        self.brought_twice: set[LeadId] = set()
        values: dict[str, object] = {"policy": "progressive", "time_zone": "America/New_York", **settings}
        self.settings = CampaignSettings(campaign=CAMPAIGN, client=ClientId("acme"), **values)  # pyright: ignore[reportArgumentType]
        self.send(e.CampaignConfigured(settings=self.settings))

    def send(self, event: e.Event, *, after: float = 0.0) -> tuple[c.Command, ...]:
        self.now += after
        out = self.engine.step(event, now=self.now)
        self.log.extend(out)
        self._walk_leads(event, out)
        return out

    def _walk_leads(self, event: e.Event, out: tuple[c.Command, ...]) -> None:
        """Whatever the engine says of a lead is a legal move of it, in every test.

        A store never brings a lead twice, nor one that the engine holds: of such a lead nothing is expected.
        """
        moves: list[tuple[LeadId, LeadMove]] = []
        if isinstance(event, e.LeadsFetched):
            for each in event.leads:
                if self.leads.get(each.lead) in (None, LeadState.RESTING, LeadState.CLOSED):
                    self.leads[each.lead] = LeadState.CLAIMED
                    moves.append((each.lead, LeadMove.BRING))
                else:
                    self.brought_twice.add(each.lead)
        for command in out:
            match command:
                case c.StoreAttempt() if command.record.attempt in self.engine.checkpoint().calls:
                    moves.append((command.record.lead, LeadMove.LAUNCH))
                case c.RestLead():
                    moves.append((command.lead, LeadMove.REST))
                case c.CloseLead():
                    moves.append((command.lead, LeadMove.CLOSE))
                case _:
                    pass
        for moved, move in moves:
            if moved not in self.brought_twice:
                self.leads[moved] = LEAD.move(self.leads[moved], move)

    def wait(self, seconds: float) -> tuple[c.Command, ...]:
        """Let time pass, waking the engine whenever it asked to be."""
        until = self.now + seconds
        out: list[c.Command] = []
        while (at := self.engine.next_wakeup()) is not None and at <= until:
            self.now = max(self.now, at)
            before = self.engine.next_wakeup()
            out += self.send(e.TimeReached())
            if self.engine.next_wakeup() == before and before is not None and before <= self.now:
                raise AssertionError("the engine asks to be woken at the same instant for ever")
        self.now = until
        out += self.send(e.TimeReached())
        return tuple(out)

    def start(self, *, agents: int = 2, leads: int = 20) -> None:
        self.send(e.CampaignStarted(campaign=CAMPAIGN))
        self.feed(leads)
        for i in range(agents):
            self.seat(f"agent{i}")
        self.wait(1.0)

    def seat(
        self, name: str, *, tags: tuple[str, ...] = (), ready: bool = True, shift_ends_at: float | None = None
    ) -> AgentId:
        agent = AgentId(name)
        self.send(
            e.AgentLoggedIn(
                agent=agent,
                campaign=CAMPAIGN,
                endpoint=EndpointId(f"sip-{name}"),
                tags=tags,
                shift_ends_at=shift_ends_at,
            )
        )
        if ready:
            self.send(e.AgentGotReady(agent=agent))
        return agent

    def feed(
        self, count: int, *, first: int = 0, history: tuple[HistoryEntry, ...] = (), **more: object
    ) -> None:
        refill = self.last(c.RefillHopper)
        leads = tuple(lead(i, **more) for i in range(first, first + count))
        self.send(
            e.LeadsFetched(
                campaign=CAMPAIGN,
                request=refill.request,
                as_of=refill.sequence,
                leads=leads,
                persons=tuple(replace(person(i), history=history) for i in range(first, first + count)),
                leads_left=10_000,
            )
        )

    def lead(self, i: int, **more: object) -> Lead:
        """The lead that `feed` would bring as its i-th."""
        return lead(i, **more)

    def person(self, i: int) -> PersonFile:
        """The file of the person of that lead."""
        return person(i)

    def all(self, kind: type[C]) -> list[C]:
        return [command for command in self.log if isinstance(command, kind)]

    def last(self, kind: type[C]) -> C:
        found = self.all(kind)
        assert found, f"no {kind.__name__} yet"
        return found[-1]

    def answer(self, attempt: AttemptId, *, after: float = 5.0) -> tuple[c.Command, ...]:
        self.send(e.CallRinging(attempt=attempt), after=after / 2)
        self.now += after / 2
        return self.send(e.CallAnswered(attempt=attempt, answered_at=self.now))

    def talk(self, attempt: AttemptId, *, seconds: float = 60.0) -> AgentId:
        """Answer, bridge and end a call; the agent is wrapping afterwards."""
        self.answer(attempt)
        bridge = self.last(c.Bridge)
        assert bridge.attempt == attempt
        self.send(e.CallBridged(attempt=attempt, agent=bridge.agent, bridged_at=self.now))
        self.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=seconds)
        return bridge.agent

    def dispose(self, attempt: AttemptId, agent: AgentId, kind: DispositionKind, **more: object) -> None:
        disposition = Disposition(kind=kind, **more)  # pyright: ignore[reportArgumentType]
        self.send(e.DispositionRecorded(agent=agent, attempt=attempt, disposition=disposition), after=10.0)


def lead(i: int, **more: object) -> Lead:
    values: dict[str, object] = {
        "targets": (Target(person=PersonId(f"p{i}"), number=NumberId(f"n{i}"), answer_segment="mobile"),),
        **more,
    }
    return Lead(lead=LeadId(f"l{i:04d}"), campaign=CAMPAIGN, debt=DebtId(f"d{i}"), **values)  # pyright: ignore[reportArgumentType]


def person(i: int) -> PersonFile:
    return PersonFile(
        person=f"p{i}",
        addresses=(Address(country="US", region="NY", zones=frozenset({"America/New_York"})),),
        numbers=(
            NumberOnFile(
                number=f"n{i}",
                kind=NumberKind.MOBILE,
                role=NumberRole.OWN,
                zones=frozenset({"America/New_York"}),
                country="US",
            ),
        ),
        debts=(Debt(debt=f"d{i}"),),
    )


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def make_floor() -> Callable[..., Floor]:
    return Floor


@pytest.fixture
def floor() -> Floor:
    """Two agents ready, twenty leads in the hopper, one line per agent."""
    made = Floor()
    made.start()
    return made
