"""What a person asked of us under a law on their data, and the clock that law sets.

```
open --extend--> extended
each of both --answer--> answered, --refuse--> refused, --withdraw--> withdrawn
```
An extension is told to the person within the first term, with its reason; after it there is none.
"""

import calendar
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from dialer.domain.errors import InvalidFactError
from dialer.domain.transitions import Machine, Word


class PrivacyLaw(StrEnum):
    """Under which law it was asked."""

    CCPA = "ccpa"
    """45 days, once 45 more: Cal. Civ. Code 1798.130(a)(2)(A)."""
    GDPR = "gdpr"
    """One month, extended by two further months: Regulation (EU) 2016/679 article 12(3)."""


class RightKind(StrEnum):
    """What was asked."""

    ACCESS = "access"
    CORRECTION = "correction"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    PORTABILITY = "portability"
    OBJECTION = "objection"


class RequestState(Word):
    """Where it stands."""

    OPEN = "open"
    EXTENDED = "extended"
    ANSWERED = "answered"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class RequestMove(Word):
    """What may be done with it."""

    EXTEND = "extend"
    ANSWER = "answer"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


_S, _M = RequestState, RequestMove
_ENDS = {_M.ANSWER: _S.ANSWERED, _M.REFUSE: _S.REFUSED, _M.WITHDRAW: _S.WITHDRAWN}
REQUEST = Machine(
    name="request",
    initial=_S.OPEN,
    moves={_S.OPEN: {_M.EXTEND: _S.EXTENDED, **_ENDS}, _S.EXTENDED: _ENDS},
    final=frozenset({_S.ANSWERED, _S.REFUSED, _S.WITHDRAWN}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsRequest:
    """One request.

    Args:
        received: the day on which it came; due: the last day on which it may be answered.
        ended_on: the day of the answer; None = it waits.
        words: what was asked, or answered last, as it was said.
    """

    request: str
    person: str
    law: PrivacyLaw
    kind: RightKind
    received: date
    due: date
    state: RequestState = RequestState.OPEN
    ended_on: date | None = None
    words: str = ""

    def is_overdue(self, today: date) -> bool:
        """Whether it waits past its last day."""
        return self.ended_on is None and today > self.due

    def moved(self, move: RequestMove, *, on: date, words: str) -> "RightsRequest":
        """The request after a move on a day.

        Raises:
            IllegalTransitionError: it has ended, or was extended before.
            InvalidFactError: an extension that comes after the first term, or nothing is said of why.
        """
        state = REQUEST.move(self.state, move)
        if not words.strip():
            raise InvalidFactError("say why, or what was answered")
        if move is not RequestMove.EXTEND:
            return replace(self, state=state, ended_on=on, words=words)
        if on > self.due:
            raise InvalidFactError(f"its term ended on {self.due.isoformat()}: it can be extended no more")
        return replace(self, state=state, due=due_on(self.law, self.received, is_extended=True), words=words)


def due_on(law: PrivacyLaw, received: date, *, is_extended: bool = False) -> date:
    """The last day on which a request may be answered."""
    if law is PrivacyLaw.CCPA:
        return received + timedelta(days=90 if is_extended else 45)
    months = received.month + (3 if is_extended else 1)
    year, month = received.year + (months - 1) // 12, (months - 1) % 12 + 1
    return date(year, month, min(received.day, calendar.monthrange(year, month)[1]))
