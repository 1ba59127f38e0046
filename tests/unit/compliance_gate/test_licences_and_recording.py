"""Who may collect where, and whether a call may be recorded, at the person's place and the collector's."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

import pytest

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.asking.person_index import ContactRequest, PreparedPerson
from compliance_gate.book.holdings import (
    NO_HOLDINGS,
    Entity,
    EntityKind,
    Holdings,
    Licence,
    LicenceKind,
    ending,
    read_holdings,
    write_holdings,
)
from compliance_gate.book.kept import made_again
from compliance_gate.book.reader import LawError
from compliance_gate.book.register.signatures import (
    Signature,
    Subject,
    read_signatures,
    write_signatures,
)
from compliance_gate.book.rulebook import Rulebook, load_rulebook
from compliance_gate.book.shipped import SAMPLE_HOLDER, sample_rulebook, standard_rulebook
from compliance_gate.book.sources import write_sources
from compliance_gate.call_handling import (
    CallHandling,
    CallRecording,
    Duty,
    Term,
    broken,
    stricter,
    strictest_recording,
)
from compliance_gate.findings import GateDecision
from compliance_gate.request import Address, Debt, NumberOnFile, PersonFile, ProposedContact
from compliance_gate.rules.call_recording import CallRecordingRule
from compliance_gate.rules.licence import LicenceRule
from compliance_gate.words import Action, CollectorType, NumberKind, NumberRole

EASTERN = frozenset({"America/New_York"})
REGISTER = """
jurisdictions:
""" + "".join(
    f"  - {{name: US-{region}, country: US, region: {region}, status: draft, packs: [P], extent: e, "
    "checked: c, checked_on: 2026-01-01}\n"
    for region in ("AA", "BB", "CC")
)
PLAIN = """
pack: P
title: t
rules:
  - {rule: plain, kind: pause, what: w, unit: u, citation: c, checked: memory, checked_on: 2026-01-01,
     effective: {from: 2000-01-01}, values: {calls: all, per: person, hours: 1}}
