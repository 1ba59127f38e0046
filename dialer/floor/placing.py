"""A placement into a store: staged, published, put in place; beside a running floor or before it."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext

from dialer.domain.errors import FairdialError, MendableError
from dialer.domain.ids import PersonId
from dialer.domain.placement import PlacedAccount, RejectedLine
from dialer.floor.alike import compare_import
from dialer.floor.client_terms import client_contracts
from dialer.floor.reviewing import contradictions_in
from dialer.intake.placements import PlacementReader
from dialer.intake.report import ImportReport
from dialer.storage.garbage import seldom_looked_for
from dialer.storage.placements.imports import Imports
from dialer.storage.placements.pace import no_pause
from dialer.storage.store import Store

LINES_PER_PROGRESS = 500

DEFAULT_CAMPAIGN = "collections"
"""The campaign that is to call the people of a placement when none is named."""


class ImportedBeforeError(MendableError):
    """The same bytes were imported into the same campaign already. Nothing was changed.

    Args:
        told: people of the earlier import of whom a running floor was told only now.
    """

    def __init__(self, text: str, *, told: int = 0) -> None:
        mend = "nothing was changed, and nothing has to be done again; another file or --campaign is new."
        super().__init__(text, mend=mend)
        self.told = told


class RefusedWholeError(FairdialError):
    """More of the file's lines are refused than somebody said there may be: nothing of it was taken but what
    protects people."""

    def __init__(self, text: str, report: ImportReport) -> None:
        super().__init__(text)
        self.report = report


def import_placement(
    store: Store,
    reader: PlacementReader,
    *,
    campaign: str,
    now: float,
    progress: Callable[[int], None],
    pause: Callable[[float], None] = no_pause,
    changed: Callable[[tuple[PersonId, ...]], None] | None = None,
) -> ImportReport:
    """Stage a placement, publish it, put it in place.

    Args:
        now: POSIX seconds at which the accounts came.
        progress: told how many lines were read.
        pause: see `Imports`; `breathe` beside a running floor.
        changed: told of the persons who were known before, once they are in place.

    Raises:
        ImportedBeforeError: the same bytes were imported into this campaign already.
        RefusedWholeError: a greater share of the lines is refused than the reader's mapping allows.
    """
    with seldom_looked_for() if pause is no_pause else nullcontext():
        return _imported(
            store, reader, campaign=campaign, now=now, progress=progress, pause=pause, changed=changed
        )


def _imported(
    store: Store,
    reader: PlacementReader,
    *,
    campaign: str,
    now: float,
    progress: Callable[[int], None],
    pause: Callable[[float], None],
    changed: Callable[[tuple[PersonId, ...]], None] | None,
) -> ImportReport:
    reader.review = contradictions_in(store)
    contracts = client_contracts()
    imports = store.imports(pause=pause, owners=contracts.owners, history_days=contracts.history_days)
    begun = imports.begin(
        file_name=reader.report.file_name, sha256=reader.report.sha256, campaign=campaign, now=now
    )
    if begun.state == "published":  # it was interrupted after its flip: it goes on
        for _ in _counting(reader, progress):
            pass  # the report says the same as it would have said then
    elif begun.state == "finished":
        raise ImportedBeforeError(
            f"this very file was imported into campaign {campaign!r} already ({begun.accepted} accounts)"
        )
    else:
        imports.stage(begun.import_id, _counting(reader, progress))
        why = refused_whole(reader.report, reader.mapping.most_refused)
        if why:
            imports.abandon(begun.import_id)
            _hold_alone(imports, reader, campaign=campaign, now=now, changed=changed)
            raise RefusedWholeError(why, reader.report)
        imports.publish(begun.import_id, now=now, report=reader.report.summary())
    known = imports.put_in_place(begun.import_id, now=now)
    if changed is not None:
        changed(known)
    compare_import(store, begun.import_id, now=now, pause=pause)
    return reader.report


def held_alone(sha256: str) -> str:
    """What stands in the place of a file's hash where only its protections were taken."""
    return f"{sha256}:held"


def refused_whole(report: ImportReport, most: float | None) -> str:
    """Why a file is refused whole, in a sentence; '' = it is not. `most`: None = no share is too much."""
    if most is None or report.refused_share <= most:
        return ""
    return (
        f"{report.rejected:,} of {report.lines:,} lines are refused ({report.refused_share:.0%}), more than "
        f"{most:.0%}: the file is refused whole, and nothing of it was taken but what protects people"
    )


def _hold_alone(
    imports: Imports,
    reader: PlacementReader,
    *,
    campaign: str,
    now: float,
    changed: Callable[[tuple[PersonId, ...]], None] | None,
) -> None:
    """Of a file that is refused whole, only what protects takes effect."""
    if not reader.report.held:
        return
    begun = imports.begin(
        file_name=f"{reader.report.file_name} (refused whole)",
        sha256=held_alone(reader.report.sha256),
        campaign=campaign,
        now=now,
    )
    if begun.state == "finished":
        return
    if begun.state == "staging":
        imports.stage(begun.import_id, reader.protections())
        imports.publish(begun.import_id, now=now, report=reader.report.summary())
    known = imports.put_in_place(begun.import_id, now=now)
    if changed is not None:
        changed(known)


def _counting(
    lines: Iterable[PlacedAccount | RejectedLine], progress: Callable[[int], None]
) -> Iterator[PlacedAccount | RejectedLine]:
    for number, line in enumerate(lines, start=1):
        if number % LINES_PER_PROGRESS == 0:
            progress(number)
        yield line
