"""What a rival does every so many seconds, by the instants of the snapshots it is shown."""

import math


class Every:
    """Due at once, and then whenever so many seconds have passed."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._next = -math.inf

    def is_due(self, now: float) -> bool:
        """Whether it is; the next time is counted from now on."""
        if now < self._next:
            return False
        self._next = now + self._seconds
        return True
