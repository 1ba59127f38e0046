"""`fairdial measures`: every measure with its formula; between two days those of accounts and promises."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from dialer.cli import console
from dialer.cli.packing import day_of
from dialer.files import own_folder, written_text


def measures(
    since: Annotated[
        str | None,
        typer.Option("--from", metavar="YYYY-MM-DD", help="First day; without it, definitions alone."),
    ] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="YYYY-MM-DD", help="Last day.")] = None,
    client: Annotated[str | None, typer.Option(help="Of one client, in any case.")] = None,
    by: Annotated[
        str, typer.Option(help="client, campaign, place, placement-month, agent or disposition.")
    ] = "client",
    rows: Annotated[
        str | None, typer.Option("--rows-of", metavar="MEASURE", help="The rows behind one, of one client.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.csv", help="Where to write; default: shown.")
    ] = None,
    store: Annotated[str | None, typer.Option("--store", metavar="PATH", help="The store.")] = None,
    json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
) -> None:
    """Every measure with its formula and source. With --from and --to what those of accounts and promises
    came to: collection rate, liquidation, resolved, aging, roll rates, kept rate, cost per amount collected.

    Cost is shown where fairdial.toml has [wages]. --rows-of tells what each account or promise adds.
    """
    if since is None and until is None and rows is None:
        _define(json=json)
        return
    from dialer.cli.opening import opened_store
    from dialer.inquiry.measured import By, as_rows, behind_rows, defined, measured, rows_behind

    if since is None or until is None:
        raise console.UserError("between which days?", where="--from, --to", mend="name both.")
    first, last = day_of(since, "--from"), day_of(until, "--to")
    if first > last:
        raise console.UserError("the last day is before the first", where="--from, --to", mend="swap them.")
    words = {each.value: each for each in By}
    if by not in words:
        raise console.UserError(
            f"nothing is told apart by {by!r}", where="--by", mend=f"one of {', '.join(words)}."
        )
    names = [each.name for each in defined()]
    if rows is not None and (rows not in names or client is None):
        mend = "name a client with --client." if rows in names else f"one of {', '.join(names)}."
        raise console.UserError("the rows of which measure, and whose?", where="--rows-of", mend=mend)
    with opened_store(store) as opened:
        if rows is not None:
            assert client is not None
            found = behind_rows(
                rows_behind(opened, rows, since=first, until=last, client=client, by=words[by])
            )
            if json:
                heading, *told = found
                console.result_json([dict(zip(heading, row, strict=True)) for row in told])
                return
            _show(found, out)
            return
        figures = measured(opened, since=first, until=last, client=client, by=words[by])
    if json:
        console.result_json([asdict(each) for each in figures])
        return
    _show(as_rows(figures), out)


def _show(rows: Iterable[tuple[str, ...]], out: Path | None) -> None:
    from dialer.results.exports import write_sheet

    more = iter(rows)
    heading = next(more)
    if out is not None:
        own_folder(out.parent)
        with written_text(out) as file:
            count = write_sheet(heading, more, file)
        console.result(f"{count:,} rows in {out}")
        return
    table = console.table(*heading, numbers=("value", "numerator", "denominator"))
    for row in more:
        table.add_row(*row)
    console.out.print(table)


def _define(*, json: bool) -> None:
    from dialer.inquiry.measured import defined
    from dialer.measures.registry import MEASURES

    every = (*MEASURES, *defined())
    if not json:
        table = console.table("measure", "unit", "formula", "source")
        for each in every:
            table.add_row(each.name, each.unit.value, each.formula, each.source)
        console.out.print(table)
        return
    fields = ("name", "title", "says", "numerator", "denominator", "source")
    console.result_json(
        [{**{name: getattr(each, name) for name in fields}, "unit": each.unit.value} for each in every]
    )
