"""`fairdial serve`: a floor in real time, with its HTTP side mounted on it."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
from collections.abc import AsyncGenerator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from dialer.cli import console
from dialer.cli.ending import AFTER_DRAIN_S, STARTING_S, Deadline

if TYPE_CHECKING:
    from dialer.cli.recording_archive import RecordingArchive
    from dialer.cli.rights import StoreRights
    from dialer.floor.accounts import Accounts
    from dialer.floor.live import Running
    from dialer.floor.on_asterisk import AsteriskFloor
    from dialer.floor.simulated import SimulatedFloor
    from dialer.settings import Settings


STOP_AGAIN_S = 10.0
"""A start that was stopped and still goes on is stopped again: whatever it waited for may have taken the word
for its own."""


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(serve)


def serve(
    network: Annotated[
        str, typer.Option(help="Which telephone system: simulated, or asterisk (by the settings file).")
    ] = "simulated",
    config: Annotated[
        Path | None,
        typer.Option(metavar="FILE.toml", help="Settings file; else ./fairdial.toml.", show_default=False),
    ] = None,
    scenario: Annotated[str, typer.Option(help="A scenario's name or a TOML file.")] = "smoke",
    out: Annotated[Path | None, typer.Option(help="The floor's folder.", show_default=False)] = None,
    database: Annotated[
        str | None, typer.Option(help="A file, or postgresql://user@host/name.", show_default=False)
    ] = None,
    agents: Annotated[int | None, typer.Option(min=0, help="Instead of the scenario's own number.")] = None,
    persons: Annotated[int | None, typer.Option(min=1, help="Made-up people in a new store.")] = None,
    policy: Annotated[str | None, typer.Option(metavar="NAME", help="Pacing policy.")] = None,
    factor: Annotated[float, typer.Option(min=0.1, help="The floor's seconds in one real second.")] = 1.0,
    host: Annotated[
        str | None, typer.Option(help="Where the HTTP side listens; 127.0.0.1.", show_default=False)
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="8765; 0 = any free port.", show_default=False)
    ] = None,
    socket: Annotated[
        Path | None,
        typer.Option(help="Socket of a network that runs already (`fairdial network`).", show_default=False),
    ] = None,
    drain: Annotated[float, typer.Option(min=0.0, help="Seconds to let calls end after SIGTERM.")] = 30.0,
    standby: Annotated[
        bool,
        typer.Option("--standby", help="Wait while another engine is in charge of the store (PostgreSQL)."),
    ] = False,
) -> None:
    """Run a floor until SIGTERM or Ctrl-C: agents, campaigns, HTTP, health, metrics."""
    _demand_known(network)
    deadline = begin()
    from dialer.floor.service_log import log_as_json
    from dialer.floor.settings import tls_of, use_config
    from dialer.inquiry.installation import demand_time_zones
    from dialer.settings import load_settings

    use_config(config)
    settings = load_settings()  # what is wrong with them is told in every mode
    demand_time_zones()
    if network == "asterisk":
        from dialer.floor.on_asterisk import planned_floor

        plan = planned_floor(folder=out, database=database, host=host, port=port, drain_s=drain)
        log_as_json()
        run_serving(_serve_asterisk(plan, settings, deadline, is_standby=standby), deadline)
        return
    from dialer.floor.scenarios import scenario_named
    from dialer.floor.simulated import SimulatedFloor

    wanted = SimulatedFloor(
        folder=out if out is not None else Path("fairdial-out") / "serve",
        scenario=scenario_named(scenario),
        agents=agents,
        persons=persons,
        policy=policy,
        factor=factor,
        host=host if host is not None else "127.0.0.1",
        database=database,
        socket=socket,
        drain_s=drain,
        tls=tls_of(settings),
    )
    log_as_json()
    listens = port if port is not None else 8765
    run_serving(_serve_simulated(wanted, settings, deadline, port=listens, is_standby=standby), deadline)


def _demand_known(network: str) -> None:
    if network not in ("simulated", "asterisk"):
        raise console.UserError(
            f"there is no telephone system called {network!r} here",
            mend="use --network simulated or --network asterisk",
        )


def begin() -> Deadline:
    """What a process that serves does first."""
    signal.signal(signal.SIGTERM, _nothing_begun)
    gc.disable()  # a fifth of the start would go to looking for garbage; the floor itself looks again
    return Deadline()


def _nothing_begun(_signal: int, _frame: FrameType | None) -> None:
    """SIGTERM before there is a loop: nothing was done that would have to be ended."""
    raise SystemExit(0)


def run_serving(serving: Coroutine[None, None, None], deadline: Deadline) -> None:
    """Serve until it is over, or stopped."""
    import uvloop

    try:
        uvloop.run(_until_stopped(serving, deadline))
    finally:
        deadline.is_kept()


async def _until_stopped(serving: Coroutine[None, None, None], deadline: Deadline) -> None:
    """SIGTERM and SIGINT end a floor in order from the first moment on; one that works hears them itself."""
    loop, was_stopped = asyncio.get_running_loop(), asyncio.Event()
    starting = asyncio.ensure_future(serving)

    def stop() -> None:
        if not starting.done():
            deadline.begins(STARTING_S)
            was_stopped.set()
            starting.cancel()
            loop.call_later(STOP_AGAIN_S, stop)

    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop)
    try:
        await starting
    except asyncio.CancelledError:
        if not was_stopped.is_set():
            raise
        console.say("the floor was stopped while it started")


async def _serve_simulated(
    wanted: SimulatedFloor, settings: Settings, deadline: Deadline, *, port: int, is_standby: bool
) -> None:
    from dialer.cli.account_desk import StoreLedgers
    from dialer.cli.alike import StoreAlike
    from dialer.cli.evidence import StoreEvidence
    from dialer.cli.finding import finding
    from dialer.cli.intake_desk import StoreIntake
    from dialer.cli.rights import StoreRights
    from dialer.cli.standby import Post, in_charge, leave_soon
    from dialer.cli.what_if_desk import WhatIfDesk
    from dialer.files import own_folder
    from dialer.floor.accounts import kept_accounts
    from dialer.floor.beside import store_beside
    from dialer.floor.certificates import opened_certificate
    from dialer.floor.deeds import Recorder
    from dialer.floor.folder import TOKEN_FILE, address_at
    from dialer.floor.live import work_until_signal
    from dialer.floor.places import StorePlaces
    from dialer.floor.settings import factor_of, sign_in_of
    from dialer.floor.simulated import simulated_floor
    from dialer.web.folder_tokens import tokens_of_folder
    from dialer.web.mounting import HttpSide

    own_folder(wanted.folder)
    certificate = opened_certificate(wanted.tls)
    proxies = tuple(settings.http.trusted_proxies)
    async with AsyncExitStack() as stack:
        if is_standby:
            post = Post(database=wanted.address, host=wanted.host, port=port, tls=certificate)
            store, port = await stack.enter_async_context(in_charge(post))
            wanted = replace(wanted, store=store, overtaken=leave_soon)
        beside = await stack.enter_async_context(store_beside(wanted.address))
        finder = await stack.enter_async_context(finding(wanted.address))
        rights = StoreRights(database=wanted.address)
        accounts = await stack.enter_async_context(kept_accounts(beside, factor_of=factor_of(settings)))
        records = Recorder(beside)
        stack.push_async_callback(records.finish)
        side = HttpSide(
            tokens=tokens_of_folder(wanted.folder),
            host=wanted.host,
            port=port,
            evidence=StoreEvidence(database=wanted.address),
            ledgers=StoreLedgers(database=wanted.address),
            intake=StoreIntake(database=wanted.address, folder=wanted.folder),
            rights=rights,
            what_ifs=WhatIfDesk(),
            finder=finder,
            alike=StoreAlike(database=wanted.address, folder=wanted.folder),
            places=StorePlaces(beside),
            accounts=accounts,
            records=records,
            certificate=certificate,
            trusted_proxies=proxies,
            outside=sign_in_of(settings),
        )
        running = await stack.enter_async_context(simulated_floor(wanted, side.mount))
        await stack.enter_async_context(looked_at(rights))
        api = address_at(wanted.host, running.port, is_encrypted=certificate is not None)
        console.say(f"the floor listens at {api}; its token is in {wanted.folder / TOKEN_FILE}")
        _warn_of_clear_text(wanted.host, is_encrypted=certificate is not None, proxies=proxies)
        await _tell_first_link(accounts)
        limit = partial(deadline.begins, wanted.drain_s + AFTER_DRAIN_S)
        await work_until_signal(running.floor, told=limit)


async def _serve_asterisk(
    plan: AsteriskFloor, settings: Settings, deadline: Deadline, *, is_standby: bool
) -> None:
    from dialer.cli.account_desk import StoreLedgers
    from dialer.cli.alike import StoreAlike
    from dialer.cli.evidence import StoreEvidence
    from dialer.cli.finding import finding
    from dialer.cli.intake_desk import StoreIntake
    from dialer.cli.rights import StoreRights
    from dialer.cli.standby import Post, in_charge, leave_soon
    from dialer.cli.what_if_desk import WhatIfDesk
    from dialer.files import own_folder
    from dialer.floor.accounts import kept_accounts
    from dialer.floor.beside import store_beside
    from dialer.floor.certificates import opened_certificate
    from dialer.floor.deeds import Recorder
    from dialer.floor.live import work_until_signal
    from dialer.floor.on_asterisk import asterisk_floor
    from dialer.floor.places import StorePlaces
    from dialer.floor.settings import factor_of
    from dialer.web.folder_tokens import tokens_of_folder
    from dialer.web.mounting import HttpSide

    own_folder(plan.folder)
    archive = _archive(plan)
    certificate = opened_certificate(plan.tls)
    async with AsyncExitStack() as stack:
        if is_standby:
            post = Post(database=plan.database, host=plan.host, port=plan.port, tls=certificate)
            store, port = await stack.enter_async_context(in_charge(post))
            plan = replace(plan, store=store, port=port, overtaken=leave_soon)
        beside = await stack.enter_async_context(store_beside(plan.database))
        finder = await stack.enter_async_context(finding(plan.database))
        rights = StoreRights(database=plan.database, folders=_folders(plan))
        accounts = await stack.enter_async_context(kept_accounts(beside, factor_of=factor_of(settings)))
        records = Recorder(beside)
        stack.push_async_callback(records.finish)
        side = HttpSide(
            tokens=tokens_of_folder(plan.folder, plan.phones),
            host=plan.host,
            port=plan.port,
            phones=plan.phones,
            archive=archive,
            evidence=StoreEvidence(database=plan.database),
            ledgers=StoreLedgers(database=plan.database),
            intake=StoreIntake(database=plan.database, folder=plan.folder),
            rights=rights,
            what_ifs=WhatIfDesk(),
            finder=finder,
            alike=StoreAlike(database=plan.database, folder=plan.folder),
            places=StorePlaces(beside),
            accounts=accounts,
            records=records,
            certificate=certificate,
            trusted_proxies=plan.trusted_proxies,
            outside=plan.outside,
        )
        running = await stack.enter_async_context(asterisk_floor(plan, side.mount, away=console.say))
        await stack.enter_async_context(_kept(archive))
        await stack.enter_async_context(looked_at(rights))
        console.say(_joining(plan, running))
        _warn_of_clear_text(plan.host, is_encrypted=plan.tls is not None, proxies=plan.trusted_proxies)
        await _tell_first_link(accounts)
        limit = partial(deadline.begins, plan.drain_s + AFTER_DRAIN_S)
        await work_until_signal(running.floor, told=limit)


def _warn_of_clear_text(host: str, *, is_encrypted: bool, proxies: tuple[str, ...]) -> None:
    if not (is_encrypted or proxies or host == "localhost" or host.startswith("127.") or host == "::1"):
        console.say(
            f"the HTTP side is reached at {host} in clear: passwords and names can be read on the way. "
            "Name a certificate in [http.tls], or a proxy that has one in [http] trusted_proxies."
        )


async def _tell_first_link(accounts: Accounts) -> None:
    link = await accounts.first_link()
    if link is not None:
        console.say(
            "nobody has an account yet: `admin` sets a password with this word, once, within a day "
            f"(POST /api/session/link; `fairdial user reset-link admin` makes another):\n  {link}"
        )


@asynccontextmanager
async def looked_at(rights: StoreRights) -> AsyncGenerator[None]:
    """While the block runs it is known how many requests of persons wait past their last day."""
    from dialer.floor.keeping import kept_going

    async with asyncio.TaskGroup() as group:
        keeping = kept_going(rights.run, name="requests of persons")
        looking = group.create_task(keeping, name="requests of persons")
        yield
        looking.cancel()


@asynccontextmanager
async def _kept(archive: RecordingArchive | None) -> AsyncGenerator[None]:
    """Recordings are finished while the block runs."""
    from dialer.floor.keeping import kept_going

    if archive is None:
        yield
        return
    async with asyncio.TaskGroup() as group:
        keeping = group.create_task(kept_going(archive.keeper.run, name="recordings"), name="recordings")
        yield
        keeping.cancel()


def _folders(plan: AsteriskFloor) -> tuple[Path, ...]:
    from dialer.floor.recording_room import recording_folders

    return tuple(recording_folders(plan.asterisks))


def _archive(plan: AsteriskFloor) -> RecordingArchive | None:
    from dialer.cli.recording_archive import RecordingArchive
    from dialer.cli.recording_keeper import RecordingKeeper
    from dialer.floor.recording_room import least_hours, recording_folders

    folders = recording_folders(plan.asterisks)
    if not folders:
        return None
    return RecordingArchive(
        folders=folders,
        database=plan.database,
        exports=plan.folder / "exports",
        keeper=RecordingKeeper(folders, plan.database, least_hours=least_hours(plan.asterisks)),
    )


def _joining(plan: AsteriskFloor, running: Running) -> str:
    from dialer.floor.folder import AGENTS_FOLDER, TOKEN_FILE, address_at

    names = ", ".join(str(campaign.campaign) for campaign in running.floor.snapshot().campaigns)
    http = address_at(plan.host, running.port, is_encrypted=plan.tls is not None)
    hosts = " and ".join(one.link.host for one in plan.asterisks)
    return (
        f"the floor works for {names} on the Asterisk at {hosts} (process {os.getpid()})\n"
        f"  HTTP: {http}, the supervisor's token is in {plan.folder / TOKEN_FILE}\n"
        f"  browser phones: {http}/phone/, agents' tokens are in {plan.folder / AGENTS_FOLDER}\n"
        f"  store: {plan.database}"
    )
