"""Agents come and go while we look ahead: how many will be away is not known, only about how many usually.

A floor's breaks are planned by people whom nobody asks here, and several go at once; so each run believes
another share of agents to be away, and within a run each goes and comes back by chance.
"""

from numpy.random import Generator

BELIEVED_AWAY, AWAY_WEIGHT = 0.13, 20.0
"""Share of agents on a break: of 60 paid minutes a collections floor spends 8; agents that belief is worth
against those who are away now."""
AWAY_VARIES = 12.0
"""So many agents would tell as little as is known of the hour ahead: a deviation of 0.09 at a share of 0.13,
as when all of a floor has a quarter of an hour of break within the hour, or none."""
BREAK_S = 900.0
"""Mean seconds of a break: shorter pauses and longer lunches together."""


class Breaks:
    """Of one run. present, away: agents on the floor now, and those on a break."""

    def __init__(self, present: int, away: int, generator: Generator) -> None:
        self._generator = generator
        self.away = away
        share = (AWAY_WEIGHT * BELIEVED_AWAY + away) / (AWAY_WEIGHT + present + away)
        drawn = float(generator.beta(AWAY_VARIES * share, AWAY_VARIES * (1.0 - share)))
        self._back = 1.0 / BREAK_S
        self._off = self._back * drawn / max(1.0 - drawn, 0.1)

    def next_s(self, present: int) -> float:
        """Seconds until somebody goes or comes back; infinite when there is nobody."""
        rate = present * self._off + self.away * self._back
        return float(self._generator.exponential(1.0 / rate)) if rate > 0.0 else float("inf")

    def goes(self, present: int) -> bool:
        """Whether it is one who goes, not one who comes back."""
        off = present * self._off
        return float(self._generator.random()) * (off + self.away * self._back) < off

    def one_of(self, many: int) -> int:
        """Which of so many."""
        return int(self._generator.integers(many))
