"""The vault of one store: a data key a person, wrapped. A file of its own, no part of the store's back-ups.

Each data key is wrapped by the vault's key, and that by the master key, which is asked once an opening.
Whoever is to be forgotten has their data key taken out: what is sealed under it, in the store and in every
copy of the store, is then noise. An older copy of the vault still holds it, until the keys are rotated: a
rotation wraps what is left anew and destroys the vault's old key with its master.
"""

import secrets
import sqlite3
import threading
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dialer.files import made_private
from dialer.storage.keys.master import (
    KEY_BYTES,
    FileMasterKey,
    KeysMissingError,
    MasterKey,
    WrongKeyError,
    opened,
    sealed,
)
from dialer.storage.keys.secret_files import move_secret, private_folder

VAULT_FILE, MASTER_FILE, NEXT_MASTER_FILE = "vault.db", "master.key", "master.key.next"
AT_ONCE = 5_000
"""Keys wrapped anew in one transaction of a rotation."""

ASKED_AT_ONCE = 500
BUSY_S = 10.0

_TABLES = """
CREATE TABLE IF NOT EXISTS vault_keys (generation INTEGER PRIMARY KEY, wrapped BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS secrets
    (name TEXT PRIMARY KEY, generation INTEGER NOT NULL, wrapped BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS data_keys
    (subject TEXT PRIMARY KEY, generation INTEGER NOT NULL, wrapped BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS data_keys_by_generation ON data_keys (generation);
"""


