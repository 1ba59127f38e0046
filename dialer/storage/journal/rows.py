"""The journal as a table: entries appended in their chain, packed, and read back.

What a process knows of the table's end (its head, the dictionary in use) it keeps from one transaction to the
next only when it was told that the transaction was committed; else it looks again.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from dialer.domain.events import EventQuarantined
from dialer.domain.ports import JournalEntry
from dialer.storage.database.connections import Work
from dialer.storage.database.statements import insert_missing, insert_rows
from dialer.storage.database.tables import dictionaries, journal, meta
from dialer.storage.journal.chain import FORMAT_1, Head, first_link, next_link
from dialer.storage.journal.codecs import decode_entry
from dialer.storage.journal.packing import Dictionary, dictionary_of, pack, unpack

GENESIS = "journal_genesis"
"""Key in `meta`: hexadecimal, what the chain begins with."""

OLD_HEAD = "journal_format_1"
"""Key in `meta`: the head of the entries of format 1, which have no links of their own."""

ENOUGH = 300
"""Entries after which a first dictionary is made."""

RENEWED_AFTER = 1_000_000
"""Entries after which another one is: law and settings have changed since."""

SAMPLES = 600

DICTIONARIES_KEPT = 16
"""In memory; a store has one a million entries."""

ENTRY = (journal.c.entry, journal.c.dictionary)
"""Columns that `unpacker` needs."""


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One encoded entry on its way into the table.

    Args:
        fate: None = the event was taken.
        link: its place in the chain where the caller knows it; None = it is to be found.
    """

    sequence: int
    now: float
    event: str
    fate: str | None
    data: bytes
    link: bytes | None = None


class JournalTable:
    """Appends to one store's journal; one transaction at a time."""

    def __init__(self) -> None:
        self._head: Head | None = None
        self._next: Head | None = None
        self._in_use: tuple[Dictionary, int] | None = None
        self._next_in_use: tuple[Dictionary, int] | None = None

    def append(self, connection: Connection, rows: Sequence[JournalRow]) -> None:
        """Write entries behind the last one, in the caller's transaction; `committed` is to be called after
        it."""
        if not rows:
            return
        head, self._head = self._head, None
        if head is None:
            head = head_of(connection)
        dictionary = self._dictionary(connection, rows)
        link = head.link
        written: list[dict[str, object]] = []
        for row in rows:
            link = next_link(link, row.data) if row.link is None else row.link
            entry, number = pack(row.data, dictionary)
            written.append(
                {
                    "sequence": row.sequence,
                    "now": row.now,
                    "event": row.event,
                    "fate": row.fate,
                    "entry": entry,
                    "dictionary": number,
                    "link": link,
                }
            )
        insert_rows(connection, journal, written)
        self._next = Head(sequence=rows[-1].sequence, link=link)

    def committed(self) -> None:
        """The transaction of the last `append` was committed: what it left at the end of the table stands."""
        self._head, self._in_use = self._next, self._next_in_use

    def _dictionary(self, connection: Connection, rows: Sequence[JournalRow]) -> Dictionary | None:
        in_use, self._in_use = self._in_use, None
        if in_use is None:
            in_use = _newest_dictionary(connection)
        since = in_use[1] if in_use is not None else 0
        due = RENEWED_AFTER if in_use is not None else ENOUGH
        last = rows[-1].sequence
        if last - since >= due:
            samples = [row.data for row in rows[-SAMPLES:]]
            if len(samples) < SAMPLES:
                samples = [*_newest_entries(connection, SAMPLES - len(samples)), *samples]
            if len(samples) >= ENOUGH:
                in_use = dictionary_of(samples), rows[0].sequence
                _write_dictionary(connection, *in_use)
        self._next_in_use = in_use
        return None if in_use is None else in_use[0]


def _newest_dictionary(connection: Connection) -> tuple[Dictionary, int] | None:
    row = connection.execute(select(dictionaries).order_by(dictionaries.c.sequence.desc()).limit(1)).first()
    return None if row is None else (Dictionary(bytes(row.body)), int(row.sequence))


def _write_dictionary(connection: Connection, dictionary: Dictionary, sequence: int) -> None:
    insert_missing(
        connection,
        dictionaries,
        [{"dictionary": dictionary.number, "sequence": sequence, "body": dictionary.body}],
    )


def _newest_entries(connection: Connection, most: int) -> list[bytes]:
    rows = connection.execute(select(*ENTRY).order_by(journal.c.sequence.desc()).limit(most)).all()
    unpacked = unpacker(connection)
    return [unpacked(row.entry, row.dictionary) for row in reversed(rows)]


