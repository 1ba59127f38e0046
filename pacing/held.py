"""How often an agent may be held for one call alone: a price on what is half as productive as anything else.

Whoever may not be played a message when nobody is free must have an agent from the first ring on. Such a
call takes an agent for its whole ring, and most rings end with nobody. It must be made, for these people may
not be left out; so it gets a share of the floor's time that is declared, in the order in which they wait.
"""

import math
from dataclasses import dataclass

from pacing.policy import quantised


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBudget:
    """held_most: minutes of each agent-hour that agents may be held for one call each; infinite: whenever one
    is to spare.

    Raises: ValueError when it is not above zero: nobody may be left out for good.
    """

    held_most: float = math.inf

    def __post_init__(self) -> None:
        if not self.held_most > 0.0:
            raise ValueError("held_most is minutes of an agent-hour and must be above zero")

    @property
    def is_bounded(self) -> bool:
        """Whether there is a limit at all."""
        return math.isfinite(self.held_most)

    def next_at(self, now: float, *, ring_s: float, agents: int) -> float:
        """From when on (POSIX seconds) the next may be held, when one of so many is held now for `ring_s`."""
        if not self.is_bounded:
            return now
        return quantised(now + ring_s * 60.0 / (self.held_most * max(agents, 1)))
