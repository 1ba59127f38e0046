"""What was promised in parts: each an amount and an instant by which it is to come."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated

from compliance_gate.valid import MOST, Most, Within
from dialer.domain.errors import InvalidFactError
from dialer.domain.money import Money
from dialer.domain.valid import Instant, valid

MOST_PARTS = 120
"""Ten years of months; no plan that is offered has more."""


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class PromisedPart:
    """One part, in cents of the promise's currency. `due_at`: POSIX seconds by which it was promised."""

    cents: Annotated[int, Within(1, MOST, "cents")]
    due_at: Instant


Parts = Annotated[tuple[PromisedPart, ...], Most(MOST_PARTS)]


def demand_parts(parts: Sequence[PromisedPart], promised: Money | None, due_at: float | None) -> None:
    """Raises InvalidFactError: the parts are not all that was promised, or not in the order of their days."""
    if not parts:
        return
    total = sum(part.cents for part in parts)
    if promised is None or promised.cents != total:
        said = "nothing" if promised is None else str(promised)
        raise InvalidFactError(f"the parts come to {total / 100:,.2f}, and {said} was promised")
    days = [part.due_at for part in parts]
    if any(later <= earlier for earlier, later in pairwise(days)):
        raise InvalidFactError("the parts of a promise are told in the order of their days, each later")
    if due_at is not None and due_at != days[-1]:
        raise InvalidFactError("what was promised is due with its last part: say the same instant, or none")
