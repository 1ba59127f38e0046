"""Several telephone systems behind the one port (`dialer.domain.ports.TelephoneSystem`).

A command about a call goes to the box that the call lives at, one about an agent to the box that rings their
telephone. What the boxes tell comes out in one stream, each loss and each report with the name of its box.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace

import structlog

from dialer.domain.caller_id import CallBackTest
from dialer.domain.commands import Bridge, BridgeInbound, ConnectAgentLeg, DropAgentLeg, Originate
from dialer.domain.errors import OlderTermError, TelephoneSystemUnavailableError, UnknownThingError
from dialer.domain.events import (
    AgentLegLost,
    AgentLegRestored,
    BoxGivenUp,
    BridgeFailed,
    CallEnded,
    CallNotAttempted,
    Event,
    InboundArrived,
    InboundBridged,
    InboundBridgeFailed,
    InboundCallBackAsked,
    InboundEnded,
    InboundLanguageChosen,
    InboundMessageLeft,
    InboundOptedOut,
    InboundUnserved,
    InboundWaiting,
    LinesChanged,
    NetworkLost,
    NetworkReconciled,
)
from dialer.domain.ids import NO_BOX, AgentId, AttemptId, BoxId, EndpointId, InboundId
from dialer.domain.listening import Ear, TalkControls
from dialer.domain.ports import (
    InboundCommand,
    InboundLines,
    KeepsRecord,
    KeepsTerm,
    KeyPad,
    TelephoneCommand,
    Unended,
)
from dialer.domain.sound import AgentSound, HearsPhones
from dialer.domain.telephone_events import BoxFound
from telephony.asterisk.call_back import HasCallBacks
from telephony.fleet.book import FleetBook, Seat
from telephony.fleet.box import Box, BoxPlan, FleetTimings

_log = structlog.get_logger(__name__)

# Events that nobody has taken yet; above, the boxes wait with theirs.
_MOST_OUTGOING = 20_000
# Between a box's name and its own name of a call that somebody else began: two boxes may use the same.
_OF = "/"


class Fleet:
    """A telephone system made of several.

    Args:
        plans: the boxes; their names differ.

    Raises:
        ValueError: no box, a box without a name, or two of the same name.
    """

    def __init__(self, plans: Sequence[BoxPlan], *, timings: FleetTimings | None = None) -> None:
        names = [plan.box for plan in plans]
        if not names or NO_BOX in names or len(set(names)) != len(names):
            raise ValueError("every telephone system of a fleet needs a name of its own")
        self._timings = timings or FleetTimings()
        self._boxes = {plan.box: Box(plan, self, self._timings) for plan in plans}
        self._book = FleetBook()
        self._out: deque[Event | None] = deque()
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._overtaken: OlderTermError | None = None

    # ---------------------------------------------------------------------------------- the port

    def of_term(self, term: int) -> None:
        """See `dialer.domain.ports.KeepsTerm`: of every box."""
        for box in self._boxes.values():
            if isinstance(box.system, KeepsTerm):
                box.system.of_term(term)

    async def overtaken(self, error: OlderTermError) -> None:
        """See `Home`."""
        self._overtaken = error
        self._news.set()

    async def start(self) -> None:
        """Connect to every box; those that are not there are tried on.

        Raises:
            TelephoneSystemUnavailableError: none of them is there; it says why of each.
        """
        await self._end_boxes()
        self._out.clear()
        self._room.set()
        for box in self._boxes.values():
            box.begin()
        tried = [asyncio.create_task(box.wait_tried()) for box in self._boxes.values()]
        try:
            await asyncio.wait(tried, timeout=self._timings.start)
            if not any(box.is_heard for box in self._boxes.values()):
                await asyncio.wait(tried, timeout=self._timings.connect)
        finally:
            for task in tried:
                task.cancel()
        self._demand_in_charge()
        if not any(box.is_heard for box in self._boxes.values()):
            await self._end_boxes()
            raise TelephoneSystemUnavailableError(
                "; ".join(f"{box.name}: {box.why_down}" for box in self._boxes.values())
            )

    async def perform(self, command: TelephoneCommand, *, dial: str | None = None) -> None:
        """See the port; what a box does not take raises as that box does."""
        match command:
            case Originate():
                await self._originate(command, dial)
            case Bridge():
                await self._bridge(command)
            case ConnectAgentLeg():
                await self._connect_leg(command)
            case DropAgentLeg():
                await self._drop_leg(command.agent)
            case _:
                await self._about_call(command.attempt, command)

    async def events(self) -> AsyncIterator[Event]:
        """What happens at any box, in its order, until `stop`."""
        while True:
            self._demand_in_charge()
            while self._out:
                event = self._out.popleft()
                if len(self._out) < _MOST_OUTGOING:
                    self._room.set()
                if event is None:
                    return
                if isinstance(event, NetworkReconciled):
                    self._mark_read(event)
                yield event
            self._news.clear()
            await self._news.wait()

    def _demand_in_charge(self) -> None:
        if self._overtaken is not None:
            raise self._overtaken

    async def reconcile(self) -> NetworkReconciled:
        """Everything that lives at the boxes that are heard; the others are named as `elsewhere`.

        Raises:
            TelephoneSystemUnavailableError: none of them is heard.
        """
        reports: list[NetworkReconciled] = []
        for box in self._boxes.values():
            if not box.is_heard:
                continue
            with contextlib.suppress(TelephoneSystemUnavailableError, TimeoutError):
                async with asyncio.timeout(self._timings.connect):
                    found = await box.system.reconcile()
                reports.append(self._take_in(box, found))
        if not reports:
            raise TelephoneSystemUnavailableError("none of the telephone systems is heard")
        merged = self._merged(reports)
        self._mark_read(merged)
        known = {found.box for found in merged.boxes}
        # Older news of what lives there would speak of less than what is begun from here on.
        self._out = deque(
            event
            for event in self._out
            if not (isinstance(event, NetworkReconciled) and {found.box for found in event.boxes} <= known)
        )
        return merged

    async def what_became(self, unended: Sequence[Unended]) -> tuple[Event, ...]:
        """See `dialer.domain.ports.KeepsRecord`: each box is asked for its own."""
        told: list[Event] = []
        for box in self._boxes.values():
            asked = [one for one in unended if one.box == box.name]
            if asked and isinstance(box.system, KeepsRecord):
                told += await box.system.what_became(asked)
        return tuple(told)

    def sound(self) -> Mapping[AgentId, AgentSound]:
        """See `dialer.domain.sound.HearsPhones`: of all boxes."""
        found: dict[AgentId, AgentSound] = {}
        for box in self._boxes.values():
            if isinstance(box.system, HearsPhones):
                found |= box.system.sound()
        return dict(sorted(found.items()))

    async def stop(self) -> None:
        """Disconnect from all; live calls are left to each box's own limits."""
        await self._end_boxes()
        self._out.append(None)
        self._news.set()

    # ------------------------------------------------------------------ what only some of them can do

    async def press_keys(self, attempt: AttemptId, keys: str) -> None:
        """See `dialer.domain.ports.KeyPad`."""
        box = self.box_of_call(attempt)
        if box is None or not isinstance(box.system, KeyPad):
            raise UnknownThingError("call", attempt)
        await box.system.press_keys(attempt, keys)

    async def test_caller_id(self, number: str, *, shown: str) -> CallBackTest:
        """See `dialer.domain.ports.TestsCallerIds`; it may come in at any of the boxes."""
        heard = [box.system for box in self._boxes.values() if box.is_heard]
        able = [system for system in heard if isinstance(system, HasCallBacks)]
        if not able:
            raise TelephoneSystemUnavailableError(
                "no telephone system that can call our own numbers is heard"
            )
        others = tuple(system.call_backs for system in able[1:])
        return await able[0].test_caller_id(number, shown=shown, elsewhere=others)

    async def listen(self, agent: AgentId, supervisor: EndpointId, ear: Ear) -> str:
        """See `dialer.domain.listening.TalkControls`; the supervisor's phone is rung from the agent's box."""
        box = self.box_of_agent(agent)
        if box is None or not isinstance(box.system, TalkControls):
            raise UnknownThingError("agent", agent)
        return f"{box.name}{_OF}{await box.system.listen(agent, supervisor, ear)}"

    async def stop_listening(self, listening: str) -> None:
        """See `dialer.domain.listening.TalkControls`."""
        name, _, own = listening.partition(_OF)
        box = self._boxes.get(BoxId(name))
        if box is None or not isinstance(box.system, TalkControls):
            raise UnknownThingError("listening", listening)
        await box.system.stop_listening(own)

    async def pause_recording(self, attempt: AttemptId) -> None:
        """See `dialer.domain.listening.TalkControls`."""
        await self._recording(attempt).pause_recording(attempt)

    async def resume_recording(self, attempt: AttemptId) -> None:
        """See `dialer.domain.listening.TalkControls`."""
        await self._recording(attempt).resume_recording(attempt)

    def _recording(self, attempt: AttemptId) -> TalkControls:
        box = self.box_of_call(attempt)
        if box is None or not isinstance(box.system, TalkControls):
            raise UnknownThingError("call", attempt)
        return box.system

    def caller_of(self, call: InboundId) -> str | None:
        """See `dialer.domain.ports.InboundLines`."""
        box, own = self._inbound(call)
        return None if box is None else box.caller_of(own)

    async def perform_inbound(self, command: InboundCommand) -> None:
        """See `dialer.domain.ports.InboundLines`."""
        box, own = self._inbound(command.call)
        if box is None and isinstance(command, BridgeInbound):
            reason = "the call is over"
            await self._say(InboundBridgeFailed(call=command.call, agent=command.agent, reason=reason))
            return
        if box is None:
            return  # of a box that is none of ours any more: over, as far as anybody knows
        await box.perform_inbound(replace(command, call=own))

    def _inbound(self, call: InboundId) -> tuple[InboundLines | None, InboundId]:
        """The box of a call that somebody else began, and the box's own name for it."""
        name, _, own = call.partition(_OF)
        box = self._boxes.get(BoxId(name))
        system = None if box is None else box.system
        return (system if isinstance(system, InboundLines) else None), InboundId(own)

    def box(self, name: BoxId) -> Box:
        """One of them. Raises KeyError."""
        return self._boxes[name]

    def box_of_call(self, attempt: AttemptId) -> Box | None:
        """Where the attempt was placed."""
        name = self._book.box_of(attempt)
        return None if name is None else self._boxes[name]

    def box_of_agent(self, agent: AgentId) -> Box | None:
        """Where the agent's telephone is rung from."""
        seat = self._book.seat(agent)
        return None if seat is None or seat.box is None else self._boxes[seat.box]

    # ----------------------------------------------------------------------------------- commands

    async def _originate(self, command: Originate, dial: str | None) -> None:
        ready = [box.name for box in self._boxes.values() if box.is_read]
        talk = None if command.joins is None else self._book.box_of(command.joins)
        name = command.box or talk or self._book.best_for_call(ready)
        if name is None:
            raise TelephoneSystemUnavailableError("none of the telephone systems is heard")
        box = self._boxes.get(self._book.place(command.attempt, name))
        if box is None or not box.is_read:
            self._book.over(command.attempt)
            raise TelephoneSystemUnavailableError(f"telephone system {name} is not heard")
        try:
            await box.system.perform(command, dial=dial)
        except TelephoneSystemUnavailableError:
            self._book.over(command.attempt)
            raise

    async def _bridge(self, command: Bridge) -> None:
        name, seat = self._book.box_of(command.attempt), self._book.seat(command.agent)
        if name is None or seat is None or seat.box != name:
            reason = (
                "the call is over" if name is None else "the agent's phone is at another telephone system"
            )
            await self._say(BridgeFailed(attempt=command.attempt, agent=command.agent, reason=reason))
            return
        await self._boxes[name].system.perform(command)

    async def _about_call(self, attempt: AttemptId, command: TelephoneCommand) -> None:
        """To the box of the call; where that is not known, to all: their channels' names never clash."""
        name = self._book.box_of(attempt)
        if name is not None:
            await self._boxes[name].system.perform(command)
            return
        for box in self._boxes.values():
            if box.is_heard:
                await box.system.perform(command)

    async def _connect_leg(self, command: ConnectAgentLeg) -> None:
        known = self._book.seat(command.agent)
        same = known is not None and known.endpoint in {command.endpoint, None}
        seat = self._book.want(command.agent, command.endpoint)
        box = None if seat.box is None else self._boxes[seat.box]
        if box is not None and seat.is_up and same and box.is_heard:
            # It was up before the agent was known, or is asked for again: whoever asks is told where.
            await self._say(AgentLegRestored(agent=seat.agent, box=box.name))
            return
        if box is not None and box.has(seat.endpoint):
            await box.system.perform(command)
            return
        if not any(box.is_heard for box in self._boxes.values()):
            raise TelephoneSystemUnavailableError("none of the telephone systems is heard")
        await self._ring(seat)

    async def _ring(self, seat: Seat) -> None:
        """Ring the telephone from the best box that has it; when none is there, when one comes."""
        able = [box.name for box in self._boxes.values() if box.is_heard and box.has(seat.endpoint)]
        seat.box = self._book.best_for_leg(able)
        if seat.box is None or seat.endpoint is None:
            _log.warning("agent.no_box", agent=seat.agent, endpoint=seat.endpoint)
            why = (
                f"phone {seat.endpoint} is at no telephone system that is heard; it is rung when one is back"
            )
            await self._say(AgentLegLost(agent=seat.agent, reason=why))
            return
        self._book.dropped(seat.box, seat.agent)
        command = ConnectAgentLeg(agent=seat.agent, endpoint=seat.endpoint)
        with contextlib.suppress(TelephoneSystemUnavailableError):
            await self._boxes[seat.box].system.perform(command)

    async def _drop_leg(self, agent: AgentId) -> None:
        seat = self._book.leave(agent)
        if seat is None or seat.box is None:
            return
        await self._end_leg(self._boxes[seat.box], agent)

    async def _end_leg(self, box: Box, agent: AgentId) -> None:
        try:
            await box.system.perform(DropAgentLeg(agent=agent))
        except TelephoneSystemUnavailableError:
            self._book.drop_later(box.name, agent)

    # ------------------------------------------------------------------------ what the boxes tell (Home)

    async def box_found(self, box: Box, found: NetworkReconciled) -> None:
        """Tell what lives there; ring the telephones that wait for it, end legs that are wanted elsewhere."""
        await self._say(self._merged([self._take_in(box, found)]))
        for agent in found.agents:
            if self._book.is_unwanted(box.name, agent):
                self._spawn_end_leg(box, agent)
        for seat in self._book.at(box.name):
            if seat.agent not in found.agents and seat.endpoint is not None:
                with contextlib.suppress(TelephoneSystemUnavailableError):
                    await box.system.perform(ConnectAgentLeg(agent=seat.agent, endpoint=seat.endpoint))
        for seat in self._book.nowhere():
            if box.has(seat.endpoint):
                await self._ring(seat)

    async def box_lost(self, event: NetworkLost) -> None:
        """Tell it; who sits there may still be talking."""
        await self._say(event)

    async def box_given_up(self, box: Box, event: BoxGivenUp) -> None:
        """Tell it, and ring its agents from elsewhere."""
        self._book.found(box.name, ())
        await self._say(event)
        for seat in self._book.at(box.name):
            seat.is_up = False
            seat.box = None
            if any(other.is_heard and other.has(seat.endpoint) for other in self._boxes.values()):
                self._book.drop_later(box.name, seat.agent)
                await self._ring(seat)

    async def box_said(self, box: Box, event: Event) -> None:
        """Pass on what concerns us."""
        match event:
            case AgentLegRestored():
                if self._book.leg_up(box.name, event.agent):
                    await self._say(replace(event, box=box.name))
                else:
                    self._spawn_end_leg(box, event.agent)
            case AgentLegLost():
                if self._book.leg_lost(box.name, event.agent):
                    await self._say(event)
            case CallEnded() | CallNotAttempted():
                self._book.over(event.attempt)
                await self._say(event)
            case LinesChanged():
                box.lines = event.lines
                await self._say(replace(event, box=box.name))
            case InboundArrived():
                named = replace(event, call=_named(box, event.call), box=box.name)
                await self._say(named)
            case InboundOptedOut() | InboundWaiting() | InboundBridged() | InboundBridgeFailed():
                await self._say(replace(event, call=_named(box, event.call)))
            case (
                InboundCallBackAsked()
                | InboundLanguageChosen()
                | InboundMessageLeft()
                | InboundUnserved()
                | InboundEnded()
            ):
                await self._say(replace(event, call=_named(box, event.call)))
            case _:
                await self._say(event)

    # ---------------------------------------------------------------------------------- small parts

    def _take_in(self, box: Box, found: NetworkReconciled) -> NetworkReconciled:
        """The box's report in our words: its legs that are wanted elsewhere left out."""
        self._book.found(box.name, found.live)
        for seat in self._book.at(box.name):
            if seat.agent not in found.agents:
                seat.is_up = False
        agents = tuple(agent for agent in found.agents if self._book.leg_up(box.name, agent))
        return NetworkReconciled(
            live=found.live,
            talking={name: agent for name, agent in found.talking.items() if agent in agents},
            agents=agents,
            boxes=(BoxFound(box=box.name, lines=box.lines),),
            seats=tuple((agent, box.name) for agent in agents),
            inbound=tuple((_named(box, call), agent) for call, agent in found.inbound),
        )

    def _merged(self, reports: Sequence[NetworkReconciled]) -> NetworkReconciled:
        told = {found.box for report in reports for found in report.boxes}
        return NetworkReconciled(
            live=tuple(sorted(name for report in reports for name in report.live)),
            talking=dict(sorted(pair for report in reports for pair in report.talking.items())),
            agents=tuple(sorted(agent for report in reports for agent in report.agents)),
            boxes=tuple(found for report in reports for found in report.boxes),
            elsewhere=tuple(name for name in self._boxes if name not in told),
            seats=tuple(sorted(seat for report in reports for seat in report.seats)),
            inbound=tuple(pair for report in reports for pair in report.inbound),
        )

    def _mark_read(self, report: NetworkReconciled) -> None:
        for found in report.boxes:
            box = self._boxes[found.box]
            box.is_read = box.is_heard

    async def _say(self, event: Event) -> None:
        await self._room.wait()
        self._out.append(event)
        if len(self._out) >= _MOST_OUTGOING:
            self._room.clear()
        self._news.set()

    def _spawn_end_leg(self, box: Box, agent: AgentId) -> None:
        task = asyncio.create_task(self._end_leg(box, agent))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _end_boxes(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*(box.end() for box in self._boxes.values()))


def _named(box: Box, call: InboundId) -> InboundId:
    return InboundId(f"{box.name}{_OF}{call}")
