"""A store for a command that reads it, and a word where it does not hold a whole shift."""

from collections.abc import Generator
from contextlib import contextmanager

from dialer.cli import console
from dialer.floor import stores

PARTIAL = (
    "PARTIAL: the shift of this store was interrupted, or still goes on; "
    "what follows is of its first steps alone"
)


@contextmanager
def store_to_change(named: str | None) -> Generator[stores.Store]:
    """The same for a command that changes something, or must know everything: a store that is made of a
    rehearsal's journal is gone when the command ends, with all that it was told.

    Raises:
        MendableError: there is no other.
    """
    journal = stores.journal_alone(named)
    if journal is not None:
        raise console.UserError(
            "there is a journal here and no store: what is changed would be gone with the command",
            where=str(journal),
            mend="name a store with --store.",
        )
    with opened_store(named) as store:
        yield store


@contextmanager
def opened_store(named: str | None) -> Generator[stores.Store]:
    """See `stores.opened_store`; a partial shift is told on stderr, whatever is made of it."""
    with stores.opened_store(named) as store:
        if store.is_partial:
            console.say(PARTIAL)
        yield store
