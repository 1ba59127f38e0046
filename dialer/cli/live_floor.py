"""A live floor put together: store, gate, engine, telephone system, HTTP, and the order of their lives.

Nothing is decided here. The order matters: the store is owned and the start is counted before anything else,
the engine is rebuilt before the telephone system is spoken to, and the last thing to go is the store.
"""

import asyncio
import signal
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import structlog
from sqlalchemy import select

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.book.rulebook import Rulebook
from dialer import clock
from dialer.cli.import_news import ImportNews, catch_up, finish_beside
from dialer.cli.rulebooks import rulebook_for_calls
from dialer.domain.caller_id import OwnedNumber
from dialer.domain.campaign import CampaignSettings
from dialer.domain.commands import Command, RefillHopper
from dialer.domain.errors import StoreUnavailableError
from dialer.domain.events import (
    CallerIdsDeclared,
    CampaignConfigured,
    CampaignStarted,
    LeadsFetched,
)
from dialer.domain.ids import NumberId
from dialer.domain.inbound import Caller
from dialer.domain.listening import TalkControls
from dialer.domain.ports import JournalEntry, KeyPad, TelephoneSystem
from dialer.engine.context import Gate
from dialer.runtime.clocks import Clock
from dialer.runtime.floor import Floor
from dialer.runtime.recovery import Checkpoint, Recovered, recover
from dialer.runtime.settings import RuntimeSettings
from dialer.runtime.undisturbed import undisturbed
from dialer.storage.database.lock import StoreOwnedError
from dialer.storage.database.tables import telephone_numbers
from dialer.storage.journal.checkpoints import journal_since, last_sequence
from dialer.storage.journal.comparison import compare
from dialer.storage.live import LiveStore
from dialer.storage.projecting.inbound_rows import callers_of
from dialer.storage.store import Store
from dialer.web.application import make_web
from dialer.web.phone.accounts import Phones
from dialer.web.server import serving
from dialer.web.tokens import Tokens

log = structlog.get_logger(__name__)

READ_AT_ONCE = 2000
"""Journal entries read together at a start."""

OWNED_S = 5.0
"""Seconds for which a start waits for the store's last owner to be gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorOrder:
    """A floor to run.

    Args:
        database: a path, or a PostgreSQL address.
        campaigns: configured and started when the engine does not know them yet.
        is_always_configured: what the engine knows of a campaign gives way to `campaigns` at every start;
            whether it runs is left as it was.
        caller_ids: the numbers of ours that may be shown; a campaign that would show another is refused.
        port: of the HTTP side; 0 = any free one.
        phones: the agents' browser phones.
    """

    database: str
    campaigns: tuple[CampaignSettings, ...]
    tokens: Tokens
    host: str = "127.0.0.1"
    port: int = 0
    settings: RuntimeSettings = field(default_factory=RuntimeSettings)
    is_always_configured: bool = False
    caller_ids: tuple[OwnedNumber, ...] = ()
    phones: Phones = field(default_factory=Phones)


class FloorStore:
    """`dialer.runtime.ports.Store` over the live store.

    Numbers are looked up in a thread of their own: a call that is cleared for five seconds does not queue
    behind the files of hundreds of people for the hopper.
    """

    def __init__(self, live: LiveStore) -> None:
        self._live = live
        self._is_in_doubt = False
        self._numbers = ThreadPoolExecutor(1, thread_name_prefix="store-numbers")

    async def append(self, entries: Sequence[JournalEntry]) -> None:
        """Write and commit. After a failure the store is asked first what it holds: a commit whose answer was
        lost on the way (a server that went away) may have gone through."""
        if self._is_in_doubt:
            held = await self._live.database.read(last_sequence)
            entries = [entry for entry in entries if entry.sequence > held]
        try:
            await self._live.journal.append(entries)
        except StoreUnavailableError:
            self._is_in_doubt = True
            raise
        self._is_in_doubt = False

    async def save(self, *, sequence: int, data: bytes) -> None:
        """Write a checkpoint."""
        await self._live.journal.save_checkpoint(sequence=sequence, at=clock.posix_now(), body=data)

    async def fetch(self, command: RefillHopper) -> LeadsFetched:
        """Leads and their people."""
        return await self._live.leads.fetch(command)

    async def dial_number(self, number: NumberId) -> str | None:
        """One number in clear."""
        return (await self.dial_numbers([number])).get(number)

    async def dial_numbers(self, numbers: Sequence[NumberId]) -> Mapping[NumberId, str]:
        """Numbers in clear, for the wire."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._numbers, self._read_numbers, numbers)

    def _read_numbers(self, numbers: Sequence[NumberId]) -> Mapping[NumberId, str]:
        table = telephone_numbers.c
        query = select(table.number, table.e164).where(table.number.in_(numbers))
        rows = self._live.store.read(lambda connection: connection.execute(query).all())
        return {NumberId(row.number): str(row.e164) for row in rows}

    async def callers(self, e164: str) -> tuple[NumberId, tuple[Caller, ...]]:
        """Who is on file with a number; the id is the number's own, on file or not."""
        loop = asyncio.get_running_loop()
        number = self._live.store.identifiers.number(e164)
        work = partial(callers_of, number=number)
        return number, await loop.run_in_executor(self._numbers, self._live.store.read, work)

    def close(self) -> None:
        """End the threads after what they are at."""
        self._numbers.shutdown()


