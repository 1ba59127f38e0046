"""Every worked case is decided as the law's text says, and free again at the right second."""

import json
from pathlib import Path

import pytest

from compliance_gate.book.shipped import standard_rulebook
from compliance_gate.told.case_check import check_case, law_gate

_CASES = [
    json.loads(line)
    for name in ("cases.jsonl", "people.jsonl", "cases_2.jsonl")
    if (path := Path(__file__).with_name(name)).exists()
    for line in path.read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize("case", _CASES, ids=[case["id"] for case in _CASES])
def test_case_is_decided_as_expected(case: dict[str, object]) -> None:
    """Decision and earliest next instant are those the case states."""
    checked = check_case(law_gate(standard_rulebook()), case)

    assert checked.differences == ()


def test_public_cases_are_all_there() -> None:
    """None of the 122 public cases is lost."""
    lines = Path(__file__).with_name("cases.jsonl").read_text(encoding="utf-8").splitlines()

    assert len(lines) == 122


def test_cases_of_november_2026_are_all_there() -> None:
    """None of the 44 is lost, and none is told otherwise than it came."""
    lines = Path(__file__).with_name("cases_2.jsonl").read_text(encoding="utf-8").splitlines()

    assert len(lines) == 44
    assert len({json.loads(line)["id"] for line in lines}) == 44
