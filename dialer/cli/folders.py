"""Where things are: the folder of a rehearsal, and the store that commands look into."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from dialer.cli.console import UserError

if TYPE_CHECKING:
    from collections.abc import Generator

    from dialer.storage.store import Store


SQLITE_MAGIC = b"SQLite format 3\x00"
"""How every SQLite file begins."""


def fresh_folder(wanted: Path | None, name: str) -> Path:
    """The folder for a new rehearsal, emptied of an earlier one."""
    from dialer.app import FolderInUseError, prepare_folder
    from dialer.settings import load_settings

    folder = wanted if wanted is not None else load_settings().out / name
    if folder.exists() and not folder.is_dir():
        raise UserError("this is a file, not a folder", where=str(folder), mend="choose another --out.")
    try:
        prepare_folder(folder)
    except FolderInUseError as error:
        raise UserError(str(error), where=str(folder), mend="choose another --out.") from error
    return folder


@contextmanager
def rehearsal_store(folder: Path) -> Generator[Store]:
    """A new store in the folder; not durable, since a rehearsal can be made again."""
    from dialer.app import REHEARSAL_KEY, STORE_FILE
    from dialer.storage.store import Store

    with Store.open(str(folder / STORE_FILE), durable=False, identity_key=REHEARSAL_KEY) as store:
        yield store


def remember(folder: Path) -> None:
    """The store that later commands look into when none is named."""
    from dialer.app import LATEST_FILE
    from dialer.settings import load_settings

    out = load_settings().out
    out.mkdir(parents=True, exist_ok=True)
    (out / LATEST_FILE).write_text(str(folder.resolve()) + "\n", encoding="utf-8")


def store_address(named: str | None) -> str:
    """The store a command works on: the one named, the settings', the last rehearsal's, the default one.

    Raises:
        UserError: there is none.
    """
    from dialer.app import LATEST_FILE, STORE_FILE
    from dialer.settings import load_settings

    settings = load_settings()
    chosen = named if named is not None else settings.store
    if chosen is None:
        latest = settings.out / LATEST_FILE
        folder = latest.read_text(encoding="utf-8").strip() if latest.exists() else str(settings.out)
        chosen = str(Path(folder) / STORE_FILE)
    if "://" in chosen:
        return chosen
    path = Path(chosen)
    path = path / STORE_FILE if path.is_dir() else path
    if not path.exists():
        raise UserError(
            "there is no store here yet",
            where=str(path),
            mend="run `fairdial demo`, `fairdial simulate` or `fairdial import FILE` first, "
            "or name one with --store.",
        )
    with path.open("rb") as file:
        if file.read(len(SQLITE_MAGIC)) not in (SQLITE_MAGIC, b""):
            raise UserError(
                "this file is not a store",
                where=str(path),
                mend="name a rehearsal's fairdial.db.",
            )
    return str(path)


def store_to_fill(named: str | None) -> str:
    """The store an import writes to, made if it is not there: the one named, the settings', the default."""
    from dialer.app import LATEST_FILE, STORE_FILE
    from dialer.settings import load_settings

    settings = load_settings()
    chosen = named if named is not None else settings.store
    if chosen is not None and "://" in chosen:
        return chosen
    path = Path(chosen) if chosen is not None else settings.out / STORE_FILE
    path = path / STORE_FILE if path.is_dir() else path
    path.parent.mkdir(parents=True, exist_ok=True)
    if chosen is None:
        (settings.out / LATEST_FILE).write_text(str(settings.out.resolve()) + "\n", encoding="utf-8")
    return str(path)


@contextmanager
def opened_store(named: str | None) -> Generator[Store]:
    """The store a command reads."""
    from dialer.storage.store import Store

    with Store.open(store_address(named)) as store:
        yield store
