"""Whether a store's journal is what was written: no entry changed, left out, added or moved, no end cut off.

The chain alone finds what was changed by somebody who did not compute it anew. Whoever did, or cut the end
off, is found out by a head that was kept elsewhere: printed, signed, sent to somebody.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from dialer.storage.database.connections import Work
from dialer.storage.database.tables import journal
from dialer.storage.journal.chain import Head, next_link
from dialer.storage.journal.codecs import UnreadableEntryError, column_values
from dialer.storage.journal.packing import UnreadablePackingError
from dialer.storage.journal.rows import ENTRY, beginning_of, old_head_of, unpacker

PAGE = 500
"""Entries held at once. A floor verifies beside its calls each minute: what that takes stays small."""

COLUMNS = (journal.c.sequence, journal.c.now, journal.c.event, journal.c.fate, journal.c.link, *ENTRY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a look at a journal found.

    Args:
        entries: how many were looked at, in order, until a fault or the end.
        head: where the chain had come to then.
        fault: what is wrong and where, in a sentence; None = nothing is.
    """

    entries: int
    head: Head
    fault: str | None


def verify(work: Work, *, known: Sequence[Head] = (), after: Head | None = None) -> Verified:
    """Compute the chain of a store's journal anew, page by page.

    Args:
        known: heads that were kept elsewhere; each must lie on the chain.
        after: begin behind this head, which is trusted; None = with the first step.
    """
    begins_with, old = work.read(lambda connection: (beginning_of(connection), old_head_of(connection)))
    walk = _Walk(begins_with, old, {head.sequence: head.link for head in known})
    if after is not None:
        walk.head = after
    while walk.fault is None and walk.page(work):
        pass
    missing = [head.sequence for head in known if head.sequence > walk.head.sequence]
    if walk.fault is None and missing:
        walk.fault = (
            f"the journal ends with step {walk.head.sequence}, and step {max(missing)} is known to have been "
            "written: its end was cut off"
        )
    return Verified(entries=walk.entries, head=walk.head, fault=walk.fault)


def links_at(connection: Connection, sequences: Sequence[int]) -> dict[int, bytes]:
    """What the table says that the chain had come to at these steps, without computing it."""
    found: dict[int, bytes] = {}
    for first in range(0, len(sequences), PAGE):
        wanted = journal.c.sequence.in_(sequences[first : first + PAGE])
        rows = connection.execute(select(journal.c.sequence, journal.c.link).where(wanted)).all()
        found.update({row.sequence: bytes(row.link) for row in rows if row.link is not None})
    return found


class _Walk:
    """Along the chain, entry by entry."""

    def __init__(self, begins_with: bytes, old: Head | None, known: dict[int, bytes]) -> None:
        self.head = Head(sequence=0, link=begins_with)
        self.entries = 0
        self.fault: str | None = None
        self._old = old
        self._known = known

    def page(self, work: Work) -> bool:
        """Look at some more entries; False when there are none, or at the first fault."""
        found = work.read(self._read)
        for entry in found:
            self.fault = self._fault(entry)
            if self.fault is not None:
                return False
            self.entries += 1
        return bool(found)

    def _read(self, connection: Connection) -> list["_Entry"]:
        query = select(*COLUMNS).where(journal.c.sequence > self.head.sequence).order_by(journal.c.sequence)
        unpacked = unpacker(connection)
        found: list[_Entry] = []
        for row in connection.execute(query.limit(PAGE)).all():
            try:
                data, fault = unpacked(row.entry, row.dictionary), None
            except (UnreadablePackingError, KeyError) as error:
                data, fault = b"", f"step {row.sequence} cannot be unpacked: {error}"
            columns = row.sequence, row.now, row.event, row.fate
            found.append(_Entry(columns=columns, link=row.link, data=data, fault=fault))
        return found

    def _fault(self, entry: "_Entry") -> str | None:
        sequence = entry.columns[0]
        if sequence != self.head.sequence + 1:
            return f"step {self.head.sequence + 1} is missing: step {sequence} follows"
        fault = entry.fault or self._off_the_chain(entry) or _mislabelled(entry)
        if fault is None:
            self.head = Head(sequence=sequence, link=next_link(self.head.link, entry.data))
        return fault

    def _off_the_chain(self, entry: "_Entry") -> str | None:
        sequence = entry.columns[0]
        link = next_link(self.head.link, entry.data)
        last_old = 0 if self._old is None else self._old.sequence
        if sequence > last_old and entry.link != link:
            return f"step {sequence} is not what was written, or what came before it"
        if self._old is not None and sequence == last_old and link != self._old.link:
            return f"the steps up to {sequence}, all of format 1, are not those that were there"
        if self._known.get(sequence, link) != link:
            return f"step {sequence} or what came before it was written anew: its link is not the known one"
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """A row: what its columns say, its link, its bytes, and why these cannot be had."""

    columns: tuple[int, float, str, str | None]
    link: bytes | None
    data: bytes
    fault: str | None


def _mislabelled(entry: _Entry) -> str | None:
    try:
        said = column_values(entry.data)
    except UnreadableEntryError as error:
        return f"step {entry.columns[0]}: {error}"
    is_true = said == entry.columns
    return None if is_true else f"the columns of step {entry.columns[0]} do not say what its entry says"
