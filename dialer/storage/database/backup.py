"""A copy of the store while it is in use, and a store from a copy.

SQLite: its own online back-up, some pages at a time, which a running writer only restarts and never blocks;
the copy is checked before it gets its name. PostgreSQL: `pg_dump --format=custom`, restored by `pg_restore`;
Fairdial prints the line and leaves the server's tools to its keeper.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, select

from dialer.domain.errors import FairdialError
from dialer.files import made_apart
from dialer.storage.database.connections import PostgresDatabase, SqliteDatabase, translated
from dialer.storage.database.schema import is_known
from dialer.storage.database.statements import insert_missing
from dialer.storage.database.tables import meta
from dialer.storage.store import Store

BACKED_UP_AT = "backed_up_at"
"""In `meta`: POSIX seconds at which the newest copy was whole. A copy has what was known before it."""

PAGES_AT_ONCE = 2_000
"""Eight megabytes, then others get their turn."""


class BackupError(FairdialError):
    """The copy could not be made, or is damaged; nothing was replaced."""


def back_up(store: Store, target: Path, *, progress: Callable[[int, int], None] | None = None) -> None:
    """Copy the store to a new file, while it runs.

    Args:
        progress: called with the pages left and the pages in all.

    Raises:
        BackupError: the file exists, the copy is damaged, or the store is not a file.
        StoreUnavailableError: no room, no right to write.
    """
    database = store.database
    if isinstance(database, PostgresDatabase):
        url = database.url.set(drivername="postgresql").render_as_string(hide_password=True)
        raise BackupError(f"back up a PostgreSQL store with: pg_dump --format=custom --file={target} '{url}'")
    if target.exists():
        raise BackupError(f"{target} exists; a back-up never overwrites")
    with translated(), made_apart(target) as part:
        try:
            _copy(database, part, progress)
        except sqlite3.Error as error:
            raise BackupError(f"{target}: {error}") from error
        problem = damage_of(part)
        if problem is not None:
            raise BackupError(f"{target}: the copy is damaged: {problem}")


def note_copy(store: Store, *, at: float) -> None:
    """Write down in the store that a copy of it was whole at a POSIX second; an older note never returns.

    Raises:
        StoreUnavailableError: it cannot be written.
    """

    def write(connection: Connection) -> None:
        insert_missing(connection, meta, [{"key": BACKED_UP_AT, "value": repr(at)}])
        known = newest_copy(connection)
        if known is not None and known < at:
            of_copies = meta.c.key == BACKED_UP_AT
            connection.execute(meta.update().where(of_copies).values(value=repr(at)))

    store.write(write)


def newest_copy(connection: Connection) -> float | None:
    """POSIX seconds at which the newest copy was whole; None = none was ever made, or written down."""
    found = connection.scalar(select(meta.c.value).where(meta.c.key == BACKED_UP_AT))
    return None if found is None else float(found)


def _copy(database: SqliteDatabase, target: Path, progress: Callable[[int, int], None] | None) -> None:
    path = Path(database.url.database or "")
    with (
        closing(sqlite3.connect(path.resolve().as_uri() + "?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(
            copy,
            pages=PAGES_AT_ONCE,
            progress=None if progress is None else lambda _status, left, total: progress(left, total),
            sleep=0.005,
        )
        copy.execute("PRAGMA journal_mode=DELETE")


def damage_of(path: Path, *, whole: bool = False) -> str | None:
    """What SQLite finds wrong with a file; None when it is right.

    Args:
        whole: look at every index and every reference between tables, too: some seconds a gigabyte.
    """
    try:
        with closing(sqlite3.connect(path.resolve().as_uri() + "?mode=ro", uri=True)) as connection:
            check = "integrity_check(1)" if whole else "quick_check(1)"
            verdict = str(connection.execute(f"PRAGMA {check}").fetchone()[0])
            lost = connection.execute("PRAGMA foreign_key_check").fetchone() if whole else None
    except sqlite3.Error as error:
        return str(error)
    if verdict != "ok":
        return verdict
    return None if lost is None else f"a row of {lost[0]} refers to one of {lost[2]} that is not there"


def try_out(copy: Path) -> None:
    """Make a store from a copy, look through the whole of it, and take it away again.

    Raises:
        BackupError: no store comes of it.
        StoreUnavailableError: no room, no right to write.
    """
    target = copy.with_name(f".{copy.name}.tried")
    target.unlink(missing_ok=True)  # of a trial that was killed
    try:
        restore(copy, target)
        problem = damage_of(target, whole=True)
        if problem is not None:
            raise BackupError(f"{copy}: what is made from it is damaged: {problem}")
    finally:
        target.unlink(missing_ok=True)


def _is_stores(path: Path) -> bool:
    """Whether a database that is right is a store's, and not empty or another program's."""
    with closing(sqlite3.connect(path.resolve().as_uri() + "?mode=ro", uri=True)) as connection:
        found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (meta.name,)).fetchone()
    return found is not None


def _demand_known(copy: Path) -> None:
    """A copy of which this program can make a store it can work on. Raises BackupError."""
    table = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
    with closing(sqlite3.connect(copy.resolve().as_uri() + "?mode=ro", uri=True)) as connection:
        is_numbered = connection.execute(table).fetchone() is not None
        found = (
            connection.execute("SELECT version_num FROM alembic_version").fetchone() if is_numbered else None
        )
    if found is not None and not is_known(str(found[0])):
        raise BackupError(
            f"{copy} is at revision {found[0]}, which this program does not know yet: use the newer program"
        )


def restore(copy: Path, target: Path) -> None:
    """Make a store from a copy, under a name that does not exist yet.

    Raises:
        BackupError: the copy is damaged, no store's or a newer program's, or the target exists: move the old
            store away first.
        StoreUnavailableError: no room, no right to write.
    """
    problem = damage_of(copy)
    if problem is not None:
        raise BackupError(f"{copy} is damaged: {problem}")
    if not _is_stores(copy):
        raise BackupError(f"{copy} is no copy of a store: nothing of ours is in it")
    _demand_known(copy)
    left_over = [path for suffix in ("", "-wal", "-shm") if (path := Path(f"{target}{suffix}")).exists()]
    if left_over:
        raise BackupError(f"{left_over[0]} exists; move the old store away first")
    with translated(), made_apart(target) as part:
        try:
            with (
                closing(sqlite3.connect(copy.resolve().as_uri() + "?mode=ro", uri=True)) as source,
                closing(sqlite3.connect(part)) as made,
            ):
                source.backup(made)
        except sqlite3.Error as error:
            raise BackupError(f"{target}: {error}") from error
