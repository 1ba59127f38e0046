"""Kind `window`: hours of local time."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from compliance_gate.book.reader import LawError

DAY = 'hours: [{from: "08:00", to: "21:00"}]'


@pytest.mark.parametrize(
    ("now", "profile", "allowed"),
    [
        ("2026-06-10T07:59:59-04:00", "literal", False),
        ("2026-06-10T08:00:00-04:00", "literal", True),
        ("2026-06-10T08:00:00-04:00", "strict", False),
        ("2026-06-10T08:00:01-04:00", "strict", True),
        ("2026-06-10T21:00:00-04:00", "literal", True),
        ("2026-06-10T21:00:00-04:00", "strict", False),
        ("2026-06-10T20:59:59-04:00", "strict", True),
        ("2026-06-10T21:00:00.5-04:00", "literal", False),
        ("2026-06-10T07:59:59.9-04:00", "literal", False),
    ],
)
def test_boundary_instants_follow_the_profile(
    law: Callable[..., Any], now: str, profile: str, allowed: bool
) -> None:
    """Eight and nine themselves are open under the literal profile, closed under the strict one."""
    assert law("window", DAY).allows(now, profile=profile) is allowed


def test_ringing_must_end_inside(law: Callable[..., Any]) -> None:
    """Twenty-five seconds of ringing begun at 20:59:36 end after nine."""
    day = law("window", DAY)

    assert day.allows("2026-06-10T20:59:35-04:00", ring=25)
    assert not day.allows("2026-06-10T20:59:36-04:00", ring=25)


def test_excluded_edge_is_closed_under_either_profile(law: Callable[..., Any]) -> None:
    """A law that closes the end says so."""
    assert not law("window", DAY + ", end: excluded").allows("2026-06-10T21:00:00-04:00")


def test_days_without_hours_are_closed(law: Callable[..., Any]) -> None:
    """From Saturday after two the next hour is Monday's."""
    week = law(
        "window",
        'hours: [{days: [MO, TU, WE, TH, FR], from: "08:00", to: "20:00"}, '
        '{days: [SA], from: "08:00", to: "14:00"}]',
    )

    assert week.retry("2026-06-13T14:30:00-04:00") == datetime.fromisoformat("2026-06-15T08:00:00-04:00")


def test_every_zone_must_be_open(law: Callable[..., Any]) -> None:
    """Guam and New York share three hours, on different dates."""
    person = {
        "id": "P1",
        "addresses": [{"country": "US", "tz": "America/New_York"}, {"country": "US", "tz": "Pacific/Guam"}],
    }
    day = law("window", DAY)

    assert day.allows("2026-07-15T18:30:00-04:00", person=person)
    found = day.retry("2026-07-15T10:00:00-04:00", person=person)
    assert found == datetime.fromisoformat("2026-07-15T18:00:00-04:00")


def test_fixed_zone_is_used_wherever_the_person_is(law: Callable[..., Any]) -> None:
    """Alberta time is Alberta's, also for a person in New York."""
    alberta = law("window", 'hours: [{from: "07:00", to: "22:00"}], zones: America/Edmonton')

    assert not alberta.allows("2026-06-10T08:00:00-04:00")
    assert alberta.allows("2026-06-10T23:00:00-04:00")


def test_consent_to_hours_opens_them_only_from_the_collector(law: Callable[..., Any]) -> None:
    """A consent given to the creditor opens nothing; its own end is outside."""
    day = law("window", DAY + ", consent_lifts: true")
    consent = {
        "ts": "2026-06-01T10:00:00-04:00",
        "scope": "time_window",
        "from": "21:00",
        "to": "22:00",
        "given_to": "collector",
    }

    assert day.allows("2026-06-10T21:30:00-04:00", consents=[consent])
    assert not day.allows("2026-06-10T22:00:00-04:00", consents=[consent])
    assert not day.allows("2026-06-10T21:30:00-04:00", consents=[{**consent, "given_to": "creditor"}])
    assert not day.allows("2026-06-10T21:30:00-04:00", consents=[{**consent, "given_to": None}])


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-03-07T22:00:00-05:00", "2026-03-08T08:00:00-04:00"),
        ("2026-10-31T22:00:00-04:00", "2026-11-01T08:00:00-05:00"),
    ],
)
def test_opens_at_eight_across_a_change_of_the_clock(law: Callable[..., Any], now: str, opens: str) -> None:
    """The night of the change is eleven or nine hours long to eight o'clock, and eight it stays."""
    assert law("window", DAY).retry(now) == datetime.fromisoformat(opens)


