"""Attempts: we dialed. How an attempt moves, and what may come of it.

Theory of operation. One state says everything about where a call stands; what else is kept of it are facts
that stay (instants, what was heard, what was said) and two orders that may stand in any state: the agent who
is held for it, and a hang-up that was asked for and not yet seen, since a line can be answered or joined in
the very moment in which we hang it up.

Nobody has answered: LAUNCHED (cleared, stored, handed to the telephone system), RINGING (a channel exists).

Answered, joined to nobody; the clock of the abandonment limit runs: HEARING_NOTICE (an announcement plays
before anybody may be joined), WAITING (for an agent), BRIDGING (an agent is held and the bridge is ordered),
MACHINE (detection says so: it is ended, or the telephone system leaves its message). The limit passed:
UNSERVED (a message, or the line is hung up), OVERFLOWING (the live overflow is rung), OVERFLOWED (somebody of
it talks with them).

Joined: CONNECTED (they talk with an agent), HELD (they hear hold music while their agent talks with somebody
else), PASSING (they do, and a bridge to another agent is ordered),
ALONE (their agent went away and nobody is held for them), REJOINING (their agent went away and the bridge to
another is ordered), LEAVING_MESSAGE (the agent took it for a machine and went on, a message is left),
HANDED_ON (the agent left them with a third party).

Over: WRAPPING (the channel is gone, the agent has yet to write down what came of it), ENDED (nothing more
will be said).

Odd, real, and therefore in the table:
- A call ends in every state: lines drop at every moment.
- An answer comes before the ringing: the order of a carrier's messages is not promised.
- CONNECT where nobody ordered a bridge, or the order was taken back already: the telephone system's word is
  the truth of who won a race with the limit, and a reconciliation finds talks of which we never heard.
- A time-out during the announcement, and one of a machine, which stays what it is.
- A second time-out while the live overflow is rung: nobody of it answered.
- The live overflow takes somebody whom the telephone system gave up without a word of overflow, or whom
  detection took for a machine.
A move that is not in the table raises and changes nothing; news that would need one came late or twice, and
is counted.
"""

from dialer.domain.transitions import Machine, Word


class AttemptState(Word):
    LAUNCHED = "launched"
    RINGING = "ringing"
    HEARING_NOTICE = "hearing_notice"
    WAITING = "waiting"
    BRIDGING = "bridging"
    MACHINE = "machine"
    UNSERVED = "unserved"
    OVERFLOWING = "overflowing"
    OVERFLOWED = "overflowed"
    CONNECTED = "connected"
    HELD = "held"
    PASSING = "passing"
    ALONE = "alone"
    REJOINING = "rejoining"
    LEAVING_MESSAGE = "leaving_message"
    HANDED_ON = "handed_on"
    WRAPPING = "wrapping"
    ENDED = "ended"


class AttemptMove(Word):
    RING = "ring"
    ANSWER = "answer"
    ANNOUNCE = "announce"
    """Answered, and an announcement plays first."""
    MEET_MACHINE = "meet_machine"
    """Answered, by a machine."""
    HEAR_NOTICE = "hear_notice"
    BRIDGE = "bridge"
    """The bridge to an agent is ordered."""
    UNBRIDGE = "unbridge"
    """It did not happen, or the agent it was ordered to is gone."""
    CONNECT = "connect"
    """It happened: both hear each other."""
    TIME_OUT = "time_out"
    OVERFLOW = "overflow"
    """The limit passed, and the live overflow is rung."""
    BE_TAKEN = "be_taken"
    """Somebody of the live overflow answered."""
    HOLD = "hold"
    """The agent consults somebody alone: the person is on hold."""
    PASS_ON = "pass_on"
    LOSE_AGENT = "lose_agent"
    """The agent who talked is gone, the person is not."""
    REJOIN = "rejoin"
    """The bridge to another agent is ordered."""
    LEAVE_MESSAGE = "leave_message"
    HAND_ON = "hand_on"
    WRAP_UP = "wrap_up"
    """The channel is gone, and the agent has yet to say what came of it."""
    END = "end"


_S = AttemptState
_M = AttemptMove

_ANSWERED: dict[AttemptMove, AttemptState] = {
    _M.ANSWER: _S.WAITING,
    _M.ANNOUNCE: _S.HEARING_NOTICE,
    _M.MEET_MACHINE: _S.MACHINE,
    _M.END: _S.ENDED,
}
_UNJOINED: dict[AttemptMove, AttemptState] = {
    _M.CONNECT: _S.CONNECTED,
    _M.TIME_OUT: _S.UNSERVED,
    _M.OVERFLOW: _S.OVERFLOWING,
    _M.END: _S.ENDED,
}

