"""The turnstile: strangers are heard one after the other, so that the floor's own work comes in between.

Every request is a task, and all tasks that are ready run before the loop looks at its sockets again: two
hundred strangers who ask at the same instant would make an answered call wait for all of them. Here each is
let in by a timer of its own; a timer that fires late says that the loop has other work, and the next waits
that much longer. Nobody is refused, and no more wait than there may be
strangers: who is gone is let go first.
"""

import asyncio
from collections import deque
from collections.abc import Callable

GAP_S = 0.002
"""Between two strangers: a request of theirs takes about a millisecond, so half of the loop stays free."""


class Turnstile:
    """Lets in one at a time. Of one loop."""

    def __init__(self, gap_s: float = GAP_S) -> None:
        self._gap_s = gap_s
        self._waiting: deque[tuple[asyncio.Future[bool], Callable[[], bool]]] = deque()
        self._free_at = 0.0
        self._is_turning = False

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    async def turn(self, is_gone: Callable[[], bool]) -> bool:
        """Returns when it is one's turn: whether one is still there."""
        loop = asyncio.get_running_loop()
        if not self._is_turning and loop.time() >= self._free_at:
            self._free_at = loop.time() + self._gap_s
            return True
        mine: asyncio.Future[bool] = loop.create_future()
        self._waiting.append((mine, is_gone))
        if not self._is_turning:
            self._is_turning = True
            loop.call_at(self._free_at, self._turn, loop, self._free_at)
        return await mine

    def _turn(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        late = max(0.0, loop.time() - due)
        self._free_at = loop.time() + self._gap_s + late
        while self._waiting:
            mine, is_gone = self._waiting.popleft()
            if mine.done():
                continue
            is_there = not is_gone()
            mine.set_result(is_there)
            if is_there:
                loop.call_at(self._free_at, self._turn, loop, self._free_at)
                return
        self._is_turning = False
