"""Persons found by name, number, account and reference, while imports, corrections and erasures go on."""

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from dialer.access.walls import EVERYTHING, Walls
from dialer.domain.errors import InvalidFactError
from dialer.floor.beside import StoreBeside
from dialer.inquiry.finding.finder import MOST_A_MINUTE, PersonFinder
from dialer.inquiry.finding.wanted import Found, TooManySearchesError, Wanted
from dialer.inquiry.rights.correction import Correction, correct
from dialer.storage import changed_identities
from dialer.storage.database import tables as t
from dialer.storage.database.statements import Row, insert_rows
from dialer.storage.erasing import strike_out, subjects_of
from dialer.storage.store import Store


class AtOnce(StoreBeside):
    """The store asked where one stands."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def read(self, work: Any) -> Any:
        return self._store.read(work)

    async def write(self, work: Any) -> Any:
        return self._store.write(work)


class Desk:
    """Somebody who looks for people; whose clock stands until it is moved."""

    def __init__(self, store: Store) -> None:
        self.clock = [100.0]
        self.finder = PersonFinder(AtOnce(store), is_alone=True, now=lambda: self.clock[0])
        asyncio.run(self.finder.read_everybody())

    def look(self, walls: Walls = EVERYTHING, *, by: str = "kim", **wanted: Any) -> Found:
        asyncio.run(self.finder.read_changes())
        return asyncio.run(self.finder.find(Wanted(**wanted), walls, by=by))

    def names(self, walls: Walls = EVERYTHING, **wanted: Any) -> list[str]:
        return [one.name for one in self.look(walls, **wanted).persons]


def placed(floor: Any, name: str, first: str, last: str, *, client: str = "acme", **more: Any) -> Any:
    made = floor.account(name, first=first, **more)
    return replace(made, client=client, person=replace(made.person, last=last))


@pytest.fixture
def desk(floor: Any) -> Desk:
    """Three people of two clients, in two campaigns, one of them with a birthday."""
    floor.place(
        placed(floor, "A1", "Mary", "Rosenblatt", date_of_birth=date(1961, 7, 23)),
        placed(floor, "A2", "Joan", "Stone"),
    )
    imports = floor.store.imports()
    begun = imports.begin(file_name="g.csv", sha256="g", campaign="d", client="other", now=floor.now)
    line = placed(floor, "B1", "Marie", "Rosen", client="other", numbers=[floor.number(77)])
    imports.stage(begun.import_id, [line])
    imports.publish(begun.import_id, now=floor.now)
    imports.put_in_place(begun.import_id, now=floor.now)
    return Desk(floor.store)


def test_part_of_a_name_finds_whoever_has_it_with_what_tells_namesakes_apart(floor: Any, desk: Desk) -> None:
    assert desk.names(name="rosen") == ["Marie Rosen", "Mary Rosenblatt"]
    assert desk.names(name="blatt mary") == ["Mary Rosenblatt"]
    assert desk.names(name="rosen", client="Other") == ["Marie Rosen"]
    (one,) = desk.look(name="rosenblatt").persons
    assert (one.client, one.born, one.reference, one.is_doubtful) == ("acme", "1961", "of-A1", False)
    assert one.person == floor.store.identifiers.person("acme", "of-A1")
    found = desk.look(name="rosen", limit=1)
    assert ([each.name for each in found.persons], found.is_cut, found.read) == (["Marie Rosen"], True, 1.0)


@pytest.mark.parametrize("number", ["(212) 555-0177", "+1 212 555 0177", "2125550177"])
def test_a_number_finds_everybody_who_has_it_however_it_is_written(desk: Desk, number: str) -> None:
    assert desk.names(number=number) == ["Marie Rosen"]
    assert desk.names(number="212 555 0199") == []
    with pytest.raises(InvalidFactError):
        desk.names(number="212-DISCONN")


def test_an_account_and_a_reference_find_their_person_with_and_without_the_client(desk: Desk) -> None:
    assert desk.names(account="a1") == ["Mary Rosenblatt"]
    assert desk.names(account="A1", client="ACME") == ["Mary Rosenblatt"]
    assert desk.names(reference="OF-A1") == ["Mary Rosenblatt"]
    assert desk.names(account="A1", client="other") == []


WALLS: tuple[tuple[Walls, list[str]], ...] = (
    (Walls(clients=frozenset({"acme"})), ["Mary Rosenblatt"]),
    (Walls(campaigns=frozenset({"d"})), ["Marie Rosen"]),
    (Walls(clients=frozenset({"acme"}), campaigns=frozenset({"d"})), ["Marie Rosen", "Mary Rosenblatt"]),
    (Walls(campaigns=frozenset({"nothing"})), []),
    (Walls(), []),
)


def test_nobody_outside_the_walls_is_found_in_any_way(desk: Desk) -> None:
    for walls, seen in WALLS:
        found = desk.look(walls, name="rosen")
        assert [one.name for one in found.persons] == seen
        assert not found.is_cut
        assert ("Marie Rosen" in desk.names(walls, number="2125550177")) == ("Marie Rosen" in seen)
        assert ("Mary Rosenblatt" in desk.names(walls, account="A1")) == ("Mary Rosenblatt" in seen)
        assert ("Mary Rosenblatt" in desk.names(walls, reference="of-A1")) == ("Mary Rosenblatt" in seen)


def test_an_import_while_the_floor_works_is_found(floor: Any, desk: Desk) -> None:
    assert desk.names(name="quillonia") == []
    floor.place(placed(floor, "A9", "Quillonia", "Vex"), sha256="h")
    assert desk.names(name="quillonia") == ["Quillonia Vex"]
    assert floor.store.read(changed_identities.newest) is None, "read once"


def test_a_command_that_reads_everybody_takes_no_news_from_a_floor_beside_it(floor: Any, desk: Desk) -> None:
    """`fairdial person find` while a floor is served: what changed since that read is still the floor's."""
    assert floor.store.read(changed_identities.newest) is not None, "the desk is alone, and left it"
    served = PersonFinder(AtOnce(floor.store), now=lambda: 100.0)
    asyncio.run(served.read_everybody())
    assert floor.store.read(changed_identities.newest) is None, "who reads for the floor sees it anyway"
    floor.place(placed(floor, "A9", "Quillonia", "Vex"), sha256="h")
    Desk(floor.store)
    asyncio.run(served.read_changes())
    found = asyncio.run(served.find(Wanted(name="quillonia"), EVERYTHING, by="kim"))
    assert [one.name for one in found.persons] == ["Quillonia Vex"]