"""
OF = {
    "licences": ("licence", "licences"),
    "call-recording": ("call_recording", "calls"),
}


def pack(name: str, rules: Iterable[tuple[str, str, str]]) -> str:
    """A pack of rules of places: `(place, values, checked)`."""
    kind, unit = OF[name]
    told = "".join(
        f"  - {{rule: {place.lower()}-{kind}, kind: {kind}, what: w, unit: {unit}, citation: c {place}, "
        f"checked: {checked}, checked_on: 2026-01-01, effective: {{from: 2000-01-01}}, "
        f"values: {{place: {place}, {values}}}}}\n"
        for place, values, checked in rules
    )
    return f"pack: {name}\ntitle: t\nrules:\n{told}"


def book_of(
    *,
    licences: Iterable[tuple[str, str, str]] = (),
    recording: Iterable[tuple[str, str, str]] = (),
    holdings: Holdings = NO_HOLDINGS,
    signed: Iterable[tuple[str, Subject]] = (),
) -> Rulebook:
    law = [("p.yaml", PLAIN)]
    if given := tuple(licences):
        law.append(("licences.yaml", pack("licences", given)))
    if given := tuple(recording):
        law.append(("recording.yaml", pack("call-recording", given)))
    book = load_rulebook(law, [("r.yaml", REGISTER)]).holding(holdings)
    answered = [*((entry.name, Subject.LAW) for entry in book.register.entries), *signed]
    return book.signed(
        Signature(place=place, subject=subject, signed_by="Jane Roe", dated=date(2026, 2, 1))
        for place, subject in answered
    )


def decided(book: Rulebook, region: str, at: datetime | None = None, **proposed: object) -> GateDecision:
    file = PersonFile(
        person="P1",
        addresses=(Address(country="US", region=region, zones=EASTERN),),
        numbers=(NumberOnFile(number="N", kind=NumberKind.MOBILE, role=NumberRole.OWN, zones=EASTERN),),
        debts=(Debt(debt="D1"),),
    )
    contact = ProposedContact(**{"number": "N", "debts": ("D1",), **proposed})  # type: ignore[arg-type]
    request = ContactRequest(person=PreparedPerson(file), proposed=contact)
    return ComplianceGate(book).evaluate(request, at=at or datetime(2026, 12, 1, 17, tzinfo=UTC))


def handling(decision: GateDecision) -> CallHandling:
    assert decision.clearance is not None
    return decision.clearance.handling


def acme(*licences: Licence, places: tuple[str, ...] = ("US-AA",), **more: object) -> Holdings:
    entity = Entity(entity="acme", title="Acme", kind=EntityKind.AGENCY, places=places, **more)  # type: ignore[arg-type]
    return Holdings(entities=(entity,), licences=licences)


def licence(place: str = "US-BB", **more: object) -> Licence:
    given: dict[str, object] = {
        "entity": "acme",
        "place": place,
        "kind": LicenceKind.LICENCE,
        "number": "L-1",
        "since": date(2026, 1, 1),
        "expires": date(2026, 11, 30),
        **more,
    }
    return Licence(**given)  # type: ignore[arg-type]


# --- recording -------------------------------------------------------------------------------------------

ONE_AND_ALL = (
    ("US-AA", "may: freely", "primary"),
    ("US-BB", "may: after_notice", "primary"),
    ("US-CC", "may: never", "primary"),
)


@pytest.mark.parametrize(
    ("region", "places", "may"),
    [
        ("AA", ("US-AA",), CallRecording.FREELY),
        ("BB", ("US-AA",), CallRecording.AFTER_NOTICE),
        ("AA", ("US-BB",), CallRecording.AFTER_NOTICE),
        ("AA", ("US-AA", "US-BB"), CallRecording.AFTER_NOTICE),
        ("AA", ("US-CC",), CallRecording.NEVER),
        ("BB", ("US-CC",), CallRecording.NEVER),
    ],
)
def test_the_stricter_of_where_the_person_is_and_where_it_is_recorded(
    region: str, places: tuple[str, ...], may: CallRecording
) -> None:
    book = book_of(recording=ONE_AND_ALL, holdings=acme(places=places))
    assert handling(decided(book, region)).recording is may


def test_who_may_be_in_two_places_is_recorded_as_the_stricter_says() -> None:
    book = book_of(recording=ONE_AND_ALL, holdings=acme())
    file = PersonFile(
        person="P1",
        addresses=(
            Address(country="US", region="AA", zones=EASTERN),
            Address(country="US", region="BB", zones=EASTERN),
        ),
        numbers=(NumberOnFile(number="N", kind=NumberKind.MOBILE, zones=EASTERN),),
        debts=(Debt(debt="D1"),),
    )
    request = ContactRequest(person=PreparedPerson(file), proposed=ProposedContact(number="N", debts=("D1",)))
    decision = ComplianceGate(book).evaluate(request, at=datetime(2026, 12, 1, 17, tzinfo=UTC))
    assert handling(decision).recording is CallRecording.AFTER_NOTICE


def test_where_nobody_says_where_the_agents_sit_the_strictest_is_taken() -> None:
    assert handling(decided(book_of(recording=ONE_AND_ALL), "AA")).recording is CallRecording.AFTER_CONSENT
    known = book_of(recording=ONE_AND_ALL, holdings=acme())
    assert handling(decided(known, "AA")).recording is CallRecording.FREELY
    assert handling(decided(known, "AA", entity="stranger")).recording is CallRecording.AFTER_CONSENT


@pytest.mark.parametrize(
    ("told", "unsigned", "signed"),
    [
        ("freely", CallRecording.AFTER_CONSENT, CallRecording.FREELY),
        ("with_beep", CallRecording.AFTER_CONSENT, CallRecording.WITH_BEEP),
        ("after_notice", CallRecording.AFTER_CONSENT, CallRecording.AFTER_NOTICE),
        ("after_consent", CallRecording.AFTER_CONSENT, None),
        ("never", CallRecording.NEVER, None),
    ],
)
def test_what_was_not_read_may_only_forbid_until_somebody_answers_for_it(
    told: str, unsigned: CallRecording, signed: CallRecording | None
) -> None:
    rules = (("US-AA", f"may: {told}", "secondary"),)
    plain = book_of(recording=rules, holdings=acme())
    assert handling(decided(plain, "AA")).recording is unsigned
    if signed is None:
        with pytest.raises(LawError, match="nothing there is left"):
            book_of(recording=rules, signed=[("US-AA", Subject.RECORDING)])
        return
    answered = book_of(recording=rules, holdings=acme(), signed=[("US-AA", Subject.RECORDING)])
    decision = decided(answered, "AA")
    assert handling(decision).recording is signed
    (finding,) = [each for each in decision.findings if each.rule == "us-aa-call_recording"]
    assert dict(finding.facts)["signed by"] == "Jane Roe on 2026-02-01"
    assert answered.hash != plain.hash


def test_the_place_that_nobody_looked_for_asks_for_consent() -> None:
    decision = decided(book_of(recording=ONE_AND_ALL[:1], holdings=acme()), "BB")
    assert handling(decision).recording is CallRecording.AFTER_CONSENT
    (finding,) = [each for each in decision.findings if each.rule == "us-bb-recording"]
    assert finding.facts == (("may be recorded", "after consent at US-BB"),)


def test_only_calls_can_be_recorded() -> None:
    book = book_of(recording=ONE_AND_ALL, holdings=acme())
    decision = decided(book, "BB", action=Action.SEND_LETTER, number=None)
    assert not any("recording" in finding.rule for finding in decision.findings)
    assert handling(decision).recording is None


def test_words_of_recording_are_in_order_of_strictness() -> None:
    assert sorted(CallRecording, key=lambda word: word.strictness) == list(CallRecording)
    assert strictest_recording([]) is CallRecording.FREELY
    both = stricter(
        CallHandling(recording=CallRecording.AFTER_NOTICE), CallHandling(recording=CallRecording.WITH_BEEP)
    )
    assert both == CallHandling(recording=CallRecording.AFTER_NOTICE)
    term = Term(duty=Duty.RECORDING, value=CallRecording.AFTER_NOTICE, rule="r", citation="c", is_law=True)
    assert broken([term], {Duty.RECORDING: CallRecording.WITH_BEEP}) == (
        "recording is with beep; r (law) asks for after notice [c]",
    )
    assert broken([term], {Duty.RECORDING: CallRecording.AFTER_NOTICE}) == ()


def test_every_state_and_the_district_has_a_word_and_none_of_it_is_loose_unread() -> None:
    """Thirteen all-party places, twenty-nine of one party, nine not established."""
    rules = [rule for rule in standard_rulebook().placed if isinstance(rule, CallRecordingRule)]
    told = [rule for rule in rules if rule.place.startswith("US-") and rule.header.citation[:8] != "Register"]
    assert len(told) == 51
    assert sum(rule.told is CallRecording.FREELY for rule in told) == 29
    assert sum(rule.header.checked.value == "memory" for rule in told) == 9
    for rule in rules:
        assert rule.header.checked.value == "primary" or rule.may.strictness >= 3, rule.place


# --- licences --------------------------------------------------------------------------------------------

DEMANDED = (
    ("US-AA", "demands: nothing", "primary"),
    ("US-BB", "demands: licence", "secondary"),
    ("US-CC", "demands: nothing", "secondary"),
)


def denied_by(decision: GateDecision) -> dict[str, list[str]]:
    return {finding.rule: [value for _name, value in finding.facts] for finding in decision.denials}


@pytest.mark.parametrize(
    ("at", "lacking"),
    [
        (datetime(2026, 12, 1, 4, 59, 59, tzinfo=UTC), None),
        (datetime(2026, 12, 1, 5, 0, 0, tzinfo=UTC), "L-1 of acme expired after 2026-11-30"),
        (datetime(2026, 1, 1, 4, 59, 59, tzinfo=UTC), "L-1 of acme begins on 2026-01-01"),
        (datetime(2026, 1, 1, 5, 0, 0, tzinfo=UTC), None),
    ],
)
def test_a_licence_holds_from_its_first_local_day_to_the_end_of_its_last(
    at: datetime, lacking: str | None
) -> None:
    book = book_of(licences=DEMANDED, holdings=acme(licence()))
    decision = decided(book, "BB", at)
    if lacking is None:
        assert decision.is_allowed
        (finding,) = [each for each in decision.findings if each.rule == "us-bb-licence"]
        assert finding.facts == (("held", "licence L-1 of acme, until 2026-11-30"),)
    else:
        assert denied_by(decision) == {"us-bb-licence": ["licence at US-BB", lacking]}
        begins = datetime(2026, 1, 1, 5, tzinfo=UTC) if "begins" in lacking else None
        assert decision.retry_at == begins


def test_without_one_or_without_a_collector_it_denies_and_says_so() -> None:
    assert denied_by(decided(book_of(licences=DEMANDED, holdings=acme()), "BB")) == {
        "us-bb-licence": ["licence at US-BB", "acme has none at US-BB"]
    }
    assert denied_by(decided(book_of(licences=DEMANDED), "BB")) == {
        "us-bb-licence": ["licence at US-BB", "who collects is not among the collectors"]
    }
    registered = acme(licence(kind=LicenceKind.REGISTRATION))
    assert not decided(book_of(licences=DEMANDED, holdings=registered), "BB").is_allowed


def test_the_place_of_the_agents_is_asked_as_the_person_s_is() -> None:
    from_bb = acme(places=("US-BB",))
    assert list(denied_by(decided(book_of(licences=DEMANDED, holdings=from_bb), "AA"))) == ["us-bb-licence"]
    licensed = acme(licence(expires=date(2027, 1, 1)), places=("US-BB",))
    assert decided(book_of(licences=DEMANDED, holdings=licensed), "AA").is_allowed


def test_who_is_not_said_to_collect_may_be_each_of_them() -> None:
    beta = Entity(entity="beta", title="Beta", kind=EntityKind.CREDITOR_OWN_NAME, places=("US-AA",))
    held = acme(licence(expires=date(2027, 1, 1)))
    both = Holdings(entities=(*held.entities, beta), licences=held.licences)
    book = book_of(licences=DEMANDED, holdings=both)
    assert decided(book, "BB", entity="acme").is_allowed
    assert denied_by(decided(book, "BB", entity="beta"))["us-bb-licence"][1] == "beta has none at US-BB"
    assert denied_by(decided(book, "BB"))["us-bb-licence"][1] == "beta has none at US-BB"
    assert not decided(book, "BB", entity="gamma").is_allowed


def test_that_none_is_demanded_must_have_been_read_or_be_signed_for() -> None:
    assert decided(book_of(licences=DEMANDED, holdings=acme()), "AA").is_allowed
    unread = denied_by(decided(book_of(licences=DEMANDED, holdings=acme()), "CC"))
    assert unread == {"us-cc-licence": ["nothing at US-CC; not read, and nobody has signed for it"]}
    signed = book_of(licences=DEMANDED, holdings=acme(), signed=[("US-CC", Subject.LICENCE)])
    assert decided(signed, "CC").is_allowed
    with pytest.raises(LawError, match=r"US-BB \(licence\): nothing there is left"):
        book_of(licences=DEMANDED, signed=[("US-BB", Subject.LICENCE)])


def test_where_nobody_looked_it_denies_until_a_licence_is_held_or_somebody_signs() -> None:
    rules = DEMANDED[:2]
    said = "not looked for at US-CC; not read, and nobody has signed for it"
    assert denied_by(decided(book_of(licences=rules, holdings=acme()), "CC")) == {"us-cc-licence": [said]}
    held = acme(licence("US-CC", kind=LicenceKind.REGISTRATION, expires=date(2027, 1, 1)))
    assert decided(book_of(licences=rules, holdings=held), "CC").is_allowed
    signed = book_of(licences=rules, holdings=acme(), signed=[("US-CC", Subject.LICENCE)])
    assert decided(signed, "CC").is_allowed


def test_a_collector_who_is_spared_must_have_been_read_to_be_or_be_signed_for() -> None:
    rules = (DEMANDED[0], ("US-BB", "demands: licence, spares: [bank]", "secondary"))
    plain = book_of(licences=rules, holdings=acme())
    bank = decided(plain, "BB", collector_type=CollectorType.BANK)
    assert denied_by(bank)["us-bb-licence"][0].endswith("not of bank; not read, and nobody has signed for it")
    signed = book_of(licences=rules, holdings=acme(), signed=[("US-BB", Subject.LICENCE)])
    assert decided(signed, "BB", collector_type=CollectorType.BANK).is_allowed
    assert not decided(signed, "BB").is_allowed


@pytest.mark.parametrize(
    ("cents", "ends", "allowed"),
    [
        (500_000, date(2026, 12, 1), True),
        (499_999, date(2026, 12, 1), False),
        (500_000, date(2026, 11, 30), False),
        (500_000, None, True),
    ],
)
def test_the_bond_must_be_large_enough_and_in_force(cents: int, ends: date | None, allowed: bool) -> None:
    rules = (DEMANDED[0], ("US-BB", "demands: licence, bond_cents: 500000", "primary"))
    held = licence(expires=date(2027, 1, 1), bond_cents=cents, bond_expires=ends)
    decision = decided(book_of(licences=rules, holdings=acme(held)), "BB")
    assert decision.is_allowed is allowed
    if not allowed:
        assert denied_by(decision)["us-bb-licence"][1] == "acme has no bond of 5,000.00 in force at US-BB"


def test_where_each_branch_needs_one_every_branch_is_asked_for() -> None:
    rules = (DEMANDED[0], ("US-BB", "demands: licence, each_branch: true", "primary"))
    dallas = licence(expires=date(2027, 1, 1), branch="Dallas")
    austin = licence(expires=date(2027, 1, 1), branch="Austin", number="L-2")
    one = acme(dallas, branches=("Dallas", "Austin"))
    assert denied_by(decided(book_of(licences=rules, holdings=one), "BB"))["us-bb-licence"][1] == (
        "acme (Austin) has none at US-BB"
    )
    both = acme(dallas, austin, branches=("Dallas", "Austin"))
    assert decided(book_of(licences=rules, holdings=both), "BB").is_allowed


def test_letters_need_a_licence_as_calls_do() -> None:
    book = book_of(licences=DEMANDED, holdings=acme())
    assert not decided(book, "BB", action=Action.SEND_LETTER, number=None).is_allowed


def test_every_place_of_the_register_is_answered_for() -> None:
    book = standard_rulebook()
    for kind in (LicenceRule, CallRecordingRule):
        told = {rule.place for rule in book.placed if isinstance(rule, kind)}
        left = [e.name for e in book.register.entries if not e.cities and not {e.name, e.country} & told]
        assert left == []


def test_the_sample_is_licensed_by_name_of_being_a_sample() -> None:
    book = sample_rulebook()
    assert [entity.title for entity in book.holdings.entities] == [SAMPLE_HOLDER]
    assert {each.number.partition("-")[0] for each in book.holdings.licences} == {"SAMPLE"}
    assert standard_rulebook().holdings == NO_HOLDINGS


# --- what is kept ----------------------------------------------------------------------------------------


def test_holdings_and_signatures_are_read_as_they_were_written() -> None:
    held = acme(
        licence(bond_cents=500_000, bond_expires=date(2026, 6, 30), branch="Dallas", desk_names=("J. Doe",)),
        branches=("Dallas",),
        desk_names=("J. Doe",),
    )
    assert read_holdings("h", write_holdings(held)) == held
    assert write_holdings(NO_HOLDINGS) == ""
    assert read_holdings("h", "") == NO_HOLDINGS
    words = (
        Signature(place="US-AA", signed_by="J", dated=date(2026, 1, 1)),
        Signature(place="US-AA", signed_by="J", dated=date(2026, 1, 1), subject=Subject.LICENCE),
    )
    assert read_signatures("s", write_signatures(words)) == words


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("collectors: [{entity: a, title: A, kind: agency}]", "say where its agents sit"),
        ("collectors: [{entity: a, title: A, kind: shop, places: [US-TX]}]", "unknown word 'shop'"),
        (
            "licences: [{entity: a, place: US-TX, kind: bond, number: '1', from: 2026-01-01, "
            "expires: 2027-01-01}]",
            "who is no collector there",
        ),
        (
            "collectors: [{entity: a, title: A, kind: agency, places: [US-TX]}]\n"
            "licences: [{entity: a, place: US-TX, kind: bond, number: '1', from: 2026-01-02, "
            "expires: 2026-01-01}]",
            "expires before it begins",
        ),
        ("collectors: [", "not readable as YAML"),
    ],
)
def test_holdings_that_make_no_sense_are_refused(text: str, says: str) -> None:
    with pytest.raises(LawError, match=says):
        read_holdings("h.yaml", text)


def test_the_rulebook_of_a_day_is_made_again_with_its_licences() -> None:
    held = acme(licence())
    book = standard_rulebook().holding(held)
    again = made_again(book.hash, text=book.text, sources=write_sources(book.sources))
    assert (again.book.hash, again.book.holdings) == (book.hash, held)
    assert book.hash not in (standard_rulebook().hash, sample_rulebook().hash)


@pytest.mark.parametrize(("day", "told"), [(date(2026, 9, 1), False), (date(2026, 9, 2), True)])
def test_a_licence_is_told_ninety_days_before_it_ends(day: date, told: bool) -> None:
    # 90 days before the last of November is the first of September, plus one.
    held = acme(licence(expires=date(2026, 12, 1)))
    assert bool([*ending(held, on=day, within_days=90)]) is told


def test_a_licence_that_another_follows_is_not_told_and_a_bond_that_ends_is() -> None:
    followed = acme(licence(), licence(number="L-2", since=date(2026, 12, 1), expires=date(2027, 11, 30)))
    assert [*ending(followed, on=date(2026, 11, 1), within_days=90)] == []
    bonded = acme(licence(expires=date(2028, 1, 1), bond_cents=1, bond_expires=date(2026, 12, 1)))
    assert len([*ending(bonded, on=date(2026, 11, 1), within_days=90)]) == 1
