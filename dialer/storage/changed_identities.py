"""Of whom it was written anew who they are: an outbox to whoever keeps names in memory.

That is `dialer.inquiry.finding`. A row is written in the transaction that places, corrects or erases, and is
taken away when it was read. Which of two transactions ended first does not matter: a row is read whenever it
comes to be seen.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, select

from dialer.storage.database.statements import insert_rows
from dialer.storage.database.tables import changed_identities


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One row."""

    row: int
    persons: tuple[str, ...]


def add(connection: Connection, persons: Iterable[str]) -> None:
    """Who these are was written, or taken away."""
    named = sorted(set(persons))
    if named:
        insert_rows(connection, changed_identities, [{"persons": json.dumps(named)}])


def oldest(connection: Connection, *, most: int) -> tuple[Changed, ...]:
    """The first to be read."""
    query = select(changed_identities.c.id, changed_identities.c.persons)
    rows = connection.execute(query.order_by(changed_identities.c.id).limit(most)).all()
    return tuple(Changed(row=row.id, persons=tuple(json.loads(row.persons))) for row in rows)


def take_away(connection: Connection, read: Sequence[Changed]) -> None:
    """These were read."""
    named = [each.row for each in read]
    connection.execute(delete(changed_identities).where(changed_identities.c.id.in_(named)))


def newest(connection: Connection) -> int | None:
    """The last that is there; None = nothing is."""
    return connection.scalar(select(func.max(changed_identities.c.id)))


def take_away_until(connection: Connection, row: int) -> None:
    """All up to this one: whoever begins to read everybody sees what they are about."""
    connection.execute(delete(changed_identities).where(changed_identities.c.id <= row))
