"""Kind `asked_times`: hours the person asked to be left alone."""

from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest

VALUES = "requests: [inconvenient_times, time_preference, creditor_note], respond_once: true"
QUIET = {"days": ["MO", "TU", "WE", "TH", "FR"], "from": "15:00", "to": "17:00"}


def asked(kind: str = "inconvenient_times", **more: object) -> list[dict[str, object]]:
    """One request of the first of June."""
    return [{"ts": "2026-06-01T09:00:00-04:00", "type": kind, **more}]


def test_a_block_is_closed_to_its_end(law: Callable[..., Any]) -> None:
    """Three to five is closed, five is open, and ringing may not run into three."""
    rule = law("asked_times", VALUES)

    assert rule.retry("2026-06-10T15:45:00-04:00", requests=asked(blocks=[QUIET])) == datetime.fromisoformat(
        "2026-06-10T17:00:00-04:00"
    )
    assert not rule.allows("2026-06-10T14:59:50-04:00", ring=25, requests=asked(blocks=[QUIET]))
    assert rule.allows("2026-06-13T15:45:00-04:00", requests=asked(blocks=[QUIET]))


@pytest.mark.parametrize(
    ("now", "allowed"), [("2026-05-26T16:00:00-04:00", True), ("2026-05-27T16:00:00-04:00", False)]
)
def test_a_letter_about_hours_binds_from_the_day_it_came(
    law: Callable[..., Any], now: str, allowed: bool
) -> None:
    """Received on Wednesday the 27th of May, and written down on the first of June."""
    letter = asked(blocks=[QUIET], received="2026-05-27")
    assert law("asked_times", VALUES).allows(now, requests=letter) is allowed


def test_a_block_may_run_past_midnight(law: Callable[..., Any]) -> None:
    """From ten on Tuesday evening to seven on Wednesday."""
    rule = law("asked_times", VALUES)
    night = asked(blocks=[{"days": ["TU"], "from": "22:00", "to": "07:00"}])

    assert not rule.allows("2026-06-09T23:00:00-04:00", requests=night)
    assert rule.retry("2026-06-10T06:00:00-04:00", requests=night) == datetime.fromisoformat(
        "2026-06-10T07:00:00-04:00"
    )
    assert rule.allows("2026-06-09T06:00:00-04:00", requests=night)


def test_only_hours_close_all_others(law: Callable[..., Any]) -> None:
    """After two, and not at eight itself."""
    rule = law("asked_times", VALUES)
    only = asked("time_preference", only="14:00-20:00")

    assert rule.retry("2026-06-10T10:00:00-04:00", requests=only) == datetime.fromisoformat(
        "2026-06-10T14:00:00-04:00"
    )
    assert not rule.allows("2026-06-10T20:00:00-04:00", requests=only)


def test_a_request_ends_with_its_last_day(law: Callable[..., Any]) -> None:
    """Through the end of the year means not the next."""
    rule = law("asked_times", VALUES)
    note = asked("creditor_note", days=["TU", "TH"], until="2026-12-31")

    assert not rule.allows("2026-12-31T10:00:00-05:00", requests=note)
    assert rule.allows("2027-01-05T10:00:00-05:00", requests=note)


@pytest.mark.parametrize(
    ("until", "free"),
    [
        ("2026-06-10", "2026-06-11T00:00:00-04:00"),
        ("2026-06-11", "2026-06-12T00:00:00-04:00"),
        ("2026-06-12", "2026-06-12T14:00:00-04:00"),
    ],
)
def test_the_end_of_a_request_frees_before_its_next_hours_begin(
    law: Callable[..., Any], until: str, free: str
) -> None:
    """Only on Fridays after two, until a day of that week: the wait was told as until that Friday, though the
    request had ended by then."""
    rule = law("asked_times", VALUES)
    only = asked("creditor_note", only=[{"days": ["FR"], "from": "14:00", "to": "20:00"}], until=until)

    assert rule.retry("2026-06-10T10:00:00-04:00", requests=only) == datetime.fromisoformat(free)


def test_a_request_without_times_always_binds(law: Callable[..., Any]) -> None:
    """Words that nobody put into hours may mean any hour."""
    rule = law("asked_times", VALUES)

    assert rule.retry("2026-06-10T10:00:00-04:00", requests=asked(text="not when I sleep")) is None


