"""`fairdial export pack`: what a client gets of a day."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from dialer.cli import console


def pack(
    client: Annotated[str, typer.Argument(metavar="CLIENT", help="As its files name it.")],
    day: Annotated[str, typer.Option("--day", metavar="YYYY-MM-DD", help="Of which day.")],
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="A new folder for the files.")],
    store: Annotated[str | None, typer.Option("--store", metavar="PATH", help="The store.")] = None,
) -> None:
    """A client's daily pack as CSV and XLSX: inventory, attempts, promises, money, stair-step, remittance,
    disputes and requests, exceptions from its work standards, and a summary of every figure with its formula.

    The client's zone and standards stand in fairdial-clients.toml under [clients.work].
    """
    from dialer.cli.opening import opened_store
    from dialer.clock import posix_now
    from dialer.inquiry.pack import pack as written_pack

    on = day_of(day)
    with opened_store(store) as opened:
        told = written_pack(opened, client, day=on, folder=out, at=posix_now())
    console.result(f"{out}: {len(told.files)} files of {told.client}, {on.isoformat()}")
    if told.is_partial:
        console.say("the day is not over: the pack is partial, and says so; write it again tomorrow")
    for name in told.cut:
        console.say(f"{name}: the workbook has its first rows alone, or cells cut short; {name}.csv has all")


def day_of(text: str, option: str = "--day") -> date:
    """A day that somebody wrote. Raises UserError."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise console.UserError(
            f"{text!r} is no day", where=option, mend="write it as 2026-11-30."
        ) from error
