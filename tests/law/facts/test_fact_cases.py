"""Facts that law turns on: notices, papers, limitation, successors, closed homes, consents and their end.

Each case is asked of the gate, and each call of a third-party collector in the United States of the second
reading, which knows the same texts and none of the rules.
"""

import json
from pathlib import Path
from typing import Any, cast

import pytest

from compliance_gate.auditor import Reading
from compliance_gate.book.shipped import standard_rulebook
from compliance_gate.told.case_check import check_case, law_gate
from compliance_gate.told.case_language import read_case
from compliance_gate.told.second_reading import judge_contact
from compliance_gate.words import Action

FILE = Path(__file__).with_name("cases.jsonl")
CASES = [cast("dict[str, Any]", json.loads(line)) for line in FILE.read_text(encoding="utf-8").splitlines()]
CALLS = [
    case
    for case in CASES
    if case["jurisdiction"].startswith("US")
    and case["facts"]["collector_type"] == "third_party"
    and case["facts"]["proposed"]["action"] == Action.PLACE_CALL.value
]
BOOK = standard_rulebook()


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_case_is_decided_as_its_text_says(case: dict[str, Any]) -> None:
    """Decision and earliest next instant are those the case states."""
    assert check_case(law_gate(BOOK), case).differences == ()


@pytest.mark.parametrize("case", CALLS, ids=[case["id"] for case in CALLS])
def test_the_second_reading_says_the_same(case: dict[str, Any]) -> None:
    read = read_case(case)
    reading = Reading(literal=True, house=None)
    judged = judge_contact(read.request.person.file, read.request.proposed, at=read.at, reading=reading)
    assert judged.lawful == (case["expected"] == "allow"), judged.reasons
