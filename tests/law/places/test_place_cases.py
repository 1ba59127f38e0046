"""The law of each place, a case or more for what its own text says, and what was read of it."""

import json
from pathlib import Path
from typing import Any, cast

import pytest

from compliance_gate.book.register import Status
from compliance_gate.book.register.readings import ASKED_OF_STATES, DECIDING
from compliance_gate.book.shipped import standard_rulebook
from compliance_gate.book.standing import PLACED_PACKS
from compliance_gate.told.case_check import check_case, law_gate
from compliance_gate.words import Checked

FILE = Path(__file__).with_name("cases.jsonl")
CASES = [cast("dict[str, Any]", json.loads(line)) for line in FILE.read_text(encoding="utf-8").splitlines()]
BOOK = standard_rulebook()
READ = {each.place: each for entry in BOOK.register.entries for each in entry.readings}
STATES = sorted(
    entry.name
    for entry in BOOK.register.entries
    if entry.country == "US" and not entry.cities and entry.name not in ("US-AS", "US-GU", "US-MP", "US-VI")
)


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_case_is_decided_as_its_text_says(case: dict[str, Any]) -> None:
    assert check_case(law_gate(BOOK), case).differences == ()


def test_each_state_and_the_district_and_puerto_rico_say_what_was_read_of_eight_subjects() -> None:
    assert len(STATES) == 52
    for name in STATES:
        listed = {paragraph.subject for paragraph in READ[name].paragraphs}
        assert listed >= set(ASKED_OF_STATES), name
        assert READ[name].law


def test_no_pack_is_asked_of_whose_section_nothing_is_said() -> None:
    of_all_places = set(PLACED_PACKS)  # each place lists its own paragraphs on them
    assert set(BOOK.packs) - of_all_places <= set(READ)


def test_what_may_allow_was_read_in_the_laws_own_text_or_is_signed_for_by_name() -> None:
    """A place covered without a signature rests on primary text in every paragraph that decides a contact."""
    for entry in BOOK.register.entries:
        if entry.status is not Status.COVERED:
            assert entry.needs_signature or entry.status is Status.ABSENT, entry.name
            continue
        decide = [
            each for reading in entry.readings for each in reading.paragraphs if each.subject in DECIDING
        ]
        assert all(each.read.is_primary for each in decide), entry.name
        rules = {name for each in decide for name in each.loaded}
        assert all(
            rule.header.checked is Checked.PRIMARY for rule in BOOK.rules() if rule.header.rule in rules
        ), entry.name


def test_places_with_a_rule_of_their_own_are_no_longer_called_free() -> None:
    """Nobody who signs is told that no stricter limit was found where nobody looked."""
    words = " ".join(f"{entry.extent} {entry.missing or ''}" for entry in BOOK.register.entries)
    assert "was found" not in words
