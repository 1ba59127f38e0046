"""How long a consent to be called lasts: seven local days, its own included, in every zone at once.

A pause of thirty days lies under each, so that nothing but the consent can open it.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from compliance_gate.consents import CONSENT_DAYS, day_to_cover

PAUSE = "conversations: true, per: debt, days: 30, day_one: included, consent_excludes: true"
NEW_YORK = "America/New_York"


def given(at: str, **more: object) -> dict[str, object]:
    consent = {"ts": at, "scope": "call", "given_to": "collector", "debts": ["D1"], **more}
    talk = {"ts": at, "event": "call_received", "outcome": "conversation", "debts": ["D1"]}
    return {"consents": [consent], "history": [talk]}


def person_in(*zones: str) -> dict[str, object]:
    return {
        "person": {"id": "P1", "addresses": [{"country": "US", "tz": list(zones)}]},
        "numbers": [{"e164": "+12125550123", "kind": "mobile", "area_code_tzs": list(zones)}],
    }


def test_the_seven_days_are_seven() -> None:
    """12 CFR 1006.14(b)(3)(i): within the first seven consecutive days, the day of consent included."""
    assert CONSENT_DAYS == 7


@pytest.mark.parametrize(
    ("now", "allowed"),
    [
        ("2026-06-08T09:59:59-04:00", False),
        ("2026-06-08T10:00:00-04:00", True),
        ("2026-06-14T23:59:59-04:00", True),
        ("2026-06-15T00:00:00-04:00", False),
        ("2026-06-15T09:59:59-04:00", False),
    ],
)
def test_from_its_second_to_the_end_of_the_seventh_local_day(
    law: Callable[..., Any], now: str, allowed: bool
) -> None:
    """Given on the 8th: the 14th is its seventh day, whatever the hour; the 15th would be an eighth."""
    facts = given("2026-06-08T10:00:00-04:00")
    facts["history"] = [
        {"ts": "2026-06-08T09:00:00-04:00", "event": "call_received", "outcome": "conversation"}
    ]
    assert law("pause", PAUSE).allows(now, **facts) is allowed


@pytest.mark.parametrize(
    ("given_at", "last", "first_after"),
    [
        # A day of 25 hours lies between: seven local days are 169 hours.
        ("2026-10-28T23:30:00-04:00", "2026-11-03T23:59:59-05:00", "2026-11-04T00:00:00-05:00"),
        # A day of 23 hours lies between.
        ("2027-03-10T23:30:00-05:00", "2027-03-16T23:59:59-04:00", "2027-03-17T00:00:00-04:00"),
        # Half past eleven in the evening in New York is the next day in UTC.
        ("2026-06-08T23:30:00-04:00", "2026-06-14T23:59:59-04:00", "2026-06-15T00:00:00-04:00"),
    ],
)
def test_days_are_local_over_a_change_of_the_clocks(
    law: Callable[..., Any], given_at: str, last: str, first_after: str
) -> None:
    rule = law("pause", PAUSE)
    assert rule.allows(last, **given(given_at))
    assert not rule.allows(first_after, **given(given_at))


@pytest.mark.parametrize(
    ("now", "allowed"),
    [("2026-06-14T23:59:59-07:00", True), ("2026-06-15T00:00:00-07:00", False)],
)
def test_every_zone_of_the_person_must_be_covered(law: Callable[..., Any], now: str, allowed: bool) -> None:
    """Given at 22:00 of the 8th in Los Angeles, the 9th in New York: the week that ends first ends it."""
    facts = {**given("2026-06-08T22:00:00-07:00"), **person_in("America/Los_Angeles", NEW_YORK)}
    assert law("pause", PAUSE).allows(now, **facts) is allowed


def test_a_consent_for_one_number_covers_no_other(law: Callable[..., Any]) -> None:
    at = "2026-06-08T10:00:00-04:00"
    rule = law("pause", PAUSE)
    assert rule.allows("2026-06-09T10:00:00-04:00", **given(at, number="+12125550123"))
    assert not rule.allows("2026-06-09T10:00:00-04:00", **given(at, number="+12125550199"))


@pytest.mark.parametrize(
    ("zones", "day"),
    [
        ((), date(2026, 11, 26)),
        ((NEW_YORK,), date(2026, 11, 25)),
        (("Australia/Sydney",), date(2026, 11, 26)),
        ((NEW_YORK, "Australia/Sydney"), date(2026, 11, 26)),
    ],
)
def test_the_day_to_cover_is_the_latest_local_day_of_the_instant(zones: tuple[str, ...], day: date) -> None:
    assert day_to_cover(datetime(2026, 11, 25, 22, 0, tzinfo=UTC), zones) == day


@pytest.mark.parametrize(
    ("now", "allowed"),
    [("2026-06-09T23:59:59-04:00", True), ("2026-06-10T00:00:00-04:00", False)],
)
@pytest.mark.parametrize("told", ["2026-06-01T09:00:00-04:00", "2026-06-20T09:00:00-04:00"])
def test_a_letter_that_takes_it_back_ends_it_on_the_day_it_comes(
    law: Callable[..., Any], told: str, now: str, allowed: bool
) -> None:
    """Posted before the consent or written down long after: received on the 10th, it ends it then."""
    letter = {"ts": told, "type": "revoke_consent", "in_writing": True, "received": "2026-06-10"}
    facts = given("2026-06-08T10:00:00-04:00")
    facts["history"] = [
        {"ts": "2026-06-08T09:00:00-04:00", "event": "call_received", "outcome": "conversation"}
    ]
    assert law("pause", PAUSE).allows(now, requests=[letter], **facts) is allowed


def test_a_consent_of_the_day_after_a_letter_stands(law: Callable[..., Any]) -> None:
    letter = {"ts": "2026-06-20T09:00:00-04:00", "type": "revoke_consent", "received": "2026-06-07"}
    facts = given("2026-06-08T10:00:00-04:00")
    facts["history"] = [
        {"ts": "2026-06-08T09:00:00-04:00", "event": "call_received", "outcome": "conversation"}
    ]
    assert law("pause", PAUSE).allows("2026-06-09T10:00:00-04:00", requests=[letter], **facts)
    same_day = {**letter, "received": "2026-06-08"}
    assert not law("pause", PAUSE).allows("2026-06-09T10:00:00-04:00", requests=[same_day], **facts)