def rebuild(store: Store, gate: Gate) -> Recovered:
    """Count this start, then the engine as of the last committed step.

    Raises:
        RecoveryRefusedError: journal and program disagree.
    """
    generation = store.start_generation()
    found = store.checkpoint()
    checkpoint = None if found is None else Checkpoint(sequence=found.sequence, data=found.body)
    first = 0 if found is None else found.sequence
    return recover(
        gate,
        generation=generation,
        checkpoint=checkpoint,
        entries=_entries_after(store, first),
        difference=_difference,
    )


def _entries_after(store: Store, sequence: int) -> Iterator[JournalEntry]:
    while entries := _some_entries(store, sequence):
        yield from entries
        sequence = entries[-1].sequence


def _some_entries(store: Store, sequence: int) -> tuple[JournalEntry, ...]:
    return store.read(lambda connection: journal_since(connection, sequence, limit=READ_AT_ONCE))


def _difference(entry: JournalEntry, commands: tuple[Command, ...]) -> str | None:
    if entry.commands == commands:
        return None
    found = compare(entry, commands)
    return None if found is None else str(found)


@dataclass(frozen=True, slots=True)
class Running:
    """A floor at work, and where its HTTP side listens."""

    floor: Floor
    port: int


@asynccontextmanager
async def running_floor(
    order: FloorOrder,
    *,
    network: TelephoneSystem,
    clock: Clock,
    gate: Gate | None = None,
    rulebook: Rulebook | None = None,
) -> AsyncGenerator[Running]:
    """A floor while the block runs; leaving the block stops it in order.

    Args:
        rulebook: the law it calls under; None = the packaged law with the house's own signatures.

    Raises:
        StoreOwnedError: another engine owns the store.
        StoreUnavailableError: it cannot be opened.
        RecoveryRefusedError: journal and program disagree.
    """
    rulebook = rulebook if rulebook is not None else rulebook_for_calls()
    gate = gate if gate is not None else ComplianceGate(rulebook)
    async with AsyncExitStack() as stack:
        store = stack.enter_context(await _open(order.database))
        now = clock.posix()
        await asyncio.to_thread(store.enter_rulebook, rulebook.hash, now=now)
        recovered = await asyncio.to_thread(rebuild, store, gate)
        behind = await asyncio.to_thread(catch_up, store, recovered.engine)
        live = await stack.enter_async_context(LiveStore(store, now=clock.posix))
        stack.enter_context(undisturbed())
        floor_store = FloorStore(live)
        stack.callback(floor_store.close)
        floor = Floor(
            recovered=recovered,
            store=floor_store,
            network=network,
            clock=clock,
            settings=order.settings,
        )
        registry = floor.instruments.registry
        web = make_web(
            floor=floor,
            tokens=order.tokens,
            registry=registry,
            phones=order.phones,
            keypad=network if isinstance(network, KeyPad) else None,
            controls=network if isinstance(network, TalkControls) else None,
        )
        news = ImportNews(floor, recovered.engine, live.database, now=clock.posix, behind=behind)
        async with asyncio.TaskGroup() as group:
            # First, so that a floor that is behind holds its launches before it hears the telephone system.
            beside = [group.create_task(news.run(), name="imports")]
            running = group.create_task(floor.run(), name="floor")
            beside.append(group.create_task(web.run(), name="broadcast"))
            beside.append(group.create_task(finish_beside(order.database, now=now), name="finish imports"))
            try:
                await _configure(floor, order)
                async with serving(web.application, host=order.host, port=order.port) as port:
                    yield Running(floor, port)
                    floor.stop()
                    await asyncio.wait({running})  # its HTTP side answers until the end
            finally:
                floor.stop()
                for task in beside:
                    task.cancel()


async def _open(database: str) -> Store:
    """Own the store; a process that was killed a moment ago may still be let go of by its server."""
    until = clock.monotonic_now() + OWNED_S
    while True:
        try:
            return await asyncio.to_thread(Store.open, database, exclusive=True)
        except StoreOwnedError:
            if clock.monotonic_now() > until:
                raise
        await asyncio.sleep(0.2)


async def _configure(floor: Floor, order: FloorOrder) -> None:
    await floor.submit(CallerIdsDeclared(numbers=order.caller_ids))
    known = {row.campaign for row in floor.snapshot().campaigns}
    for settings in order.campaigns:
        if order.is_always_configured or settings.campaign not in known:
            await floor.submit(CampaignConfigured(settings=settings))
        if settings.campaign not in known:
            await floor.submit(CampaignStarted(campaign=settings.campaign))


async def work_until_signal(floor: Floor) -> None:
    """Return when the floor is over: the first SIGTERM or SIGINT stops it in order, the second at once."""
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, floor.stop)
    await floor.wait_stopped()
