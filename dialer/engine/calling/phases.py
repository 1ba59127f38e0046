"""The phases of an attempt: every write to its row, the state's and that of the fields which go with it.

One function for each thing that happens to a call. Each moves the row by the table first, so that an illegal
move changes nothing, and writes only what belongs to that move; what follows for agents, pools and ledgers is
for whoever calls. Nobody else writes to a row of calls (a test looks).
"""

from dataclasses import replace

from dialer.domain.attempt import ATTEMPT, JOINED, AttemptMove, AttemptState, Outcome
from dialer.domain.commands import Hangup, HangupReason
from dialer.domain.detection import Detection
from dialer.domain.disposition import Disposition
from dialer.domain.ids import AgentId
from dialer.domain.voice import Played, RecordingNote
from dialer.engine.context import Context
from dialer.engine.state import CallRow, SaidRow

_M = AttemptMove


def _move(call: CallRow, move: AttemptMove) -> None:
    call.state = ATTEMPT.move(call.state, move)


# --- until somebody is joined -----------------------------------------------------------------------------


def ring(call: CallRow, *, early_media: bool, at: float) -> None:
    """The network says that it rings, since POSIX seconds `at`."""
    _move(call, _M.RING)
    call.rang_at = at
    call.heard.early_media = early_media


def hear_early_media(call: CallRow) -> None:
    """Sound came from the network before any answer."""
    call.heard.early_media = True


def answer(call: CallRow, move: AttemptMove, *, at: float, detection: Detection | None = None) -> None:
    """Somebody, or something, picked up at POSIX seconds `at`; `move` says what it met."""
    _move(call, move)
    call.answered_at = at
    if detection is not None:
        call.heard.detection = detection


def hear_notice(call: CallRow) -> None:
    """The announcement is over: the person may be joined."""
    _move(call, _M.HEAR_NOTICE)


def bridge(call: CallRow, agent: AgentId) -> None:
    """The bridge to this agent, who is held, is ordered."""
    if call.state is AttemptState.ALONE:
        _move(call, _M.REJOIN)
        call.next_agent = agent
    else:
        _move(call, _M.BRIDGE)
        call.agent = agent


def unbridge(call: CallRow) -> None:
    """The bridge that was ordered is not to be: the person waits, is alone, or talks on as before."""
    _move(call, _M.UNBRIDGE)
    if call.next_agent is None:
        call.agent = None
    call.next_agent = None


def let_go(call: CallRow) -> None:
    """No agent is held for it any more."""
    assert call.state not in JOINED, "who talked with a person stays on record"
    call.agent = None


def pass_limit(call: CallRow, *, message_played: bool, overflow: bool) -> None:
    """The limit after the answer passed with no agent; a message begins, or the live overflow is rung."""
    _move(call, _M.OVERFLOW if overflow else _M.TIME_OUT)
    call.heard.message_played = message_played
    call.agent = None


def be_taken(call: CallRow, *, at: float) -> None:
    """Somebody of the live overflow took the person."""
    _move(call, _M.BE_TAKEN)
    call.overflow_at = at


# --- joined -----------------------------------------------------------------------------------------------


def connect(call: CallRow, agent: AgentId, *, at: float) -> None:
    """Both hear each other. The first join dates the talk."""
    _move(call, _M.CONNECT)
    call.agent, call.next_agent, call.held_until = agent, None, None
    if call.bridged_at is None:
        call.bridged_at = at


def hold(call: CallRow, *, until: float) -> None:
    """The person is on hold, at most until POSIX seconds `until`; they are their agent's still."""
    _move(call, _M.HOLD)
    call.held_until = until


def end_hold(call: CallRow, *, by: float) -> None:
    """The person is to be with their agent again by POSIX seconds `by`."""
    assert call.state is AttemptState.HELD, "nobody else is on hold"
    call.held_until = by


def pass_on(call: CallRow, to: AgentId) -> None:
    """The bridge to another agent is ordered; until it is there, the talk stays with whom it is."""
    _move(call, _M.PASS_ON)
    call.next_agent = to


def lose_agent(call: CallRow) -> None:
    """Who talked with the person is gone, and the person is not."""
    _move(call, _M.LOSE_AGENT)
    call.held_until = None


