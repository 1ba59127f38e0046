"""Calls of which nothing is heard: ended by us after a time, then closed as unknown.

What nobody tells us counts as a call placed.
"""

from math import inf

from dialer.domain.attempt import UNANSWERED, UNJOINED, AttemptState, Outcome
from dialer.domain.commands import HangupReason
from dialer.domain.ids import AttemptId
from dialer.engine.calling import phases
from dialer.engine.calling.channel_gone import ChannelGone
from dialer.engine.calling.spans import answered_at, talk_ended_at
from dialer.engine.context import Context
from dialer.engine.state import CallRow, TimerKind

WATCH_S = 60.0
"""Seconds beyond the longest ring after which an attempt of which nothing was heard is ended by us."""

LAST_WATCH_S = 30.0
"""Seconds after that hang-up at which an attempt still unheard of is closed with an unknown outcome."""

MESSAGE_WATCH_S = 180.0
"""A machine's greeting (30 s at most are waited for), the message, and time to spare."""

OVERFLOW_WATCH_S = 2 * 3600.0
"""A talk with somebody of the live overflow is not ours to end; the telephone system's own limit does."""

_WATCHED = UNANSWERED | UNJOINED | {AttemptState.LEAVING_MESSAGE}


class Watching:
    """Looks after calls that no agent would miss."""

    def __init__(self, context: Context, gone: ChannelGone) -> None:
        self._context = context
        self._gone = gone

    def look(self, attempt: AttemptId) -> None:
        """Nothing was heard for too long: end it, then close it."""
        context = self._context
        call = context.state.calls.get(attempt)
        if call is None or call.state not in _WATCHED:
            return
        until = may_last_until(call)
        if context.now < until:
            context.set_timer(until, TimerKind.WATCH, attempt)
            return
        if call.hangup is not HangupReason.UNACCOUNTED:
            phases.give_up(context, call)
            context.set_timer(context.now + LAST_WATCH_S, TimerKind.WATCH, attempt)
            return
        self._gone.over(call, Outcome.UNKNOWN)

    def message(self, call: CallRow) -> None:
        """A greeting and a message take longer than a ring: look again when both must be over."""
        self._context.set_timer(self._context.now + MESSAGE_WATCH_S, TimerKind.WATCH, call.launch.attempt)


def may_last_until(call: CallRow) -> float:
    """POSIX seconds until which it is no wonder that a call without an agent is still up."""
    match call.state:
        case AttemptState.OVERFLOWING | AttemptState.OVERFLOWED:
            return answered_at(call) + OVERFLOW_WATCH_S
        case AttemptState.LEAVING_MESSAGE:
            return talk_ended_at(call) + MESSAGE_WATCH_S
        case AttemptState.MACHINE if call.launch.voice is not None and call.launch.voice.drop_on_detection:
            return answered_at(call) + MESSAGE_WATCH_S
        case _:
            return -inf
