"""Worked cases at the edges of every rule are decided as their text says."""

import json
from pathlib import Path
from typing import Any, cast

import pytest

from compliance_gate.book.shipped import standard_rulebook
from compliance_gate.book.standing import PLACED_PACKS
from compliance_gate.findings import Layer
from compliance_gate.told.case_check import check_case, law_gate

FILE = Path(__file__).with_name("cases.jsonl")
CASES = [cast("dict[str, Any]", json.loads(line)) for line in FILE.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_case_is_decided_as_its_text_says(case: dict[str, Any]) -> None:
    assert check_case(law_gate(standard_rulebook()), case).differences == ()


def test_each_names_its_text_and_every_pack_of_collection_law_is_asked() -> None:
    assert len({case["id"] for case in CASES}) == len(CASES)
    assert all(case["source"] and case["reason"] and case["source_checked"] for case in CASES)
    places = FILE.parents[1] / "places" / FILE.name
    others = [json.loads(line) for line in places.read_text(encoding="utf-8").splitlines()]
    packs = {name for case in (*CASES, *others) for name in case["packs"]}
    law = {rule.header.pack for rule in standard_rulebook().rules() if rule.header.layer is Layer.LAW}
    assert law <= packs | set(PLACED_PACKS)
