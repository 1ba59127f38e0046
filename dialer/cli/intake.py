"""`fairdial import`: a creditor's placement file into the store, with every line that was not taken."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dialer.cli import console
from dialer.cli.calling import tell_unseen
from dialer.cli.interrupting import told_when_interrupted
from dialer.files import written_text

if TYPE_CHECKING:
    from dialer.domain.placement import RejectedLine
    from dialer.floor.differences import Differences
    from dialer.floor.told_files import HistoryAsked, ListAsked
    from dialer.inquiry.unseen import Unseen
    from dialer.intake.mapping import FileMapping
    from dialer.intake.report import ImportReport
    from dialer.intake.told_columns import ToldKind

SHOWN = 20
HISTORY, LIST = "history", "list"

Returned = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Write the lines not taken here, in the client's layout.", show_default=False
    ),
]
MostRefused = Annotated[
    float | None,
    typer.Option(metavar="SHARE", help="Refuse the file whole above this share of lines, 0 to 1."),
]

Rejects = Annotated[
    Path | None,
    typer.Option(metavar="FILE.csv", help="Write the lines not taken here.", show_default=False),
]
Mapped = Annotated[
    Path | None,
    typer.Option(metavar="FILE.toml", help="What the file's columns mean.", show_default=False),
]
Columns = Annotated[
    list[str] | None,
    typer.Option(metavar="HEADING=MEANING", help="What one column means (or ignore); again for several."),
]
Dates = Annotated[
    str | None, typer.Option(metavar="day_first|month_first", help="How days in figures begin.")
]
Decimal = Annotated[str | None, typer.Option(metavar="point|comma", help="What stands before the cents.")]
Kind = Annotated[
    str | None, typer.Option(metavar="KIND", help="What the file tells, where it is no placement.")
]
Zone = Annotated[
    str | None,
    typer.Option(
        metavar="ZONE", help="Of a log's local times, such as America/New_York.", show_default=False
    ),
]
Days = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help="How far back a log's calls are taken in.", show_default="60"),
]
Client = Annotated[str, typer.Option(help="Whose accounts a log or a list names, where it names accounts.")]
Scrub = Annotated[
    str | None,
    typer.Option(
        metavar="KIND",
        help="What it means to be in a list: do_not_call, deceased, wireless...",
        show_default="do_not_call",
    ),
]
OfDay = Annotated[
    str | None, typer.Option(metavar="DATE", help="Of which day a list is; without it, today's.")
]

holds_app = typer.Typer(help="Holds that refused lines of files placed.", no_args_is_help=True)


Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[KIND] FILE",
        help="A placement, or suppressions, requests, consents, payments, history, list and its file.",
        show_default=False,
    ),
]
SamePerson = Annotated[
    list[str] | None,
    typer.Option(
        metavar="CLIENT/REFERENCE",
        help="Somebody has looked: who has another name now is who is on file; again for several.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command(name="import")(import_file)
    app.add_typer(holds_app, name="holds")


def _print_template(kind: str) -> None:
    """Print the heading and a made-up line of a kind of file."""
    from dialer.floor.taking_in import placement_template
    from dialer.intake import told_columns

    kinds = {"placement": placement_template} | {
        one.value: lambda one=one: told_columns.template(one) for one in told_columns.ToldKind
    }
    if kind not in kinds:
        raise console.UserError(f"no empty file of {kind!r}", mend=f"KIND is one of {', '.join(kinds)}.")
    console.result(kinds[kind]().rstrip("\n"))


def import_file(
    words: Words = None,
    campaign: Annotated[str, typer.Option(help="The campaign that is to call them.")] = "collections",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and report; change nothing.")] = False,
    rejects: Rejects = None,
    store: Annotated[
        str | None, typer.Option(metavar="PATH", help="Store to import into.", show_default=False)
    ] = None,
    floor: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Of the floor that runs on the store.", show_default=False),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
    mapping: Mapped = None,
    column: Columns = None,
    dates: Dates = None,
    decimal: Decimal = None,
    same_person: SamePerson = None,
    kind: Kind = None,
    returned: Returned = None,
    most_refused: MostRefused = None,
    zone: Zone = None,
    days: Days = None,
    client: Client = "",
    scrub: Scrub = None,
    of_day: OfDay = None,
    template: Annotated[bool, typer.Option("--template", help="Print an empty file of the KIND.")] = False,
) -> None:
    """Import a creditor's placement (canonical CSV), or what people asked, agreed to or paid, also while a
    floor runs on the store.

    Leaves with 1 when no line could be taken, or when a running floor could not be told of changes.
    """
    from dialer.floor.taking_in import told_of
    from dialer.floor.told_files import demand_fits

    words = words or []
    if template:
        _print_template(kind or (words[0] if words else "placement"))
        return
    differences: Differences | None = None
    refused_whole, hidden = "", ()
    what, file = _kind_and_file(words, kind)
    told = told_of(
        mapping,
        column or (),
        dates=dates,
        decimal=decimal,
        most_refused=most_refused,
        same_persons=same_person or (),
        of=_told_kind(what),
    )
    demand_fits(what or "placement", zone=zone, days=days, scrub=scrub, of_day=of_day)
    asked = _Asked(zone=zone, days=days, client=client, scrub=scrub, of_day=of_day)
    with told_when_interrupted(lambda: _interrupted(file, dry_run=dry_run)):
        if what is not None:
            asking = replace(asked, returned=returned, is_dry=dry_run)
            report, refused_whole = _take_told(file, what, told, store, floor, asking, quiet=json)
        elif dry_run:
            report, differences = _dry(file, told, store, returned, json)
            refused_whole = _would_be_refused(report, told)
        else:
            report, refused_whole, hidden = _import(file, told, campaign, store, floor, returned, json)
    if rejects is not None:
        _write_rejects(rejects, report.rejects)
    _say(report, differences, refused_whole, dry_run=dry_run, json=json, hidden=hidden)
    if refused_whole or (report.lines and not report.accepted):
        raise typer.Exit(1)


def _say(
    report: ImportReport,
    differences: Differences | None,
    refused_whole: str,
    *,
    dry_run: bool,
    json: bool,
    hidden: tuple[Unseen, ...],
) -> None:
    if not json:
        tell_report(report, dry_run=dry_run, refused_whole=refused_whole)
        _tell_whole(report, differences)
        tell_unseen(hidden)
        return
    console.result_json(
        {
            **report.summary(),
            "dry_run": dry_run,
            "differences": None if differences is None else differences.as_json(),
            "refused_whole": refused_whole or None,
            "unseen": [each.as_json() for each in hidden],
            "rejected_lines": [_as_json(line) for line in report.rejects],
            "remarked_lines": [_as_json(line) for line in report.remarks],
        }
    )


def _would_be_refused(report: ImportReport, told: FileMapping) -> str:
    from dialer.floor.placing import refused_whole

    return refused_whole(report, told.most_refused)


def _kind_and_file(words: list[str], kind: str | None) -> tuple[str | None, Path]:
    """What the file holds (None = a placement), and the file."""
    from dialer.intake.told_columns import ToldKind

    kinds = (*(one.value for one in ToldKind), HISTORY, LIST)
    if kind is None and len(words) == 2:
        kind, words = words[0], words[1:]
    if len(words) != 1:
        raise console.UserError("name one file", mend=f"KIND before it is one of {', '.join(kinds)}.")
    if kind is not None and kind not in (*kinds, "placement"):
        raise console.UserError(f"no kind of file {kind!r}", mend=f"KIND is one of {', '.join(kinds)}.")
    return kind if kind in kinds else None, Path(words[0])


def _told_kind(what: str | None) -> ToldKind | None:
    from dialer.intake.told_columns import ToldKind

    return ToldKind(what) if what in {one.value for one in ToldKind} else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the options say of a file that is no placement."""

    zone: str | None
    days: int | None
    client: str
    scrub: str | None
    of_day: str | None
    returned: Path | None = None
    is_dry: bool = False

    def kind(self, kind: str) -> ToldKind | HistoryAsked | ListAsked:
        """How the file is read."""
        from dialer.floor.told_files import history_asked, list_asked
        from dialer.intake.told_columns import ToldKind

        if kind == HISTORY:
            return history_asked(self.zone, self.days, self.client)
        return list_asked(self.scrub, self.of_day, self.client) if kind == LIST else ToldKind(kind)


