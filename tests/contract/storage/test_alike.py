"""The review list: who may be one person is found at import and by a command, shown in walls, answered."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from dialer.access.walls import EVERYTHING, Walls
from dialer.casework.matching.answers import PairAnswer
from dialer.domain.errors import InvalidFactError
from dialer.floor.alike import compare_everybody, compare_import
from dialer.inquiry import alike
from dialer.storage import alike as rows
from dialer.storage.erasing import strike_out, subjects_of
from dialer.storage.store import Store

BORN = date(1961, 7, 23)


def placed(floor: Any, name: str, first: str, last: str, *, client: str = "acme", **more: Any) -> Any:
    made = floor.account(name, first=first, **more)
    return replace(made, client=client, person=replace(made.person, last=last))


def imported(floor: Any, *lines: Any, sha256: str) -> str:
    """The import's id; whoever it brought has been compared."""
    store: Store = floor.store
    imports = store.imports()
    begun = imports.begin(file_name="f.csv", sha256=sha256, campaign="c", now=floor.now)
    imports.stage(begun.import_id, lines)
    imports.publish(begun.import_id, now=floor.now)
    imports.put_in_place(begun.import_id, now=floor.now)
    compare_import(store, begun.import_id, now=floor.now)
    return begun.import_id


def shown(store: Store, walls: Walls = EVERYTHING, most: int = 100) -> list[tuple[str, str]]:
    found = alike.waiting(store, walls, most=most)
    return [tuple(sorted((pair.one.name, pair.other.name))) for pair in found.pairs]  # type: ignore[misc]


def pair_of(store: Store) -> tuple[str, str]:
    (pair,) = alike.waiting(store, EVERYTHING, most=10).pairs
    return pair.one.person, pair.other.person


@pytest.fixture
def two(floor: Any) -> Any:
    """Mary Rosenblatt, whom two clients have, under references and numbers of their own; and a stranger."""
    imported(
        floor,
        placed(floor, "A1", "Mary", "Rosenblatt", date_of_birth=BORN, ssn_last4="4711"),
        placed(floor, "A2", "Joan", "Stone", date_of_birth=BORN, numbers=[floor.number(55)]),
        sha256="f",
    )
    more: dict[str, Any] = {"date_of_birth": BORN, "ssn_last4": "4711", "client": "other"}
    imported(floor, placed(floor, "B1", "Mary", "Rosenblatt", numbers=[floor.number(77)], **more), sha256="g")
    return floor


def test_an_import_lists_who_may_be_one_across_clients_with_confidence_and_reasons(
    two: Any, store: Store
) -> None:
    (pair,) = alike.waiting(store, EVERYTHING, most=10).pairs
    assert {pair.one.client, pair.other.client} == {"acme", "other"}
    assert pair.is_sure
    assert 0.999 < pair.confidence <= 1.0
    told = dict(pair.reasons)
    assert told["born the same day"] == 14.0
    assert told["the same last four digits"] == 13.0
    assert "Rosenblatt" not in str(pair.reasons)


def test_who_is_known_already_is_compared_when_somebody_new_shares_their_number(
    floor: Any, store: Store
) -> None:
    imported(floor, placed(floor, "A1", "Mary", "Rosenblatt", numbers=[floor.number(1)]), sha256="f")
    assert shown(store) == []
    imported(
        floor,
        placed(floor, "B1", "Mary", "Rosenblatt", client="other", numbers=[floor.number(1)]),
        placed(floor, "B2", "John", "Okafor", client="other", numbers=[floor.number(1)]),
        sha256="g",
    )
    assert shown(store) == [("Mary Rosenblatt", "Mary Rosenblatt")]


def test_a_number_of_many_brings_nobody_together_at_import(floor: Any, store: Store) -> None:
    """Nine who share a number and a name say no more of each other than their names do."""
    crowd = [placed(floor, f"A{n}", "Mary", "Rosenblatt", numbers=[floor.number(1)]) for n in range(9)]
    imported(floor, *crowd, sha256="f")
    assert shown(store) == []


def test_the_command_finds_who_shares_neither_number_nor_birthday(floor: Any, store: Store) -> None:
    def living(name: str, client: str, last: int) -> Any:
        made = placed(floor, name, "Mary", "Rosenblatt", client=client, ssn_last4="4711",
                      numbers=[floor.number(last)])  # fmt: skip
        home = replace(made.person.addresses[0], line_1="12 North Main St.")
        return replace(made, person=replace(made.person, addresses=(home,)))

    imported(floor, living("A1", "acme", 1), sha256="f")
    imported(floor, living("B1", "other", 2), sha256="g")
    assert shown(store) == []
    assert compare_everybody(store, now=floor.now) == 1
    assert shown(store) == [("Mary Rosenblatt", "Mary Rosenblatt")]
    assert compare_everybody(store, now=floor.now) == 1  # again changes nothing
    assert len(shown(store)) == 1


@pytest.mark.parametrize(
    ("walls", "count"),
    [
        (EVERYTHING, 1),
        (Walls(clients=frozenset({"acme", "other"})), 1),
        (Walls(clients=frozenset({"acme"})), 0),
        (Walls(clients=frozenset({"other"})), 0),
        (Walls(), 0),
    ],
)
def test_a_pair_is_shown_to_whoever_has_both_inside_their_walls(
    two: Any, store: Store, walls: Walls, count: int
) -> None:
    assert len(shown(store, walls)) == count


@pytest.mark.parametrize("answer", list(PairAnswer))
def test_an_answered_pair_is_shown_no_more_also_when_it_is_found_again(
    two: Any, store: Store, answer: PairAnswer
) -> None:
    one, other = pair_of(store)
    said = rows.Answered(one=one, other=other, answer=answer, by="kim", why="both signed", at=100.0)
    store.write(lambda c: rows.answer(c, [said]))
    assert shown(store) == []
    assert compare_everybody(store, now=two.now) == 1
    assert shown(store) == []
    assert store.read(lambda c: rows.answers_of(c, [one])) == (said,)
    with pytest.raises(InvalidFactError):
        alike.waiting(store, EVERYTHING, most=0)


def test_who_is_erased_is_on_no_list(two: Any, store: Store) -> None:
    one, _ = pair_of(store)

    def erase(connection: Any) -> None:
        strike_out(connection, subjects_of(connection, one))

    store.write(erase)
    assert shown(store) == []
    assert store.read(rows.count_waiting) == 0
    store.keyring.destroy([one])
    assert compare_everybody(store, now=two.now) == 0


def test_the_list_is_read_through_to_its_end_surest_first(two: Any, store: Store) -> None:
    one, other = pair_of(store)
    more = [
        rows.PairFound(one="a", other=f"b{n:04}", is_sure=False, confidence=1.0, reasons=())
        for n in range(1_200)
    ]
    store.write(lambda c: rows.put(c, more, now=1.0))  # of people who are gone: passed over
    assert pair_of(store) == (one, other)
    assert store.read(rows.count_waiting) == 1_201
