"""`fairdial ledger`: how often one person was called, counted so that an examiner can count again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dialer.cli import console
from dialer.files import own_folder, write_whole, written_text


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command()(ledger)


def ledger(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="A person's id, as in the export.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE.pdf|FILE.csv", help="Where to write.")],
    debt: Annotated[str | None, typer.Option(metavar="ID", help="One debt; default: every one.")] = None,
    since: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="First instant that is listed.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", metavar="TIME", help="As of when; default: now.")
    ] = None,
    store: Annotated[
        str | None,
        typer.Option(
            "--store", metavar="PATH", help="A store, or the folder of a rehearsal; default: the last one."
        ),
    ] = None,
) -> None:
    """The call-frequency ledger of one person: what counts in each seven days, and what does not and why."""
    from dialer.cli.opening import opened_store
    from dialer.cli.results import window_of
    from dialer.inquiry.frequency import call_frequency
    from dialer.results.frequency_ledger import render_ledger_pdf, write_ledger_csv

    if out.suffix not in (".pdf", ".csv"):
        raise console.UserError(
            "a ledger is a PDF or a CSV file", where=f"--out {out}", mend="end the name in .pdf or .csv."
        )
    first, last = window_of(since, until)
    with opened_store(store) as opened:
        facts = call_frequency(opened, person, since=first, until=last, debt=debt)
    own_folder(out.parent)
    if out.suffix == ".pdf":
        write_whole(out, render_ledger_pdf(facts))
    else:
        with written_text(out) as file:
            write_ledger_csv(facts, file)
    found = facts.ledger
    console.result(
        f"call-frequency ledger of {person} written to {out}: {len(found.over)} over the limit, "
        f"{len(found.too_soon)} too soon after a talk (once for each debt and zone)"
    )
