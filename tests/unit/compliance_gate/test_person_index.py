"""A person's file made ready: in order of time, whatever order it came in; where they may be."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from compliance_gate.asking.past import CONVERSATIONS, event_code
from compliance_gate.asking.person_index import PreparedPerson
from compliance_gate.book.register import Place
from compliance_gate.request import (
    Address,
    Consent,
    Debt,
    HistoryEntry,
    KnownLocation,
    NumberOnFile,
    PersonFile,
)
from compliance_gate.whereabouts.country_zones import COUNTRY_ZONES
from compliance_gate.words import (
    AddressKind,
    ConsentScope,
    DebtType,
    EventKind,
    NumberKind,
    NumberRole,
    Outcome,
    PersonRole,
)

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
    return [event.entry.entry for event in person.past.events(0, len(person.past.times))]


@pytest.mark.parametrize("minutes", [(1, 2, 3), (2, 1, 3), (1, 3, 2), (3, 1, 2), (3, 2, 1)])
def test_what_happened_is_in_order_of_time(minutes: tuple[int, ...]) -> None:
    """Two neighbours the wrong way round are enough to put it in order."""
    history = tuple(entry(str(minute), minute) for minute in minutes)
    person = PreparedPerson(PersonFile(person="P", addresses=(NEW_YORK,), history=history))
    assert order(person) == ["1", "2", "3"]
    assert person.past.times == sorted(person.past.times)


@pytest.mark.parametrize(("minute", "place"), [(0, 0), (2, 1), (3, 2), (5, 2), (6, 2)])
def test_what_is_heard_later_stands_where_it_happened(minute: int, place: int) -> None:
    """Before the last, between two, or at the very second of another."""
    known = (entry("first", 1), entry("second", 3))
    person = PreparedPerson(PersonFile(person="P", addresses=(NEW_YORK,), history=known))
    assert order(person) == ["first", "second"]
    more = person.with_entry(entry("x", minute))
    assert order(more)[place] == "x"
    assert more.past.times == sorted(more.past.times)
    assert len(more.past.times) == 3


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


# --- debts that are counted together ------------------------------------------------------------------------


def loan(name: str, account: str | None = None, kind: DebtType = DebtType.STUDENT_LOAN) -> Debt:
    return Debt(debt=name, type=kind, servicer_account=account)


CARD = Debt(debt="C", type=DebtType.CREDIT_CARD)
ANY = "student loans, servicer account not known"


@pytest.mark.parametrize(
    ("debts", "groups"),
    [
        ((CARD, loan("L1", "A1")), {"C": "C", "L1": "servicer account A1"}),
        ((CARD, loan("L1")), {"C": "C", "L1": "L1"}),
        ((loan("L1", "A1"), loan("L2", "A1")), {"L1": "servicer account A1", "L2": "servicer account A1"}),
        ((loan("L1", "A1"), loan("L2", "A2")), {"L1": "servicer account A1", "L2": "servicer account A2"}),
        ((loan("L1", "A1"), loan("L2")), {"L1": ANY, "L2": ANY}),
        ((loan("L1"), loan("L2"), CARD), {"L1": ANY, "L2": ANY, "C": "C"}),
        ((loan("L1", "A1"), loan("U", kind=DebtType.UNKNOWN)), {"L1": ANY, "U": ANY}),
        ((loan("C1", "A1", DebtType.CREDIT_CARD), loan("L1", "A1")), {"C1": "C1"}),
    ],
)
def test_student_loans_of_one_servicer_account_are_one_debt(
    debts: tuple[Debt, ...], groups: dict[str, str]
) -> None:
    """12 CFR 1006.14(b)(4). Where an account is not known all the loans there are may be of it."""
    person = PreparedPerson(PersonFile(person="P", addresses=(NEW_YORK,), debts=debts))
    for debt, group in groups.items():
        assert person.groups_of((debt,)) == (group,)
    everything = tuple(sorted({group for debt in debts for group in person.groups_of((debt.debt,))}))
    assert person.all_groups == everything
    assert person.groups_of(None) == person.groups_of(()) == everything
    assert person.groups_of(tuple(debt.debt for debt in debts)) == everything
    assert person.groups_of(("X",)) == ("X",)
    assert person.groups_of(("X", "C")) == ("C", "X")
    assert [person.has_debt(name) for name in (debts[0].debt, "X")] == [True, False]


@pytest.mark.parametrize(
    ("agreed", "covered"),
    [
        (("C",), ("C",)),
        (("L1",), ()),
        (("L1", "C"), ("C",)),
        (("L1", "L2"), (ANY,)),
        (("L1", "L2", "C"), ("C", ANY)),
    ],
)
def test_counted_together_is_not_agreed_together(agreed: tuple[str, ...], covered: tuple[str, ...]) -> None:
    """A consent for one of the loans covers none for sure; for all of them, what they are counted as."""
    file = PersonFile(person="P", addresses=(NEW_YORK,), debts=(CARD, loan("L1"), loan("L2")))
    assert PreparedPerson(file).surely_covered(agreed) == covered


# --- what an event was --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "with_whom", "own"),
    [
        (PersonRole.CONSUMER, None, True),
        (PersonRole.CONSUMER, PersonRole.CONSUMER, True),
        (PersonRole.CONSUMER, PersonRole.SPOUSE, False),
        (PersonRole.SPOUSE, PersonRole.SPOUSE, True),
        (PersonRole.SPOUSE, PersonRole.CONSUMER, False),
    ],
)
def test_an_event_is_the_persons_own_unless_it_is_known_to_be_anothers(
    role: PersonRole, with_whom: PersonRole | None, own: bool
) -> None:
    history = (replace(entry("e", 1), person=with_whom),)
    person = PreparedPerson(PersonFile(person="P", role=role, addresses=(NEW_YORK,), history=history))
    assert [event.own for event in person.past.events(0, len(person.past.times))] == [own]


D1, D2 = frozenset({"D1"}), frozenset({"D2"})


@pytest.mark.parametrize(
    ("told", "groups", "spoken"),
    [
        ({"outcome": Outcome.NO_ANSWER, "debts": ("D1",)}, D1, frozenset[str]()),
        ({"outcome": Outcome.CONVERSATION, "debts": ("D1",)}, D1, D1),
        ({"outcome": None, "debts": ("D1",)}, D1, D1),
        ({"outcome": Outcome.CONVERSATION}, None, None),
        ({"outcome": Outcome.CONVERSATION, "debts": ("D1",), "conversation_debts": ("D2",)}, D1, D2),
        ({"outcome": Outcome.CONVERSATION, "intended_debts": ("D2",)}, D2, D2),
        ({"outcome": Outcome.CONVERSATION, "debts": (), "intended_debts": ("D2",)}, D2, D2),
        ({"event": EventKind.CALL_RECEIVED, "outcome": Outcome.CONVERSATION, "debts": ("D1",)}, D1, D1),
        ({"event": EventKind.SMS, "outcome": None, "debts": ("D1",)}, D1, frozenset[str]()),
    ],
)
def test_an_event_counts_for_debts_and_a_talk_speaks_of_them(
    told: dict[str, Any], groups: frozenset[str] | None, spoken: frozenset[str] | None
) -> None:
    """None known is every one; only a call either way may have been a talk."""
    history = (replace(entry("e", 1), **told),)
    file = PersonFile(
        person="P", addresses=(NEW_YORK,), debts=(Debt(debt="D1"), Debt(debt="D2")), history=history
    )
    person = PreparedPerson(file)
    assert person.past.codes == 1 << event_code(history[0].event, history[0].outcome)
    event = person.past.event(0)
    assert (event.groups, event.spoken) == (groups, spoken)
    assert event is person.past.event(0)
    talked = spoken is None or bool(spoken)
    assert bool(CONVERSATIONS & 1 << event.code) is talked


def test_the_codes_of_what_may_have_been_a_talk_are_four() -> None:
    """Placed or received, with a conversation or nobody knows what."""
    codes = {
        event_code(kind, outcome)
        for kind in (EventKind.CALL_PLACED, EventKind.CALL_RECEIVED)
        for outcome in (Outcome.CONVERSATION, None)
    }
    assert sum(1 << code for code in codes) == CONVERSATIONS
    assert len(codes) == 4


# --- places and zones ---------------------------------------------------------------------------------------


def number(e164: str, **more: Any) -> NumberOnFile:
    return NumberOnFile(number=e164, **more)


def place(country: str | None, region: str | None = None, city: str | None = None) -> Place:
    return Place(country=country, region=region, city=city)


@pytest.mark.parametrize(
    ("numbers", "places"),
    [
        ((), set[Place]()),
        ((number("+12125550123", regions=frozenset({"US-NY"})),), {place("US", "NY")}),
        ((number("+12125550123", regions=frozenset({"US-NY-NYC"})),), {place("US", "NY")}),
        ((number("+442079460000", regions=frozenset({"GB"})),), {place("GB")}),
        (
            (number("+12125550123", regions=frozenset({"US-NY", "US-NJ"}), country="CA"),),
            {place("US", "NY"), place("US", "NJ")},
        ),
        ((number("+442079460000"),), {place("GB")}),
        ((number("+12125550123"),), {place("US"), place("CA")}),
        ((number("+12125550123", country="US"),), {place("US")}),
        (
            (number("+442079460000"), number("+12125550123", regions=frozenset({"US-NY"}))),
            {place("GB"), place("US", "NY")},
        ),
    ],
)
def test_without_an_address_the_places_that_the_numbers_point_to_stand_for_it(
    numbers: tuple[NumberOnFile, ...], places: set[Place]
) -> None:
    file = PersonFile(person="P", numbers=numbers)
    assert PreparedPerson(file).places(int(NOON.timestamp())) == places
    at_home = replace(file, addresses=(replace(NEW_YORK, city="Albany"),))
    assert PreparedPerson(at_home).places(int(NOON.timestamp())) == {place("US", "NY", "Albany")}


def test_an_address_whose_zone_is_not_known_may_be_anywhere_in_its_country() -> None:
    vague = Address(country="GB", zones=None, kind=AddressKind.RESIDENTIAL)
    assert zones(PersonFile(person="P", addresses=(vague,))) == BRITISH
    found = PreparedPerson(PersonFile(person="P", addresses=(vague, NEW_YORK))).zone_set(0)
    assert {zone.name for zone in found.zones} == BRITISH | {"America/New_York"}
    assert found.unknown == ("zone of the residential address",)


@pytest.mark.parametrize(
    "nowhere",
    [
        Address(country="XX", zones=None),
        Address(country=None, zones=None),
        Address(country="US", region="AP", zones=None),
    ],
)
def test_somebody_who_may_be_anywhere_in_the_world_is_in_no_zone(nowhere: Address) -> None:
    """Also beside a place that is known, whichever comes first: no hour is convenient everywhere."""
    london = Address(country="GB", zones=None)
    for addresses in ((nowhere,), (nowhere, london), (london, nowhere), (nowhere, NEW_YORK)):
        assert zones(PersonFile(person="P", addresses=addresses)) == set()
    strange = number("+9995550123", country=None)
    for numbers in ((strange,), (strange, number("+442079460000")), (number("+442079460000"), strange)):
        assert zones(PersonFile(person="P", numbers=numbers)) == set()


@pytest.mark.parametrize(
    ("line", "known"),
    [
        (number("+18005550100", kind=NumberKind.TOLL_FREE), ()),
        (number("+18005550100", kind=NumberKind.UNKNOWN), ()),
        (number("+12125550123"), ("zones of number +12125550123",)),
        (number("+12125550123", zones=frozenset()), ()),
    ],
)
def test_only_a_number_that_has_a_place_is_not_known_where(
    line: NumberOnFile, known: tuple[str, ...]
) -> None:
    """A toll-free number, or one that says nothing of a place, is nowhere in particular."""
    found = PreparedPerson(PersonFile(person="P", addresses=(NEW_YORK,), numbers=(line,))).zone_set(0)
    assert found.unknown == known
    names = {zone.name for zone in found.zones}
    assert names == ({"America/New_York"} if not known else set(COUNTRY_ZONES["US"]))


def test_an_address_in_no_zone_and_no_number_is_anywhere_in_its_country() -> None:
    """Nothing on file says where: the country does."""
    somewhere = Address(country="GB", zones=frozenset())
    found = PreparedPerson(PersonFile(person="P", addresses=(somewhere,))).zone_set(0)
    assert {zone.name for zone in found.zones} == BRITISH
    assert found.unknown == ("any place of the person",)


@pytest.mark.parametrize(("seconds", "there"), [(-1, True), (0, False), (1, False)])
def test_a_journey_ends_where_its_last_day_ends_last(seconds: int, there: bool) -> None:
    """Midnight after the tenth in New York, five hours after that in Paris."""
    here = KnownLocation(country="FR", zones=frozenset({"Europe/Paris"}), until=NOON.date())
    person = PreparedPerson(PersonFile(person="P", addresses=(NEW_YORK,), known_location=here))
    end = int(datetime(2026, 6, 11, 4, tzinfo=UTC).timestamp())
    found = person.zone_set(end + seconds)
    assert [zone.name for zone in found.zones] == ["America/New_York", *(["Europe/Paris"] if there else [])]
    assert found.until == (end if there else None)
    assert (place("FR") in person.places(end + seconds)) is there


def test_a_stay_without_end_goes_on() -> None:
    here = KnownLocation(country="FR", zones=frozenset({"Europe/Paris"}))
    person = PreparedPerson(PersonFile(person="P", addresses=(NEW_YORK,), known_location=here))
    for at in (0, 4_000_000_000):
        assert person.zone_set(at).until is None
        assert [zone.name for zone in person.zone_set(at).zones] == ["America/New_York", "Europe/Paris"]


def test_a_consent_of_a_scope_is_on_file_or_not() -> None:
    given = Consent(at=NOON, scope=ConsentScope.SMS)
    person = PreparedPerson(PersonFile(person="P", addresses=(NEW_YORK,), consents=(given,)))
    assert [person.has_consent(scope) for scope in (ConsentScope.SMS, ConsentScope.CALL)] == [True, False]


def test_what_is_heard_of_the_second_of_the_last_goes_behind_it() -> None:
    """Whatever it is called, and in whatever order the others came."""
    file = PersonFile(person="P", addresses=(NEW_YORK,), history=(entry("c", 1), entry("b", 0)))
    assert order(PreparedPerson(file).with_entry(entry("a", 1))) == ["b", "c", "a"]
