"""`fairdial export` and `fairdial explain`: what happened, for programs and for people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, TextIO

import typer

from dialer.cli import console, giving_back, packing
from dialer.files import own_folder, written_text

Store = Annotated[
    str | None,
    typer.Option(
        "--store", metavar="PATH", help="A store, or the folder of a rehearsal; default: the last one."
    ),
]
Out = Annotated[Path, typer.Option("--out", metavar="FILE.csv", help="Where to write.")]
Json = Annotated[bool, typer.Option("--json", help="For a program.")]

export_app = typer.Typer(
    help="Write attempts, denials, promises, results or a client's daily pack.", no_args_is_help=True
)
export_app.command()(giving_back.results)
export_app.command()(packing.pack)


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(explain)
    app.command()(audit)
    app.command()(history)


@export_app.command()
def attempts(out: Out, store: Store = None) -> None:
    """One row per attempt: ids, instants, zones, outcome, counted or not and why, rulebook."""
    from dialer.cli.opening import opened_store
    from dialer.inquiry.exports import export_attempts

    with opened_store(store) as opened:
        _write(out, "attempts", lambda file: export_attempts(opened, file))


@export_app.command()
def denials(out: Out, store: Store = None) -> None:
    """One row per denial: who was not called, when, by which rules, and when they may be."""
    from dialer.cli.opening import opened_store
    from dialer.inquiry.exports import export_denials

    with opened_store(store) as opened:
        _write(out, "denials", lambda file: export_denials(opened, file))


@export_app.command()
def caller_ids(
    out: Out,
    store: Store = None,
    zone: Annotated[
        str, typer.Option("--zone", metavar="ZONE", help="IANA zone of the days.")
    ] = "America/New_York",
) -> None:
    """One row per number of ours and day: attempts that showed it, answers, answer rate."""
    from dialer.cli.opening import opened_store
    from dialer.inquiry.exports import NoZoneError, caller_id_days
    from dialer.measures.caller_ids import FORMULA
    from dialer.results.exports import write_caller_ids

    with opened_store(store) as opened:
        is_partial = opened.is_partial
        try:
            days = caller_id_days(opened, time_zone=zone)
        except NoZoneError as error:
            raise console.UserError(
                str(error), where="--zone", mend="name one such as America/Chicago."
            ) from error
    _write(out, "days of numbers", lambda file: write_caller_ids(days, file, is_partial=is_partial))
    console.say(f"answered_per_attempt: {FORMULA}")


@export_app.command()
def promises(out: Out, store: Store = None) -> None:
    """One row per promise."""
    from dialer.cli.opening import opened_store
    from dialer.inquiry.exports import export_promises

    with opened_store(store) as opened:
        _write(out, "promises", lambda file: export_promises(opened, file))


def explain(
    attempt: Annotated[
        str | None,
        typer.Argument(
            metavar="[ID]",
            help="Of an attempt, a turn not called, a third party's leg, a call received.",
        ),
    ] = None,
    person: Annotated[str | None, typer.Option(metavar="ID", help="A person's id.")] = None,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="With an offset: 2026-03-10T14:30:00-05:00.")
    ] = None,
    debt: Annotated[str | None, typer.Option(metavar="ID", help="About which debt; default: each.")] = None,
    number: Annotated[str | None, typer.Option(metavar="ID", help="On which number; default: each.")] = None,
    channel: Annotated[
        str, typer.Option(metavar="MEANS", help="call, held-call, text, email or letter.")
    ] = "call",
    store: Store = None,
    json: Json = False,
) -> None:
    """Why a call was placed or not, or whether a person could be reached at an instant: every rule asked.

    About a person it is answered by the law, the signatures and the facts of that instant, or not at all.
    """
    from dialer.cli.explaining import channel_named, tell, tell_program
    from dialer.cli.opening import opened_store
    from dialer.inquiry.explain import About, explain_person
    from dialer.inquiry.legs import explain_call

    if (attempt is None) == (person is None):
        raise console.UserError(
            "say either an attempt or a person", mend="`fairdial explain ATTEMPT`, or --person ID --at TIME."
        )
    with opened_store(store) as opened:
        if attempt is not None:
            asked = explain_call(opened, attempt)
        else:
            assert person is not None
            about = About(debt=debt, number=number, channel=channel_named(channel))
            asked = explain_person(opened, person, at=instant_of(at), about=about)
        is_partial = opened.is_partial
    if json:
        tell_program(asked, is_partial=is_partial)
    else:
        tell(asked)


def audit(
    folder: Annotated[
        str | None,
        typer.Argument(
            metavar="[FOLDER]",
            help="A rehearsal's folder, even without its store; or a person's (`fairdial person --folder`).",
        ),
    ] = None,
    store: Store = None,
    json: Json = False,
) -> None:
    """Judge every stored attempt again, by code that shares nothing with the gate.

    The folder of a rehearsal is enough: its journal says all that is asked. The folder of one person is
    decided again, too, under the law that lies in it. Leaves with 1 when an attempt is against the law or the
    house's policy, or when anything of a person's folder is not as it was.
    """
    from dialer.cli.auditing import is_of_a_person, recomputed, tell, tell_program
    from dialer.cli.opening import opened_store
    from dialer.inquiry import audit as audits

    if folder is not None and is_of_a_person(folder):
        if not recomputed(folder, json=json):
            raise typer.Exit(1)
        return
    named = store if folder is None else folder
    with opened_store(named) as opened, console.progress_bar("auditing", quiet=json) as bar:
        audited = audits.audit(
            opened, progress=lambda done: bar.reach(done / (done + 1), f"{done:,} attempts")
        )
    if json:
        tell_program(audited)
    else:
        tell(audited)
    if audited.unlawful:
        raise typer.Exit(1)


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
    from dialer.cli.opening import opened_store
    from dialer.inquiry.history import measures_between
    from dialer.measures.definition import text_of

    first, last = window_of(since, until)
    with opened_store(store) as opened:
        measured = measures_between(opened, since=first, until=last, campaign=campaign)
        is_partial = opened.is_partial
    if json:
        mark = {"partial": True} if is_partial else {}
        console.result_json({each.measure.name: each.value for each in measured} | mark)
        return
    table = console.table("measure", "value", "formula", numbers=("value",))
    for each in measured:
        table.add_row(each.measure.title, text_of(each), each.measure.formula)
    console.out.print(table)


EARLIEST, LATEST = datetime(1971, 1, 1), datetime(2096, 1, 1)  # noqa: DTZ001 (compared without a zone)
"""Between them everything lies that a store can know."""


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
    # Compared as they are: a day at either end of the calendar has no second of POSIX in another zone.
    if not EARLIEST <= at.replace(tzinfo=None) < LATEST:
        raise console.UserError(
            f"{text!r} is not an instant of this time",
            where=option,
            mend=f"name one between {EARLIEST.year} and {LATEST.year}.",
        )
    return at.timestamp()


def window_of(since: str | None, until: str | None) -> tuple[float | None, float | None]:
    """First instant that is meant, and first that is not any more. Raises UserError: nothing lies between."""
    first = None if since is None else instant_of(since, "--from")
    last = None if until is None else instant_of(until, "--to")
    if first is not None and last is not None and first >= last:
        raise console.UserError(
            "nothing lies between these instants", where="--from, --to", mend="name the earlier one first."
        )
    return first, last


def _write(out: Path, what: str, write: Callable[[TextIO], int]) -> None:
    if out.is_dir():
        raise console.UserError("this is a folder", where=f"--out {out}", mend="name a file in it.")
    own_folder(out.parent)
    with written_text(out) as file:
        count = write(file)
    console.result(f"{count:,} {what} written to {out}")
