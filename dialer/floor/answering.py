"""What is asked of a store, waited for a while: whoever asks is told so rather than kept waiting."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from dialer.domain.errors import StoreUnavailableError

T = TypeVar("T")


class Answering:
    """Waits `within_s` seconds for each answer; what is under way then goes on, not cut in the middle."""

    def __init__(self, within_s: float) -> None:
        self._within_s = within_s
        self._under_way: set[asyncio.Future[Any]] = set()

    async def __call__(self, work: Coroutine[Any, Any, T]) -> T:
        """What comes of it. Raises StoreUnavailableError: nothing came in time; it may still be done."""
        under_way = asyncio.ensure_future(work)
        self._under_way.add(under_way)
        under_way.add_done_callback(self._done)
        try:
            async with asyncio.timeout(self._within_s):
                return await asyncio.shield(under_way)
        except TimeoutError as error:
            raise StoreUnavailableError(
                f"the store did not answer within {self._within_s:g} s; it may still be done: look again"
            ) from error

    def _done(self, under_way: asyncio.Future[Any]) -> None:
        self._under_way.discard(under_way)
        if not under_way.cancelled():
            under_way.exception()  # whoever asked was told, or had gone
