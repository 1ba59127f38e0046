"""The telephone network of a rehearsal: rings, picks up, waits, joins, plays, hangs up; all in virtual time.

It keeps the duties of `dialer.domain.ports.TelephoneSystem`, and it keeps them the way a dialplan does: the
limit after an answer holds whether or not the engine says anything, and what is played is what the clearance
of that very call allows. What the called telephone does is drawn by the public (`simulator.people`).

Theory of operation. A line is SETTING_UP (no sound yet), RINGING, WAITING (answered, nobody joined), JOINED,
PLAYING (the limit passed, the message is heard) or OVER. Every scheduled move carries the line's phase
number; a line that has moved on since ignores it. Exactly one `CallEnded` or `CallNotAttempted` ends a line.
"""

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Protocol

from compliance_gate.findings import Clearance, Recording
from dialer.domain.attempt import Outcome
from dialer.domain.campaign import DetectionMode
from dialer.domain.commands import Bridge, Hangup, Originate
from dialer.domain.detection import Detected
from dialer.domain.events import (
    BridgeFailed,
    CallAnswered,
    CallBridged,
    CallEnded,
    CallNotAttempted,
    CallRinging,
    CallTimedOut,
    Event,
    NetworkReconciled,
)
from dialer.domain.ids import AgentId, AttemptId
from dialer.domain.record import instant
from simulator.people import Behaviour
from simulator.scenario import NetworkPlan
from simulator.streams import Stream
from simulator.world import World


class UnclearedCallError(Exception):
    """The engine handed over a call without a clearance valid for it now: the worst defect there is."""


class Phase(IntEnum):
    """Where a line is."""

    SETTING_UP = 0
    RINGING = 1
    WAITING = 2
    JOINED = 3
    PLAYING = 4
    OVER = 5


class Line:
    """One channel of the network."""

    __slots__ = ("agent", "answered_at", "behaviour", "joined_at", "moves", "order", "phase", "started_at")

    def __init__(self, order: Originate, behaviour: Behaviour, started_at: float) -> None:
        self.order = order
        self.behaviour = behaviour
        self.started_at = started_at
        self.phase = Phase.SETTING_UP
        self.moves = 0
        self.answered_at = 0.0
        self.joined_at = 0.0
        self.agent: AgentId | None = None


class Public(Protocol):
    """Who is called."""

    def behaviour(self, order: Originate, *, now: float) -> Behaviour:
        """What the called telephone and whoever answers it will do."""
        ...


class Floor(Protocol):
    """Who hears it at our end."""

    def talk_began(self, agent: AgentId, line: Line) -> None:
        """The agent hears somebody."""
        ...

    def talk_ended(self, agent: AgentId, line: Line) -> None:
        """The line is dead in the agent's ear."""
        ...

    def is_seated(self, agent: AgentId) -> bool:
        """Whether the agent's own leg is up."""
        ...


