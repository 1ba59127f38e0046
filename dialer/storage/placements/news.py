"""Persons of whom the store holds more than a floor may know: an outbox from imports and edits to the engine.

An edit's row is written with the edit: a number that it gives somebody has a past of its own in the store.
An import's row is written in the transaction that puts the placement in place. Rows are taken away when the
engine was told, or at a start, when it is seen that the engine does not know the person. Neither the death of
the importer nor that of the floor loses any.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, select

from dialer.domain.ids import PersonId
from dialer.storage.database.statements import among, insert_rows
from dialer.storage.database.tables import facts, news
from dialer.storage.person_files import chunks
from dialer.storage.projecting.fact_rows import change_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """One row."""

    row: int
    person: PersonId


def add(connection: Connection, persons: Iterable[PersonId], *, import_id: str) -> None:
    """These are to be told, and whoever has another record under which they are known."""
    named = list(dict.fromkeys(persons))
    named += sorted(fellows_of(connection, named).difference(named))
    insert_rows(connection, news, [{"person": person, "import_id": import_id} for person in named])


def fellows_of(connection: Connection, persons: Sequence[PersonId]) -> set[PersonId]:
    """Other records of these persons, those too that were found not to be theirs after all."""
    found = set[PersonId]()
    for chunk in chunks(persons):
        query = select(facts).where(among(connection, facts.c.person, chunk), facts.c.kind == "joined")
        for row in connection.execute(query).all():
            tie = change_of(row).joined
            if tie is not None:
                found.add(tie.fellow)
    return found


def oldest(connection: Connection, *, most: int) -> tuple[Untold, ...]:
    """The first to be told."""
    query = select(news.c.id, news.c.person).order_by(news.c.id).limit(most)
    return tuple(Untold(row=row.id, person=PersonId(row.person)) for row in connection.execute(query).all())


def take_away(connection: Connection, told: Sequence[Untold]) -> None:
    """These were told, or need not be."""
    connection.execute(delete(news).where(news.c.id.in_([row.row for row in told])))


def left_of(connection: Connection, import_id: str) -> int:
    """Rows of an import that are still to be told."""
    query = select(func.count()).select_from(news).where(news.c.import_id == import_id)
    return connection.scalar(query) or 0


def keep_only(connection: Connection, persons: Collection[PersonId]) -> int:
    """At a start: what is kept is of persons whom the engine knows from before; returns how many rows.

    Everybody else's file will come fresh from the store. The caller is the store's one engine, not started
    yet.
    """
    last = connection.scalar(select(func.max(news.c.id)))
    if last is None:
        return 0
    kept: list[dict[str, object]] = []
    for chunk in chunks(sorted(persons)):
        rows = connection.execute(select(news).where(news.c.person.in_(chunk), news.c.id <= last)).all()
        kept += [{"id": row.id, "person": row.person, "import_id": row.import_id} for row in rows]
    connection.execute(delete(news).where(news.c.id <= last))
    insert_rows(connection, news, sorted(kept, key=lambda row: str(row["id"])))
    return len(kept)
