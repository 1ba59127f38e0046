"""When a contact may be made: the first second at which all rules pass together."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.asking.question import Question
from compliance_gate.book.rulebook import load_rulebook
from compliance_gate.rules.base import PASSED, Answer, Denied
from compliance_gate.rules.window import WindowRule

RULE = """
  - rule: {name}
    kind: {kind}
    what: A rule for tests
    unit: whatever it counts
    citation: test
    checked: primary
    checked_on: 2026-01-01
    effective: {{from: 2000-01-01{to}}}
    values: {{{values}}}
"""
TWO_A_WEEK = "at_most: 2, per: person, within: [{days: 7}], calls: all"
HOURS = 'hours: [{from: "08:00", to: "21:00"}]'


@pytest.fixture
def laws(law: Callable[..., Any]) -> Callable[..., Any]:
    """`laws((kind, values), ...)`: several rules at once; a third member is the last day of a rule."""

    def make(*rules: tuple[str, ...]) -> Any:
        text = "\npack: TEST\ntitle: A law for tests\nrules:\n"
        for place, (kind, values, *ends) in enumerate(rules):
            to = f", to: {ends[0]}" if ends else ""
            text += RULE.format(name=f"rule-{place}", kind=kind, values=values, to=to)
        made = law("window", HOURS)
        return type(made)(gate=ComplianceGate(load_rulebook([("test.yaml", text)])))

    return make


def calls(*days: str) -> list[dict[str, object]]:
    return [
        {
            "ts": f"2026-06-{day}T10:00:00-04:00",
            "event": "call_placed",
            "outcome": "no_answer",
            "debts": ["D1"],
        }
        for day in days
    ]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_the_next_instant_of_two_rules_is_when_both_pass(laws: Callable[..., Any]) -> None:
    """The count is over at midnight; the hours begin at eight."""
    both = laws(("count", TWO_A_WEEK), ("window", HOURS))
    assert both.retry("2026-06-10T12:00:00-04:00", history=calls("08", "09")) == at(
        "2026-06-15T08:00:00-04:00"
    )


def test_a_rule_that_counts_is_asked_again_at_the_instant_another_names(laws: Callable[..., Any]) -> None:
    """At eight in the morning as many calls as may be are still within the week: that instant is no retry."""
    both = laws(("window", HOURS), ("count", TWO_A_WEEK))
    history = calls("09", "10")
    assert both.retry("2026-06-10T22:00:00-04:00", history=history) == at("2026-06-16T08:00:00-04:00")


def test_one_call_below_the_limit_may_be_made_at_that_instant(laws: Callable[..., Any]) -> None:
    both = laws(("window", HOURS), ("count", TWO_A_WEEK))
    assert both.retry("2026-06-10T22:00:00-04:00", history=calls("10")) == at("2026-06-11T08:00:00-04:00")


def test_a_rule_that_ends_bars_nothing_after_its_last_day(laws: Callable[..., Any]) -> None:
    """None at all until the 12th, local time; the hours remain."""
    both = laws(
        ("count", "at_most: 0, per: person, within: [{days: 7}], calls: all", "2026-06-12"), ("window", HOURS)
    )
    assert both.retry("2026-06-10T12:00:00-04:00") == at("2026-06-13T08:00:00-04:00")


@pytest.mark.parametrize(
    ("now", "last_day", "retry"),
    [
        ("2026-06-10T12:00:00-04:00", "2026-06-11", "2026-06-10T18:00:00-04:00"),
        ("2026-06-10T22:00:00-04:00", "2026-06-11", "2026-06-11T18:00:00-04:00"),
        ("2026-06-10T22:00:00-04:00", "2026-06-10", "2026-06-11T08:00:00-04:00"),
    ],
)
def test_who_comes_home_is_no_longer_bound_by_the_hours_of_the_journey(
    laws: Callable[..., Any], now: str, last_day: str, retry: str
) -> None:
    """Guam is fourteen hours ahead: both are open from 18:00 to 21:00 in New York, until the day is over."""
    person = {
        "id": "P1",
        "addresses": [{"country": "US", "tz": "America/New_York"}],
        "known_location": {"tz": "Pacific/Guam", "until": last_day},
    }
    assert laws(("window", HOURS)).retry(now, person=person) == at(retry)


def test_a_denial_without_end_is_told_as_never(laws: Callable[..., Any]) -> None:
    both = laws(("count", "at_most: 0, per: person, within: [{days: 7}], calls: all"), ("window", HOURS))
    assert both.retry("2026-06-10T22:00:00-04:00") is None


def test_the_next_instant_leaves_time_to_ring(laws: Callable[..., Any]) -> None:
    """Before noon the hours are too short for it."""
    short = 'hours: [{from: "11:59", to: "12:00"}, {from: "13:00", to: "14:00"}]'
    found = laws(("window", short)).retry("2026-06-10T10:00:00-04:00", ring=61)
    assert found == at("2026-06-10T13:00:00-04:00")


def test_a_fraction_of_a_second_is_rounded_against_the_contact(laws: Callable[..., Any]) -> None:
    """It begins at the second before and rings into the second after."""
    window = laws(("window", HOURS))
    assert not window.allows("2026-06-10T07:59:59.9-04:00")
    assert window.allows("2026-06-10T20:59:34.9-04:00", ring=25)
    assert not window.allows("2026-06-10T20:59:35.1-04:00", ring=25)


def test_the_end_of_a_journey_opens_the_hours_of_home(laws: Callable[..., Any]) -> None:
    """Home on Guam, where it is two in the afternoon when the last day of the journey ends in New York."""
    person = {
        "id": "P1",
        "addresses": [{"country": "US", "tz": "Pacific/Guam"}],
        "known_location": {"tz": "America/New_York", "until": "2026-06-10"},
    }
    numbers = [{"e164": "+12125550123", "kind": "mobile", "area_code_tzs": ["Pacific/Guam"]}]
    rule, now = laws(("window", HOURS)), "2026-06-10T21:30:00-04:00"
    midnight = "2026-06-11T00:00:00-04:00"

    assert rule.retry(now, person=person, numbers=numbers) == at(midnight)
    assert rule.allows(midnight, person=person, numbers=numbers)
    assert not rule.allows("2026-06-10T23:59:59-04:00", person=person, numbers=numbers)


def test_a_rule_that_names_no_later_second_is_asked_at_the_next(
    laws: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It can neither hold the search where it is nor end it."""
    opens = int(at("2026-06-10T12:00:03-04:00").timestamp())

    def asked(rule: WindowRule, question: Question) -> Answer:
        return PASSED if question.at >= opens else Denied((), question.at - 60)

    monkeypatch.setattr(WindowRule, "ask", asked)
    found = laws(("window", HOURS)).retry("2026-06-10T12:00:00-04:00")
    assert found == at("2026-06-10T12:00:03-04:00")


