"""Python's search for garbage, held back while many lasting things are made."""

import gc
from collections.abc import Generator
from contextlib import contextmanager

SELDOM = 100_000
"""Things made between two looks, where Python's own number is 700 (2,000 in later versions)."""


@contextmanager
def seldom_looked_for() -> Generator[None]:
    """Look for cycles seldom while the block runs: of what a large file makes nearly nothing is in one, and
    looking costs a seventh of its time. For a process that serves no floor; where the search is off, as a
    floor's is, it stays off."""
    before = gc.get_threshold()
    gc.set_threshold(max(SELDOM, before[0]), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
