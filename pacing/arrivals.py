"""How often people call us and ask for an agent, and how long a verdict of detection takes: two things that
are learned of a campaign and that nobody launches."""

import math
from collections.abc import Mapping

from pacing.policy import Json
from pacing.stored import float_of

INBOUND_MEMORY_S = 1800.0
"""Seconds after which an arrival counts a third: the rate follows the hours of a day."""
INBOUND_DOUBT_S = 600.0
"""Seconds without an arrival that are believed before the first one."""

DETECTION_PRIOR_S = 1.3
"""Seconds a verdict takes before any was seen: the quickest that was measured of Asterisk's own detection."""
DETECTION_WEIGHT = 5.0
"""Verdicts that this is worth."""
DETECTION_MEMORY = 200.0
"""Verdicts that are remembered; older ones fade."""


class ArrivalRate:
    """Arrivals per second, a count that fades over the time that was watched. Zero until the first."""

    def __init__(self) -> None:
        self._count = 0.0
        self._since = 0.0
        self._last = 0.0

    def observe(self, at: float, share: float) -> None:
        """Somebody arrived at POSIX seconds `at`; `share`: how much of them falls to us, 0-1."""
        if self._count <= 0.0:
            self._since = self._last = at
        self._count = self._count * self._faded(at) + share
        self._last = max(self._last, at)

    def rate(self, now: float) -> float:
        """Arrivals per second, as of POSIX seconds `now`."""
        if self._count <= 0.0:
            return 0.0
        watched = INBOUND_MEMORY_S * (1.0 - math.exp(-max(now - self._since, 0.0) / INBOUND_MEMORY_S))
        return self._count * self._faded(now) / (INBOUND_DOUBT_S + watched)

    def _faded(self, at: float) -> float:
        return math.exp(-max(at - self._last, 0.0) / INBOUND_MEMORY_S)

    def state(self) -> dict[str, Json]:
        """All that was learned, JSON-able."""
        return {"count": self._count, "since": self._since, "last": self._last}

    def restore(self, state: Mapping[str, Json]) -> None:
        """Take up what `state` returned."""
        self._count = float_of(state, "count")
        self._since = float_of(state, "since")
        self._last = float_of(state, "last")


class HandOverDelay:
    """Seconds between a person's answer and the moment an agent may be given to them, on average."""

    def __init__(self) -> None:
        self._count = 0.0
        self._seconds = 0.0

    def observe(self, seconds: float) -> None:
        """One answer was handed over, so long after it."""
        keep = 1.0 - 1.0 / DETECTION_MEMORY
        self._count = self._count * keep + 1.0
        self._seconds = self._seconds * keep + seconds

    @property
    def mean(self) -> float:
        """Shrunk to what is believed, in tenths of a second: finer, and every answer would change every table
        that rests on it.
        """
        believed = DETECTION_WEIGHT * DETECTION_PRIOR_S
        return round((believed + self._seconds) / (DETECTION_WEIGHT + self._count), 1)

    def state(self) -> dict[str, Json]:
        """All that was learned, JSON-able."""
        return {"count": self._count, "seconds": self._seconds}

    def restore(self, state: Mapping[str, Json]) -> None:
        """Take up what `state` returned."""
        self._count = float_of(state, "count")
        self._seconds = float_of(state, "seconds")
