"""Kind `window`: hours of local time."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from compliance_gate.book.reader import LawError
from compliance_gate.calendar import zone_days
from compliance_gate.rules import window

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


EVENING = {
    "ts": "2026-06-01T10:00:00-04:00",
    "scope": "time_window",
    "from": "21:00",
    "to": "22:00",
    "given_to": "collector",
}


def test_consent_to_hours_opens_them_only_from_the_collector(law: Callable[..., Any]) -> None:
    """A consent given to the creditor opens nothing; its own end is outside."""
    day = law("window", DAY + ", consent_lifts: true")
    assert day.allows("2026-06-10T21:30:00-04:00", consents=[EVENING])
    assert not day.allows("2026-06-10T22:00:00-04:00", consents=[EVENING])
    assert not day.allows("2026-06-10T21:30:00-04:00", consents=[{**EVENING, "given_to": "creditor"}])
    assert not day.allows("2026-06-10T21:30:00-04:00", consents=[{**EVENING, "given_to": None}])


@pytest.mark.parametrize(
    ("told", "others", "allowed"),
    [
        ("+12125550123", ("+13035550123",), True),
        ("+13035550123", ("+13035550123",), False),
        (None, (), True),
        (None, ("+13035550123",), False),
    ],
)
def test_agreed_hours_hold_for_the_telephone_they_were_agreed_for(
    law: Callable[..., Any], told: str | None, others: tuple[str, ...], allowed: bool
) -> None:
    """Of somebody with several it is not known which was meant: what is forgotten opens nothing."""
    zones = {"area_code_tzs": ["America/New_York"]}
    numbers = [{"e164": number, **zones} for number in ("+12125550123", *others)]
    day = law("window", DAY + ", consent_lifts: true")
    facts = {"consents": [{**EVENING, "number": told}], "numbers": numbers}
    proposed = {"action": "place_call", "number": "+12125550123"}
    assert day.allows("2026-06-10T21:30:00-04:00", proposed=proposed, **facts) is allowed


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


NIGHT = {**EVENING, "from": "22:00", "to": "02:00"}


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


# --- where it binds -----------------------------------------------------------------------------------------

NIGHT_NOW = "2026-06-10T22:00:00-04:00"


@pytest.mark.parametrize(
    ("number", "bound"),
    [
        ({"place": "work"}, True),
        ({"place": "home"}, False),
        ({"role": "work"}, True),
        ({"role": "work", "place": "home"}, False),
        ({"role": "own", "place": "work"}, True),
        ({"role": "own"}, False),
        ({}, False),
    ],
)
def test_hours_at_work_bind_numbers_known_to_ring_there(
    law: Callable[..., Any], number: dict[str, object], bound: bool
) -> None:
    """By the place, or where none is known by whose number it is; what is not known is no workplace."""
    rule = law("window", DAY + ", at_places: [work]")
    numbers = [{"e164": "+12125550123", "area_code_tzs": ["America/New_York"], **number}]
    assert rule.allows(NIGHT_NOW, numbers=numbers) is not bound
    assert rule.allows("2026-06-10T12:00:00-04:00", numbers=numbers)


def test_hours_at_work_bind_nothing_that_has_no_number(law: Callable[..., Any]) -> None:
    mail = {"action": "send_email", "debts": ["D1"]}
    assert law("window", DAY + ", at_places: [work]").allows(NIGHT_NOW, proposed=mail)
    assert not law("window", DAY).allows(NIGHT_NOW, proposed=mail)


# --- several hours a day, several zones ---------------------------------------------------------------------

TWO_A_DAY = 'hours: [{from: "09:00", to: "12:00"}, {from: "14:00", to: "18:00"}]'


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("08:59:59", "09:00:00"),
        ("09:00:00", None),
        ("12:00:00", None),
        ("12:00:01", "14:00:00"),
        ("13:59:59", "14:00:00"),
        ("14:00:00", None),
        ("18:00:00", None),
    ],
)
def test_between_two_hours_of_a_day_it_is_closed(
    law: Callable[..., Any], now: str, opens: str | None
) -> None:
    rule = law("window", TWO_A_DAY)
    at = f"2026-06-10T{now}-04:00"
    if opens is None:
        assert rule.allows(at)
    else:
        assert rule.retry(at) == datetime.fromisoformat(f"2026-06-10T{opens}-04:00")


def test_one_zone_s_first_hours_may_meet_the_other_s_second(law: Callable[..., Any]) -> None:
    """At 15:00 in New York it is noon in Los Angeles, the last second of both; at 17:00 both are open."""
    rule = law("window", TWO_A_DAY)
    both = {
        "id": "P1",
        "addresses": [{"country": "US", "tzs": ["America/New_York", "America/Los_Angeles"]}],
    }
    for now, allowed in (
        ("13:59:59", False),
        ("14:00:00", True),
        ("15:00:00", True),
        ("15:00:01", False),
        ("16:59:59", False),
        ("17:00:00", True),
        ("18:00:00", True),
        ("18:00:01", False),
    ):
        assert rule.allows(f"2026-06-10T{now}-04:00", person=both) is allowed, now
    found = rule.retry("2026-06-10T15:00:01-04:00", person=both)
    assert found == datetime.fromisoformat("2026-06-10T17:00:00-04:00")


def test_hours_that_touch_in_one_second_leave_that_second(law: Callable[..., Any]) -> None:
    """Nine to noon in both: noon in New York is nine in Los Angeles, and not a second more."""
    both = {
        "id": "P1",
        "addresses": [{"country": "US", "tzs": ["America/New_York", "America/Los_Angeles"]}],
    }
    rule = law("window", 'hours: [{from: "09:00", to: "12:00"}]')
    decision = rule.decide("2026-06-10T12:00:00-04:00", person=both)

    assert decision.is_allowed
    assert [name for name, _ in decision.findings[-1].facts] == [
        "hours in America/Los_Angeles", "hours in America/New_York"
    ]  # fmt: skip
    assert not rule.allows("2026-06-10T11:59:59-04:00", person=both)
    assert not rule.allows("2026-06-10T12:00:01-04:00", person=both)


def test_the_hours_of_the_day_are_told_and_kept_as_one_finding(law: Callable[..., Any]) -> None:
    """Of every second of a day the same object: what is told again and again is made once."""
    rule = law("window", TWO_A_DAY)
    first = rule.decide("2026-06-10T09:00:00-04:00").findings[-1]
    again = rule.decide("2026-06-10T17:00:00-04:00").findings[-1]

    assert dict(first.facts) == {"hours in America/New_York": "2026-06-10 09:00-12:00, 14:00-18:00"}
    assert again is first
    strict = rule.decide("2026-06-10T17:00:00-04:00", profile="strict").findings[-1]
    assert strict is not first


def test_a_week_with_one_hour_is_found_from_the_second_after_it(law: Callable[..., Any]) -> None:
    """Seven days ahead, over a change of the clocks as well."""
    rule = law("window", 'hours: [{days: [WE], from: "10:00", to: "10:01"}]')

    assert rule.retry("2026-06-10T10:01:01-04:00") == datetime.fromisoformat("2026-06-17T10:00:00-04:00")
    assert rule.retry("2026-10-28T10:01:01-04:00") == datetime.fromisoformat("2026-11-04T10:00:00-05:00")


def test_hours_that_ringing_never_fits_into_are_never(law: Callable[..., Any]) -> None:
    rule = law("window", 'hours: [{days: [WE], from: "10:00", to: "10:01"}]')

    assert rule.allows("2026-06-10T10:00:00-04:00", ring=60)
    assert rule.retry("2026-06-10T10:00:00-04:00", ring=61) is None


@pytest.mark.parametrize(
    ("hours", "now", "allowed"),
    [
        ('from: "01:30", to: "03:00"', "2026-11-01T01:30:00-04:00", False),
        ('from: "01:30", to: "03:00"', "2026-11-01T01:30:00-05:00", True),
        ('from: "00:00", to: "01:30"', "2026-11-01T01:30:00-04:00", True),
        ('from: "00:00", to: "01:30"', "2026-11-01T01:30:01-04:00", False),
        ('from: "00:00", to: "01:30"', "2026-11-01T01:30:00-05:00", False),
        ('from: "00:00", to: "01:30"', "2026-11-01T00:00:00-04:00", True),
        ('from: "00:00", to: "01:30"', "2026-10-31T23:59:59-04:00", False),
    ],
)
def test_of_a_time_that_comes_twice_the_one_that_permits_less_is_taken(
    law: Callable[..., Any], hours: str, now: str, allowed: bool
) -> None:
    assert law("window", f"hours: [{{{hours}}}]").allows(now) is allowed


@pytest.mark.parametrize(
    ("edges", "profile", "first", "last"),
    [
        ("", "literal", "00:00:00", "23:59:59"),
        ("", "strict", "00:00:00", "23:59:59"),
        (", start: excluded, end: excluded", "literal", "00:00:00", "23:59:59"),
    ],
)
def test_a_whole_day_is_open_to_its_edges_under_any_profile(
    law: Callable[..., Any], edges: str, profile: str, first: str, last: str
) -> None:
    """Midnight is no boundary that anybody set."""
    rule = law("window", 'hours: [{from: "00:00", to: "24:00"}]' + edges)
    for second in (first, last):
        assert rule.allows(f"2026-06-10T{second}-04:00", profile=profile)


@pytest.mark.parametrize(
    ("edges", "first", "last"),
    [
        ("", "08:00:00", "21:00:00"),
        (", start: excluded", "08:00:01", "21:00:00"),
        (", end: excluded", "08:00:00", "20:59:59"),
    ],
)
def test_each_edge_is_in_or_out_as_the_law_says(
    law: Callable[..., Any], edges: str, first: str, last: str
) -> None:
    rule = law("window", DAY + edges)
    second = timedelta(seconds=1)
    for edge, outward in ((first, -second), (last, second)):
        at = datetime.fromisoformat(f"2026-06-10T{edge}-04:00")
        assert rule.allows(at.isoformat())
        assert not rule.allows((at + outward).isoformat())


def test_an_edge_is_included_or_excluded_and_nothing_else(law: Callable[..., Any]) -> None:
    with pytest.raises(LawError, match="start: included or excluded, found 'open'"):
        law("window", DAY + ", start: open")
    with pytest.raises(LawError, match="end: included or excluded"):
        law("window", DAY + ", end: open")


def test_a_week_without_hours_is_refused(law: Callable[..., Any]) -> None:
    with pytest.raises(LawError, match="at least one weekday needs hours"):
        law("window", "hours: []")
    with pytest.raises(LawError, match="must end after they begin"):
        law("window", 'hours: [{from: "08:00", to: "08:00"}]')


# --- hours and consented hours together ---------------------------------------------------------------------

LIFTED = DAY + ", consent_lifts: true"


@pytest.mark.parametrize(
    ("start", "ring", "allowed"),
    [("20:59:30", 60, True), ("20:59:59", 3600, True), ("20:59:59", 3601, False), ("12:00:00", 36000, False)],
)
def test_ringing_may_run_from_the_hours_into_consented_ones(
    law: Callable[..., Any], start: str, ring: int, allowed: bool
) -> None:
    """They touch at nine, and end a second before ten."""
    consent = {**NIGHT, "from": "21:00", "to": "22:00"}
    rule = law("window", LIFTED)
    assert rule.allows(f"2026-06-10T{start}-04:00", ring=ring, consents=[consent]) is allowed


def test_consented_hours_within_the_hours_take_nothing_from_them(law: Callable[..., Any]) -> None:
    """Consent for nine to ten in the morning; ringing from 20:59:30 still has until nine in the evening."""
    within = {**NIGHT, "from": "09:00", "to": "10:00"}
    after = {**NIGHT, "from": "20:00", "to": "22:00"}
    rule = law("window", LIFTED)
    assert rule.allows("2026-06-10T20:59:30-04:00", ring=31, consents=[within, after])
    assert rule.allows("2026-06-10T21:30:00-04:00", consents=[within, after])
    assert not rule.allows("2026-06-10T20:59:30-04:00", ring=31, consents=[within])


def test_hours_not_consented_to_by_anybody_open_nothing(law: Callable[..., Any]) -> None:
    """A consent without hours, of another scope, or where the law lets none lift them."""
    evening = {**NIGHT, "from": "21:00", "to": "23:00"}
    now = "2026-06-10T22:00:00-04:00"
    vague = {key: value for key, value in evening.items() if key not in ("from", "to")}

    assert law("window", LIFTED).allows(now, consents=[evening])
    assert not law("window", LIFTED).allows(now, consents=[vague])
    assert not law("window", LIFTED).allows(now, consents=[{**evening, "scope": "call"}])
    assert not law("window", DAY).allows(now, consents=[evening])


def test_consented_hours_are_found_as_the_next_to_open(law: Callable[..., Any]) -> None:
    early = {**NIGHT, "from": "06:00", "to": "07:00", "valid_on": "2026-06-12"}
    rule = law("window", LIFTED)
    found = rule.retry("2026-06-11T22:00:00-04:00", consents=[early])
    assert found == datetime.fromisoformat("2026-06-12T06:00:00-04:00")
    told = dict(rule.decide("2026-06-12T06:30:00-04:00", consents=[early]).findings[-1].facts)
    assert told == {"consent to hours": "2026-06-01T10:00:00-04:00"}


def test_consent_to_hours_must_open_every_zone(law: Callable[..., Any]) -> None:
    """Nine to eleven in the evening: at 22:00 in New York it is 19:00 in Los Angeles, at 1:30 22:30."""
    both = {
        "id": "P1",
        "addresses": [{"country": "US", "tzs": ["America/New_York", "America/Los_Angeles"]}],
    }
    evening = {**NIGHT, "from": "21:00", "to": "23:00"}
    rule = law("window", LIFTED)
    assert rule.allows("2026-06-10T22:00:00-04:00", person=both, consents=[evening])
    decision = rule.decide("2026-06-11T01:30:00-04:00", person=both, consents=[evening])
    assert not decision.is_allowed
    told = dict(decision.findings[-1].facts)
    assert told == {
        "local time in America/New_York": "Thu 2026-06-11 01:30:00",
        "hours in America/New_York": "08:00-21:00",
    }


def test_what_is_not_known_of_where_they_are_is_told(law: Callable[..., Any]) -> None:
    nowhere = {"id": "P1", "addresses": [{"country": "US"}]}
    told = dict(law("window", DAY).decide("2026-06-10T03:00:00-04:00", person=nowhere).findings[-1].facts)
    assert told["not known, every value tried"].startswith("zone of the")


def test_what_is_kept_of_windows_is_bounded(law: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two days where one may be kept, the first is made anew, the same; with room both are kept."""
    first, second = "2026-06-10T09:00:00-04:00", "2026-06-11T09:00:00-04:00"
    roomy, tight = law("window", TWO_A_DAY), law("window", TWO_A_DAY)
    kept = roomy.decide(first).findings[-1]
    assert roomy.decide(second).findings[-1] is not kept
    assert roomy.decide(first).findings[-1] is kept
    (rule,) = tight.gate.rulebook.rules()
    zone, day = zone_days("America/New_York"), datetime.fromisoformat(first).toordinal()
    monkeypatch.setattr(window, "_MOST_CACHED", 2)
    spans = [rule.intervals(zone, day + ahead, strict=False) for ahead in (0, 1)]
    assert [rule.intervals(zone, day + ahead, strict=False) for ahead in (0, 1)] == spans
    assert rule.intervals(zone, day, strict=False) is spans[0]
    rule.intervals(zone, day + 2, strict=False)
    assert rule.intervals(zone, day, strict=False) is not spans[0]
    assert rule.intervals(zone, day, strict=False) == spans[0]
    kept = tight.decide(first).findings[-1]
    tight.decide(second)
    assert tight.decide(first).findings[-1] is kept
    tight.decide("2026-06-12T09:00:00-04:00")
    assert tight.decide(first).findings[-1] is not kept
    assert tight.decide(first).findings[-1] == kept


def test_consented_hours_within_the_second_hours_of_a_day_take_nothing_from_them(
    law: Callable[..., Any],
) -> None:
    """Ringing runs from the afternoon's into the evening's, whatever was agreed of the middle of them."""
    rule = law("window", TWO_A_DAY + ", consent_lifts: true")
    within = {**NIGHT, "from": "15:00", "to": "16:00"}
    evening = {**NIGHT, "from": "18:00", "to": "19:00"}
    assert rule.allows("2026-06-10T17:59:30-04:00", ring=60, consents=[within, evening])
    assert not rule.allows("2026-06-10T17:59:30-04:00", ring=60, consents=[within])
