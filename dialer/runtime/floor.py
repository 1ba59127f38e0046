"""The floor in real time: inbox -> step -> journal -> outbox, around the one engine.

Theory of operation. One task takes events from the inbox and steps the engine; it alone touches it. Bridge
and Hangup leave at once. Everything else of the step waits until the writer has committed it. The other tasks
listen to the telephone system, fetch leads, hand over commands, watch the loop, and write checkpoints down.
"""

import asyncio
import contextlib
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

import structlog

from dialer import clock
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.agent import AgentState
from dialer.domain.campaign import CampaignSettings
from dialer.domain.client_code import ClientCode
from dialer.domain.errors import NotTakenError, QuarantinedError, StoreUnavailableError
from dialer.domain.ids import NO_BOX, AgentId, AttemptId, BoxId, CampaignId, InboundId, PersonId
from dialer.domain.inbound import InboundRecord
from dialer.domain.past_talk import EarlierTalk, PastTalk
from dialer.domain.ports import TalkBook, TelephoneSystem
from dialer.domain.snapshot import FloorSnapshot
from dialer.domain.sound import HearsPhones
from dialer.engine.engine import DialerEngine
from dialer.runtime.checkpoint import encode_state
from dialer.runtime.clocks import Clock, WatchedClock
from dialer.runtime.health import Health
from dialer.runtime.inbound import InboundDesk
from dialer.runtime.inbox import Inbox, Item, Taken
from dialer.runtime.instruments import Instruments
from dialer.runtime.link import Link, believed_after
from dialer.runtime.loop_lag import watch_lag
from dialer.runtime.outbox import QUICK, Outbox
from dialer.runtime.ports import Store
from dialer.runtime.recovery import Recovered
from dialer.runtime.settings import RuntimeSettings
from dialer.runtime.stepping import Check, Stepped, Stepper
from dialer.runtime.writer import Step, Writer
from pacing.ahead.picture import Picture

log = structlog.get_logger(__name__)

_TIME_REACHED = e.TimeReached()
_FREE_TO_GO = frozenset(
    {AgentState.NOT_READY, AgentState.AVAILABLE, AgentState.RESERVED, AgentState.LEG_LOST}
)
SHORTEST_WAIT_S = 0.001
"""Before a wake-up: the loop must turn."""
TURN_S = 0.005
"""Seconds of stepping after which others have a turn of the loop, whatever is left of a batch."""
SNAPSHOT_S = 0.25
"""Seconds of the floor's clock for which an idle floor looks the same."""
EARLIER_S = 3 * 86_400.0
"""Seconds back in which calls were launched whose talks may still be spoken of: until the next day's end."""


class FloorStoppingError(NotTakenError):
    """The floor is about to stop and takes nothing any more. Nothing was taken: ask the next process."""


