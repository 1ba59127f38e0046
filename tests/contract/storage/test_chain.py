"""The journal's table is a chain: what is changed, left out, added or cut off is found, with its place."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from dialer.domain.events import CallRinging, TimeReached
from dialer.domain.ids import AttemptId
from dialer.domain.ports import Fate, JournalEntry
from dialer.storage.database.tables import dictionaries, journal
from dialer.storage.journal import rows
from dialer.storage.journal.chain import Head, next_link
from dialer.storage.journal.codecs import encode_entry
from dialer.storage.journal.file import JournalHeader, JournalReader, JournalWriter, surroundings
from dialer.storage.journal.packing import pack
from dialer.storage.journal.rows import beginning_of, journal_since
from dialer.storage.journal.verifying import verify
from dialer.storage.rehearsal import RehearsalWriter
from dialer.storage.store import Store


def step(sequence: int) -> JournalEntry:
    """A step of some two hundred bytes."""
    attempt = AttemptId(f"a1-{sequence:08d}-" + "x" * 100)
    return JournalEntry(
        sequence=sequence, now=float(sequence), event=CallRinging(attempt=attempt), commands=()
    )


def write(store: Store, first: int, last: int) -> None:
    with RehearsalWriter(store) as writer:
        for sequence in range(first, last + 1):
            writer.append(step(sequence))


def test_the_head_is_the_last_steps_link_and_goes_on_after_a_start(
    store: Store, reopen: Callable[[], Store]
) -> None:
    empty = store.head()
    assert empty == Head(sequence=0, link=store.read(beginning_of))
    write(store, 1, 3)
    again = reopen()
    write(again, 4, 5)
    link = empty.link
    for sequence in range(1, 6):
        link = next_link(link, encode_entry(step(sequence)))
    assert again.head() == Head(sequence=5, link=link)
    assert verify(again.database).fault is None
    again.close()


def test_a_commit_that_failed_is_no_part_of_the_chain(floor: Any) -> None:
    """Nor is a dictionary that was made in it."""
    doubled = [step(number) for number in range(1, 501)]
    doubled[-1] = replace(doubled[-1], sequence=1)

    async def run() -> None:
        async with floor.live() as live:
            await live.journal.append([step(1)])
            with pytest.raises(IntegrityError):
                await live.journal.append(doubled[1:])
            for sequence in range(2, 5):
                await live.journal.append([step(sequence)])

    asyncio.run(run())
    found = verify(floor.store.database)
    assert (found.fault, found.head) == (None, floor.store.head())
    assert found.entries == 4
    store: Store = floor.store
    assert store.read(lambda c: c.scalar(select(func.count()).select_from(dictionaries))) == 0


def alter(values: dict[str, object]) -> Callable[[Connection], object]:
    return lambda connection: connection.execute(
        update(journal).where(journal.c.sequence == 40).values(values)
    )


def lost(connection: Connection) -> None:
    connection.execute(delete(journal).where(journal.c.sequence == 40))


def closed_up(connection: Connection) -> None:
    """A step goes, and the numbers of the later ones with their columns close the gap."""
    lost(connection)
    for sequence in range(41, 61):
        later = update(journal).where(journal.c.sequence == sequence)
        connection.execute(later.values(sequence=sequence - 1))


def swapped(connection: Connection) -> None:
    one, other = (
        connection.execute(select(journal.c.entry).where(journal.c.sequence == n)).scalar_one()
        for n in (40, 41)
    )
    for sequence, entry in ((40, other), (41, one)):
        connection.execute(update(journal).where(journal.c.sequence == sequence).values(entry=entry))


@pytest.mark.parametrize(
    ("tamper", "says"),
    [
        (alter({"entry": pack(encode_entry(replace(step(40), now=1.0)), None)[0]}), "step 40 is not"),
        (alter({"link": b"\0" * 32}), "step 40 is not"),
        (alter({"link": None}), "step 40 is not"),
        (alter({"now": 39.5}), "columns of step 40"),
        (alter({"event": "CallEnded"}), "columns of step 40"),
        (alter({"fate": "refused"}), "columns of step 40"),
        (alter({"entry": b"\x28\xb5\x2f\xfd nonsense"}), "step 40 cannot be unpacked"),
        (alter({"dictionary": 12345}), "step 40 cannot be unpacked"),
        (lost, "step 40 is missing"),
        (closed_up, "step 40 is not"),
        (swapped, "step 40 is not"),
    ],
)
def test_what_was_done_to_a_step_is_found_with_its_place(
    store: Store, tamper: Callable[[Connection], object], says: str
) -> None:
    write(store, 1, 60)
    store.write(tamper)
    found = verify(store.database)
    assert found.fault is not None
    assert says in found.fault
    assert (found.entries, found.head.sequence) == (39, 39)


def test_a_cut_end_is_found_by_a_head_that_was_kept(store: Store) -> None:
    """The chain of what is left is whole: only somebody who knows how far it went can tell."""
    write(store, 1, 60)
    known = store.head()
    store.write(lambda connection: connection.execute(delete(journal).where(journal.c.sequence > 50)))
    assert verify(store.database).fault is None
    fault = verify(store.database, known=[known]).fault
    assert fault is not None
    assert "ends with step 50, and step 60 is known" in fault


def test_a_journal_that_was_written_anew_is_found_by_a_head_that_was_kept(store: Store) -> None:
    write(store, 1, 60)
    known = store.head()
    store.write(lambda connection: connection.execute(delete(journal).where(journal.c.sequence > 50)))
    store.journal = rows.JournalTable()  # what another program knows of the end
    write(store, 51, 59)
    with RehearsalWriter(store) as writer:
        writer.append(replace(step(60), fate=Fate.REFUSED))
    assert verify(store.database).fault is None
    fault = verify(store.database, known=[known]).fault
    assert fault is not None
    assert "step 60 or what came before it was written anew" in fault


def test_two_stores_have_no_chain_in_common(store: Store, tmp_path: Any) -> None:
    with Store.open(str(tmp_path / "other.db")) as other:
        assert other.read(beginning_of) != store.read(beginning_of)


def test_a_rehearsals_file_and_store_are_one_chain(store: Store, tmp_path: Any) -> None:
    path = tmp_path / "shift.jsonl.zst"
    header = JournalHeader(rulebook="r", surroundings=surroundings())
    with JournalWriter(path, header) as file, RehearsalWriter(store, file) as writer:
        for sequence in range(1, 11):
            writer.append(step(sequence))
    reader = JournalReader(path)
    assert len(tuple(reader)) == 10
    assert reader.head == store.head()
    assert verify(store.database).fault is None


def test_steps_share_a_dictionary_once_there_are_enough_and_stay_readable(floor: Any) -> None:
    """Live steps come one by one: three hundred make a dictionary, and every later step refers to it."""
    store: Store = floor.store

    async def run() -> None:
        async with floor.live() as live:
            for first in range(1, 401, 8):
                await live.journal.append([step(sequence) for sequence in range(first, first + 8)])

    asyncio.run(run())

    def look(connection: Connection) -> tuple[int, list[int]]:
        made = connection.execute(select(dictionaries)).one()
        without = (
            select(journal.c.sequence).where(journal.c.dictionary.is_(None)).order_by(journal.c.sequence)
        )
        return made.sequence, list(connection.execute(without).scalars())

    first, without = store.read(look)
    assert (first, without) == (297, list(range(1, 297)))
    assert store.read(lambda c: journal_since(c, 0)) == tuple(step(n) for n in range(1, 401))
    assert verify(store.database).fault is None

    def sizes(connection: Connection) -> tuple[int, int]:
        size = func.sum(func.length(journal.c.entry))
        plain = connection.scalar(select(size).where(journal.c.sequence.between(101, 200)))
        shared = connection.scalar(select(size).where(journal.c.sequence.between(301, 400)))
        return int(plain or 0), int(shared or 0)

    plain, shared = store.read(sizes)
    assert shared * 3 < plain


def test_a_newer_dictionary_follows_an_old_one(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "RENEWED_AFTER", 1_000)
    write(store, 1, 400)
    write(store, 401, 1_000)
    assert store.read(lambda c: c.scalar(select(func.count()).select_from(dictionaries))) == 1
    write(store, 1_001, 1_200)
    assert store.read(lambda c: c.scalar(select(func.count()).select_from(dictionaries))) == 2
    assert len(store.read(lambda c: journal_since(c, 0))) == 1_200
    assert verify(store.database).fault is None


def test_a_small_step_is_kept_in_clear(store: Store) -> None:
    with RehearsalWriter(store) as writer:
        writer.append(JournalEntry(sequence=1, now=1.5, event=TimeReached(), commands=()))
    row = store.read(lambda connection: connection.execute(select(journal)).one())
    assert bytes(row.entry) == b'[1,1.5,["TimeReached",{}],[],null]'
    assert (row.dictionary, row.fate) == (None, None)


def test_a_row_that_somebody_put_in_is_found(store: Store) -> None:
    write(store, 1, 10)
    entry = encode_entry(step(11))
    row = {"sequence": 11, "now": 11.0, "event": "CallRinging", "entry": entry, "link": b"\1" * 32}
    store.write(lambda connection: connection.execute(insert(journal).values(row)))
    fault = verify(store.database).fault
    assert fault is not None
    assert "step 11 is not" in fault