class TelephoneNetwork:
    """The lines, and what becomes of them.

    Args:
        report: where the network says what happened; the world's `tell`, or a fault injector before it.
    """

    def __init__(
        self,
        *,
        world: World,
        plan: NetworkPlan,
        public: Public,
        floor: Floor,
        chance: Stream,
        report: Callable[[Event], None] | None = None,
    ) -> None:
        self._world = world
        self._plan = plan
        self._public = public
        self._floor = floor
        self._chance = chance
        self.report: Callable[[Event], None] = report or world.tell
        self._lines: dict[AttemptId, Line] = {}
        self._of_agent: dict[AgentId, Line] = {}
        self._used: set[str] = set()
        self._down_until = 0.0
        self._down_share = 0.0
        self.calls = 0
        self.most_lines = 0
        self.is_deaf = False
        """While the connection to us is cut, orders do not arrive; lines live on by themselves."""
        world.on(Originate, self._originate)
        world.on(Bridge, self._bridge)
        world.on(Hangup, self._hang_up)

    @property
    def in_flight(self) -> int:
        """Lines that exist now."""
        return len(self._lines)

    def lines(self) -> Mapping[AttemptId, Line]:
        """What lives here now, for reconciliation and for tests."""
        return self._lines

    def fail_trunk(self, until: float, share: float) -> None:
        """Until `until`, this share of new calls fails in the carrier's network."""
        self._down_until, self._down_share = until, share

    def reconciled(self, agents: tuple[AgentId, ...]) -> NetworkReconciled:
        """All that lives here, as the telephone system would answer."""
        alive = {name: line for name, line in self._lines.items() if line.phase is not Phase.OVER}
        talking = {
            name: line.agent
            for name, line in alive.items()
            if line.phase is Phase.JOINED and line.agent is not None
        }
        return NetworkReconciled(live=tuple(sorted(alive)), talking=talking, agents=agents)

    def agent_leg_gone(self, agent: AgentId) -> None:
        """The agent's telephone died: the person hears silence and hangs up after a moment."""
        line = self._of_agent.get(agent)
        if line is not None and line.phase is Phase.JOINED:
            self._later(self._plan.silence_s, self._talk_over, line)

    # --- what the engine orders ---------------------------------------------------------------------

    def _originate(self, order: Originate) -> None:
        now = self._world.now
        self._check(order.clearance, order, now)
        if self.is_deaf:
            return
        if len(self._lines) >= self._plan.lines:
            self._world.schedule(
                now + 0.001,
                self._say,
                CallNotAttempted(attempt=order.attempt, reason=f"all {self._plan.lines} lines are in use"),
            )
            return
        self.calls += 1
        behaviour = self._public.behaviour(order, now=now)
        line = Line(order, behaviour, now)
        self._lines[order.attempt] = line
        self.most_lines = max(self.most_lines, len(self._lines))
        if now < self._down_until and self._chance.next() < self._down_share:
            self._later(self._plan.trunk_failure_s, self._carrier_failed, line)
        elif behaviour.rings:
            self._later(self._plan.setup_s, self._ring, line)
        else:
            self._later(min(behaviour.after_s, order.ring_s), self._failed, line)

    def _check(self, clearance: Clearance, order: Originate, now: float) -> None:
        at = instant(now)
        if clearance.number != order.number or clearance.person != order.person:
            raise UnclearedCallError(f"{order.attempt}: cleared for {clearance.person}/{clearance.number}")
        if not clearance.issued_at <= at <= clearance.expires_at:
            raise UnclearedCallError(f"{order.attempt}: the clearance is not valid at {at.isoformat()}")
        if clearance.clearance in self._used:
            raise UnclearedCallError(f"{order.attempt}: clearance {clearance.clearance} was used already")
        self._used.add(clearance.clearance)

    def forget_used_clearances(self) -> None:
        """Between shifts: no clearance lives that long."""
        self._used.clear()

    def _bridge(self, order: Bridge) -> None:
        if self.is_deaf:
            return
        self._world.schedule(self._world.now + self._plan.bridge_s.at(self._chance.next()), self._join, order)

    def _hang_up(self, order: Hangup) -> None:
        line = self._lines.get(order.attempt)
        if line is not None and not self.is_deaf:
            self._world.schedule(self._world.now + self._plan.hangup_s, self._hung_up, line)

    # --- what the network does ----------------------------------------------------------------------

    def _later(self, seconds: float, action: Callable[[Line], None], line: Line) -> None:
        """Unless the line has moved on by then."""
        self._world.schedule(self._world.now + seconds, self._if_unmoved, (line, line.moves, action))

    def _if_unmoved(self, what: tuple[Line, int, Callable[[Line], None]]) -> None:
        line, moves, action = what
        if line.moves == moves:
            action(line)

    def _move(self, line: Line, phase: Phase) -> None:
        line.phase = phase
        line.moves += 1

    def _say(self, event: Event) -> None:
        self.report(event)

    def _ring(self, line: Line) -> None:
        behaviour, order = line.behaviour, line.order
        self._move(line, Phase.RINGING)
        left = max(0.0, order.ring_s - (self._world.now - line.started_at))
        if behaviour.after_s - self._plan.setup_s >= left:
            self._later(left, self._rang_out, line)
        elif behaviour.answerer is None:
            self._later(max(0.0, behaviour.after_s - self._plan.setup_s), self._failed, line)
        else:
            self._later(max(0.0, behaviour.after_s - self._plan.setup_s), self._pick_up, line)
        self.report(CallRinging(attempt=order.attempt))

    def _pick_up(self, line: Line) -> None:
        now = self._world.now
        line.answered_at = now
        self._move(line, Phase.WAITING)
        order, behaviour = line.order, line.behaviour
        detecting = 0.0 if order.detection is DetectionMode.OFF else behaviour.detection_s
        limit = max(order.answer_limit_s, detecting)  # the dialplan looks at the limit after detection
        if detecting:  # first on the heap, so that at the same instant the answer is told before the limit
            self._later(detecting, self._say_answered, line)
        self._later(limit, self._limit_passed, line)
        if behaviour.patience_s < limit:
            self._later(behaviour.patience_s, self._lost_patience, line)
        if not detecting:
            self.report(CallAnswered(attempt=order.attempt, answered_at=now))

    def _say_answered(self, line: Line) -> None:
        """Detection has ended."""
        order = line.order
        self.report(
            CallAnswered(
                attempt=order.attempt, answered_at=line.answered_at, detected=line.behaviour.detected
            )
        )

    def _join(self, order: Bridge) -> None:
        line = self._lines.get(order.attempt)
        reason = self._why_not(line, order)
        if line is None or reason:
            self.report(BridgeFailed(attempt=order.attempt, agent=order.agent, reason=reason))
            return
        self._move(line, Phase.JOINED)
        line.agent, line.joined_at = order.agent, self._world.now
        self._of_agent[order.agent] = line
        self._floor.talk_began(order.agent, line)
        self._later(line.behaviour.talk_s, self._talk_over, line)
        self.report(CallBridged(attempt=order.attempt, agent=order.agent, bridged_at=self._world.now))

    def _why_not(self, line: Line | None, order: Bridge) -> str:
        if line is None:
            return "the call is gone"
        if line.phase is not Phase.WAITING:
            return f"the call is {line.phase.name.lower()}"
        if not self._floor.is_seated(order.agent):
            return "the agent's telephone is gone"
        return "the agent is on another call" if order.agent in self._of_agent else ""

    def _limit_passed(self, line: Line) -> None:
        plays = Recording.ABANDONMENT_MESSAGE in line.order.clearance.may_play
        self._move(line, Phase.PLAYING)
        self._later(self._plan.message_s if plays else 0.0, self._message_over, line)
        self.report(CallTimedOut(attempt=line.order.attempt, message_played=plays))

    # --- how lines end ------------------------------------------------------------------------------

    def _end(self, line: Line, outcome: Outcome, cause: str) -> None:
        agent = line.agent
        self._move(line, Phase.OVER)
        del self._lines[line.order.attempt]
        if agent is not None:
            self._of_agent.pop(agent, None)
            self._floor.talk_ended(agent, line)
        self.report(CallEnded(attempt=line.order.attempt, outcome=outcome, cause=cause))

    def _rang_out(self, line: Line) -> None:
        self._end(line, Outcome.NO_ANSWER, "19 no answer from user")

    def _failed(self, line: Line) -> None:
        self._end(line, line.behaviour.failure, line.behaviour.cause)

    def _carrier_failed(self, line: Line) -> None:
        self._end(line, Outcome.CARRIER_FAILURE, "38 network out of order")

    def _lost_patience(self, line: Line) -> None:
        self._end(line, Outcome.HUNG_UP_WAITING, "16 normal call clearing")

    def _message_over(self, line: Line) -> None:
        self._end(line, Outcome.ABANDONED, "16 normal call clearing")

    def _talk_over(self, line: Line) -> None:
        self._end(line, Outcome.CONNECTED, "16 normal call clearing")

    def _hung_up(self, line: Line) -> None:
        if line.phase is Phase.OVER:
            return
        before = {
            Phase.SETTING_UP: Outcome.CANCELLED,
            Phase.RINGING: Outcome.CANCELLED,
            Phase.JOINED: Outcome.CONNECTED,
        }
        answered = Outcome.MACHINE if line.behaviour.detected is Detected.MACHINE else Outcome.ABANDONED
        self._end(line, before.get(line.phase, answered), "16 normal call clearing")
