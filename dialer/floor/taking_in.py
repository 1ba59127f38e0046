"""A creditor's file into the store, alone or beside a running floor.

Beside a floor another process owns the store, and tells its engine of what changed. New people come with the
floor's next refill. People who were known before may be in the engine's memory: the import writes them down
beside the placement, the floor looks there and tells its engine (`import_news`). Whoever imports waits for
that, so that what was taken in binds when the import returns; if it dies meanwhile, nothing is lost.
"""

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from dialer import clock
from dialer.domain.errors import MendableError
from dialer.domain.ids import PersonId
from dialer.domain.keys import folded
from dialer.domain.placement import PlacedAccount
from dialer.files import written_text
from dialer.floor.differences import Comparing
from dialer.floor.folder import folder_now
from dialer.floor.placing import (
    LINES_PER_PROGRESS,
    ImportedBeforeError,
    RefusedWholeError,
    held_alone,
    import_placement,
)
from dialer.floor.reviewing import contradictions_in
from dialer.floor.stores import store_to_fill
from dialer.intake.columns import template
from dialer.intake.files import UnreadableFileError
from dialer.intake.layouts.returned import Returned
from dialer.intake.mapping import (
    IGNORE,
    NOTHING_SAID,
    FileMapping,
    MappingError,
    mapping_of,
    require_confirmed,
    with_settings,
)
from dialer.intake.placements import PlacementReader
from dialer.intake.report import ImportReport
from dialer.intake.side_by_side import processes_for
from dialer.intake.told_columns import ToldKind
from dialer.storage.database.lock import StoreOwnedError
from dialer.storage.database.tables import campaigns
from dialer.storage.placements import news
from dialer.storage.placements.imports import import_id_of
from dialer.storage.placements.pace import breathe
from dialer.storage.store import Store

ANSWER_S = 30.0
"""Seconds for which the floor may take in nothing at all."""

LOOK_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """What an import came to.

    Args:
        told: people whom a running floor may have known and was told of.
        refused_whole: why no account of the file was taken; '' = its good lines were.
    """

    report: ImportReport
    told: int = 0
    refused_whole: str = ""


def placement_template() -> str:
    """The heading of a placement file, and one made-up line."""
    return template()


def told_of(
    mapping: Path | None,
    columns: Sequence[str] = (),
    *,
    dates: str | None = None,
    decimal: str | None = None,
    most_refused: float | None = None,
    is_confirmed: bool = True,
    same_persons: Sequence[str] = (),
    of: ToldKind | None = None,
    client: str = "",
) -> FileMapping:
    """What somebody said about a file: a mapping, and single settings beside it.

    Args:
        most_refused: share of refused lines, 0 to 1, above which the file is refused whole.
        is_confirmed: a saved mapping must have been confirmed as it is.
        of: what the file's lines say; None = it is a placement.
        client: the file may be about this client's people alone; '' = about anybody.

    Raises:
        MendableError: it is of another kind of file, or says what cannot be, or nobody confirmed it.
    """
    try:
        told = NOTHING_SAID if mapping is None else mapping_of(mapping)
        if is_confirmed:
            require_confirmed(told)
        told = _of_kind(told, of)
        if most_refused is not None:
            told = replace(told, most_refused=most_refused)
        told = with_settings(told.with_columns(columns), dates=dates, decimal=decimal)
        return replace(told, same_persons=frozenset(map(folded, same_persons)), only_client=client)
    except MappingError as error:
        mend = "dialer/intake/README.md has the words of a mapping."
        raise MendableError(str(error), where=str(mapping or ""), mend=mend) from error


def _of_kind(told: FileMapping, of: ToldKind | None) -> FileMapping:
    """The mapping for a file of this kind. One that explains nobody's columns is of every kind."""
    if told.of is not of:
        if told.of is not None or any(meaning.column != IGNORE for meaning in told.columns.values()):
            kinds = ["placements" if kind is None else kind.value for kind in (told.of, of)]
            raise MappingError(f"the mapping is of {kinds[0]}, and the file is of {kinds[1]}")
        told = replace(told, of=of)
    return told


