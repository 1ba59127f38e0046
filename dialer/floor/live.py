"""A live floor put together: store, gate, engine, telephone system, and the order of their lives.

Nothing is decided here. The order matters: the store is owned and the start is counted before anything else,
the engine is rebuilt before the telephone system is spoken to, and the last thing to go is the store. What a
floor shows to the outside (its HTTP side) is handed in and mounted once the floor is configured: the floor
knows no web.
"""

import asyncio
import signal
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

import structlog
from prometheus_client import CollectorRegistry

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.book.rulebook import Rulebook
from compliance_gate.book.sources import write_sources
from dialer import clock
from dialer.back_off import BackOff
from dialer.domain.caller_id import CallerIdPool, OwnedNumber
from dialer.domain.campaign import CampaignSettings
from dialer.domain.errors import MendableError
from dialer.domain.events import CallerIdsDeclared, CampaignConfigured, CampaignStarted
from dialer.domain.ports import KeepsTerm, TelephoneSystem
from dialer.engine.context import Gate
from dialer.floor.attesting import Attesting, demand_attested
from dialer.floor.configured import as_settings_said
from dialer.floor.copies import CopyWatch
from dialer.floor.floor_store import FloorStore
from dialer.floor.import_news import ImportNews, catch_up, finish_beside
from dialer.floor.keeping import kept_going
from dialer.floor.law import demand_lawful, rulebook_for_calls
from dialer.floor.messages import demand_messages
from dialer.floor.rebuilding import rebuild
from dialer.floor.spoken_words import SealedWords
from dialer.floor.standby import Overtaken, kept_charge, nobody_told, told_when_overtaken
from dialer.runtime.clocks import Clock
from dialer.runtime.floor import Floor
from dialer.runtime.heap import keep_one_heap
from dialer.runtime.settings import RuntimeSettings
from dialer.runtime.undisturbed import undisturbed
from dialer.storage.database.lock import StoreOwnedError
from dialer.storage.journal.codecs import must_read_back
from dialer.storage.live import LiveStore
from dialer.storage.store import Store

log = structlog.get_logger(__name__)

OWNED_S = 5.0
"""Seconds for which a start waits for the store's last owner to be gone."""


class Mount(Protocol):
    """What a floor shows to the outside, in use while its block runs."""

    def __call__(
        self, floor: Floor, network: TelephoneSystem, registry: CollectorRegistry
    ) -> AbstractAsyncContextManager[int]:
        """Gives the port on which it listens. `registry`: the floor's figures, for Prometheus."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorOrder:
    """A floor to run.

    Args:
        database: a path, or a PostgreSQL address.
        campaigns: configured and started when the engine does not know them yet.
        is_always_configured: what the engine knows of a campaign gives way to `campaigns` at every start;
            whether it runs is left as it was.
        caller_ids: the numbers of ours that may be shown; a campaign that would show another is refused.
        caller_id_pools: which of them the campaigns that name a pool may show.
        prepare: what is to be done with the store before its floor is made, once it is owned and its lease is
            kept: whoever starts beside it waits, or is refused, and does not do it, too.
        store: owned already, by whoever waited for it and keeps its lease; None = it is owned here.
        address: where its HTTP side is, for whoever waits.
        overtaken: see `kept_charge`.
        mount: the HTTP side, `dialer.web.mounting.HttpSide(...).mount`; None = nobody looks in from outside.
    """

    database: str
    campaigns: tuple[CampaignSettings, ...]
    settings: RuntimeSettings = field(default_factory=RuntimeSettings)
    is_always_configured: bool = False
    caller_ids: tuple[OwnedNumber, ...] = ()
    caller_id_pools: tuple[CallerIdPool, ...] = ()
    mount: Mount | None = None
    prepare: Callable[[Store], None] | None = None
    store: Store | None = None
    address: str = ""
    overtaken: Overtaken = nobody_told


@dataclass(frozen=True, slots=True)
class Running:
    """A floor at work, and where its HTTP side listens; `port` 0 = it has none."""

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
        JournalAlteredError: the journal's end is not what was signed.
        MendableError: a campaign is set looser than law and policy in force, or would say to anybody what
            only the person may hear.
    """
    keep_one_heap()
    rulebook = rulebook if rulebook is not None else rulebook_for_calls()
    if gate is None:
        demand_lawful(order.campaigns, rulebook)
        demand_messages(order.campaigns)
        gate = ComplianceGate(rulebook)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(_owned(order, network))
        now = clock.posix()
        await asyncio.to_thread(_enter, rulebook, store, now)
        await asyncio.to_thread(demand_attested, store)
        attesting = Attesting(store)
        stack.push_async_callback(attesting.once)  # the last steps, when nothing writes any more
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
            check=must_read_back,
            seal=SealedWords(store.keyring),
        )
        mount = order.mount or _nothing
        news = ImportNews(floor, live.database, now=clock.posix, behind=behind)
        async with asyncio.TaskGroup() as group:
            # First, so that a floor that is behind holds its launches before it hears the telephone system.
            beside = [group.create_task(news.run(), name="imports")]
            running = group.create_task(told_when_overtaken(floor.run(), order.overtaken), name="floor")
            beside.append(group.create_task(finish_beside(order.database, now=now), name="finish imports"))
            beside.append(group.create_task(attesting.run(), name="attest"))
            copies = CopyWatch(store, floor.instruments.registry)
            beside.append(group.create_task(kept_going(copies.run, name="copies"), name="copies"))
            try:
                await _configure(floor, order, store, rulebook)
                async with mount(floor, network, floor.instruments.registry) as port:
                    yield Running(floor, port)
                    floor.stop()
                    await asyncio.wait({running})  # what is mounted answers until the end
            finally:
                floor.stop()
                for task in beside:
                    task.cancel()


