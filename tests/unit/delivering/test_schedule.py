"""When something goes out: local times, also on days on which clocks change."""

from datetime import UTC, datetime, time

import pytest

from dialer.domain.errors import InvalidFactError
from dialer.floor.delivering.schedule import Schedule, Weekday


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def told(instants: list[float]) -> list[str]:
    return [datetime.fromtimestamp(each, UTC).isoformat(" ", "minutes")[:16] for each in instants]


MORNINGS = Schedule(at=(time(6, 30),), time_zone="America/New_York")


def test_each_local_time_of_each_day_once_in_order() -> None:
    twice = Schedule(at=(time(18), time(6, 30)), time_zone="America/New_York")
    found = twice.between(at("2026-12-01 11:30"), at("2026-12-02 23:00"))
    assert told(found) == ["2026-12-01 23:00", "2026-12-02 11:30", "2026-12-02 23:00"]


def test_only_its_days_of_the_week_and_they_are_of_the_place() -> None:
    """06:30 of a Monday in Auckland is Sunday in UTC."""
    mondays = Schedule(at=(time(6, 30),), time_zone="Pacific/Auckland", days=(Weekday.MONDAY,))
    assert told(mondays.between(at("2026-12-01 00:00"), at("2026-12-15 00:00"))) == [
        "2026-12-06 17:30",
        "2026-12-13 17:30",
    ]


def test_a_time_that_clocks_leave_out_is_later_and_one_that_comes_twice_is_the_first() -> None:
    night = Schedule(at=(time(2, 30),), time_zone="America/New_York")
    spring = night.between(at("2026-03-08 05:00"), at("2026-03-09 05:00"))
    assert told(spring) == ["2026-03-08 07:30"]
    twice = Schedule(at=(time(1, 30),), time_zone="America/New_York")
    assert told(twice.between(at("2026-11-01 04:00"), at("2026-11-02 05:00"))) == ["2026-11-01 05:30"]


def test_the_next_time_is_after_and_never_now() -> None:
    assert told([MORNINGS.next_after(at("2026-12-01 11:30"))]) == ["2026-12-02 11:30"]
    fridays = Schedule(at=(time(6, 30),), time_zone="UTC", days=(Weekday.FRIDAY,))
    assert told([fridays.next_after(at("2026-12-04 06:30"))]) == ["2026-12-11 06:30"]


@pytest.mark.parametrize(
    "wrong", [{"at": ()}, {"time_zone": "America/Nowhere"}, {"days": ()}, {"at": (time(1),) * 25}]
)
def test_a_schedule_that_never_comes_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidFactError):
        Schedule(**({"at": (time(1),), "time_zone": "UTC"} | wrong))  # pyright: ignore[reportArgumentType]
