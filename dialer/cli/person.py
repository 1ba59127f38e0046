"""`fairdial person`: everything that happened to one person, with reasons, as PDF, page, JSON or CSV."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dialer.cli import console
from dialer.files import own_folder, write_whole, written_text

if TYPE_CHECKING:
    from dialer.results.person_events import PersonFacts
    from dialer.results.person_report import Detail

_ENDINGS = (".pdf", ".html", ".json", ".csv")


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command()(person)


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
    from dialer.cli.results import instant_of
    from dialer.floor.stores import opened_store
    from dialer.inquiry.person import person_facts
    from dialer.results.person_report import Detail

    if (out is None) == (folder is None):
        raise console.UserError(
            "say where to write", where="--out, --folder", mend="name a file or a new folder, not both."
        )
    first = None if since is None else instant_of(since, "--from")
    last = None if until is None else instant_of(until, "--to")
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
    from dialer.floor.stores import opened_store
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
