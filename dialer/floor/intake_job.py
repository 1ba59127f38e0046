"""One file that came over HTTP, taken in by a process of its own (`dialer.cli.intake_job`): reading a million
lines would else hold up the loop that must answer the telephone."""

from pathlib import Path

import msgspec

from dialer.domain.errors import FairdialError, MendableError
from dialer.domain.placement import RejectedLine
from dialer.floor.differences import Comparing
from dialer.floor.placing import ImportedBeforeError, RefusedWholeError
from dialer.floor.taking_in import read_only, store_to_compare, take_in, told_of
from dialer.floor.told_files import (
    HistoryAsked,
    ListAsked,
    ToldOrder,
    demand_fits,
    history_asked,
    list_asked,
    take_in_told,
)
from dialer.intake.files import UnreadableFileError
from dialer.intake.mapping import FileMapping
from dialer.intake.report import ImportReport
from dialer.intake.told_columns import ToldKind

PLACEMENT, HISTORY, LIST = "placement", "history", "list"


class Job(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be done.

    Args:
        kind: `placement`, the word of a kind of told file, `history` (a log of calls) or `list`.
        client: the file is of this client alone, '' = of any; of a log or a list, whose accounts it names.
        by: who brings it.
        returned: where the refused lines are written, in the client's own layout.
        address: of the store; folder: of the floor that runs on it.
        zone, days: of a log of calls; scrub, of_day: of a list. See `fairdial import`.
    """

    file: str
    kind: str
    client: str
    campaign: str
    by: str
    returned: str
    address: str
    folder: str
    mapping: str = ""
    columns: tuple[str, ...] = ()
    same_persons: tuple[str, ...] = ()
    dates: str | None = None
    decimal: str | None = None
    most_refused: float | None = None
    zone: str | None = None
    days: int | None = None
    scrub: str | None = None
    of_day: str | None = None
    is_dry: bool = False


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of it.

    Args:
        summary: of the report, as the command tells it to a program.
        refused_whole: why no line was taken but what protects; '' = the good ones were.
        trouble: why nothing became of it; `was_known`: since the same bytes were taken in before;
            `is_of_file`: since the file cannot be read as what it should be, which its sender mends.
    """

    summary: dict[str, object] | None = None
    refused_whole: str = ""
    trouble: str = ""
    was_known: bool = False
    is_of_file: bool = False


def run(job: Job) -> Outcome:
    """Do it."""
    try:
        others = _other(job)
        mapping = told_of(
            Path(job.mapping) if job.mapping else None,
            job.columns,
            dates=job.dates,
            decimal=job.decimal,
            most_refused=job.most_refused,
            same_persons=job.same_persons,
            of=None if others is not None or job.kind == PLACEMENT else ToldKind(job.kind),
            client="" if others is not None else job.client,
        )
        if others is not None:
            return _told(job, mapping, others)
        return _placed(job, mapping) if mapping.of is None else _told(job, mapping, mapping.of)
    except RefusedWholeError as error:
        return Outcome(summary=_summary(job, error.report), refused_whole=str(error))
    except FairdialError as error:
        mend = error.mend if isinstance(error, MendableError) else ""
        text = f"{error}; {mend}" if mend and mend not in str(error) else str(error)
        return Outcome(
            trouble=text,
            was_known=isinstance(error, ImportedBeforeError),
            is_of_file=any(isinstance(one, UnreadableFileError) for one in (error, error.__cause__)),
        )


def _other(job: Job) -> HistoryAsked | ListAsked | None:
    """How a log or a list is read; None = it is neither. Raises MendableError."""
    demand_fits(job.kind, zone=job.zone, days=job.days, scrub=job.scrub, of_day=job.of_day)
    if job.kind == HISTORY:
        return history_asked(job.zone, job.days, job.client)
    return list_asked(job.scrub, job.of_day, job.client) if job.kind == LIST else None


def _placed(job: Job, mapping: FileMapping) -> Outcome:
    file, returned = Path(job.file), Path(job.returned)
    if job.is_dry:
        with store_to_compare(job.address) as store:
            beside = None if store is None else Comparing(store)
            report = read_only(file, mapping=mapping, returned=returned, beside=beside, progress=_unheard)
            differences = None if beside is None else beside.finish().as_json()
        return Outcome(summary={**_summary(job, report), "differences": differences})
    taken = take_in(
        file,
        campaign=job.campaign,
        address=job.address,
        folder=Path(job.folder),
        progress=_unheard,
        mapping=mapping,
        returned=returned,
    )
    return Outcome(summary=_summary(job, taken.report), refused_whole=taken.refused_whole)


def _told(job: Job, mapping: FileMapping, kind: ToldKind | HistoryAsked | ListAsked) -> Outcome:
    order = ToldOrder(
        file=Path(job.file),
        kind=kind,
        by=job.by,
        mapping=mapping,
        is_dry=job.is_dry,
        returned=Path(job.returned) if isinstance(kind, ToldKind) else None,
    )
    return Outcome(summary=_summary(job, take_in_told(order, address=job.address, folder=Path(job.folder))))


def _summary(job: Job, report: ImportReport) -> dict[str, object]:
    def listed(line: RejectedLine) -> object:
        told = {name: getattr(line, name) for name in ("line", "column", "reason", "value")}
        return told | ({"also": list(line.also)} if line.also else {})

    return {
        **report.summary(),
        "dry_run": job.is_dry,
        "rejected_lines": [listed(line) for line in report.rejects],
        "remarked_lines": [listed(line) for line in report.remarks],
    }


def _unheard(lines: int) -> None:
    """Nobody watches how far it is."""
    del lines
