"""`fairdial remittance`: what a client gets for a month, to the cent, and what we earned."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer

from dialer.cli import console
from dialer.files import own_folder, written_text

_MOST_DAYS_OF_A_MONTH = 31


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command()(remittance)


def remittance(
    client: Annotated[str, typer.Argument(metavar="CLIENT", help="As its files name it.")],
    month: Annotated[str, typer.Option("--month", metavar="YYYY-MM", help="Whose money: 2026-11.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.csv", help="Where to write; default: shown.")
    ] = None,
    store: Annotated[
        str | None, typer.Option("--store", metavar="PATH", help="A store; default: the last one.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
) -> None:
    """What a client gets for a month: collected, paid to them directly, commission, handed over or invoiced.

    What was heard of in the month counts, whenever it happened; money that may still go back, and what was
    overpaid, is held.
    """
    from dialer.cli.opening import opened_store
    from dialer.inquiry.remitting import as_rows, remitted
    from dialer.results.exports import write_sheet

    since, until = _days(month)
    with opened_store(store) as opened:
        told = remitted(opened, client, since=since, until=until)
    if json:
        console.result_json([asdict(each) for each in told])
        return
    heading, *rows = as_rows(told)
    if out is not None:
        own_folder(out.parent)
        with written_text(out) as file:
            write_sheet(heading, rows, file)
        console.result(f"{len(rows):,} rows in {out}")
        return
    table = console.table(*heading, numbers=heading[5:])
    for row in rows:
        table.add_row(*row)
    console.out.print(table)


def _days(month: str) -> tuple[date, date]:
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError as error:
        raise console.UserError(
            f"{month!r} is no month", where="--month", mend="write it as 2026-11."
        ) from error
    later = (first + timedelta(days=_MOST_DAYS_OF_A_MONTH)).replace(day=1)
    return first, later - timedelta(days=1)
