"""Asterisk as the engine's telephone system (`dialer.domain.ports.TelephoneSystem`).

The thin shell around the pure books: it sends what the engine commands, feeds Asterisk's events to the books
of calls, legs and trunks, carries out what those want done, and hands the engine its events in order. An
Originate is written to the wire once, under a live clearance, or not at all.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping, Sequence

import structlog

from dialer.domain.caller_id import CallBackTest
from dialer.domain.commands import (
    Bridge,
    BridgeInbound,
    ConfirmCallBack,
    ConfirmInboundOptOut,
    ConfirmOptOut,
    ConnectAgentLeg,
    DismissInbound,
    DropAgentLeg,
    Hangup,
    HangupInbound,
    HoldPerson,
    JoinAgents,
    JoinThirdParty,
    LeaveMessage,
    Originate,
    PartAgents,
    ReleaseAgent,
    StartRecording,
    StopRecording,
    TellInboundPlace,
)
from dialer.domain.cue import Cue
from dialer.domain.errors import OlderTermError, TelephoneSystemUnavailableError
from dialer.domain.events import (
    AgentLegLost,
    CallEnded,
    CallNotAttempted,
    Event,
    InboundBridgeFailed,
    NetworkLost,
    NetworkReconciled,
)
from dialer.domain.ids import AgentId, AttemptId, EndpointId, InboundId
from dialer.domain.listening import Ear
from dialer.domain.ports import InboundCommand, TelephoneCommand, Unended
from dialer.domain.sound import AgentSound
from telephony.asterisk import orders
from telephony.asterisk.acts import (
    AwaitPhone,
    EndRingingIn,
    HangUpChannel,
    MarkServed,
    OffHold,
    RingAgain,
    RingSoon,
    TakeOver,
    Told,
    TrunkNews,
    TryElsewhere,
)
from telephony.asterisk.adapter_settings import AdapterSettings
from telephony.asterisk.arrivals import LEFT_MOST_S, MOST_S, Arrivals
from telephony.asterisk.call_back import Books, CallBacks
from telephony.asterisk.calls import CallBook
from telephony.asterisk.colleagues import Colleagues
from telephony.asterisk.connection import AmiAddress, AmiConnection, AmiTimings, why_refused
from telephony.asterisk.controls import CallControls
from telephony.asterisk.cues import Cues
from telephony.asterisk.errors import AmiError, NotConnectedError, UnsafeValueError
from telephony.asterisk.holds import Holds
from telephony.asterisk.inbound import InboundBook
from telephony.asterisk.lag import Lag
from telephony.asterisk.launch_lines import LaunchLines
from telephony.asterisk.names import call_channel
from telephony.asterisk.phone_sound import PhoneListener
from telephony.asterisk.placing import Placing
from telephony.asterisk.record_reader import what_became
from telephony.asterisk.recorder import Recorder
from telephony.asterisk.seats import Seats
from telephony.asterisk.snapshot import reconciled, take_snapshot
from telephony.asterisk.terms import Term
from telephony.asterisk.trunk_watch import TrunkWatch
from telephony.asterisk.trunks import TrunkBook
from telephony.asterisk.wire import Action, AmiMessage, LinkLost, LinkRestored
from telephony.keeping import keep
from telephony.softphone.legs import LegBook

_log = structlog.get_logger(__name__)

# Events for the engine that it has not taken yet; above, the pump waits and Asterisk's stream with it.
_MOST_OUTGOING = 10_000
# Before the measuring of phones begins again after a defect.
_LISTEN_AGAIN_S = 5.0


class AsteriskSystem:
    """One Asterisk behind the port.

    Args:
        now: the floor's clock, POSIX seconds.
        wall: the clock that Asterisk's machine shares; None = the same. A floor that rehearses another
            hour of the day has two.
    """

    def __init__(
        self,
        address: AmiAddress,
        settings: AdapterSettings,
        *,
        now: Callable[[], float],
        wall: Callable[[], float] | None = None,
        timings: AmiTimings | None = None,
    ) -> None:
        self._settings = settings
        self._now = now
        self._wall = wall or now
        self._address = address
        self._timings = timings
        self._link = AmiConnection(address, timings=timings)
        self._calls = CallBook()
        self._inbound = InboundBook(region=settings.inbound_region)
        self._legs = LegBook()
        self._trunks = TrunkBook(settings.trunks)
        self._cues = Cues()
        self._arrivals = Arrivals()
        self._recorder = Recorder(
            link=lambda: self._link, legs=self._legs, talk_of=self._calls.with_agent, tell=self._tell
        )
        self._colleagues = Colleagues(lambda: self._link, self._legs, self._is_on_call, self._tell)
        self._holds = Holds(lambda: self._link, self._calls, self._legs, self._colleagues, self._tell)
        self._out: asyncio.Queue[Event | None] = asyncio.Queue(_MOST_OUTGOING)
        self._trunk_watch = TrunkWatch(
            self._trunks, (trunk.name for trunk in settings.trunks), steady=_steady, tell=self._tell
        )
        self._tasks: set[asyncio.Task[None]] = set()
        self._pump_task: asyncio.Task[None] | None = None
        self._listener = PhoneListener(link=lambda: self._link, legs=self._legs, now=now)
        self._listening: asyncio.Task[None] | None = None
        self._serial = 0
        self._lag = Lag(self._wall, _steady)
        self._term, self._launch_lines = Term(), LaunchLines(address)
        self._placing = Placing(
            settings,
            link=lambda: self._link,
            calls=self._calls,
            trunks=self._trunks,
            why_not=self._why_not,
            term=self._term,
            lines=self._launch_lines,
            now=now,
            steady=_steady,
            tell=self._tell,
            spawn=self._spawn,
        )
        self._seats = Seats(
            legs=self._legs,
            ring_s=settings.agent_ring_s,
            link=lambda: self._link,
            tell=self._tell,
            spawn=self._spawn,
            quietly=self._send_quietly,
            talk_of=self._calls.with_agent,
            serial=self._next_serial,
        )
        self.controls = CallControls(
            lambda: self._link, self._legs, self._calls, self._inbound, serial=self._next_serial
        )
        self.call_backs = CallBacks(settings.call_backs, now, lambda: self._link, serial=self._next_serial)

    # ---------------------------------------------------------------------------------- the port

    def of_term(self, term: int) -> None:
        """See `dialer.domain.ports.KeepsTerm`."""
        self._term.number = term

    async def start(self) -> None:
        """Connect and take over what lives there; again after `events` ended.

        Raises:
            TelephoneSystemUnavailableError: what to mend (`CannotConnectError`, `LoginRefusedError`).
        """
        await self._disconnect()
        self._serial = max(self._serial, int(self._now() * 1000))
        self._end_events()
        self._link = AmiConnection(self._address, timings=self._timings)
        self._out = asyncio.Queue(_MOST_OUTGOING)
        await self._link.connect()
        try:
            await self._term.claim(self._link)
            await self._tell(await self._resync())
            await self._trunk_watch.look()
        except OlderTermError:
            await self._disconnect()
            raise
        except AmiError as error:
            await self._disconnect()
            raise TelephoneSystemUnavailableError(str(error)) from error
        self._pump_task = keep(self._pump(self._link), name="asterisk-pump", died=self._pump_died)
        self._listen_to_phones()

    async def perform(self, command: TelephoneCommand, *, dial: str | None = None) -> None:
        """Hand one command over. What comes of it is told by events; nothing is retried.

        Raises:
            TelephoneSystemUnavailableError: not connected; nothing was handed over.
        """
        if not self._link.is_up:
            self._remember_wish(command)
            raise NotConnectedError("there is no connection to Asterisk")
        match command:
            case Originate():
                await self._placing.place(command, dial)
            case Bridge():
                self._bridge(command)
            case Hangup():
                self._hang_up(command)
            case HoldPerson() | JoinThirdParty() | JoinAgents() | PartAgents():
                self._spawn(self._holds.perform(command))
            case ReleaseAgent() | LeaveMessage() | ConfirmOptOut():
                self._change_call(command)
            case StartRecording() | StopRecording():
                self._spawn(self._recorder.perform(command))
            case ConnectAgentLeg():
                self._seats.ring(command.agent, command.endpoint)
            case DropAgentLeg():
                self._seats.drop(command.agent)

    def _remember_wish(self, command: TelephoneCommand) -> None:
        """Who sits where is a wish that outlives the connection, unlike anything that is done to a call."""
        if isinstance(command, ConnectAgentLeg):
            self._legs.want(command.agent, command.endpoint)
        elif isinstance(command, DropAgentLeg):
            self._legs.drop(command.agent)

    def _change_call(self, command: ReleaseAgent | LeaveMessage | ConfirmOptOut) -> None:
        channel = call_channel(command.attempt)
        match command:
            case ReleaseAgent():
                leg = self._legs.channel_of(command.agent)
                if leg is not None:
                    self._spawn(self._send_quietly(orders.release(leg)))
            case LeaveMessage():
                self._spawn(self._send_in_turn(orders.leave_message(channel, command.sound)))
            case ConfirmOptOut():
                self._spawn(self._send_quietly(orders.opt_out_noted(channel)))

    async def events(self) -> AsyncIterator[Event]:
        """What happens there, in order, until `stop`, or a loss that trying again cannot mend.

        After any other loss it comes back by itself: `NetworkLost`, then `NetworkReconciled`.
        """
        while (event := await self._out.get()) is not None:
            yield event

    async def reconcile(self) -> NetworkReconciled:
        """Everything that lives there now, by our ids.

        Raises:
            TelephoneSystemUnavailableError: not connected.
        """
        try:
            return reconciled(await take_snapshot(self._link), also=self._calls.pending())
        except AmiError as error:
            raise TelephoneSystemUnavailableError(str(error)) from error

    async def what_became(self, unended: Sequence[Unended]) -> tuple[Event, ...]:
        """See `dialer.domain.ports.KeepsRecord`: read from Asterisk's own record of calls."""
        return await what_became(self._settings.call_record, unended, ahead=self._now() - self._wall())

    def caller_of(self, call: InboundId) -> str | None:
        """See `dialer.domain.ports.InboundLines`."""
        return self._inbound.caller_of(call)

    async def perform_inbound(self, command: InboundCommand) -> None:
        """See `dialer.domain.ports.InboundLines`.

        Raises:
            TelephoneSystemUnavailableError: not connected; nothing was handed over.
        """
        if not self._link.is_up:
            raise NotConnectedError("there is no connection to Asterisk")
        match command:
            case BridgeInbound():
                self._spawn(self._bridge_inbound(command))
            case HangupInbound():
                self._spawn(self._send_quietly(orders.hang_up(command.call)))
            case DismissInbound():
                self._spawn(self._send_quietly(orders.dismiss(command.call)))
            case ConfirmCallBack():
                self._spawn(self._send_quietly(orders.call_back_noted(command.call)))
            case TellInboundPlace():
                for action in orders.tell_place(command):
                    self._spawn(self._send_quietly(action))
            case ConfirmInboundOptOut():
                self._spawn(self._send_quietly(orders.opt_out_noted(command.call)))

    async def _bridge_inbound(self, command: BridgeInbound) -> None:
        leg, reason = self._legs.channel_of(command.agent), ""
        if not self._inbound.is_alive(command.call):
            reason = "the call is over"
        elif self._is_on_call(command.agent):
            reason = "the agent is on another call"
        elif leg is not None:
            reason = await why_refused(self._link, orders.join(command.call, leg))
        else:
            reason = "the agent's phone is not on the line"
        if reason:
            failed = InboundBridgeFailed(call=command.call, agent=command.agent, reason=reason)
            await self._tell((failed,))

    async def press_keys(self, attempt: AttemptId, keys: str) -> None:
        """See `dialer.domain.ports.KeyPad`."""
        await self.controls.press(attempt, keys)

    async def listen(self, agent: AgentId, supervisor: EndpointId, ear: Ear) -> str:
        """See `dialer.domain.listening.TalkControls`."""
        if supervisor in {trunk.name for trunk in self._settings.trunks}:
            raise UnsafeValueError(f"{supervisor!r} is a trunk, not a phone")
        return await self.controls.listen(agent, supervisor, ear)

    async def stop_listening(self, listening: str) -> None:
        """See `dialer.domain.listening.TalkControls`."""
        await self.controls.stop_listening(listening)

    async def pause_recording(self, attempt: AttemptId) -> None:
        """See `dialer.domain.listening.TalkControls`."""
        await self.controls.pause_recording(attempt)

    async def resume_recording(self, attempt: AttemptId) -> None:
        """See `dialer.domain.listening.TalkControls`."""
        await self.controls.resume_recording(attempt)

    async def test_caller_id(self, number: str, *, shown: str, elsewhere: Books = ()) -> CallBackTest:
        """See `telephony.asterisk.call_back.HasCallBacks`."""
        return await self.call_backs.test_over(self._trunks, number, shown=shown, elsewhere=elsewhere)

    def sound(self) -> Mapping[AgentId, AgentSound]:
        """See `dialer.domain.sound.HearsPhones`."""
        return self._listener.figures()

    async def stop(self) -> None:
        """Disconnect. Calls go on and end by the dialplan's own limits."""
        await self._disconnect()
        self._end_events()

    async def _disconnect(self) -> None:
        going = [task for task in (*self._tasks, self._pump_task, self._listening) if task is not None]
        for task in going:
            task.cancel()
        if going:
            await asyncio.wait(going)
        self._pump_task = self._listening = None
        await self._link.close()
        self._launch_lines.close()
        self._calls.link_lost()

    def _pump_died(self, error: Exception) -> None:
        """Nobody reads Asterisk any more: the reader of our events is told, and connects anew."""
        self._calls.link_lost()
        self._inbound.lost()
        self._trunk_watch.lost()
        self._end_events(NetworkLost(reason=f"the reader of Asterisk's events died: {error}"))

    def _listen_to_phones(self) -> None:
        """Measures only: after a defect they begin again, a little later."""

        def died(_: Exception) -> None:
            asyncio.get_running_loop().call_later(_LISTEN_AGAIN_S, self._listen_again)

        self._listening = keep(self._listener.run(), name="asterisk-phones", died=died)

    def _listen_again(self) -> None:
        if self._pump_task is not None and (self._listening is None or self._listening.done()):
            self._listen_to_phones()

    def _end_events(self, *last: Event) -> None:
        while self._out.maxsize - self._out.qsize() <= len(last):
            self._out.get_nowait()
        for event in (*last, None):
            self._out.put_nowait(event)

    @property
    def load(self) -> dict[str, int]:
        """What is kept in memory for what is going on, by name: all zero on a floor at rest."""
        more = {"orders": len(self._placing), "tasks": len(self._tasks)}
        return {"calls": len(self._calls), "inbound": len(self._inbound), **more}

    # ------------------------------------------------------------------------------------ calling

    def _why_not(self) -> str | None:
        """Why nothing may be ordered now; None when it may."""
        return self._lag.why_not() if self._link.is_up else "there is no connection to Asterisk"

    def _bridge(self, command: Bridge) -> None:
        leg = self._legs.channel_of(command.agent)
        if leg is not None and self._legs.is_missing(command.agent):
            # Nobody waits for a browser that may never be back: the engine gives the call to another agent.
            self._spawn(self._tell(self._legs.given_up(leg)))
            return
        if leg is not None and self._is_being_left(command):
            self._arrivals.leaves(call_channel(command.attempt))
            self._spawn(self._bridge_on_arrival(command, leg, most_s=LEFT_MOST_S))
            return
        reason = self._why_not_joined(command, leg)
        if reason is not None or leg is None:
            self._spawn(self._tell((orders.not_joined(command, reason or ""),)))
            return
        if command.cue is not None and self._cues.begin(leg):
            self._spawn(self._cue_then_bridge(command, command.cue, leg))
            return
        if self._arrivals.is_standing(call_channel(command.attempt)):
            self._spawn(self._send_bridge(command, orders.join(call_channel(command.attempt), leg)))
        else:
            self._spawn(self._bridge_on_arrival(command, leg))

    def _is_being_left(self, command: Bridge) -> bool:
        """Whether the agent of the call has no leg any more, and Asterisk has not taken it away yet."""
        call = self._calls.get(command.attempt)
        agent = None if call is None else call.agent
        return agent not in {None, command.from_agent} and self._legs.channel_of(AgentId(agent or "")) is None

    async def _bridge_on_arrival(self, command: Bridge, leg: str, *, most_s: float = MOST_S) -> None:
        await self._arrivals.wait(call_channel(command.attempt), most_s=most_s)
        reason = self._why_not_joined(command, self._legs.channel_of(command.agent))
        if reason is not None:
            await self._tell((orders.not_joined(command, reason),))
            return
        await self._send_bridge(command, orders.join(call_channel(command.attempt), leg))

    async def _cue_then_bridge(self, command: Bridge, cue: Cue, leg: str) -> None:
        """The agent hears the cue, as much of it as there is time for; then the person."""
        try:
            await self._send_in_turn(orders.cue(leg, cue.sound))
            await self._cues.wait(leg, cue.most_s)
        except UnsafeValueError as error:
            _log.error("cue.unsafe", reason=str(error))
        finally:
            self._cues.end(leg)
        await self._arrivals.wait(call_channel(command.attempt))
        reason = self._why_not_joined(command, leg)
        if reason is not None:
            await self._tell((orders.not_joined(command, reason),))
            return
        await self._send_bridge(command, orders.join(call_channel(command.attempt), leg))

    def _why_not_joined(self, command: Bridge, leg: str | None) -> str | None:
        """Asterisk itself would tear anybody out of anything to obey a Bridge."""
        call = self._calls.get(command.attempt)
        if call is None:
            return "the call is over"
        if call.is_timed_out:
            return "the limit had passed"
        if call.agent is not None and call.agent != command.from_agent:
            return "the call is joined to an agent already"
        if leg is None:
            return "the agent's phone is not on the line"
        if self._is_on_call(command.agent):
            return "the agent is on another call"
        return None

    def _is_on_call(self, agent: AgentId) -> bool:
        return self._calls.with_agent(agent) is not None or self._inbound.with_agent(agent) is not None

    async def _send_bridge(self, command: Bridge, action: Action) -> None:
        try:
            answer = await self._link.send(action, within=2.0)
        except AmiError as error:
            await self._tell((orders.not_joined(command, str(error)),))
            return
        if not answer.is_success:
            await self._tell((orders.not_joined(command, answer.get("message")),))

    def _hang_up(self, command: Hangup) -> None:
        self._calls.cancel(command.attempt)
        self._spawn(self._send_quietly(orders.hang_up(call_channel(command.attempt))))

    # ------------------------------------------------------------------------------------ events in

    async def _pump(self, link: AmiConnection) -> None:
        is_first = True  # the connection that `start` made and took over
        async for item in link.events:
            match item:
                case LinkLost():
                    self._launch_lines.forget_idle()
                    self._calls.link_lost()
                    self._arrivals.lost()
                    self._colleagues.lost()
                    self._inbound.lost()
                    self._trunk_watch.lost()
                    await self._out.put(NetworkLost(reason=item.reason))
                    if not item.will_retry:
                        self._end_events()
                        return
                case LinkRestored() if is_first:
                    is_first = False
                case LinkRestored():
                    await self._come_back()
                case AmiMessage() if self.call_backs.feed(item):
                    pass
                case AmiMessage():
                    self._term.feed(item)
                    self._lag.feed(item)
                    await self._trunk_watch.feed(item)
                    self._cues.feed(item)
                    self._arrivals.feed(item)
                    self._recorder.feed(item)
                    if (barging := self.controls.ended_with(item)) is not None:
                        self._spawn(self._send_quietly(orders.hang_up(barging)))
                    ahead = self._now() - self._wall()
                    told = self._calls.feed(item, self._now(), ahead=ahead)
                    inbound = self._inbound.feed(item, self._now(), ahead=ahead)
                    apart = self._colleagues.feed(item, self._now())
                    await self._tell((*told, *inbound, *apart, *self._legs.feed(item)))

    async def _come_back(self) -> None:
        try:
            await self._term.claim(self._link)
            await self._tell(await self._resync())
            await self._trunk_watch.look()
        except AmiError:
            if self._link.is_up:
                raise  # nobody would ask again: whoever reads our events connects anew
            # Lost again while asking: the next LinkRestored in the stream asks anew.

    async def _resync(self) -> tuple[Told, ...]:
        snapshot = await take_snapshot(self._link)
        await self._trunk_watch.ask(self._link)
        told = (
            *self._calls.resync(snapshot, self._now()),
            *self._legs.resync(snapshot),
            *self._inbound.resync(snapshot),
        )
        found = reconciled(snapshot, also=self._calls.pending())
        return (found, *told) if self._pump_task is not None else told

    async def _tell(self, told: Iterable[Told]) -> None:
        for one in told:
            match one:
                case HangUpChannel() | MarkServed():
                    order = orders.hang_up if isinstance(one, HangUpChannel) else orders.mark_served
                    self._spawn(self._send_quietly(order(one.channel)))
                case OffHold():
                    self._spawn(self._holds.off_hold(one.channel))
                case RingAgain() | RingSoon() | AwaitPhone() | TakeOver():
                    self._seats.see_to(one)
                case EndRingingIn():
                    asyncio.get_running_loop().call_later(one.seconds, self._end_ringing, one.attempt)
                case TrunkNews():
                    await self._trunk_watch.take(one)
                case TryElsewhere():
                    self._spawn(self._placing.elsewhere(one.attempt))
                case CallEnded() | CallNotAttempted():
                    self._placing.over(one.attempt)
                    await self._out.put(one)
                case AgentLegLost():
                    _log.warning("agent.leg_lost", agent=one.agent)
                    await self._out.put(one)
                case _:
                    await self._out.put(one)

    def _end_ringing(self, attempt: AttemptId) -> None:
        if self._calls.rung_out(attempt):
            self._spawn(self._send_quietly(orders.hang_up(call_channel(attempt))))

    # ---------------------------------------------------------------------------------- small parts

    def _next_serial(self) -> int:
        self._serial += 1
        return self._serial

    async def _send_quietly(self, action: Action) -> None:
        """Send what needs no answer: a channel that is gone already is what was wanted."""
        with contextlib.suppress(AmiError):
            await self._link.send(action)

    async def _send_in_turn(self, actions: Iterable[Action]) -> None:
        for action in actions:
            await self._send_quietly(action)

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("asterisk.task_failed", exc_info=error)


def _steady() -> float:
    """Seconds that only grow, for spans: the floor's clock may be put forward or back."""
    return asyncio.get_running_loop().time()
