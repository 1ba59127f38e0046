"""One engine owns a store: an exclusive lock that ends with the process, however it ends.

SQLite: `flock` on a file beside the store, given back by the operating system even after SIGKILL.
PostgreSQL: a session advisory lock, given back by the server when the connection is gone; therefore the owner
also signs the store, and every commit of steps looks whether the signature still stands.
"""

import fcntl
import os
import secrets
import socket
from contextlib import suppress
from pathlib import Path
from typing import IO, Protocol

from sqlalchemy import Connection, delete, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.clock import posix_now
from dialer.domain.errors import FairdialError, StoreUnavailableError
from dialer.files import opened_private
from dialer.storage.database.connections import Database, PostgresDatabase, SqliteDatabase, translated
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


class _FileLock:
    def __init__(self, path: Path) -> None:
        self._file: IO[bytes] = opened_private(path, os.O_WRONLY | os.O_APPEND, "ab")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.close()
            raise StoreOwnedError(f"{path.with_suffix('')}: another engine owns this store") from error

    def release(self) -> None:
        self._file.close()


class _ServerLock:
    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database
        self._connection = database.run(self._take())

    async def _take(self) -> AsyncConnection:
        connection = await self._database.engine.connect()
        taken = await connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": ADVISORY_KEY})
        await connection.commit()
        if not taken:
            await connection.close()
            raise StoreOwnedError(f"{self._database.url!r}: another engine owns this store")
        return connection

    def release(self) -> None:
        """A server that went away has given the lock back by itself."""
        with suppress(StoreUnavailableError), translated():
            self._database.run(self._connection.invalidate())
            self._database.run(self._connection.close())


def own(database: Database) -> OwnerLock:
    """Become the one engine of this store.

    Raises:
        StoreOwnedError: somebody else is.
        StoreUnavailableError: the lock file cannot be made, or the server is not there.
    """
    with translated():
        if isinstance(database, SqliteDatabase):
            lock: OwnerLock = _FileLock(Path(f"{database.url.database}.lock"))
        else:
            lock = _ServerLock(database)
    return lock


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
    """Refuse to write for an owner who is none any more.

    A server gives the advisory lock back when the connection that holds it breaks, which its owner may not
    notice before another engine has taken the store over.

    Raises:
        StoreOwnedError: another engine signed since.
    """
    found = signed(connection)
    if found != signature:
        raise StoreOwnedError(f"another engine took this store over: {found}")
