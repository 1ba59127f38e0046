"""`fairdial remittance`: a client's money of a month; `fairdial reconcile`: bank, books, clients compared."""

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
    """Add this file's commands."""
    app.command()(remittance)
    app.command()(reconcile)


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

    since, until = _days(month)
    with opened_store(store) as opened:
        told = remitted(opened, client, since=since, until=until)
    if json:
        console.result_json([asdict(each) for each in told])
        return
    rows = list(as_rows(told))
    _show(rows, out, numbers=rows[0][5:])


def reconcile(
    bank: Annotated[
        Path, typer.Argument(metavar="BANK.csv", help="The bank's lines: columns day, amount, reference.")
    ],
    month: Annotated[str, typer.Option("--month", metavar="YYYY-MM", help="By its last day: 2026-11.")],
    currency: Annotated[str, typer.Option(help="Of the trust account.")] = "USD",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.csv", help="Where to write; default: shown.")
    ] = None,
    store: Annotated[
        str | None, typer.Option("--store", metavar="PATH", help="A store; default: the last one.")
    ] = None,
) -> None:
    """The trust account three ways: by the bank, by the books, by what is held for each client; with every
    difference by its reference. What was handed over has the reference `remit:CLIENT`. Fails when it is not
    even."""
    from dialer.cli.opening import opened_store
    from dialer.inquiry.reconciling import as_rows, bank_lines, trust_reconciled

    _, on = _days(month)
    lines = bank_lines(bank)
    with opened_store(store) as opened:
        found = trust_reconciled(opened, lines, on=on, currency=currency)
    _show(list(as_rows(found, on=on)), out, numbers=("bank", "books", "clients"))
    console.result("it is even" if found.is_even else f"it is not even: {len(found.differences)} differences")
    if not found.is_even:
        raise typer.Exit(1)


def _show(rows: list[tuple[str, ...]], out: Path | None, *, numbers: tuple[str, ...]) -> None:
    from dialer.results.exports import write_sheet

    heading, *more = rows
    if out is not None:
        own_folder(out.parent)
        with written_text(out) as file:
            write_sheet(heading, more, file)
        console.result(f"{len(more):,} rows in {out}")
        return
    table = console.table(*heading, numbers=numbers)
    for row in more:
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
