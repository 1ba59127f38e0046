"""`fairdial floor`: a floor to look at and to sit at, in simulated time, on one machine."""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from contextlib import AsyncExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dialer.cli import console
from dialer.cli.ending import AFTER_DRAIN_S, Deadline
from dialer.cli.serve import begin, looked_at, run_serving

if TYPE_CHECKING:
    from dialer.floor.demonstration import ShownFloor

NO_PAGES = "its pages have not been built: run `make pages` first, then this again (no Node is needed for it)"


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(floor)


def floor(
    out: Annotated[
        Path | None, typer.Option(help="An empty folder; none = one that is gone after.", show_default=False)
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="On this machine; 0 = any free one.")] = 8765,
    collectors: Annotated[int, typer.Option(min=1, max=30, help="Scripted collectors beside you.")] = 8,
    people: Annotated[int, typer.Option(min=100, max=20_000, help="Lines of the sample placement.")] = 4_000,
    speed: Annotated[float, typer.Option(min=0.25, max=10.0, help="Its seconds in a real one.")] = 1.0,
    browse: Annotated[bool, typer.Option("--browse", help="Open a browser on it.")] = False,
) -> None:
    """Open a demonstration: a floor in simulated time, in a browser, until Ctrl-C. Nobody real is called, and
    whoever comes may be anybody with one click."""
    deadline = begin()
    from dialer.floor.demonstration import ShownFloor, demand_empty
    from dialer.floor.nothing_real import demand_nothing_real
    from dialer.floor.service_log import log_warnings_alone
    from dialer.inquiry.installation import demand_time_zones
    from dialer.settings import load_settings

    log_warnings_alone()
    demand_nothing_real(load_settings())
    demand_time_zones()
    with _folder(out) as folder:
        wanted = ShownFloor(folder=demand_empty(folder), collectors=collectors, people=people, factor=speed)
        run_serving(_serve(wanted, deadline, port=port, browse=browse), deadline)


@contextmanager
def _folder(out: Path | None) -> Generator[Path]:
    if out is not None:
        yield out
        return
    with tempfile.TemporaryDirectory(prefix="fairdial-floor-", ignore_cleanup_errors=True) as made:
        yield Path(made)


async def _serve(wanted: ShownFloor, deadline: Deadline, *, port: int, browse: bool) -> None:
    from dialer.cli.account_desk import StoreLedgers
    from dialer.cli.alike import StoreAlike
    from dialer.cli.evidence import StoreEvidence
    from dialer.cli.finding import finding
    from dialer.cli.intake_desk import StoreIntake
    from dialer.cli.rights import StoreRights
    from dialer.cli.what_if_desk import WhatIfDesk
    from dialer.floor.accounts import kept_accounts
    from dialer.floor.beside import store_beside
    from dialer.floor.deeds import Recorder
    from dialer.floor.demonstration import HOST, Demonstration, clock_of, network_of, shown_floor
    from dialer.floor.folder import address_at
    from dialer.floor.live import work_until_signal
    from dialer.floor.places import StorePlaces
    from dialer.floor.shown_accounts import ShownAccounts
    from dialer.web.folder_tokens import tokens_of_folder
    from dialer.web.mounting import HttpSide

    console.say("making up a floor…")
    clock = clock_of(wanted)
    network, talks, public = network_of(wanted, clock)
    async with AsyncExitStack() as stack:
        beside = await stack.enter_async_context(store_beside(wanted.address))
        finder = await stack.enter_async_context(finding(wanted.address))
        rights = StoreRights(database=wanted.address)
        accounts = await stack.enter_async_context(kept_accounts(beside, kind=ShownAccounts))
        assert isinstance(accounts, ShownAccounts), "that kind was asked for"
        records = Recorder(beside)
        stack.push_async_callback(records.finish)
        shown = Demonstration(clock=clock, network=network, talks=talks, beside=beside, shown=accounts)
        await shown.open()
        side = HttpSide(
            tokens=tokens_of_folder(wanted.folder),
            host=HOST,
            port=port,
            evidence=StoreEvidence(database=wanted.address, now=clock.posix),
            ledgers=StoreLedgers(database=wanted.address, now=clock.posix),
            intake=StoreIntake(database=wanted.address, folder=wanted.folder),
            rights=rights,
            what_ifs=WhatIfDesk(),
            finder=finder,
            alike=StoreAlike(database=wanted.address),
            places=StorePlaces(beside),
            accounts=accounts,
            records=records,
            shown=shown,
        )
        running = await stack.enter_async_context(shown_floor(wanted, shown, public, side.mount))
        await stack.enter_async_context(looked_at(rights))
        _tell(address_at(HOST, running.port, is_encrypted=False), browse=browse)
        await work_until_signal(running.floor, told=partial(deadline.begins, AFTER_DRAIN_S))


def _tell(address: str, *, browse: bool) -> None:
    from dialer.web.pages.routes import built_files

    console.result(f"the floor is open at {address}")
    console.result("This is a demonstration: nobody in it exists, and nobody real is called.")
    console.result("Open it in a browser, choose a role with one click; Ctrl-C ends it.")
    if not built_files().joinpath("index.html").is_file():
        console.say(NO_PAGES)
        return
    if browse:
        import webbrowser

        webbrowser.open(address)
