"""What the fields of events and settings may hold, and the decorator that sees to it.

`compliance_gate.valid` says how: a value is looked at when it is made, by the annotations of its class. Here
are the annotations in the words of the floor, and the error that says whose fault it is.
"""

import re
from collections.abc import Mapping
from typing import Annotated, TypeVar

from compliance_gate.valid import Check, Most, Within, Words, checked, wrong_name_or_none
from dialer.domain.errors import InvalidFactError
from dialer.domain.ids import BoxId

T = TypeVar("T")

_NO_TEXT = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Controls but for the line's end and the tab, and halves of pairs."""

CENTURY_BEGINS = 946_684_800.0
CENTURY_ENDS = 4_102_444_800.0
"""POSIX seconds of the years 2000 and 2100: instants of the floor lie between them."""

NEVER = 253402300799.0
"""POSIX seconds of the year 9999: `not_before` of a lead that no waiting makes lawful. A change of facts or
of law clears it."""

_DAY_S = 86_400.0


def _hint_of_instant(value: float) -> str:
    is_milliseconds = CENTURY_BEGINS <= value / 1000.0 <= CENTURY_ENDS
    return ", of the years 2000 to 2099" + (
        " (this looks like milliseconds: divide by 1000)" if is_milliseconds else ""
    )


_INSTANT = "an instant in POSIX seconds"
Instant = Annotated[float, Within(CENTURY_BEGINS, CENTURY_ENDS, _INSTANT, hint=_hint_of_instant)]
InstantOrNever = Annotated[
    float, Within(CENTURY_BEGINS, CENTURY_ENDS, _INSTANT, also=NEVER, hint=_hint_of_instant)
]
"""`NEVER` is the one instant beyond this century that means something."""

Duration = Annotated[float, Within(0.0, 400 * _DAY_S, "seconds")]
"""Nothing on a floor takes longer than four hundred days."""
Step = Annotated[float, Within(-CENTURY_ENDS, CENTURY_ENDS, "seconds by which a clock jumped")]
Share = Annotated[float, Within(0.0, 1.0, "a share")]
GraceDays = Annotated[int, Within(0, 366, "days of grace")]
Count = Annotated[int, Within(0, 10**9, "a number of things")]
Said = Annotated[str, Words(least=1, most=2_000)]
"""What must be said: a reason, a source."""
Key = Annotated[str, Words(most=40)]
"""What was pressed on a telephone."""
FIRST_REFUSAL, LAST_REFUSAL = 300, 699
SipCode = Annotated[int, Within(FIRST_REFUSAL, LAST_REFUSAL, "a SIP code that refuses a call")]
Tags = Annotated[tuple[str, ...], Most(100)]

_SPECIAL: Mapping[object, Check] = {BoxId: wrong_name_or_none}
"""Where there is only one telephone system, it has no name."""


def valid(kind: type[T]) -> type[T]:
    """Decorates a class of events or settings, below `@dataclass`.

    A value that a field may not hold raises InvalidFactError.
    """
    return checked(kind, InvalidFactError, special=_SPECIAL)


def words_told(text: str | None, *, most: int = 2_000) -> str:
    """Text that another program told, made fit to be kept: what is no text is taken out, the rest cut off.

    For words that are kept for the record and decide nothing (causes, reasons): their sender is not asked to
    mend them, and what they are told with must not be lost for their sake.
    """
    cut = (text or "")[:most]
    if cut.isprintable():
        return cut
    return _NO_TEXT.sub("\ufffd", cut)
