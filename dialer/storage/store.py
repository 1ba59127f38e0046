"""The store from plain code: open, own, migrate, import, load. The runtime's ports are in `live.py`."""

import gc
import secrets
import sqlite3
from collections.abc import Callable, Generator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Self, TypeVar, cast

from sqlalchemy import Connection, inspect, select

from compliance_gate.request import PersonFile
from dialer.casework.ledger.refresh import BalanceOwner
from dialer.clock import posix_now
from dialer.domain.errors import MendableError, StoreUnavailableError
from dialer.domain.ids import NumberId
from dialer.files import made_private
from dialer.storage import leads, person_files
from dialer.storage.database import lease, lock, schema
from dialer.storage.database.connections import (
    Database,
    OneTransaction,
    PostgresDatabase,
    connect,
    is_sqlite,
    store_url,
    translated,
)
from dialer.storage.database.statements import insert_missing
from dialer.storage.database.tables import (
    campaigns,
    meta,
    numbers,
    rulebook_uses,
    rulebooks,
    sealed,
)
from dialer.storage.journal import checkpoints, rows
from dialer.storage.journal.chain import Head, first_link
from dialer.storage.journal.rows import JournalTable
from dialer.storage.keys.keyring import IDENTITY, Keyring, folder_of, forget_keys
from dialer.storage.keys.master import KeysMissingError, WrongKeyError
from dialer.storage.keys.plain import seal_in_place
from dialer.storage.keys.vault import Vault
from dialer.storage.leads import Claimed
from dialer.storage.placements.identifiers import Identifiers, NoIdentifiers
from dialer.storage.placements.imports import Imports
from dialer.storage.placements.pace import no_pause
from dialer.storage.projecting.fold import Fold

T = TypeVar("T")

IDENTITY_KEY = "identity_key"
"""In `meta` of older stores: the secret of the ids, in clear; it moves into the vault."""

STORE_ID, STORE_ID_BYTES = "store", 8
"""In `meta`: which folder of keys is this store's. A copy of the store has the same keys."""

KEYED = "keyed"
"""In `meta`: there is a vault; where it is not found, it is missing."""

GENERATION = "generation"

PARTIAL = "partial"
"""In `meta` of a rehearsal's store until its shift was worked to the end: what it holds is not the whole."""


LEAST_BYTES = 4096
"""One page: a file that is shorter holds nothing yet."""


class StoreEmptyError(MendableError):
    """The file is there, and empty. As a new one it would have people called who asked for no calls."""


