"""A journal for people to read, and a journal of a store as a file: to be kept when the store is not."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from dialer.domain.ports import Fate, JournalEntry
from dialer.files import made_apart
from dialer.storage.database.connections import Work
from dialer.storage.journal.codecs import encode_command, encode_event
from dialer.storage.journal.file import JournalHeader, JournalWriter, Surroundings
from dialer.storage.journal.rows import beginning_of, encoded_since

AT_ONCE = 2_000


def as_text(entries: Iterable[JournalEntry]) -> Iterator[str]:
    """Lines that say of each step when it was, what happened, and what followed; ids as they are."""
    for entry in entries:
        at = datetime.fromtimestamp(entry.now, UTC).isoformat(timespec="milliseconds")
        yield f"{entry.sequence}  {at}  {_said(encode_event(entry.event))}{_fate(entry)}"
        for command in entry.commands:
            yield f"    -> {_said(encode_command(command))}"


def _said(tagged: bytes) -> str:
    name, fields = msgspec.json.decode(tagged, type=tuple[str, dict[str, msgspec.Raw]])
    return " ".join((name, *(f"{field}={bytes(value).decode()}" for field, value in fields.items())))


def _fate(entry: JournalEntry) -> str:
    match entry.fate:
        case Fate.TAKEN:
            return ""
        case Fate.IGNORED:
            return "  [ignored]"
        case Fate.REFUSED:
            return f"  [refused: {entry.error}: {entry.message}]"


def export(work: Work, path: Path, *, rulebook: str, surroundings: Surroundings) -> int:
    """Write the journal of a store into a file, whole or not at all; returns the number of steps. The file
    has the same chain.

    Args:
        rulebook: the law in force now; which one decided an attempt is in its record.
        surroundings: of the program that stepped.
    """
    begins_with = work.read(beginning_of)
    header = JournalHeader(rulebook=rulebook, surroundings=surroundings, begins_with=begins_with.hex())
    with made_apart(path) as part, JournalWriter(part, header) as writer:
        last = 0
        while rows := work.read(lambda connection, after=last: encoded_since(connection, after, AT_ONCE)):
            for last, data in rows:
                writer.append_encoded(last, data)
        return writer.entries
