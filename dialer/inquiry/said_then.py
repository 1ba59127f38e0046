"""What agents had said of talks by an instant that is past: the row of an attempt has their last word alone.

An agent may say another outcome for some time after a talk (`dialer.engine.calling.afterthoughts`). What was
decided in between went by the word before, which the journal has.
"""

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


def with_words_of_then(store: Store, file: PersonFile, at: float) -> PersonFile:
    """The file with what agents had said by `at` (POSIX seconds) of each talk."""
    names = {each.entry for each in (*file.history, *file.line_history)}
    talks = store.read(lambda connection: _talks_before(connection, names, at))
    own, on_lines = ({each.entry for each in some} for some in (file.history, file.line_history))
    for name, talk in talks.items():
        if name in own:
            file = with_entry(file, talk.entry)
        told = on_line(talk.entry)
        if name in on_lines and told is not None:
            file = with_on_line(file, told)
    return file


def _talks_before(connection: Connection, names: set[str], at: float) -> dict[AttemptId, PastTalk]:
    """Talks of which something was said after `at`, as they stood before the first such word.

    Where an agent was not through with a talk at `at`, the row itself tells what was known.
    """
    found: dict[AttemptId, PastTalk] = {}
    journal = t.journal.c
    query = (
        select(*ENTRY)
        .where(journal.event == DispositionAdded.__name__, journal.now > at, journal.fate.is_(None))
        .order_by(journal.sequence)
    )
    unpacked = unpacker(connection)
    for row in connection.execute(query):
        event = decode_entry(unpacked(row.entry, row.dictionary)).event
        if isinstance(event, DispositionAdded) and event.talk.attempt in names:
            found.setdefault(event.talk.attempt, event.talk)
    return {name: talk for name, talk in found.items() if _is_over(connection, name, at)}


def _is_over(connection: Connection, name: AttemptId, at: float) -> bool:
    row = connection.execute(select(t.attempts).where(t.attempts.c.attempt == name)).one_or_none()
    if row is None:
        return False
    record = record_of(row)
    through = record.wrapped_at if record.wrapped_at is not None else record.ended_at
    return through is not None and through <= at