class Vault:
    """An opened vault; may be used from any thread.

    Args:
        folder: of this store's keys.
        durable: False only for a rehearsal's.
    """

    def __init__(self, folder: Path, masters: Sequence[MasterKey], *, durable: bool = True) -> None:
        self.folder = folder
        self._masters = list(masters)
        self._lock = threading.RLock()
        path = folder / VAULT_FILE
        made_private(path)
        self._file = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={'FULL' if durable else 'OFF'}",
            "secure_delete=ON",
            "cache_size=-32768",
        ):
            self._file.execute(f"PRAGMA {pragma}")
        self._file.executescript(_TABLES)
        self._keys: dict[int, AESGCM] = {}
        try:
            self._load()
        except BaseException:
            self._file.close()
            raise

    @classmethod
    def made(cls, folder: Path, *, durable: bool = True) -> "Vault":
        """The vault in a folder, made with a master key of its own when there is none.

        Raises:
            WrongKeyError, SecretFileError: see there.
        """
        private_folder(folder.parent)
        private_folder(folder)
        FileMasterKey.made(folder / MASTER_FILE)
        return cls(folder, _masters(folder), durable=durable)

    @classmethod
    def found(cls, folder: Path, *, durable: bool = True) -> "Vault":
        """The vault in a folder.

        Raises:
            KeysMissingError: there is none, or its master key is missing.
            WrongKeyError, SecretFileError: see there.
        """
        masters = _masters(folder)
        if not masters or not (folder / VAULT_FILE).exists():
            missing = folder / (VAULT_FILE if masters else MASTER_FILE)
            raise KeysMissingError(
                "the persons of this store are sealed, and the keys are not here: no name, number or address "
                "can be read",
                where=str(missing),
                mend="put the folder of keys back, or set `keys` to where it is.",
            )
        return cls(folder, masters, durable=durable)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._file.close()

    def secret(self, name: str, *, make: bytes | None = None) -> bytes:
        """A secret of the store's own; `make` = what it becomes where there is none yet.

        Raises:
            KeyError: there is none, and none is to be made.
        """
        with self._lock:
            if make is not None:
                with self._writing():
                    generation, key = self._newest()
                    self._file.execute(
                        "INSERT INTO secrets VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                        (name, generation, sealed(key, make, name.encode())),
                    )
            row = self._file.execute(
                "SELECT generation, wrapped FROM secrets WHERE name = ?", (name,)
            ).fetchone()
            if row is None:
                raise KeyError(name)
            return opened(self._key(row[0]), row[1], name.encode())

    def data_keys(self, subjects: Iterable[str], *, make: bool) -> dict[str, AESGCM]:
        """The data keys of these subjects. Who has none gets one with `make`, and is left out without."""
        return {subject: AESGCM(key) for subject, key in self.key_bytes(subjects, make=make).items()}

    def key_bytes(self, subjects: Iterable[str], *, make: bool) -> dict[str, bytes]:
        """As `data_keys`, the keys themselves."""
        wanted = sorted(set(subjects))
        with self._lock:
            found = self._read(wanted)
            missing = [subject for subject in wanted if subject not in found] if make else []
            if missing:
                found.update(self._make(missing))
            return found

    def destroy(self, subjects: Iterable[str]) -> int:
        """Take data keys out for good; returns how many there were. What they sealed is noise from now on."""
        with self._lock:
            with self._writing():
                gone = sum(
                    self._file.execute("DELETE FROM data_keys WHERE subject = ?", (subject,)).rowcount
                    for subject in sorted(set(subjects))
                )
            self._file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return gone

    def count(self) -> int:
        """How many data keys there are."""
        with self._lock:
            return int(self._file.execute("SELECT count(*) FROM data_keys").fetchone()[0])

    def rotate(self) -> int:
        """Wrap every data key under a new key of the vault, and that under a new master; returns how many.

        May be killed at any instant and called again: it goes on. When it returns, the old master and the old
        vault's key are gone, and no copy of the vault from before can be opened any more.
        """
        with self._lock:
            following = FileMasterKey.made(self.folder / NEXT_MASTER_FILE)
            self._masters = _masters(self.folder)
            self._load()
            old = [generation for generation in self._keys if not self._is_under(following, generation)]
            if len(old) == len(self._keys):
                self._add_key(following, max(self._keys) + 1)
            count = sum(self._wrap_anew("data_keys", "subject", generation) for generation in old)
            for generation in old:
                self._wrap_anew("secrets", "name", generation)
            self._file.executemany("DELETE FROM vault_keys WHERE generation = ?", [(g,) for g in old])
            self._file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            move_secret(following.path, self.folder / MASTER_FILE)
            self._masters = [FileMasterKey.made(self.folder / MASTER_FILE)]
            self._load()
            return count

    def _wrap_anew(self, table: str, column: str, generation: int) -> int:
        """Rows of a generation, wrapped under the newest key, some thousands a transaction."""
        newest, key = self._newest()
        count = 0
        while True:
            rows = self._file.execute(
                f"SELECT {column}, wrapped FROM {table} WHERE generation = ? LIMIT {AT_ONCE}",
                (generation,),
            ).fetchall()
            if not rows:
                return count
            before = self._keys[generation]
            anew = [
                (newest, sealed(key, opened(before, wrapped, name.encode()), name.encode()), name)
                for name, wrapped in rows
            ]
            change = f"UPDATE {table} SET generation = ?, wrapped = ? WHERE {column} = ?"
            with self._writing():
                self._file.executemany(change, anew)
            count += len(rows)

    @contextmanager
    def _writing(self) -> Generator[None]:
        """One transaction. The newest key is looked up inside: a rotation that has begun is seen."""
        self._file.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._file.execute("ROLLBACK")
            raise
        self._file.execute("COMMIT")

    def _make(self, subjects: Sequence[str]) -> dict[str, bytes]:
        with self._writing():
            generation, key = self._newest()
            rows = [
                (subject, generation, sealed(key, secrets.token_bytes(KEY_BYTES), subject.encode()))
                for subject in subjects
            ]
            self._file.executemany("INSERT INTO data_keys VALUES (?, ?, ?) ON CONFLICT DO NOTHING", rows)
        return self._read(subjects)

    def _read(self, subjects: Sequence[str]) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for first in range(0, len(subjects), ASKED_AT_ONCE):
            chunk = subjects[first : first + ASKED_AT_ONCE]
            marks = ", ".join("?" * len(chunk))
            query = f"SELECT subject, generation, wrapped FROM data_keys WHERE subject IN ({marks})"
            for subject, generation, wrapped in self._file.execute(query, tuple(chunk)):
                found[subject] = opened(self._key(generation), wrapped, subject.encode())
        return found

    def _key(self, generation: int) -> AESGCM:
        if generation not in self._keys:  # another process has rotated
            self._masters = _masters(self.folder) or self._masters
            self._load()
        return self._keys[generation]

    def _newest(self) -> tuple[int, AESGCM]:
        generation = max(self._keys)
        row = self._file.execute("SELECT max(generation) FROM vault_keys").fetchone()
        if row[0] != generation:
            generation = int(row[0])
        return generation, self._key(generation)

    def _load(self) -> None:
        """Every key of the vault; where a rotation began or ended between the masters and them, once more."""
        try:
            self._keys = self._unwrapped_keys()
        except WrongKeyError:
            self._masters = _masters(self.folder) or self._masters
            self._keys = self._unwrapped_keys()

    def _unwrapped_keys(self) -> dict[int, AESGCM]:
        rows = self._file.execute("SELECT generation, wrapped FROM vault_keys").fetchall()
        if not rows:
            self._add_key(self._masters[0], 1)
            rows = self._file.execute("SELECT generation, wrapped FROM vault_keys").fetchall()
        return {generation: AESGCM(self._unwrapped(generation, wrapped)) for generation, wrapped in rows}

    def _unwrapped(self, generation: int, wrapped: bytes) -> bytes:
        *others, last = self._masters
        for master in others:
            try:
                return master.unwrap(wrapped, about=_about(generation))
            except WrongKeyError:
                continue
        return last.unwrap(wrapped, about=_about(generation))

    def _is_under(self, master: MasterKey, generation: int) -> bool:
        query = "SELECT wrapped FROM vault_keys WHERE generation = ?"
        (wrapped,) = self._file.execute(query, (generation,)).fetchone()
        try:
            master.unwrap(wrapped, about=_about(generation))
        except WrongKeyError:
            return False
        return True

    def _add_key(self, master: MasterKey, generation: int) -> None:
        made = secrets.token_bytes(KEY_BYTES)
        self._file.execute(
            "INSERT INTO vault_keys VALUES (?, ?) ON CONFLICT DO NOTHING",
            (generation, master.wrap(made, about=_about(generation))),
        )
        query = "SELECT wrapped FROM vault_keys WHERE generation = ?"
        (wrapped,) = self._file.execute(query, (generation,)).fetchone()
        self._keys[generation] = AESGCM(master.unwrap(wrapped, about=_about(generation)))


def _about(generation: int) -> bytes:
    return b"vault key %d" % generation


def _masters(folder: Path) -> list[MasterKey]:
    """The master, and the one that a rotation is about to put in its place; looked for first, so that one
    that takes its place meanwhile is found there."""
    following = FileMasterKey.found(folder / NEXT_MASTER_FILE)
    present = FileMasterKey.found(folder / MASTER_FILE)
    return [each for each in (present, following) if each is not None]