@pytest.mark.parametrize(
    ("now", "allowed"), [("2026-06-12T23:59:59-04:00", False), ("2026-06-13T00:00:00-04:00", True)]
)
def test_the_last_day_of_a_rule_is_in_it(laws: Callable[..., Any], now: str, allowed: bool) -> None:
    never = "at_most: 0, per: person, within: [{days: 7}], calls: all"
    rule = laws(("count", never, "2026-06-12"), ("window", 'hours: [{from: "00:00", to: "24:00"}]'))
    assert rule.allows(now) is allowed


@pytest.mark.parametrize(
    ("held_to", "now", "retry"),
    [
        ("2026-06-12", "2026-07-01T22:00:00-04:00", "2026-07-02T08:00:00-04:00"),
        ("2026-06-12", "2026-06-13T00:00:00-04:00", "2026-06-13T08:00:00-04:00"),
        ("2026-06-12", "2026-06-12T22:00:00-04:00", "2026-06-13T08:00:00-04:00"),
    ],
)
def test_held_to_the_law_of_an_earlier_day_a_rule_that_ended_since_goes_on(
    laws: Callable[..., Any], held_to: str, now: str, retry: str
) -> None:
    """On its last day, in the second after it and a month later: its hours are what is waited for."""
    made = laws(("window", HOURS, "2026-06-12"))
    held = ComplianceGate(made.gate.rulebook, law_of=date.fromisoformat(held_to))
    assert type(made)(gate=held).retry(now) == at(retry)


def test_a_rule_that_begins_later_does_not_bind_where_the_law_is_held_to_before(
    laws: Callable[..., Any],
) -> None:
    made = laws(("window", HOURS, "2026-06-12"))
    for day, allowed in (("1999-12-31", True), ("2000-01-01", False), ("2026-06-13", True)):
        held = ComplianceGate(made.gate.rulebook, law_of=date.fromisoformat(day))
        assert type(made)(gate=held).allows("2026-06-01T22:00:00-04:00") is allowed
