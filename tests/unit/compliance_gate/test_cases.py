"""The public case language: every word is known or refused, and a case that cannot be read is denied."""

import json
from pathlib import Path
from typing import cast

import pytest

from compliance_gate.book.shipped import standard_rulebook
from compliance_gate.told.case_check import check_case, law_gate
from compliance_gate.told.case_language import CaseError, read_case
from compliance_gate.words import NumberKind, Outcome

_FILE = Path(__file__).parents[2] / "law" / "cases.jsonl"
CASES = {case["id"]: case for case in map(json.loads, _FILE.read_text(encoding="utf-8").splitlines())}
PLAIN = CASES["RF-001"]


def changed(**facts: object) -> dict[str, object]:
    """The plain case with other facts."""
    return {**PLAIN, "facts": {**PLAIN["facts"], **facts}}


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        (
            {"history": [{"ts": "2026-04-01T10:00:00-04:00", "event": "call_plcaed"}]},
            r"history\[0\]: event: unknown word",
        ),
        ({"history": [{"ts": "2026-04-01T10:00:00", "event": "sms"}]}, "an instant with its offset"),
        (
            {"requests": [{"ts": "2026-04-01T10:00:00-04:00", "type": "wish"}]},
            r"requests\[0\]: type: unknown word 'wish'",
        ),
        ({"colour": "red"}, "unknown key colour"),
        ({"numbers": [{"e164": "+12125550123", "area_code_tzs": ["America/Atlantis"]}]}, "America/Atlantis"),
        ({"profile": "loose"}, "profile: unknown word 'loose'; known: literal, strict"),
    ],
)
def test_what_is_not_understood_is_named_and_denied(facts: dict[str, object], message: str) -> None:
    """The error says which field; the check denies."""
    with pytest.raises(CaseError, match=message):
        read_case(changed(**facts))
    checked = check_case(law_gate(standard_rulebook()), changed(**facts))
    assert checked.result["decision"] == "deny"


def test_every_word_of_the_language_is_read() -> None:
    """Kinds and outcomes of the public cases arrive as what they are."""
    file = read_case(CASES["RF-024"]).request.person.file

    assert file.history[-1].outcome is Outcome.VOICEMAIL_FULL_NO_MESSAGE
    assert file.numbers[0].kind is NumberKind.LANDLINE


def test_the_result_has_the_public_shape() -> None:
    """Keys and findings as published."""
    result = check_case(law_gate(standard_rulebook()), CASES["RF-002"]).result

    assert set(result) == {"id", "decision", "warnings", "retry_at", "findings"}
    assert result["retry_at"] == "2026-04-08T08:00:00-04:00"
    findings = result["findings"]
    assert json.loads(json.dumps(findings)) == findings
    assert all(
        set(finding) == {"rule", "verdict", "citation", "facts"}
        for finding in cast("list[dict[str, object]]", findings)
    )


def test_differences_are_told_and_an_unlawful_allow_is_marked() -> None:
    """A case that expects otherwise is shown as different; allowed though denied is the worst."""
    gate = law_gate(standard_rulebook())

    wrong = check_case(gate, {**PLAIN, "expected": "deny"})
    assert wrong.unlawful_allow
    assert "expected deny, decided allow" in wrong.differences[0]
    late = check_case(gate, {**CASES["RF-002"], "earliest_next_allowed": "2026-04-09T08:00:00-04:00"})
    assert "expected next at" in late.differences[0]


def test_packs_can_be_given_instead_of_the_cases_own() -> None:
    """Under Massachusetts' law the seventh call is too many."""
    gate = law_gate(standard_rulebook())

    assert check_case(gate, PLAIN, packs=["US-federal", "US-MA"]).result["decision"] == "deny"


def test_rapid_redial_is_a_warning_in_law() -> None:
    """The presumption holds, but the pattern is told."""
    result = check_case(law_gate(standard_rulebook()), CASES["RF-038"]).result

    assert result["decision"] == "allow"
    assert result["warnings"] == ["us-regf-rebut-rapid-succession"]