def _take_told(
    file: Path,
    kind: str,
    told: FileMapping,
    named: str | None,
    floor: Path | None,
    asked: _Asked,
    *,
    quiet: bool,
) -> tuple[ImportReport, str]:
    """What became of it, and why it was refused whole, if it was."""
    import getpass

    from dialer.floor.placing import RefusedWholeError
    from dialer.floor.stores import store_address
    from dialer.floor.told_files import ToldOrder, take_in_told

    with console.progress_bar("reading" if asked.is_dry else "importing", quiet=quiet) as bar:
        order = ToldOrder(
            file=file,
            kind=asked.kind(kind),
            by=getpass.getuser(),
            mapping=told,
            is_dry=asked.is_dry,
            returned=asked.returned,
            progress=lambda lines: bar.note(f"{lines:,} lines"),
        )
        try:
            report = take_in_told(order, address=store_address(named), folder=floor)
            return report, _would_be_refused(report, told) if asked.is_dry else ""
        except RefusedWholeError as error:
            return error.report, str(error)


def _dry(
    file: Path, told: FileMapping, named: str | None, returned: Path | None, quiet: bool
) -> tuple[ImportReport, Differences | None]:
    from dialer.floor.differences import Comparing
    from dialer.floor.taking_in import read_only, store_to_compare

    with console.progress_bar("reading", quiet=quiet) as bar, store_to_compare(named) as store:
        beside = None if store is None else Comparing(store)
        report = read_only(
            file,
            mapping=told,
            progress=lambda lines: bar.note(f"{lines:,} lines"),
            returned=returned,
            beside=beside,
        )
        return report, None if beside is None else beside.finish()


