"""Lines in memory: ring, answer, wait, join, end; by the timers of the running loop.

Theory of operation. A line is SETTING_UP, RINGING, WAITING (answered, nobody joined), JOINED, PLAYING (the
limit passed; the message is heard) or gone. Each line has at most one timer for what it will do next, and one
for the limit after its answer. The limit needs no word from the dialer. Exactly one `CallEnded` or
`CallNotAttempted` ends a line.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from compliance_gate.findings import Recording
from dialer.domain.attempt import Outcome
from dialer.domain.campaign import DetectionMode
from dialer.domain.commands import (
    Bridge,
    ConfirmOptOut,
    ConnectAgentLeg,
    DropAgentLeg,
    Hangup,
    LeaveMessage,
    Originate,
    ReleaseAgent,
)
from dialer.domain.detection import Detected
from dialer.domain.errors import TelephoneSystemUnavailableError, UnknownThingError
from dialer.domain.events import (
    AgentLegLost,
    AgentLegRestored,
    BridgeFailed,
    CallAnswered,
    CallBridged,
    CallEnded,
    CallNotAttempted,
    CallRinging,
    CallTimedOut,
    Event,
    NetworkLost,
    NetworkReconciled,
    OptOutPressed,
    OverflowAnswered,
    RecordingBegan,
    VoicePlayed,
)
from dialer.domain.ids import AgentId, AttemptId, InboundId
from dialer.domain.ports import InboundCommand, TelephoneCommand
from dialer.domain.voice import Unserved
from telephony.in_memory.inbound import InboundDoor
from telephony.in_memory.public import Answerer, Fate, Public

SETUP_S = 0.05
BRIDGE_S = 0.002
MESSAGE_S = 3.0
"""Seconds from the order to the ring, from the order to both hearing each other, and of the message."""

NOTICE_S = 1.2
DETECTION_S = 1.5
GREETING_S = 4.0
OVERFLOW_S = 1.0
CONFIRM_S = 5.0
"""Seconds of the announcement, until a verdict, of a machine's greeting, until the live overflow answers, and
for which an opt-out waits to be written down."""


class Phase(Enum):
    SETTING_UP = "setting_up"
    RINGING = "ringing"
    WAITING = "waiting"
    JOINED = "joined"
    PLAYING = "playing"


@dataclass(slots=True)
class Line:
    """One channel."""

    order: Originate
    dial: str
    fate: Fate
    phase: Phase = Phase.SETTING_UP
    answered_at: float = 0.0
    agent: AgentId | None = None
    playing: tuple[Recording, str] | None = None
    timer: asyncio.TimerHandle | None = None
    limit: asyncio.TimerHandle | None = None
    keys: str = ""


class Witness(Protocol):
    """Writes down what happens, for comparison with the dialer's store."""

    def rung(self, line: Line, at: float) -> None:
        """A telephone is about to ring."""
        ...

    def over(self, line: Line, at: float, outcome: Outcome) -> None:
        """The line is gone."""
        ...

    def joined(self, line: Line, at: float) -> None:
        """An agent hears the person."""
        ...


