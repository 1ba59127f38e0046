"""Hours by a line's own clock, at their edges, and lines that may not be."""

from datetime import UTC, date, datetime, time

import pytest

from dialer.domain.errors import InvalidFactError
from dialer.domain.inbound_line import (
    EVERY_NUMBER,
    WEEK,
    InboundLine,
    Language,
    OpenHours,
    Weekday,
    check_lines,
    line_of,
)

WORKDAYS = WEEK[:5]
OFFICE = InboundLine(
    number="+12025550100",
    time_zone="America/New_York",
    hours=(
        OpenHours(days=WORKDAYS, opens=time(9), closes=time(17, 30)),
        OpenHours(days=(Weekday.SATURDAY,), opens=time(10), closes=time(12)),
    ),
    holidays=(date(2026, 12, 25),),
    message_key="4",
)


def at(text: str) -> float:
    """POSIX seconds of an instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("instant", "is_open"),
    [
        ("2026-11-30T13:59:59", False),  # Monday, a second before nine in New York
        ("2026-11-30T14:00:00", True),
        ("2026-11-30T22:29:59", True),
        ("2026-11-30T22:30:00", False),  # closed at the minute it closes
        ("2026-11-28T15:00:00", True),  # Saturday at ten
        ("2026-11-28T17:00:00", False),
        ("2026-11-29T16:00:00", False),  # Sunday
        ("2026-12-25T16:00:00", False),  # a Friday, and Christmas
        ("2026-12-26T04:59:59", False),  # still Christmas there
        ("2026-07-06T13:00:00", True),  # in summer nine is an hour earlier by UTC
        ("2026-07-06T12:59:59", False),
    ],
)
def test_hours_are_those_of_the_lines_own_place(instant: str, is_open: bool) -> None:
    assert OFFICE.is_open(at(instant)) is is_open


def test_a_line_without_hours_is_open_but_on_its_holidays() -> None:
    line = InboundLine(holidays=(date(2026, 12, 25),))
    assert line.is_open(at("2026-12-25T04:59:59"))
    assert not line.is_open(at("2026-12-25T05:00:00"))


def test_a_number_has_its_own_line_or_that_of_all_others() -> None:
    others = InboundLine(message_key="3")
    assert line_of((OFFICE, others), "+12025550100") is OFFICE
    assert line_of((OFFICE, others), "+12025550199") is others
    assert line_of((OFFICE,), "") is EVERY_NUMBER


SPANISH = Language(key="2", tag="language:es", sounds="es")


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"number": "2025550100"}, "no telephone number in E.164"),
        ({"message_key": "9"}, "choose one of 0 to 8; 9 is taken"),
        ({"languages": (SPANISH, SPANISH)}, "two languages have the same key"),
        ({"languages": (Language(key="1", tag="a,b", sounds="es"),)}, "tag 'a,b'"),
        ({"closed": "../etc/passwd"}, "no name of a sound file"),
        (
            {"said": ("This is Example Services.", "Call about your Debt.")},
            "says 'Debt', which tells of a debt",
        ),
        ({"said": ("Example Collections is closed.",)}, "says 'Collections'"),
        (
            {"hours": (OpenHours(days=(Weekday.MONDAY,), opens=time(18), closes=time(2)),)},
            "closes before it opens; split them at midnight",
        ),
        ({"hours": (OpenHours(days=(), opens=time(9), closes=time(10)),)}, "name no day"),
        ({"hours": (OpenHours(days=WEEK, opens=time(9, 0, 1), closes=time(10)),)}, "say whole minutes"),
        ({"time_zone": "Mars/Olympus"}, "Mars/Olympus"),
        ({"longest_message_s": 4}, "seconds"),
    ],
)
def test_what_a_line_may_not_say_is_told(values: dict[str, object], told: str) -> None:
    with pytest.raises(InvalidFactError, match=told):
        InboundLine(**values)  # pyright: ignore[reportArgumentType]  # wrong on purpose


def test_what_may_be_said_to_anyone_is_taken() -> None:
    InboundLine(said=("This is Example Services. We are closed. To leave a message, press 4.",))


def test_a_number_stands_once() -> None:
    with pytest.raises(InvalidFactError, match="stands twice"):
        check_lines((OFFICE, OFFICE))
