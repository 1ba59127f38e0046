"""Records of one person taken out of a store, when no rule keeps them any more.

What protects somebody stays: requests, holds and do-not-call entries bar calls for as long as there is
anybody to bar them for. What was placed stays, too: it is the client's, and its sealed part goes by an
erasure. The journal's chain stays, under ids.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from sqlalchemy import Connection, delete, select, text, update

from dialer.storage.database import tables as t
from dialer.storage.person_files import chunks
from dialer.storage.projecting.attempt_rows import json_text
from dialer.storage.projecting.fact_rows import change_of
from dialer.storage.spoken_words import PREFIX

GOES = ("entry", "on_line", "consent", "notice")
"""Kinds of fact that only permit, or say what happened."""

WHOLE_FILES = ("replaced", "placed")


def let_nothing_in(connection: Connection) -> None:
    """Until the transaction ends nobody adds a fact: a hold for a court that comes now comes before or after.
    SQLite has one writer as it is."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE facts, attempts IN SHARE ROW EXCLUSIVE MODE"))


def remove_records(connection: Connection, person: str, *, keep: Collection[str]) -> Mapping[str, int]:
    """Take a person's records out; returns how many rows by table.

    Args:
        keep: attempts whose recordings, and calls whose messages, are still somewhere: without its row
            nobody could place one.
    """
    made = [
        name
        for name in connection.scalars(select(t.attempts.c.attempt).where(t.attempts.c.person == person))
        if name not in keep
    ]
    gone = {"attempts": 0, "findings": 0}
    for some in chunks(made):
        gone["attempts"] += _deleted(connection, t.attempts, t.attempts.c.attempt.in_(some))
        gone["findings"] += _deleted(connection, t.findings, t.findings.c.attempt.in_(some))
    gone["promises"] = _deleted(connection, t.promises, t.promises.c.person == person)
    gone["denials"] = _deleted(connection, t.denials, t.denials.c.person == person)
    calls = select(t.inbound_calls.c.call).where(t.inbound_calls.c.person == person)
    came = [name for name in connection.scalars(calls) if name not in keep]
    gone["inbound_calls"] = sum(
        _deleted(connection, t.inbound_calls, t.inbound_calls.c.call.in_(some)) for some in chunks(came)
    )
    gone["placed_before"] = _deleted(connection, t.placed_before, t.placed_before.c.person == person)
    theirs = (t.facts.c.person == person) | (t.facts.c.about == person)
    gone["facts"] = _deleted(connection, t.facts, theirs & t.facts.c.kind.in_(GOES))
    gone["facts"] += _empty_files(connection, person)
    return {table: count for table, count in gone.items() if count}


def unspoken(connection: Connection, talks: Iterable[str]) -> tuple[str, ...]:
    """Talks of which no fact that stays has words: their keys may be destroyed."""
    return tuple(
        talk
        for talk in talks
        if connection.scalar(
            select(t.facts.c.id).where(t.facts.c.body.contains(f"{PREFIX}{talk}:", autoescape=True)).limit(1)
        )
        is None
    )


def _deleted(connection: Connection, table: t.Table, which: t.sa.ColumnElement[bool]) -> int:
    return connection.execute(delete(table).where(which)).rowcount


def _empty_files(connection: Connection, person: str) -> int:
    """Of files that were edited by hand, the records in them."""
    count = 0
    which = (t.facts.c.person == person) & t.facts.c.kind.in_(WHOLE_FILES)
    for row in connection.execute(select(t.facts).where(which)).all():
        change = change_of(row)
        file = change.replaced or change.placed
        assert file is not None, "a row of these kinds has a file"
        empty = replace(file, history=(), line_history=(), consents=(), notices=())
        if empty != file:
            connection.execute(update(t.facts).where(t.facts.c.id == row.id).values(body=json_text(empty)))
            count += 1
    return count
