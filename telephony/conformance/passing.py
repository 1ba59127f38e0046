"""How time passes under the conformance suite: by itself, or as far as a test asks."""

import asyncio
from collections.abc import Callable
from typing import Protocol

_TURNS = 30
"""Turns of the loop in which whoever listens has surely heard what was told."""


class Passing(Protocol):
    """Time, as a test needs it."""

    async def wait(self, is_so: Callable[[], bool]) -> None:
        """Let time pass until something is so. Raises TimeoutError: it never was."""
        ...

    async def quiet(self, seconds: float) -> None:
        """Let seconds of the floor's clock pass."""
        ...


class RealTime:
    """Time that passes by itself.

    Args:
        factor: seconds of the floor's clock in a real one.
        patience_s: most real seconds to wait for anything.
    """

    def __init__(self, *, factor: float, patience_s: float) -> None:
        self._factor = factor
        self._patience_s = patience_s

    async def wait(self, is_so: Callable[[], bool]) -> None:
        """See `Passing`."""
        async with asyncio.timeout(self._patience_s):
            while not is_so():
                await asyncio.sleep(0.005)

    async def quiet(self, seconds: float) -> None:
        """See `Passing`."""
        await asyncio.sleep(seconds / self._factor)


class VirtualAlarm:
    """An alarm on a virtual clock; see `telephony.in_memory.network.Alarm`."""

    def __init__(self) -> None:
        self.at: float | None = None
        self._ring: Callable[[], None] | None = None

    def set(self, at: float | None, ring: Callable[[], None]) -> None:
        """Ring at `at` (POSIX seconds) and at no other time; None = never."""
        self.at, self._ring = at, ring

    def ring(self) -> None:
        """It is time."""
        self.at = None
        assert self._ring is not None, "an alarm that is due was set"
        self._ring()


class VirtualTime:
    """A clock that moves from one alarm to the next, when a test waits; nothing takes real time.

    Args:
        starts_at: POSIX seconds.
        patience_s: most seconds of this clock to wait for anything.
    """

    def __init__(self, *, starts_at: float = 1_780_000_000.0, patience_s: float = 300.0) -> None:
        self.time = starts_at
        self._patience_s = patience_s
        self._alarms: list[VirtualAlarm] = []

    def now(self) -> float:
        """POSIX seconds."""
        return self.time

    def alarm(self) -> VirtualAlarm:
        """Another alarm on this clock."""
        made = VirtualAlarm()
        self._alarms.append(made)
        return made

    async def wait(self, is_so: Callable[[], bool]) -> None:
        """See `Passing`."""
        until = self.time + self._patience_s
        while not await self._is_so(is_so):
            if not self._ring_next(until):
                raise TimeoutError(f"not so within {self._patience_s} s")

    async def quiet(self, seconds: float) -> None:
        """See `Passing`."""
        until = self.time + seconds
        while self._ring_next(until):
            await _settle()
        self.time = until

    async def _is_so(self, is_so: Callable[[], bool]) -> bool:
        for _ in range(_TURNS):
            if is_so():
                return True
            await asyncio.sleep(0)
        return is_so()

    def _ring_next(self, until: float) -> bool:
        """Go on to the next alarm, unless it is later than `until`."""
        due = [alarm for alarm in self._alarms if alarm.at is not None]
        first = min(due, key=lambda alarm: alarm.at or 0.0, default=None)
        if first is None or first.at is None or first.at > until:
            return False
        self.time = max(self.time, first.at)
        first.ring()
        return True


async def _settle() -> None:
    for _ in range(_TURNS):
        await asyncio.sleep(0)