def _enter(rulebook: Rulebook, store: Store, now: float) -> None:
    """Keep the law that is called under, for whoever asks one day by which it was."""
    store.enter_rulebook(rulebook.hash, text=rulebook.text, sources=write_sources(rulebook.sources), now=now)


@asynccontextmanager
async def _nothing(
    floor: Floor, network: TelephoneSystem, registry: CollectorRegistry
) -> AsyncGenerator[int]:
    del floor, network, registry
    yield 0


@asynccontextmanager
async def _owned(order: FloorOrder, network: TelephoneSystem) -> AsyncGenerator[Store]:
    """The store, and this engine in charge of it; the telephone system is told before it is connected to."""
    async with AsyncExitStack() as stack:
        store = order.store
        if store is None:
            store = stack.enter_context(await _open(order.database))
            kept = kept_charge(store, address=order.address, overtaken=order.overtaken)
            await stack.enter_async_context(kept)
        if store.is_shared and isinstance(network, KeepsTerm):
            network.of_term(store.term)
        if order.prepare is not None:
            await asyncio.to_thread(order.prepare, store)
        yield store


async def _open(database: str) -> Store:
    """Own the store; a process that was killed a moment ago may still be let go of by its server."""
    until, back_off = clock.monotonic_now() + OWNED_S, BackOff(0.1, 0.5)
    while True:
        try:
            return await asyncio.to_thread(Store.open, database, exclusive=True)
        except StoreOwnedError:
            if clock.monotonic_now() > until:
                raise
        await asyncio.sleep(back_off.pause())


async def _configure(floor: Floor, order: FloorOrder, store: Store, rulebook: Rulebook) -> None:
    await floor.submit(CallerIdsDeclared(numbers=order.caller_ids, pools=order.caller_id_pools))
    known = {row.campaign for row in floor.snapshot().campaigns}
    for settings in order.campaigns:
        if settings.campaign not in known:
            await floor.submit(CampaignConfigured(settings=settings))
        elif order.is_always_configured:
            await _configure_again(floor, settings, store, rulebook)
        if settings.campaign not in known:
            await floor.submit(CampaignStarted(campaign=settings.campaign))


async def _configure_again(
    floor: Floor, settings: CampaignSettings, store: Store, rulebook: Rulebook
) -> None:
    """A campaign as its settings say, but where they are what they were at the last start, and somebody
    changed it on the running floor since: that holds."""
    last = await asyncio.to_thread(as_settings_said, store, settings.campaign)
    now = floor.settings_of(settings.campaign)
    if last == settings and now is not None and now != settings:
        try:
            demand_lawful((now,), rulebook)
        except MendableError as error:  # the law changed since
            log.warning("campaign.change_given_up", campaign=settings.campaign, why=error.what)
        else:
            log.info("campaign.kept_as_changed", campaign=settings.campaign)
            return
    elif last not in (settings, now):
        log.warning("campaign.change_gives_way", campaign=settings.campaign, why="its settings were edited")
    await floor.submit(CampaignConfigured(settings=settings))


async def work_until_signal(floor: Floor, *, told: Callable[[], None] = lambda: None) -> None:
    """Return when the floor is over: the first SIGTERM or SIGINT stops it in order, the second at once.

    Args:
        told: called at each of them.
    """
    loop = asyncio.get_running_loop()

    def stop() -> None:
        try:
            floor.stop()
        finally:  # whoever was told to end has a last moment, whatever becomes of the rest
            told()

    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop)
    await floor.wait_stopped()