def test_hours_that_end_before_they_begin_are_refused(law: Callable[..., Any]) -> None:
    """A law file with such hours does not load."""
    with pytest.raises(LawError, match="must end after they begin"):
        law("window", 'hours: [{from: "21:00", to: "08:00"}]')


def test_a_window_to_the_end_of_the_day_keeps_midnight_out(law: Callable[..., Any]) -> None:
    """The day's last second is open; 24:00 is the next day's first, whatever a boundary counts for."""
    evening = law("window", 'hours: [{from: "08:00", to: "24:00"}]')

    assert evening.allows("2026-06-10T23:59:50-04:00", ring=9)
    assert not evening.allows("2026-06-10T23:59:50-04:00", ring=10)
    assert not evening.allows("2026-06-11T00:00:00-04:00")


NIGHT = {
    "ts": "2026-06-01T10:00:00-04:00",
    "scope": "time_window",
    "from": "22:00",
    "to": "02:00",
    "given_to": "collector",
}


@pytest.mark.parametrize(
    ("now", "allowed"),
    [
        ("2026-06-09T21:59:59-04:00", False),
        ("2026-06-09T22:00:00-04:00", True),
        ("2026-06-10T00:00:00-04:00", True),
        ("2026-06-10T01:59:59-04:00", True),
        ("2026-06-10T02:00:00-04:00", False),
        ("2026-06-10T22:00:00-04:00", False),
        ("2026-06-09T01:00:00-04:00", False),
    ],
)
def test_a_consent_past_midnight_belongs_to_the_evening_it_begins(
    law: Callable[..., Any], now: str, allowed: bool
) -> None:
    """Consent for the night of the 9th holds after midnight, not the night before or after."""
    day = law("window", 'hours: [{from: "08:00", to: "21:00"}], consent_lifts: true')

    assert day.allows(now, consents=[{**NIGHT, "valid_on": "2026-06-09"}]) is allowed


@pytest.mark.parametrize(
    ("term", "night", "allowed"),
    [
        ({"valid_from": "2026-06-09"}, "2026-06-08", False),
        ({"valid_from": "2026-06-09"}, "2026-06-09", True),
        ({"valid_until": "2026-06-09"}, "2026-06-09", True),
        ({"valid_until": "2026-06-09"}, "2026-06-10", False),
    ],
)
def test_a_consent_to_hours_holds_from_its_first_day_to_its_last(
    law: Callable[..., Any], term: dict[str, str], night: str, allowed: bool
) -> None:
    """The days it names are included."""
    day = law("window", 'hours: [{from: "08:00", to: "21:00"}], consent_lifts: true')

    assert day.allows(f"{night}T22:30:00-04:00", consents=[{**NIGHT, **term}]) is allowed


def test_a_consent_to_hours_is_for_the_number_it_names(law: Callable[..., Any]) -> None:
    """Evenings on the mobile are not evenings on the line at home."""
    day = law("window", 'hours: [{from: "08:00", to: "21:00"}], consent_lifts: true')
    at = "2026-06-09T22:30:00-04:00"

    assert day.allows(at, consents=[{**NIGHT, "number": "+12125550123"}])
    assert not day.allows(at, consents=[{**NIGHT, "number": "+12125550199"}])


def test_a_consent_to_hours_holds_from_the_second_it_is_given_until_it_is_revoked(
    law: Callable[..., Any],
) -> None:
    """Neither a second before, nor from the revocation on."""
    day = law("window", 'hours: [{from: "08:00", to: "21:00"}], consent_lifts: true')
    given = {**NIGHT, "ts": "2026-06-09T22:30:00-04:00", "revoked": "2026-06-09T23:00:00-04:00"}

    assert not day.allows("2026-06-09T22:29:59-04:00", consents=[given])
    assert day.allows("2026-06-09T22:30:00-04:00", consents=[given])
    assert day.allows("2026-06-09T22:59:59-04:00", consents=[given])
    assert not day.allows("2026-06-09T23:00:00-04:00", consents=[given])
