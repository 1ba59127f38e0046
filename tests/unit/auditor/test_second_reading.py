"""The gate's facts reach the auditor whole: both answer alike on the public cases, told through the
gate's types.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from compliance_gate.auditor import Reading, judge
from compliance_gate.request import Address, Debt, HistoryEntry, KnownLocation, NumberOnFile, PersonFile
from compliance_gate.request import ProposedContact as Proposed
from compliance_gate.told.case_language import read_case
from compliance_gate.told.second_reading import (
    audit_file,
    audited_person,
    judge_contact,
    proposal_of,
    regions_of,
)
from compliance_gate.words import Action, CollectorType, EventKind, NumberKind, NumberRole, Outcome, Profile

LAW = Path(__file__).parents[2] / "law"
NOON = datetime(2026, 6, 10, 16, tzinfo=UTC)
NUMBER = "+12125550123"
ADA = PersonFile(
    person="P1",
    addresses=(Address(country="US", region="NY", city="Albany", zones=frozenset({"America/New_York"})),),
    numbers=(
        NumberOnFile(
            number=NUMBER,
            kind=NumberKind.LANDLINE,
            role=NumberRole.OWN,
            zones=frozenset({"America/New_York"}),
            regions=frozenset({"US-NY", "US-NY-NYC"}),
        ),
    ),
    debts=(Debt(debt="D1"),),
)
# Solicitation is not part of the second reading.
NOT_ASKED = {"TC-24"}


def _cases() -> list[dict[str, Any]]:
    files = (LAW / "cases.jsonl", LAW / "people" / "cases.jsonl")
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    cases = [cast("dict[str, Any]", json.loads(line)) for line in lines]
    return [case for case in cases if case["packs"][0] == "US-federal" and case["id"] not in NOT_ASKED]


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case["id"])
def test_auditor_decides_the_case_as_expected_through_the_gates_own_facts(case: dict[str, Any]) -> None:
    read = read_case(case)
    request = read.request
    proposed = request.proposed
    own_name = proposed.collector_type is CollectorType.FIRST_PARTY_OWN_NAME
    if proposed.action is not Action.PLACE_CALL or own_name:
        pytest.skip("the auditor judges calls of debt collectors")
    literal = request.profile is Profile.LITERAL
    reading = Reading(literal=literal, max_ring_s=request.max_ring_s, house=None)
    if case.get("with_house"):
        reading = Reading(literal=literal, max_ring_s=request.max_ring_s)
    person = replace(audited_person(request.person.file, at=read.at), regions=frozenset(request.packs or ()))
    found = judge(person, proposal_of(proposed, at=read.at), reading)
    assert found.lawful == (case["expected"] == "allow"), found.reasons


def test_every_call_on_file_is_audited_with_what_was_known_then() -> None:
    calls = tuple(
        HistoryEntry(
            entry=f"H{n}",
            at=NOON + timedelta(hours=4 * n),
            event=EventKind.CALL_PLACED,
            outcome=Outcome.NO_ANSWER,
            debts=("D1",),
            number=NUMBER,
        )
        for n in range(3)
    )
    letter = HistoryEntry(entry="L", at=NOON, event=EventKind.LETTER)
    query = HistoryEntry(entry="Q", at=NOON, event=EventKind.RND_QUERY)
    found = audit_file(PersonFile(person="P1", addresses=ADA.addresses, numbers=ADA.numbers, debts=ADA.debts,
                                  history=(query, letter, *calls)))  # fmt: skip
    assert [attempt.judgement.lawful for attempt in found] == [True, True, False]  # two a day
    close = audit_file(PersonFile(person="P1", addresses=ADA.addresses, numbers=ADA.numbers, debts=ADA.debts,
                                  history=(calls[0], replace(calls[0], entry="H9"))))  # fmt: skip
    assert [attempt.judgement.lawful for attempt in close] == [True, False]  # at once


def test_address_says_which_law_binds_and_numbers_only_where_there_is_none() -> None:
    assert regions_of(ADA) == {"US-NY"}
    unknown_city = PersonFile(person="P1", addresses=(Address(country="US", region="NY"),))
    assert regions_of(unknown_city) == {"US-NY", "US-NY-NYC"}
    assert regions_of(PersonFile(person="P1", numbers=ADA.numbers)) == {"US-NY", "US-NY-NYC"}


def test_journey_counts_while_it_lasts() -> None:
    journey = KnownLocation(zones=frozenset({"Europe/London"}), until=NOON.date())
    file = PersonFile(person="P1", known_location=journey)
    assert audited_person(file, at=NOON).address_zones == (frozenset({"Europe/London"}),)
    assert audited_person(file, at=NOON + timedelta(days=1)).address_zones == ()
    assert audited_person(file).address_zones == (frozenset({"Europe/London"}),)


def test_message_cannot_be_judged_as_a_call() -> None:
    with pytest.raises(ValueError, match="number"):
        judge_contact(ADA, Proposed(), at=NOON)


def test_person_abroad_is_judged_by_the_house_and_their_wishes_not_by_american_law() -> None:
    london = frozenset({"Europe/London"})
    file = PersonFile(
        person="P2",
        addresses=(Address(country="GB", zones=london),),
        numbers=(NumberOnFile(number=NUMBER, kind=NumberKind.LANDLINE, zones=london),),
        debts=(Debt(debt="D1"),),
        history=(
            HistoryEntry(
                entry="H1",
                at=NOON - timedelta(days=2),
                event=EventKind.CALL_PLACED,
                outcome=Outcome.CONVERSATION,
                debts=("D1",),
                number=NUMBER,
            ),
        ),
    )
    proposed = Proposed(number=NUMBER, debts=("D1",))
    assert judge_contact(file, proposed, at=NOON).lawful
    assert not judge_contact(replace(file, addresses=ADA.addresses), proposed, at=NOON).lawful
    assert not judge_contact(file, proposed, at=NOON + timedelta(hours=6)).lawful
