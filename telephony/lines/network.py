"""A telephone network that is all decisions: whoever drives it brings the time and carries its news.

Theory of operation. An order changes what is planned and tells nothing; whatever happens is a move, due at an
instant, and `wake` makes the moves one after the other and returns what each made happen. So the same orders
at the same instants give the same events, whether a heap of virtual time drives it or the timers of a running
loop, and nobody is ever told of something from inside their own order.

It keeps the duties of `dialer.domain.ports.TelephoneSystem` and of `InboundLines`; `telephony.conformance`
says which.
"""

from collections.abc import Sequence
from typing import assert_never

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
from dialer.domain.events import AgentLegLost, AgentLegRestored, Event, NetworkReconciled
from dialer.domain.ids import AgentId, AttemptId, InboundId
from dialer.domain.inbound_line import InboundLine
from dialer.domain.ports import InboundCommand, TelephoneCommand
from telephony.lines.agenda import Agenda
from telephony.lines.behaviour import CalledParties, CallerBehaviour, Carrier, LineTimings, SteadyCarrier
from telephony.lines.inbound import Inbound
from telephony.lines.legs import Legs, Pair
from telephony.lines.line import CallerLine, Line
from telephony.lines.outbound import Outbound
from telephony.lines.states import LineState
from telephony.lines.watching import LineWatcher, Unwatched

_NOTHING: tuple[Event, ...] = ()


