"""Where things are: the folder of a rehearsal, and the store that is looked into when none is named."""

import os
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from dialer.domain.errors import MendableError
from dialer.files import opened_private, own_folder, read_state, write_whole
from dialer.floor.attesting import demand_unaltered
from dialer.floor.from_journal import store_of_journal
from dialer.settings import load_settings
from dialer.storage.evidence.heads import HeadBook
from dialer.storage.journal.file import JournalFileError, JournalReader
from dialer.storage.store import Store, forget_keys_of

STORE_FILE = "fairdial.db"
JOURNAL_FILE = "journal.jsonl.zst"
OLDER_JOURNAL_FILE = "journal.jsonl.gz"
"""As a rehearsal left it that was made under the journal's format 1."""
REPORT_FILE = "report.html"
SUMMARY_FILE = "summary.json"
LATEST_FILE = "LATEST"

REHEARSAL_KEY = b"fairdial rehearsal"
"""A rehearsal's ids are no secret: the same placement gives the same ids every time."""


class FolderInUseError(MendableError):
    """The folder holds a store that is not a rehearsal's: it would be overwritten."""


def fresh_folder(wanted: Path | None, name: str) -> Path:
    """The folder for a new rehearsal, emptied of an earlier one.

    Raises:
        MendableError: it cannot be a rehearsal's.
    """
    folder = wanted if wanted is not None else load_settings().out / name
    if folder.exists() and not folder.is_dir():
        raise MendableError("this is a file, not a folder", where=str(folder), mend="choose another --out.")
    prepare_folder(folder)
    return folder


def prepare_folder(folder: Path) -> None:
    """Make the folder ready for a rehearsal, taking away an earlier one.

    Raises:
        FolderInUseError: there is a store in it that no rehearsal made.
    """
    store = folder / STORE_FILE
    if store.exists() and not journal_in(folder).exists():
        raise FolderInUseError(
            f"{store} was not made by a rehearsal and would be overwritten",
            where=str(folder),
            mend="choose another --out.",
        )
    own_folder(folder)
    if store.exists():
        forget_keys_of(store)
    for name in (STORE_FILE, JOURNAL_FILE):
        HeadBook().forget(str((folder / name).resolve()))
    for name in (STORE_FILE, JOURNAL_FILE, OLDER_JOURNAL_FILE, REPORT_FILE, SUMMARY_FILE):
        for suffix in ("", "-wal", "-shm", ".lock"):
            (folder / (name + suffix)).unlink(missing_ok=True)
    opened_private(folder / JOURNAL_FILE, os.O_WRONLY, "wb").close()  # so that it is known for a rehearsal's


def journal_in(folder: Path) -> Path:
    """The journal of the rehearsal in a folder."""
    older = folder / OLDER_JOURNAL_FILE
    return older if older.exists() else folder / JOURNAL_FILE


@contextmanager
def rehearsal_store(folder: Path) -> Generator[Store]:
    """A new store in the folder, partial until the block has ended as it should; not durable, since a
    rehearsal can be made again."""
    with Store.open(str(folder / STORE_FILE), durable=False, identity_key=REHEARSAL_KEY) as store:
        store.begin_shift()
        yield store
        store.end_shift()


def kept_steps(folder: Path) -> tuple[int, bool]:
    """Steps in the journal of the rehearsal in a folder, and whether its shift was worked to its end."""
    try:
        reader = JournalReader(journal_in(folder))
        steps = sum(1 for _ in reader.encoded())
    except (OSError, JournalFileError):
        return 0, False
    return steps, reader.truncated is None


def remember(folder: Path) -> None:
    """The store that later commands look into when none is named."""
    out = load_settings().out
    own_folder(out)
    write_whole(out / LATEST_FILE, str(folder.resolve()) + "\n")


