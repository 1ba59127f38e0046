"""What a finding tells: the facts on which a denial, or a pass, rests."""

from collections.abc import Callable
from typing import Any

import pytest

NOW = "2026-06-10T12:00:00-04:00"
LINE = {"e164": "+12125550123", "kind": "mobile", "area_code_tzs": ["America/New_York"]}


def told(decision: Any) -> dict[str, str]:
    """The facts of the one rule's finding."""
    (finding,) = [row for row in decision.findings if row.rule == "test-rule"]
    return dict(finding.facts)


def calls(*days: str, **more: object) -> list[dict[str, object]]:
    return [
        {
            "ts": f"2026-06-{day}T10:00:00-04:00",
            "event": "call_placed",
            "outcome": "no_answer",
            "debts": ["D1"],
            **more,
        }
        for day in days
    ]


@pytest.mark.parametrize("days", [(), ("09",), ("08", "09")])
def test_a_count_tells_how_many_there_are(law: Callable[..., Any], days: tuple[str, ...]) -> None:
    """Also where there is room for more."""
    rule = law("count", "at_most: 3, per: person, within: [{days: 7}], calls: all")
    assert told(rule.decide(NOW, history=calls(*days))) == {"counted": f"{len(days)} of at most 3 per person"}


def test_a_count_that_is_full_by_one_reading_only_tells_that_one(law: Callable[..., Any]) -> None:
    rule = law("count", "at_most: 2, per: person, within: [{days: 1}, {days: 7}], calls: all")
    facts = told(rule.decide(NOW, history=calls("05", "10")))
    assert facts["already counted"] == "2; at most 2"
    assert facts["within"].startswith("7 ")
    assert facts["zone"] == "America/New_York"


def test_a_count_that_leaves_room_by_each_reading_tells_the_fullest(law: Callable[..., Any]) -> None:
    """Three in all, of which two lie in the week and one in the day: there is room in both."""
    rule = law("count", "at_most: 3, per: person, within: [{days: 1}, {days: 7}], calls: all")
    assert told(rule.decide(NOW, history=calls("02", "08", "10"))) == {"counted": "2 of at most 3 per person"}


def test_a_list_is_told_by_the_name_of_it(law: Callable[..., Any]) -> None:
    rule = law("do_not_call", "lists: [national], unknown_denies: true")
    facts = told(rule.decide(NOW, numbers=[{**LINE, "on_national_dnc": True}]))
    assert facts == {"on do-not-call list": "national", "number": "+12125550123"}
    unknown = told(rule.decide(NOW, numbers=[LINE]))
    assert unknown == {"not known, every value tried": "do-not-call lists for +12125550123"}


def test_the_last_of_several_revocations_is_told(law: Callable[..., Any]) -> None:
    rule = law("recorded_voice", "consents: [prerecorded], at_most: 3, days: 30")
    stops = [{"ts": f"2026-06-0{day}T10:00:00-04:00", "type": "revoke_consent"} for day in (1, 3)]
    assert told(rule.decide(NOW, requests=stops))["revoked"] == "2026-06-03T10:00:00-04:00"


def test_times_to_be_left_alone_are_told_as_they_were_asked_for(law: Callable[..., Any]) -> None:
    """The first request that denies, the times, and what the clock shows there."""
    rule = law("asked_times", "requests: [inconvenient_times]")
    request = {
        "ts": "2026-06-01T10:00:00-04:00",
        "type": "inconvenient_times",
        "blocks": [{"days": ["MO", "WE"], "from": "09:00", "to": "17:00"}],
    }
    facts = told(rule.decide(NOW, requests=[request]))
    assert facts["asked"] == "not MO WE 09:00-17:00"
    assert facts["local time in America/New_York"] == "Wed 2026-06-10 12:00:00"
    assert facts["request"].startswith("inconvenient_times of 2026-06-01")


@pytest.mark.parametrize(
    ("reading", "called", "counted"),
    [
        ("{week: MO}", "2026-06-07T23:59:59-04:00", 0),
        ("{week: MO}", "2026-06-08T00:00:00-04:00", 1),
        ("{month: calendar}", "2026-05-31T23:59:59-04:00", 0),
        ("{month: calendar}", "2026-06-01T00:00:00-04:00", 1),
        ("{days: 3}", "2026-06-07T23:59:59-04:00", 0),
        ("{days: 3}", "2026-06-08T00:00:00-04:00", 1),
        ("{hours: 24}", "2026-06-09T11:59:59-04:00", 0),
        ("{hours: 24}", "2026-06-09T12:00:01-04:00", 1),
    ],
)
def test_what_lies_before_the_stretch_is_not_told_as_counted(
    law: Callable[..., Any], reading: str, called: str, counted: int
) -> None:
    rule = law("count", f"at_most: 3, per: person, within: [{reading}], calls: all")
    history = [{"ts": called, "event": "call_placed", "outcome": "no_answer"}]
    assert told(rule.decide(NOW, history=history)) == {"counted": f"{counted} of at most 3 per person"}
