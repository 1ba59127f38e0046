"""SQLite's log copied back beside the commits, so that no commit has to do it while somebody waits.

SQLite lets the commit that finds the log long copy it back, and sync the file, before it returns: beside an
import, whose pages are most of the log, that is the best part of a second. Here a thread does it, twice a
second, without any lock that a commit needs. The log starts anew when all of it is copied back and nobody
reads it; when commits follow one another too closely for that, they are kept out for the few pages left.
"""

import contextlib
import sqlite3
import threading
from typing import cast

EVERY_S = 0.5

LONG_PAGES = 1_000
"""Pages of the log (4 MB) from which on it is made to start anew."""

LEFT_PAGES = 300
"""Pages that are left at most when commits are kept out: copying them takes some ten milliseconds."""

ROUNDS = 4
"""Times the rest is copied in a row until so few are left: each round is shorter than the one before."""

KEPT_OUT_S = 0.02
"""Most seconds for which readers are waited for while commits are kept out; otherwise it is tried again."""


class LogKeeper:
    """Keeps the log of one store short, from its making until `close`."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True, name="store-log")
        self._thread.start()

    def close(self) -> None:
        """Stop; returns when the thread is done."""
        self._is_over.set()
        self._thread.join()

    def _work(self) -> None:
        opened = sqlite3.connect(self._path, isolation_level=None, timeout=KEPT_OUT_S)
        with contextlib.closing(opened) as connection:
            while not self._is_over.wait(EVERY_S):
                with contextlib.suppress(sqlite3.OperationalError):  # a full disk: the commits say so
                    copy_back(connection)


def copy_back(connection: sqlite3.Connection) -> int:
    """Copy back what can be without keeping anybody waiting; returns the pages of the log."""
    pages = 0
    for _ in range(ROUNDS):
        was_busy, pages, copied = _checkpoint(connection, "PASSIVE")
        if was_busy or pages < LONG_PAGES:
            break
        if pages - copied <= LEFT_PAGES:
            _checkpoint(connection, "RESTART")
            break
    return pages


def _checkpoint(connection: sqlite3.Connection, mode: str) -> tuple[int, int, int]:
    """Whether another connection was at it already, the log's pages, and those of them copied back."""
    row = connection.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
    return cast("tuple[int, int, int]", row)
