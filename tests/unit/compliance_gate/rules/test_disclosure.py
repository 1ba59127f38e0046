"""Words that go with a clearance: to whoever speaks or writes to the consumer, and to nobody about them."""

from collections.abc import Callable
from typing import Any

import pytest

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.book.reader import LawError
from compliance_gate.book.shipped import sample_rulebook
from compliance_gate.findings import Speech, Statement
from compliance_gate.told.case_language import read_case

NOON = "2026-06-10T12:00:00-04:00"
ZONE = "America/New_York"
MIRANDA = "us-regf-who-is-speaking"


def test_the_words_are_about_the_debts_of_the_contact_and_deny_nothing(law: Callable[..., Any]) -> None:
    rule = law("disclosure", "must_say: who you are, may_not: shout")
    debts = [{"id": "D1", "type": "credit_card"}, {"id": "D2", "type": "credit_card"}]
    call = {"action": "place_call", "number": "+12125550123"}
    one = rule.decide(NOON, debts=debts, proposed={**call, "debts": ["D2"]})
    assert one.denials == ()
    assert "test-rule" not in {finding.rule for finding in one.findings}, "it is not asked"
    assert [(each.speech, each.text, each.debts) for each in one.clearance.statements] == [
        (Speech.MUST_SAY, "who you are", ("D2",)),
        (Speech.MAY_NOT, "shout", ("D2",)),
    ]
    both = rule.decide(NOON, debts=debts, proposed=call)
    assert {each.debts for each in both.clearance.statements} == {("D1", "D2")}, "not said of which: of each"


def test_a_rule_without_words_is_refused(law: Callable[..., Any]) -> None:
    with pytest.raises(LawError, match="say must_say or may_not"):
        law("disclosure", "")


def _said(action: str, **changes: object) -> list[Statement]:
    facts: dict[str, object] = {
        "collector_type": "third_party",
        "person": {"id": "P1", "addresses": [{"country": "US", "state": "NJ", "tz": ZONE}]},
        "numbers": [{"e164": "+12125550123", "kind": "mobile", "area_code_tzs": [ZONE]}],
        "debts": [{"id": "D1", "type": "credit_card", "limitation_ends": "2030-01-01"}],
        "history": [],
        "consents": [],
        "requests": [],
        "proposed": {"action": action, "number": "+12125550123", "debts": ["D1"]},
        "now": NOON,
    }
    if action == "send_letter":
        facts["proposed"] = {"action": action, "debts": ["D1"]}
    case = read_case({"facts": {**facts, **changes}}, packs=("US-federal",))
    clearance = ComplianceGate(sample_rulebook()).evaluate(case.request, at=case.at).clearance
    assert clearance is not None
    return [each for each in clearance.statements if each.rule == MIRANDA]


@pytest.mark.parametrize("action", ["place_call", "send_letter"])
def test_a_consumer_is_told_that_a_debt_collector_speaks_or_writes(action: str) -> None:
    (said,) = _said(action)
    assert (said.speech, said.debts) == (Speech.MUST_SAY, ("D1",))
    assert "any information obtained will be used for that purpose" in said.text
    assert said.citation == "12 CFR 1006.18(e)(1)-(2); 15 USC 1692e(11)"


def test_a_creditor_of_their_own_name_is_no_debt_collector() -> None:
    assert _said("place_call", collector_type="first_party_own_name") == []
