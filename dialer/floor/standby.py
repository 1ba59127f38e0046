"""Who is in charge of a store on a server: one engine beats, another waits until it is needed.

Theory of operation. Whoever is in charge writes a beat twice a second (`kept_charge`); an answer that
somebody took a later term ends the floor. Whoever stands by looks as often (`take_charge`). When the lease is
given back, it opens the store; when it is over, it ends the other's connections at the server first. What it
then finds is what any restart finds: a journal, and calls that are up. The old term is refused by the store
and by the telephone system from there on, however late it wakes.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress

import structlog
from sqlalchemy import Connection

from dialer.clock import monotonic_now
from dialer.domain.errors import MendableError, OlderTermError, StoreUnavailableError
from dialer.domain.lease import BEAT_S, LeaseReading, LeaseState, LeaseWatch
from dialer.storage.database.connections import PostgresDatabase, connect, is_sqlite, store_url
from dialer.storage.database.lease import look
from dialer.storage.database.lock import StoreOwnedError
from dialer.storage.store import Store, demand_keys

log = structlog.get_logger(__name__)

OwnedStore = Store
"""A store, opened to be in charge of it."""

Overtaken = Callable[[Exception], None]
"""Told that another engine is in charge, and how that was found out."""


def nobody_told(_: Exception) -> None:
    """Where whoever runs the floor hears of it by the error alone."""


def demand_shared(database: str) -> None:
    """A second engine can only wait for a store that it can reach.

    Raises:
        MendableError: the store is a file.
    """
    if is_sqlite(store_url(database)):
        raise MendableError(
            "a standby needs a store on a server: a file belongs to one machine",
            where=database,
            mend="put it on PostgreSQL (--database postgresql://user@host/name), or leave out --standby.",
        )


@asynccontextmanager
async def kept_charge(
    store: Store, *, address: str, overtaken: Overtaken = nobody_told
) -> AsyncGenerator[None]:
    """The lease of an owned store beats while the block runs. A file needs none.

    Args:
        address: where the one in charge can be asked, for whoever waits; '' = nowhere.
        overtaken: told at once when somebody else is in charge: what follows may wait for a server in vain.

    Raises:
        StoreOwnedError: in a group; somebody else is in charge, and the block was cancelled.
    """
    if not store.is_shared:
        yield
        return
    over = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(told_when_overtaken(_beat(store, address, over), overtaken), name="lease")
        try:
            yield
        finally:
            over.set()


async def told_when_overtaken(work: Coroutine[object, object, None], overtaken: Overtaken) -> None:
    """Run it; say so where it ended because another engine is in charge."""
    try:
        await work
    except (OlderTermError, StoreOwnedError) as error:
        overtaken(error)
        raise
    except ExceptionGroup as group:
        found = group.subgroup((OlderTermError, StoreOwnedError))
        while isinstance(found, ExceptionGroup):
            found = found.exceptions[0]
        if isinstance(found, (OlderTermError, StoreOwnedError)):
            overtaken(found)
        raise


async def _beat(store: Store, address: str, over: asyncio.Event) -> None:
    is_told = False
    while not over.is_set():
        try:
            await asyncio.to_thread(store.beat, address=address)
            is_told = False
        except StoreUnavailableError as error:
            if not is_told:  # the floor holds its launches by itself: it cannot write either
                log.warning("lease.not_renewed", term=store.term, why=str(error))
            is_told = True
        with suppress(TimeoutError):
            async with asyncio.timeout(BEAT_S):
                await over.wait()


async def take_charge(
    database: str,
    *,
    told: Callable[[LeaseReading | None], None],
    now: Callable[[], float] = monotonic_now,
    wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Store:
    """Wait until nobody is in charge of the store, then own it.

    Args:
        told: what was read last, for whoever asks meanwhile; None = the store could not be read.
        now, wait: a monotonic clock, and what lets so many seconds of it go by.

    Raises:
        KeysMissingError, WrongKeyError: the store's keys are not here; found out at the first look, and not
            only when the one in charge was put out.
    """
    looking = connect(store_url(database))
    assert isinstance(looking, PostgresDatabase), "see `demand_shared`"
    watch, has_keys = LeaseWatch(), False
    try:
        while True:
            reading = await asyncio.to_thread(_read, looking, look if has_keys else _look_for_keys)
            has_keys = has_keys or reading is not None
            told(reading)
            state = watch.look(reading, at=now())
            if state is LeaseState.OVER and reading is not None:
                store = await _opened(database, reading)
                if store is not None:
                    log.info("lease.taken", term=store.term, before=reading.term)
                    return store
                # Whoever was quicker may not have written its lease yet: it has as long as a new one.
                watch = LeaseWatch()
            await wait(BEAT_S)
    finally:
        await asyncio.to_thread(looking.close)


def _look_for_keys(connection: Connection) -> LeaseReading:
    demand_keys(connection)
    return look(connection)


def _read(database: PostgresDatabase, work: Callable[[Connection], LeaseReading]) -> LeaseReading | None:
    try:
        return database.answered(database.submit_read(work))
    except StoreUnavailableError as error:
        log.warning("lease.not_read", why=str(error))
        return None


async def _opened(database: str, over: LeaseReading) -> Store | None:
    """The store, owned; None where somebody else was quicker, or the server went away again."""
    evicts = over.term if over.holder else None
    try:
        return await asyncio.to_thread(
            Store.open, database, exclusive=True, evicts=evicts, evicts_silent=not over.holder
        )
    except (StoreOwnedError, StoreUnavailableError) as error:
        log.info("lease.not_taken", why=str(error))
        return None
