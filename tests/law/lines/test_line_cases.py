"""Worked cases for telephone numbers that several people have are decided as their text says."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.book.shipped import sample_rulebook, standard_rulebook
from compliance_gate.told.case_check import check_case, law_gate
from compliance_gate.told.case_language import read_case

FILE = Path(__file__).with_name("cases.jsonl")
CASES = [cast("dict[str, Any]", json.loads(line)) for line in FILE.read_text(encoding="utf-8").splitlines()]
NUMBER = "+12125550123"
NOON = datetime.fromisoformat("2026-06-10T12:00:00-04:00")


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_case_is_decided_as_its_text_says(case: dict[str, Any]) -> None:
    assert check_case(law_gate(standard_rulebook()), case).differences == ()


def test_each_names_its_text() -> None:
    assert len({case["id"] for case in CASES}) == len(CASES)
    assert all(case["source"] and case["reason"] and case["source_checked"] for case in CASES)


@pytest.mark.parametrize(
    ("outcome", "seconds_ago", "rules"),
    [
        ("no_answer", 299, {"house-no-rapid-redial"}),
        ("no_answer", 300, set[str]()),
        ("no_answer", 301, set[str]()),
        ("abandoned", 299, {"house-no-rapid-redial", "house-line-after-abandoned"}),
        ("abandoned", 259_199, {"house-line-after-abandoned"}),
        ("abandoned", 259_200, set[str]()),
    ],
)
def test_the_house_leaves_a_line_alone_that_rang_for_another(
    outcome: str, seconds_ago: int, rules: set[str]
) -> None:
    """Five minutes after any call, and three days after an abandoned one unless a collector is held."""
    before = {
        "ts": (NOON - timedelta(seconds=seconds_ago)).isoformat(),
        "event": "call_placed",
        "outcome": outcome,
        "number": NUMBER,
    }
    facts = {**CASES[-1]["facts"], "line_history": [before], "now": NOON.isoformat()}
    case = read_case({"id": "house", "packs": ["US-federal"], "facts": facts})
    decision = ComplianceGate(sample_rulebook()).evaluate(case.request, at=case.at)
    assert {finding.rule for finding in decision.denials} == rules
    assert decision.wants_agent is ("house-line-after-abandoned" in rules)