class Store:
    """One store, opened.

    Use `Store.open`; close it, or use it as a context manager.
    """

    def __init__(
        self,
        database: Database,
        identifiers: Identifiers,
        keyring: Keyring,
        *,
        owner: lock.OwnerLock | None,
        signature: str | None,
        term: int = 0,
    ) -> None:
        self.database = database
        self.identifiers = identifiers
        self.keyring = keyring
        """Seals and opens what tells who people are."""
        self.signature = signature
        """What the owner signed the store with; None when this opening owns nothing."""
        self.term = term
        """Of the owner's lease; 0 when this opening owns nothing."""
        self.journal = JournalTable()
        self._owner = owner

    @classmethod
    def open(
        cls,
        address: str,
        *,
        exclusive: bool = False,
        evicts: int | None = None,
        evicts_silent: bool = False,
        durable: bool = True,
        identity_key: bytes | None = None,
    ) -> Self:
        """Open a store, making or migrating its tables.

        Args:
            address: a path, or `postgresql://user@host/name`.
            exclusive: own it, as an engine must.
            evicts: whoever owned it in this term is put out first, on a server: their lease is over.
            evicts_silent: whoever holds the lock, took no lease and has been silent since is put out first.
            durable: False only for a rehearsal's store, which can be made again.
            identity_key: of the ids in a new store; None makes a secret one. A rehearsal gives a fixed key,
                so that its ids are the same every time.

        Raises:
            StoreUnavailableError: it cannot be opened or written.
            StoreEmptyError: the file is there and empty.
            StoreOwnedError: `exclusive`, and another engine owns it.
            KeysMissingError: `exclusive`, and the store's keys are not here; others read what is in clear.
            WrongKeyError: the keys here are another store's.
        """
        url = store_url(address)
        path = Path(url.database) if is_sqlite(url) and url.database else None
        with _one_maker(path, exclusive=exclusive) as (file_lock, is_new):
            owner = file_lock
            if path is not None:
                with translated():
                    made_private(path)  # names and birth dates: SQLite would let others read them
            database = connect(url, durable=durable)
            try:
                if evicts is not None:
                    lock.evict(database, evicts)
                if evicts_silent:
                    lock.evict_silent(database)
                if exclusive and owner is None:
                    owner = lock.own(database)
                keyring, identifiers = _with_keys(database, identity_key, durable=durable)
                if exclusive and keyring.missing is not None:
                    raise keyring.missing
                signature, term = _take_charge(database) if exclusive else (None, 0)
            except BaseException:
                if owner is not None and owner is not file_lock:
                    owner.release()
                database.close()
                if path is not None and is_new:
                    _forget_begun(path)
                raise
        return cls(database, identifiers, keyring, owner=owner, signature=signature, term=term)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the store; lease and lock go with it."""
        if self._owner is not None:
            self._give_back()
            self._owner.release()
            self._owner = None
        self.keyring.close()
        self.database.close()

    @property
    def is_shared(self) -> bool:
        """Whether engines of several machines can reach it; a file has one owner, by the operating system."""
        return isinstance(self.database, PostgresDatabase)

    def beat(self, *, address: str) -> None:
        """Say that the owner is still in charge, and where it can be asked.

        Raises:
            StoreOwnedError: somebody else is.
            StoreUnavailableError: it could not be said.
        """
        assert self._owner is not None, "only an owner is in charge"
        if not self._answered(lambda connection: lease.beat(connection, self.term, address=address)):
            raise lock.StoreOwnedError(
                f"another engine took this store over, in a later term than {self.term}"
            )
        self._owner.hold_on()

    def _give_back(self) -> None:
        """A store that cannot be written now lets whoever waits wait for the lease's end, and no longer."""
        with suppress(StoreUnavailableError, lock.StoreOwnedError):
            self._answered(lambda connection: lease.give_back(connection, self.term))

    def _answered(self, work: Callable[[Connection], T]) -> T:
        database = self.database
        if isinstance(database, PostgresDatabase):
            return database.answered(database.submit_write(work))
        return database.write(work)

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run and commit."""
        return self.database.write(work)

    def write_steps(self, fold: Fold) -> None:
        """Write steps and what they mean to the tables, and commit."""
        self.write(lambda connection: fold.write(connection, self.journal))
        self.journal.committed()

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run against one consistent state."""
        return self.database.read(work)

    def within(self, connection: Connection) -> Self:
        """This store as seen from a transaction of its own that goes on: what is read is read in it.

        Whoever asked the store itself from there would wait for ever, on a server, for the loop that waits
        for them.
        """
        database = cast("Database", OneTransaction(connection))
        return type(self)(database, self.identifiers, self.keyring, owner=None, signature=None)

    def imports(
        self,
        *,
        pause: Callable[[float], None] = no_pause,
        owners: Mapping[str, BalanceOwner] | None = None,
        history_days: Mapping[str, int] | None = None,
    ) -> Imports:
        """Placements into this store; pass `breathe` when a floor runs on it, who owns which balance, and for
        how long accounts without a history are left alone."""
        return Imports(
            self.database,
            self.identifiers,
            self.keyring,
            pause=pause,
            owners=owners,
            history_days=history_days,
        )

    def load_leads(self, campaign: str, *, now: float) -> Claimed:
        """Every open lead of a campaign in the declared order, and its persons: a rehearsal's memory."""
        with _collecting_no_garbage():
            return self.read(lambda connection: leads.load_leads(connection, campaign, now=now))

    def person_files(
        self, persons: list[str], *, now: float, until: float | None = None
    ) -> dict[str, PersonFile]:
        """What the gate would be told of these people now; with `until`, what it would have been then."""
        return self.read(
            lambda connection: person_files.person_files(connection, persons, now=now, until=until)
        )

    def attach_number(self, e164: str) -> NumberId:
        """The id of a number, made known; it belongs to nobody until a `PersonEdited` says so."""
        number = self.identifiers.number(e164)
        body = self.keyring.sealer([number]).seal(number, e164.encode())

        def work(connection: Connection) -> None:
            insert_missing(connection, numbers, [{"number": number}])
            insert_missing(connection, sealed, [{"subject": number, "body": body, "match_key": None}])

        self.write(work)
        return number

    def start_generation(self) -> int:
        """Count one more start of an engine on this store, and give back claims the last one lost.

        Returns:
            the generation, part of every later attempt id.
        """
        return self.write(_next_generation)

    def enter_rulebook(
        self,
        rulebook: str,
        *,
        text: str | None = None,
        sources: str | None = None,
        versions: str = "",
        now: float,
    ) -> bool:
        """Write down that this law is in force from `now` (POSIX seconds) on, with its text and sources; True
        when the store has not seen it before.

        Then leads that were denied under another law are looked at again, in small transactions.
        """
        row: dict[str, object] = {
            "rulebook": rulebook,
            "first_used_at": now,
            "versions": versions,
            "text": text,
            "sources": sources,
        }

        def enter(connection: Connection) -> list[str] | None:
            _use(connection, rulebook, now)
            known = rulebooks.c.rulebook == rulebook
            if connection.scalar(select(rulebooks.c.rulebook).where(known)) is not None:
                unkept = known & rulebooks.c.sources.is_(None)
                connection.execute(rulebooks.update().where(unkept).values(text=text, sources=sources))
                return None
            insert_missing(connection, rulebooks, [row])
            return list(connection.execute(select(campaigns.c.campaign)).scalars())

        affected = self.write(enter)
        for campaign in affected or ():
            while self.write(lambda c, name=campaign: leads.forget_hints(c, name, now=now)):
                pass
        return affected is not None

    @property
    def is_partial(self) -> bool:
        """Whether it holds the first steps of a shift alone that was interrupted, or still goes on."""
        query = select(meta.c.value).where(meta.c.key == PARTIAL)
        return self.read(lambda connection: connection.scalar(query)) is not None

    def begin_shift(self) -> None:
        """From here on it is partial, until `end_shift`."""
        self.write(lambda connection: insert_missing(connection, meta, [{"key": PARTIAL, "value": "1"}]))

    def end_shift(self) -> None:
        """The shift was worked to its end."""
        self.write(lambda connection: connection.execute(meta.delete().where(meta.c.key == PARTIAL)))

    def checkpoint(self) -> checkpoints.Checkpoint | None:
        """The newest whole checkpoint."""
        return self.read(checkpoints.latest_checkpoint)

    def last_sequence(self) -> int:
        """Sequence of the last step in the journal."""
        return self.read(rows.last_sequence)

    def head(self) -> Head:
        """Where the journal ends: whoever keeps it elsewhere can find later what was changed before it."""
        return self.read(rows.head_of)