def store_address(named: str | None) -> str:
    """The store a command works on: the one named, the settings', the last rehearsal's, the default one.

    Raises:
        MendableError: there is none.
    """
    settings = load_settings()
    chosen = named if named is not None else settings.store
    if chosen is None:
        latest = settings.out / LATEST_FILE
        folder = _latest(latest) if latest.exists() else str(settings.out)
        chosen = str(Path(folder) / STORE_FILE)
    if "://" in chosen:
        return chosen
    path = Path(chosen)
    path = path / STORE_FILE if path.is_dir() else path
    if not path.exists():
        raise MendableError(
            "there is no store here yet",
            where=str(path),
            mend="run `fairdial demo`, `fairdial simulate` or `fairdial import FILE` first, "
            "or name one with --store.",
        )
    if path.stat().st_size == 0:
        raise MendableError(
            "this store is empty: its first start did not come far, or a full disk cut it",
            where=str(path),
            mend="move it away with its -wal and -shm and restore a copy (`fairdial restore COPY STORE`); "
            "only where there never was anything in it, delete it and fill it again.",
        )
    if not is_store_file(path):
        raise MendableError(
            "this file is not a store", where=str(path), mend="name a rehearsal's fairdial.db."
        )
    return str(path)


def demand_no_rehearsal(address: str) -> None:
    """Nobody signs in there, and the next rehearsal takes the store away.

    Raises:
        MendableError: a rehearsal made the store.
    """
    if "://" not in address and journal_in(Path(address).parent).exists():
        raise MendableError(
            "this store is a rehearsal's, in which nobody signs in",
            where=address,
            mend="name the floor's with --store, such as fairdial-out/serve/fairdial.db.",
        )


def is_store_file(path: Path) -> bool:
    """Whether a file could be a store: SQLite's, or empty yet. What is wrong with it besides is told by its
    opening.

    SQLite itself looks. Whoever opens and closes a file takes every lock away that their process has on it
    (POSIX), and a floor that runs in it would be without: the next process that lets go of the store believes
    to be the last, and takes the log away under the floor.
    """
    try:
        with closing(sqlite3.connect(path.resolve().as_uri() + "?mode=ro", uri=True)) as connection:
            connection.execute("PRAGMA schema_version").fetchone()
    except sqlite3.DatabaseError as error:
        return error.sqlite_errorname != "SQLITE_NOTADB"
    return True


def _latest(file: Path) -> str:
    return read_state(
        file,
        lambda data: data.decode().strip(),
        what="the name of the last rehearsal's folder",
        mend="delete the file, and name a store with --store.",
    )


def store_to_fill(named: str | None, *, is_dry: bool = False) -> str:
    """The store an import writes to: the one named, the settings', the default; its folder is made unless
    `is_dry`."""
    settings = load_settings()
    chosen = named if named is not None else settings.store
    if chosen is not None and "://" in chosen:
        return chosen
    path = Path(chosen) if chosen is not None else settings.out / STORE_FILE
    path = path / STORE_FILE if path.is_dir() else path
    if not is_dry:
        own_folder(path.parent)
    return str(path)


def remember_filled(named: str | None) -> None:
    """Later commands look into the store that an import has filled, where neither names another."""
    settings = load_settings()
    if named is None and settings.store is None:
        remember(settings.out)


def journal_alone(named: str | None) -> Path | None:
    """The journal of a rehearsal's folder that has no store beside it; None where there is a store."""
    settings = load_settings()
    latest = settings.out / LATEST_FILE
    chosen = named if named is not None else settings.store
    if chosen is None and latest.exists():
        chosen = _latest(latest)
    if chosen is None or "://" in chosen or not Path(chosen).is_dir():
        return None
    folder = Path(chosen)
    journal = journal_in(folder)
    return journal if journal.exists() and not (folder / STORE_FILE).exists() else None


@contextmanager
def opened_store(named: str | None) -> Generator[Store]:
    """The store a command reads; of a rehearsal's folder without one, what its journal says.

    Raises:
        MendableError: there is neither.
        JournalAlteredError: the journal is not what was written.
    """
    journal = journal_alone(named)
    if journal is not None:
        demand_unaltered(journal)
        with store_of_journal(journal) as made:
            yield made
        return
    with Store.open(store_address(named)) as store:
        yield store
