"""What is kept beside the journal of whom it protects: is it still what the journal says?

The journal's chain speaks for the steps. Requests, holds, consents and do-not-call entries lie in tables that
are made from them, and are what the gate is told: a row that somebody deleted, changed or put there would
decide, and the journal would still be whole. So each step is told again, and what it tells is held against
the rows that stand under its number.

Left alone: words of people (an erasure strikes them out), kinds that a retention takes away, the inside of
whole files (a removal empties them). What a file told while no floor ran is in no step.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, Table, func, select

from dialer.domain.ports import JournalEntry
from dialer.domain.spoken_words import of_change
from dialer.storage.database import tables as t
from dialer.storage.database.connections import Work
from dialer.storage.journal.codecs import UnreadableEntryError, decode_entry
from dialer.storage.journal.rows import ENTRY, unpacker
from dialer.storage.projecting.fact_rows import change_of
from dialer.storage.projecting.fold import Fold
from dialer.storage.projecting.projections import project
from dialer.storage.removing import GOES, WHOLE_FILES

MOST_TOLD = 20
"""Differences that are told one by one; the others are counted."""

_AT_ONCE = 1_000

Said = tuple[object, ...]
"""What a row says of whom, to be compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What was found.

    Args:
        differences: in sentences, the first of them; count: of all.
        untold: rows that protect or permit and are in no step: of files that came while no floor ran.
    """

    differences: tuple[str, ...]
    count: int
    untold: int


def look_beside(work: Work) -> Beside:
    """Tell every step again, against one state of the store."""
    return work.read(_looked)


def _looked(connection: Connection) -> Beside:
    facts = _Standing(connection, t.facts)
    suppressions = _Standing(connection, t.suppressions)
    told: list[str] = []
    count = 0
    for entry, encoded in _entries(connection):
        fold = Fold()
        project(fold, entry, encoded)
        for standing in (facts, suppressions):
            for sentence in standing.differences(entry.sequence, fold.appended(standing.table)):
                count += 1
                if len(told) < MOST_TOLD:
                    told.append(sentence)
    for standing in (facts, suppressions):
        for sentence in standing.left():
            count += 1
            if len(told) < MOST_TOLD:
                told.append(sentence)
    beside = select(func.count()).select_from(t.facts).where(t.facts.c.sequence == 0)
    untold = connection.scalar(beside.where(t.facts.c.kind.not_in((*GOES, *WHOLE_FILES)))) or 0
    return Beside(differences=tuple(told), count=count, untold=untold)


def _entries(connection: Connection) -> Iterator[tuple[JournalEntry, bytes]]:
    unpacked = unpacker(connection)
    query = select(*ENTRY).order_by(t.journal.c.sequence).execution_options(yield_per=_AT_ONCE)
    for row in connection.execute(query):
        encoded = unpacked(row.entry, row.dictionary)
        yield decode_entry(encoded), encoded


class _Standing:
    """The rows of one table that steps told, step by step."""

    def __init__(self, connection: Connection, table: Table) -> None:
        self.table = table
        query = select(table).where(table.c.sequence > 0).order_by(table.c.sequence, table.c.id)
        rows = connection.execute(query.execution_options(yield_per=_AT_ONCE))
        self._steps = groupby(rows, key=lambda row: int(row.sequence))
        self._next = self._step()

    def differences(self, sequence: int, expected: Iterable[Mapping[str, object]]) -> Iterator[str]:
        """What stands under a step's number and was not told in it, and the other way round."""
        while self._next is not None and self._next[0] < sequence:
            yield from self._strange(*self._next)
            self._next = self._step()
        there: list[Said] = []
        if self._next is not None and self._next[0] == sequence:
            there, self._next = self._next[1], self._step()
        told = Counter(self._said_by(row) for row in expected)
        found = Counter(there)
        for said in (told - found).elements():
            if said[0] not in GOES:
                yield f"step {sequence} told of {_named(said)}: it is gone from {self.table.name}, or changed"
        for said in (found - told).elements():
            yield f"{self.table.name} has {_named(said)} under step {sequence}, which did not tell it"

    def left(self) -> Iterator[str]:
        """What stands under numbers that no step has."""
        while self._next is not None:
            yield from self._strange(*self._next)
            self._next = self._step()

    def _strange(self, sequence: int, there: Iterable[Said]) -> Iterator[str]:
        for said in there:
            yield f"{self.table.name} has {_named(said)} under step {sequence}, which there is not"

    def _step(self) -> tuple[int, list[Said]] | None:
        found = next(self._steps, None)
        return None if found is None else (found[0], [self._said_in(row) for row in found[1]])

    def _said_in(self, row: "Row[Any]") -> Said:
        if self.table is t.suppressions:
            return row.scope, row.person, row.number, row.debt, None
        return _said(row)

    def _said_by(self, row: Mapping[str, object]) -> Said:
        if self.table is t.suppressions:
            return row["scope"], row["person"], row["number"], row["debt"], None
        return _said(_Told(**{name: row[name] for name in _Told.__slots__}))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class _Told:
    """The columns of a fact that is to be."""

    kind: str
    person: str | None
    number: str | None
    debt: str | None
    about: str | None
    body: str
    import_id: str | None


def _said(row: Any) -> Said:
    """A fact without its words; of a whole file, whose it is."""
    whose = (row.kind, row.person, row.number, row.debt)
    if row.kind in WHOLE_FILES:
        return *whose, None
    try:
        change = of_change(change_of(row), lambda _: "")
    except (UnreadableEntryError, KeyError):
        return *whose, "cannot be read"
    return *whose, repr(getattr(change, row.kind))


def _named(said: Said) -> str:
    kind, *whose = said[:4]
    return f"a {kind} of {next((each for each in whose if each is not None), 'nobody')}"
