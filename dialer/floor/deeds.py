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
        self._written = 0
        self._round: asyncio.Future[None] | None = None
        self._covered = 0

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

        Several at once share a round: one that was under way when they came is waited for, and the next takes
        all of them along, so that a store that does not answer has one write under way, however many ask.

        Raises:
            StoreUnavailableError: it is not written down yet; what is under way goes on.
        """
        upto = self._written + len(self._waiting)
        try:
            async with asyncio.timeout(self._written_s):
                while self._written < upto:
                    await self._one_round(upto)
        except TimeoutError as error:
            raise StoreUnavailableError(
                f"the record of deeds was not written within {self._written_s:g} s"
            ) from error

    async def _one_round(self, upto: int) -> None:
        """The one under way, or a new one. Raises StoreUnavailableError: it took what was told up to there
        along, and could not be written."""
        under_way = self._round
        if under_way is None or under_way.done():
            under_way = self._begin_round()
        covered = self._covered
        try:
            await asyncio.shield(under_way)
        except StoreUnavailableError:
            if covered >= upto:
                raise

    def _begin_round(self) -> "asyncio.Future[None]":
        batch = tuple(self._waiting)
        self._covered = self._written + len(batch)
        self._round = asyncio.ensure_future(self._write_down(batch))
        self._round.add_done_callback(self._over)
        return self._round

    def _over(self, finished: "asyncio.Future[None]") -> None:
        """What became of it is heard also where nobody waits any more: what came meanwhile is written then;
        what could not be is kept, and written with the next."""
        is_well = not finished.cancelled() and finished.exception() is None
        if is_well and self._waiting and self._round is finished:
            self._begin_round()

    async def _write_down(self, batch: tuple[Deed, ...]) -> None:
        await self._store.write(lambda connection: deeds.append(connection, batch))
        del self._waiting[: len(batch)]
        self._written += len(batch)


def _tell_lost(lost: Iterable[Deed]) -> None:
    """Ids alone, as in the record."""
    for deed in lost:
        _log.error("deed.not_in_the_record", **asdict(deed))


def verify_deeds(store: Store, known: RecordHead | None) -> Verified:
    """Walk the record of a store from its beginning. `known`: a head that was kept elsewhere."""
    return store.read(lambda connection: verified(deeds.entries(connection), known))
