"""Several line networks as one: which of them places a call and rings an agent's telephone, and one that
fails.

It behaves as `telephony.fleet` does over real systems, by the same book of seats and calls: a command about a
call goes where the call lives, one about an agent where they sit; a box that fails is told, given up, or
found again, and its agents are rung from elsewhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dialer.domain.commands import (
    Bridge,
    BridgeInbound,
    ConnectAgentLeg,
    DropAgentLeg,
    Originate,
    PartAgents,
)
from dialer.domain.events import (
    AgentLegLost,
    AgentLegRestored,
    BoxGivenUp,
    BridgeFailed,
    CallEnded,
    CallNotAttempted,
    Event,
    InboundArrived,
    InboundBridgeFailed,
    LinesChanged,
    NetworkLost,
    NetworkReconciled,
)
from dialer.domain.ids import AgentId, BoxId, InboundId
from dialer.domain.ports import InboundCommand, TelephoneCommand
from dialer.domain.telephone_events import BoxFound
from telephony.fleet.book import FleetBook, Seat
from telephony.lines.agenda import Agenda
from telephony.lines.behaviour import CallerBehaviour
from telephony.lines.line import CallerLine, Line
from telephony.lines.network import LineNetwork

_OF = "/"
"""Between a box's name and the name of a call that somebody else began there."""


