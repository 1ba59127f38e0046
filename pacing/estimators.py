"""Ratios that are learned while the floor runs, with how unsure they still are."""

from collections.abc import Mapping

from pacing.policy import Json
from pacing.stored import float_of


class Calibration:
    """How much more, or less, often something happens than the probabilities given at launch say.

    The engine's answer probabilities are per lead but may be off together (a new list, another hour). This is
    the factor that puts them right: a gamma-Poisson ratio of what happened to what was expected, with a prior
    of 1 worth `weight` expected events and an exponential memory of `memory` expected events.
    """

    def __init__(self, *, weight: float = 8.0, memory: float = 120.0) -> None:
        if weight <= 0.0 or memory <= 0.0:
            raise ValueError("weight and memory are expected events and must be above zero")
        self._weight = weight
        self._memory = memory
        self._expected = 0.0
        self._happened = 0.0

    def observe(self, expected: float, *, happened: bool, doubt: float = 0.0) -> None:
        """Take in one launch: its probability, and whether it happened.

        doubt: squared relative error of the probability itself. Whoever gave it learns from the same launch;
            only the part of a surprise that they do not account for is the factor's.
        """
        part = 1.0 / (1.0 + doubt * self._weight)
        expected *= part
        keep = 1.0 - expected / self._memory
        self._expected = keep * self._expected + expected
        self._happened = keep * self._happened + (part if happened else 0.0)

    @property
    def factor(self) -> float:
        """Happened per expected, shrunk to 1."""
        return (self._weight + self._happened) / (self._weight + self._expected)

    @property
    def relative_variance(self) -> float:
        """Squared coefficient of variation of `factor`: what is not known yet, and what drifts."""
        return 1.0 / (self._weight + self._happened)

    def state(self) -> dict[str, Json]:
        """All that was learned, JSON-able."""
        return {"expected": self._expected, "happened": self._happened}

    def restore(self, state: Mapping[str, Json]) -> None:
        """Take up what `state` returned."""
        self._expected = float_of(state, "expected")
        self._happened = float_of(state, "happened")


class Mean:
    """A mean that fades: what is believed is worth `weight` numbers, and `memory` numbers are remembered."""

    def __init__(self, *, believed: float, weight: float, memory: float) -> None:
        self._believed = believed
        self._weight = weight
        self._keep = 1.0 - 1.0 / memory
        self._count = 0.0
        self._sum = 0.0

    def add(self, number: float) -> None:
        """Take in one number."""
        self._count = self._count * self._keep + 1.0
        self._sum = self._sum * self._keep + number

    @property
    def value(self) -> float:
        """The mean, shrunk to what is believed."""
        return (self._weight * self._believed + self._sum) / (self._weight + self._count)

    def state(self) -> dict[str, Json]:
        """All that was learned, JSON-able."""
        return {"count": self._count, "sum": self._sum}

    def restore(self, state: Mapping[str, Json]) -> None:
        """Take up what `state` returned."""
        self._count = float_of(state, "count")
        self._sum = float_of(state, "sum")
