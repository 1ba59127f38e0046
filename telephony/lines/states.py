"""How lines move: ours to people whom we call, and those of people who call us.

A line that we placed is SETTING_UP (no sound yet), RINGING, WAITING (answered, nobody joined; announcements
and detection are part of it), JOINED (an agent hears them, or they were left to a third party), HELD (they
hear hold music, and nobody hears them), PLAYING (the limit passed and the message is heard), OVERFLOWING (the
limit passed and somebody of the live overflow takes them), LEAVING (a machine gets a message) or OVER. JOIN
from JOINED passes a talk on to another agent.

A caller HEARS_MENU, is WAITING for an agent, JOINED, TOLD (that nobody is free, or that the opt-out was
noted) or OVER. LOSE_AGENT: the agent's leg went, and the caller waits again; WAIT from TOLD: that
they want to be called back was not noted, and they wait on.
"""

from dialer.domain.transitions import Machine, Word


class LineState(Word):
    SETTING_UP = "setting_up"
    RINGING = "ringing"
    WAITING = "waiting"
    JOINED = "joined"
    HELD = "held"
    PLAYING = "playing"
    OVERFLOWING = "overflowing"
    LEAVING = "leaving a message"
    OVER = "over"


class LineMove(Word):
    RING = "ring"
    ANSWER = "answer"
    JOIN = "join"
    HOLD = "hold"
    PLAY = "play"
    OVERFLOW = "overflow"
    LEAVE = "leave"
    END = "end"


_S = LineState
_M = LineMove

LINE = Machine(
    name="line",
    initial=_S.SETTING_UP,
    moves={
        _S.SETTING_UP: {_M.RING: _S.RINGING, _M.END: _S.OVER},
        _S.RINGING: {_M.ANSWER: _S.WAITING, _M.END: _S.OVER},
        _S.WAITING: {
            _M.JOIN: _S.JOINED,
            _M.PLAY: _S.PLAYING,
            _M.OVERFLOW: _S.OVERFLOWING,
            _M.LEAVE: _S.LEAVING,
            _M.END: _S.OVER,
        },
        _S.JOINED: {_M.JOIN: _S.JOINED, _M.HOLD: _S.HELD, _M.LEAVE: _S.LEAVING, _M.END: _S.OVER},
        _S.HELD: {_M.JOIN: _S.JOINED, _M.END: _S.OVER},
        _S.PLAYING: {_M.END: _S.OVER},
        _S.OVERFLOWING: {_M.END: _S.OVER},
        _S.LEAVING: {_M.END: _S.OVER},
    },
    final=frozenset({_S.OVER}),
)


class CallerState(Word):
    HEARS_MENU = "hears_menu"
    WAITING = "waiting"
    JOINED = "joined"
    TOLD = "told"
    OVER = "over"


class CallerMove(Word):
    WAIT = "wait"
    JOIN = "join"
    LOSE_AGENT = "lose_agent"
    TELL = "tell"
    END = "end"


_C = CallerState
_D = CallerMove

CALLER = Machine(
    name="caller",
    initial=_C.HEARS_MENU,
    moves={
        _C.HEARS_MENU: {_D.WAIT: _C.WAITING, _D.TELL: _C.TOLD, _D.END: _C.OVER},
        _C.WAITING: {_D.JOIN: _C.JOINED, _D.TELL: _C.TOLD, _D.END: _C.OVER},
        _C.JOINED: {_D.LOSE_AGENT: _C.WAITING, _D.END: _C.OVER},
        _C.TOLD: {_D.TELL: _C.TOLD, _D.WAIT: _C.WAITING, _D.END: _C.OVER},
    },
    final=frozenset({_C.OVER}),
)
