"""The bounded stream of what Asterisk says: a slow reader slows the connection down instead of losing events.

Above the high mark the connection stops reading; Asterisk keeps what it has to say in its own memory
(measured: a client that read nothing for 40 s was not cut off and hurt nobody else). Below the low mark
reading goes on.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable

from telephony.asterisk.wire import StreamItem

# Items given before others may run: at most about 5 ms of work for a reader who never waits.
_TURN = 64


class EventStream:
    """Items in the order in which they happened; one reader.

    Args:
        high: items at which reading stops. One read may add a few hundred more, never without bound.
        pause: stops reading from the connection.
        resume: goes on reading.
    """

    def __init__(self, *, high: int, pause: Callable[[], None], resume: Callable[[], None]) -> None:
        self._items: deque[StreamItem] = deque()
        self._arrived = asyncio.Event()
        self._high = high
        self._low = high // 2
        self._pause = pause
        self._resume = resume
        self._ended = False
        self.paused = False

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: StreamItem) -> None:
        """Add one; never blocks, never drops."""
        self._items.append(item)
        self._arrived.set()
        if not self.paused and len(self._items) >= self._high:
            self.paused = True
            self._pause()

    def end(self) -> None:
        """No more will come: the reader's iteration ends after what is there."""
        self._ended = True
        self._arrived.set()

    async def __aiter__(self) -> AsyncIterator[StreamItem]:
        given = 0
        while True:
            while self._items:
                given += 1
                if given % _TURN == 0:
                    await asyncio.sleep(0)  # a backlog must not keep the loop from answering a person
                item = self._items.popleft()
                if self.paused and len(self._items) <= self._low:
                    self.paused = False
                    self._resume()
                yield item
            if self._ended:
                return
            self._arrived.clear()
            await self._arrived.wait()
