"""`fairdial retention`: which records may be removed, when, by which rule, and which may not and why."""

from __future__ import annotations

import getpass
from pathlib import Path
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
    remove: Annotated[bool, typer.Option("--remove", help="Remove what may go now; needs --why.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Count what --remove would remove; remove nothing.")
    ] = False,
    why: Annotated[str, typer.Option(help="The reason, for the record of who did what.")] = "",
    recordings: Annotated[
        list[Path] | None, typer.Option(metavar="DIR", help="Where a telephone system records. Repeat.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print it for a program.")] = False,
) -> None:
    """Which records may be removed, when and by which rule. Nothing is removed without --remove."""
    from dialer.cli.opening import opened_store
    from dialer.cli.results import instant_of
    from dialer.clock import posix_now
    from dialer.inquiry.records import records_due

    if remove or dry_run:
        if at is not None:
            raise console.UserError("what may go is asked of now", where="--at", mend="leave it out.")
        if remove and not why:
            raise console.UserError("say why", where="--why", mend="name the run, or who ordered it.")
        _remove(store, why, recordings or [], is_dry=not remove or dry_run, json=json)
        return
    asked = posix_now() if at is None else instant_of(at)
    with opened_store(store) as opened:
        due = records_due(opened, at=asked)
    if json:
        console.result_json(due.as_json())
    else:
        tell(due)


def _remove(store: str | None, why: str, folders: list[Path], *, is_dry: bool, json: bool) -> None:
    from dialer.cli.opening import store_to_change
    from dialer.clock import posix_now
    from dialer.inquiry.removing import remove
    from dialer.inquiry.rights.erasure import ErasedBy

    by = ErasedBy(who=f"{getpass.getuser()} at the command line", address="command", why=why)
    with store_to_change(store) as opened:
        gone = remove(opened, by=by, at=posix_now(), folders=folders, is_dry=is_dry)
    if json:
        console.result_json(gone.as_json())
        return
    console.result(f"{'would be' if is_dry else 'were'} removed: {gone.told()}")
    if gone.waiting:
        console.say(
            f"{gone.waiting} attempts stay, since their recordings may be somewhere: --recordings DIR"
        )
    console.say(f"the record of who did what ({gone.deeds} entries) and journals stay: they have ids alone")


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
