"""One person taken out of a store: whose keys are theirs, and what is taken away or struck out in its rows.

What decisions rested on stays, under ids: attempts, findings, requests, places without their lines. A person
who was erased is a number among others, and what was written of a shift can still be replayed and audited.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy import Connection, delete, select, update

from compliance_gate.request import PersonFile
from dialer.domain.ids import InboundId
from dialer.domain.spoken_words import of_change, of_disposition, of_file, subject_of, with_words
from dialer.storage import alike, changed_identities
from dialer.storage.database import tables as t
from dialer.storage.journal.codecs import decode_entry, value_decoder
from dialer.storage.journal.rows import ENTRY, unpacker
from dialer.storage.projecting.attempt_rows import json_text, record_of
from dialer.storage.projecting.fact_rows import change_of
from dialer.storage.projecting.inbound_rows import inbound_record
from dialer.storage.spoken_words import GONE, PREFIX

_file = value_decoder(PersonFile)
AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Subjects:
    """Whose keys are destroyed with a person.

    Args:
        numbers, debts: that nobody else has.
        talks: attempts and calls, in which something may have been written down as it was said; also those
            whose records went before, of which a fact that stayed still has the words.
    """

    person: str
    numbers: tuple[str, ...]
    debts: tuple[str, ...]
    talks: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """Each once."""
        return tuple(dict.fromkeys((self.person, *self.numbers, *self.debts, *self.talks)))


def subjects_of(connection: Connection, person: str) -> Subjects:
    """Everything that is sealed for a person."""
    return Subjects(
        person=person,
        numbers=tuple(_alone(connection, person, "number")),
        debts=tuple(_alone(connection, person, "debt")),
        talks=tuple(dict.fromkeys((*talks_of(connection, person), *_talks_told_of(connection, person)))),
    )


def talks_of(connection: Connection, person: str) -> tuple[str, ...]:
    """Attempts on a person, and calls received from them, that are on record."""
    calls = select(t.inbound_calls.c.call).where(t.inbound_calls.c.person == person)
    made = select(t.attempts.c.attempt).where(t.attempts.c.person == person)
    return (*connection.scalars(made.order_by("attempt")), *connection.scalars(calls.order_by("call")))


def _talks_told_of(connection: Connection, person: str) -> Iterator[str]:
    """Talks of which facts of the person's have words, and that are on record as nobody else's.

    A talk's record may have been removed when its years were over; what was asked for in it stays.
    """
    theirs = (t.facts.c.person == person) | (t.facts.c.about == person)
    query = select(t.facts.c.contact, t.facts.c.body).where(theirs, t.facts.c.contact.is_not(None))
    told = {row.contact for row in connection.execute(query) if f"{PREFIX}{row.contact}:" in row.body}
    for talk in sorted(told):
        others = (
            select(t.attempts.c.attempt).where(t.attempts.c.attempt == talk, t.attempts.c.person != person),
            select(t.inbound_calls.c.call).where(
                t.inbound_calls.c.call == talk, t.inbound_calls.c.person != person
            ),
        )
        if all(connection.scalar(other) is None for other in others):
            yield talk


def strike_out(connection: Connection, subjects: Subjects) -> int:
    """Take the sealed rows away, and words that an older version left in clear; returns how many of both."""
    theirs = t.sealed.c.subject.in_((subjects.person, *subjects.numbers))
    count = connection.execute(delete(t.sealed).where(theirs)).rowcount
    changed_identities.add(connection, [subjects.person])
    alike.forget(connection, subjects.person)
    count += _strike_facts(connection, subjects.person)
    count += _strike_files(connection, subjects.person)
    return count + _strike_talks(connection, subjects.person)


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsInJournal:
    """Of a person's words in a journal: how many are sealed, and how many an older version wrote in clear."""

    sealed: int
    in_clear: int


def words_in_journal(connection: Connection, subjects: Subjects) -> WordsInJournal:
    """Look through the whole journal."""
    names, sealed, in_clear = set(subjects.all), 0, 0
    unpacked = unpacker(connection)
    for row in connection.execute(select(*ENTRY)).yield_per(AT_ONCE):
        entry = unpacked(row.entry, row.dictionary)
        sealed += sum(entry.count(f"{PREFIX}{name}:".encode()) for name in names) if _has_words(entry) else 0
        event = decode_entry(entry).event
        if subject_of(event) in names:
            words: list[str] = []
            with_words(event, lambda text, words=words: words.append(text) or text)
            in_clear += sum(not text.startswith(PREFIX) for text in words)
    return WordsInJournal(sealed=sealed, in_clear=in_clear)


def _has_words(entry: bytes) -> bool:
    return PREFIX.encode() in entry


def _alone(connection: Connection, person: str, kind: str) -> Iterator[str]:
    """What the person has and nobody else."""
    table = t.person_numbers if kind == "number" else t.person_debts
    column = table.c[kind]
    theirs = select(column).where(table.c.person == person)
    shared = select(column).where(table.c.person != person, column.in_(theirs.scalar_subquery()))
    others = set(connection.scalars(shared))
    for name in connection.scalars(theirs.order_by(column)):
        if name not in others:
            yield str(name)


def _struck(text: str) -> str:
    return text if text.startswith(PREFIX) else GONE


def _strike_facts(connection: Connection, person: str) -> int:
    count = 0
    for row in connection.execute(select(t.facts).where(t.facts.c.person == person)).all():
        change = change_of(row)
        struck = of_change(change, _struck)
        if struck != change:
            body = json_text(getattr(struck, row.kind))
            connection.execute(update(t.facts).where(t.facts.c.id == row.id).values(body=body))
            count += 1
    return count


def _strike_files(connection: Connection, person: str) -> int:
    count, before = 0, t.placed_before
    for row in connection.execute(select(before).where(before.c.person == person)).all():
        file = _file(row.body.encode())
        struck = of_file(file, _struck)
        if struck != file:
            connection.execute(update(before).where(before.c.id == row.id).values(body=json_text(struck)))
            count += 1
    return count


def _strike_talks(connection: Connection, person: str) -> int:
    count, attempts, calls = 0, t.attempts, t.inbound_calls
    for row in connection.execute(select(attempts).where(attempts.c.person == person)).all():
        said = record_of(row).disposition
        if said is not None and (struck := of_disposition(said, _struck)) != said:
            kept = update(attempts).where(attempts.c.attempt == row.attempt)
            connection.execute(kept.values(disposition=json_text(struck)))
            count += 1
    for name in connection.scalars(select(calls.c.call).where(calls.c.person == person)).all():
        record = inbound_record(connection, call=InboundId(name))
        if record is None or record.disposition is None:
            continue
        struck = of_disposition(record.disposition, _struck)
        if struck != record.disposition:
            body = json_text(replace(record, disposition=struck))
            connection.execute(update(calls).where(calls.c.call == name).values(body=body))
            count += 1
    return count