def test_one_answer_in_a_closed_time_by_the_same_medium(law: Callable[..., Any]) -> None:
    """An e-mail of 15:30 may be answered by e-mail once before five, and not by telephone."""
    rule = law("asked_times", VALUES)
    wrote = {"ts": "2026-06-10T15:30:00-04:00", "event": "email_received"}
    replied = {"ts": "2026-06-10T15:35:00-04:00", "event": "email"}
    reply = {"action": "send_email", "debts": ["D1"], "purpose": "reply"}
    quiet = asked(blocks=[QUIET])

    assert rule.allows("2026-06-10T15:45:00-04:00", requests=quiet, history=[wrote], proposed=reply)
    assert not rule.allows(
        "2026-06-10T15:45:00-04:00", requests=quiet, history=[wrote, replied], proposed=reply
    )
    assert not rule.allows("2026-06-10T15:45:00-04:00", requests=quiet, history=[wrote])
    assert not rule.allows("2026-06-11T15:45:00-04:00", requests=quiet, history=[wrote], proposed=reply)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_a_time_that_begins_where_another_ends_is_closed_too(law: Callable[..., Any]) -> None:
    """At five itself the second of the two has begun."""
    rule = law("asked_times", VALUES)
    evening = {**QUIET, "from": "17:00", "to": "18:00"}
    two = asked(blocks=[QUIET, evening])

    assert rule.retry("2026-06-10T17:00:00-04:00", requests=two) == at("2026-06-10T18:00:00-04:00")
    assert rule.allows("2026-06-10T18:00:00-04:00", requests=two)


@pytest.mark.parametrize(("now", "allowed"), [("14:59:34", True), ("14:59:35", False), ("16:59:59", False)])
def test_ringing_ends_before_the_first_second_of_a_closed_time(
    law: Callable[..., Any], now: str, allowed: bool
) -> None:
    """Twenty-five seconds from 14:59:35 ring at three itself."""
    rule = law("asked_times", VALUES)
    assert rule.allows(f"2026-06-10T{now}-04:00", ring=25, requests=asked(blocks=[QUIET])) is allowed


@pytest.mark.parametrize(("now", "allowed"), [("23:59:34", True), ("23:59:35", False)])
def test_ringing_does_not_run_into_a_time_of_the_next_day(
    law: Callable[..., Any], now: str, allowed: bool
) -> None:
    rule = law("asked_times", VALUES)
    tuesdays = asked(blocks=[{"days": ["TU"], "from": "00:00", "to": "07:00"}])
    assert rule.allows(f"2026-06-08T{now}-04:00", ring=25, requests=tuesdays) is allowed


@pytest.mark.parametrize(
    ("now", "allowed"),
    [
        ("2026-06-10T08:59:59-04:00", True),
        ("2026-06-10T09:00:00-04:00", False),
        ("2026-06-10T15:59:59-04:00", False),
        ("2026-06-10T16:00:00-04:00", True),
    ],
)
def test_a_request_binds_from_its_second_until_it_is_withdrawn(
    law: Callable[..., Any], now: str, allowed: bool
) -> None:
    rule = law("asked_times", VALUES)
    whole_day = {"days": ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]}
    request = {
        "ts": "2026-06-10T09:00:00-04:00",
        "type": "inconvenient_times",
        "blocks": [whole_day],
        "withdrawn_at": "2026-06-10T16:00:00-04:00",
    }
    assert rule.allows(now, requests=[request]) is allowed


def test_a_request_without_times_ends_with_its_last_day(law: Callable[..., Any]) -> None:
    """The last day is in it, to its last second; the next is free."""
    rule = law("asked_times", VALUES)
    vague = asked(until="2026-06-12")

    assert rule.retry("2026-06-12T23:59:59-04:00", requests=vague) == at("2026-06-13T00:00:00-04:00")
    assert rule.allows("2026-06-13T00:00:00-04:00", requests=vague)