class InMemoryNetwork:
    """A telephone system; see the port for its duties.

    Args:
        now: POSIX seconds by the floor's clock.
        factor: seconds of that clock in one real second.
        lines: channels that may exist at once; beyond them an order is not carried out.
        backlog: events kept for a listener who is slow; beyond it the connection counts as lost.
    """

    def __init__(
        self,
        public: Public,
        *,
        now: Callable[[], float],
        factor: float = 1.0,
        lines: int = 3000,
        backlog: int = 100_000,
        witness: Witness | None = None,
    ) -> None:
        self._public = public
        self._now = now
        self._factor = factor
        self._most = lines
        self._backlog = backlog
        self._witness = witness
        self._lines: dict[AttemptId, Line] = {}
        self._seen: set[AttemptId] = set()
        self._legs: dict[AgentId, AttemptId | None] = {}
        self._events: deque[Event] = deque()
        self._news = asyncio.Event()
        self.door = InboundDoor(say=self._say, after=self._after, is_seated=self._is_free_seat, now=now)
        """Where people who call us come in."""
        self.is_up = False
        self.acknowledged: set[AttemptId] = set()
        """Attempts whose opt-out was acknowledged on the line."""
        self.on_join: Callable[[Line], None] | None = None
        self.on_end: Callable[[Line, Outcome], None] | None = None

    # --- the port ----------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Connect: hear everything from now on."""
        self._events.clear()
        self._news.clear()
        self.is_up = True

    async def perform(self, command: TelephoneCommand, *, dial: str | None = None) -> None:
        """See the port."""
        if not self.is_up:
            raise TelephoneSystemUnavailableError("not connected")
        match command:
            case Originate():
                self._originate(command, dial)
            case Bridge():
                cue_s = 0.0 if command.cue is None else command.cue.most_s
                self._after(BRIDGE_S + cue_s, self._join, command)
            case Hangup():
                self._hang_up(command)
            case ReleaseAgent():
                self._release(command)
            case LeaveMessage():
                self._leave(command)
            case ConfirmOptOut():
                self._acknowledge(command)
            case ConnectAgentLeg():
                self._legs.setdefault(command.agent, None)
                self._say(AgentLegRestored(agent=command.agent))
            case DropAgentLeg():
                self._drop_leg(command.agent)

    async def events(self) -> AsyncIterator[Event]:
        """See the port."""
        while True:
            while self._events:
                event = self._events.popleft()
                yield event
                if isinstance(event, NetworkLost):
                    return
            self._news.clear()
            await self._news.wait()

    async def reconcile(self) -> NetworkReconciled:
        """See the port."""
        if not self.is_up:
            raise TelephoneSystemUnavailableError("not connected")
        return self.living()

    def caller_of(self, call: InboundId) -> str | None:
        """See `dialer.domain.ports.InboundLines`."""
        return self.door.caller_of(call)

    async def perform_inbound(self, command: InboundCommand) -> None:
        """See `dialer.domain.ports.InboundLines`."""
        if not self.is_up:
            raise TelephoneSystemUnavailableError("not connected")
        self.door.perform(command)

    def _is_free_seat(self, agent: AgentId) -> bool:
        return agent in self._legs and self._legs[agent] is None

    async def press_keys(self, attempt: AttemptId, keys: str) -> None:
        """See `dialer.domain.ports.KeyPad`; who was called hears them as `Line.keys`."""
        if not self.is_up:
            raise TelephoneSystemUnavailableError("not connected")
        line = self._lines.get(attempt)
        if line is None or line.phase is not Phase.JOINED:
            raise UnknownThingError("call", attempt)
        line.keys += keys

    async def stop(self) -> None:
        """Disconnect; what lives goes on by itself."""
        self.is_up = False

    # --- the far side, for whoever owns it ---------------------------------------------------------------

    def living(self) -> NetworkReconciled:
        """All that lives here."""
        return NetworkReconciled(
            live=tuple(sorted(self._lines)),
            talking={
                name: line.agent
                for name, line in sorted(self._lines.items())
                if line.phase is Phase.JOINED and line.agent is not None
            },
            agents=tuple(sorted(self._legs)),
            inbound=self.door.living(),
        )

    def take_unheard(self) -> list[Event]:
        """Everything that was said and not yet listened to, taken off the queue."""
        unheard = list(self._events)
        self._events.clear()
        return unheard

    def lose_connection(self, reason: str) -> None:
        """The dialer's connection goes: it hears this, and nothing more until it connects again."""
        if self.is_up:
            self._say(NetworkLost(reason=reason))
            self.is_up = False

    def lose_leg(self, agent: AgentId) -> None:
        """An agent's telephone dies."""
        if agent in self._legs:
            self._drop_leg(agent)
            self._say(AgentLegLost(agent=agent))

    def end_all(self) -> None:
        """The power goes: every line is gone and nobody is told."""
        for line in self._lines.values():
            _stop(line.timer)
            _stop(line.limit)
        self._lines.clear()
        self._legs.clear()
        self.door.end_all()

    # --- orders ------------------------------------------------------------------------------------------

    def _originate(self, order: Originate, dial: str | None) -> None:
        why = self._why_not(order, dial)
        self._seen.add(order.attempt)
        if why is not None or dial is None:
            self._say(CallNotAttempted(attempt=order.attempt, reason=why or "no number was given"))
            return
        line = Line(order=order, dial=dial, fate=self._public.fate(dial))
        self._lines[order.attempt] = line
        if self._witness is not None:
            self._witness.rung(line, self._now())
        if line.fate.rings:
            line.timer = self._after(SETUP_S, self._ring, line)
        else:
            line.timer = self._after(line.fate.after_s, self._failed, line)

    def _why_not(self, order: Originate, dial: str | None) -> str | None:
        if dial is None:
            return "no number was given"
        if order.attempt in self._seen:
            return "this attempt was ordered before"
        if self._now() > order.clearance.expires_at.timestamp():
            return "the order came after its clearance had run out"
        if len(self._lines) >= self._most:
            return f"all {self._most} lines are in use"
        return None

    def _join(self, order: Bridge) -> None:
        line = self._lines.get(order.attempt)
        reason = ""
        if line is None:
            reason = "the call is gone"
        elif line.phase is not Phase.WAITING and not self._may_move(line, order):
            reason = f"the call is {line.phase.value}"
        elif order.agent not in self._legs:
            reason = "the agent's telephone is gone"
        elif self._legs[order.agent] is not None or self.door.with_agent(order.agent) is not None:
            reason = "the agent is on another call"
        if line is None or reason:
            self._say(BridgeFailed(attempt=order.attempt, agent=order.agent, reason=reason))
            return
        _stop(line.timer)
        _stop(line.limit)
        if line.agent is not None and self._legs.get(line.agent) == order.attempt:
            self._legs[line.agent] = None
        line.phase, line.agent = Phase.JOINED, order.agent
        self._legs[order.agent] = order.attempt
        line.timer = self._after(line.fate.talk_s, self._end, line, Outcome.CONNECTED)
        if self._witness is not None:
            self._witness.joined(line, self._now())
        self._say(CallBridged(attempt=order.attempt, agent=order.agent, bridged_at=self._now()))
        if self.on_join is not None:
            self.on_join(line)

    def _may_move(self, line: Line, order: Bridge) -> bool:
        """Whether the caller may be given to another agent: theirs is gone, or passes them on."""
        is_free = line.agent not in self._legs or line.agent == order.from_agent
        return line.phase is Phase.JOINED and is_free

    def _release(self, order: ReleaseAgent) -> None:
        """The agent leaves the talk to the others."""
        for line in self._lines.values():
            if line.agent == order.agent:
                line.agent = None
        if order.agent in self._legs:
            self._legs[order.agent] = None

    def _join_talk(self, line: Line, talk: AttemptId) -> None:
        """A third party has answered: they hear everybody in the talk, or nobody when it is over."""
        other = self._lines.get(talk)
        self._say(CallAnswered(attempt=line.order.attempt, answered_at=line.answered_at))
        if other is None or other.phase is not Phase.JOINED or other.agent is None:
            self._end(line, Outcome.HUNG_UP_WAITING)
            return
        line.phase, line.agent = Phase.JOINED, other.agent
        line.timer = self._after(line.fate.talk_s, self._end, line, Outcome.CONNECTED)
        bridged = CallBridged(attempt=line.order.attempt, agent=other.agent, bridged_at=self._now())
        self._say(bridged)

    def _hang_up(self, order: Hangup) -> None:
        line = self._lines.get(order.attempt)
        if line is None:
            return
        outcomes = {
            Phase.WAITING: Outcome.ABANDONED,
            Phase.PLAYING: Outcome.ABANDONED,
            Phase.JOINED: Outcome.CONNECTED,
        }
        self._end(line, outcomes.get(line.phase, Outcome.CANCELLED))

    def _drop_leg(self, agent: AgentId) -> None:
        attempt = self._legs.pop(agent, None)
        self.door.agent_gone(agent)
        line = self._lines.get(attempt) if attempt is not None else None
        if line is not None:  # the person hears silence and hangs up, unless somebody else is joined
            _stop(line.timer)
            line.timer = self._after(3.0, self._end, line, Outcome.CONNECTED)

    # --- what lines do -----------------------------------------------------------------------------------

    def _ring(self, line: Line) -> None:
        line.phase = Phase.RINGING
        self._say(CallRinging(attempt=line.order.attempt, early_media=line.fate.early_media))
        fate, left = line.fate, line.order.ring_s
        if fate.after_s >= left:
            line.timer = self._after(left, self._end, line, Outcome.NO_ANSWER)
        elif fate.answerer is None:
            line.timer = self._after(fate.after_s, self._failed, line)
        else:
            line.timer = self._after(fate.after_s, self._answer, line)

    def _answer(self, line: Line) -> None:
        line.phase, line.answered_at = Phase.WAITING, self._now()
        order, fate = line.order, line.fate
        if order.joins is not None:
            self._join_talk(line, order.joins)
            return
        detects = order.detection is not DetectionMode.OFF
        limit = max(order.answer_limit_s, DETECTION_S if detects else 0.0)
        line.limit = self._after(limit, self._limit_passed, line)
        if fate.patience_s < limit:
            line.timer = self._after(fate.patience_s, self._end, line, Outcome.HUNG_UP_WAITING)
        if detects:
            self._after(DETECTION_S, self._detected, line)
            return
        self._say(CallAnswered(attempt=order.attempt, answered_at=line.answered_at))
        if order.voice is None or order.voice.notice is None:
            self._record(line)
        elif Recording.RECORDED_NOTICE in order.clearance.may_play:
            line.playing = (Recording.RECORDED_NOTICE, order.voice.notice)
            self._after(NOTICE_S, self._announced, line)

    def _detected(self, line: Line) -> None:
        if line.phase is not Phase.WAITING or line.order.attempt not in self._lines:
            return
        order, is_machine = line.order, line.fate.answerer is Answerer.MACHINE
        self._say(
            CallAnswered(
                attempt=order.attempt,
                answered_at=line.answered_at,
                detected=Detected.MACHINE if is_machine else Detected.HUMAN,
                cause="in memory",
                delay_s=DETECTION_S,
            )
        )
        if not is_machine or order.detection is not DetectionMode.ON:
            self._record(line)
            return
        _stop(line.limit)
        voice = order.voice
        may_drop = Recording.VOICEMAIL_DROP in order.clearance.may_play
        if may_drop and voice is not None and voice.drop is not None and voice.drop_on_detection:
            self._speak(line, voice.drop, GREETING_S, Outcome.MACHINE)
        else:
            self._end(line, Outcome.MACHINE)

    def _announced(self, line: Line) -> None:
        if line.phase is Phase.WAITING and line.order.attempt in self._lines:
            self._record(line)
            self._heard(line, complete=True)

    def _record(self, line: Line) -> None:
        if line.order.voice is not None and line.order.voice.record:
            self._say(RecordingBegan(attempt=line.order.attempt))

    def _limit_passed(self, line: Line) -> None:
        attempt, unserved = line.order.attempt, _unserved(line.order)
        _stop(line.timer)
        line.phase, line.playing = Phase.PLAYING, None
        is_message = unserved is Unserved.MESSAGE
        is_overflow = unserved is Unserved.OVERFLOW
        self._say(CallTimedOut(attempt=attempt, message_played=is_message, overflow=is_overflow))
        if is_overflow:
            line.timer = self._after(OVERFLOW_S, self._overflow_took, line)
            return
        if is_message and line.order.voice is not None:
            line.playing = (Recording.ABANDONMENT_MESSAGE, line.order.voice.message or "")
        after = self._pressed if is_message and line.fate.presses else self._message_over
        line.timer = self._after(MESSAGE_S if is_message else 0.0, after, line)

    def _message_over(self, line: Line) -> None:
        self._heard(line, complete=True)
        self._end(line, Outcome.ABANDONED)

    def _pressed(self, line: Line) -> None:
        self._heard(line, complete=True)
        self._say(OptOutPressed(attempt=line.order.attempt, key=line.fate.presses))
        line.timer = self._after(CONFIRM_S, self._end, line, Outcome.ABANDONED)

    def _acknowledge(self, order: ConfirmOptOut) -> None:
        line = self._lines.get(order.attempt)
        if line is not None and line.phase is Phase.PLAYING:
            self.acknowledged.add(order.attempt)
            self._end(line, Outcome.ABANDONED)

    def _overflow_took(self, line: Line) -> None:
        self._say(OverflowAnswered(attempt=line.order.attempt, at=self._now()))
        line.timer = self._after(line.fate.talk_s, self._end, line, Outcome.OVERFLOWED)

    def _leave(self, order: LeaveMessage) -> None:
        """The agent is free, the machine hears the message."""
        line = self._lines.get(order.attempt)
        if line is None or line.phase is not Phase.JOINED:
            return
        if line.agent is not None and self._legs.get(line.agent) == order.attempt:
            self._legs[line.agent] = None
        line.agent = None
        _stop(line.timer)
        self._speak(line, order.sound, 0.0, Outcome.CONNECTED)

    def _speak(self, line: Line, sound: str, after_s: float, outcome: Outcome) -> None:
        """The greeting, then the message as far as the tape goes."""
        line.phase, line.playing = Phase.PLAYING, (Recording.VOICEMAIL_DROP, sound)
        spoken = min(MESSAGE_S, line.fate.tape_s)
        line.timer = self._after(after_s + spoken, self._spoken, line, outcome)

    def _spoken(self, line: Line, outcome: Outcome) -> None:
        self._heard(line, complete=line.fate.tape_s >= MESSAGE_S)
        self._end(line, outcome)

    def _heard(self, line: Line, *, complete: bool) -> None:
        if line.playing is None:
            return
        (recording, sound), line.playing = line.playing, None
        attempt = line.order.attempt
        self._say(VoicePlayed(attempt=attempt, recording=recording, sound=sound, complete=complete))

    def _failed(self, line: Line) -> None:
        self._end(line, line.fate.failure)

    def _end(self, line: Line, outcome: Outcome) -> None:
        if self._lines.pop(line.order.attempt, None) is None:
            return
        _stop(line.timer)
        _stop(line.limit)
        self._heard(line, complete=False)
        if line.agent is not None and self._legs.get(line.agent) == line.order.attempt:
            self._legs[line.agent] = None
        if self._witness is not None:
            self._witness.over(line, self._now(), outcome)
        cause = line.fate.cause if outcome is line.fate.failure else "16 normal call clearing"
        self._say(CallEnded(attempt=line.order.attempt, outcome=outcome, cause=cause))
        if self.on_end is not None:
            self.on_end(line, outcome)

    # --- means -------------------------------------------------------------------------------------------

    def _after(self, seconds: float, action: Callable[..., None], *arguments: object) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(seconds / self._factor, action, *arguments)

    def _say(self, event: Event) -> None:
        if not self.is_up:
            return
        self._events.append(event)
        self._news.set()
        if len(self._events) > self._backlog:
            self._events.clear()
            self._events.append(NetworkLost(reason=f"{self._backlog} events were not listened to"))
            self.is_up = False


def _unserved(order: Originate) -> Unserved:
    """What a person gets for whom nobody came, as far as the clearance allows it."""
    may_play = Recording.ABANDONMENT_MESSAGE in order.clearance.may_play
    voice = order.voice
    if voice is None:
        return Unserved.MESSAGE if may_play else Unserved.HANGUP
    if voice.unserved is Unserved.MESSAGE and (voice.message is None or not may_play):
        return Unserved.HANGUP
    return voice.unserved


def is_person(line: Line) -> bool:
    """Whether a person picked up."""
    return line.fate.answerer is Answerer.PERSON


def _stop(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