def demand_campaign(campaign: str) -> None:
    """Raises MendableError: no campaign can be called so, and whom it had would be called by nobody."""
    if not campaign.strip() or campaign != campaign.strip():
        raise MendableError(
            "a campaign's name is not empty, and neither begins nor ends with a space",
            where="--campaign",
            mend="name the campaign that is to call them.",
        )


def read_only(
    file: Path,
    *,
    progress: Callable[[int], None],
    mapping: FileMapping = NOTHING_SAID,
    returned: Path | None = None,
    beside: Comparing | None = None,
) -> ImportReport:
    """Read a placement and report on it; nothing is changed.

    Args:
        returned: where the refused lines are written, in the client's own layout.
        beside: compares the accounts with a store's.

    Raises:
        MendableError: the file is no placement.
    """
    reader = _reader(file, clock.utc_now(), mapping)
    if beside is not None:
        reader.review = contradictions_in(beside.store)
    with returning(reader, returned):
        for line in reader:
            if beside is not None and isinstance(line, PlacedAccount):
                beside.take(line)
            if reader.report.lines % LINES_PER_PROGRESS == 0:
                progress(reader.report.lines)
    return reader.report


@contextmanager
def store_to_compare(named: str | None) -> Generator[Store | None]:
    """The store that a file would be imported into; None where there is none yet."""
    address = store_to_fill(named, is_dry=True)
    if "://" not in address and not Path(address).exists():
        yield None
        return
    with Store.open(address) as store:
        yield store


def campaigns_beside(named: str | None, campaign: str) -> tuple[str, ...]:
    """Campaigns that a store has where it has not this one, whose name may be a slip; else none."""
    with store_to_compare(named) as store:
        if store is None:
            return ()
        query = select(campaigns.c.campaign).order_by(campaigns.c.campaign)
        found = store.read(lambda connection: tuple(connection.scalars(query)))
        return () if campaign in found else found


@contextmanager
def returning(reader: PlacementReader, to: Path | None) -> Generator[None]:
    """While the block reads, refused lines are written to a file in the client's own layout; whole or not."""
    if to is None:
        yield
        return
    with written_text(to) as text:
        reader.on_refused = Returned(text, reader.file, reader.headings).take
        yield


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
    returned: Path | None = None,
) -> TakenIn:
    """Import a placement into the store, which a running floor may own.

    Args:
        folder: of the floor that runs on the store, for its clock; None = where the store's file is.
        returned: where the refused lines are written, in the client's own layout.

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
            address,
            file,
            campaign=campaign,
            folder=folder,
            progress=progress,
            mapping=mapping,
            returned=returned,
        )
    reader.processes = processes_for(file.stat().st_size)  # no floor needs the other cores
    with owned as store, returning(reader, returned):
        try:
            report = import_placement(
                store, reader, campaign=campaign, now=received.timestamp(), progress=progress
            )
        except RefusedWholeError as error:
            return TakenIn(report=error.report, refused_whole=str(error))
        return TakenIn(report=report)


def import_beside(
    address: str,
    file: Path,
    *,
    campaign: str,
    folder: Path | None,
    progress: Callable[[int], None],
    mapping: FileMapping = NOTHING_SAID,
    returned: Path | None = None,
) -> TakenIn:
    """Import into a store that a running floor owns, and wait until its engine knows what it must. See
    `take_in`."""
    now = folder_now(folder if folder is not None else Path(address).parent)
    changed: list[PersonId] = []
    refused_whole = ""
    reader = _reader(file, datetime.fromtimestamp(now, UTC), mapping)
    import_id = import_id_of(reader.report.sha256, campaign)
    with Store.open(address) as store, returning(reader, returned):
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
        except RefusedWholeError as error:
            report, refused_whole = error.report, str(error)
            import_id = import_id_of(held_alone(report.sha256), campaign)
        told = max(len(changed), _left(store, import_id))
        _wait_told(store, import_id, told)
    return TakenIn(report=report, told=told, refused_whole=refused_whole)


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