class Floor:
    """One engine at work. `run` it once; `submit` while it runs.

    Args:
        recovered: where to go on; see `dialer.runtime.recovery`.
        on_alarm: told every alarm at once, after the commit.
        check: whether the journal can hold a step; see `Stepper`.
        seal: what is done to an event from outside before the engine takes it, so that nothing in it tells
            who anybody is.
    """

    def __init__(
        self,
        *,
        recovered: Recovered,
        store: Store,
        network: TelephoneSystem,
        clock: Clock,
        settings: RuntimeSettings | None = None,
        on_alarm: Callable[[c.RaiseAlarm], None] | None = None,
        check: Check | None = None,
        seal: Callable[[e.Event], Awaitable[e.Event]] | None = None,
    ) -> None:
        self._seal = seal
        self.settings = settings if settings is not None else RuntimeSettings()
        self.instruments = Instruments()
        self._stepper = Stepper(recovered, remembered=self.settings.remembered_steps, check=check)
        self._recovered = recovered
        self._clock = WatchedClock(clock)
        self._store = store
        self._network = network
        self._on_alarm = on_alarm
        self._inbox = Inbox(capacity=self.settings.inbox)
        self._refills: asyncio.Queue[c.RefillHopper] = asyncio.Queue()
        self._link = Link(
            network=network,
            settings=self.settings,
            instruments=self.instruments,
            put=self._from_network,
            unended=lambda: self._engine.unended,
        )
        self._outbox = Outbox(
            network=network,
            numbers=store,
            settings=self.settings,
            instruments=self.instruments,
            now=self._clock.posix,
            link=self._link.number_of,
            tell=self._tell,
        )
        self._inbound = InboundDesk(network=network, store=store, settings=self.settings, tell=self._tell)
        self._writer = Writer(
            store=store,
            settings=self.settings,
            instruments=self.instruments,
            release=self._release,
            trouble=self._store_trouble,
        )
        self._believed: Mapping[BoxId, int] = {}
        self._checkpoint_sequence = recovered.sequence
        self._checkpoint_at = 0.0
        self._is_overloaded = False
        self._is_stopping = False
        self._stop_asked = 0
        self._stop = asyncio.Event()
        self._stop_now = asyncio.Event()
        self._is_over = asyncio.Event()
        self._snapshot: FloorSnapshot | None = None

    # --- from outside ------------------------------------------------------------------------------------

    async def submit(self, event: e.Event, *, within: float = 10.0) -> Taken:
        """Let the engine take an event; returns when it is committed.

        Raises:
            InboxFullError, FloorStoppingError, StoreUnavailableError: nothing was taken.
            FairdialError: the event is not possible (journaled as refused).
            TimeoutError: taken, but its commit was not heard of in time; whether it stands is not known.
        """
        if self._seal is not None:
            event = await self._seal(event)
        if self._is_stopping:
            raise FloorStoppingError("the floor is stopping")
        if not self._writer.is_up:
            raise StoreUnavailableError("the store cannot be written now: nothing was taken")
        receipt: asyncio.Future[Taken] = asyncio.get_running_loop().create_future()
        self._inbox.offer(Item(event, clock.monotonic_now(), receipt))
        async with asyncio.timeout(within):
            return await receipt

    async def past_talk(self, attempt: AttemptId) -> PastTalk | None:
        """What is written down of a talk that is over; None when there is none.

        Raises:
            StoreUnavailableError: it cannot be asked now.
            TimeoutError: it does not answer.
        """
        if not isinstance(self._store, TalkBook):
            return None
        async with asyncio.timeout(self.settings.fetch_s):
            return await self._store.past_talk(attempt)

    async def past_inbound(self, call: InboundId) -> InboundRecord | None:
        """What is written down of a call of somebody else's that is over; None when there is none.

        Raises:
            StoreUnavailableError, TimeoutError: it cannot be asked now.
        """
        if not isinstance(self._store, TalkBook):
            return None
        async with asyncio.timeout(self.settings.fetch_s):
            return await self._store.past_inbound(call)

    async def earlier_talks(self, agent: AgentId) -> tuple[EarlierTalk, ...]:
        """Talks of an agent of which they may still say more, the newest first.

        Raises:
            StoreUnavailableError: the store cannot be asked now.
            TimeoutError: it does not answer.
        """
        if not isinstance(self._store, TalkBook):
            return ()
        now = self._clock.posix()
        async with asyncio.timeout(self.settings.fetch_s):
            talks = await self._store.past_talks(agent, since=now - EARLIER_S)
        found = (self._engine.earlier_talk(talk, now=now) for talk in talks)
        return tuple(earlier for earlier in found if earlier is not None)

    def codes_of(self, campaign: CampaignId) -> tuple[ClientCode, ...] | None:
        """The client's own codes for what comes of the campaign's calls; None = no campaign is called so."""
        return self._engine.codes_of(campaign)

    def settings_of(self, campaign: CampaignId) -> CampaignSettings | None:
        """A campaign's settings as they are now; None = no campaign is called so."""
        return self._engine.settings_of(campaign)

    def may_know(self, person: PersonId) -> bool:
        """Whether a placement of this person concerns the engine; see there."""
        return self._engine.may_know(person)

    def snapshot(self) -> FloorSnapshot:
        """The floor after the last step, as of now; the same for `SNAPSHOT_S` when nothing happens."""
        now = self._clock.posix()
        known = self._snapshot
        if known is None or known.sequence != self._stepper.sequence or abs(now - known.now) >= SNAPSHOT_S:
            known = self._snapshot = self._with_sound(self._engine.snapshot(now=now))
        return known

    def pacing_picture(self, campaign: CampaignId) -> Picture | None:
        """What a look ahead begins with; see the engine."""
        return self._engine.pacing_picture(campaign)

    def _with_sound(self, snapshot: FloorSnapshot) -> FloorSnapshot:
        if not isinstance(self._network, HearsPhones):
            return snapshot
        sound = self._network.sound()
        if not sound:
            return snapshot
        agents = tuple(replace(view, sound=sound.get(view.agent)) for view in snapshot.agents)
        return replace(snapshot, agents=agents)

    def health(self) -> Health:
        """Whether the floor is alive and fit to dial, and why not."""
        reasons: list[str] = []
        if not self._writer.is_up:
            reasons.append("the store cannot be written")
        if self._link.number == 0:
            reasons.append(f"the telephone system is not heard: {self._link.why_down or 'none is'}")
        if self._is_overloaded:
            reasons.append("the loop is late")
        if self._stop_asked:
            reasons.append("the floor is stopping")
        held = self._engine.put_aside
        told = (f"a defect was met: {held} people are held until somebody has looked",) if held else ()
        # One of several telephone systems gone leaves the floor fit: the others dial.
        lost = tuple(f"telephone system {box} is not heard: {why}" for box, why in self._link.lost_boxes)
        quick, lag = self.instruments.recent_quick, self.instruments.recent_lag
        return Health(
            is_fit=not reasons,
            reasons=(*reasons, *lost, *told),
            generation=self._recovered.generation,
            sequence=self._sequence,
            written=self._writer.written,
            unwritten=len(self._writer),
            inbox=len(self._inbox),
            replayed=self._recovered.replayed,
            defects=self._stepper.met,
            loop_lag_p99_s=lag.quantile(0.99),
            loop_lag_max_s=lag.largest,
            answer_to_bridge_p99_s=quick.quantile(0.99),
            commit_p99_s=self.instruments.recent_commit.quantile(0.99),
            now=self._clock.posix(),
        )

    def stop(self) -> None:
        """Stop in order: launch no more, let calls end for a while, write down, go. Asked twice: go now."""
        self._stop_asked += 1
        self._stop.set()
        if self._stop_asked > 1:
            self._stop_now.set()

    async def wait_stopped(self) -> None:
        """Return when `run` is over."""
        await self._is_over.wait()

    # --- life --------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Work until `stop`.

        Raises:
            ExceptionGroup: a task failed; the process must end. The store holds all that happened.
        """
        self._begin()
        try:
            await self._work()
        finally:
            self._is_over.set()

    async def _work(self) -> None:
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(work, name=name)
                for name, work in (
                    ("engine", self._step_all()),
                    ("writer", self._writer.run()),
                    ("quick", self._outbox.run_quick()),
                    ("ordered", self._outbox.run_ordered()),
                    ("leads", self._fetch()),
                    ("callers", self._inbound.identify()),
                    ("inbound", self._inbound.perform()),
                    ("link", self._link.run()),
                    ("lag", watch_lag(self.instruments.lag)),
                    ("watch", self._watch()),
                )
            ]
            await self._stop.wait()
            await self._end(tasks)

    def _begin(self) -> None:
        """The first steps of a process: it has taken over, and perhaps the clock went back meanwhile."""
        now = self._clock.posix()
        behind = now - self._recovered.now
        if self._recovered.sequence and behind < 0.0:
            self._take(e.ClockStepped(seconds=behind), now, None)
        for note in self._recovered.put_aside:
            self._take(note, now, None)
        restarted = e.EngineRestarted(
            checkpoint=self._recovered.checkpoint,
            generation=self._recovered.generation,
            asks_presence=True,
        )
        self._take(restarted, now, None)
        if self._recovered.put_aside:
            self._add_checkpoint_step()
        log.info("floor.started", generation=self._recovered.generation, replayed=self._recovered.replayed)

    async def _end(self, tasks: list[asyncio.Task[None]]) -> None:
        self._tell(e.LaunchingHeld(by="shutdown", reason="the floor is stopping"))
        log.info("floor.draining", most_s=self.settings.drain_s)
        try:
            async with asyncio.timeout(self.settings.drain_s):
                await self._drained()
        except TimeoutError:
            log.warning("floor.calls_left", note="the telephone system keeps them; the next start finds them")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.settings.stop_s):
                await self._log_everybody_out()
        self._is_stopping = True
        by_name = {task.get_name(): task for task in tasks}
        by_name["link"].cancel()
        await asyncio.sleep(0)
        by_name["engine"].cancel()
        await asyncio.wait({by_name["engine"], by_name["link"]}, timeout=self.settings.stop_s)
        self._inbox.refuse_all(FloorStoppingError("the floor has stopped"))
        if self._engine.is_whole:
            self._add_checkpoint_step()
        try:
            async with asyncio.timeout(self.settings.stop_s):
                await self._writer.wait_empty()
            async with asyncio.timeout(self.settings.stop_s):
                await self._network.stop()
        except TimeoutError:
            log.error("floor.stopped_unwritten", steps=len(self._writer))
        for task in tasks:
            task.cancel()
        log.info("floor.stopped", sequence=self._sequence)

    async def _log_everybody_out(self) -> None:
        """Telephones of agents who are not with a person leave the line: the next start must not take a
        telephone for somebody at work."""
        leaving = [view.agent for view in self.snapshot().agents if view.state in _FREE_TO_GO]
        for agent in leaving:
            self._tell(e.AgentLoggedOut(agent=agent))
        while any(view.agent in leaving and view.state in _FREE_TO_GO for view in self.snapshot().agents):
            await asyncio.sleep(0.01)
        await self._writer.wait_empty()
        await self._outbox.wait_handed_over()

    async def _drained(self) -> None:
        """Nothing in flight, or asked to go now."""
        while not self._stop_now.is_set() and any(row.in_flight for row in self.snapshot().campaigns):
            await asyncio.sleep(0.1)

    @property
    def _engine(self) -> DialerEngine:
        return self._stepper.engine

    @property
    def _sequence(self) -> int:
        return self._stepper.sequence

    # --- the engine's task -------------------------------------------------------------------------------

    async def _step_all(self) -> None:
        while True:
            items = await self._inbox.take(most=self.settings.batch, within=self._until_wakeup())
            if not items:
                self._step(Item(_TIME_REACHED, clock.monotonic_now()))
            turn_ends = clock.monotonic_now() + TURN_S
            for place, item in enumerate(items, start=1):
                self._step(item)
                if clock.monotonic_now() >= turn_ends:
                    self._inbox.give_back(items[place:])
                    break
            self._maybe_checkpoint()
            self.instruments.inbox.set(len(self._inbox))
            self.instruments.unwritten.set(len(self._writer))
            await self._writer.wait_room()
            await asyncio.sleep(0)

    def _until_wakeup(self) -> float | None:
        wakeup = self._engine.next_wakeup()
        if wakeup is None:
            return None
        return max((wakeup - self._clock.posix()) / self._clock.factor, SHORTEST_WAIT_S)

    def _step(self, item: Item) -> None:
        now, jumped = self._clock.read()
        if jumped:
            log.warning("clock.stepped", seconds=jumped)
            self._take(e.ClockStepped(seconds=jumped), now, None)
        self._take(item.event, now, item)

    def _take(self, event: e.Event, now: float, item: Item | None) -> None:
        """Step, and let what must be quick leave. Whoever asked hears of the last step; the ones before it
        put aside what was in its way."""
        began = clock.monotonic_now()
        *before, last = self._stepper.take(event, now=now)
        took = clock.monotonic_now() - began
        self.instruments.step_s.observe(took)
        self.instruments.recent_step.add(took)
        for step in before:
            self._go_on(step, None, began)
        self._go_on(last, item, began)
        if before or isinstance(last.error, QuarantinedError):
            self.instruments.defects.inc()

    def _go_on(self, step: Stepped, item: Item | None, began: float) -> None:
        event, error = step.entry.event, step.error
        if error is not None:
            self.instruments.refused.inc()
            log.info("event.refused", kind=type(event).__name__, why=str(error))
        if isinstance(event, (e.NetworkReconciled, e.NetworkLost, e.BoxGivenUp, e.EngineRestarted)):
            self._believed = believed_after(self._believed, event, 0 if item is None else item.link)
        since = item.arrived if item is not None else began
        for command in step.entry.commands:
            if isinstance(command, QUICK):
                self._outbox.send_quick(command, since=since)
            elif isinstance(command, (c.BridgeInbound, c.HangupInbound, c.TellInboundPlace)):
                self._inbound.send(command)
            elif isinstance(command, c.Originate):
                self._outbox.announce(command)
        self._writer.add(Step(entry=step.entry, item=item, error=error, why=step.why, links=self._believed))
        self.instruments.steps.labels(type(event).__name__).inc()

    def _maybe_checkpoint(self) -> None:
        """After enough steps, or long enough after the last one; never when the state does not say all, as
        after a refused event, whose owed commands are no part of it."""
        steps = self._sequence - self._checkpoint_sequence
        at = clock.monotonic_now()
        due = steps >= self.settings.checkpoint_steps or (
            steps > 0 and at - self._checkpoint_at >= self.settings.checkpoint_s
        )
        if due and self._engine.is_whole and self._writer.is_up:
            self._checkpoint_at = at
            self._add_checkpoint_step()

    def _add_checkpoint_step(self) -> None:
        """A step of nothing but time that carries the state after it."""
        now, jumped = self._clock.read()
        event = e.ClockStepped(seconds=jumped) if jumped else _TIME_REACHED
        self._take(event, now, None)
        began = clock.monotonic_now()
        data = encode_state(self._engine.checkpoint())
        self.instruments.checkpoint_s.observe(clock.monotonic_now() - began)
        self._writer.attach(data)
        self._stepper.remember(data)
        self._checkpoint_sequence = self._sequence

    # --- news --------------------------------------------------------------------------------------------

    async def _from_network(self, event: e.Event, link: int) -> None:
        await self._inbox.put(Item(event, clock.monotonic_now(), link=link))
        if isinstance(event, e.InboundArrived):
            self._inbound.arrived(event.call)

    def _tell(self, event: e.Event) -> None:
        self._inbox.insist(Item(event, clock.monotonic_now()))

    def _store_trouble(self, why: str | None) -> None:
        if why is None:
            self._tell(e.LaunchingResumed(by="store"))
        else:
            self._tell(e.LaunchingHeld(by="store", reason=f"the store cannot be written: {why}"))

    # --- what leaves -------------------------------------------------------------------------------------

    def _release(self, command: c.Command, step: Step) -> None:
        """A command of a committed step takes effect."""
        self.instruments.commands.labels(type(command).__name__).inc()
        match command:
            case (
                c.Originate()
                | c.ConnectAgentLeg()
                | c.DropAgentLeg()
                | c.LeaveMessage()
                | c.StartRecording()
                | c.ConfirmOptOut()
                | c.ReleaseAgent()
            ):
                box = command.box if isinstance(command, c.Originate) else NO_BOX
                self._outbox.order(command, link=step.links.get(box, 0))
            case c.DismissInbound() | c.ConfirmInboundOptOut() | c.ConfirmCallBack():
                self._inbound.send(command)
            case c.RefillHopper():
                self._refills.put_nowait(command)
            case c.RaiseAlarm():
                log.warning("alarm", subject=command.subject, text=command.text)
                if self._on_alarm is not None:
                    self._on_alarm(command)
            case _:  # the journal's projections are their effect; what is quick has left already
                pass

    async def _fetch(self) -> None:
        """Leads, one asking at a time; an asking without an answer is repeated by the engine itself."""
        while True:
            command = await self._refills.get()
            try:
                async with asyncio.timeout(self.settings.fetch_s):
                    found = await self._store.fetch(command)
            except (StoreUnavailableError, TimeoutError) as error:
                log.warning("leads.not_fetched", campaign=command.campaign, why=str(error))
                continue
            self._tell(found)

    async def _watch(self) -> None:
        """Once a second: is the loop in time, and what the gauges say."""
        while True:
            await asyncio.sleep(1.0)
            self._judge_load()
            snapshot = self.snapshot()
            states: dict[str, int] = {}
            for agent in snapshot.agents:
                states[agent.state.value] = states.get(agent.state.value, 0) + 1
            for state, count in states.items():
                self.instruments.agents.labels(state).set(count)
            self.instruments.sound.show({view.agent: view.sound for view in snapshot.agents if view.sound})
            for row in snapshot.campaigns:
                self.instruments.lines.labels(row.campaign).set(row.in_flight)
                rate = row.abandoned_per_live_answer  # not known is not none
                self.instruments.abandoned.labels(row.campaign).set(math.nan if rate is None else rate)
            self.instruments.sequence.set(self._sequence)

    def _judge_load(self) -> None:
        lag = self.instruments.lag_of_last_second()
        if not self._is_overloaded and lag > self.settings.overload_s:
            self._is_overloaded = True
            reason = f"the machine is overloaded: the loop comes {lag:.2f} s late"
            self._tell(e.LaunchingHeld(by="overload", reason=reason))
        elif self._is_overloaded and lag < self.settings.relief_s:
            self._is_overloaded = False
            self._tell(e.LaunchingResumed(by="overload"))
