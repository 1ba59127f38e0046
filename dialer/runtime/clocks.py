"""The runtime's time: a wall clock that is watched, and one that runs faster or on another day.

One that is paced (`PacedClock`) is for a demonstration in one process.

The law goes by the wall clock; spans go by the steady one. `WatchedClock` reads both at every step, so that a
jump of the wall clock is known before any event is stepped with the new time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from dialer import clock

STEP_S = 0.5
"""A wall clock that moved this much against the steady one has stepped; less is a slow correction."""


class Clock(Protocol):
    """Two clocks and how fast they run."""

    @property
    def factor(self) -> float:
        """Seconds of this clock in one real second."""
        ...

    def posix(self) -> float:
        """POSIX seconds UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that only grow."""
        ...


class RealClock:
    """The machine's own."""

    factor = 1.0

    def posix(self) -> float:
        """See `Clock.posix`."""
        return clock.posix_now()

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return clock.monotonic_now()


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalClock:
    """A clock of another day or another pace, the same in every process that is given the same numbers.

    Args:
        began: POSIX seconds of the machine at which this clock showed `shows`.
        shows: POSIX seconds that it showed then.
        factor: its seconds in one real second.
    """

    began: float
    shows: float
    factor: float = 1.0

    def posix(self) -> float:
        """See `Clock.posix`."""
        return self.shows + (clock.posix_now() - self.began) * self.factor

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return clock.monotonic_now() * self.factor


class PacedClock:
    """A clock of another day that may be made slower or faster while it runs; nobody else can have the same.

    Args:
        shows: POSIX seconds that it shows now.
        factor: its seconds in one real second.
    """

    def __init__(self, *, shows: float, factor: float = 1.0) -> None:
        self._began = self._shows = shows
        self._since = clock.monotonic_now()
        self._factor = factor
        self._heard: list[Callable[[], None]] = []

    @property
    def factor(self) -> float:
        """See `Clock.factor`."""
        return self._factor

    def posix(self) -> float:
        """See `Clock.posix`."""
        return self._shows + (clock.monotonic_now() - self._since) * self._factor

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return self.posix() - self._began

    def run_at(self, factor: float) -> None:
        """Go on from what it shows, at another pace; then whoever waits by it hears of that."""
        assert factor > 0.0, "a clock that stands wakes nobody"
        now = clock.monotonic_now()
        self._shows, self._since = self._shows + (now - self._since) * self._factor, now
        self._factor = factor
        for heard in self._heard:
            heard()

    def on_change(self, heard: Callable[[], None]) -> None:
        """Have somebody hear of each other pace, once it holds."""
        self._heard.append(heard)


class WatchedClock:
    """Tells the time, and by how much the wall clock stepped since it was last asked."""

    def __init__(self, source: Clock) -> None:
        self._source = source
        self._offset = source.posix() - source.monotonic()
        self._threshold = STEP_S * max(source.factor, 1.0)

    @property
    def factor(self) -> float:
        """Seconds of this clock in one real second."""
        return self._source.factor

    def read(self) -> tuple[float, float]:
        """(POSIX seconds now, seconds by which the wall clock stepped; 0.0 = it did not)."""
        now = self._source.posix()
        offset = now - self._source.monotonic()
        jumped = offset - self._offset
        self._offset = offset
        return now, jumped if abs(jumped) >= self._threshold else 0.0

    def posix(self) -> float:
        """POSIX seconds now, without looking for steps."""
        return self._source.posix()
