"""A database from inside an event loop that must not be blocked.

One loop in a thread of its own carries the asynchronous driver: aiosqlite for a file, asyncpg for a server.
What is decoded from rows there does not hold up the loop that answers the telephone; the same functions of a
`Connection` run as everywhere else in this package.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.storage.database.connections import (
    CLOSE_S,
    Database,
    PostgresDatabase,
    async_sqlite_engine,
    translated,
)
from dialer.storage.database.log_keeper import LogKeeper

log = structlog.get_logger(__name__)

T = TypeVar("T")


class BesideLoop:
    """`Work`, awaited. Transactions that write follow one another in the order in which they were asked for.

    A caller that is cancelled does not cancel its transaction: it ends as if nobody had stopped waiting.
    """

    def __init__(self, database: Database) -> None:
        self._pending: set[asyncio.Future[Any]] = set()
        self._writing = asyncio.Lock()
        if isinstance(database, PostgresDatabase):
            self._carrier: _Carrier = _Server(database)
        else:
            self._carrier = _File(
                async_sqlite_engine(database.url, writer=True, durable=database.durable),
                async_sqlite_engine(database.url, writer=False, durable=database.durable),
                LogKeeper(database.url.database or ""),
            )

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run and commit without blocking the loop. Raises StoreUnavailableError: nothing was written."""
        return await self._ended(self._write(work))

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Read one consistent state without blocking the loop. Raises StoreUnavailableError."""
        return await self._ended(self._carrier.read(work))

    async def close(self) -> None:
        """End after what is under way; what does not end in a while is given up, as by a process that dies:
        of a server behind a cut wire nothing is heard."""
        until = asyncio.get_running_loop().time() + CLOSE_S
        while self._pending and (left := until - asyncio.get_running_loop().time()) > 0.0:
            await asyncio.wait(self._pending, timeout=left)
        if self._pending:
            log.warning("store.given_up", transactions=len(self._pending), after_s=CLOSE_S)
        for task in tuple(self._pending):
            task.cancel()
        await self._carrier.close()

    async def _write(self, work: Callable[[Connection], T]) -> T:
        async with self._writing:
            return await self._carrier.write(work)

    async def _ended(self, work: Coroutine[Any, Any, T]) -> T:
        task = asyncio.ensure_future(work)
        self._pending.add(task)
        task.add_done_callback(self._over)
        return await asyncio.shield(task)

    def _over(self, task: asyncio.Future[Any]) -> None:
        self._pending.discard(task)
        if not task.cancelled():
            task.exception()  # of a caller who waits no more: theirs alone to hear


class _Server:
    """A server's database has a loop of its own already."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    async def write(self, work: Callable[[Connection], T]) -> T:
        return await asyncio.wrap_future(self._database.submit_write(work))

    async def read(self, work: Callable[[Connection], T]) -> T:
        return await asyncio.wrap_future(self._database.submit_read(work))

    async def close(self) -> None:
        """Whoever opened the database closes it."""


class _File:
    """One writing and one reading connection over aiosqlite, in a loop of their own."""

    def __init__(self, writer: AsyncEngine, reader: AsyncEngine, log_keeper: LogKeeper) -> None:
        self._writer = writer
        self._reader = reader
        self._log_keeper = log_keeper
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="store-sqlite")
        self._thread.start()

    async def write(self, work: Callable[[Connection], T]) -> T:
        return await self._run(_transaction(self._writer, work))

    async def read(self, work: Callable[[Connection], T]) -> T:
        return await self._run(_transaction(self._reader, work))

    async def close(self) -> None:
        await asyncio.to_thread(self._log_keeper.close)
        await self._run(self._writer.dispose())
        await self._run(self._reader.dispose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        await asyncio.to_thread(self._thread.join)
        self._loop.close()

    async def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))


_Carrier = _Server | _File


async def _transaction(engine: AsyncEngine, work: Callable[[Connection], T]) -> T:
    with translated():
        async with engine.begin() as connection:
            return await connection.run_sync(work)