def begin(connection: Connection, link: bytes) -> None:
    """Let an empty journal's chain begin with `link`; one that has begun is left alone."""
    insert_missing(connection, meta, [{"key": GENESIS, "value": link.hex()}])


def begin_again(connection: Connection, link: bytes) -> None:
    """Let an empty journal's chain begin with `link`, whatever it was to begin with: a file has the same
    steps."""
    assert last_sequence(connection) == 0, "a chain has one beginning"
    begin(connection, link)
    connection.execute(meta.update().where(meta.c.key == GENESIS).values(value=link.hex()))


def head_of(connection: Connection) -> Head:
    """Where the journal ends: by one query, as long as its last entry is of this format."""
    newest = select(func.max(journal.c.sequence)).scalar_subquery()
    last = select(journal.c.sequence, journal.c.link).where(journal.c.sequence == newest)
    row = connection.execute(last).one_or_none()
    if row is not None and row.link is not None:
        return Head(sequence=row.sequence, link=bytes(row.link))
    old = old_head_of(connection)
    if old is not None:
        return old
    return Head(sequence=0, link=beginning_of(connection))


def old_head_of(connection: Connection) -> Head | None:
    """Where the entries of format 1 end; None when there are none."""
    old = connection.scalar(select(meta.c.value).where(meta.c.key == OLD_HEAD))
    return None if old is None else Head.read(old)


def beginning_of(connection: Connection) -> bytes:
    """What the chain begins with."""
    if old_head_of(connection) is not None:
        return first_link(FORMAT_1)
    found = connection.scalar(select(meta.c.value).where(meta.c.key == GENESIS))
    assert found is not None, "a store is opened with it"
    return bytes.fromhex(found)


def unpacker(connection: Connection) -> Callable[[bytes, int | None], bytes]:
    """Reads the columns `ENTRY` of what this connection sees: gives an entry's encoded bytes."""
    mine = {
        number: _dictionary(connection, number)
        for number in connection.execute(select(dictionaries.c.dictionary)).scalars()
    }
    return lambda entry, number: unpack(bytes(entry), None if number is None else mine[number])


def encoded_entry(work: Work, entry: bytes, number: int | None) -> bytes:
    """An entry's encoded bytes of its columns `ENTRY`, which were read some time before."""
    if number is None:
        return unpack(bytes(entry), None)
    known = _known.get(number) or work.read(lambda connection: _dictionary(connection, number))
    return unpack(bytes(entry), known)


_known: dict[int, Dictionary] = {}
"""Dictionaries by number, which names the same bytes in every store; the oldest go first."""


def _dictionary(connection: Connection, number: int) -> Dictionary:
    known = _known.get(number)
    if known is None:
        wanted = select(dictionaries.c.body).where(dictionaries.c.dictionary == number)
        known = _known[number] = Dictionary(bytes(connection.execute(wanted).scalar_one()))
        for oldest in list(_known)[:-DICTIONARIES_KEPT]:
            _known.pop(oldest, None)
    return known


def last_sequence(connection: Connection) -> int:
    """Sequence of the last step in the journal, 0 when it is empty."""
    return connection.scalar(select(func.max(journal.c.sequence))) or 0


def journal_since(connection: Connection, sequence: int, *, limit: int = 10_000) -> tuple[JournalEntry, ...]:
    """The next steps after `sequence`, in order; call again with the last one's sequence for more."""
    return tuple(decode_entry(data) for _, data in encoded_since(connection, sequence, limit))


def skipped_since(connection: Connection, sequence: int) -> dict[int, int]:
    """Steps after `sequence` that a start left out, by the step that notes it."""
    query = select(journal.c.sequence, *ENTRY).where(
        journal.c.sequence > sequence, journal.c.event == EventQuarantined.__name__
    )
    unpacked = unpacker(connection)
    notes = [decode_entry(unpacked(row.entry, row.dictionary)) for row in connection.execute(query).all()]
    return skipped_in(notes)


def skipped_in(entries: Iterable[JournalEntry]) -> dict[int, int]:
    """The same of entries at hand."""
    return {
        entry.event.skipped: entry.sequence
        for entry in entries
        if isinstance(entry.event, EventQuarantined) and entry.event.skipped is not None
    }


def encoded_since(connection: Connection, sequence: int, limit: int) -> list[tuple[int, bytes]]:
    """The same, each with its sequence and as encoded bytes."""
    query = select(journal.c.sequence, *ENTRY).where(journal.c.sequence > sequence)
    rows = connection.execute(query.order_by(journal.c.sequence).limit(limit)).all()
    unpacked = unpacker(connection)
    return [(row.sequence, unpacked(row.entry, row.dictionary)) for row in rows]