class LineNetwork:
    """One telephone system; see the ports for its duties.

    Args:
        called: whoever may be called.
        most_lines: channels that may exist at once; beyond them an order is not carried out.
        is_strict: an order without a valid clearance raises `UnclearedCallError`; else it is refused.
        watcher: hears what becomes of the lines.
        our_lines: our numbers that people call; () = each is always open and asks nothing.
    """

    def __init__(
        self,
        *,
        called: CalledParties,
        carrier: Carrier | None = None,
        timings: LineTimings | None = None,
        most_lines: int = 3000,
        is_strict: bool = False,
        watcher: LineWatcher | None = None,
        our_lines: tuple[InboundLine, ...] = (),
    ) -> None:
        self._agenda = Agenda()
        self._legs = Legs()
        self._said: list[Event] = []
        self.most_lines = most_lines
        self._carrier = carrier or SteadyCarrier()
        self._timings = timings or LineTimings()
        watched = watcher or Unwatched()
        self._outbound = Outbound(
            agenda=self._agenda,
            legs=self._legs,
            say=self._say,
            called=called,
            carrier=self._carrier,
            timings=self._timings,
            watcher=watched,
            most_lines=most_lines,
            is_strict=is_strict,
        )
        self._inbound = Inbound(
            agenda=self._agenda,
            legs=self._legs,
            say=self._say,
            timings=self._timings,
            watcher=watched,
            our_lines=our_lines,
        )

    # --- time --------------------------------------------------------------------------------------------

    def next_wakeup(self) -> float | None:
        """When `wake` is wanted next (POSIX seconds); None = nothing is going on."""
        return self._agenda.next_at()

    def wake(self, now: float) -> Sequence[Event]:
        """Make the one move that is due first, at `now`; returns what it made happen, in order.

        Call it again as long as `next_wakeup` is not in the future, and tell what it returned before that.
        """
        self._agenda.make_next(now)
        if not self._said:
            return _NOTHING
        said, self._said = self._said, []
        return said

    def shift_clock(self, seconds: float) -> None:
        """The clock by which everybody counts was set: every span keeps its length."""
        self._agenda.shift(seconds)

    # --- orders ------------------------------------------------------------------------------------------

    def perform(self, command: TelephoneCommand, *, now: float, dial: str = "") -> None:
        """Take one order at `now` (POSIX seconds); what comes of it is told by `wake`.

        Args:
            dial: E.164 number for an `Originate`, where the driver knows it.

        Raises:
            UnclearedCallError: a call without a valid clearance, where the network is strict.
        """
        agenda, outbound = self._agenda, self._outbound
        agenda.now = now
        match command:
            case Originate():
                outbound.originate(command, dial)
            case Bridge():
                cue_s = 0.0 if command.cue is None else command.cue.most_s
                agenda.order(self._carrier.bridge_s() + cue_s, outbound.bridge, command)
            case Hangup():
                agenda.order(self._timings.hangup_s, outbound.hang_up, command)
            case ReleaseAgent():
                agenda.order(0.0, outbound.release, command)
            case HoldPerson() | JoinThirdParty() | JoinAgents() | PartAgents():
                self._perform_consultation(command)
            case LeaveMessage() | StartRecording() | StopRecording() | ConfirmOptOut():
                self._perform_sound(command)
            case ConnectAgentLeg():
                agenda.order(self._timings.leg_s, self._leg_up, command.agent)
            case DropAgentLeg():
                agenda.order(0.0, self._drop_leg, command.agent)
            case _:
                assert_never(command)

    def _perform_consultation(self, command: HoldPerson | JoinThirdParty | JoinAgents | PartAgents) -> None:
        agenda, outbound = self._agenda, self._outbound
        match command:
            case HoldPerson():
                agenda.order(self._carrier.bridge_s(), outbound.hold, command)
            case JoinThirdParty():
                agenda.order(self._carrier.bridge_s(), outbound.join_third, command)
            case JoinAgents():
                agenda.order(self._carrier.bridge_s(), outbound.join_agents, command)
            case PartAgents():
                agenda.order(0.0, outbound.part_agents, command)

    def _perform_sound(self, command: LeaveMessage | StartRecording | StopRecording | ConfirmOptOut) -> None:
        agenda, outbound = self._agenda, self._outbound
        match command:
            case LeaveMessage():
                agenda.order(0.0, outbound.leave_message, command)
            case StartRecording():
                agenda.order(self._timings.begin_recording_s, outbound.start_recording, command)
            case StopRecording():
                agenda.order(0.0, outbound.stop_recording, command)
            case ConfirmOptOut():
                agenda.order(0.0, outbound.confirm_opt_out, command)

    def perform_inbound(self, command: InboundCommand, *, now: float) -> None:
        """Take one order about a call that somebody else began, at `now`."""
        agenda, inbound = self._agenda, self._inbound
        agenda.now = now
        match command:
            case BridgeInbound():
                agenda.order(self._carrier.bridge_s(), inbound.bridge, command)
            case HangupInbound():
                agenda.order(0.0, inbound.hang_up, command)
            case DismissInbound():
                agenda.order(0.0, inbound.dismiss, command)
            case TellInboundPlace():
                agenda.order(0.0, inbound.tell_place, command)
            case ConfirmCallBack():
                agenda.order(0.0, inbound.confirm_call_back, command)
            case ConfirmInboundOptOut():
                agenda.order(0.0, inbound.confirm_opt_out, command)
            case _:
                assert_never(command)

    def press_keys(self, attempt: AttemptId, keys: str) -> None:
        """See `dialer.domain.ports.KeyPad`; who was called hears them as `Line.keys`.

        Raises:
            UnknownThingError: no such call is up.
        """
        self._outbound.press_keys(attempt, keys)

    # --- what lives here ---------------------------------------------------------------------------------

    @property
    def in_flight(self) -> int:
        """Lines that exist now, those of callers among them."""
        return len(self._outbound.lines) + len(self._inbound.lines)

    @property
    def placed(self) -> int:
        """Calls that were placed."""
        return self._outbound.placed

    @property
    def most_in_flight(self) -> int:
        """The most lines of ours that there ever were at once."""
        return self._outbound.most_in_flight

    @property
    def acknowledged(self) -> frozenset[AttemptId]:
        """Attempts whose opt-out was acknowledged on the line."""
        return frozenset(self._outbound.acknowledged)

    def lines(self) -> tuple[Line, ...]:
        """Lines that we placed, in that order."""
        return tuple(self._outbound.lines.values())

    def callers(self) -> tuple[CallerLine, ...]:
        """Lines of people who call us, in the order in which they came."""
        return tuple(self._inbound.lines.values())

    def caller_of(self, call: InboundId) -> str | None:
        """See `dialer.domain.ports.InboundLines`."""
        line = self._inbound.lines.get(call)
        return None if line is None else line.number

    def is_seated(self, agent: AgentId) -> bool:
        """Whether the agent's leg is up."""
        return self._legs.is_up(agent)

    def living(self) -> NetworkReconciled:
        """All that lives here, as the telephone system would answer."""
        lines = self._outbound.lines
        return NetworkReconciled(
            live=tuple(sorted(lines)),
            talking={
                name: agent
                for name, line in sorted(lines.items())
                if line.state is LineState.JOINED and (agent := line.agent) is not None
            },
            agents=self._legs.seated(),
            inbound=self._inbound.living(),
        )

    # --- the far side, for whoever owns it ---------------------------------------------------------------

    def call_in(
        self, *, number: str | None, dialed: str, behaviour: CallerBehaviour, now: float, call: str = ""
    ) -> CallerLine:
        """Somebody calls us at `now`; the arrival is told by the next `wake`.

        Args:
            number: theirs, E.164 (an id where the driver has nothing else); None = withheld.
            dialed: ours.
            call: its name; '' = 'in-' and a number of its own.
        """
        self._agenda.now = now
        line = CallerLine(InboundId(call or f"in-{self._inbound.arrived + 1}"), number, dialed, behaviour)
        self._inbound.arrived += 1
        self._agenda.order(0.0, self._inbound.call_in, line)
        return line

    def take_seat(self, agent: AgentId) -> None:
        """The agent's leg is up, and was before anybody asked for it: nothing is told."""
        self._legs.put_up(agent)

    def lose_leg(self, agent: AgentId, *, now: float) -> None:
        """An agent's telephone dies at `now`; `AgentLegLost` is told by the next `wake`."""
        self._agenda.now = now
        self._agenda.order(0.0, self._leg_lost, agent)

    def restore_leg(self, agent: AgentId, *, now: float) -> None:
        """An agent's telephone is back at `now`, by itself; `AgentLegRestored` is told by the next `wake`."""
        self._agenda.now = now
        self._agenda.order(0.0, self._leg_up, agent)

    def leave_seat(self, agent: AgentId, *, now: float) -> None:
        """The agent hangs up for good at `now`: nothing is told of the leg."""
        self._agenda.now = now
        self._agenda.order(0.0, self._drop_leg, agent)

    def end_all(self) -> None:
        """The power goes: every line is gone and nobody is told."""
        self._agenda.clear()
        self._said.clear()
        self._legs.clear()
        self._outbound.lines.clear()
        self._inbound.lines.clear()

    # --- legs --------------------------------------------------------------------------------------------

    def _leg_up(self, agent: AgentId) -> None:
        self._legs.put_up(agent)
        self._say(AgentLegRestored(agent=agent))

    def _drop_leg(self, agent: AgentId) -> None:
        heard = self._legs.gone(agent)
        if heard is None or isinstance(heard, Pair):
            self._outbound.holder_gone(agent, heard)
        elif isinstance(heard, Line):
            self._outbound.agent_gone(heard, agent)
        else:
            self._inbound.agent_gone(heard)

    def _leg_lost(self, agent: AgentId) -> None:
        if self._legs.is_up(agent):
            self._say(AgentLegLost(agent=agent))
            self._drop_leg(agent)

    def _say(self, event: Event) -> None:
        self._said.append(event)
