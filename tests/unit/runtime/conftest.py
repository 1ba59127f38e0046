"""Fakes around the runtime: a store in memory that can be broken, a clock that a test moves, a scripted
telephone system."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from compliance_gate.asking.person_index import ContactRequest
from compliance_gate.findings import Clearance, Finding, GateDecision, Recording, Verdict
from compliance_gate.request import Address, Debt, NumberOnFile, PersonFile
from compliance_gate.words import NumberKind, NumberRole, RequestKind
from dialer.domain.campaign import CampaignSettings
from dialer.domain.commands import Command, Originate, RefillHopper
from dialer.domain.errors import StoreUnavailableError, TelephoneSystemUnavailableError
from dialer.domain.events import (
    AgentGotReady,
    AgentLoggedIn,
    CampaignConfigured,
    CampaignStarted,
    Event,
    LeadsFetched,
    NetworkLost,
    NetworkReconciled,
)
from dialer.domain.ids import (
    AgentId,
    CampaignId,
    ClientId,
    DebtId,
    EndpointId,
    LeadId,
    NumberId,
    PersonId,
)
from dialer.domain.lead import Lead, Target
from dialer.domain.ports import JournalEntry, TelephoneCommand
from dialer.engine.engine import DialerEngine
from dialer.engine.state import EngineState
from dialer.runtime.floor import Floor
from dialer.runtime.recovery import Checkpoint, Recovered, recover
from dialer.runtime.settings import RuntimeSettings
from dialer.storage.journal.rows import skipped_in

START = 1_780_000_000.0
CAMPAIGN = CampaignId("spring")
PATIENCE_S = 120.0
"""Most real seconds to wait for anything; a test that works waits milliseconds."""


class OpenGate:
    """Clears everybody who has asked for nothing; for tests."""

    def __init__(self) -> None:
        self.asked = 0

    def evaluate(self, request: ContactRequest, *, at: datetime) -> GateDecision:
        self.asked += 1
        file = request.person.file
        if any(row.type in (RequestKind.DO_NOT_CALL, RequestKind.STOP_CALLING) for row in file.requests):
            finding = Finding("test-rule", Verdict.DENIED, "a test")
            return GateDecision(findings=(finding,), clearance=None, retry_at=None, rulebook="test")
        clearance = Clearance(
            clearance=f"{file.person}|{at.timestamp()}",
            person=file.person,
            number=request.proposed.number,
            debts=request.proposed.debts or (),
            issued_at=at,
            expires_at=at + timedelta(seconds=5),
            rulebook="test",
            may_play=frozenset({Recording.ABANDONMENT_MESSAGE}),
        )
        finding = Finding("test-rule", Verdict.CLEARED, "a test")
        return GateDecision(findings=(finding,), clearance=clearance, retry_at=None, rulebook="test")


@dataclass
class MovedClock:
    """Shows what a test says; `pass_` moves both clocks, `step` the wall clock alone."""

    wall: float = START
    steady: float = 1000.0
    factor: float = 1.0

    def posix(self) -> float:
        return self.wall

    def monotonic(self) -> float:
        return self.steady

    def pass_(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds

    def step(self, seconds: float) -> None:
        self.wall += seconds


@dataclass
class MemoryStore:
    """Journal, leads and checkpoints in memory. `broken` makes commits fail; `gate` holds them up."""

    leads: int = 50
    entries: list[JournalEntry] = field(default_factory=list[JournalEntry])
    commits: int = 0
    checkpoints: list[Checkpoint] = field(default_factory=list[Checkpoint])
    broken: str | None = None
    gate: asyncio.Event | None = None
    numbers_gone: bool = False
    given: int = 0

    async def append(self, entries: Sequence[JournalEntry]) -> None:
        if self.gate is not None:
            await self.gate.wait()
        await asyncio.sleep(0)
        if self.broken is not None:
            raise StoreUnavailableError(self.broken)
        self.entries.extend(entries)
        self.commits += 1

    async def save(self, *, sequence: int, data: bytes) -> None:
        assert self.entries[-1].sequence >= sequence, "the journal comes first"
        self.checkpoints.append(Checkpoint(sequence=sequence, data=data))

    async def fetch(self, command: RefillHopper) -> LeadsFetched:
        first, self.given = self.given, min(self.given + command.wanted, self.leads)
        places = range(first, self.given)
        return LeadsFetched(
            campaign=command.campaign,
            request=command.request,
            as_of=command.sequence,
            leads=tuple(lead(place) for place in places),
            persons=tuple(person(place) for place in places),
            leads_left=self.leads - self.given,
        )

    async def dial_numbers(self, numbers: Sequence[NumberId]) -> Mapping[NumberId, str]:
        return {} if self.numbers_gone else {number: f"+1{number[1:]:0>10}" for number in numbers}

    def commands(self) -> list[Command]:
        return [command for entry in self.entries for command in entry.commands]

    def events(self) -> list[Event]:
        return [entry.event for entry in self.entries]


@dataclass
class ScriptedNetwork:
    """Takes orders and says what a test tells it to say."""

    performed: list[TelephoneCommand] = field(default_factory=list[TelephoneCommand])
    dialed: list[str | None] = field(default_factory=list[str | None])
    is_down: bool = False
    starts: int = 0
    living: NetworkReconciled = field(
        default_factory=lambda: NetworkReconciled(live=(), talking={}, agents=())
    )
    said: asyncio.Queue[Event] = field(default_factory=asyncio.Queue[Event])
    before_perform: Callable[[TelephoneCommand], Awaitable[None]] | None = None

    async def start(self) -> None:
        self.starts += 1
        if self.is_down:
            raise TelephoneSystemUnavailableError("down")

    async def perform(self, command: TelephoneCommand, *, dial: str | None = None) -> None:
        if self.before_perform is not None:
            await self.before_perform(command)
        if self.is_down:
            raise TelephoneSystemUnavailableError("down")
        self.performed.append(command)
        self.dialed.append(dial)

    async def events(self) -> AsyncIterator[Event]:
        while True:
            event = await self.said.get()
            yield event
            if isinstance(event, NetworkLost) and not event.box:
                return

    async def reconcile(self) -> NetworkReconciled:
        return self.living

    async def stop(self) -> None:
        pass

    def originates(self) -> list[Originate]:
        return [command for command in self.performed if isinstance(command, Originate)]


def lead(place: int) -> Lead:
    return Lead(
        lead=LeadId(f"l{place:04d}"),
        campaign=CAMPAIGN,
        debt=DebtId(f"d{place}"),
        targets=(Target(person=PersonId(f"p{place}"), number=NumberId(f"n{place}")),),
    )


def person(place: int) -> PersonFile:
    zones = frozenset({"America/New_York"})
    return PersonFile(
        person=f"p{place}",
        addresses=(Address(country="US", region="NY", zones=zones),),
        numbers=(
            NumberOnFile(
                number=f"n{place}", kind=NumberKind.MOBILE, role=NumberRole.OWN, zones=zones, country="US"
            ),
        ),
        debts=(Debt(debt=f"d{place}"),),
    )


def same(entry: JournalEntry, again: JournalEntry) -> str | None:
    return None if entry == again else f"{entry} became {again}"


@dataclass
class World:
    """A floor and all around it; `restart` makes the next process on the same store."""

    store: MemoryStore = field(default_factory=MemoryStore)
    network: ScriptedNetwork = field(default_factory=ScriptedNetwork)
    clock: MovedClock = field(default_factory=MovedClock)
    settings: RuntimeSettings = field(
        default_factory=lambda: RuntimeSettings(back_off_s=(0.001, 0.002), drain_s=0.2, checkpoint_s=1e9)
    )
    generation: int = 0
    policy: str = "progressive"
    wrap_up_limit_s: float | None = None
    gate: OpenGate = field(default_factory=OpenGate)
    make: Callable[[EngineState], DialerEngine] | None = None
    """Of the engines of later starts; None = the product's own."""
    check: Callable[[JournalEntry], None] | None = None
    alarms: list[str] = field(default_factory=list[str])

    def rebuild(self) -> Recovered:
        self.generation += 1
        checkpoint = self.store.checkpoints[-1] if self.store.checkpoints else None
        first = 0 if checkpoint is None else checkpoint.sequence
        entries = self.store.entries[first:]
        return recover(
            self.gate,
            generation=self.generation,
            checkpoint=checkpoint,
            entries=entries,
            difference=same,
            skipped=skipped_in(entries),
            make=self.make,
        )

    def floor(self) -> Floor:
        return Floor(
            recovered=self.rebuild(),
            store=self.store,
            network=self.network,
            clock=self.clock,
            settings=self.settings,
            on_alarm=lambda alarm: self.alarms.append(alarm.text),
            check=self.check,
        )

    async def open(self, floor: Floor, *, agents: int = 2) -> None:
        """A campaign at work and agents who are ready."""
        settings = CampaignSettings(
            campaign=CAMPAIGN,
            client=ClientId("acme"),
            policy=self.policy,
            wrap_up_limit_s=self.wrap_up_limit_s,
        )
        await floor.submit(CampaignConfigured(settings=settings))
        await floor.submit(CampaignStarted(campaign=CAMPAIGN))
        for place in range(agents):
            agent = AgentId(f"agent{place}")
            await floor.submit(
                AgentLoggedIn(agent=agent, campaign=CAMPAIGN, endpoint=EndpointId(f"sip-{agent}"))
            )
            await floor.submit(AgentGotReady(agent=agent))

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not is_so():
                self.clock.pass_(0.05)
                await asyncio.sleep(0.001)


@pytest.fixture
async def world() -> World:
    return World()
