"""What follows when a debt can no longer be sued upon: to the day, and where nobody knows the day."""

from collections.abc import Callable
from typing import Any

import pytest

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.book.reader import LawError
from compliance_gate.book.shipped import sample_rulebook
from compliance_gate.findings import Speech
from compliance_gate.told.case_language import read_case

NOON = "2026-06-10T12:00:00-04:00"
ZONE = "America/New_York"
DEBT = {"id": "D1", "type": "credit_card"}


def owed(*ends: str | None) -> list[dict[str, object]]:
    """D1, D2, ... with their last days."""
    return [{**DEBT, "id": f"D{n}", "limitation_ends": last} for n, last in enumerate(ends, start=1)]


@pytest.mark.parametrize(
    ("now", "allowed"),
    [
        ("2026-06-10T23:59:59-04:00", True),
        ("2026-06-11T00:00:00-04:00", False),
        ("2026-06-11T12:00:00-04:00", False),
        ("2026-06-09T12:00:00-04:00", True),
    ],
)
def test_contact_is_closed_from_the_day_after_the_last(
    law: Callable[..., Any], now: str, *, allowed: bool
) -> None:
    assert law("limitation", "closed: true").allows(now, debts=owed("2026-06-10")) is allowed


def test_a_last_day_that_is_not_known_may_be_past(law: Callable[..., Any]) -> None:
    """Unknown is not allowed, and no waiting mends it."""
    rule = law("limitation", "closed: true")
    decision = rule.decide(NOON, debts=owed(None))
    (finding,) = decision.denials
    assert finding.facts == (("debt D1", "last day to sue not known, taken as over"),)
    assert decision.retry_at is None


def test_only_the_debts_that_are_spoken_of_matter(law: Callable[..., Any]) -> None:
    """Not said of which: of every debt there is."""
    rule, debts = law("limitation", "closed: true"), owed("2027-01-01", "2026-01-01")
    call = {"action": "place_call", "number": "+12125550123"}
    assert rule.allows(NOON, debts=debts, proposed={**call, "debts": ["D1"]})
    assert not rule.allows(NOON, debts=debts, proposed={**call, "debts": ["D2"]})
    assert not rule.allows(NOON, debts=debts, proposed={**call, "debts": ["D1", "D2"]})
    assert not rule.allows(NOON, debts=debts, proposed=call)


def test_the_day_is_past_as_soon_as_it_is_past_in_one_zone(law: Callable[..., Any]) -> None:
    """Ten in the evening in Los Angeles is one in the morning in New York."""
    rule, debts = law("limitation", "closed: true"), owed("2026-06-10")
    west = {"e164": "+12125550123", "kind": "mobile", "area_code_tzs": ["America/Los_Angeles"]}
    person = {"id": "P1", "addresses": [{"country": "US", "tz": "America/Los_Angeles"}]}
    late = "2026-06-10T22:00:00-07:00"
    assert rule.allows(late, debts=debts, numbers=[west], person=person)
    assert not rule.allows(late, debts=debts, numbers=[west])


@pytest.mark.parametrize(
    ("now", "said"), [("2026-06-10T12:00:00-04:00", 0), ("2026-06-11T12:00:00-04:00", 2)]
)
def test_where_contact_is_permitted_the_clearance_says_what_may_and_must_be_said(
    law: Callable[..., Any], now: str, said: int
) -> None:
    rule = law("limitation", "may_not: threaten suit, must_say: The law limits how long you can be sued.")
    decision = rule.decide(now, debts=owed("2026-06-10", "2030-01-01"), proposed={
        "action": "place_call", "number": "+12125550123", "debts": ["D1", "D2"]})  # fmt: skip
    assert decision.clearance is not None
    statements = decision.clearance.statements
    assert len(statements) == said
    if said:
        assert [each.speech for each in statements] == [Speech.MAY_NOT, Speech.MUST_SAY]
        assert statements[1].text == "The law limits how long you can be sued."
        assert {each.debts for each in statements} == {("D1",)}
        assert statements[0].rule == "test-rule"


def test_a_rule_that_says_nothing_is_refused(law: Callable[..., Any]) -> None:
    with pytest.raises(LawError, match="say closed, may_not or must_say"):
        law("limitation", "")


@pytest.mark.parametrize(("last", "warned"), [("2026-06-09", True), ("2026-06-10", False), (None, True)])
def test_the_house_lets_nobody_hint_at_suit_of_a_debt_that_is_or_may_be_over(
    last: str | None, *, warned: bool
) -> None:
    """The call itself is lawful."""
    case = read_case(
        {
            "facts": {
                "collector_type": "third_party",
                "person": {"id": "P1", "addresses": [{"country": "US", "state": "NJ", "tz": ZONE}]},
                "numbers": [{"e164": "+12125550123", "kind": "mobile", "area_code_tzs": [ZONE]}],
                "debts": owed(last),
                "history": [],
                "consents": [],
                "requests": [],
                "proposed": {"action": "place_call", "number": "+12125550123", "debts": ["D1"]},
                "now": NOON,
            }
        },
        packs=("US-federal",),
    )  # fmt: skip
    clearance = ComplianceGate(sample_rulebook()).evaluate(case.request, at=case.at).clearance
    assert clearance is not None
    house = [each for each in clearance.statements if each.rule == "house-time-barred"]
    assert [each.text for each in house] == ["bring suit, say or hint that suit may be brought"] * warned
