"""What the calls of a pool have shown of people who answer, where nothing may be taken on trust.

A policy may believe before it knows, and where it believes too much it loses a wait. A guard that believes in
answers lets people be abandoned against them. So nothing is believed here: the share of people is counted
from launches that were made, and those whose end is not known yet count as if nobody answered. Without that
every day seems to begin with many people: who answers has done so after 12 s, who does not rings twice as
long.
"""

import math
from collections.abc import Mapping

from scipy.special import gammaincinv

from pacing.policy import Json, LaunchOutcome, LaunchResolved, PacingObservation, PacingSnapshot, quantised
from pacing.stored import float_of

MEMORY = 200.0
"""Live answers that are remembered: a small team's day. What is older fades: another list, another hour."""


class Shown:
    """Launches that were resolved, and people who answered them; faded."""

    def __init__(self) -> None:
        self._launches = 0.0
        self._live = 0.0

    @property
    def live(self) -> float:
        """People who answered, as many as are remembered."""
        return self._live

    def share(self, unresolved: int) -> float:
        """People per launch, 0-1; `unresolved` launches have not shown anything yet."""
        launches = self._launches + unresolved
        return self._live / launches if launches > 0.0 else 0.0

    def observe(self, observation: PacingObservation) -> None:
        """Take in what became of a launch. One that was taken back says nothing of who answers."""
        if not isinstance(observation, LaunchResolved) or observation.outcome is LaunchOutcome.CANCELLED:
            return
        self._launches += 1.0
        if observation.is_live:
            keep = 1.0 - 1.0 / MEMORY
            self._launches *= keep
            self._live = self._live * keep + 1.0

    def state(self) -> dict[str, Json]:
        """All that was seen, JSON-able."""
        return {"launches": self._launches, "live": self._live}

    def restore(self, state: Mapping[str, Json]) -> None:
        """Take up what `state` returned."""
        self._launches = float_of(state, "launches")
        self._live = float_of(state, "live")


def unresolved(snapshot: PacingSnapshot) -> int:
    """Launches of which it may not be known yet who answered: those that ring, wait, or are with an agent."""
    return snapshot.ringing_elapsed.size + snapshot.waiting_elapsed.size + snapshot.talking_elapsed.size


def fewest(expected: float, seen: float, epsilon: float) -> int:
    """Of a count that is expected by the rate of `seen` events: so many come at least, but for `epsilon`.

    Both the rate is unsure and the count left to chance: together they are as unsure as one count of
    1 / (1 / seen + 1 / expected) events (the gamma law with mean and variance of the negative binomial).
    """
    if expected <= 0.0 or seen <= 0.0:
        return 0
    events = 1.0 / (1.0 / seen + 1.0 / expected)
    return math.floor(quantised(expected * float(gammaincinv(events, epsilon)) / events))
