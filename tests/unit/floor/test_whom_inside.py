"""Whoever has walls is told of a number that only others have as of one that nobody has."""

from dataclasses import replace
from typing import Any

import pytest

from dialer.access.walls import Place
from dialer.floor.told_files import ToldOrder, take_in_told
from dialer.floor.whom import Names, OnFile, inside, number_ids, on_file
from dialer.intake.mapping import NOTHING_SAID
from dialer.intake.told_columns import ToldKind
from dialer.storage.database import tables as t
from dialer.storage.places import persons_of_debt, places_of_number
from dialer.storage.store import Store

OTHERS = "2125550102"
NOBODYS = "2125550199"
OURS = "other,B1,Q1,Di,Example,1 Sample St,New York,NY,10001,,2125550103,landline,own,70.00"


@pytest.fixture
def shared(desk: Any) -> Any:
    """Two clients in one store."""
    desk.place(OURS)
    return desk


def seen(desk: Any, names: Names) -> OnFile:
    """What the second client sees of these names."""
    with Store.open(desk.address) as store:
        return store.read(lambda it: inside(it, on_file(it, names, store.identifiers), "other"))


@pytest.mark.parametrize(
    ("kind", "heading", "line"),
    [
        ("suppressions", "number,source", "{number},litigants"),
        ("requests", "number,kind,at", "{number},stop_number,2026-03-10T15:00:00Z"),
        ("consents", "number,scope,at", "{number},voice,2026-03-10T15:00:00Z"),
    ],
)
def test_a_line_about_it_is_answered_in_the_same_words(
    shared: Any, kind: str, heading: str, line: str
) -> None:
    def answered(number: str) -> tuple[Any, ...]:
        file = shared.write(heading, line.replace("{number}", number))
        mapping = replace(NOTHING_SAID, only_client="other")
        order = ToldOrder(file=file, kind=ToldKind(kind), by="Cora", mapping=mapping)
        report = take_in_told(order, address=shared.address)
        said = [(one.column, one.reason) for one in (*report.rejects, *report.remarks)]
        return report.accepted, report.rejected, said

    assert answered(OTHERS) == answered(NOBODYS)


def test_it_is_a_number_without_anybody_and_its_id_is_none(shared: Any) -> None:
    with Store.open(shared.address) as store:
        theirs = number_ids(OTHERS, store.identifiers)[0][-1]
    found = seen(shared, Names(numbers=frozenset({OTHERS, NOBODYS, theirs})))
    assert set(found.numbers) == {OTHERS, NOBODYS}
    assert not any(found.holders.get(number) for number in found.numbers.values())
    assert found.is_walled


def test_what_currency_an_account_is_in_is_known_inside_too(shared: Any) -> None:
    """Else a payment in another would be taken within walls, and only there."""
    found = seen(shared, Names(accounts=frozenset({"other/B1", "acme/A1"})))
    assert list(found.currencies.values()) == ["USD"]


def test_where_a_number_belongs_is_found_at_once_with_every_campaign(shared: Any) -> None:
    with Store.open(shared.address) as store:
        number = number_ids(OTHERS, store.identifiers)[0][-1]
        assert store.read(lambda it: places_of_number(it, number)) == (
            Place(client="acme", campaigns=frozenset({"c"})),
        )
        nobodys = number_ids(NOBODYS, store.identifiers)[0][-1]
        assert store.read(lambda it: places_of_number(it, nobodys)) == ()


def test_whose_an_account_is_is_everybody_who_has_to_do_with_it(shared: Any) -> None:
    """By it a collector is told from whoever speaks with nobody of the account."""
    ties = {(row.debt, row.person) for row in shared.rows(t.person_debts)}
    with Store.open(shared.address) as store:
        for debt in {debt for debt, _ in ties}:
            theirs = tuple(sorted(person for owed, person in ties if owed == debt))
            assert theirs == store.read(lambda it, debt=debt: persons_of_debt(it, debt))
        assert store.read(lambda it: persons_of_debt(it, "nobody")) == ()
