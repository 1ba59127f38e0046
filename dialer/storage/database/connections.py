"""Connections: one writer, one reader, the same synchronous functions over SQLite and PostgreSQL.

All statements of this package are functions of a SQLAlchemy `Connection`; a `Database` runs them in
transactions, for plain code. `dialer.storage.database.beside_loop` runs them over aiosqlite and
asyncpg for an event loop that must not be blocked.

SQLite: pysqlite's own transactions begin too late (two tasks can claim the same rows), so it is switched off
and every writing transaction begins with BEGIN IMMEDIATE. WAL with synchronous=FULL: a commit that returned
survives a power cut. Only a rehearsal, whose store can be made again, turns that off.
"""

import asyncio
import secrets
import threading
from collections.abc import Callable, Coroutine, Generator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    OperationalError,
    PendingRollbackError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, QueuePool

from dialer.clock import monotonic_now
from dialer.domain.errors import StoreDamagedError, StoreUnavailableError

T = TypeVar("T")

BUSY_S = 10.0
"""An importing process holds the write lock for some tens of milliseconds; ten seconds is an accident."""

BUSY_ROUND_MS = 20
"""SQLite looks for the write lock ever less often, down to once in 100 ms, and so misses gap after gap
between an import's transactions. Its patience is therefore short, and we begin anew: it then looks every
10 ms at least."""

ANSWER_S = 2.0
"""For what is asked of a server again and again, and not worth waiting for."""

CONNECT_S = 10.0
"""Within it a server greets whoever comes; one that takes a connection and says nothing is away."""

STATEMENT_S = 900.0
"""Longer than any statement of ours on a large store; one that never answers hangs no command for ever."""

CLOSE_S = 10.0
"""Most time for what is under way when a database is let go."""

CHECKPOINT_PAGES = 4_000
"""Pages of the log (16 MB) after which a commit copies them back."""

KEPT_CHECKPOINT_PAGES = 64_000
"""The same where a `LogKeeper` does it far sooner: no live commit should ever have to."""


class Work(Protocol):
    """Runs a function of a connection in a transaction."""

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run and commit. Raises StoreUnavailableError: nothing was written."""
        ...

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run against one consistent state, without the right to write."""
        ...


_OURS = (IntegrityError, DataError, ProgrammingError, NotSupportedError)
"""What a statement of ours did wrong, where the driver knows no state by the standard."""

_STATES_OF_OURS = frozenset({"0A", "21", "22", "23", "2F", "42", "P0"})
"""Classes of SQLSTATE that are about the statement and its values, or that a trigger raised; every other is
about the server: it is shutting down or starting up (57), out of room (53), its connection is gone (08), it
is read-only (25)."""

_DAMAGED = ("malformed", "not a database", "disk image", "file is encrypted")


@contextmanager
def translated() -> Generator[None]:
    """Whatever a database says while it goes, is away and comes back, as `StoreUnavailableError`.

    A violated constraint, a value that fits no column and a statement that is none stay what they are:
    defects of ours, which no waiting mends.
    """
    try:
        yield
    except DBAPIError as error:
        if _is_ours(error):
            raise
        raise _unavailable(error) from error
    except (PoolTimeoutError, PendingRollbackError, OSError) as error:
        raise _unavailable(error) from error
    except Exception as error:
        # What the driver says before there is a connection is not translated by SQLAlchemy.
        if type(error).__module__.partition(".")[0] != "asyncpg":
            raise
        raise _unavailable(error) from error


def _is_ours(error: DBAPIError) -> bool:
    if error.connection_invalidated or "read-only" in str(error):
        return False
    state = getattr(error.orig, "sqlstate", None)
    return isinstance(error, _OURS) if state is None else str(state)[:2] in _STATES_OF_OURS


def _unavailable(error: Exception) -> StoreUnavailableError:
    text = str(getattr(error, "orig", None) or error).lower()
    kind = StoreDamagedError if any(sign in text for sign in _DAMAGED) else StoreUnavailableError
    return kind(_advice(error))


