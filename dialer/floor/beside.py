"""A store asked from an event loop that must not be blocked, beside the engine: one thing at a time."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypeVar

from sqlalchemy import Connection

from dialer.storage.keys.keyring import Keyring
from dialer.storage.placements.identifiers import Identifiers
from dialer.storage.spoken_words import Words
from dialer.storage.store import Store

T = TypeVar("T")


class StoreBeside:
    """One opened store, and the thread that it is asked in."""

    def __init__(self, store: Store, thread: ThreadPoolExecutor) -> None:
        self._store = store
        self._thread = thread

    @property
    def identifiers(self) -> Identifiers:
        """Which make the store's ids."""
        return self._store.identifiers

    @property
    def keyring(self) -> Keyring:
        """Opens what tells who people are; from within `read` alone."""
        return self._store.keyring

    async def read(self, work: Callable[[Connection], T]) -> T:
        """One consistent state. Raises StoreUnavailableError."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._store.read, work)

    async def sealed(self, subject: str, text: str) -> str:
        """A secret as it is kept. Raises StoreUnavailableError, KeysMissingError."""

        def seal() -> str:
            return Words(self._store.keyring, [subject]).seal(subject, text)

        return await asyncio.get_running_loop().run_in_executor(self._thread, seal)

    async def opened(self, text: str) -> str:
        """What `sealed` kept; something that opens nothing where its key is gone. Raises
        StoreUnavailableError."""
        words = Words(self._store.keyring)
        return await asyncio.get_running_loop().run_in_executor(self._thread, words.opened, text)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run and commit. Raises StoreUnavailableError: nothing was written."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._store.write, work)


@asynccontextmanager
async def store_beside(database: str) -> AsyncGenerator[StoreBeside]:
    """The store of this address, while the block runs; its tables are made when it has none.

    Raises:
        StoreUnavailableError: it cannot be opened.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="store-beside") as thread:
        loop = asyncio.get_running_loop()
        store = await loop.run_in_executor(thread, Store.open, database)
        try:
            yield StoreBeside(store, thread)
        finally:
            await loop.run_in_executor(thread, store.close)
