"""`fairdial import`: a creditor's placement file into the store, with every line that was not taken."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dialer.cli import console

if TYPE_CHECKING:
    from dialer.domain.placement import RejectedLine
    from dialer.intake.report import ImportReport

SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command(name="import")(import_file)


def _print_template(wanted: bool) -> None:
    """Print the heading and one made-up line, and leave."""
    if wanted:
        from dialer.floor.taking_in import placement_template

        console.result(placement_template().rstrip("\n"))
        raise typer.Exit


def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Placement CSV; .gz is read too.")],
    campaign: Annotated[str, typer.Option(help="The campaign that is to call them.")] = "collections",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and report; change nothing.")] = False,
    rejects: Annotated[
        Path | None,
        typer.Option(metavar="FILE.csv", help="Write the lines not taken here.", show_default=False),
    ] = None,
    store: Annotated[
        str | None, typer.Option(metavar="PATH", help="Store to import into.", show_default=False)
    ] = None,
    floor: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Of the floor that runs on the store.", show_default=False),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
    template: Annotated[  # noqa: ARG001  # done by its callback, before a file is asked for
        bool,
        typer.Option("--template", is_eager=True, callback=_print_template, help="Print an empty file."),
    ] = False,
) -> None:
    """Import a creditor's placement (canonical CSV), also while a floor runs on the store.

    Leaves with 1 when no line could be taken, or when a running floor could not be told of changes.
    """
    report = _dry(file, json) if dry_run else _import(file, campaign, store, floor, json)
    if rejects is not None:
        _write_rejects(rejects, report.rejects)
    if json:
        console.result_json(
            {
                **report.summary(),
                "dry_run": dry_run,
                "rejected_lines": [_as_json(line) for line in report.rejects],
                "remarked_lines": [_as_json(line) for line in report.remarks],
            }
        )
    else:
        _tell(report, dry_run=dry_run)
    if report.lines and not report.accepted:
        raise typer.Exit(1)


def _dry(file: Path, quiet: bool) -> ImportReport:
    from dialer.floor.taking_in import read_only

    with console.progress_bar("reading", quiet=quiet) as bar:
        return read_only(file, progress=lambda lines: bar.note(f"{lines:,} lines"))


def _import(file: Path, campaign: str, named: str | None, floor: Path | None, quiet: bool) -> ImportReport:
    from dialer.floor.placing import ImportedBeforeError
    from dialer.floor.stores import remember_filled, store_to_fill
    from dialer.floor.taking_in import take_in

    address = store_to_fill(named)
    with console.progress_bar("importing", quiet=quiet) as bar:

        def progress(lines: int) -> None:
            bar.note(f"{lines:,} lines")

        try:
            taken = take_in(file, campaign=campaign, address=address, folder=floor, progress=progress)
        except ImportedBeforeError as error:
            _say_told(error.told)
            raise
    remember_filled(named)
    _say_told(taken.told)
    return taken.report


def _say_told(persons: int) -> None:
    if persons:
        console.say(f"the running floor was told of {persons:,} people it may know already")


def _tell(report: ImportReport, *, dry_run: bool) -> None:
    done = "would be taken" if dry_run else "taken"
    console.result(
        f"{report.file_name}: {report.lines:,} lines, {report.accepted:,} {done}, {report.rejected:,} not"
    )
    if report.unknown_columns:
        console.result(f"columns that are not known and were left alone: {', '.join(report.unknown_columns)}")
    if report.rejects:
        table = console.table("line", "column", "not taken because", "value", numbers=("line",))
        for line in report.rejects[:SHOWN]:
            table.add_row(str(line.line), line.column, line.reason, line.value)
        console.out.print(table)
        if report.rejected > SHOWN:
            console.result(f"... and {report.rejected - SHOWN:,} more (--rejects FILE.csv writes them)")
    if report.remark_reasons:
        table = console.table(
            "taken, with something left out or mended", "column", "lines", numbers=("lines",)
        )
        for (column, reason), count in report.remark_reasons.most_common(SHOWN):
            table.add_row(reason, column, f"{count:,}")
        console.out.print(table)


def _as_json(line: RejectedLine) -> dict[str, object]:
    return {"line": line.line, "column": line.column, "reason": line.reason, "value": line.value}


def _write_rejects(out: Path, lines: list[RejectedLine]) -> None:
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("line", "column", "reason", "value"))
        writer.writerows((line.line, line.column, line.reason, line.value) for line in lines)