ATTEMPT = Machine(
    name="attempt",
    initial=_S.LAUNCHED,
    moves={
        _S.LAUNCHED: {_M.RING: _S.RINGING, **_ANSWERED},
        _S.RINGING: _ANSWERED,
        _S.HEARING_NOTICE: {_M.HEAR_NOTICE: _S.WAITING, **_UNJOINED},
        _S.WAITING: {_M.BRIDGE: _S.BRIDGING, **_UNJOINED},
        _S.BRIDGING: {_M.UNBRIDGE: _S.WAITING, **_UNJOINED},
        _S.MACHINE: {
            _M.TIME_OUT: _S.MACHINE,
            _M.OVERFLOW: _S.MACHINE,
            _M.BE_TAKEN: _S.OVERFLOWED,
            _M.CONNECT: _S.CONNECTED,
            _M.END: _S.ENDED,
        },
        _S.UNSERVED: {_M.BE_TAKEN: _S.OVERFLOWED, _M.CONNECT: _S.CONNECTED, _M.END: _S.ENDED},
        _S.OVERFLOWING: {_M.BE_TAKEN: _S.OVERFLOWED, **_UNJOINED},
        _S.OVERFLOWED: {_M.CONNECT: _S.CONNECTED, _M.END: _S.ENDED},
        _S.CONNECTED: {
            _M.HOLD: _S.HELD,
            _M.PASS_ON: _S.PASSING,
            _M.LOSE_AGENT: _S.ALONE,
            _M.LEAVE_MESSAGE: _S.LEAVING_MESSAGE,
            _M.HAND_ON: _S.HANDED_ON,
            _M.WRAP_UP: _S.WRAPPING,
            _M.END: _S.ENDED,
        },
        _S.HELD: {
            _M.CONNECT: _S.CONNECTED,
            _M.LOSE_AGENT: _S.ALONE,
            _M.WRAP_UP: _S.WRAPPING,
            _M.END: _S.ENDED,
        },
        _S.PASSING: {
            _M.CONNECT: _S.CONNECTED,
            _M.UNBRIDGE: _S.CONNECTED,
            _M.LOSE_AGENT: _S.REJOINING,
            _M.WRAP_UP: _S.WRAPPING,
            _M.END: _S.ENDED,
        },
        _S.ALONE: {_M.REJOIN: _S.REJOINING, _M.END: _S.ENDED},
        _S.REJOINING: {_M.CONNECT: _S.CONNECTED, _M.UNBRIDGE: _S.ALONE, _M.END: _S.ENDED},
        _S.LEAVING_MESSAGE: {_M.END: _S.ENDED},
        _S.HANDED_ON: {_M.WRAP_UP: _S.WRAPPING, _M.END: _S.ENDED},
        _S.WRAPPING: {_M.END: _S.ENDED},
    },
    final=frozenset({_S.ENDED}),
)

UNANSWERED = frozenset({_S.LAUNCHED, _S.RINGING})
"""Nobody has picked up: it may be taken back, and nobody has talked."""

UNJOINED = frozenset(
    {
        _S.HEARING_NOTICE,
        _S.WAITING,
        _S.BRIDGING,
        _S.MACHINE,
        _S.UNSERVED,
        _S.OVERFLOWING,
        _S.OVERFLOWED,
    }
)
"""Answered, and no agent was joined."""

JOINED = frozenset(
    {
        _S.CONNECTED,
        _S.HELD,
        _S.PASSING,
        _S.ALONE,
        _S.REJOINING,
        _S.LEAVING_MESSAGE,
        _S.HANDED_ON,
    }
)
"""An agent was joined, and the channel is up."""

OVER = frozenset({_S.WRAPPING, _S.ENDED})
"""The channel is gone."""


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
    """Declined at the called telephone."""
    BLOCKED = "blocked"
    """Refused on the way, by somebody's analysis of who calls: it says something of the number we showed, and
    nothing of the one we called."""
    UNWANTED = "unwanted"
    """The called side says that calls from the number we showed are not wanted."""
    INVALID_NUMBER = "invalid_number"
    CONGESTION = "congestion"
    CARRIER_FAILURE = "carrier_failure"
    CANCELLED = "cancelled"
    """We hung up while it rang (suppression, stop, guard)."""
    NOT_ATTEMPTED = "not_attempted"
    """The telephone system refused without a channel: nobody's telephone rang."""
    UNKNOWN = "unknown"
    """The engine or the telephone system died; counts as a call placed."""
