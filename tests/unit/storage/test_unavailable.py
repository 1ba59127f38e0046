"""A store that cannot be written says so, writes nothing, and is itself again when it is mended."""

import asyncio
import hashlib
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Connection

from dialer.domain.errors import StoreUnavailableError
from dialer.domain.events import NetworkReconciled, TimeReached
from dialer.domain.ids import AttemptId
from dialer.domain.ports import JournalEntry
from dialer.storage.database import connections as database
from dialer.storage.live import LiveStore
from dialer.storage.store import Store


def step(sequence: int, weight: int = 0) -> JournalEntry:
    heavy = (hashlib.sha256(f"{sequence} {n}".encode()).hexdigest() for n in range(weight // 64))
    live = tuple(AttemptId(name) for name in heavy)
    event = NetworkReconciled(live=live, talking={}, agents=()) if weight else TimeReached()
    return JournalEntry(sequence=sequence, now=1.0, event=event, commands=())


async def limit_pages(live: LiveStore, more: int | None) -> None:
    """A full disk, as SQLite sees it: no page beyond these. The limit is the connection's own."""

    def work(connection: Connection) -> None:
        pages = int(connection.exec_driver_sql("PRAGMA page_count").scalar() or 0)
        limit = 2**30 if more is None else pages + more
        connection.exec_driver_sql(f"PRAGMA max_page_count={limit}")

    await live.database.write(work)


async def test_a_full_disk_fails_the_batch_and_later_batches_go_on(store: Store) -> None:
    async with LiveStore(store, now=lambda: 1.0) as live:
        await live.journal.append([step(1)])
        await limit_pages(live, 2)
        with pytest.raises(StoreUnavailableError, match="make room"):
            await live.journal.append([step(2), step(3, weight=200_000)])
        assert (live.journal.committed, store.last_sequence()) == (1, 1)
        await limit_pages(live, None)
        await live.journal.append([step(2), step(3, weight=200_000)])
        assert store.last_sequence() == 3


async def test_everyone_waiting_in_a_failed_batch_is_told(store: Store) -> None:
    async with LiveStore(store, now=lambda: 1.0) as live:
        await limit_pages(live, 0)
        results = await asyncio.gather(
            *(live.journal.append([step(n, weight=100_000)]) for n in range(1, 6)), return_exceptions=True
        )
        assert all(isinstance(result, StoreUnavailableError) for result in results)


def test_a_store_made_read_only_is_unavailable(store: Store) -> None:
    def work(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA query_only=ON")
        try:
            connection.exec_driver_sql("DELETE FROM journal")
        finally:
            connection.exec_driver_sql("PRAGMA query_only=OFF")

    with pytest.raises(StoreUnavailableError, match="writable"):
        store.write(work)


def test_a_reader_has_no_right_to_write(store: Store) -> None:
    with pytest.raises(StoreUnavailableError, match="writable"):
        store.read(lambda connection: connection.exec_driver_sql("DELETE FROM journal"))


def test_a_lock_held_too_long_is_unavailable(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_S", 0.05)
    other = sqlite3.connect(store.database.url.database or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailableError, match="write lock"):
        store.write(lambda connection: connection.exec_driver_sql("DELETE FROM journal"))
    other.close()
    store.write(lambda connection: connection.exec_driver_sql("DELETE FROM journal"))


def test_a_folder_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailableError, match="folder"):
        Store.open(str(tmp_path / "none" / "store.db"))
    with pytest.raises(StoreUnavailableError):
        Store.open(str(tmp_path / "none" / "store.db"), exclusive=True)


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(StoreUnavailableError):
        Store.open("postgresql://nobody@127.0.0.1:1/none")
