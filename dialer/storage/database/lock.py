"""One engine owns a store: an exclusive lock that ends with the process, however it ends.

SQLite: `flock` on a file beside the store, given back by the operating system even after SIGKILL.
PostgreSQL: a session advisory lock, given back by the server when the connection is gone; therefore the owner
also signs the store, and every writing transaction of the owner's looks whether the signature still stands,
and holds on to it until it ends: whoever takes over waits for it, so that nothing of an older term is
committed after the newer one has read what there is. A process that was stopped or cut off in the middle of a
transaction would be waited for without end: whoever takes over ends its connections at the server (`evict`).
"""

import asyncio
import fcntl
import os
import secrets
import socket
from contextlib import suppress
from pathlib import Path
from typing import IO, Protocol

from sqlalchemy import Connection, delete, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.clock import posix_now
from dialer.domain.errors import FairdialError, StoreUnavailableError
from dialer.files import opened_private
from dialer.storage.database.connections import (
    ANSWER_S,
    Database,
    PostgresDatabase,
    SqliteDatabase,
    translated,
)
from dialer.storage.database.tables import owner

ADVISORY_KEY = 0x0FA17D1A1
"""Any number that no other program locks in the same database."""


class StoreOwnedError(FairdialError):
    """Another engine owns this store. Stop it first; two engines would call the same people."""


class OwnerLock(Protocol):
    """Held until released."""

    def release(self) -> None:
        """Give it back."""
        ...

    def hold_on(self) -> None:
        """Take it again where the server has lost it. Raises StoreOwnedError: somebody else has it."""
        ...


class _FileLock:
    def __init__(self, path: Path) -> None:
        self._file: IO[bytes] = opened_private(path, os.O_WRONLY | os.O_APPEND, "ab")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not path.exists() or not os.path.samestat(path.stat(), os.fstat(self._file.fileno())):
                raise BlockingIOError("whoever had it took the file away: the next may have another")
        except BlockingIOError as error:
            self._file.close()
            raise StoreOwnedError(f"{path.with_suffix('')}: another engine owns this store") from error

    def release(self) -> None:
        self._file.close()

    def hold_on(self) -> None:
        """The operating system loses nothing."""


class _ServerLock:
    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database
        self._looking = asyncio.Lock()
        self._holding: AsyncConnection | None = database.run(self._take())

    async def _take(self) -> AsyncConnection:
        connection = await self._database.engine.connect()
        try:
            await self._end_lost(connection)
            taken = await connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": ADVISORY_KEY})
            await connection.commit()
        except BaseException:  # it may have the lock, and nobody would know of it
            await connection.invalidate()
            await connection.close()
            raise
        if not taken:
            await connection.close()
            raise StoreOwnedError(f"{self._database.url!r}: another engine owns this store")
        return connection

    async def _end_lost(self, connection: AsyncConnection) -> None:
        """A connection that was given up here may hold the lock at the server still: nobody else has it."""
        mine = {"mine": self._database.name, "key": ADVISORY_KEY, "ends_ms": ENDS_MS}
        if not all(await connection.scalars(_END_LOST, mine)):
            raise StoreUnavailableError("the server has not ended a lost connection that holds the lock")

    def hold_on(self) -> None:
        """A server that was restarted has forgotten who held it."""
        with translated():
            self._database.run(self._take_again())

    async def _take_again(self) -> None:
        async with self._looking:  # of two who ask at once, one would take the other's question for a loss
            if not await self._still_holds():
                await self._let_go()
                async with asyncio.timeout(ANSWER_S + ENDS_MS / 1000):
                    self._holding = await self._take()

    async def _still_holds(self) -> bool:
        if self._holding is None:
            return False
        try:
            async with asyncio.timeout(ANSWER_S):
                await self._holding.scalar(text("SELECT 1"))
                await self._holding.commit()
        except (DBAPIError, TimeoutError):
            return False
        return True

    async def _let_go(self) -> None:
        holding, self._holding = self._holding, None
        if holding is not None:
            await holding.invalidate()
            await holding.close()

    def release(self) -> None:
        """A server that went away, or gave the lock to another engine, needs no word of ours."""
        with suppress(StoreUnavailableError), translated():
            self._database.run(self._let_go())


