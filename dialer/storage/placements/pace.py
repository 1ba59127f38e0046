"""How many lines an import writes at once, and how long it waits after: a live commit comes first."""

import time
from dataclasses import dataclass
from typing import Self

HELD_S = 0.04
"""Seconds for which the write lock should be held at most; a live commit waits for a few of them."""

SHORTEST_PAUSE_S = 0.02
"""A commit that waits looks for the write lock every 10 ms at least, and then finds it free."""


def breathe(seconds: float) -> None:
    """Leave the write lock to others for as long as it was held, and long enough to be noticed."""
    time.sleep(max(seconds, SHORTEST_PAUSE_S))


def no_pause(_seconds: float) -> None:
    """For a store that nobody else uses."""


@dataclass(slots=True)
class Pace:
    """Lines in one transaction, between bounds: smaller batches on a slow or busy machine."""

    lines: int
    least: int
    most: int

    def learn(self, held: float) -> None:
        """The last batch held the write lock for so many seconds."""
        if held > HELD_S:
            self.lines = max(self.lines // 2, self.least)
        elif held < HELD_S / 2:
            self.lines = min(self.lines + self.least, self.most)

    @classmethod
    def alone(cls) -> Self:
        """For a store that nobody else uses."""
        return cls(4_000, 4_000, 4_000)

    @classmethod
    def staging(cls) -> Self:
        """For lines that arrive beside a floor."""
        return cls(500, 100, 1_000)

    @classmethod
    def placing(cls) -> Self:
        """For accounts that are put in place beside a floor."""
        return cls(100, 20, 400)
