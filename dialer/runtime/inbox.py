"""What the engine has still to learn, in order, bounded.

When it is full, the three kinds of sender are treated differently: a request from outside is refused at once
(the caller hears 503 and nothing was taken), the telephone system waits (its socket fills up and holds it),
and the runtime's own news always fits, since there is at most one of it for each command under way.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from dialer.domain.errors import NotTakenError
from dialer.domain.events import Event


class InboxFullError(NotTakenError):
    """More is asked of the floor than it can take. Nothing was taken: ask again in a second."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The engine took an event and it is committed.

    Args:
        sequence: its place in the journal.
        was_ignored: it came late, twice or about something unknown, and changed nothing.
        why: what hindered it, for whoever asked, or how it was taken where not as it was sent; '' where
            nothing is to be said.
    """

    sequence: int
    was_ignored: bool
    why: str = ""


@dataclass(slots=True, eq=False)
class Item:
    """An event on its way, who waits for its commit, and when it came (loop seconds)."""

    event: Event
    arrived: float
    receipt: asyncio.Future[Taken] | None = None
    link: int = 0
    """For what the telephone system says: which connection said it."""


@dataclass(slots=True)
class Inbox:
    """One reader, many senders, one loop.

    Args:
        capacity: items beyond which requests are refused and the telephone system waits.
    """

    capacity: int
    _items: deque[Item] = field(default_factory=deque[Item])
    _room: deque[asyncio.Future[None]] = field(default_factory=deque[asyncio.Future[None]])
    _reader: asyncio.Future[None] | None = None

    def __len__(self) -> int:
        return len(self._items)

    def offer(self, item: Item) -> None:
        """From outside. Raises InboxFullError."""
        if len(self._items) >= self.capacity:
            raise InboxFullError(f"{self.capacity} events are waiting")
        self.insist(item)

    async def put(self, item: Item) -> None:
        """From the telephone system: waits for room."""
        while len(self._items) >= self.capacity:
            waiter = asyncio.get_running_loop().create_future()
            self._room.append(waiter)
            await waiter
        self.insist(item)

    def insist(self, item: Item) -> None:
        """From the runtime itself: always fits."""
        self._items.append(item)
        self._wake_reader()

    async def take(self, *, most: int, within: float | None) -> list[Item]:
        """The next items, at least one unless `within` real seconds pass (None = however long)."""
        if not self._items:
            loop = asyncio.get_running_loop()
            self._reader = loop.create_future()
            alarm = None if within is None else loop.call_later(max(within, 0.0), self._wake_reader)
            try:
                await self._reader
            finally:
                self._reader = None
                if alarm is not None:
                    alarm.cancel()
        taken = [self._items.popleft() for _ in range(min(most, len(self._items)))]
        self._wake_senders()
        return taken

    def give_back(self, items: Sequence[Item]) -> None:
        """Items that were taken and not looked at: they are the next again."""
        self._items.extendleft(reversed(items))

    def refuse_all(self, error: NotTakenError) -> None:
        """The end: nothing is taken any more, and whoever waits hears so."""
        for item in self._items:
            if item.receipt is not None and not item.receipt.done():
                item.receipt.set_exception(error)
        self._items.clear()

    def _wake_reader(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    def _wake_senders(self) -> None:
        room = self.capacity - len(self._items)
        while room > 0 and self._room:
            waiter = self._room.popleft()
            if not waiter.done():
                waiter.set_result(None)
                room -= 1