def _advice(error: Exception) -> str:
    text = str(getattr(error, "orig", None) or error) or type(error).__name__
    lowered = text.lower()
    for sign, advice in (
        *((sign, "the file is damaged; restore a copy of it (`fairdial restore`)") for sign in _DAMAGED),
        ("full", "make room on the disk"),
        ("readonly", "make the store's file and folder writable"),
        ("read-only", "make the store writable"),
        ("locked", "another process holds the store's write lock for too long"),
        ("disk i/o error", "make room on the disk if it is full, or look what is wrong with it"),
        ("unable to open", "look whether the store's folder exists and may be entered and written"),
        ("refused", "start the database server"),
    ):
        if sign in lowered:
            return f"{text}: {advice}"
    return text


def is_sqlite(url: URL) -> bool:
    """Whether the store is one file."""
    return url.get_backend_name() == "sqlite"


def store_url(text: str) -> URL:
    """A store's address: a path, `sqlite:///path`, or `postgresql://user@host/name`."""
    if "://" not in text:
        return URL.create("sqlite", database=str(Path(text)))
    url = make_url(text)
    return url.set(drivername="postgresql+asyncpg") if url.get_backend_name() == "postgresql" else url


def address_of(url: URL) -> str:
    """Where a store is, without who asks: one name for it in every process."""
    if is_sqlite(url):
        return str(Path(url.database or "").resolve())
    return url.set(drivername="postgresql", username=None, password=None).render_as_string()


def _sqlite_engine(url: URL, *, writer: bool, durable: bool) -> Engine:
    engine = create_engine(url, poolclass=QueuePool, pool_size=1, max_overflow=0 if writer else 4)
    _prepare_sqlite(engine, writer=writer, durable=durable, checkpoint_pages=CHECKPOINT_PAGES)
    return engine


def async_sqlite_engine(url: URL, *, writer: bool, durable: bool) -> AsyncEngine:
    """The same connections over aiosqlite; whoever opens them keeps the log short."""
    engine = create_async_engine(
        url.set(drivername="sqlite+aiosqlite"),
        poolclass=AsyncAdaptedQueuePool,
        pool_size=1,
        max_overflow=0 if writer else 4,
    )
    _prepare_sqlite(
        engine.sync_engine, writer=writer, durable=durable, checkpoint_pages=KEPT_CHECKPOINT_PAGES
    )
    return engine


def _prepare_sqlite(engine: Engine, *, writer: bool, durable: bool, checkpoint_pages: int) -> None:
    @event.listens_for(engine, "connect")
    def prepare(raw: DBAPIConnection, _record: object) -> None:  # pyright: ignore[reportUnusedFunction]
        connection = cast("Any", raw)
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={1000 * BUSY_S:.0f}",
            "journal_mode=WAL",
            f"synchronous={'FULL' if durable else 'OFF'}",
            "foreign_keys=ON",
            "cache_size=-65536",
            "temp_store=MEMORY",
            "journal_size_limit=67108864",
            f"wal_autocheckpoint={checkpoint_pages}",
            f"query_only={'OFF' if writer else 'ON'}",
            *((f"busy_timeout={BUSY_ROUND_MS}",) if writer else ()),
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:  # pyright: ignore[reportUnusedFunction]
        if writer:
            _begin_immediately(connection)
        else:
            connection.exec_driver_sql("BEGIN")


def _begin_immediately(connection: Connection) -> None:
    until = monotonic_now() + BUSY_S
    while True:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except OperationalError as error:
            if "locked" not in str(error.orig) or monotonic_now() > until:
                raise
        else:
            return


class SqliteDatabase:
    """A store in one file, used from any thread, one writing transaction at a time."""

    def __init__(self, url: URL, *, durable: bool = True) -> None:
        self.url = url
        self.durable = durable
        self._writer = _sqlite_engine(url, writer=True, durable=durable)
        self._reader = _sqlite_engine(url, writer=False, durable=durable)
        self._writing = threading.Lock()

    def write(self, work: Callable[[Connection], T]) -> T:
        """See `Work.write`."""
        with translated(), self._writing, self._writer.begin() as connection:
            return work(connection)

    def read(self, work: Callable[[Connection], T]) -> T:
        """See `Work.read`."""
        with translated(), self._reader.begin() as connection:
            return work(connection)

    def close(self) -> None:
        """Let go of every connection."""
        self._reader.dispose()
        self._writer.dispose()


