"""The engine of a store, rebuilt at a start: the newest checkpoint, and the journal since."""

from collections.abc import Iterator
from dataclasses import dataclass

from dialer.domain.ports import JournalEntry
from dialer.engine.context import Gate
from dialer.runtime.recovery import Checkpoint, Recovered, recover
from dialer.storage.journal.comparison import compare
from dialer.storage.journal.rows import journal_since, skipped_since
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
        entries=_Suffix(store, first),
        difference=_difference,
        skipped=store.read(lambda connection: skipped_since(connection, first)),
    )


@dataclass(frozen=True, slots=True)
class _Suffix:
    """The entries after a step, read some at a time, as often as they are gone through."""

    store: Store
    after: int

    def __iter__(self) -> Iterator[JournalEntry]:
        sequence = self.after
        while entries := self._some(sequence):
            yield from entries
            sequence = entries[-1].sequence

    def _some(self, sequence: int) -> tuple[JournalEntry, ...]:
        return self.store.read(lambda c: journal_since(c, sequence, limit=READ_AT_ONCE))


def _difference(recorded: JournalEntry, again: JournalEntry) -> str | None:
    if recorded == again:
        return None
    found = compare(recorded, again)
    return None if found is None else str(found)
