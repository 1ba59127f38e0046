"""Exceptions from how a client wants its accounts worked."""

from dataclasses import dataclass
from datetime import date, timedelta

from dialer.domain.work_standard import WorkStandard
from dialer.measures.accounts import AccountSeen

FIRST_ATTEMPT = "first_attempt"
ATTEMPTS_A_MONTH = "attempts_a_month"
UNWORKED = "unworked"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkException:
    """An account that was not worked as its client wants.

    Args:
        standard: which. wanted, found: days, or attempts.
    """

    standard: str
    wanted: int
    found: int


def exceptions_of(row: AccountSeen, standard: WorkStandard) -> tuple[WorkException, ...]:
    """What of an open account is not as demanded by the end of its day.

    A first attempt is in time on the last of its days. Attempts a month are judged on the month's last day,
    of accounts placed before its first. What is not known is no exception.
    """
    if not row.is_open:
        return ()
    judged = standards_judged(standard, row.on)
    age = None if row.placed_on is None else (row.on - row.placed_on).days
    found: dict[str, tuple[int | None, bool]] = {
        FIRST_ATTEMPT: (age, _beyond(age, judged.get(FIRST_ATTEMPT)) and row.first_attempt_on is None),
        ATTEMPTS_A_MONTH: (
            row.attempts_in_month,
            row.attempts_in_month < judged.get(ATTEMPTS_A_MONTH, 0) and _was_there_all_month(row),
        ),
        UNWORKED: (row.days_unworked, _beyond(row.days_unworked, standard.unworked_days - 1)),
    }
    return tuple(
        WorkException(standard=name, wanted=judged[name], found=number)
        for name, (number, is_one) in found.items()
        if is_one and number is not None
    )


def standards_judged(standard: WorkStandard, on: date) -> dict[str, int]:
    """What is judged by the end of a day, and what is wanted: what nobody demands is not."""
    wanted = {
        FIRST_ATTEMPT: standard.first_attempt_within_days,
        ATTEMPTS_A_MONTH: standard.attempts_a_month if is_month_end(on) else None,
        UNWORKED: standard.unworked_days,
    }
    return {name: number for name, number in wanted.items() if number is not None}


def _beyond(days: int | None, most: int | None) -> bool:
    return days is not None and most is not None and days > most


def is_month_end(day: date) -> bool:
    """Whether the next day is of another month."""
    return (day + timedelta(days=1)).month != day.month


def _was_there_all_month(row: AccountSeen) -> bool:
    return row.placed_on is not None and row.placed_on < row.on.replace(day=1)