@contextmanager
def _one_maker(path: Path | None, *, exclusive: bool) -> Generator[tuple[lock.OwnerLock | None, bool]]:
    """While a file is made a store, or owned, nobody else makes it, takes it for empty, or takes it away.

    Yields the lock, which is kept after the block where `exclusive`, and whether the file is new; of a store
    on a server, nothing.

    Raises:
        StoreOwnedError: `exclusive`, and another engine owns it.
        StoreEmptyError: see `_is_new`.
    """
    if path is None:
        yield None, False
        return
    try:
        _is_new(path)
    except StoreEmptyError:
        if not lock.lock_of(path).exists():  # nobody makes it: that is told without leaving a trace
            raise
    making: lock.OwnerLock | None = None
    if exclusive or not path.is_file() or path.stat().st_size == 0:
        try:
            making = lock.own_file(path)
        except lock.StoreOwnedError as error:
            if exclusive:
                raise
            raise StoreEmptyError(
                "this store is empty, and an engine owns it",
                where=str(path),
                mend="one that was started a moment ago is making it: ask again. Else stop the engine, move "
                "the store away with its -wal and -shm and restore a copy (`fairdial restore COPY STORE`).",
            ) from error
    try:
        yield making if exclusive else None, _is_new(path)
    except BaseException:
        if making is not None:
            making.release()
        raise
    if making is not None and not exclusive:
        making.release()


def _is_new(path: Path) -> bool:
    """Whether a file is to be made. One that is empty was a store whose content is gone, or one whose first
    start was killed in its first moment; the two cannot be told apart, and only one may be begun anew.

    Raises:
        StoreEmptyError: it is empty, or only its log is left.
    """
    log = path.with_name(path.name + "-wal")
    if path.is_file() and path.stat().st_size == 0:
        what = "this store is empty: a full disk or another program cut it, or its first start was killed"
    elif not path.exists() and log.exists() and log.stat().st_size:
        what = f"this store is gone, and its log is left ({log.name})"
    else:
        return not path.exists()
    raise StoreEmptyError(
        what,
        where=str(path),
        mend="move it away with its -wal and -shm and restore a copy (`fairdial restore COPY STORE`). Only "
        "where there never was anything in it, delete it and begin anew: no new one knows who asked what.",
    )


def _forget_begun(path: Path) -> None:
    """A new file that could not be made a store is taken away, by who holds its lock: nobody is to take it
    for one that was cut."""
    with suppress(OSError):
        if path.stat().st_size < LEAST_BYTES:
            for suffix in ("-wal", "-shm", "", ".lock"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)


