"""Attempts: we dialed. How an attempt moves, and what may come of it.

LAUNCHED: cleared, stored and handed to the telephone system. RINGING: a channel exists. WAITING: the
telephone was answered and nobody is joined to it yet; the clock of the abandonment limit runs. CONNECTED:
joined to an agent. ENDED: over, with an outcome. An attempt may end from every state, since lines drop at
every moment; ANSWER from LAUNCHED is legal because the order of a carrier's messages is not promised.
"""

from dialer.domain.transitions import Machine, Word


class AttemptState(Word):
    LAUNCHED = "launched"
    RINGING = "ringing"
    WAITING = "waiting"
    CONNECTED = "connected"
    ENDED = "ended"


class AttemptMove(Word):
    RING = "ring"
    ANSWER = "answer"
    CONNECT = "connect"
    END = "end"


_S = AttemptState
_M = AttemptMove

ATTEMPT = Machine(
    name="attempt",
    initial=_S.LAUNCHED,
    moves={
        _S.LAUNCHED: {_M.RING: _S.RINGING, _M.ANSWER: _S.WAITING, _M.END: _S.ENDED},
        _S.RINGING: {_M.ANSWER: _S.WAITING, _M.END: _S.ENDED},
        _S.WAITING: {_M.CONNECT: _S.CONNECTED, _M.END: _S.ENDED},
        _S.CONNECTED: {_M.END: _S.ENDED},
    },
    final=frozenset({_S.ENDED}),
)


class Outcome(Word):
    """What came of an attempt, as the telephone system reports it. Observable facts only."""

    CONNECTED = "connected"
    """Answered and joined to an agent."""
    ABANDONED = "abandoned"
    """Answered, and no agent within the limit."""
    OVERFLOWED = "overflowed"
    """Answered, no agent within the limit, and taken by somebody of the live overflow."""
    HUNG_UP_WAITING = "hung_up_waiting"
    """Answered, and the called person hung up within the limit, before an agent."""
    MACHINE = "machine"
    """Detection said machine and the call was ended or given a message, without an agent."""
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    REJECTED = "rejected"
    INVALID_NUMBER = "invalid_number"
    CONGESTION = "congestion"
    CARRIER_FAILURE = "carrier_failure"
    CANCELLED = "cancelled"
    """We hung up while it rang (suppression, stop, guard)."""
    NOT_ATTEMPTED = "not_attempted"
    """The telephone system refused without a channel: nobody's telephone rang."""
    UNKNOWN = "unknown"
    """The engine or the telephone system died; counts as a call placed."""


RANG = frozenset(
    {
        Outcome.CONNECTED,
        Outcome.ABANDONED,
        Outcome.OVERFLOWED,
        Outcome.HUNG_UP_WAITING,
        Outcome.MACHINE,
        Outcome.NO_ANSWER,
        Outcome.REJECTED,
        Outcome.CANCELLED,
        Outcome.UNKNOWN,
    }
)
"""Outcomes that may have rung somebody's telephone. The others were not connected to the dialed number
(12 CFR 1006 Supp. I, comment 14(b)(3)(ii)-1: busy and not in service do not count)."""

ANSWERED = frozenset(
    {
        Outcome.CONNECTED,
        Outcome.ABANDONED,
        Outcome.OVERFLOWED,
        Outcome.HUNG_UP_WAITING,
        Outcome.MACHINE,
    }
)
