"""SQLite's log is copied back beside the commits, and starts anew when nobody reads it."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from dialer.storage.database.connections import KEPT_CHECKPOINT_PAGES
from dialer.storage.database.log_keeper import KEPT_OUT_S, LONG_PAGES, LogKeeper, copy_back
from dialer.storage.live import LiveStore
from dialer.storage.store import Store

PAGE = 4096


def open_plain(path: Path) -> contextlib.closing[sqlite3.Connection]:
    return contextlib.closing(sqlite3.connect(path, isolation_level=None, timeout=KEPT_OUT_S))


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    """A file whose log is long already."""
    made = tmp_path / "long.db"
    with open_plain(made) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("PRAGMA wal_autocheckpoint=0")
        writer.execute("CREATE TABLE heavy (body BLOB)")
        write_pages(writer, LONG_PAGES + 10)
        yield made


def write_pages(writer: sqlite3.Connection, pages: int) -> None:
    writer.execute("INSERT INTO heavy VALUES (zeroblob(?))", (pages * PAGE,))


def test_a_long_log_starts_anew_with_the_next_commit(path: Path) -> None:
    with open_plain(path) as keeper, open_plain(path) as writer:
        assert copy_back(keeper) > LONG_PAGES
        write_pages(writer, 5)
        assert copy_back(keeper) < 20


def test_while_somebody_reads_everything_is_copied_and_nobody_is_kept_out(path: Path) -> None:
    with open_plain(path) as keeper, open_plain(path) as writer, open_plain(path) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM heavy").fetchone() == (1,)
        assert copy_back(keeper) > LONG_PAGES
        write_pages(writer, 5)
        assert reader.execute("SELECT count(*) FROM heavy").fetchone() == (1,), "it sees what it saw"
        reader.execute("COMMIT")
        assert copy_back(keeper) > LONG_PAGES, "it could not start anew under the reader"
        write_pages(writer, 5)
        assert copy_back(keeper) < 20


def test_closing_ends_the_thread(path: Path) -> None:
    LogKeeper(str(path)).close()
    with open_plain(path) as writer:
        write_pages(writer, 1)


async def test_live_commits_leave_the_log_to_the_keeper(store: Store) -> None:
    def pages_of(connection: Connection) -> int:
        return int(connection.exec_driver_sql("PRAGMA wal_autocheckpoint").scalar() or 0)

    async with LiveStore(store, now=lambda: 1.0) as live:
        assert await live.database.write(pages_of) == KEPT_CHECKPOINT_PAGES > 10 * LONG_PAGES
