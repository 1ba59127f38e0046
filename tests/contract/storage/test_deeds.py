"""The record of deeds: only ever added to, on SQLite and PostgreSQL, and nobody takes anything out unseen."""

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from dialer.access.record import BEGINNING, Deed, RecordHead, verified
from dialer.storage.access import deeds
from dialer.storage.store import Store

STATEMENTS = (
    "UPDATE deeds SET who = 'nobody' WHERE place = 2",
    "DELETE FROM deeds WHERE place = 3",
    "DELETE FROM deeds",
)


def _deed(at: float) -> Deed:
    return Deed(
        at=at,
        who="eve",
        action="GET /api/persons/{person}/report",
        about=(f"person:p{at:.0f}",),
        outcome="200",
    )


@pytest.fixture
def kept(store: Store) -> Store:
    """Three deeds, written by two."""
    store.write(lambda connection: deeds.append(connection, [_deed(1.0)]))
    store.write(lambda connection: deeds.append(connection, [_deed(2.0), _deed(3.0)]))
    return store


def _checked(store: Store, known: RecordHead | None = None) -> tuple[str, ...]:
    return store.read(lambda connection: verified(deeds.entries(connection), known)).wrong


def test_deeds_follow_one_another_from_the_beginning(kept: Store) -> None:
    entries = kept.read(lambda connection: list(deeds.entries(connection)))
    assert [entry.place for entry in entries] == [1, 2, 3]
    assert [entry.deed for entry in entries] == [_deed(1.0), _deed(2.0), _deed(3.0)]
    assert kept.read(deeds.head_of) == RecordHead(place=3, link=entries[-1].link)
    assert _checked(kept) == ()


def test_an_empty_record_is_whole_and_its_head_is_the_beginning(store: Store) -> None:
    assert store.read(deeds.head_of) == RecordHead(place=0, link=BEGINNING)
    assert _checked(store, RecordHead()) == ()


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_statement_that_changes_a_deed_is_refused_by_the_store_itself(kept: Store, statement: str) -> None:
    """Whoever sends it: the trigger knows no program."""
    with pytest.raises(DBAPIError, match="only ever added to"):
        kept.write(lambda connection: connection.execute(text(statement)))
    assert _checked(kept) == ()


def _without_triggers(connection: Connection) -> None:
    """What a database administrator can do, who may drop a trigger."""
    if connection.dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            connection.execute(text(f"DROP TRIGGER deeds_are_kept_{verb}"))
    else:
        connection.execute(text("DROP TRIGGER deeds_are_kept ON deeds"))


@pytest.mark.parametrize(
    ("statement", "found", "is_seen_alone"),
    [
        (STATEMENTS[0], "entry 2 was changed", True),
        ("UPDATE deeds SET at = 1.5 WHERE place = 1", "entry 1 was changed", True),
        ("DELETE FROM deeds WHERE place = 2", "entries 2 to 2 are missing", True),
        ("DELETE FROM deeds WHERE place = 3", "the record ends at 2, and its head at 3 was kept", False),
        ("DELETE FROM deeds", "the record ends at 0, and its head at 3 was kept", False),
    ],
)
def test_an_administrator_in_a_hurry_is_found_out(
    kept: Store, statement: str, found: str, is_seen_alone: bool
) -> None:
    """What is in the middle by the chain alone; a cut tail by the head that was kept elsewhere."""
    head = kept.read(deeds.head_of)

    def work(connection: Connection) -> None:
        _without_triggers(connection)
        connection.execute(text(statement))

    kept.write(work)
    assert any(each.startswith(found) for each in _checked(kept, head)), _checked(kept, head)
    assert bool(_checked(kept)) == is_seen_alone


def test_a_tail_written_anew_has_another_link_than_the_head_that_was_kept(kept: Store) -> None:
    """Cut and continued, the chain itself is whole again."""
    head = kept.read(deeds.head_of)

    def work(connection: Connection) -> None:
        _without_triggers(connection)
        connection.execute(text("DELETE FROM deeds WHERE place = 3"))
        deeds.append(connection, [_deed(4.0)])

    kept.write(work)
    assert _checked(kept) == ()
    assert _checked(kept, head) == ("entry 3 is another than the one whose head was kept",)


def test_deeds_are_found_by_who_and_about_whom(kept: Store) -> None:
    def found(**wanted: str) -> list[int]:
        return [entry.place for entry in kept.read(lambda connection: deeds.newest(connection, **wanted))]  # type: ignore[arg-type]

    assert found(who="eve") == [3, 2, 1]
    assert found(who="bob") == []
    assert found(about="person:p2") == [2]
    assert found(about="person:p") == []


def test_a_head_is_read_as_it_is_told() -> None:
    head = RecordHead(place=12, link="ab" * 32)
    assert RecordHead.read(head.told()) == head
    with pytest.raises(ValueError, match="PLACE:HASH"):
        RecordHead.read("12:short")
