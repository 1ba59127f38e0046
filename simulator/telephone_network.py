"""The telephone network of a rehearsal: the line network (`telephony.lines`), driven by the world's heap.

It is the network that the live fakes drive by timers, with one difference: it is strict, so a call that is
not cleared stops the rehearsal. What a called telephone does is drawn by the public (`simulator.people`).
"""

from collections.abc import Callable
from typing import cast, get_args

from dialer.domain.commands import (
    Bridge,
    ConfirmOptOut,
    ConnectAgentLeg,
    DropAgentLeg,
    Hangup,
    HoldPerson,
    JoinAgents,
    JoinThirdParty,
    LeaveMessage,
    Originate,
    PartAgents,
    ReleaseAgent,
    StartRecording,
    StopRecording,
)
from dialer.domain.events import Event, NetworkReconciled
from dialer.domain.ids import AgentId, BoxId, InboundId
from dialer.domain.ports import InboundCommand, TelephoneCommand
from simulator.plans import RecordingsPlan
from simulator.scenario import NetworkPlan
from simulator.streams import Stream
from simulator.world import World
from telephony.lines.behaviour import CalledParties, CallerBehaviour, LineTimings
from telephony.lines.line import CallerLine, Line
from telephony.lines.network import LineNetwork
from telephony.lines.several import SeveralNetworks
from telephony.lines.watching import LineWatcher

ORDERS = (
    Originate,
    Bridge,
    Hangup,
    ReleaseAgent,
    HoldPerson,
    JoinThirdParty,
    JoinAgents,
    PartAgents,
    LeaveMessage,
    StartRecording,
    StopRecording,
    ConfirmOptOut,
    DropAgentLeg,
)
INBOUND_ORDERS = cast("tuple[type[InboundCommand], ...]", get_args(InboundCommand))


class Trunk:
    """The carrier: how long a join takes, and its bad moments."""

    def __init__(self, plan: NetworkPlan, chance: Stream) -> None:
        self._plan = plan
        self._chance = chance
        self._down_until = 0.0
        self._down_share = 0.0
        self._refuses_until = 0.0

    def fail(self, until: float, share: float) -> None:
        """Until `until` (POSIX seconds), this share of new calls fails in the carrier's network."""
        self._down_until, self._down_share = until, share

    def refuse(self, until: float) -> None:
        """Until `until` (POSIX seconds), no order gets a channel."""
        self._refuses_until = until

    def is_refusing(self, now: float) -> bool:
        """See `telephony.lines.behaviour.Carrier`."""
        return now < self._refuses_until

    def bridge_s(self) -> float:
        """See `telephony.lines.behaviour.Carrier`."""
        return self._plan.bridge_s.at(self._chance.next())

    def is_failing(self, now: float) -> bool:
        """See `telephony.lines.behaviour.Carrier`."""
        return now < self._down_until and self._chance.next() < self._down_share