class SeveralNetworks:
    """A telephone system made of several line networks.

    Args:
        boxes: by name; at least one.
    """

    def __init__(self, boxes: Mapping[BoxId, LineNetwork]) -> None:
        self._boxes = dict(boxes)
        self._down: set[BoxId] = set()
        self._book = FleetBook()
        self._agenda = Agenda()
        self._said: list[Event] = []
        self._arrived = 0

    # --- time --------------------------------------------------------------------------------------------

    def next_wakeup(self) -> float | None:
        """When `wake` is wanted next (POSIX seconds); None = nothing is going on."""
        times = [self._agenda.next_at(), *(box.next_wakeup() for box in self._boxes.values())]
        return min((at for at in times if at is not None), default=None)

    def wake(self, now: float) -> Sequence[Event]:
        """Make the one move that is due first; returns what it made happen, in order."""
        due = self._agenda.next_at()
        first = self._first(due)
        if first is None:
            self._agenda.make_next(now)
        else:
            self._agenda.now = now
            for event in self._boxes[first].wake(now):
                self._heard(first, event)
        said, self._said = self._said, []
        return said

    def _first(self, due: float | None) -> BoxId | None:
        """The box whose move is due first; None = something of our own is, which comes first of equals."""
        best: tuple[float, BoxId] | None = None
        for name, box in self._boxes.items():
            at = box.next_wakeup()
            if at is not None and (best is None or at < best[0]):
                best = at, name
        return None if best is None or (due is not None and due <= best[0]) else best[1]

    def shift_clock(self, seconds: float) -> None:
        """See `LineNetwork`."""
        self._agenda.shift(seconds)
        for box in self._boxes.values():
            box.shift_clock(seconds)

    # --- orders ------------------------------------------------------------------------------------------

    def perform(self, command: TelephoneCommand, *, now: float, dial: str = "") -> None:
        """See `LineNetwork`; what a box that is down should do is refused."""
        self._agenda.now = now
        match command:
            case Originate():
                self._originate(command, now, dial)
            case Bridge():
                self._bridge(command, now)
            case ConnectAgentLeg():
                self._connect_leg(command, now)
            case DropAgentLeg():
                self._leave(command.agent, now)
            case _:
                name = self._book.box_of(command.attempt)
                if name is None and isinstance(command, PartAgents):  # the person's call is over already
                    for box in self._up():
                        box.perform(command, now=now)
                elif name is not None and name not in self._down:
                    self._boxes[name].perform(command, now=now)

    def _up(self) -> list[LineNetwork]:
        return [box for name, box in self._boxes.items() if name not in self._down]

    def _originate(self, command: Originate, now: float, dial: str) -> None:
        ready = [name for name in self._boxes if name not in self._down]
        talk = None if command.joins is None else self._book.box_of(command.joins)
        name = command.box or talk or self._book.best_for_call(ready)
        if name is None or name not in ready:
            reason = f"telephone system {name} is not heard"
            self._tell(CallNotAttempted(attempt=command.attempt, reason=reason))
            return
        self._boxes[self._book.place(command.attempt, name)].perform(command, now=now, dial=dial)

    def _bridge(self, command: Bridge, now: float) -> None:
        name, seat = self._book.box_of(command.attempt), self._book.seat(command.agent)
        if name is None or seat is None or seat.box != name or name in self._down:
            reason = "the agent's phone is at another telephone system" if name else "the call is over"
            self._tell(BridgeFailed(attempt=command.attempt, agent=command.agent, reason=reason))
            return
        self._boxes[name].perform(command, now=now)

    def _connect_leg(self, command: ConnectAgentLeg, now: float) -> None:
        known = self._book.seat(command.agent)
        same = known is not None and known.endpoint in {command.endpoint, None}
        seat = self._book.want(command.agent, command.endpoint)
        if seat.box is not None and seat.is_up and same and seat.box not in self._down:
            self._tell(AgentLegRestored(agent=seat.agent, box=seat.box))
        elif seat.box is None:
            self._ring(seat, now)

    def _ring(self, seat: Seat, now: float) -> None:
        seat.box = self._book.best_for_leg([name for name in self._boxes if name not in self._down])
        if seat.box is not None and seat.endpoint is not None:
            command = ConnectAgentLeg(agent=seat.agent, endpoint=seat.endpoint)
            self._boxes[seat.box].perform(command, now=now)

    def _leave(self, agent: AgentId, now: float) -> None:
        seat = self._book.leave(agent)
        if seat is not None and seat.box is not None:
            self._boxes[seat.box].perform(DropAgentLeg(agent=agent), now=now)

    def perform_inbound(self, command: InboundCommand, *, now: float) -> None:
        """See `LineNetwork`."""
        self._agenda.now = now
        name = BoxId(command.call.partition(_OF)[0])
        if name in self._boxes and name not in self._down:
            self._boxes[name].perform_inbound(command, now=now)
        elif isinstance(command, BridgeInbound):
            reason = "the call is over"
            self._tell(InboundBridgeFailed(call=command.call, agent=command.agent, reason=reason))

    # --- what the boxes tell -----------------------------------------------------------------------------

    def _heard(self, box: BoxId, event: Event) -> None:
        match event:
            case AgentLegRestored():
                if self._book.leg_up(box, event.agent):
                    self._said.append(replace(event, box=box))
                else:
                    self._boxes[box].leave_seat(event.agent, now=self._agenda.now)
            case AgentLegLost():
                if self._book.leg_lost(box, event.agent):
                    self._said.append(event)
            case CallEnded() | CallNotAttempted():
                self._book.over(event.attempt)
                self._said.append(event)
            case InboundArrived():
                self._said.append(replace(event, box=box))
            case _:
                self._said.append(event)

    def _tell(self, event: Event) -> None:
        self._agenda.order(0.0, self._say, event)

    def _say(self, event: Event) -> None:
        self._said.append(event)

    # --- boxes that fail ---------------------------------------------------------------------------------

    def fail(self, box: BoxId, reason: str, *, now: float) -> None:
        """The power of one box goes, with everything that lives there; it is told that it is not heard."""
        self._agenda.now = now
        self._boxes[box].end_all()
        self._down.add(box)
        self._tell(NetworkLost(reason=reason, box=box))

    def give_up(self, box: BoxId, reason: str, *, now: float) -> None:
        """Nobody waits for the box any more: its agents are rung from elsewhere."""
        self._agenda.now = now
        self._book.found(box, ())
        self._tell(BoxGivenUp(box=box, reason=reason))
        for seat in self._book.at(box):
            seat.is_up, seat.box = False, None
            self._ring(seat, now)

    def divert(self, box: BoxId, *, over: BoxId, lines: int, reason: str, now: float) -> None:
        """None of the box's own trunks works: its calls leave by those of another, so many at most."""
        self._agenda.now = now
        self._tell(LinesChanged(box=box, lines=lines, over=over, reason=reason))

    def end_diversion(self, box: BoxId, *, now: float) -> None:
        """The box's own trunks work again."""
        self._agenda.now = now
        self._tell(LinesChanged(box=box, lines=self._boxes[box].most_lines))

    def restore(self, box: BoxId, *, now: float) -> None:
        """The box is heard again, and nothing lives there; telephones that nobody else rings are rung."""
        self._agenda.now = now
        self._down.discard(box)
        self._book.found(box, ())
        for seat in self._book.at(box):
            seat.is_up, seat.box = False, None
        self._tell(self._report([box]))
        for seat in self._book.nowhere():
            self._ring(seat, now)

    # --- what lives here ---------------------------------------------------------------------------------

    def living(self) -> NetworkReconciled:
        """See `LineNetwork`: of all boxes that are heard; the others are named as `elsewhere`."""
        return self._report([name for name in self._boxes if name not in self._down])

    def _report(self, names: Sequence[BoxId]) -> NetworkReconciled:
        reports = {name: self._boxes[name].living() for name in names}
        return NetworkReconciled(
            live=tuple(sorted(call for found in reports.values() for call in found.live)),
            talking=dict(sorted(pair for found in reports.values() for pair in found.talking.items())),
            agents=tuple(sorted(agent for found in reports.values() for agent in found.agents)),
            boxes=tuple(BoxFound(box=name, lines=self._boxes[name].most_lines) for name in names),
            elsewhere=tuple(name for name in self._boxes if name not in reports),
            seats=tuple(sorted((agent, name) for name, found in reports.items() for agent in found.agents)),
            inbound=tuple(pair for found in reports.values() for pair in found.inbound),
        )

    @property
    def in_flight(self) -> int:
        """See `LineNetwork`."""
        return sum(box.in_flight for box in self._boxes.values())

    @property
    def placed(self) -> int:
        """See `LineNetwork`."""
        return sum(box.placed for box in self._boxes.values())

    @property
    def most_in_flight(self) -> int:
        """The sum of the most that each box ever had."""
        return sum(box.most_in_flight for box in self._boxes.values())

    def lines(self) -> tuple[Line, ...]:
        """See `LineNetwork`."""
        return tuple(line for box in self._boxes.values() for line in box.lines())

    def callers(self) -> tuple[CallerLine, ...]:
        """See `LineNetwork`."""
        return tuple(line for box in self._boxes.values() for line in box.callers())

    def caller_of(self, call: InboundId) -> str | None:
        """See `LineNetwork`."""
        box = self._boxes.get(BoxId(call.partition(_OF)[0]))
        return None if box is None else box.caller_of(call)

    def is_seated(self, agent: AgentId) -> bool:
        """See `LineNetwork`."""
        return any(box.is_seated(agent) for box in self._boxes.values())

    # --- the far side ------------------------------------------------------------------------------------

    def call_in(
        self, *, number: str | None, dialed: str, behaviour: CallerBehaviour, now: float
    ) -> CallerLine | None:
        """Somebody calls us at `now`, at the first box that is up; None = there is none."""
        name = next((name for name in self._boxes if name not in self._down), None)
        if name is None:
            return None
        self._arrived += 1
        call = f"{name}{_OF}in-{self._arrived}"
        return self._boxes[name].call_in(
            number=number, dialed=dialed, behaviour=behaviour, now=now, call=call
        )

    def take_seat(self, agent: AgentId) -> None:
        """Where there are several, a leg is up only when it was rung."""

    def lose_leg(self, agent: AgentId, *, now: float) -> None:
        """See `LineNetwork`."""
        for box in self._boxes.values():
            box.lose_leg(agent, now=now)

    def restore_leg(self, agent: AgentId, *, now: float) -> None:
        """The agent's telephone can be rung again, and is."""
        seat = self._book.seat(agent)
        if seat is not None and seat.box is not None and seat.box not in self._down:
            self._boxes[seat.box].restore_leg(agent, now=now)

    def leave_seat(self, agent: AgentId, *, now: float) -> None:
        """See `LineNetwork`."""
        self._leave(agent, now)
