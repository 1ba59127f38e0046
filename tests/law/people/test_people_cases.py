"""Worked cases for people who are not single debtors are decided as their text says."""

import json
from pathlib import Path
from typing import Any, cast

import pytest

from compliance_gate.book.shipped import standard_rulebook
from compliance_gate.told.case_check import check_case, law_gate

FILE = Path(__file__).with_name("cases.jsonl")
CASES = [cast("dict[str, Any]", json.loads(line)) for line in FILE.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_case_is_decided_as_its_text_says(case: dict[str, Any]) -> None:
    assert check_case(law_gate(standard_rulebook()), case).differences == ()


def test_there_are_at_least_forty_and_each_names_its_text() -> None:
    assert len(CASES) >= 40
    assert len({case["id"] for case in CASES}) == len(CASES)
    assert all(case["source"] and case["reason"] and case["source_checked"] for case in CASES)
