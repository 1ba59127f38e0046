"""The auditor's own reading agrees with the worked cases of places, for calls of a third-party collector.

The gate's reader of cases and the one translation of its facts are shared here; its rules are not.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from compliance_gate.auditor import Reading
from compliance_gate.told.case_language import read_case
from compliance_gate.told.second_reading import audited_person, judge, proposal_of

LAW = Path(__file__).parents[2] / "law"
BY_LAW = Reading(literal=True, house=None)
# An offer is solicitation, which the auditor does not judge.
NOT_JUDGED = {"NL-35"}


def _cases() -> list[dict[str, Any]]:
    lines = [
        line
        for name in ("cases_2.jsonl", "places/cases.jsonl")
        for line in (LAW / name).read_text(encoding="utf-8").splitlines()
    ]
    cases = [cast("dict[str, Any]", json.loads(line)) for line in lines]
    return [
        case
        for case in cases
        if case.get("packs", ["none"])[0] == "US-federal"
        and case["facts"]["proposed"]["action"] == "place_call"
        and case["facts"]["collector_type"] == "third_party"
        and case["id"] not in NOT_JUDGED
    ]


CASES = _cases()


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_second_reading_decides_the_case_as_its_text_says(case: dict[str, Any]) -> None:
    request = read_case(case).request
    at = read_case(case).at
    own = {case["jurisdiction"], *case["packs"]} - {"US-federal"}
    person = audited_person(request.person.file, at=at)
    # Only the law that the case names, wherever else the person may be.
    person = replace(person, regions=frozenset(own))
    judged = judge(person, proposal_of(request.proposed, at=at), BY_LAW)
    assert judged.lawful is (case["expected"] == "allow"), judged.reasons


def test_every_place_with_calls_of_its_own_is_judged() -> None:
    assert len(CASES) >= 39
