"""Collectors on the floor, and how their state moves.

`WRAPPING` is after-call work. `LEG_LOST` is an agent whose telephone went away: never supply, and what they
were saying to a person goes on only if the telephone system kept the channel. An agent who asked for a
break while talking keeps talking; the request is a flag (`leaving`), and the table's RELEASE takes them to
NOT_READY instead of AVAILABLE.
"""

from dialer.domain.transitions import Machine, Word

NOT_SEEN = "not seen since the dialer was started anew"
"""Why an agent is not ready after a start: a telephone that is still on the line shows nobody beside it.
Their page, or a press of a button, says that they are there."""


class AgentState(Word):
    LOGGED_OUT = "logged_out"
    NOT_READY = "not_ready"
    AVAILABLE = "available"
    RESERVED = "reserved"
    TALKING = "talking"
    WRAPPING = "wrapping"
    LEG_LOST = "leg_lost"


class AgentMove(Word):
    LOG_IN = "log_in"
    GET_READY = "get_ready"
    PAUSE = "pause"
    RESERVE = "reserve"
    UNRESERVE = "unreserve"
    CONNECT = "connect"
    CALL_OVER = "call_over"
    FINISH_TO_READY = "finish_to_ready"
    FINISH_TO_PAUSE = "finish_to_pause"
    LOSE_LEG = "lose_leg"
    REGAIN_LEG = "regain_leg"
    LOG_OUT = "log_out"


_S = AgentState
_M = AgentMove

AGENT = Machine(
    name="agent",
    initial=_S.LOGGED_OUT,
    moves={
        _S.LOGGED_OUT: {_M.LOG_IN: _S.NOT_READY},
        _S.NOT_READY: {
            _M.GET_READY: _S.AVAILABLE,
            _M.PAUSE: _S.NOT_READY,
            _M.RESERVE: _S.RESERVED,
            _M.LOSE_LEG: _S.LEG_LOST,
            _M.LOG_OUT: _S.LOGGED_OUT,
        },
        _S.AVAILABLE: {
            _M.GET_READY: _S.AVAILABLE,
            _M.PAUSE: _S.NOT_READY,
            _M.RESERVE: _S.RESERVED,
            _M.CONNECT: _S.TALKING,
            _M.LOSE_LEG: _S.LEG_LOST,
            _M.LOG_OUT: _S.LOGGED_OUT,
        },
        _S.RESERVED: {
            _M.UNRESERVE: _S.AVAILABLE,
            _M.PAUSE: _S.NOT_READY,
            _M.CONNECT: _S.TALKING,
            _M.LOSE_LEG: _S.LEG_LOST,
            _M.LOG_OUT: _S.LOGGED_OUT,
        },
        _S.TALKING: {
            _M.CALL_OVER: _S.WRAPPING,
            _M.LOSE_LEG: _S.LEG_LOST,
            _M.LOG_OUT: _S.LOGGED_OUT,
        },
        _S.WRAPPING: {
            _M.FINISH_TO_READY: _S.AVAILABLE,
            _M.FINISH_TO_PAUSE: _S.NOT_READY,
            _M.LOSE_LEG: _S.LEG_LOST,
            _M.LOG_OUT: _S.LOGGED_OUT,
        },
        _S.LEG_LOST: {_M.REGAIN_LEG: _S.NOT_READY, _M.LOSE_LEG: _S.LEG_LOST, _M.LOG_OUT: _S.LOGGED_OUT},
    },
)