def test_hours_too_short_to_ring_in_are_no_hours(law: Callable[..., Any]) -> None:
    """Never, or when the request has ended."""
    rule = law("asked_times", VALUES)
    minute = asked("time_preference", only="14:00-14:01")

    assert rule.allows("2026-06-10T14:00:00-04:00", ring=59, requests=minute)
    assert rule.retry("2026-06-10T14:00:00-04:00", ring=60, requests=minute) is None
    ending = asked("time_preference", only="14:00-14:01", until="2026-06-12")
    found = rule.retry("2026-06-10T14:00:00-04:00", ring=60, requests=ending)
    assert found == at("2026-06-13T00:00:00-04:00")


@pytest.mark.parametrize(("now", "allowed"), [("19:59:34", True), ("19:59:35", False)])
def test_ringing_ends_within_the_only_hours(law: Callable[..., Any], now: str, allowed: bool) -> None:
    """The end itself is outside."""
    rule = law("asked_times", VALUES)
    only = asked("time_preference", only="14:00-20:00")
    assert rule.allows(f"2026-06-10T{now}-04:00", ring=25, requests=only) is allowed


@pytest.mark.parametrize(
    ("now", "allowed"), [("21:59:59", False), ("22:00:00", True), ("01:59:59", True), ("02:00:00", False)]
)
def test_the_only_hours_may_run_past_midnight(law: Callable[..., Any], now: str, allowed: bool) -> None:
    rule = law("asked_times", VALUES)
    nights = asked("time_preference", only="22:00-02:00")
    assert rule.allows(f"2026-06-10T{now}-04:00", requests=nights) is allowed


def test_of_an_hour_that_exists_twice_the_only_hours_begin_with_the_second(law: Callable[..., Any]) -> None:
    """On the night of the first of November 01:30 comes twice; the one that permits less is taken."""
    rule = law("asked_times", VALUES)
    only = asked("time_preference", only="01:30-03:00")

    assert rule.retry("2026-11-01T01:30:00-04:00", requests=only) == at("2026-11-01T01:30:00-05:00")


def test_a_time_is_closed_if_it_is_in_any_zone_of_the_person(law: Callable[..., Any]) -> None:
    """A quarter to four in New York, a quarter to one in Los Angeles."""
    rule = law("asked_times", VALUES)
    both = {
        "id": "P1",
        "addresses": [{"country": "US", "tzs": ["America/New_York", "America/Los_Angeles"]}],
    }
    quiet = asked(blocks=[QUIET])

    found = rule.retry("2026-06-10T15:45:00-04:00", requests=quiet, person=both)
    assert found == at("2026-06-10T17:00:00-04:00")
    assert not rule.allows("2026-06-10T15:45:00-07:00", requests=quiet, person=both)
    assert rule.allows("2026-06-10T17:30:00-04:00", requests=quiet, person=both)


def test_one_request_that_never_ends_outlasts_one_that_does(law: Callable[..., Any]) -> None:
    """Whatever comes first in the file."""
    rule = law("asked_times", VALUES)
    never, block = asked(text="not when I sleep"), asked(blocks=[QUIET])
    now = "2026-06-10T15:45:00-04:00"

    assert rule.retry(now, requests=[*never, *block]) is None
    assert rule.retry(now, requests=[*block, *never]) is None


def test_an_answer_does_not_ring_into_the_closed_time_after_this_one(law: Callable[..., Any]) -> None:
    """A message of today is answered today: what begins at midnight was closed before it came."""
    rule = law("asked_times", VALUES)
    every_day = asked(blocks=[{"days": ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]}])
    left = [{"ts": "2026-06-10T12:00:00-04:00", "event": "call_received", "outcome": "voicemail_left"}]

    assert rule.allows("2026-06-10T23:59:34-04:00", ring=25, requests=every_day, history=left)
    assert not rule.allows("2026-06-10T23:59:35-04:00", ring=25, requests=every_day, history=left)


def test_many_short_times_one_after_the_other_are_passed_over(law: Callable[..., Any]) -> None:
    """Thirty of them, of ten minutes each: five hours."""
    rule = law("asked_times", VALUES)
    times = [f"{9 + place // 6:02d}:{place % 6}0" for place in range(31)]
    blocks = [{"days": ["WE"], "from": first, "to": last} for first, last in pairwise(times)]
    found = rule.retry("2026-06-10T09:00:00-04:00", requests=asked(blocks=blocks))
    assert found == at("2026-06-10T14:00:00-04:00")
