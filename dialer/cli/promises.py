"""`fairdial promises`: promises by what came of them, the broken ones unless asked otherwise."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from dialer.casework.promises import PromiseState
from dialer.cli import console
from dialer.files import own_folder, written_text


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command()(promises)


def promises(
    state: Annotated[PromiseState, typer.Option(help="What came of them.")] = PromiseState.BROKEN,
    client: Annotated[str | None, typer.Option(help="Only this client's.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.csv", help="Where to write; default: shown.")
    ] = None,
    store: Annotated[
        str | None, typer.Option("--store", metavar="PATH", help="A store; default: the last one.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
) -> None:
    """Promises by what came of them, with what came and what is owed; those that ended first come first."""
    from dialer.cli.opening import opened_store
    from dialer.clock import posix_now
    from dialer.inquiry.promises import as_rows, promises_seen
    from dialer.results.exports import write_sheet

    with opened_store(store) as opened:
        seen = promises_seen(opened, state, at=posix_now(), client=client)
    if json:
        console.result_json(asdict(seen))
        return
    heading, *rows = as_rows(seen)
    if out is not None:
        own_folder(out.parent)
        with written_text(out) as file:
            write_sheet(heading, rows, file)
        console.result(f"{len(rows):,} {state.value} promises in {out}")
    else:
        table = console.table(*heading, numbers=("parts", "promised", "paid", "owed"))
        for row in rows:
            table.add_row(*row)
        console.out.print(table)
    if seen.is_cut:
        console.say("there are more: name a client")
