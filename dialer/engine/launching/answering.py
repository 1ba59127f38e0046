"""What share of launches needs an agent, and what share is a person: learned per campaign and segment.

Counts with an exponential memory, shrunk first to the campaign's own rate and that to a cautious prior. A
lead's probability is that of its target's segment.
"""

from dataclasses import dataclass, field

PRIOR_NEEDS_AGENT = 0.35
PRIOR_LIVE = 0.08
"""Before anything is known. Needing an agent is put high, so that a new campaign starts with few calls in the
air; being a person is put low, so that the guard does not count on answers that are not to come."""

PRIOR_WEIGHT = 10.0
SEGMENT_WEIGHT = 25.0
MEMORY = 2000.0
"""Launches: the prior's weight, the campaign's weight within a segment, and how many are remembered."""


@dataclass(slots=True, kw_only=True)
class AnswerCounts:
    """Launches and what came of them, faded."""

    launches: float = 0.0
    needed: float = 0.0
    live: float = 0.0

    def add(self, *, needed: bool, live: bool) -> None:
        """Count one resolved launch."""
        keep = 1.0 - 1.0 / MEMORY
        self.launches = self.launches * keep + 1.0
        self.needed = self.needed * keep + (1.0 if needed else 0.0)
        self.live = self.live * keep + (1.0 if live else 0.0)


@dataclass(slots=True, kw_only=True)
class AnswerBook:
    """One campaign's counts, whole and by segment."""

    whole: AnswerCounts = field(default_factory=AnswerCounts)
    segments: dict[str, AnswerCounts] = field(default_factory=dict[str, AnswerCounts])

    def add(self, segment: str, *, needed: bool, live: bool) -> None:
        """Count one resolved launch of a segment."""
        self.whole.add(needed=needed, live=live)
        counts = self.segments.get(segment)
        if counts is None:
            counts = self.segments[segment] = AnswerCounts()
        counts.add(needed=needed, live=live)

    def probabilities(self, segment: str) -> tuple[float, float]:
        """(needs an agent, is a person), each 0-1, for a launch of the segment."""
        whole = self.whole
        weight = PRIOR_WEIGHT + whole.launches
        needed = (PRIOR_WEIGHT * PRIOR_NEEDS_AGENT + whole.needed) / weight
        live = (PRIOR_WEIGHT * PRIOR_LIVE + whole.live) / weight
        counts = self.segments.get(segment)
        if counts is None:
            return needed, live
        weight = SEGMENT_WEIGHT + counts.launches
        return (
            (SEGMENT_WEIGHT * needed + counts.needed) / weight,
            (SEGMENT_WEIGHT * live + counts.live) / weight,
        )
