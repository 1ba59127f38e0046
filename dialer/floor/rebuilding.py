"""The engine of a store, rebuilt at a start: the newest checkpoint, and the journal since."""

from collections.abc import Iterator

from dialer.domain.ports import JournalEntry
from dialer.engine.context import Gate
from dialer.runtime.recovery import Checkpoint, Recovered, recover
from dialer.storage.journal.comparison import compare
from dialer.storage.journal.rows import journal_since
from dialer.storage.store import Store

READ_AT_ONCE = 2000
"""Journal entries read together at a start."""


def rebuild(store: Store, gate: Gate) -> Recovered:
    """Count this start, then the engine as of the last committed step.

    Raises:
        RecoveryRefusedError: journal and program disagree.
    """
    generation = store.start_generation()
    found = store.checkpoint()
    checkpoint = None if found is None else Checkpoint(sequence=found.sequence, data=found.body)
    first = 0 if found is None else found.sequence
    return recover(
        gate,
        generation=generation,
        checkpoint=checkpoint,
        entries=_entries_after(store, first),
        difference=_difference,
    )


def _entries_after(store: Store, sequence: int) -> Iterator[JournalEntry]:
    while entries := _some_entries(store, sequence):
        yield from entries
        sequence = entries[-1].sequence


def _some_entries(store: Store, sequence: int) -> tuple[JournalEntry, ...]:
    return store.read(lambda connection: journal_since(connection, sequence, limit=READ_AT_ONCE))


def _difference(recorded: JournalEntry, again: JournalEntry) -> str | None:
    if recorded == again:
        return None
    found = compare(recorded, again)
    return None if found is None else str(found)