class TelephoneNetwork:
    """The lines of a rehearsal, and what becomes of them.

    Args:
        floor: who sits at our end, and hears when talks begin and end.
        recordings: how long what is played lasts.
        report: where the network says what happened; the world's `tell`, or a fault injector before it.
        is_strict: a call that is not cleared stops the rehearsal; else it is refused, as a dialplan does.
    """

    def __init__(
        self,
        *,
        world: World,
        plan: NetworkPlan,
        public: CalledParties,
        floor: LineWatcher,
        chance: Stream,
        recordings: RecordingsPlan | None = None,
        report: Callable[[Event], None] | None = None,
        is_strict: bool = True,
    ) -> None:
        self._world = world
        self.trunk = Trunk(plan, chance)

        def box(lines: int) -> LineNetwork:
            return LineNetwork(
                called=public,
                carrier=self.trunk,
                timings=line_timings(plan, recordings or RecordingsPlan()),
                most_lines=lines,
                is_strict=is_strict,
                watcher=floor,
                our_lines=plan.our_lines,
            )

        self._boxes = SeveralNetworks({BoxId(one.name): box(one.lines) for one in plan.boxes})
        self._lines: LineNetwork | SeveralNetworks = self._boxes if plan.boxes else box(plan.lines)
        self._legs_are_rung = plan.leg_s is not None or bool(plan.boxes)
        self.report: Callable[[Event], None] = report or world.tell
        self.is_deaf = False
        """While the connection to us is cut, orders do not arrive; lines live on by themselves."""
        for kind in ORDERS:
            world.on(kind, self._perform)
        for kind in INBOUND_ORDERS:
            world.on(kind, self._perform_inbound)
        world.on(ConnectAgentLeg, self._connect_leg)
        world.drive(self._lines.next_wakeup, self._wake, self._lines.shift_clock)

    def _wake(self, now: float) -> None:
        for event in self._lines.wake(now):
            self.report(event)

    # --- orders ------------------------------------------------------------------------------------------

    def _perform(self, command: TelephoneCommand) -> None:
        if not self.is_deaf:
            self._lines.perform(command, now=self._world.now)

    def _perform_inbound(self, command: InboundCommand) -> None:
        if not self.is_deaf:
            self._lines.perform_inbound(command, now=self._world.now)

    def _connect_leg(self, command: ConnectAgentLeg) -> None:
        """A leg that was up before anybody asked is not rung, and nothing is told."""
        if self._legs_are_rung:
            self._perform(command)

    # --- the far side ------------------------------------------------------------------------------------

    def take_seat(self, agent: AgentId) -> None:
        """The agent sits down; where legs are not rung, theirs is up from now on."""
        if not self._legs_are_rung:
            self._lines.take_seat(agent)

    def lose_leg(self, agent: AgentId) -> None:
        """The agent's telephone dies."""
        self._lines.lose_leg(agent, now=self._world.now)

    def restore_leg(self, agent: AgentId) -> None:
        """The agent's telephone is back."""
        self._lines.restore_leg(agent, now=self._world.now)

    def leave_seat(self, agent: AgentId) -> None:
        """The agent puts the telephone down and goes."""
        self._lines.leave_seat(agent, now=self._world.now)

    def is_seated(self, agent: AgentId) -> bool:
        """Whether the agent's leg is up."""
        return self._lines.is_seated(agent)

    def call_in(self, *, number: str | None, dialed: str, behaviour: CallerBehaviour) -> CallerLine | None:
        """Somebody calls us now; None = no telephone system of ours is up."""
        return self._lines.call_in(number=number, dialed=dialed, behaviour=behaviour, now=self._world.now)

    def caller_of(self, call: InboundId) -> str | None:
        """Who calls, by the network's word; None = withheld, or over."""
        return self._lines.caller_of(call)

    # --- where there are several -------------------------------------------------------------------------

    def fail_box(self, box: BoxId, reason: str) -> None:
        """One of several telephone systems dies."""
        self._boxes.fail(box, reason, now=self._world.now)

    def give_up_box(self, box: BoxId, reason: str) -> None:
        """Nobody waits for it any more."""
        self._boxes.give_up(box, reason, now=self._world.now)

    def divert_box(self, box: BoxId, over: BoxId, lines: int, reason: str) -> None:
        """None of the box's own trunks works: its calls leave by another's."""
        self._boxes.divert(box, over=over, lines=lines, reason=reason, now=self._world.now)

    def end_box_diversion(self, box: BoxId) -> None:
        """They work again."""
        self._boxes.end_diversion(box, now=self._world.now)

    def restore_box(self, box: BoxId) -> None:
        """It is heard again."""
        self._boxes.restore(box, now=self._world.now)

    # --- what lives here ---------------------------------------------------------------------------------

    @property
    def in_flight(self) -> int:
        """Lines that exist now."""
        return self._lines.in_flight

    @property
    def calls(self) -> int:
        """Calls that were placed."""
        return self._lines.placed

    @property
    def most_lines(self) -> int:
        """The most lines that there ever were at once."""
        return self._lines.most_in_flight

    def lines(self) -> tuple[Line, ...]:
        """Lines that we placed, for tests of what must hold."""
        return self._lines.lines()

    def callers(self) -> tuple[CallerLine, ...]:
        """Lines of people who call us."""
        return self._lines.callers()

    def reconciled(self) -> NetworkReconciled:
        """All that lives here, as the telephone system would answer."""
        return self._lines.living()


def line_timings(plan: NetworkPlan, recordings: RecordingsPlan) -> LineTimings:
    """How long the scenario's network takes."""
    return LineTimings(
        failure_s=plan.trunk_failure_s,
        hangup_s=plan.hangup_s,
        leg_s=plan.leg_s or 0.0,
        silence_s=plan.silence_s,
        message_s=plan.message_s,
        notice_s=recordings.notice_s,
        drop_s=recordings.drop_s,
        confirm_s=plan.confirm_s,
        overflow_s=plan.overflow_s,
        queue_s=plan.queue_s,
    )
