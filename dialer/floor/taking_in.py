"""A creditor's file into the store, alone or beside a running floor.

Beside a floor another process owns the store, and tells its engine of what changed. New people come with the
floor's next refill. People who were known before may be in the engine's memory: the import writes them down
beside the placement, the floor looks there and tells its engine (`import_news`). Whoever imports waits for
that, so that what was taken in binds when the import returns; if it dies meanwhile, nothing is lost.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dialer import clock
from dialer.domain.errors import MendableError
from dialer.domain.ids import PersonId
from dialer.floor.folder import folder_now
from dialer.floor.placing import LINES_PER_PROGRESS, ImportedBeforeError, import_placement
from dialer.intake.columns import template
from dialer.intake.files import UnreadableFileError
from dialer.intake.mapping import NOTHING_SAID, FileMapping, MappingError, mapping_of, with_settings
from dialer.intake.placements import PlacementReader
from dialer.intake.report import ImportReport
from dialer.storage.database.lock import StoreOwnedError
from dialer.storage.placements import news
from dialer.storage.placements.imports import import_id_of
from dialer.storage.placements.pace import breathe
from dialer.storage.store import Store

ANSWER_S = 30.0
"""Seconds for which the floor may take in nothing at all."""

LOOK_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """What an import came to. `told`: people whom a running floor may have known and was told of."""

    report: ImportReport
    told: int = 0


def placement_template() -> str:
    """The heading of a placement file, and one made-up line."""
    return template()


def told_of(
    mapping: Path | None, columns: Sequence[str] = (), *, dates: str | None = None, decimal: str | None = None
) -> FileMapping:
    """What somebody said about a file: a mapping, and single settings beside it.

    Raises:
        MendableError: it says what cannot be.
    """
    try:
        told = NOTHING_SAID if mapping is None else mapping_of(mapping)
        return with_settings(told.with_columns(columns), dates=dates, decimal=decimal)
    except MappingError as error:
        raise MendableError(str(error), mend="dialer/intake/README.md has the words.") from error


def demand_campaign(campaign: str) -> None:
    """Raises MendableError: no campaign can be called so, and whom it had would be called by nobody."""
    if not campaign.strip() or campaign != campaign.strip():
        raise MendableError(
            "a campaign's name is not empty, and neither begins nor ends with a space",
            where="--campaign",
            mend="name the campaign that is to call them.",
        )


def read_only(
    file: Path, *, progress: Callable[[int], None], mapping: FileMapping = NOTHING_SAID
) -> ImportReport:
    """Read a placement and report on it; nothing is changed.

    Raises:
        MendableError: the file is no placement.
    """
    reader = _reader(file, clock.utc_now(), mapping)
    for _ in reader:
        if reader.report.lines % LINES_PER_PROGRESS == 0:
            progress(reader.report.lines)
    return reader.report


def _reader(file: Path, as_of: datetime, mapping: FileMapping) -> PlacementReader:
    try:
        return PlacementReader(file, as_of=as_of, mapping=mapping)
    except UnreadableFileError as error:
        mend = "dialer/intake/README.md says what the file must hold."
        if not file.is_file():
            mend = "name a file that is there."
        raise MendableError(str(error), where=str(file), mend=mend) from error


def take_in(
    file: Path,
    *,
    campaign: str,
    address: str,
    folder: Path | None,
    progress: Callable[[int], None],
    mapping: FileMapping = NOTHING_SAID,
) -> TakenIn:
    """Import a placement into the store, which a running floor may own.

    Args:
        folder: of the floor that runs on the store, for its clock; None = where the store's file is.

    Raises:
        ImportedBeforeError: the same bytes were imported before; what was left to be told is told.
        MendableError: the file is no placement, or everything is in the store and the floor does not take it
            in now.
    """
    demand_campaign(campaign)
    received = clock.utc_now()
    reader = _reader(
        file, received, mapping
    )  # before a store is made: a file that is no placement leaves none behind
    try:
        owned = Store.open(address, exclusive=True)
    except StoreOwnedError:
        return import_beside(
            address, file, campaign=campaign, folder=folder, progress=progress, mapping=mapping
        )
    with owned as store:
        report = import_placement(
            store, reader, campaign=campaign, now=received.timestamp(), progress=progress
        )
        return TakenIn(report=report)


def import_beside(
    address: str,
    file: Path,
    *,
    campaign: str,
    folder: Path | None,
    progress: Callable[[int], None],
    mapping: FileMapping = NOTHING_SAID,
) -> TakenIn:
    """Import into a store that a running floor owns, and wait until its engine knows what it must. See
    `take_in`."""
    now = folder_now(folder if folder is not None else Path(address).parent)
    changed: list[PersonId] = []
    with Store.open(address) as store:
        reader = _reader(file, datetime.fromtimestamp(now, UTC), mapping)
        import_id = import_id_of(reader.report.sha256, campaign)
        try:
            report = import_placement(
                store,
                reader,
                campaign=campaign,
                now=now,
                progress=progress,
                pause=breathe,
                changed=changed.extend,
            )
        except ImportedBeforeError as error:
            left = _left(store, import_id)
            _wait_told(store, import_id, left)
            raise ImportedBeforeError(error.what, told=left) from error
        told = max(len(changed), _left(store, import_id))
        _wait_told(store, import_id, told)
    return TakenIn(report=report, told=told)


def _left(store: Store, import_id: str) -> int:
    return store.read(lambda connection: news.left_of(connection, import_id))


def _wait_told(store: Store, import_id: str, persons: int) -> None:
    left, at = _left(store, import_id) if persons else 0, clock.monotonic_now()
    while left:
        time.sleep(LOOK_S)
        before, left = left, _left(store, import_id)
        if left < before:
            at = clock.monotonic_now()
        elif clock.monotonic_now() - at > ANSWER_S:
            raise MendableError(
                f"everything is in the store, but the running floor was not told of {left:,} of {persons:,} "
                "people whom it may know already",
                mend="look whether the floor goes on (its /health). Nothing has to be done again: it takes "
                "them in as soon as it does, and at the latest before it dials after its next start.",
            )