def leave_message(call: CallRow, disposition: Disposition, *, at: float) -> None:
    """The agent took it for a machine and goes on; the message is left."""
    _move(call, _M.LEAVE_MESSAGE)
    call.talk_ended_at = at
    call.said = SaidRow(disposition=disposition)


def hand_on(call: CallRow, *, at: float) -> None:
    """The agent leaves the person with a third party."""
    _move(call, _M.HAND_ON)
    call.talk_ended_at = at


# --- over -------------------------------------------------------------------------------------------------


def end_talk(call: CallRow, *, at: float) -> None:
    """The person and whoever talked with them hear each other no more."""
    if call.talk_ended_at is None:
        call.talk_ended_at = at


def end(call: CallRow, outcome: Outcome, *, at: float, wraps: bool = False) -> None:
    """The channel is gone. `wraps`: the agent has yet to say what came of it."""
    _move(call, _M.WRAP_UP if wraps else _M.END)
    call.outcome = outcome
    call.ended_at = at
    call.next_agent = call.held_until = None


def close(call: CallRow) -> None:
    """Nothing more will be said about it."""
    if call.state is AttemptState.WRAPPING:
        _move(call, _M.END)


# --- facts and orders that a state does not imply ---------------------------------------------------------


def tell_cause(call: CallRow, cause: str, sip_code: int | None) -> None:
    """The telephone system's own words on the end, and the far end's code."""
    call.cause, call.sip_code = cause, sip_code


def judge(call: CallRow, *, abandoned: bool) -> None:
    """Whether the person had somebody in time."""
    call.abandoned = abandoned


def say(call: CallRow, disposition: Disposition, *, ready_after: bool = True) -> None:
    """What the agent says came of it."""
    call.said = SaidRow(disposition=disposition, ready_after=ready_after)


def hear(call: CallRow, played: Played, *, is_message: bool) -> None:
    """A recording was heard; `is_message`: the one for a person whom nobody was free for."""
    call.heard.played = (*call.heard.played, played)
    if is_message:
        call.heard.message_played = True


def record(call: CallRow) -> None:
    """From here on it is recorded."""
    call.heard.is_recorded = True


def tell_of_recording(call: CallRow, *, version: str, at: float) -> None:
    """The agent has said that the call is recorded; the first time counts."""
    if call.heard.note is None:
        call.heard.note = RecordingNote(spoken_at=at, version=version)


def object_to_recording(call: CallRow, *, at: float) -> None:
    """The person does not want to be recorded."""
    call.heard.note = replace(call.heard.note or RecordingNote(), objected_at=at)


def stop_recording(call: CallRow, *, at: float) -> None:
    """Nothing more is recorded."""
    call.heard.note = replace(call.heard.note or RecordingNote(), stopped_at=at)


def takes_to_ring(call: CallRow, *, at: float) -> None:
    """Of a call that rings it is not known since when: not before this instant."""
    call.rang_at = at


def shift(call: CallRow, by: float) -> None:
    """The wall clock stepped: the ring, and the limit that runs after the answer, keep their lengths."""
    if call.rang_at is not None:
        call.rang_at += by
    if call.answered_at is not None:
        call.answered_at += by


def shift_hold(call: CallRow, by: float) -> None:
    """The wall clock stepped: who is on hold is not brought back earlier or later for it."""
    if call.held_until is not None:
        call.held_until += by


def hang_up(context: Context, call: CallRow, reason: HangupReason) -> None:
    """Ask for the end of the channel, once."""
    if call.hangup is None:
        call.hangup = reason
        context.emit(Hangup(attempt=call.launch.attempt, reason=reason))


def hang_up_again(context: Context, call: CallRow, reason: HangupReason) -> None:
    """Ask for the end of the channel, also when it was asked for: that order may have been lost."""
    if call.hangup is None:
        call.hangup = reason
    context.emit(Hangup(attempt=call.launch.attempt, reason=call.hangup))


def give_up(context: Context, call: CallRow) -> None:
    """Nothing was heard of it for too long: the last order to end it."""
    call.hangup = HangupReason.UNACCOUNTED
    context.emit(Hangup(attempt=call.launch.attempt, reason=HangupReason.UNACCOUNTED))
