"""Decisions and rules can be read without the program."""

import json
from pathlib import Path

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.book.shipped import standard_rulebook
from compliance_gate.told.case_language import read_case
from compliance_gate.told.explain import explain

_FILE = Path(__file__).parents[2] / "law" / "cases.jsonl"
CASES = {case["id"]: case for case in map(json.loads, _FILE.read_text(encoding="utf-8").splitlines())}


def test_a_denial_leads_from_the_call_to_the_paragraph() -> None:
    """Rule, count, days, paragraph, next instant and the law's hash are all there."""
    book = standard_rulebook()
    case = read_case(CASES["RF-002"])
    decision = ComplianceGate(book).evaluate(case.request, at=case.at)
    told = "\n".join(explain(decision, book, at=case.at, zones=("America/New_York",)))

    for part in (
        "is denied",
        "us-regf-seven-in-seven (law) forbids it",
        "already counted: 7; at most 7",
        "2026-04-01 to 2026-04-07",
        "12 CFR 1006.14(b)(2)(i)(A)",
        "Wed 2026-04-08 08:00:00 in America/New_York",
        book.hash,
    ):
        assert part in told
