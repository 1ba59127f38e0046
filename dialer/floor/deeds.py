"""The record of deeds, written down for whoever asks at the HTTP side: several at once share a commit."""

import asyncio
from collections.abc import Iterable
from dataclasses import asdict

import structlog

from dialer.access.record import Deed, RecordHead, Verified, verified
from dialer.domain.errors import StoreUnavailableError
from dialer.floor.beside import StoreBeside
from dialer.storage.access import deeds
from dialer.storage.store import Store

MOST_WAITING = 10_000
"""Deeds kept in memory while the store cannot be written; after that nothing more is shown, and what is done
all the same (a floor must be stopped) is told to the log."""

WRITTEN_S = 5.0
"""Far more than a commit takes beside an import."""

_log = structlog.get_logger(__name__)


class Recorder:
    """Writes deeds down in the order in which they were told.

    Args:
        written_s: most time that whoever asks waits for it.
    """

    def __init__(self, store: StoreBeside, *, written_s: float = WRITTEN_S) -> None:
        self._store = store
        self._written_s = written_s
        self._waiting: list[Deed] = []
        self._writing = asyncio.Lock()

    @property
    def waiting(self) -> int:
        """Deeds that are not written down yet."""
        return len(self._waiting)

    async def record(self, deed: Deed) -> None:
        """Returns once it is written down. One that could not be is kept, and written with the next.

        Raises:
            StoreUnavailableError: it is not written down yet.
        """
        if len(self._waiting) >= MOST_WAITING:
            await self._make_room(deed)
        self._waiting.append(deed)
        await self._write()

    async def _make_room(self, deed: Deed) -> None:
        try:
            await self._write()  # the store may be back
        except StoreUnavailableError as error:
            _tell_lost([deed])
            raise StoreUnavailableError(
                "the record of deeds cannot be written, nor more of it kept"
            ) from error

    async def finish(self) -> None:
        """At the end of a floor: write down what waits still; what cannot be goes to the log."""
        try:
            await self._write()
        except StoreUnavailableError:
            _tell_lost(self._waiting)

    async def _write(self) -> None:
        """Write down what waits, within a while: whoever asks is told so rather than kept waiting.

        Raises:
            StoreUnavailableError: it is not written down yet; what is under way goes on.
        """
        task = asyncio.ensure_future(self._write_all())
        task.add_done_callback(_heard)
        try:
            async with asyncio.timeout(self._written_s):
                await asyncio.shield(task)
        except TimeoutError as error:
            raise StoreUnavailableError(
                f"the record of deeds was not written within {self._written_s:g} s"
            ) from error

    async def _write_all(self) -> None:
        async with self._writing:
            if not self._waiting:
                return  # whoever wrote before has taken it along
            batch = tuple(self._waiting)
            await self._store.write(lambda connection: deeds.append(connection, batch))
            del self._waiting[: len(batch)]


def _heard(task: asyncio.Future[None]) -> None:
    """What became of it is heard also where nobody waits any more: it is kept, and written with the next."""
    if not task.cancelled():
        task.exception()


def _tell_lost(lost: Iterable[Deed]) -> None:
    """Ids alone, as in the record."""
    for deed in lost:
        _log.error("deed.not_in_the_record", **asdict(deed))


def verify_deeds(store: Store, known: RecordHead | None) -> Verified:
    """Walk the record of a store from its beginning. `known`: a head that was kept elsewhere."""
    return store.read(lambda connection: verified(deeds.entries(connection), known))
