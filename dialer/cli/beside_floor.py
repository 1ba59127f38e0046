"""An import beside a running floor: another process owns the store, and tells its engine of what changed.

New people come with the floor's next refill. People who were known before may be in the engine's memory: the
import writes them down beside the placement, the floor looks there and tells its engine (`import_news`). The
command waits for that, so that what it took in binds when it returns; if it dies meanwhile, nothing is lost.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from dialer import clock
from dialer.app import ImportedBeforeError, import_placement
from dialer.cli import console
from dialer.cli.serve import CLOCK_FILE
from dialer.domain.ids import PersonId
from dialer.intake.placements import PlacementReader
from dialer.intake.report import ImportReport
from dialer.runtime.clocks import RehearsalClock
from dialer.storage.placements import news
from dialer.storage.placements.imports import import_id_of
from dialer.storage.placements.pace import breathe
from dialer.storage.store import Store

ANSWER_S = 30.0
"""Seconds for which the floor may take in nothing at all."""

LOOK_S = 0.2


def import_beside(
    address: str, file: Path, *, campaign: str, folder: Path | None, progress: Callable[[int], None]
) -> ImportReport:
    """Import into a store that a running floor owns, and wait until its engine knows what it must.

    Args:
        folder: the floor's, for its clock; None = where the store's file is.

    Raises:
        UserError: everything is in the store, and the floor does not take it in now.
        ImportedBeforeError: the same bytes were imported before; what was left to be told is told.
    """
    now = _now(folder if folder is not None else Path(address).parent)
    changed: list[PersonId] = []
    with Store.open(address) as store:
        reader = PlacementReader(file, as_of=datetime.fromtimestamp(now, UTC))
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
        except ImportedBeforeError:
            _wait_told(store, import_id, _left(store, import_id))
            raise
        _wait_told(store, import_id, max(len(changed), _left(store, import_id)))
    return report


def _now(folder: Path) -> float:
    """By the floor's clock: a simulated floor lives on a day of its own."""
    file = folder / CLOCK_FILE
    if file.exists():
        return msgspec.json.decode(file.read_bytes(), type=RehearsalClock).posix()
    return clock.posix_now()


def _left(store: Store, import_id: str) -> int:
    return store.read(lambda connection: news.left_of(connection, import_id))


def _wait_told(store: Store, import_id: str, persons: int) -> None:
    if not persons:
        return
    left, at = _left(store, import_id), clock.monotonic_now()
    while left:
        time.sleep(LOOK_S)
        before, left = left, _left(store, import_id)
        if left < before:
            at = clock.monotonic_now()
        elif clock.monotonic_now() - at > ANSWER_S:
            raise console.UserError(
                f"everything is in the store, but the running floor was not told of {left:,} of {persons:,} "
                "people whom it may know already",
                mend="look whether the floor goes on (its /health). Nothing has to be done again: it takes "
                "them in as soon as it does, and at the latest before it dials after its next start.",
            )
    console.say(f"the running floor was told of {persons:,} people it may know already")