class PostgresDatabase:
    """A store on a server, used from plain code: an event loop in a thread of its own carries asyncpg.

    `guard` is asked first in every writing transaction, in it, and may refuse. `name` is what the server
    knows the connections of this opening by.
    """

    def __init__(self, url: URL) -> None:
        self.url = url
        self.name = f"fairdial {secrets.token_hex(8)}"
        self.guard: Callable[[Connection], None] | None = None
        self._is_left = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="store-postgres")
        self._thread.start()
        settings = {
            "server_settings": {"application_name": self.name},
            "timeout": CONNECT_S,
            "command_timeout": STATEMENT_S,
        }
        self.engine = create_async_engine(url, pool_size=4, max_overflow=4, connect_args=settings)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the database's own loop and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def submit_write(self, work: Callable[[Connection], T]) -> Future[T]:
        """`Work.write` in the database's own loop."""
        return asyncio.run_coroutine_threadsafe(_run_write(self.engine, self._guarded(work)), self._loop)

    def _guarded(self, work: Callable[[Connection], T]) -> Callable[[Connection], T]:
        guard = self.guard
        if guard is None:
            return work

        def guarded(connection: Connection) -> T:
            guard(connection)
            return work(connection)

        return guarded

    def submit_read(self, work: Callable[[Connection], T]) -> Future[T]:
        """`Work.read` in the database's own loop."""
        return asyncio.run_coroutine_threadsafe(_run_read(self.engine, work), self._loop)

    def answered(self, asked: Future[T], *, within: float = ANSWER_S) -> T:
        """What was asked, within a few seconds: of a server behind a cut wire nothing is ever heard.

        Raises:
            StoreUnavailableError: it does not answer.
        """
        try:
            return asked.result(within)
        except TimeoutError as error:
            if not self._loop.is_closed():
                asked.cancel()
            raise StoreUnavailableError(f"the server does not answer in {within:g} s") from error

    def write(self, work: Callable[[Connection], T]) -> T:
        """See `Work.write`."""
        return self.submit_write(work).result()

    def read(self, work: Callable[[Connection], T]) -> T:
        """See `Work.read`."""
        return self.submit_read(work).result()

    def close(self) -> None:
        """Let go of every connection and end the thread; closing twice does nothing more. A connection whose
        server does not answer ends with the process."""
        if self._loop.is_closed() or self._is_left:
            return
        try:
            self.answered(asyncio.run_coroutine_threadsafe(self.engine.dispose(), self._loop), within=CLOSE_S)
        except StoreUnavailableError:
            self._is_left = True
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CLOSE_S)
        if not self._thread.is_alive():
            self._loop.close()


async def _run_write(engine: AsyncEngine, work: Callable[[Connection], T]) -> T:
    with translated():
        async with engine.begin() as connection:
            return await connection.run_sync(work)


async def _run_read(engine: AsyncEngine, work: Callable[[Connection], T]) -> T:
    with translated():
        async with engine.connect() as plain:
            connection = await plain.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            async with connection.begin():
                return await connection.run_sync(work)


class OneTransaction:
    """A transaction that goes on, in the place of the database it is one of."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def write(self, work: Callable[[Connection], T]) -> T:
        """Part of the transaction: committed with it, or not at all."""
        return work(self._connection)

    def read(self, work: Callable[[Connection], T]) -> T:
        """What the transaction sees."""
        return work(self._connection)


Database = SqliteDatabase | PostgresDatabase


def connect(url: URL, *, durable: bool = True) -> Database:
    """Connect lazily; no statement is sent yet."""
    return SqliteDatabase(url, durable=durable) if is_sqlite(url) else PostgresDatabase(url)
