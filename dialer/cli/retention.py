"""`fairdial retention`: which records may be removed, when, by which rule, and which may not and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dialer.cli import console

if TYPE_CHECKING:
    from dialer.inquiry.records import RecordsDue

SHOWN = 40


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command()(retention)


def retention(
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="As of when, with an offset; default: now.")
    ] = None,
    store: Annotated[
        str | None,
        typer.Option(
            "--store", metavar="PATH", help="A store, or the folder of a rehearsal; default: the last one."
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print it for a program.")] = False,
) -> None:
    """Which records may be removed, when and by which rule. Nothing is removed."""
    from dialer.cli.results import instant_of
    from dialer.clock import posix_now
    from dialer.floor.stores import opened_store
    from dialer.inquiry.records import records_due

    asked = posix_now() if at is None else instant_of(at)
    with opened_store(store) as opened:
        due = records_due(opened, at=asked)
    if json:
        console.result_json(due.as_json())
    else:
        tell(due)


def tell(due: RecordsDue) -> None:
    """For a person: counts by kind and fate, then what may go."""
    from dialer.inquiry.records import Fate

    console.result(f"records of {due.persons:,} persons as of {due.on.isoformat()}; nothing is removed")
    table = console.table("kind", "fate", "records", numbers=("records",))
    for (kind, fate), records in sorted(due.counts.items()):
        table.add_row(kind.value, fate.value.replace("_", " "), f"{records:,}")
    console.out.print(table)
    free = [each for each in due.told if each.fate is Fate.MAY_GO]
    for each in free[:SHOWN]:
        first = "" if each.first_free is None else f" since {each.first_free.isoformat()}"
        console.result(
            f"{each.records:,} {each.kind.value} of {each.person} may go{first}: {each.why} [{each.citation}]"
        )
    if len(free) > SHOWN:
        console.result(f"... and {len(free) - SHOWN:,} more (--json has all)")
