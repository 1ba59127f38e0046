"""Exceptions from how a client wants its accounts worked."""

import functools
from collections.abc import Mapping
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
    found: list[tuple[str, int]] = []
    if FIRST_ATTEMPT in judged and row.first_attempt_on is None and row.placed_on is not None:
        age = (row.on - row.placed_on).days
        if age > judged[FIRST_ATTEMPT]:
            found.append((FIRST_ATTEMPT, age))
    if row.attempts_in_month < judged.get(ATTEMPTS_A_MONTH, 0) and _was_there_all_month(row):
        found.append((ATTEMPTS_A_MONTH, row.attempts_in_month))
    days = row.days_unworked
    if days is not None and days >= judged[UNWORKED]:
        found.append((UNWORKED, days))
    return tuple(WorkException(standard=name, wanted=judged[name], found=number) for name, number in found)


@functools.lru_cache(maxsize=1_000)
def standards_judged(standard: WorkStandard, on: date) -> Mapping[str, int]:
    """What is judged by the end of a day, and what is wanted: what nobody demands is not."""
    wanted = {
        FIRST_ATTEMPT: standard.first_attempt_within_days,
        ATTEMPTS_A_MONTH: standard.attempts_a_month if is_month_end(on) else None,
        UNWORKED: standard.unworked_days,
    }
    return {name: number for name, number in wanted.items() if number is not None}


def is_month_end(day: date) -> bool:
    """Whether the next day is of another month."""
    return (day + timedelta(days=1)).month != day.month


def _was_there_all_month(row: AccountSeen) -> bool:
    return row.placed_on is not None and row.placed_on < row.on.replace(day=1)
