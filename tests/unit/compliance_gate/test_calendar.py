"""Local days are as long as they are."""

from datetime import UTC, date, datetime, timedelta

import pytest

from compliance_gate.book.texts import UnknownZoneError, tzdata_version
from compliance_gate.calendar import zone_days


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("America/New_York", date(2026, 6, 10), 24),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("America/Phoenix", date(2026, 3, 8), 24),
        ("America/Havana", date(2026, 3, 8), 23),
        ("America/Havana", date(2024, 11, 3), 25),
        ("America/Asuncion", date(2020, 10, 4), 23),
    ],
)
def test_length_of_a_local_day(zone: str, day: date, hours: float) -> None:
    """Also where midnight is skipped (Havana, Asuncion in spring) or comes twice (Havana in autumn)."""
    days = zone_days(zone)
    ordinal = day.toordinal()

    assert days.midnight(ordinal + 1) - days.midnight(ordinal) == hours * 3600


@pytest.mark.parametrize(
    "zone", ["America/New_York", "America/Havana", "Pacific/Guam", "Australia/Lord_Howe"]
)
def test_every_second_near_midnight_belongs_to_its_day(zone: str) -> None:
    """`day_of` and `midnight` agree on both sides of every midnight of a year."""
    days = zone_days(zone)
    for offset in range(366):
        day = date(2026, 1, 1).toordinal() + offset
        first = days.midnight(day)
        assert days.day_of(first) == day
        assert days.day_of(first - 1) == day - 1
        assert days.day_of(first + 12 * 3600) == day


def test_vancouver_stays_at_seven_hours() -> None:
    """The pinned zone data is the one in force: British Columbia did not go back in November 2026."""
    noon = datetime(2026, 11, 25, 12, tzinfo=UTC)

    assert zone_days("America/Vancouver").local(int(noon.timestamp())).utcoffset() == timedelta(hours=-7)
    assert tzdata_version() >= "2026f"


@pytest.mark.parametrize("name", ["America/Atlantis", "", "../etc/passwd", "America", "/etc/localtime"])
def test_unknown_zones_are_refused(name: str) -> None:
    """A name that is not a zone is an error, whatever file it may point to."""
    with pytest.raises(UnknownZoneError):
        zone_days(name)
