"""A copy of a store, taken while a floor runs on it, and a store made from a copy."""

from datetime import UTC, datetime
from pathlib import Path

from dialer.domain.errors import MendableError
from dialer.files import own_folder
from dialer.floor.stores import store_address
from dialer.storage.database import backup
from dialer.storage.store import Store


def back_up(address: str, target: Path) -> None:
    """Copy a store to a new file; a floor may be running on it.

    Args:
        address: a file, or a PostgreSQL address.

    Raises:
        MendableError: there is no such store, or nothing is in it.
        BackupError: the target is there already, or the copy failed.
    """
    if "://" not in address and not Path(address).exists():
        raise MendableError(f"there is no store {address}", mend="name the file that `serve` works on")
    with Store.open(store_address(address)) as store:
        backup.back_up(store, target)


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
    back_up(address, made)
    if is_tried:
        try:
            backup.try_out(made)
        except backup.BackupError:
            made.rename(made.with_suffix(".damaged"))
            raise
    for older in sorted(folder.glob("store-*Z.db"))[:-keep]:
        older.unlink()
    return made


def restore(copy: Path, target: Path) -> None:
    """Make a store from a copy. Calls placed since the copy was taken are not in it.

    Raises:
        BackupError: the target is there already, or the copy is none.
    """
    backup.restore(copy, target)