def own(database: Database) -> OwnerLock:
    """Become the one engine of this store.

    Raises:
        StoreOwnedError: somebody else is.
        StoreUnavailableError: the lock file cannot be made, or the server is not there.
    """
    if isinstance(database, SqliteDatabase):
        return own_file(Path(str(database.url.database)))
    with translated():
        return _ServerLock(database)


def own_file(store: Path) -> OwnerLock:
    """The same of a store that is a file, made or not made yet."""
    with translated():
        return _FileLock(lock_of(store))


def lock_of(store: Path) -> Path:
    """The file beside a store that its owner holds. It is taken away by who holds it alone."""
    return Path(f"{store}.lock")


# A connection that was told to end holds its locks until it has: the server waits for that, up to `ENDS_MS`.
ENDS_MS = 5_000

SILENT_S = 6.0
"""Seconds without a word to the server after which who holds the lock, and no lease, is taken for stopped."""

_LOCKED = """
    SELECT holding.application_name AS name FROM pg_locks JOIN pg_stat_activity AS holding USING (pid)
    WHERE locktype = 'advisory' AND classid = 0 AND objid::bigint = :key AND granted
    AND datname = current_database() AND holding.application_name LIKE 'fairdial %' AND NOT EXISTS (
        SELECT 1 FROM pg_stat_activity AS busy WHERE busy.application_name = holding.application_name AND (
            busy.state = 'active' OR busy.state_change > clock_timestamp() - make_interval(secs => :silent_s)
        )
    )
"""
"""Who holds the lock and has been silent: whoever makes the tables before it takes the lease is at work."""

_EVICT = text(f"""
SELECT pg_terminate_backend(pid, :ends_ms) FROM pg_stat_activity
WHERE datname = current_database() AND application_name <> :mine
AND EXISTS (SELECT 1 FROM lease WHERE term = :term) AND application_name IN (
    SELECT holder FROM lease WHERE holder <> '' UNION {_LOCKED}
)
""")

_EVICT_SILENT = text(f"""
SELECT pg_terminate_backend(pid, :ends_ms) FROM pg_stat_activity
WHERE datname = current_database() AND application_name <> :mine AND application_name IN ({_LOCKED})
""")

_END_LOST = text("""
SELECT pg_terminate_backend(pid, :ends_ms) FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE locktype = 'advisory' AND classid = 0 AND objid::bigint = :key AND granted
AND datname = current_database() AND application_name = :mine
""")


def evict(database: Database, term: int) -> None:
    """End every connection of whoever owned the store in this term, at the server; nothing happens where
    somebody took a later one. A file's owner cannot be evicted: the operating system knows whether it lives.

    Raises:
        StoreUnavailableError: the server is not there, or another role's connections may not be ended.
    """
    if isinstance(database, PostgresDatabase):
        values = _values(database) | {"term": term}
        database.write(lambda c: c.execute(_EVICT, values))


def evict_silent(database: Database) -> None:
    """End every connection of whoever holds the lock without a lease, if it has done nothing for `SILENT_S`:
    it was stopped between the two, and would be waited for without end. One that makes the tables is at work
    at the server, and is left alone.

    Raises:
        StoreUnavailableError: the server is not there, or another role's connections may not be ended.
    """
    if isinstance(database, PostgresDatabase):
        values = _values(database)
        database.write(lambda c: c.execute(_EVICT_SILENT, values))


def _values(database: PostgresDatabase) -> dict[str, object]:
    return {"mine": database.name, "key": ADVISORY_KEY, "silent_s": SILENT_S, "ends_ms": ENDS_MS}


def sign(connection: Connection) -> str:
    """Write down who owns the store; returns the signature, which no other opening has."""
    who = f"{socket.gethostname()} process {os.getpid()} {secrets.token_hex(8)}"
    connection.execute(delete(owner))
    connection.execute(insert(owner), {"id": 1, "who": who, "since": posix_now()})
    return who


def signed(connection: Connection) -> str | None:
    """Who owned the store last."""
    return connection.scalar(select(owner.c.who))


def require(connection: Connection, signature: str) -> None:
    """Refuse to write for an owner who is none any more, and let nobody else sign before this ends.

    A server gives the advisory lock back when the connection that holds it breaks, which its owner may not
    notice before another engine has taken the store over.

    Raises:
        StoreOwnedError: another engine signed since.
    """
    found = connection.scalar(select(owner.c.who).with_for_update(read=True))
    if found != signature:
        raise StoreOwnedError(f"another engine took this store over: {found or signed(connection)}")
