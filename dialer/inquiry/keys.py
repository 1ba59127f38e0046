"""The keys that a store's people are sealed under: where, how many, and wrapped anew."""

from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import select

from dialer.floor.stores import store_address
from dialer.storage.database.tables import meta
from dialer.storage.keys.plain import SEALED_AT
from dialer.storage.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysTold:
    """What there is.

    Args:
        folder: where the store's vault and master key are.
        count: data keys in it.
        sealed_at: POSIX seconds; back-ups from before are in clear. None = it was sealed from the first day.
    """

    folder: Path
    count: int
    sealed_at: float | None

    def as_json(self) -> dict[str, object]:
        """For a program."""
        return {**asdict(self), "folder": str(self.folder)}


def keys_of(where: str | None) -> KeysTold:
    """A store's keys.

    Raises:
        KeysMissingError: they are not here.
    """
    with Store.open(store_address(where)) as store:
        vault = store.keyring.vault
        at = store.read(lambda c: c.scalar(select(meta.c.value).where(meta.c.key == SEALED_AT)))
        return KeysTold(folder=vault.folder, count=vault.count(), sealed_at=None if at is None else float(at))


def rotated(where: str | None) -> tuple[int, Path]:
    """Wrap a store's keys anew under a new master; returns how many, and where they are.

    Raises:
        KeysMissingError: they are not here.
    """
    with Store.open(store_address(where)) as store:
        vault = store.keyring.vault
        return vault.rotate(), vault.folder
