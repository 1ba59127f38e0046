"""Who else is in a talk: lookups that more than one part of the engine needs."""

from dialer.domain.attempt import AttemptState
from dialer.domain.commands import Hangup, HangupReason
from dialer.domain.ids import AttemptId
from dialer.engine.context import Context
from dialer.engine.state import CallRow, EngineState, GuestRow


def guest_of(state: EngineState, talk: AttemptId) -> GuestRow | None:
    """The third party of a talk, called or joined; None when there is none."""
    for guest in state.guests.values():
        if guest.talk == talk:
            return guest
    return None


def send_guest_away(context: Context, call: CallRow) -> None:
    """The person's call is over: a third party has nobody left to talk with."""
    guest = guest_of(context.state, call.attempt) if context.state.guests else None
    if guest is not None and guest.hangup is None:
        guest.hangup = HangupReason.TALK_OVER
        context.emit(Hangup(attempt=guest.attempt, reason=HangupReason.TALK_OVER))


def is_alone_with_guest(call: CallRow) -> bool:
    """Whether the talk goes on without an agent of ours."""
    return call.is_handed_on and call.state is AttemptState.CONNECTED
