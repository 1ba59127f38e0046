"""What agents had said of talks by an instant that is past: the row of an attempt has their last word alone.

An agent may say another outcome for some time after a talk (`dialer.engine.calling.afterthoughts`). What was
decided in between went by the word before, which the journal has.
"""

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import Connection, select

from compliance_gate.request import PersonFile, on_line
from dialer.domain.events import DispositionAdded
from dialer.domain.facts import with_entry, with_on_line
from dialer.domain.ids import AttemptId
from dialer.domain.past_talk import PastTalk
from dialer.storage.database import tables as t
from dialer.storage.journal.codecs import decode_entry
from dialer.storage.journal.rows import ENTRY, unpacker
from dialer.storage.projecting.attempt_rows import record_of
from dialer.storage.store import Store


class WordsThen:
    """What was said of talks of one store, read once for many instants."""

    def __init__(self, store: Store, *, after: float = float("-inf")) -> None:
        self._store = store
        self._said = store.read(lambda connection: _said(connection, after))

    def told(self, file: PersonFile, at: float) -> PersonFile:
        """The file with what agents had said by `at` (POSIX seconds) of each talk."""
        own, on_lines = ({each.entry for each in some} for some in (file.history, file.line_history))
        for name, talk in self._before(own | on_lines, at):
            if name in own:
                file = with_entry(file, talk.entry)
            told = on_line(talk.entry)
            if name in on_lines and told is not None:
                file = with_on_line(file, told)
        return file

    def _before(self, names: set[str], at: float) -> Iterator[tuple[AttemptId, PastTalk]]:
        """Talks of which something was said after `at`, as they stood before the first such word.

        Where an agent was not through with a talk at `at`, the row itself tells what was known.
        """
        for name in sorted(names & self._said.keys()):
            later = next((talk for now, talk in self._said[name] if now > at), None)
            if later is not None and self._is_over(name, at):
                yield later.attempt, later

    def _is_over(self, name: str, at: float) -> bool:
        query = select(t.attempts).where(t.attempts.c.attempt == name)
        row = self._store.read(lambda connection: connection.execute(query).one_or_none())
        if row is None:
            return False
        record = record_of(row)
        through = record.wrapped_at if record.wrapped_at is not None else record.ended_at
        return through is not None and through <= at


def _said(connection: Connection, after: float) -> dict[str, list[tuple[float, PastTalk]]]:
    """By attempt, in order of time: when something more was said, and the talk as it stood before."""
    found: defaultdict[str, list[tuple[float, PastTalk]]] = defaultdict(list)
    journal = t.journal.c
    query = (
        select(*ENTRY)
        .where(journal.event == DispositionAdded.__name__, journal.now > after, journal.fate.is_(None))
        .order_by(journal.sequence)
    )
    unpacked = unpacker(connection)
    for row in connection.execute(query):
        entry = decode_entry(unpacked(row.entry, row.dictionary))
        if isinstance(entry.event, DispositionAdded):
            found[entry.event.talk.attempt].append((entry.now, entry.event.talk))
    return dict(found)
