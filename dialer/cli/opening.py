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
def opened_store(named: str | None) -> Generator[stores.Store]:
    """See `stores.opened_store`; a partial shift is told on stderr, whatever is made of it."""
    with stores.opened_store(named) as store:
        if store.is_partial:
            console.say(PARTIAL)
        yield store
