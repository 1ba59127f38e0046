"""A rehearsal's steps into a store: plain calls, thousands of steps a transaction."""

from dialer.domain.ports import JournalEntry
from dialer.storage.journal.codecs import encode_entry
from dialer.storage.journal.file import JournalWriter
from dialer.storage.journal.rows import begin_again
from dialer.storage.projecting.fold import Fold
from dialer.storage.projecting.projections import project
from dialer.storage.store import Store

STEPS_PER_COMMIT = 20_000


class RehearsalWriter:
    """Takes a rehearsal's steps; close it, or use it as a context manager.

    Args:
        store: where the tables are; None keeps no tables.
        file: also writes the steps to a journal file, encoding each once; the store's journal, which must be
            empty, becomes the same chain.
    """

    def __init__(
        self,
        store: Store | None,
        file: JournalWriter | None = None,
        *,
        steps_per_commit: int = STEPS_PER_COMMIT,
    ) -> None:
        self._store = store
        self._file = file
        self._steps_per_commit = steps_per_commit
        self._fold = Fold()
        if store is not None and file is not None:
            begins_with = file.head.link
            store.write(lambda connection: begin_again(connection, begins_with))

    def append(self, entry: JournalEntry) -> None:
        """Take one step. It is durable only after `flush`."""
        encoded = encode_entry(entry)
        link = self._file.append_encoded(entry.sequence, encoded) if self._file is not None else None
        if self._store is not None:
            project(self._fold, entry, encoded, link=link)
            if self._fold.entries >= self._steps_per_commit:
                self.flush()

    def flush(self) -> None:
        """Commit what was taken so far."""
        if self._store is None or not self._fold.entries:
            return
        fold, self._fold = self._fold, Fold()
        self._store.write_steps(fold)

    def close(self) -> None:
        """Commit the rest."""
        self.flush()

    def __enter__(self) -> "RehearsalWriter":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