def test_a_corrected_name_is_found_and_the_wrong_one_is_not(floor: Any, desk: Desk) -> None:
    person = floor.store.identifiers.person("acme", "of-A1")
    told = Correction(last="Obermann")
    correct(floor.store, person, told, who="kim", address="test", why="passport", at=floor.now)
    assert (desk.names(name="rosenblatt"), desk.names(name="oberm")) == ([], ["Mary Obermann"])


@pytest.mark.parametrize("is_heard_of", [True, False])
def test_whoever_was_erased_is_not_found_heard_of_or_not(floor: Any, desk: Desk, is_heard_of: bool) -> None:
    """At once: what is shown is what the store opens at that moment."""
    person = floor.store.identifiers.person("acme", "of-A1")

    def strike(connection: Any) -> None:
        strike_out(connection, subjects_of(connection, person))

    floor.store.write(strike)
    store: Store = floor.store
    rows = store.read(lambda connection: changed_identities.oldest(connection, most=100))
    assert rows[-1].persons == (person,), "and the name does not stay in anybody's memory"
    if is_heard_of:
        asyncio.run(desk.finder.read_changes())
    found = asyncio.run(desk.finder.find(Wanted(name="rosenblatt"), EVERYTHING, by="kim"))
    assert found.persons == ()
    assert desk.names(account="A1") == []


def test_a_row_that_is_seen_late_is_read_when_it_is_seen(floor: Any, desk: Desk) -> None:
    """On PostgreSQL a transaction with an earlier row may end after one with a later."""
    store: Store = floor.store
    person = store.identifiers.person("acme", "of-A2")
    store.write(lambda connection: changed_identities.add(connection, [person]))
    earlier = store.read(changed_identities.newest)
    asyncio.run(desk.finder.read_changes())
    row: Row = {"id": earlier, "persons": f'["{person}"]'}
    store.write(lambda connection: insert_rows(connection, t.changed_identities, [row]))
    asyncio.run(desk.finder.read_changes())
    assert store.read(changed_identities.newest) is None


def test_a_search_every_second_is_let_through_and_the_sixty_first_of_a_minute_is_not(desk: Desk) -> None:
    """Of one person; another's are not counted."""
    for _ in range(MOST_A_MINUTE):
        desk.look(name="rosen")
    desk.clock[0] += 10.0
    with pytest.raises(TooManySearchesError) as refused:
        desk.look(name="rosen")
    assert refused.value.wait_s == 50.0
    desk.look(name="rosen", by="lee")
    desk.clock[0] += 49.0
    with pytest.raises(TooManySearchesError):
        desk.look(name="rosen")
    desk.clock[0] += 1.0
    desk.look(name="rosen")


def test_everybody_is_read_whatever_the_page(floor: Any, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer, as many and more than there are."""
    for size in (1, 2, 3, 4):
        monkeypatch.setattr("dialer.inquiry.finding.finder.PAGE", size)
        again = Desk(floor.store)
        assert len(again.look(name="ro s").persons) == 2
        assert again.finder.read_share == 1.0


def test_a_number_that_was_typed_by_hand_finds_nobody_until_somebody_has_it(floor: Any, desk: Desk) -> None:
    floor.store.attach_number("+12125550142")
    assert desk.names(number="2125550142") == []