@contextmanager
def _collecting_no_garbage() -> Generator[None]:
    """Hundreds of thousands of small lasting objects are made at once: looking for cycles costs a third."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _with_keys(
    database: Database, identity_key: bytes | None, *, durable: bool
) -> tuple[Keyring, Identifiers]:
    """Tables and keys of a store, made or brought to this version."""
    keyring, key = database.write(lambda connection: _prepare(connection, identity_key, durable=durable))
    if keyring.missing is not None:
        return keyring, NoIdentifiers(keyring.missing)
    identifiers = Identifiers(key)
    seal_in_place(database, keyring, identifiers, now=posix_now())
    return keyring, identifiers


def _take_charge(database: Database) -> tuple[str, int]:
    """Sign, begin a term, and let nothing be written any more once somebody else has signed."""
    holder = database.name if isinstance(database, PostgresDatabase) else "the owner of the file"

    def work(connection: Connection) -> tuple[str, int]:
        return lock.sign(connection), lease.take(connection, holder=holder, now=posix_now())

    signature, term = database.write(work)
    if isinstance(database, PostgresDatabase):
        database.guard = lambda connection: lock.require(connection, signature)
    return signature, term


def _prepare(connection: Connection, identity_key: bytes | None, *, durable: bool) -> tuple[Keyring, bytes]:
    schema.migrate(connection)
    insert_missing(connection, meta, [{"key": STORE_ID, "value": secrets.token_hex(STORE_ID_BYTES)}])
    folder = folder_of(str(connection.scalar(select(meta.c.value).where(meta.c.key == STORE_ID))))
    if connection.scalar(select(meta.c.value).where(meta.c.key == KEYED)) is not None:
        return _found_keys(folder, durable=durable)
    in_clear = connection.scalar(select(meta.c.value).where(meta.c.key == IDENTITY_KEY))
    key = bytes.fromhex(in_clear) if in_clear is not None else identity_key or secrets.token_bytes(32)
    vault = Vault.made(folder, durable=durable)
    key = vault.secret(IDENTITY, make=key)
    insert_missing(connection, meta, [{"key": KEYED, "value": "1"}])
    connection.execute(meta.delete().where(meta.c.key == IDENTITY_KEY))
    # Of this store alone, also where its ids are under a key that others have, too: heads are signed of it.
    rows.begin(connection, first_link(b"the journal of the store " + folder.name.encode() + b" " + key))
    return Keyring(vault), key


def demand_keys(connection: Connection) -> None:
    """The keys of a store that another engine owns are here, too; nothing is made or changed. One that was
    not made yet, or by a version without keys, demands none.

    Raises:
        KeysMissingError, WrongKeyError: they are not.
    """
    if not inspect(connection).has_table(meta.name):
        return
    found = {row.key: row.value for row in connection.execute(select(meta.c.key, meta.c.value))}
    if KEYED in found:
        keyring, _ = _found_keys(folder_of(found[STORE_ID]), durable=True)
        if keyring.missing is not None:
            raise keyring.missing
        keyring.close()


def _found_keys(folder: Path, *, durable: bool) -> tuple[Keyring, bytes]:
    try:
        vault = Vault.found(folder, durable=durable)
    except KeysMissingError as missing:
        return Keyring(None, missing), b""
    try:
        return Keyring(vault), vault.secret(IDENTITY)
    except KeyError as error:
        vault.close()
        raise WrongKeyError(
            "this vault holds another store's keys, or was made anew",
            where=str(folder),
            mend="put the folder of keys back that was kept with the store.",
        ) from error


def _use(connection: Connection, rulebook: str, now: float) -> None:
    """A floor that goes on under the same law is no use of its own."""
    last = select(rulebook_uses.c.rulebook).order_by(rulebook_uses.c.id.desc()).limit(1)
    if connection.scalar(last) != rulebook:
        connection.execute(rulebook_uses.insert().values(rulebook=rulebook, since=now))


def _next_generation(connection: Connection) -> int:
    found = connection.scalar(select(meta.c.value).where(meta.c.key == GENERATION))
    generation = 1 if found is None else int(found) + 1
    from_meta = meta.c.key == GENERATION
    insert_missing(connection, meta, [{"key": GENERATION, "value": "0"}])
    connection.execute(meta.update().where(from_meta).values(value=str(generation)))
    leads.release_unrecorded(connection)
    return generation


def forget_keys_of(path: Path) -> None:
    """Take the keys of a SQLite store away, which is about to be taken away itself."""
    with (
        closing(sqlite3.connect(path.resolve().as_uri() + "?mode=ro", uri=True)) as connection,
        suppress(sqlite3.Error),
    ):
        found = connection.execute("SELECT value FROM meta WHERE key = ?", (STORE_ID,)).fetchone()
        if found is not None:
            forget_keys(str(found[0]))
