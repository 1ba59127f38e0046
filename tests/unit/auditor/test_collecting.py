"""The second reading of licences and of recording, and that both readings agree place by place."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.asking.person_index import ContactRequest, PreparedPerson
from compliance_gate.auditor import AuditedCollector, AuditedLicence, AuditedPerson, Proposal, Reading, judge
from compliance_gate.auditor.collecting import ALL_MUST_AGREE, ALL_MUST_KNOW, DEMANDED, ONE_IS_ENOUGH
from compliance_gate.book.rulebook import Rulebook
from compliance_gate.book.shipped import sample_rulebook, standard_rulebook
from compliance_gate.call_handling import CallRecording
from compliance_gate.request import Address, Debt, NumberOnFile, PersonFile, ProposedContact
from compliance_gate.rules.call_recording import CallRecordingRule
from compliance_gate.rules.licence import LicenceRule
from compliance_gate.told.second_reading import collector_of, judge_contact

NOON = datetime(2026, 12, 1, 17, 30, tzinfo=UTC)
EASTERN = frozenset({"America/New_York"})
STATES = sorted({place for place in (*ALL_MUST_AGREE, *ALL_MUST_KNOW, *ONE_IS_ENOUGH)})


def file_in(place: str) -> PersonFile:
    return PersonFile(
        person="P1",
        addresses=(Address(country="US", region=place[3:5], city="Elsewhere", zones=EASTERN),),
        numbers=(NumberOnFile(number="N", zones=EASTERN),),
        debts=(Debt(debt="D1"),),
    )


def audited(place: str, book: Rulebook, taped: str | None = None) -> set[str]:
    reading = Reading(house=None, collector=collector_of(book))
    proposed = ProposedContact(number="N", debts=("D1",))
    judgement = judge_contact(file_in(place), proposed, at=NOON, reading=reading, taped=taped)
    return {reason.rule for reason in judgement.reasons} & {"licence", "taping"}


def may_record(place: str, book: Rulebook) -> CallRecording | None:
    request = ContactRequest(
        person=PreparedPerson(file_in(place)), proposed=ProposedContact(number="N", debts=("D1",))
    )
    clearance = ComplianceGate(book).evaluate(request, at=NOON).clearance
    return None if clearance is None else clearance.handling.recording


def test_both_readings_know_the_same_demands_and_the_same_parties() -> None:
    rules = standard_rulebook().placed
    demanded = {
        rule.place: (rule.demands.value, rule.bond_cents // 100)
        for rule in rules
        if isinstance(rule, LicenceRule) and rule.is_demand and rule.place.startswith("US-")
    }
    assert demanded == DEMANDED
    told = {rule.place: rule.told for rule in rules if isinstance(rule, CallRecordingRule)}
    for places, word in (
        (ONE_IS_ENOUGH, CallRecording.FREELY),
        (ALL_MUST_KNOW, CallRecording.AFTER_NOTICE),
        (ALL_MUST_AGREE, CallRecording.AFTER_CONSENT),
    ):
        assert {told[place] for place in places} == {word}


@pytest.mark.parametrize("place", STATES)
def test_what_the_gate_lets_be_recorded_the_auditor_finds_lawful_and_nothing_looser(place: str) -> None:
    book = sample_rulebook()
    allowed = {
        CallRecording.FREELY: {"untold", "told", "agreed"},
        CallRecording.AFTER_NOTICE: {"told", "agreed"},
        CallRecording.AFTER_CONSENT: {"agreed"},
    }
    may = may_record(place, book)
    assert may is not None
    for taped in ("untold", "told", "agreed"):
        assert ("taping" not in audited(place, book, taped)) is (taped in allowed[may]), (place, taped)
    assert audited(place, book) == set()


def test_a_planted_recording_where_nobody_signed_is_found() -> None:
    book = sample_rulebook().signed(())
    assert "taping" in audited("US-NY", book, "told")
    assert "taping" not in audited("US-NY", book, "agreed")


@pytest.mark.parametrize(
    ("expires", "bond", "found"),
    [
        (date(2026, 12, 1), 10_000.0, set[str]()),
        (date(2026, 11, 30), 10_000.0, {"licence"}),
        (date(2026, 12, 1), 9_999.99, {"licence"}),
    ],
)
def test_a_planted_call_without_a_licence_in_force_is_found(
    expires: date, bond: float, found: set[str]
) -> None:
    held = AuditedLicence(place="US-TX", kind="bond", since=date(2020, 1, 1), expires=expires, bond=bond)
    collector = AuditedCollector(places=frozenset({"US-TX"}), licences=(held,))
    person = AuditedPerson(person="P1", regions=frozenset({"US-TX"}), address_zones=(EASTERN,))
    reading = Reading(house=None, collector=collector)
    judged = judge(person, Proposal(at=NOON, number="N"), reading)
    assert {reason.rule for reason in judged.reasons} & {"licence"} == found
    ohio = judge(replace(person, regions=frozenset({"US-OH"})), Proposal(at=NOON, number="N"), reading)
    assert "licence" in {reason.rule for reason in ohio.reasons}
