"""A store made again from a rehearsal's journal alone, for whoever got the folder and nothing else.

The journal says everything that an auditor asks: who was fetched with which zones, places, kinds, roles and
ties, every fact, attempt, denial and setting, and the text of the law. Names and telephone numbers are in no
journal. The chain is checked on the way: what was changed, left out or moved is not audited but refused.
"""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from dialer.domain.errors import MendableError
from dialer.storage.journal.file import JournalReader
from dialer.storage.rehearsal import RehearsalWriter
from dialer.storage.store import Store, forget_keys_of


@contextmanager
def store_of_journal(journal: Path) -> Generator[Store]:
    """A store that says what the journal says, until the block ends.

    Raises:
        MendableError: the journal's end is missing.
        JournalAlteredError: its steps are not those that were written.
    """
    with TemporaryDirectory(prefix="fairdial-") as folder:
        path = Path(folder) / "store.db"
        try:
            with Store.open(str(path), durable=False) as store:
                _fill(store, JournalReader(journal))
                yield store
        finally:
            forget_keys_of(path)


def _fill(store: Store, reader: JournalReader) -> None:
    began: float | None = None
    with RehearsalWriter(store) as writer:
        for entry in reader:
            began = entry.now if began is None else began
            writer.append(entry)
    if reader.is_partial:
        store.begin_shift()
    elif reader.truncated is not None:
        raise MendableError(reader.truncated, where=str(reader.path), mend="ask for the whole file.")
    kept = {kind: text for (kind, _), text in reader.kept.items()}
    store.enter_rulebook(
        reader.header.rulebook,
        text=kept.get("rulebook"),
        sources=kept.get("rulebook-sources"),
        now=0.0 if began is None else began,
    )
