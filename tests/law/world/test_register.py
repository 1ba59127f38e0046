"""From where a person may be to the law that is asked, through the tables and the register."""

import pytest

from compliance_gate.library import standard_rulebook
from compliance_gate.prepared import PreparedPerson
from compliance_gate.request import Address, Debt, NumberOnFile, PersonFile
from compliance_gate.whereabouts import packaged_tables, regions_of_number, zones_of_number

TABLES = packaged_tables()
REGISTER = standard_rulebook().register


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
        ("+17185550123", {"US-federal", "US-NY-NYC"}),
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


@pytest.mark.parametrize("number", ["+16045550123", "+19025550123", "+553130123456", "+493012345678"])
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
