"""A copy of a store, taken while a floor runs on it, and a store made from a copy."""

from pathlib import Path

from dialer.domain.errors import MendableError
from dialer.storage.database import backup
from dialer.storage.store import Store


def back_up(address: str, target: Path) -> None:
    """Copy a store to a new file; a floor may be running on it.

    Args:
        address: a file, or a PostgreSQL address.

    Raises:
        MendableError: there is no such store.
        BackupError: the target is there already, or the copy failed.
    """
    if "://" not in address and not Path(address).exists():
        raise MendableError(f"there is no store {address}", mend="name the file that `serve` works on")
    with Store.open(address) as store:
        backup.back_up(store, target)


def restore(copy: Path, target: Path) -> None:
    """Make a store from a copy. Calls placed since the copy was taken are not in it.

    Raises:
        BackupError: the target is there already, or the copy is none.
    """
    backup.restore(copy, target)
