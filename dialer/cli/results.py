"""`fairdial export` and `fairdial explain`: what happened, for programs and for people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from dialer.cli import console

if TYPE_CHECKING:
    from sqlalchemy import Connection

Store = Annotated[
    str | None,
    typer.Option(
        "--store", metavar="PATH", help="A store, or the folder of a rehearsal; default: the last one."
    ),
]
Out = Annotated[Path, typer.Option("--out", metavar="FILE.csv", help="Where to write.")]
Json = Annotated[bool, typer.Option("--json", help="For a program.")]

export_app = typer.Typer(help="Write attempts, denials or promises as CSV.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(explain)
    app.command()(audit)
    app.command()(history)


@export_app.command()
def attempts(out: Out, store: Store = None) -> None:
    """One row per attempt: ids, instants, zones, outcome, counted or not and why, rulebook."""
    from dialer.cli import stored
    from dialer.floor.stores import opened_store
    from dialer.results.counting import wrong_numbers
    from dialer.results.exports import write_attempts

    with opened_store(store) as opened:
        learned = wrong_numbers(stored.attempts_of(opened))
        _write(out, "attempts", lambda file: write_attempts(stored.attempts_of(opened), learned, file))


@export_app.command()
def denials(out: Out, store: Store = None) -> None:
    """One row per denial: who was not called, when, by which rules, and when they may be."""
    from dialer.cli import stored
    from dialer.floor.stores import opened_store
    from dialer.results.exports import write_denials

    with opened_store(store) as opened:
        _write(out, "denials", lambda file: write_denials(stored.denials_of(opened), file))


@export_app.command()
def caller_ids(
    out: Out,
    store: Store = None,
    zone: Annotated[
        str, typer.Option("--zone", metavar="ZONE", help="IANA zone of the days.")
    ] = "America/New_York",
) -> None:
    """One row per number of ours and day: attempts that showed it, answers, answer rate."""
    from dialer.cli import stored
    from dialer.floor.stores import opened_store
    from dialer.measures.caller_ids import FORMULA, by_number_and_day
    from dialer.results.exports import write_caller_ids

    with opened_store(store) as opened:
        try:
            days = by_number_and_day(stored.attempts_of(opened), time_zone=zone)
        except (KeyError, ValueError) as error:
            raise console.UserError(
                f"there is no time zone {zone!r}", where="--zone", mend="name one such as America/Chicago."
            ) from error
        _write(out, "days of numbers", lambda file: write_caller_ids(days, file))
    console.say(f"answered_per_attempt: {FORMULA}")


@export_app.command()
def promises(out: Out, store: Store = None) -> None:
    """One row per promise."""
    from dialer.cli import stored
    from dialer.floor.stores import opened_store
    from dialer.results.exports import write_promises

    with opened_store(store) as opened:
        _write(out, "promises", lambda file: write_promises(stored.promises_of(opened), file))


def explain(
    attempt: Annotated[
        str | None, typer.Argument(metavar="[ATTEMPT]", help="An attempt's id, as in the export.")
    ] = None,
    person: Annotated[str | None, typer.Option(metavar="ID", help="A person's id.")] = None,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="With an offset: 2026-03-10T14:30:00-05:00.")
    ] = None,
    store: Store = None,
    json: Json = False,
) -> None:
    """Why a call was placed, or whether a person could be called at an instant: every rule asked."""
    from dialer.cli import explaining
    from dialer.floor.stores import opened_store

    if (attempt is None) == (person is None):
        raise console.UserError(
            "say either an attempt or a person", mend="`fairdial explain ATTEMPT`, or --person ID --at TIME."
        )
    with opened_store(store) as opened:
        if attempt is not None:
            shown = explaining.explain_attempt(opened, attempt)
        else:
            assert person is not None
            shown = explaining.explain_person(opened, person, at=instant_of(at))
    if json:
        console.result_json(shown.as_json())
    else:
        explaining.tell(shown)


def audit(store: Store = None, json: Json = False) -> None:
    """Judge every stored attempt again, by code that shares nothing with the gate."""
    from dialer.cli.auditing import audit_store
    from dialer.floor.stores import opened_store

    with opened_store(store) as opened:
        audit_store(opened, json=json)


def history(
    since: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="First instant, with an offset.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", metavar="TIME", help="First instant that is not meant any more.")
    ] = None,
    campaign: Annotated[str | None, typer.Option(metavar="ID", help="Of one campaign.")] = None,
    store: Store = None,
    json: Json = False,
) -> None:
    """The measures of everything in the store, or of a stretch of it, however long it is."""
    from dialer.floor.stores import opened_store
    from dialer.measures.definition import Measured, text_of
    from dialer.measures.registry import measure_named
    from dialer.results.history import Stretch, totals_of

    with opened_store(store) as opened:
        stretch = Stretch(
            starts_at=0.0 if since is None else instant_of(since, "--from"),
            ends_at=opened.read(_last_instant) if until is None else instant_of(until, "--to"),
            campaign=campaign,
        )
        values = opened.read(lambda connection: totals_of(connection, stretch)).measures()
    if json:
        console.result_json(values)
        return
    table = console.table("measure", "value", "formula", numbers=("value",))
    for name, value in values.items():
        measured = Measured(measure=measure_named(name), value=value)
        table.add_row(measured.measure.title, text_of(measured), measured.measure.formula)
    console.out.print(table)


def _last_instant(connection: Connection) -> float:
    """POSIX seconds just after the last step; 0 when there is none."""
    from sqlalchemy import func, select

    from dialer.storage.database.tables import journal

    last = connection.scalar(select(func.max(journal.c.now)))
    return 0.0 if last is None else last + 1e-3


def instant_of(text: str | None, option: str = "--at") -> float:
    if text is None:
        raise console.UserError(
            "at which instant?", where=option, mend=f"add {option} 2026-03-10T14:30:00-05:00."
        )
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise console.UserError(
            f"{text!r} is not an instant", where=option, mend="write it as 2026-03-10T14:30:00-05:00."
        ) from error
    if at.tzinfo is None:
        raise console.UserError(
            f"{text!r} has no offset, so nobody knows when that is",
            where=option,
            mend="add Z for UTC, or the offset, such as -05:00.",
        )
    return at.timestamp()


def _write(out: Path, what: str, write: Callable[[TextIO], int]) -> None:
    if out.is_dir():
        raise console.UserError("this is a folder", where=f"--out {out}", mend="name a file in it.")
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w", encoding="utf-8", newline="") as file:
        count = write(file)
    console.result(f"{count:,} {what} written to {out}")