def _tell_whole(report: ImportReport, differences: Differences | None) -> None:
    if report.mapping.version:
        by = report.mapping.confirmed_by
        console.result(
            f"by mapping {report.mapping.name!r}, version {report.mapping.version}"
            + (f", confirmed by {by.by}" if by is not None else "")
        )
    if differences is not None:
        found = differences
        console.result(
            f"beside the store: {found.new:,} accounts are new, {found.same:,} owe what they owed, "
            f"{found.balance_differs:,} another balance ({found.before_cents / 100:,.2f} becomes "
            f"{found.after_cents / 100:,.2f}), {found.closed:,} close; {found.new_persons:,} people and "
            f"{found.new_numbers:,} telephone numbers are new"
        )


def _import(
    file: Path,
    told: FileMapping,
    campaign: str,
    named: str | None,
    floor: Path | None,
    returned: Path | None,
    quiet: bool,
) -> tuple[ImportReport, str, tuple[Unseen, ...]]:
    from dialer.floor.placing import ImportedBeforeError
    from dialer.floor.stores import remember_filled, store_to_fill
    from dialer.floor.taking_in import campaigns_beside, take_in

    address = store_to_fill(named)
    if others := campaigns_beside(named, campaign):
        console.say(
            f"campaign {campaign!r} is new in this store, which has {', '.join(others)}: nobody of the file "
            "is called until a floor works it; mind its spelling"
        )
    with console.progress_bar("importing", quiet=quiet) as bar:

        def progress(lines: int) -> None:
            bar.note(f"{lines:,} lines")

        try:
            taken = take_in(
                file,
                campaign=campaign,
                address=address,
                folder=floor,
                progress=progress,
                mapping=told,
                returned=returned,
            )
        except ImportedBeforeError as error:
            _say_told(error.told)
            raise
    remember_filled(named)
    _say_told(taken.told)
    if taken.report.accepted and not taken.refused_whole:
        console.say("`fairdial callable` tells who may be called tomorrow, and what keeps the others from it")
        return taken.report, taken.refused_whole, _unseen(address)
    return taken.report, taken.refused_whole, ()


def _unseen(address: str) -> tuple[Unseen, ...]:
    """Who of the store is out of sight now."""
    from dialer.clock import posix_now
    from dialer.floor.stores import opened_store
    from dialer.inquiry.unseen import unseen

    with opened_store(address) as store:
        return unseen(store, now=posix_now())


