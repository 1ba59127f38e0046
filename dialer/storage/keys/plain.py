"""A store of an older version, in which people are in clear: sealed in place, some at a time.

Each transaction seals some persons and takes their rows in clear away, so that a process that dies goes on
at the next opening. When nothing is left the tables go, and SQLite's file is written anew: deleted rows
stay readable in its free pages until then. Back-ups that were made before still hold everything in clear;
nobody but their keeper can remove them.
"""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial

import sqlalchemy as sa
from sqlalchemy import Connection

from dialer.storage.database.connections import Database, SqliteDatabase, translated
from dialer.storage.database.statements import Row, insert_missing
from dialer.storage.database.tables import addresses as placed_addresses
from dialer.storage.database.tables import meta, person_numbers, sealed
from dialer.storage.identities import Identity, match_key, sealed_identity
from dialer.storage.keys.keyring import Keyring
from dialer.storage.keys.plain_accounts import (
    drop_accounts,
    has_accounts_in_clear,
    seal_accounts,
    seal_words,
    words_from,
)
from dialer.storage.placements.identifiers import Identifiers

AT_ONCE = 500
SEALED_AT = "sealed_at"
"""Key in `meta`: POSIX seconds at which a store in clear was sealed; back-ups from before are in clear."""

UNSWEPT = "unswept"
"""Key in `meta`: rows in clear were deleted, and the file was not written anew since."""

_metadata = sa.MetaData()
identities = sa.Table(
    "identities",
    _metadata,
    *(sa.Column(name, sa.Text) for name in ("person", "person_ref", "first", "middle", "last", "suffix")),
    *(sa.Column(name, sa.Text) for name in ("date_of_birth", "ssn_last4", "email")),
)
address_lines = sa.Table(
    "address_lines",
    _metadata,
    *(sa.Column(name, sa.Text) for name in ("address", "line_1", "line_2", "postal_code")),
)
telephone_numbers = sa.Table(
    "telephone_numbers", _metadata, sa.Column("number", sa.Text), sa.Column("e164", sa.Text)
)


def is_in_clear(connection: Connection) -> bool:
    """Whether tables in clear are still there."""
    return sa.inspect(connection).has_table(identities.name)


def seal_in_place(database: Database, keyring: Keyring, identifiers: Identifiers, *, now: float) -> None:
    """Seal everybody who is in clear, and sweep the file.

    Raises:
        StoreUnavailableError: it went as far as it came, and goes on at the next opening.
    """
    if database.read(is_in_clear):
        _until_none(database, partial(_seal_persons, keyring=keyring, identifiers=identifiers))
        _until_none(database, partial(_seal_numbers, keyring=keyring))
        database.write(lambda connection: _drop(connection, now=now))
    if database.read(has_accounts_in_clear):
        _until_none(database, partial(seal_accounts, keyring=keyring, identifiers=identifiers))
        database.write(lambda connection: _note_sealed(connection, now=now))
        database.write(drop_accounts)
    if database.read(words_from) is not None:
        database.write(lambda connection: _note_sealed(connection, now=now))
        _until_none(database, partial(seal_words, keyring=keyring))
    if isinstance(database, SqliteDatabase) and database.read(_is_unswept):
        _sweep(database)
        database.write(lambda connection: connection.execute(sa.delete(meta).where(meta.c.key == UNSWEPT)))


def _until_none(database: Database, some: Callable[[Connection], int]) -> None:
    while database.write(some):
        pass


def _seal_persons(connection: Connection, keyring: Keyring, identifiers: Identifiers) -> int:
    rows = connection.execute(sa.select(identities).order_by(identities.c.person).limit(AT_ONCE)).all()
    persons = [row.person for row in rows]
    made = {
        row.person: Identity(
            person_ref=row.person_ref or "",
            first=row.first or "",
            middle=row.middle or "",
            last=row.last or "",
            suffix=row.suffix or "",
            date_of_birth=row.date_of_birth,
            ssn_last4=row.ssn_last4 or "",
            email=row.email or "",
        )
        for row in rows
    }
    _tell_numbers(connection, persons, made)
    addresses = _tell_addresses(connection, persons, made)
    sealer = keyring.sealer(persons)
    written: list[Row] = [
        {
            "subject": person,
            "body": sealed_identity(sealer, person, identity),
            "match_key": match_key(identifiers, identity),
        }
        for person, identity in made.items()
    ]
    insert_missing(connection, sealed, written)
    connection.execute(sa.delete(address_lines).where(address_lines.c.address.in_(addresses)))
    connection.execute(sa.delete(identities).where(identities.c.person.in_(persons)))
    return len(rows)


def _tell_numbers(connection: Connection, persons: Sequence[str], made: dict[str, Identity]) -> None:
    query = (
        sa.select(person_numbers.c.person, telephone_numbers.c.number, telephone_numbers.c.e164)
        .join(telephone_numbers, telephone_numbers.c.number == person_numbers.c.number)
        .where(person_numbers.c.person.in_(persons))
    )
    for row in connection.execute(query):
        made[row.person].numbers[row.number] = row.e164


def _tell_addresses(connection: Connection, persons: Sequence[str], made: dict[str, Identity]) -> list[str]:
    query = (
        sa.select(placed_addresses.c.person, address_lines)
        .join(address_lines, address_lines.c.address == placed_addresses.c.address)
        .where(placed_addresses.c.person.in_(persons))
    )
    told: list[str] = []
    for row in connection.execute(query):
        made[row.person].addresses[row.address] = (row.line_1 or "", row.line_2 or "", row.postal_code or "")
        told.append(row.address)
    return told


def _seal_numbers(connection: Connection, keyring: Keyring) -> int:
    """Numbers that nobody has; those that somebody has are sealed with them already."""
    query = sa.select(telephone_numbers).order_by(telephone_numbers.c.number).limit(AT_ONCE)
    clear = {row.number: row.e164 for row in connection.execute(query)}
    numbers = list(clear)
    had = sa.select(person_numbers.c.number).where(person_numbers.c.number.in_(numbers))
    nobodys = sorted(set(numbers) - set(connection.execute(had).scalars()))
    sealer = keyring.sealer(nobodys)
    written: list[Row] = [
        {"subject": number, "body": sealer.seal(number, clear[number].encode()), "match_key": None}
        for number in nobodys
    ]
    insert_missing(connection, sealed, written)
    connection.execute(sa.delete(telephone_numbers).where(telephone_numbers.c.number.in_(numbers)))
    return len(numbers)


def _drop(connection: Connection, *, now: float) -> None:
    for table in (identities, address_lines, telephone_numbers):
        table.drop(connection, checkfirst=True)
    _note_sealed(connection, now=now)


def _note_sealed(connection: Connection, *, now: float) -> None:
    insert_missing(connection, meta, [{"key": SEALED_AT, "value": ""}, {"key": UNSWEPT, "value": "1"}])
    connection.execute(sa.update(meta).where(meta.c.key == SEALED_AT).values(value=str(now)))


def _is_unswept(connection: Connection) -> bool:
    return connection.scalar(sa.select(meta.c.value).where(meta.c.key == UNSWEPT)) is not None


def _sweep(database: SqliteDatabase) -> None:
    """Write the file anew without its free pages, and empty its log."""
    with translated(), closing(sqlite3.connect(database.url.database or "", timeout=60.0)) as connection:
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
