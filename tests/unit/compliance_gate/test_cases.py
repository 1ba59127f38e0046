"""The public case language: every word is known or refused, and a case that cannot be read is denied."""

import copy
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from compliance_gate.book.shipped import standard_rulebook
from compliance_gate.told.case_check import check_case, law_gate
from compliance_gate.told.case_language import CaseError, read_case
from compliance_gate.words import NumberKind, Outcome

_FILE = Path(__file__).parents[2] / "law" / "cases.jsonl"
CASES = {case["id"]: case for case in map(json.loads, _FILE.read_text(encoding="utf-8").splitlines())}
PLAIN = CASES["RF-001"]
_MANY = {
    case["id"]: case
    for name in (
        "cases.jsonl",
        "cases_2.jsonl",
        "people/cases.jsonl",
        "facts/cases.jsonl",
        "lines/cases.jsonl",
    )
    for case in map(json.loads, (_FILE.parent / name).read_text(encoding="utf-8").splitlines())
}


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


EMPTY = cast("list[object]", json.loads("[[], {}, [[]]]"))
HOSTILE: tuple[object, ...] = (
    None, "", 0, -1, 1e999, float("nan"), 10**400, True, *EMPTY, [None], "x", "\x00", "\ud800",
    "x" * 30_000, "2026-02-30", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "99:99",
    "14:00+05:00", "24:00", {"a": 1}, "../../x",
)  # fmt: skip
"""What no field may hold, or few."""


def _places(value: object, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where anything stands in a case, from its head."""
    inner: Iterable[tuple[str | int, object]] = ()
    if isinstance(value, dict):
        inner = cast("dict[str, object]", value).items()
    elif isinstance(value, list):
        inner = enumerate(cast("list[object]", value))
    for key, below in inner:
        yield (*place, key)
        yield from _places(below, (*place, key))


def _with(case: object, place: tuple[str | int, ...], value: object) -> dict[str, object]:
    """The case with another value in one place."""
    made = copy.deepcopy(case)
    inner = cast("Any", made)
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return cast("dict[str, object]", made)


def test_no_value_in_any_place_of_a_case_ends_the_check() -> None:
    """Whatever stands anywhere, the case is decided, or denied with what could not be read."""
    gate = law_gate(standard_rulebook())
    seen: set[tuple[str | int, ...]] = set()
    for case in _MANY.values():
        for place in _places(case):
            kind = tuple("#" if isinstance(key, int) else key for key in place)
            if kind in seen:
                continue
            seen.add(kind)
            for value in HOSTILE:
                checked = check_case(gate, _with(case, place, value))
                assert checked.result["decision"] in {"allow", "deny"}
    assert len(seen) > 80


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"expected": "maybe"}, "expected: unknown word 'maybe'; known: allow, deny"),
        ({"expected": 1}, "expected: a text is required"),
        (
            {"earliest_next_allowed": "2026-02-30T09:00:00-05:00"},
            "earliest_next_allowed: an instant with its",
        ),
        (
            {"earliest_next_allowed": "2026-02-03T09:00:00"},
            "earliest_next_allowed: an instant with its offset",
        ),
    ],
)
def test_an_expectation_that_cannot_be_read_is_told(changes: dict[str, object], message: str) -> None:
    """It is never left out as if the case expected nothing."""
    checked = check_case(law_gate(standard_rulebook()), {**PLAIN, **changes})

    assert message in checked.differences[0]


@pytest.mark.parametrize("ring", [float("nan"), float("inf"), -1, 86_401, "25"])
def test_ringing_is_a_number_of_seconds_within_a_day(ring: object) -> None:
    """Nothing else fits before the end of a window."""
    with pytest.raises(CaseError, match=r"max_ring_s: seconds, 0 to 86400"):
        read_case(changed(max_ring_s=ring))


def test_a_revocation_that_cannot_be_read_is_none_that_did_not_happen() -> None:
    """An empty instant would leave the consent standing."""
    consent = {"ts": "2026-04-01T10:00:00-04:00", "scope": "call", "given_to": "collector", "revoked_at": ""}
    with pytest.raises(CaseError, match=r"consents\[0\]: revoked_at: an instant with its offset"):
        read_case(changed(consents=[consent]))
    with pytest.raises(CaseError, match=r"consents\[0\]: revoked: an instant with its offset"):
        read_case(
            changed(consents=[{**{k: v for k, v in consent.items() if k != "revoked_at"}, "revoked": 0}])
        )


def test_a_case_may_ask_the_house_beside_the_law() -> None:
    """Law says nothing of a person who has died; the house does."""
    dead = changed(holds=[{"kind": "deceased", "ts": "2026-01-01T00:00:00-05:00"}])
    gate = law_gate(standard_rulebook())

    assert check_case(gate, dead).result["decision"] == "allow"
    assert check_case(gate, {**dead, "with_house": False}).result["decision"] == "allow"
    asked = check_case(gate, {**dead, "with_house": True}).result
    assert asked["decision"] == "deny"
    assert check_case(gate, {**dead, "packs": ["US-federal", "house-defaults"]}).result == asked
    assert "with_house: true or false" in check_case(gate, {**dead, "with_house": "no"}).differences[0]