def _interrupted(file: Path, *, dry_run: bool) -> str:
    if dry_run:
        return "interrupted: nothing was changed"
    return (
        f"interrupted: {file.name} may not be in place yet. Give the same command again: it begins anew "
        "where nothing binds yet, goes on where something does, and takes no line twice."
    )


def _say_told(persons: int) -> None:
    if persons:
        console.say(f"the running floor was told of {persons:,} people it may know already")


def tell_report(report: ImportReport, *, dry_run: bool, refused_whole: str = "") -> None:
    """What became of a file, for a person. `refused_whole`: why, where it was, or would be."""
    done = "could be taken" if refused_whole else "would be taken" if dry_run else "taken"
    console.result(
        f"{report.file_name}: {report.lines:,} lines, {report.accepted:,} {done}, {report.rejected:,} not"
        f" (read as {report.encoding})"
    )
    if refused_whole:
        console.result(refused_whole)
    _tell_held(report, dry_run=dry_run)
    if report.unknown_columns:
        console.result(f"columns that are not known and were left alone: {', '.join(report.unknown_columns)}")
    if report.rejects:
        table = console.table("line", "column", "not taken because", "value", numbers=("line",))
        for line in report.rejects[:SHOWN]:
            table.add_row(str(line.line), line.column, line.reasons, line.value)
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


def _tell_held(report: ImportReport, *, dry_run: bool) -> None:
    if report.held:
        done = "would hold" if dry_run else "hold"
        console.result(
            f"{report.held:,} of the lines not taken say what protects people, and {done} whom they name "
            "until somebody has looked (`fairdial holds list`)"
        )
    if report.unbound:
        console.result(f"{report.unbound:,} of them name nobody: find out who is meant, by their lines")


def _as_json(line: RejectedLine) -> dict[str, object]:
    told: dict[str, object] = {
        "line": line.line,
        "column": line.column,
        "reason": line.reason,
        "value": line.value,
    }
    if line.also:
        told["also"] = list(line.also)
    if line.protects is not None:
        told["holds_for"] = list(line.protects.signals)
        told["holds_nobody"] = line.protects.binds_nobody
    return told


@holds_app.command("list")
def list_holds(
    import_id: Annotated[str | None, typer.Argument(metavar="IMPORT", help="One file's.")] = None,
    store: Annotated[str | None, typer.Option("--store", metavar="PATH", help="The floor's store.")] = None,
    json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
) -> None:
    """Whom refused lines hold, and why."""
    from dataclasses import asdict

    from dialer.floor.file_holds import file_holds
    from dialer.floor.stores import store_address

    found = file_holds(store_address(store), import_id)
    if json:
        console.result_json([asdict(hold) for hold in found])
        return
    table = console.table("import", "line", "holds", "for", "state", "released by", numbers=("line",))
    for hold in found:
        by = "" if hold.released_by is None else f"{hold.released_by}: {hold.why}"
        table.add_row(hold.import_id, str(hold.line), hold.bound, hold.signals, hold.state, by)
    console.out.print(table)


@holds_app.command("release")
def release_holds(
    import_id: Annotated[str, typer.Argument(metavar="IMPORT", help="The file whose holds end.")],
    by: Annotated[str, typer.Option(help="Who has looked, by name.")],
    why: Annotated[str, typer.Option(help="What they found.")],
    store: Annotated[str | None, typer.Option("--store", metavar="PATH", help="The floor's store.")] = None,
) -> None:
    """End every hold that the refused lines of one file placed; a floor that runs is told."""
    from dialer.floor.file_holds import release_file_holds
    from dialer.floor.stores import store_address

    if not by.strip() or not why.strip():
        raise console.UserError("say who releases them, and why", where="--by, --why", mend="name both.")
    count = release_file_holds(store_address(store), import_id, by=by, why=why)
    console.result(f"{count:,} holds of import {import_id} released by {by}")


def _write_rejects(out: Path, lines: list[RejectedLine]) -> None:
    with written_text(out) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("line", "column", "reason", "value"))
        writer.writerows((line.line, line.column, line.reasons, line.value) for line in lines)
