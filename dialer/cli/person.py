"""`fairdial person` and `fairdial erase`: what happened to a person, all that is held, put right, erased."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from dialer.cli import console
from dialer.files import own_folder, write_whole, written_text

if TYPE_CHECKING:
    from dialer.results.person_events import PersonFacts
    from dialer.results.person_report import Detail

_ENDINGS = (".pdf", ".html", ".json", ".csv")


if TYPE_CHECKING:
    from dialer.inquiry.rights.erasure import ErasedBy

REPORT = "report"


class _PersonOrCommand(TyperGroup):
    """`fairdial person ID` is `fairdial person report ID`: ids have a hyphen, which no command has."""

    default = REPORT

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """See click."""
        if args and args[0] not in self.commands and args[0] != "--help":
            args = [self.default, *args]
        return super().parse_args(ctx, args)


person_app = typer.Typer(
    cls=_PersonOrCommand,
    no_args_is_help=True,
    help="One person: a report on everything that happened (`fairdial person PERSON --out FILE`), all that "
    "is held, corrections.",
)

Person = Annotated[str, typer.Argument(metavar="PERSON", help="A person's id, as in the export.")]
Named = Annotated[str | None, typer.Option("--store", metavar="PATH", help="The floor's store.")]
Why = Annotated[str, typer.Option("--why", help="The reason, for the record of who did what.")]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.add_typer(person_app, name="person")
    app.command()(erase)


@person_app.command("export")
def export(
    person: Person,
    out: Annotated[Path, typer.Option("--out", metavar="NEW-FOLDER", help="Made for it.")],
    store: Named = None,
) -> None:
    """Everything that is held of a person, in clear, for themselves: for a program, and to read.

    That it was handed out is in the record of who did what.
    """
    import json

    from dialer.cli.opening import store_to_change
    from dialer.clock import posix_now
    from dialer.inquiry.rights.held import handed_out
    from dialer.results.person_report import render_person_pdf

    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise console.UserError("there is something already", where=f"--out {out}", mend="name a new folder.")
    with store_to_change(store) as opened:
        found = handed_out(opened, person, by=_by("asked by the person"), at=posix_now())
    own_folder(out)
    write_whole(out / "held.json", json.dumps(found.as_json(), indent=1, ensure_ascii=False).encode())
    write_whole(out / "report.pdf", render_person_pdf(found.facts))
    console.result(f"everything held of {person} written to {out}: held.json, report.pdf")


@person_app.command("correct")
def correct(
    person: Person,
    why: Why,
    first: Annotated[str | None, typer.Option()] = None,
    middle: Annotated[str | None, typer.Option()] = None,
    last: Annotated[str | None, typer.Option()] = None,
    suffix: Annotated[str | None, typer.Option()] = None,
    born: Annotated[str | None, typer.Option(metavar="DATE", help="As 1961-07-23.")] = None,
    last4: Annotated[str | None, typer.Option(help="Of the social security number.")] = None,
    email: Annotated[str | None, typer.Option()] = None,
    store: Named = None,
) -> None:
    """Put right who a person is; what is not named stays, and '' takes away.

    Numbers, addresses and accounts are corrected by a running floor: PUT /api/facts/persons/PERSON.
    """
    from dialer.cli.opening import store_to_change
    from dialer.clock import posix_now
    from dialer.inquiry.rights import correction

    told = correction.Correction(
        first=first, middle=middle, last=last, suffix=suffix, date_of_birth=born, ssn_last4=last4, email=email
    )
    by = _by(why)
    with store_to_change(store) as opened:
        changed = correction.correct(
            opened, person, told, who=by.who, address=by.address, why=why, at=posix_now()
        )
    console.result(f"{person}: {', '.join(changed) or 'nothing'} changed")


def erase(
    person: Person,
    why: Why,
    recordings: Annotated[
        list[Path] | None, typer.Option(metavar="DIR", help="Where a telephone system records. Repeat.")
    ] = None,
    answered_by: Annotated[
        str,
        typer.Option("--answered-by", metavar="NAME", help="Who answers for it where no rule is known."),
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say whether they may be; do nothing.")] = False,
    store: Named = None,
    json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
) -> None:
    """Erase a person for good: keys, sealed rows, recordings; what law demands stays, under ids.

    Refused while a court or a rule of retention keeps them, with the first day on which they may be. Older
    copies of the folder of keys forget with the next `fairdial keys rotate`.
    """
    from dialer.cli.opening import store_to_change
    from dialer.clock import posix_now
    from dialer.inquiry.rights import erasure

    by, now = _by(why, answered_by), posix_now()
    with store_to_change(store) as opened:
        if dry_run:
            standing = erasure.obstacles(opened, person, at=now, answered_by=answered_by)
            if standing:
                raise erasure.NotErasedError(person, standing)
            console.result(f"{person} may be erased")
            return
        done = erasure.erase(opened, person, by=by, at=now, folders=recordings or ())
    if json:
        console.result_json(done.as_json())
        return
    console.result(f"{person} is erased: {done.told()}")
    console.say("run `fairdial keys rotate`, so that older copies of the keys open nothing, either")


def _by(why: str, answered_by: str = "") -> ErasedBy:
    from dialer.inquiry.rights.erasure import ErasedBy

    who = f"{getpass.getuser()} at the command line"
    return ErasedBy(who=who, address="command", why=why, answered_by=answered_by)


@person_app.command(REPORT, hidden=True)
def person(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="A person's id, as in the export.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE.pdf|.html|.json|.csv", help="Where to write the report."),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--folder",
            metavar="DIR",
            help="A new folder for an examiner: reports, ledger, every decision with its law, checksums.",
        ),
    ] = None,
    recordings: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="Where a telephone system records, for --folder. Repeat."),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="First instant, with an offset.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", metavar="TIME", help="First instant that is not meant any more.")
    ] = None,
    store: Annotated[
        str | None,
        typer.Option(
            "--store", metavar="PATH", help="A store, or the folder of a rehearsal; default: the last one."
        ),
    ] = None,
    with_name: Annotated[
        bool,
        typer.Option(
            "--with-name", help="Show name, address and numbers in clear, where the store has them."
        ),
    ] = False,
    short: Annotated[
        bool,
        typer.Option("--short", help="Leave out the rules that were asked, and what happened on each line."),
    ] = False,
) -> None:
    """A compliance report on one person: who they are, every contact with its reasons; or their folder."""
    from dialer.cli.opening import opened_store
    from dialer.cli.results import window_of
    from dialer.inquiry.person import person_facts
    from dialer.results.person_report import Detail

    if (out is None) == (folder is None):
        raise console.UserError(
            "say where to write", where="--out, --folder", mend="name a file or a new folder, not both."
        )
    first, last = window_of(since, until)
    if folder is not None:
        _write_folder(person, folder, first, last, store, recordings or [], with_name=with_name)
        return
    assert out is not None, "it was looked at above"
    if out.suffix not in _ENDINGS:
        raise console.UserError(
            "a report is a PDF, a page, JSON or CSV",
            where=f"--out {out}",
            mend="end the name in .pdf, .html, .json or .csv.",
        )
    with opened_store(store) as opened:
        facts = person_facts(opened, person, since=first, until=last, with_name=with_name)
    own_folder(out.parent)
    _write_report(facts, out, Detail.SHORT if short else Detail.LONG)
    console.result(f"report on {person} written to {out}")


def _write_report(facts: PersonFacts, out: Path, detail: Detail) -> None:
    from dialer.results.person_report import (
        json_of,
        render_person_html,
        render_person_pdf,
        write_person_csv,
    )

    match out.suffix:
        case ".pdf":
            write_whole(out, render_person_pdf(facts, detail))
        case ".html":
            write_whole(out, render_person_html(facts, detail).encode())
        case ".json":
            write_whole(out, json_of(facts, detail))
        case _:
            with written_text(out) as file:
                write_person_csv(facts, file)


def _write_folder(
    person: str,
    folder: Path,
    since: float | None,
    until: float | None,
    store: str | None,
    recordings: list[Path],
    *,
    with_name: bool,
) -> None:
    from dialer.cli.opening import opened_store
    from dialer.inquiry.person_folder import person_folder
    from dialer.results.person_folder import files_of

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise console.UserError(
            "there is something already", where=f"--folder {folder}", mend="name a new folder: it is whole."
        )
    with opened_store(store) as opened:
        found = person_folder(
            opened, person, since=since, until=until, with_name=with_name, recordings=recordings
        )
    for path, content in files_of(found).items():
        file = folder / path
        own_folder(file.parent)
        write_whole(file, content)
    console.result(
        f"{len(found.decisions)} decisions about {person} written to {folder}; "
        f"`fairdial audit {folder}` decides them again"
    )
