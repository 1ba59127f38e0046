"""A shift of a scenario on the laboratory: the simulator's public behind a real carrier, scripted collectors.

What a called telephone does is drawn by `simulator.people`, as in a rehearsal; the number that is dialed
tells the carrier. Everything between, from the engine to the hang-up, is real.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

from lab.laboratory import AMI_SECRET

from dialer.clock import monotonic_now, posix_now
from dialer.domain.agent import AgentState
from dialer.domain.attempt import Outcome
from dialer.domain.campaign import CampaignSettings
from dialer.domain.commands import Originate
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.errors import FairdialError, IllegalTransitionError, StoreUnavailableError
from dialer.domain.events import (
    AgentGotReady,
    AgentLoggedIn,
    AgentLoggedOut,
    CallBridged,
    CallEnded,
    CallNotAttempted,
    CallRinging,
    CampaignDrained,
    DispositionRecorded,
    Event,
)
from dialer.domain.ids import AgentId, AttemptId, CampaignId, ClientId, EndpointId
from dialer.domain.ports import TelephoneCommand
from dialer.domain.snapshot import AgentView
from dialer.floor.live import FloorOrder, Running
from dialer.floor.made_up import NUMBERS
from dialer.measures.observer import ShiftObserver
from dialer.runtime.clocks import Clock
from dialer.runtime.settings import RuntimeSettings
from dialer.storage.journal.rows import journal_since
from dialer.storage.store import Store
from dialer.web.mounting import HttpSide
from dialer.web.tokens import Tokens
from simulator.lead_book import LeadBook
from simulator.people import Answerer, Behaviour, MadeUpPublic
from simulator.scenario import Scenario
from simulator.scenario_file import read_scenario
from simulator.scenario_settings import campaign_settings
from simulator.streams import Streams
from telephony.asterisk.adapter import AdapterSettings, AsteriskSystem
from telephony.asterisk.adapter_settings import EVERY_CAMPAIGN
from telephony.asterisk.connection import AmiAddress, AmiTimings
from telephony.asterisk.orders import Voice
from telephony.asterisk.trunks import TrunkPlan

CAMPAIGN = CampaignId("made-up")
LOOK_EVERY_S = 0.1
# Whoever has not been asked for a disposition by an event for so long writes one down all the same.
FORGOTTEN_S = 20.0
LOST_S = 3.0
_FAILURES = {
    Outcome.BUSY: "61",
    Outcome.INVALID_NUMBER: "62",
    Outcome.CONGESTION: "63",
    Outcome.REJECTED: "64",
    Outcome.NO_ANSWER: "11",
}


def lab_scenario() -> Scenario:
    """The scenario that laboratory and simulator share."""
    return read_scenario((Path(__file__).parent / "lab.toml").read_text(encoding="utf-8"), name="lab")


def number_for(behaviour: Behaviour, serial: int) -> str:
    """The number of the laboratory whose owner behaves so (see the carrier's dialplan), E.164.

    Args:
        serial: 300000-399999, one for each telephone: country codes in which no number is shut.
    """
    talk, after = round(behaviour.talk_s * 10), round(behaviour.after_s * 10)
    does = "60" if behaviour.answerer is Answerer.PERSON else _FAILURES[behaviour.failure]
    return f"+{serial:06d}{min(talk, 9999):04d}{min(after, 999):03d}{does}"


@dataclass(slots=True, kw_only=True)
class Work:
    """What a collector still has to write down."""

    behaviour: Behaviour
    order: Originate
    agent: AgentId | None = None


@dataclass(slots=True)
class Late:
    """The clock that Asterisk's machine shares, or one that is ahead of it."""

    seconds: float = 0.0

    def now(self) -> float:
        """POSIX seconds."""
        return posix_now() + self.seconds


class ScriptedLines(AsteriskSystem):
    """The adapter, dialing telephones that do what the made-up public would. `prepare` it before the start.

    Attributes:
        handed_over: orders, all of them.
        ordered: how often each attempt was handed over, and
        ended: how often its end was told; without `remembers` only of those for which this is not once each.
        rang: attempts whose telephone rings or rang.
        numbers: which telephone of the laboratory stands for a number.
        met: what each attempt met, where `remembers` is set: a run of hours must not grow by it.
        talks_over: talks that a collector has to write something down about.
    """

    public: MadeUpPublic
    late: Late
    handed_over: int
    ordered: Counter[AttemptId]
    ended: Counter[AttemptId]
    rang: set[AttemptId]
    numbers: dict[str, int]
    met: dict[AttemptId, Behaviour]
    remembers: bool = False
    talks_over: asyncio.Queue[Work]
    _open: dict[AttemptId, Work]

    def prepare(self, public: MadeUpPublic) -> None:
        """Nobody was called yet."""
        self.public = public
        self.ordered, self.ended, self.numbers = Counter(), Counter(), {}
        self.met, self._open, self.rang = {}, {}, set()
        self.handed_over = 0
        self.talks_over = asyncio.Queue()

    def delay_news(self, seconds: float) -> None:
        """Let everything that Asterisk says look so old, as when it is overloaded."""
        self.late.seconds = seconds

    async def perform(self, command: TelephoneCommand, *, dial: str | None = None) -> None:
        if isinstance(command, Originate) and dial is not None:
            self.handed_over += 1
            self.ordered[command.attempt] += 1
            behaviour = self.public.behaviour(command, now=command.clearance.issued_at.timestamp())
            if self.remembers:
                self.met[command.attempt] = behaviour
            self._open[command.attempt] = Work(behaviour=behaviour, order=command)
            serial = self.numbers.setdefault(dial, 300_000 + len(self.numbers))
            dial = number_for(behaviour, serial)
        await super().perform(command, dial=dial)

    async def events(self) -> AsyncIterator[Event]:
        async for event in super().events():
            if isinstance(event, CallRinging) and self.remembers:
                self.rang.add(event.attempt)
            elif isinstance(event, CallBridged) and event.attempt in self._open:
                self._open[event.attempt].agent = event.agent
            elif isinstance(event, CallEnded | CallNotAttempted):
                self.ended[event.attempt] += 1
                work = self._open.pop(event.attempt, None)
                if work is not None and work.agent is not None:
                    self.talks_over.put_nowait(work)
                if not self.remembers:
                    self._forget(event.attempt)
            yield event

    def _forget(self, attempt: AttemptId) -> None:
        if self.ordered[attempt] == self.ended[attempt] == 1:
            del self.ordered[attempt], self.ended[attempt]


def make_lines(
    scenario: Scenario,
    clock: Clock,
    *,
    host: str,
    seed: int,
    port: int = 5038,
    voice: Voice | None = None,
) -> ScriptedLines:
    """The adapter on a laboratory, with the scenario's public behind it."""
    address = AmiAddress(user="fairdial", secret=AMI_SECRET, host=host, port=port)
    plans = (TrunkPlan(name="trunk", lines=500, calls_per_second=100),)
    settings = AdapterSettings(trunks=plans, voices={EVERY_CAMPAIGN: voice or Voice(message="sorry")})
    timings = AmiTimings(first_wait=0.05, most_wait=0.5)
    late = Late()
    lines = ScriptedLines(address, settings, now=clock.posix, wall=late.now, timings=timings)
    lines.late = late
    nobody = LeadBook(leads=(), persons=())
    lines.prepare(
        MadeUpPublic(scenario=scenario, streams=Streams(seed), book=nobody, starts_at=clock.posix())
    )
    return lines


def campaign_of(scenario: Scenario, *, ends_at: float | None) -> CampaignSettings:
    """The very settings that a rehearsal of the scenario has, for the people of `dialer.floor.made_up`."""
    settings = campaign_settings(scenario, campaign=CAMPAIGN, client=ClientId("made-up"))
    return replace(settings, caller_id="+12125550100", shift_ends_at=ends_at)


def make_order(database: str, settings: CampaignSettings, *, drain_s: float = 30.0) -> FloorOrder:
    """The floor that is run."""
    runtime = RuntimeSettings(drain_s=drain_s)
    return FloorOrder(
        database=database,
        campaigns=(settings,),
        caller_ids=NUMBERS,
        settings=runtime,
        mount=HttpSide(tokens=Tokens([])).mount,
    )


class Collectors:
    """Scripted people at seats 1 to n: they come, talk as long as the other end wants, write down, go.

    Args:
        endpoints: telephones of those, by their number, who have one of their own.

    Attributes:
        is_over: set it, and everybody leaves when their work is done.
    """

    def __init__(
        self,
        running: Running,
        lines: ScriptedLines,
        scenario: Scenario,
        *,
        endpoints: dict[int, str] | None = None,
    ) -> None:
        self._running = running
        self._endpoints = endpoints or {}
        self._lines = lines
        self._settle = scenario.agents.settle.at(0.5)
        self._names = [AgentId(f"agent-{number:03d}") for number in range(1, scenario.agents.count + 1)]
        self._since: dict[AgentId, tuple[AgentState, float]] = {}
        self.is_over = False

    async def work(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._look())
            while True:
                group.create_task(self._write_down(await self._lines.talks_over.get()))

    def present(self) -> int:
        """How many are of use."""
        absent = {AgentState.LOGGED_OUT, AgentState.LEG_LOST}
        return sum(view.state not in absent for view in self._running.floor.snapshot().agents)

    async def _write_down(self, work: Work) -> None:
        await asyncio.sleep(work.behaviour.after_call_s)
        assert work.agent is not None
        kind = work.behaviour.disposition
        debts = work.order.clearance.debts if Disposition(kind=kind).effect.conversation else ()
        said = Disposition(kind=kind, debts_spoken_of=debts)
        attempt = work.order.attempt
        await self._tell(
            DispositionRecorded(
                agent=work.agent, attempt=attempt, disposition=said, ready_after=not self.is_over
            )
        )

    async def _look(self) -> None:
        while True:
            seen = {view.agent: view for view in self._running.floor.snapshot().agents}
            for place, name in enumerate(self._names, 1):
                event = self._next(place, name, seen.get(name))
                if event is not None:
                    await self._tell(event)
            await asyncio.sleep(LOOK_EVERY_S)

    def _next(self, place: int, name: AgentId, view: AgentView | None) -> Event | None:
        """What this one does now, by what the screen says."""
        now = monotonic_now()
        state = AgentState.LOGGED_OUT if view is None else view.state
        before, since = self._since.get(name, (None, now))
        if before is not state:
            since = now
            self._since[name] = (state, since)
        if state is AgentState.LOGGED_OUT:
            endpoint = EndpointId(self._endpoints.get(place, f"seat{place}"))
            return None if self.is_over else AgentLoggedIn(agent=name, campaign=CAMPAIGN, endpoint=endpoint)
        if self.is_over and state in {AgentState.AVAILABLE, AgentState.NOT_READY}:
            return AgentLoggedOut(agent=name)
        if state is AgentState.NOT_READY and now - since >= self._settle:
            return AgentGotReady(agent=name)
        if state is AgentState.LEG_LOST and now - since >= LOST_S:
            self._since[name] = (state, now)
            return AgentLoggedOut(agent=name)
        is_forgotten = state is AgentState.WRAPPING and now - since >= FORGOTTEN_S
        if is_forgotten and view is not None and view.attempt is not None:
            said = Disposition(kind=DispositionKind.HUNG_UP_UNVERIFIED)
            return DispositionRecorded(agent=name, attempt=view.attempt, disposition=said)
        return None

    async def _tell(self, event: Event) -> None:
        with contextlib.suppress(FairdialError, TimeoutError):  # moved on meanwhile: look again
            await self._running.floor.submit(event)


async def end_shift(running: Running, collectors: Collectors, *, within: float = 90.0) -> None:
    """No new calls; everybody goes home when their work is done."""
    async with asyncio.timeout(within):
        await _drain(running)
        while any(row.in_flight for row in running.floor.snapshot().campaigns):
            await asyncio.sleep(0.1)
        collectors.is_over = True
        while collectors.present():
            await asyncio.sleep(0.1)


async def _drain(running: Running) -> None:
    """Until it is taken: a store whose disk is slow refuses for a moment, and says so."""
    while True:
        try:
            await running.floor.submit(CampaignDrained(campaign=CAMPAIGN))
        except IllegalTransitionError:  # told before, and stopped by now
            return
        except StoreUnavailableError:
            await asyncio.sleep(0.5)
        else:
            return


def observed(store: Store) -> ShiftObserver:
    """Everything that the journal says, for the same measures that a rehearsal has."""
    observer, after = ShiftObserver(), 0
    while True:
        entries = store.read(lambda connection, after=after: journal_since(connection, after, limit=2000))
        if not entries:
            return observer
        for entry in entries:
            observer.take(entry)
        after = entries[-1].sequence
