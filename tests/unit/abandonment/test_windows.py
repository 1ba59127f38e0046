"""Windows are counted apart: local days, 30-day periods and their portion, months, campaigns."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from compliance_gate.abandonment import Window, WindowKind, window_of

CHICAGO = "America/Chicago"
STARTED = date(2026, 3, 2)


def noon(day: int) -> datetime:
    """Noon of the n-th day of the campaign, day 1 being its first."""
    return datetime(2026, 3, 2, 12, tzinfo=ZoneInfo(CHICAGO)) + timedelta(days=day - 1)


@pytest.mark.parametrize(
    ("kind", "at", "expected"),
    [
        (WindowKind.CALENDAR_MONTH, noon(1), Window(first=date(2026, 3, 1), last=date(2026, 3, 31))),
        (WindowKind.CALENDAR_MONTH, noon(31), Window(first=date(2026, 4, 1), last=date(2026, 4, 30))),
        (WindowKind.SUCCESSIVE_30_DAYS, noon(30), Window(first=STARTED, last=date(2026, 3, 31))),
        (WindowKind.SUCCESSIVE_30_DAYS, noon(31), Window(first=date(2026, 4, 1), last=date(2026, 4, 30))),
        (WindowKind.CAMPAIGN, noon(400), Window(first=STARTED, last=None)),
    ],
)
def test_windows(kind: WindowKind, at: datetime, expected: Window) -> None:
    assert window_of(kind, at=at, zone=CHICAGO, started=STARTED) == expected


def test_late_evening_belongs_to_the_local_day_not_the_next_utc_day() -> None:
    at = datetime(2026, 3, 10, 3, 30, tzinfo=UTC)
    found = window_of(WindowKind.CALENDAR_DAY, at=at, zone=CHICAGO, started=STARTED)
    assert found.first == date(2026, 3, 9)


def test_call_before_the_campaign_began_is_refused() -> None:
    with pytest.raises(ValueError, match="before the campaign's first day"):
        window_of(WindowKind.CAMPAIGN, at=noon(0), zone=CHICAGO, started=STARTED)
