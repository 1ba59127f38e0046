"""`fairdial intake watch`: clients' files taken in from the folders into which they are put."""

from __future__ import annotations

import getpass
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dialer.cli import console
from dialer.cli.interrupting import told_when_interrupted

if TYPE_CHECKING:
    from dialer.floor.drop_folders import Acknowledged, DropFolders, Watch
    from dialer.floor.fetching import RemoteFolder

SETTINGS = "fairdial-intake.toml"

app = typer.Typer(help="Files that clients put into folders.", no_args_is_help=True)


@app.callback()
def intake() -> None:
    """Files that clients put into folders."""


@app.command("watch")
def watch(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="FOLDER", help="One folder alone, with --client.", show_default=False),
    ] = None,
    settings: Annotated[
        Path, typer.Option(metavar="FILE.toml", help="What the folders are, where none is named.")
    ] = Path(SETTINGS),
    client: Annotated[str, typer.Option(help="Whose files come to FOLDER.", show_default=False)] = "",
    kind: Annotated[
        str, typer.Option(help="placement, suppressions, requests, consents or payments.")
    ] = "placement",
    campaign: Annotated[str, typer.Option(help="The campaign that is to call them.")] = "collections",
    mapping: Annotated[
        Path | None,
        typer.Option(metavar="FILE.toml", help="What the files' columns mean.", show_default=False),
    ] = None,
    settled: Annotated[
        float, typer.Option(metavar="SECONDS", help="For how long a file stands still when it is whole.")
    ] = 60.0,
    companion: Annotated[
        str, typer.Option(metavar=".ENDING", help="Of the file that says so instead.", show_default=False)
    ] = "",
    once: Annotated[bool, typer.Option("--once", help="Take what is there, and end.")] = False,
    store: Annotated[
        str | None, typer.Option(metavar="PATH", help="Store to import into.", show_default=False)
    ] = None,
    floor: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Of the floor that runs on the store.", show_default=False),
    ] = None,
) -> None:
    """Take in each file that comes to a folder, once and whole, also while a floor runs on the store.

    It is moved to `done` or `refused` there, and what became of it is written to `acknowledged`.
    """
    from dialer.floor.drop_folders import read_drop_folders, watched_alone
    from dialer.floor.stores import remember_filled, store_to_fill

    table: dict[str, object] = {
        "folder": "" if folder is None else str(folder.resolve()),
        "client": client,
        "kind": kind,
        "campaign": campaign,
        "mapping": "" if mapping is None else str(mapping.resolve()),
        "settled_s": settled,
        "companion": companion,
    }
    found = read_drop_folders(settings) if folder is None else _one(table)
    address = store_to_fill(store)
    beside = str(floor if floor is not None else Path(address).parent)
    with ExitStack() as stack, told_when_interrupted(_interrupted):
        for one in found.folders:
            stack.enter_context(watched_alone(Path(one.folder)))
        _look(found, _watches(found, address, beside), _remotes(found), is_once=once)
    remember_filled(store)


def _one(table: dict[str, object]) -> DropFolders:
    from dialer.floor.drop_folders import DropFolder, DropFolders
    from dialer.settings_reader import SettingsReader

    return DropFolders(folders=(SettingsReader().read(DropFolder, table, where="the options"),))


def _watches(found: DropFolders, address: str, floor: str) -> list[Watch]:
    from dialer import clock
    from dialer.floor.drop_folders import Watch
    from dialer.floor.intake_job import run

    by = getpass.getuser()
    return [
        Watch(one, take=run, now=clock.monotonic_now, address=address, floor=floor, by=by)
        for one in found.folders
    ]


def _remotes(found: DropFolders) -> list[RemoteFolder | None]:
    from dialer import clock
    from dialer.floor.fetching import RemoteFolder

    return [
        None if one.sftp is None else RemoteFolder(one, one.sftp, now=clock.monotonic_now)
        for one in found.folders
    ]


def _look(
    found: DropFolders, watches: list[Watch], remotes: list[RemoteFolder | None], *, is_once: bool
) -> None:
    """Look again and again; `is_once`: as long as it takes to know that a file stands still."""
    from dialer.floor.delivering.sftp import SftpError
    from dialer.floor.drop_folders import FileWaitsError

    waits = [0.0 if one.companion else one.settled_s for one in found.folders] if is_once else []
    complained: set[str] = set()
    while True:
        for each, remote in zip(watches, remotes, strict=True):
            try:
                _look_into(each, remote, complained)
            except (FileWaitsError, SftpError) as error:  # it waits; the other folders do not wait for it
                if is_once:
                    raise
                if str(error) not in complained:
                    complained.add(str(error))
                    console.complain(error)
        if is_once and not max(waits, default=0.0):
            return
        time.sleep(max(waits) if is_once else found.every_s)
        waits = [0.0 for _ in waits]


def _look_into(watch: Watch, remote: RemoteFolder | None, complained: set[str]) -> None:
    if remote is not None:
        watch.whole = remote.fetch()
    for told in watch.look():
        console.result(_sentence(told))
    for path, why in watch.left.items():
        if f"{path}{why}" not in complained:
            complained.add(f"{path}{why}")
            console.say(f"{path} is left where it is: {why}")
    if remote is not None:
        remote.acknowledge()


def _sentence(told: Acknowledged) -> str:
    why = f": {told.why}" if told.why else ""
    counts = f"{told.lines:,} lines, {told.accepted:,} accepted, {told.refused:,} refused"
    return f"{told.client}, {told.file} ({told.kind}): {told.state.value}, {counts}{why}"


def _interrupted() -> str:
    return "interrupted: a file that was begun lies in `taking`, and is gone on with at the next start"
