"""A person's file made ready: in order of time, whatever order it came in; where they may be."""

from datetime import UTC, date, datetime, timedelta

import pytest

from compliance_gate.asking.person_index import PreparedPerson
from compliance_gate.request import Address, HistoryEntry, KnownLocation, NumberOnFile, PersonFile
from compliance_gate.words import EventKind, NumberKind, NumberRole, Outcome

NOON = datetime(2026, 6, 10, 16, tzinfo=UTC)
BRITISH = {"Europe/London", "Europe/Jersey", "Europe/Guernsey", "Europe/Isle_of_Man"}
NEW_YORK = Address(country="US", region="NY", zones=frozenset({"America/New_York"}))


def entry(name: str, minute: int) -> HistoryEntry:
    return HistoryEntry(
        entry=name,
        at=NOON + timedelta(minutes=minute),
        event=EventKind.CALL_PLACED,
        outcome=Outcome.NO_ANSWER,
    )


def zones(file: PersonFile) -> set[str]:
    return {zone.name for zone in PreparedPerson(file).zone_set(int(NOON.timestamp())).zones}


def order(person: PreparedPerson) -> list[str]:
    return [event.entry.entry for event in person.events(0, len(person.times))]


@pytest.mark.parametrize("minutes", [(1, 2, 3), (2, 1, 3), (1, 3, 2), (3, 1, 2), (3, 2, 1)])
def test_what_happened_is_in_order_of_time(minutes: tuple[int, ...]) -> None:
    """Two neighbours the wrong way round are enough to put it in order."""
    history = tuple(entry(str(minute), minute) for minute in minutes)
    person = PreparedPerson(PersonFile(person="P", addresses=(NEW_YORK,), history=history))
    assert order(person) == ["1", "2", "3"]
    assert person.times == sorted(person.times)


@pytest.mark.parametrize(("minute", "place"), [(0, 0), (2, 1), (3, 2), (5, 2), (6, 2)])
def test_what_is_heard_later_stands_where_it_happened(minute: int, place: int) -> None:
    """Before the last, between two, or at the very second of another."""
    known = (entry("first", 1), entry("second", 3))
    person = PreparedPerson(PersonFile(person="P", addresses=(NEW_YORK,), history=known))
    assert order(person) == ["first", "second"]
    more = person.with_entry(entry("x", minute))
    assert order(more)[place] == "x"
    assert more.times == sorted(more.times)
    assert len(more.times) == 3


def test_of_two_in_one_second_the_name_decides_only_where_order_is_to_be_made() -> None:
    history = (entry("b", 1), entry("a", 1), entry("c", 0))
    person = PreparedPerson(PersonFile(person="P", addresses=(NEW_YORK,), history=history))
    assert order(person) == ["c", "a", "b"]


def test_somebody_of_whom_nothing_is_known_may_be_anywhere_in_the_numbers_country() -> None:
    """No address, no zone of the number: every zone of its country."""
    number = NumberOnFile(
        number="+18005550100", kind=NumberKind.TOLL_FREE, role=NumberRole.OWN, zones=None, country="GB"
    )
    assert zones(PersonFile(person="P", addresses=(), numbers=(number,))) == BRITISH


def test_a_number_without_zone_is_where_the_one_address_says_and_anywhere_if_there_are_two() -> None:
    """One country on file is the number's too; of two nobody knows which."""
    number = NumberOnFile(number="n1", kind=NumberKind.UNKNOWN, role=NumberRole.OWN, zones=None)
    london = Address(country="GB", zones=frozenset({"Europe/London"}))
    assert zones(PersonFile(person="P", addresses=(london,), numbers=(number,))) == BRITISH
    assert zones(PersonFile(person="P", addresses=(london, NEW_YORK), numbers=(number,))) == set()


@pytest.mark.parametrize(
    ("country", "until", "days", "known"),
    [
        ("FR", None, 0, {"FR"}),
        (None, None, 0, set[str]()),
        ("FR", NOON.date(), 0, {"FR"}),
        ("FR", NOON.date(), 1, set[str]()),
    ],
)
def test_the_law_of_where_they_are_known_to_be_protects_them_too(
    country: str | None, until: date | None, days: int, known: set[str]
) -> None:
    """On a journey, to its last day; a place without a country has no law that is known."""
    here = KnownLocation(country=country, zones=frozenset({"Europe/Paris"}), until=until)
    person = PreparedPerson(PersonFile(person="P", addresses=(NEW_YORK,), known_location=here))
    at = int((NOON + timedelta(days=days)).timestamp())
    assert {place.country for place in person.places(at)} == {"US"} | known
