"""A copy of a store, taken while a floor runs on it, and a store made from a copy; how old the newest is."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import structlog
from prometheus_client import CollectorRegistry, Gauge

from dialer.domain.errors import FairdialError, MendableError
from dialer.files import own_folder
from dialer.floor.stores import store_address
from dialer.storage.database import backup
from dialer.storage.store import Store

LOOK_EVERY_S = 60.0

_log = structlog.get_logger(__name__)


def back_up(address: str, target: Path, *, now: float) -> None:
    """Copy a store to a new file, and write down in it that there is one; a floor may be running on it.

    Args:
        address: a file, or a PostgreSQL address.
        now: POSIX seconds.

    Raises:
        MendableError: there is no such store, or nothing is in it.
        BackupError: the target is there already, or the copy failed.
    """
    with _opened(address) as store:
        backup.back_up(store, target)
        backup.note_copy(store, at=now)


def note_copy(address: str, *, now: float) -> None:
    """Write down in a store that a copy was made with other tools, as PostgreSQL's keeper does.

    Raises:
        MendableError: there is no such store, or nothing is in it.
    """
    with _opened(address) as store:
        backup.note_copy(store, at=now)


def _opened(address: str) -> Store:
    if "://" not in address and not Path(address).exists():
        raise MendableError(f"there is no store {address}", mend="name the file that `serve` works on")
    return Store.open(store_address(address))


def back_up_into(address: str, folder: Path, *, keep: int, is_tried: bool, now: datetime) -> Path:
    """One more copy in a folder of copies, named by its instant; then only the newest stay.

    Args:
        address: a file; PostgreSQL's keeper has tools of their own.
        keep: how many stay, this one among them.
        is_tried: a store is made from it and looked through before an older copy goes.

    Raises:
        MendableError: there is no such store.
        BackupError: the copy failed, or no store comes of it; no older one is gone.
    """
    own_folder(folder)
    made = folder / f"store-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.db"
    with _opened(address) as store:
        backup.back_up(store, made)
        if is_tried:
            try:
                backup.try_out(made)
            except backup.BackupError:
                made.rename(made.with_suffix(".damaged"))
                raise
        backup.note_copy(store, at=now.timestamp())
    for older in sorted(folder.glob("store-*Z.db"))[:-keep]:
        older.unlink()
    return made


def restore(copy: Path, target: Path) -> None:
    """Make a store from a copy. Calls placed since the copy was taken are not in it.

    Raises:
        BackupError: the target is there already, or the copy is none.
    """
    backup.restore(copy, target)


class CopyWatch:
    """Shows Prometheus when the newest copy of a served floor's store was made, looking once a minute."""

    def __init__(self, store: Store, registry: CollectorRegistry) -> None:
        self._store = store
        text = "POSIX seconds at which the newest copy of the store was whole; 0 = none is known"
        self._made = Gauge("fairdial_backup_made_seconds", text, registry=registry)

    async def run(self) -> None:
        """For ever. A store that is away leaves the figure as it was: it has an alarm of its own."""
        while True:
            try:
                await asyncio.to_thread(self.look)
            except FairdialError as error:
                _log.warning("copies cannot be looked at", why=str(error))
            await asyncio.sleep(LOOK_EVERY_S)

    def look(self) -> None:
        """Once.

        Raises:
            StoreUnavailableError: it cannot be read now.
        """
        self._made.set(self._store.read(backup.newest_copy) or 0.0)
