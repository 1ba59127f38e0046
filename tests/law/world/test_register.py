"""From where a person may be to the law that is asked, through the tables and the register."""

from datetime import date

import pytest

from compliance_gate.asking.person_index import PreparedPerson
from compliance_gate.book.reader import LawError
from compliance_gate.book.register.signatures import Signature, read_signatures, write_signatures
from compliance_gate.book.shipped import SAMPLE_SIGNER, sample_rulebook, standard_rulebook
from compliance_gate.request import Address, Debt, NumberOnFile, PersonFile
from compliance_gate.whereabouts import packaged_tables, regions_of_number, zones_of_number

TABLES = packaged_tables()
REGISTER = sample_rulebook().register


def coverage_of(file: PersonFile) -> tuple[set[str], tuple[str, ...]]:
    places = PreparedPerson(file).places(1_790_000_000)
    found = REGISTER.coverage(sorted(places, key=repr))
    return set(found.packs), found.absent


def known_by_number(number: str) -> PersonFile:
    on_file = NumberOnFile(
        number=number, zones=zones_of_number(number, TABLES), regions=regions_of_number(number, TABLES)
    )
    return PersonFile(person="P1", numbers=(on_file,), debts=(Debt(debt="D1"),))


@pytest.mark.parametrize(
    ("number", "packs"),
    [
        ("+17185550123", {"US-federal", "US-NY", "US-NY-NYC"}),
        ("+12025550123", {"US-federal", "US-DC"}),
        ("+16175550123", {"US-federal", "US-MA"}),
        ("+14165550123", {"CA-ON", "CA-CRTC", "CA-federal-bank"}),
        ("+61292550123", {"AU"}),
        ("+447700900123", {"GB"}),
        ("+551130123456", {"BR-SP"}),
        ("+525512345678", {"MX"}),
        ("+353871234567", {"IE"}),
        ("+33123456789", {"FR"}),
        ("+919812345678", {"IN"}),
        ("+27111234567", {"ZA"}),
    ],
)
def test_number_alone_leads_to_the_law_of_its_place(number: str, packs: set[str]) -> None:
    assert coverage_of(known_by_number(number)) == (packs, ())


@pytest.mark.parametrize("number", ["+12045550123", "+19025550123", "+553130123456", "+493012345678"])
def test_place_without_verified_law_is_absent(number: str) -> None:
    packs, absent = coverage_of(known_by_number(number))
    assert packs == set()
    assert absent


def test_military_mail_has_no_law_that_could_be_asked() -> None:
    _, absent = coverage_of(PersonFile(person="P1", addresses=(Address(country="US", region="AE"),)))
    assert absent == ("US-AE",)


@pytest.mark.parametrize(
    ("city", "binds"), [("Ridgewood", True), ("brooklyn", True), (None, True), ("Albany", False)]
)
def test_city_of_new_york_is_known_by_every_name_the_mail_uses(city: str | None, binds: bool) -> None:
    packs, absent = coverage_of(
        PersonFile(person="P1", addresses=(Address(country="US", region="NY", city=city),))
    )
    assert ("US-NY-NYC" in packs) is binds
    assert absent == ()


def test_places_of_federal_law_only_deny_until_somebody_signs() -> None:
    """No placeholder stands in for a person: as it comes, the register covers nobody in Ohio."""
    unsigned = standard_rulebook().register
    ohio = PreparedPerson(PersonFile(person="P1", addresses=(Address(country="US", region="OH"),)))
    places = sorted(ohio.places(1_790_000_000), key=repr)

    assert unsigned.coverage(places).absent == ("US-OH: federal law only, and nobody has signed for it",)
    assert unsigned.coverage(places).packs == ()
    word = Signature(place="US-OH", signed_by="Jane Roe, compliance officer", dated=date(2026, 11, 22))
    signed = standard_rulebook().signed([word])
    found = signed.register.coverage(places)
    assert (found.packs, found.absent) == (("US-federal",), ())
    says = "federal law only, signed by Jane Roe, compliance officer on 2026-11-22"
    assert dict(found.facts)["US-OH"] == says
    assert signed.hash != standard_rulebook().hash


def test_a_number_of_an_unknown_state_needs_every_signature() -> None:
    """A person of whom only the country is known may be in any state, signed for or not."""
    word = Signature(place="US-OH", signed_by="Jane Roe", dated=date(2026, 11, 22))
    anywhere = PersonFile(person="P1", addresses=(Address(country="US"),))
    places = sorted(PreparedPerson(anywhere).places(1_790_000_000), key=repr)

    absent = standard_rulebook().signed([word]).register.coverage(places).absent
    assert any(name.startswith("US-TX") for name in absent)
    assert not any(name.startswith("US-OH") for name in absent)


def test_the_sample_says_that_nobody_signed() -> None:
    ohio = REGISTER.entry("US-OH")
    assert ohio is not None
    assert ohio.signed_by == SAMPLE_SIGNER
    assert "nobody" in SAMPLE_SIGNER


@pytest.mark.parametrize("place", ["US-DC", "US-ZZ"])
def test_only_drafts_and_places_of_federal_law_only_are_signed_for(place: str) -> None:
    word = Signature(place=place, signed_by="Jane Roe", dated=date(2026, 11, 22))
    with pytest.raises(LawError, match=place):
        standard_rulebook().signed([word])


@pytest.mark.parametrize(
    "text",
    [
        "signatures: [{place: US-OH, signed_by: '  ', dated: 2026-11-22}]",
        "signatures: [{place: US-OH, dated: 2026-11-22}]",
        "signatures: [{place: US-OH, signed_by: Jane Roe}]",
        "signatures: [{place: US-OH, signed_by: A, dated: 2026-11-22}, "
        "{place: US-OH, signed_by: B, dated: 2026-11-22}]",
        "signatures: [",
    ],
)
def test_a_signature_has_a_name_and_a_day(text: str) -> None:
    with pytest.raises(LawError):
        read_signatures("signed.yaml", text)


def test_signatures_are_read_as_they_were_written() -> None:
    words = (
        Signature(place="US-OH", signed_by="Jane Roe: chief, compliance", dated=date(2026, 11, 22)),
        Signature(place="US-TX", signed_by="Zoë", dated=date(2026, 1, 2)),
    )
    assert read_signatures("signed.yaml", write_signatures(words)) == words


def test_a_draft_denies_until_somebody_answers_for_it_by_name() -> None:
    """What could be read of Nevada's law is asked only under a signature; alone it covers nobody."""
    nevada = PreparedPerson(PersonFile(person="P1", addresses=(Address(country="US", region="NV"),)))
    places = sorted(nevada.places(1_790_000_000), key=repr)

    absent = standard_rulebook().register.coverage(places).absent
    assert absent == ("US-NV: its own law was not read whole, and nobody has signed for it",)
    word = Signature(place="US-NV", signed_by="Jane Roe", dated=date(2026, 11, 30))
    found = standard_rulebook().signed([word]).register.coverage(places)
    assert (found.packs, found.absent) == (("US-NV", "US-federal"), ())
    assert dict(found.facts)["US-NV"] == "its own law was not read whole, signed by Jane Roe on 2026-11-30"
