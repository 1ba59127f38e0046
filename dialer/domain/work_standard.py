"""How a client wants its accounts worked: by when first, how often, and when a day ends."""

from dataclasses import dataclass
from typing import Annotated

from compliance_gate.valid import Within, ZoneName
from dialer.domain.valid import valid

Days = Annotated[int, Within(1, 366, "days")]
TimesAMonth = Annotated[int, Within(1, 100, "attempts a month")]


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class WorkStandard:
    """One client's.

    Args:
        first_attempt_within_days: of the day of the placement; None = not demanded.
        attempts_a_month: of an account that is open the whole calendar month, at least; None = not demanded.
        unworked_days: without an attempt, after which an open account is listed as unworked.
        zone: in which the client's days of calls begin and end. Days of money are those of its ledger, UTC.
    """

    first_attempt_within_days: Days | None = None
    attempts_a_month: TimesAMonth | None = None
    unworked_days: Days = 7
    zone: ZoneName = "UTC"
