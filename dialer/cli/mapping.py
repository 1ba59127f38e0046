"""`fairdial mapping`: what a creditor's own columns mean: proposed from a file, confirmed by a person."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dialer.cli import console

app = typer.Typer(
    help="What creditors' own columns mean: proposed from a file, checked, confirmed by a person.",
    no_args_is_help=True,
)

Mapping = Annotated[Path, typer.Argument(metavar="MAPPING.toml", help="A saved mapping.")]
Json = Annotated[bool, typer.Option("--json", help="For a program.")]


@app.command("layouts")
def list_layouts(json: Json = False) -> None:
    """The layouts of other systems that are known."""
    from dataclasses import asdict

    from dialer.floor.mappings import layouts

    found = layouts()
    if json:
        console.result_json([asdict(each) for each in found])
        return
    table = console.table("layout", "files of")
    for each in found:
        table.add_row(each.name, each.about)
    console.out.print(table)


@app.command("propose")
def propose(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of the client's: text, .gz, .xlsx.")],
    out: Annotated[Path, typer.Option(metavar="MAPPING.toml", help="Where the mapping is written.")],
    layout: Annotated[
        str, typer.Option(metavar="NAME", help="A layout that it is in; without it, it is found out.")
    ] = "",
    client: Annotated[str, typer.Option(help="Whose accounts they are.")] = "",
    of: Annotated[
        str,
        typer.Option(metavar="KIND", help="placement, suppressions, requests, consents or payments."),
    ] = "placement",
    json: Json = False,
) -> None:
    """Propose a mapping from a file's headings and values; nothing is taken in."""
    from dialer.floor.mappings import propose_mapping

    made = propose_mapping(file, out=out, layout=layout, client=client, of=of)
    if json:
        console.result_json(
            {"mapping": str(out), "layout": made.layout or None, "questions": list(made.questions)}
        )
        return
    known = f"in the layout {made.layout}" if made.layout else "in no known layout; guessed by its columns"
    console.result(f"{out}: proposed for {file.name}, {known}")
    for question in made.questions:
        console.result(f"  to be answered: {question}")
    console.result(f"look at it, then: fairdial mapping check {out} {file}")


@app.command("check")
def check(
    mapping: Mapping,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="Read by it, and nothing changed.")
    ] = None,
    json: Json = False,
) -> None:
    """What a mapping still lacks, and what a file would come to under it. Leaves with 1 when it lacks
    something, or when no line, or not the file, could be taken."""
    from dialer.cli.intake import tell_report
    from dialer.floor.mappings import mapping_to_check, read_by
    from dialer.floor.placing import refused_whole

    told = mapping_to_check(mapping)
    saved = told.saved
    report = None
    if file is not None and not saved.questions:
        with console.progress_bar("reading", quiet=json) as bar:
            report = read_by(told, file, progress=lambda lines: bar.note(f"{lines:,} lines"))
    why_whole = "" if report is None else refused_whole(report, told.most_refused)
    by = saved.confirmed_by
    if json:
        console.result_json(
            {
                "name": saved.name,
                "version": saved.version,
                "questions": list(saved.questions),
                "confirmed_by": None if by is None else by.by,
                "report": None if report is None else report.summary(),
                "refused_whole": why_whole or None,
            }
        )
    else:
        for question in saved.questions:
            console.result(f"to be answered: {question}")
        state = "not confirmed" if by is None else f"version {by.version}, confirmed by {by.by} at {by.at}"
        console.result(f"{saved.name or mapping.stem}: {state}")
        if report is not None:
            tell_report(report, dry_run=True, refused_whole=why_whole)
    if saved.questions or why_whole or (report is not None and not report.accepted):
        raise typer.Exit(1)


@app.command("confirm")
def confirm(
    mapping: Mapping,
    by: Annotated[str, typer.Option(help="Who has looked at it and says that it is right, by name.")],
) -> None:
    """Say that a mapping is right, statuses and all; files are taken in by it from now on."""
    from dialer.floor.mappings import confirm_mapping

    if not by.strip():
        raise console.UserError("say who confirms it", where="--by", mend="name a person.")
    saved = confirm_mapping(mapping, by=by.strip()).saved
    console.result(f"{saved.name or mapping.stem}: version {saved.version}, confirmed by {by.strip()}")
