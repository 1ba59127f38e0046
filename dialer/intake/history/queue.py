"""Asterisk's queue_log: who waited and who was spoken with, put together from the lines of one call.

A line is `epoch|callid|queue|agent|event|data...`; the caller's number is told once, when they join. Calls
that never end are forgotten in the order in which they came, once there are too many.
"""

from collections import OrderedDict
from collections.abc import Sequence

from compliance_gate.words import Direction, EventKind, Outcome
from dialer.intake.history.logs import Call

MOST_OPEN = 50_000
"""Calls in a queue at once; a floor of a thousand agents has fewer."""

_SPOKE = frozenset({"COMPLETECALLER", "COMPLETEAGENT", "BLINDTRANSFER", "ATTENDEDTRANSFER"})
_ENDED = _SPOKE | {"ABANDON", "EXITWITHTIMEOUT", "EXITEMPTY", "EXITWITHKEY", "WITHDRAW"}
EVENTS = (
    _ENDED
    | {"ENTERQUEUE", "CONNECT", "RINGNOANSWER", "RINGCANCELED", "QUEUESTART", "CONFIGRELOAD", "ADDMEMBER"}
    | {"REMOVEMEMBER", "PAUSE", "UNPAUSE", "AGENTLOGIN", "AGENTLOGOFF"}
)


def looks_like_queue_log(fields: Sequence[str]) -> bool:
    """Whether a line is of a queue_log."""
    return len(fields) >= 5 and fields[0].isdecimal() and 9 <= len(fields[0]) <= 10 and fields[4] in EVENTS


class QueueCalls:
    """Takes lines in, and gives a call when it ends."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, tuple[str, str]] = OrderedDict()

    def take(self, fields: Sequence[str]) -> Call | None:
        """The call that this line ends; None = it ends none whose number is known."""
        if len(fields) < 5:
            return None
        at, call, event, data = fields[0], fields[1], fields[4], fields[5:]
        if event == "ENTERQUEUE" and len(data) >= 2:
            self._open[call] = at, data[1]
            if len(self._open) > MOST_OPEN:
                self._open.popitem(last=False)
            return None
        if event not in _ENDED or call not in self._open:
            return None
        began, number = self._open.pop(call)
        spoke = event in _SPOKE
        return Call(
            at=began,
            number=number,
            key=f"queue-{call}",
            direction=Direction.INBOUND,
            event=EventKind.CALL_RECEIVED,
            outcome=Outcome.CONVERSATION if spoke else Outcome.ABANDONED,
        )
