"""The window a call falls into, by local days of a declared zone. No window is averaged with another."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import floor
from typing import assert_never

from compliance_gate.abandonment.definition import WindowKind
from compliance_gate.calendar import zone_days

PERIOD_DAYS = 30


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Window:
    """Local days, both included. `last` is `None` while the end is not known (a whole campaign)."""

    first: date
    last: date | None


def window_of(kind: WindowKind, *, at: datetime, zone: str, started: date) -> Window:
    """The window of `kind` that holds the instant `at`.

    Args:
        at: aware instant.
        zone: zone the campaign's days are declared in.
        started: first local day of the campaign; successive 30-day periods run from it. The last period may
            be shorter (the "portion") and stands for itself.

    Raises:
        ValueError: the instant lies before the campaign began.
    """
    day = date.fromordinal(zone_days(zone).day_of(floor(at.timestamp())))
    if day < started:
        raise ValueError(f"{day.isoformat()} is before the campaign's first day {started.isoformat()}")
    match kind:
        case WindowKind.CALENDAR_DAY:
            return Window(first=day, last=day)
        case WindowKind.SUCCESSIVE_30_DAYS:
            first = started + timedelta(days=(day - started).days // PERIOD_DAYS * PERIOD_DAYS)
            return Window(first=first, last=first + timedelta(days=PERIOD_DAYS - 1))
        case WindowKind.CALENDAR_MONTH:
            first = day.replace(day=1)
            following = (first + timedelta(days=31)).replace(day=1)
            return Window(first=first, last=following - timedelta(days=1))
        case WindowKind.CAMPAIGN:
            return Window(first=started, last=None)
        case _:
            assert_never(kind)
