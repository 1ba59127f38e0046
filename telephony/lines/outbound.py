"""Lines that we place: ring, answer, detection, announcement, the limit, joins, messages, ends.

What the dialplan owes holds without a word from outside: the limit after the answer, what the clearance of
that very call allows and nothing else, an announcement before recording begins, an opt-out that is
acknowledged only when it was written down. Exactly one `CallEnded` or `CallNotAttempted` ends a line.
"""

from collections import deque
from collections.abc import Callable
from datetime import datetime

from compliance_gate.findings import Recording
from dialer.domain.attempt import Outcome
from dialer.domain.campaign import DetectionMode
from dialer.domain.commands import (
    SETUP_MOST_S,
    Bridge,
    ConfirmOptOut,
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
from dialer.domain.detection import Detected
from dialer.domain.errors import UnknownThingError
from dialer.domain.events import (
    BridgeFailed,
    CallAnswered,
    CallBridged,
    CallEnded,
    CallNotAttempted,
    CallRinging,
    CallTimedOut,
    Event,
    HoldFailed,
    OptOutPressed,
    OverflowAnswered,
    PersonHeld,
    RecordingBegan,
    RecordingStopped,
    VoicePlayed,
)
from dialer.domain.ids import AgentId, AttemptId
from dialer.domain.record import instant
from dialer.domain.voice import Unserved, begins_by_itself
from telephony.lines.agenda import Agenda
from telephony.lines.behaviour import CalledParties, Carrier, LineTimings
from telephony.lines.legs import Legs, Pair
from telephony.lines.line import Line
from telephony.lines.states import LINE, LineMove, LineState
from telephony.lines.watching import LineWatcher

MOST_REMEMBERED = 200_000
"""Attempts remembered so that none is called twice: more than an hour of the fastest floor. An order that
comes later than that has a clearance that ran out long ago."""

_CLEARED = "16 normal call clearing"
_BY_HANGUP = {
    LineState.SETTING_UP: Outcome.CANCELLED,
    LineState.RINGING: Outcome.CANCELLED,
    LineState.WAITING: Outcome.ABANDONED,
    LineState.PLAYING: Outcome.ABANDONED,
    LineState.JOINED: Outcome.CONNECTED,
    LineState.HELD: Outcome.CONNECTED,
}
"""What a line was that we hang up; the others have said how they end."""


class UnclearedCallError(Exception):
    """A call was handed over without a clearance valid for it now: the worst defect there is."""


class Outbound:
    """The lines that we placed.

    Args:
        say: tells the dialer.
        is_strict: an order without a valid clearance raises; else it is refused, as a dialplan does.
    """

    def __init__(
        self,
        *,
        agenda: Agenda,
        legs: Legs,
        say: Callable[[Event], None],
        called: CalledParties,
        carrier: Carrier,
        timings: LineTimings,
        watcher: LineWatcher,
        most_lines: int,
        is_strict: bool,
    ) -> None:
        self._agenda = agenda
        self._legs = legs
        self._say = say
        self._called = called
        self._carrier = carrier
        self._timings = timings
        self._watcher = watcher
        self._most = most_lines
        self._is_strict = is_strict
        self._ordered: dict[AttemptId, None] = {}
        self._used: set[str] = set()
        self._expiring: deque[tuple[datetime, str]] = deque()
        self.lines: dict[AttemptId, Line] = {}
        self.acknowledged: set[AttemptId] = set()
        self.placed = 0
        self.most_in_flight = 0

    # --- orders ------------------------------------------------------------------------------------------

    def originate(self, order: Originate, dial: str) -> None:
        """Place a call, if it is cleared, new, and there is a line."""
        agenda = self._agenda
        now, name = agenda.now, order.attempt
        why = self._why_uncleared(order, now)
        if why and self._is_strict:
            raise UnclearedCallError(f"{name}: {why}")
        if not why and name in self._ordered:
            why = "this attempt was ordered before"
        if not why and len(self.lines) >= self._most:
            why = f"all {self._most} lines are in use"
        if not why and self._carrier.is_refusing(now):
            why = "the trunk is down"
        self._ordered[name] = None
        if len(self._ordered) > MOST_REMEMBERED:
            del self._ordered[next(iter(self._ordered))]
        if why:
            refusal = CallNotAttempted(attempt=name, reason=why)
            agenda.order(self._timings.refusal_s, self._say, refusal)
            return
        self._place(order, dial, now)

    def _place(self, order: Originate, dial: str, now: float) -> None:
        timings = self._timings
        self.placed += 1
        behaviour = self._called.behaviour(order, dial=dial, now=now)
        line = self.lines[order.attempt] = Line(order, behaviour, dial, now)
        self.most_in_flight = max(self.most_in_flight, len(self.lines))
        self._watcher.rung(line, now)
        if self._carrier.is_failing(now):
            self._agenda.plan(timings.failure_s, self._carrier_failed, line)
        elif behaviour.rings:
            most_s = SETUP_MOST_S + order.ring_s
            is_reached = behaviour.setup_s < most_s
            self._agenda.plan(
                min(behaviour.setup_s, most_s), self._ring if is_reached else self._rang_out, line
            )
        else:
            self._agenda.plan(min(behaviour.after_s, order.ring_s), self._failed, line)

    def _why_uncleared(self, order: Originate, now: float) -> str:
        """A clearance is for one person, one number and some seconds, and is used once."""
        clearance = order.clearance
        if clearance.number != order.number or clearance.person != order.person:
            return f"cleared for {clearance.person}/{clearance.number}"
        at = instant(now)
        if not clearance.issued_at <= at <= clearance.expires_at:
            return f"the clearance is not valid at {at.isoformat()}"
        used, expiring = self._used, self._expiring
        while expiring and expiring[0][0] < at:
            used.discard(expiring.popleft()[1])
        if clearance.clearance in used:
            return f"clearance {clearance.clearance} was used already"
        used.add(clearance.clearance)
        expiring.append((clearance.expires_at, clearance.clearance))
        return ""

    def bridge(self, order: Bridge) -> None:
        """Join, or say why not."""
        line = self.lines.get(order.attempt)
        pair = self._legs.pair_of(order.agent)
        if pair is not None and line is not None and self._may_move(line, order):
            self._part(pair)
        reason = self._why_not(line, order)
        if line is None or reason:
            self._say(BridgeFailed(attempt=order.attempt, agent=order.agent, reason=reason))
            return
        if line.state is LineState.HELD and line.agent == order.agent:
            self._take_back(line, order.agent)
            return
        if line.agent is not None:
            self._let_go(line, line.agent)
        self._join(line, order.agent)
        self._legs.take(order.agent, line)

    def _why_not(self, line: Line | None, order: Bridge) -> str:
        if line is None:
            return "the call is gone"
        if line.state is not LineState.WAITING and not self._may_move(line, order):
            return f"the call is {line.state.value}"
        return self._legs.why_not(order.agent)

    def _may_move(self, line: Line, order: Bridge) -> bool:
        """Whether the person may be given to another agent: theirs is gone, or passes them on."""
        if line.state is LineState.HELD:
            return line.agent in (None, order.agent, order.from_agent)
        is_free = line.agent is None or line.agent == order.from_agent
        return line.state is LineState.JOINED and is_free

    def hang_up(self, order: Hangup) -> None:
        """End the channel, whatever it does."""
        line = self.lines.get(order.attempt)
        if line is None:
            return
        outcome = _BY_HANGUP.get(line.state, line.ends_as)
        if outcome is Outcome.ABANDONED and line.verdict is Detected.MACHINE:
            outcome = Outcome.MACHINE
        self._end(line, outcome)

    def hold(self, order: HoldPerson) -> None:
        """The person hears hold music, for as long as they would have talked at most."""
        line = self.lines.get(order.attempt)
        if line is None or line.state is not LineState.JOINED or line.agent != order.agent:
            self._say(HoldFailed(attempt=order.attempt, reason="the agent does not talk on it"))
            return
        self._move(line, LineMove.HOLD)
        self._legs.free(order.agent, line)
        self._plan_end(line)
        self._say(PersonHeld(attempt=order.attempt))

    def join_third(self, order: JoinThirdParty) -> None:
        """The person on hold hears their agent and the third party, or it is said why not."""
        line, third = self.lines.get(order.attempt), self.lines.get(order.third)
        is_there = third is not None and third.state is LineState.JOINED and third.agent == order.agent
        if line is None or line.state is not LineState.HELD or line.agent != order.agent or not is_there:
            reason = "the person is not on hold, or the third party is gone"
            self._say(BridgeFailed(attempt=order.attempt, agent=order.agent, reason=reason))
            return
        self._take_back(line, order.agent)

    def join_agents(self, order: JoinAgents) -> None:
        """Two agents hear each other, or it is said why not."""
        reason = self._legs.why_not(order.agent) or self._legs.why_not(order.colleague)
        if reason:
            self._say(BridgeFailed(attempt=order.consultation, agent=order.agent, reason=reason))
            return
        pair = Pair(order.consultation, order.agent, order.colleague)
        self._legs.take(pair.agent, pair)
        self._legs.take(pair.colleague, pair)
        now = self._agenda.now
        self._say(CallBridged(attempt=pair.consultation, agent=pair.agent, bridged_at=now))

    def part_agents(self, order: PartAgents) -> None:
        """They hear each other no more; where they did not, that it is over is told all the same."""
        pair = next((pair for pair in self._legs.pairs() if pair.consultation == order.consultation), None)
        if pair is not None:
            self._part(pair)
            return
        self._say(CallEnded(attempt=order.consultation, outcome=Outcome.CONNECTED, cause=_CLEARED))

    def _part(self, pair: Pair) -> None:
        self._legs.free(pair.agent, pair)
        self._legs.free(pair.colleague, pair)
        self._say(CallEnded(attempt=pair.consultation, outcome=Outcome.CONNECTED, cause=_CLEARED))

    def _take_back(self, line: Line, agent: AgentId) -> None:
        self._move(line, LineMove.JOIN)
        self._legs.take(agent, line)
        self._plan_end(line)
        self._say(CallBridged(attempt=line.order.attempt, agent=agent, bridged_at=self._agenda.now))

    def _plan_end(self, line: Line) -> None:
        left_s = line.joined_at + line.behaviour.talk_s - self._agenda.now
        self._agenda.plan(max(left_s, 0.0), self._talk_over, line)

    def release(self, order: ReleaseAgent) -> None:
        """The agent leaves the talk to the others."""
        self._let_all_go(order.agent)

    def _let_all_go(self, agent: AgentId) -> None:
        """The agent hears neither person nor third party any more."""
        for line in tuple(self.lines.values()):
            if line.agent == agent:
                self._let_go(line, agent)

    def leave_message(self, order: LeaveMessage) -> None:
        """The agent is free, the machine hears the message."""
        line = self.lines.get(order.attempt)
        if line is None or line.state is not LineState.JOINED:
            return
        self._leave(line, order.sound, 0.0, Outcome.CONNECTED)
        if line.agent is not None:
            self._let_go(line, line.agent)

    def start_recording(self, order: StartRecording) -> None:
        """The agent has told everybody; asked for again, it only says so again."""
        line = self.lines.get(order.attempt)
        if line is not None and line.state is LineState.JOINED and line.agent == order.agent:
            line.is_recorded = True
            self._say(RecordingBegan(attempt=order.attempt))

    def stop_recording(self, order: StopRecording) -> None:
        """Nothing more is recorded, or there is nothing to stop."""
        line = self.lines.get(order.attempt)
        runs = line is not None and line.is_recorded
        if line is not None:
            line.is_recorded = False
        reason = "" if runs else "nothing is recorded"
        self._say(RecordingStopped(attempt=order.attempt, is_stopped=runs, reason=reason))

    def confirm_opt_out(self, order: ConfirmOptOut) -> None:
        """The opt-out is written down: they hear so, and the line is hung up."""
        line = self.lines.get(order.attempt)
        if line is not None and line.state is LineState.PLAYING:
            self.acknowledged.add(order.attempt)
            self._end(line, Outcome.ABANDONED)

    def press_keys(self, attempt: AttemptId, keys: str) -> None:
        """Press keys towards who was called. Raises UnknownThingError: no such call is up."""
        line = self.lines.get(attempt)
        if line is None or line.state is not LineState.JOINED:
            raise UnknownThingError("call", attempt)
        line.keys += keys

    def holder_gone(self, agent: AgentId, pair: Pair | None) -> None:
        """The telephone of an agent who heard no line died: who is on hold for them is nobody's, and a
        consultation is over."""
        self._let_all_go(agent)
        if pair is not None:
            self._part(pair)

    def agent_gone(self, line: Line, agent: AgentId) -> None:
        """The agent's telephone died: the person hears silence and hangs up after a moment, unless another
        agent is joined before."""
        self._let_all_go(agent)
        if line.state is LineState.JOINED:
            self._agenda.plan(self._timings.silence_s, self._talk_over, line)

    # --- ringing, answered -------------------------------------------------------------------------------

    def _move(self, line: Line, move: LineMove) -> None:
        line.state = LINE.move(line.state, move)
        line.moves += 1

    def _ring(self, line: Line) -> None:
        behaviour, order, agenda = line.behaviour, line.order, self._agenda
        self._move(line, LineMove.RING)
        late_s = max(0.0, behaviour.setup_s - SETUP_MOST_S)
        most_s = max(0.0, order.ring_s - late_s)
        if behaviour.after_s >= most_s:
            agenda.plan(most_s, self._rang_out, line)
        elif behaviour.picks_up:
            agenda.plan(behaviour.after_s, self._pick_up, line)
        else:
            agenda.plan(behaviour.after_s, self._failed, line)
        self._say(CallRinging(attempt=order.attempt, early_media=behaviour.early_media))

    def _pick_up(self, line: Line) -> None:
        agenda, order, behaviour = self._agenda, line.order, line.behaviour
        line.answered_at = agenda.now
        self._move(line, LineMove.ANSWER)
        if order.is_private:
            agenda.plan(self._timings.private_wait_s, self._lost_patience, line)
            self._say(CallAnswered(attempt=order.attempt, answered_at=line.answered_at))
            return
        if order.joins is not None:
            self._join_talk(line, order.joins)
            return
        detects = order.detection is not DetectionMode.OFF
        listens_s = behaviour.detection_s if detects else 0.0
        limit_s = max(order.answer_limit_s, listens_s)  # the dialplan looks at the limit after detection
        if detects:  # planned first, so that at the same instant the answer is told before the limit
            agenda.plan(listens_s, self._detected, line)
        agenda.plan(limit_s, self._limit_passed, line)
        if behaviour.patience_s < limit_s:
            agenda.plan(behaviour.patience_s, self._lost_patience, line)
        if not detects:
            self._say(CallAnswered(attempt=order.attempt, answered_at=line.answered_at))
            self._announce(line)

    def _announce(self, line: Line) -> None:
        """Everybody on the line is told before anything is recorded; where nothing is due, recording
        begins."""
        order = line.order
        voice = order.voice
        if voice is None:
            return
        if voice.notice is None:
            self._record(line)
        elif Recording.RECORDED_NOTICE in order.clearance.may_play:
            line.playing = (Recording.RECORDED_NOTICE, voice.notice)
            self._agenda.plan(self._timings.notice_s, self._announced, line)

    def _announced(self, line: Line) -> None:
        self._record(line)
        self._heard(line, complete=True)

    def _record(self, line: Line) -> None:
        voice, may_record = line.order.voice, line.order.clearance.handling.recording
        if voice is not None and begins_by_itself(voice.record, voice.notice, may_record):
            line.is_recorded = True
            self._say(RecordingBegan(attempt=line.order.attempt))

    def _detected(self, line: Line) -> None:
        """Detection has ended."""
        order, behaviour = line.order, line.behaviour
        verdict = line.verdict = behaviour.detected
        self._say(
            CallAnswered(
                attempt=order.attempt,
                answered_at=line.answered_at,
                detected=verdict,
                cause=f"made up: {verdict.value}",
                delay_s=behaviour.detection_s,
            )
        )
        if verdict is not Detected.MACHINE or order.detection is not DetectionMode.ON:
            self._announce(line)
            return
        voice = order.voice
        may_drop = Recording.VOICEMAIL_DROP in order.clearance.may_play
        if may_drop and voice is not None and voice.drop is not None and voice.drop_on_detection:
            self._leave(line, voice.drop, behaviour.greeting_s, Outcome.MACHINE)
        else:
            self._end(line, Outcome.MACHINE)

    # --- joined ------------------------------------------------------------------------------------------

    def _join(self, line: Line, agent: AgentId) -> None:
        now = self._agenda.now
        self._move(line, LineMove.JOIN)
        line.agent, line.joined_at = agent, now
        if line.order.joins is None:
            self._watcher.joined(line, agent, now)
        self._agenda.plan(line.behaviour.talk_s, self._talk_over, line)
        self._say(CallBridged(attempt=line.order.attempt, agent=agent, bridged_at=now))

    def _join_talk(self, line: Line, talk: AttemptId) -> None:
        """A third party has answered: they hear everybody in the talk, or nobody when it is over."""
        other = self.lines.get(talk)
        self._say(CallAnswered(attempt=line.order.attempt, answered_at=line.answered_at))
        if other is None or other.state is not LineState.JOINED or other.agent is None:
            self._end(line, Outcome.HUNG_UP_WAITING)
            return
        self._move(line, LineMove.JOIN)
        line.agent, line.joined_at = other.agent, self._agenda.now
        self._agenda.plan(line.behaviour.talk_s, self._talk_over, line)
        self._say(CallBridged(attempt=line.order.attempt, agent=other.agent, bridged_at=self._agenda.now))

    def _let_go(self, line: Line, agent: AgentId) -> None:
        """The agent hears this line no more. A third party was heard through the person's line."""
        line.agent = None
        self._legs.free(agent, line)
        if line.order.joins is None:
            self._watcher.left(line, agent, self._agenda.now)

    # --- nobody came -------------------------------------------------------------------------------------

    def _limit_passed(self, line: Line) -> None:
        order, agenda = line.order, self._agenda
        unserved = _unserved(order)
        is_message, is_overflow = unserved is Unserved.MESSAGE, unserved is Unserved.OVERFLOW
        line.playing = None
        self._move(line, LineMove.OVERFLOW if is_overflow else LineMove.PLAY)
        line.ends_as = Outcome.ABANDONED
        self._say(CallTimedOut(attempt=order.attempt, message_played=is_message, overflow=is_overflow))
        if is_overflow:
            agenda.plan(self._timings.overflow_s, self._overflow_took, line)
            return
        if is_message and order.voice is not None:
            line.playing = (Recording.ABANDONMENT_MESSAGE, order.voice.message or "")
        after = self._pressed if is_message and line.behaviour.presses else self._message_over
        agenda.plan(self._timings.message_s if is_message else 0.0, after, line)

    def _message_over(self, line: Line) -> None:
        self._heard(line, complete=True)
        self._end(line, Outcome.ABANDONED)

    def _pressed(self, line: Line) -> None:
        self._heard(line, complete=True)
        self._say(OptOutPressed(attempt=line.order.attempt, key=line.behaviour.presses))
        self._agenda.plan(self._timings.confirm_s, self._message_over, line)

    def _overflow_took(self, line: Line) -> None:
        line.ends_as = Outcome.OVERFLOWED
        self._say(OverflowAnswered(attempt=line.order.attempt, at=self._agenda.now))
        self._agenda.plan(line.behaviour.talk_s, self._by_itself, line)

    # --- a message for a machine -------------------------------------------------------------------------

    def _leave(self, line: Line, sound: str, greeting_s: float, outcome: Outcome) -> None:
        """The greeting, then the message as far as the tape goes."""
        self._move(line, LineMove.LEAVE)
        line.playing, line.ends_as = (Recording.VOICEMAIL_DROP, sound), outcome
        spoken_s = min(self._timings.drop_s, line.behaviour.tape_s)
        self._agenda.plan(greeting_s + spoken_s, self._spoken, line)

    def _spoken(self, line: Line) -> None:
        self._heard(line, complete=line.behaviour.tape_s >= self._timings.drop_s)
        self._end(line, line.ends_as)

    def _heard(self, line: Line, *, complete: bool) -> None:
        if line.playing is None:
            return
        (recording, sound), line.playing = line.playing, None
        line.message_left = complete and recording is Recording.VOICEMAIL_DROP
        self._say(
            VoicePlayed(attempt=line.order.attempt, recording=recording, sound=sound, complete=complete)
        )

    # --- how lines end -----------------------------------------------------------------------------------

    def _end(
        self, line: Line, outcome: Outcome, cause: str = _CLEARED, *, sip_code: int | None = None
    ) -> None:
        agent = line.agent
        self._move(line, LineMove.END)
        del self.lines[line.order.attempt]
        self._heard(line, complete=False)
        self._watcher.over(line, outcome, self._agenda.now)
        if agent is not None:
            self._let_go(line, agent)
        self._say(CallEnded(attempt=line.order.attempt, outcome=outcome, cause=cause, sip_code=sip_code))

    def _by_itself(self, line: Line) -> None:
        self._end(line, line.ends_as)

    def _rang_out(self, line: Line) -> None:
        self._end(line, Outcome.NO_ANSWER, "19 no answer from user")

    def _failed(self, line: Line) -> None:
        fate = line.behaviour
        self._end(line, fate.failure, fate.cause, sip_code=fate.sip_code)

    def _carrier_failed(self, line: Line) -> None:
        self._end(line, Outcome.CARRIER_FAILURE, "38 network out of order")

    def _lost_patience(self, line: Line) -> None:
        self._end(line, Outcome.HUNG_UP_WAITING)

    def _talk_over(self, line: Line) -> None:
        self._end(line, Outcome.CONNECTED)


def _unserved(order: Originate) -> Unserved:
    """What a person gets for whom nobody came, as far as the clearance allows it."""
    may_play = Recording.ABANDONMENT_MESSAGE in order.clearance.may_play
    voice = order.voice
    if voice is None:
        return Unserved.MESSAGE if may_play else Unserved.HANGUP
    if voice.unserved is Unserved.MESSAGE and (voice.message is None or not may_play):
        return Unserved.HANGUP
    return voice.unserved
