"""The record of deeds as rows: added to, read, and nothing else; triggers refuse every other statement."""

import json
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, RowMapping, select, text

from dialer.access.record import Deed, Entry, RecordHead, chained
from dialer.storage.database.access_tables import deeds
from dialer.storage.person_files import chunks

ERASE = "erase"
"""The action of a person's erasure, in which the deed is about them alone."""


def append(connection: Connection, told: Sequence[Deed]) -> RecordHead:
    """Write deeds down after what there is; returns the new head. One writer at a time: SQLite's transactions
    that write follow one another, a server's lock the table."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE deeds IN EXCLUSIVE MODE"))
    head = head_of(connection)
    entries = chained(head, told)
    if entries:
        connection.execute(deeds.insert(), [_row(entry) for entry in entries])
        head = RecordHead(place=entries[-1].place, link=entries[-1].link)
    return head


def head_of(connection: Connection) -> RecordHead:
    """Where the record ends."""
    row = connection.execute(
        select(deeds.c.place, deeds.c.link).order_by(deeds.c.place.desc()).limit(1)
    ).first()
    return RecordHead() if row is None else RecordHead(place=row.place, link=row.link)


def entries(connection: Connection, *, after: int = 0, limit: int | None = None) -> Iterator[Entry]:
    """In order."""
    wanted = select(deeds).where(deeds.c.place > after).order_by(deeds.c.place)
    for row in connection.execute(wanted if limit is None else wanted.limit(limit)).mappings():
        yield _entry(row)


def newest(
    connection: Connection,
    *,
    who: str | None = None,
    about: str | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[Entry]:
    """The newest first, of one account, and about one thing (`kind:id`); `before`: only earlier places."""
    wanted = select(deeds).order_by(deeds.c.place.desc())
    if who is not None:
        wanted = wanted.where(deeds.c.who == who)
    if about is not None:
        wanted = wanted.where(deeds.c.about.contains(json.dumps(about), autoescape=True))
    if before is not None:
        wanted = wanted.where(deeds.c.place < before)
    return [_entry(row) for row in connection.execute(wanted.limit(limit)).mappings()]


def erased_among(connection: Connection, persons: Sequence[str]) -> frozenset[str]:
    """Which of these persons somebody was told to erase, or began to."""
    named = {json.dumps([f"person:{person}"]): person for person in persons}
    found: set[str] = set()
    for some in chunks(sorted(named)):
        query = select(deeds.c.about).where(deeds.c.action == ERASE, deeds.c.about.in_(some)).distinct()
        found |= {named[about] for about in connection.scalars(query)}
    return frozenset(found)


def _row(entry: Entry) -> dict[str, object]:
    deed = entry.deed
    return {
        "place": entry.place,
        "at": deed.at,
        "who": deed.who,
        "session": deed.session,
        "address": deed.address,
        "action": deed.action,
        "about": json.dumps(list(deed.about)),
        "why": deed.why,
        "outcome": deed.outcome,
        "link": entry.link,
    }


def _entry(row: RowMapping) -> Entry:
    deed = Deed(
        at=row["at"],
        who=row["who"],
        session=row["session"],
        address=row["address"],
        action=row["action"],
        about=tuple(json.loads(row["about"])),
        why=row["why"],
        outcome=row["outcome"],
    )
    return Entry(place=row["place"], deed=deed, link=row["link"])
