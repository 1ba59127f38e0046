"""A placement into a store: staged, published, put in place; beside a running floor or before it."""

from collections.abc import Callable, Iterable, Iterator

from dialer.domain.errors import MendableError
from dialer.domain.ids import PersonId
from dialer.domain.placement import PlacedAccount, RejectedLine
from dialer.intake.placements import PlacementReader
from dialer.intake.report import ImportReport
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
    """
    imports = store.imports(pause=pause)
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
        imports.publish(begun.import_id, now=now, report=reader.report.summary())
    known = imports.put_in_place(begun.import_id, now=now)
    if changed is not None:
        changed(known)
    return reader.report


def _counting(
    lines: Iterable[PlacedAccount | RejectedLine], progress: Callable[[int], None]
) -> Iterator[PlacedAccount | RejectedLine]:
    for number, line in enumerate(lines, start=1):
        if number % LINES_PER_PROGRESS == 0:
            progress(number)
        yield line
