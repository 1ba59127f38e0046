"""A loop whose time is no real time: where nothing is to be done before the next timer, it is that late."""

import asyncio
import selectors
from typing import Any


class _NeverWaiting(selectors.SelectSelector):
    """Tells what is ready now; a wait that would follow passes at once, on a clock of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:  # no timer at all: somebody outside must wake the loop
            return super().select(None)
        ready = super().select(0)
        if not ready:
            self.now += max(0.0, timeout)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """For tests without threads and servers: however busy the machine, each timer rings in its turn."""

    def __init__(self) -> None:
        self._clock = _NeverWaiting()
        super().__init__(self._clock)

    def time(self) -> float:
        """Seconds of its own clock."""
        return self._clock.now
