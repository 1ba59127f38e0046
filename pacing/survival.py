"""How long things last, learned while the floor runs: a hazard per time bin, held up by a prior.

Talk times on a real floor are mixtures (machines of ten seconds, wrong persons of thirty, plans of ten
minutes), so no single parametric law fits the question that matters, "how likely is it to end within the
next twenty seconds, having lasted this long". A piecewise constant hazard answers it for any law and takes
censored durations as they are. The prior is worth a stated number of pseudo-observations: the first minutes
rest on it, and it fades as observations come, without a warm-up.

Source: the gamma-Poisson update of a piecewise exponential model (Friedman 1982; Ibrahim, Chen, Sinha,
"Bayesian Survival Analysis", 2001, section 3.1).
"""

import itertools
import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pacing.policy import Floats, Json
from pacing.stored import float_of, floats_of

PUBLISH_GROWTH = 0.05
"""A new hazard is published when this share of new observations has come: often at first, seldom later."""


OPEN_BIN = 20.0
"""The open last bin is drawn out to so many times its start; nothing on a floor lasts longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogNormalPrior:
    """What is believed before the first observation.

    median: seconds. sigma: standard deviation of the logarithm.
    weight: pseudo-observations the shape is worth.
    scale_weight: pseudo-observations the median is worth; the median is corrected first, then the shape.
    """

    median: float
    sigma: float
    weight: float = 30.0
    scale_weight: float = 6.0

    def __post_init__(self) -> None:
        if min(self.median, self.sigma, self.weight, self.scale_weight) <= 0.0:
            raise ValueError("median, sigma, weight and scale_weight of a prior must be above zero")


def log_normal_survival(seconds: float, log_median: float, sigma: float) -> float:
    """P(duration > seconds) of a log-normal law."""
    if seconds <= 0.0:
        return 1.0
    return 0.5 * math.erfc((math.log(seconds) - log_median) / (sigma * math.sqrt(2.0)))


def geometric_edges(first: float, last: float, ratio: float) -> tuple[float, ...]:
    """Bin edges 0, first, first·ratio, ... up to `last` or just above, in seconds."""
    edges = [0.0, first]
    while edges[-1] < last:
        edges.append(edges[-1] * ratio)
    return tuple(edges)


def even_edges(step: float, last: float) -> tuple[float, ...]:
    """Bin edges 0, step, 2·step, ... up to `last` or just above, in seconds."""
    return tuple(step * index for index in range(math.ceil(last / step) + 1))


class LearnedDuration:
    """A duration whose law is learned from complete and from censored observations.

    edges: bin edges in seconds, rising from 0; the last bin is open.
    memory: about how many observations are remembered; older ones fade.
    """

    def __init__(self, edges: tuple[float, ...], prior: LogNormalPrior, *, memory: float = 2000.0) -> None:
        if len(edges) < 2 or edges[0] != 0.0 or any(b <= a for a, b in itertools.pairwise(edges)):
            raise ValueError("edges must rise from 0")
        self._edges = edges
        self._prior = prior
        self._memory = memory
        self._ended = [0.0] * len(edges)
        self._left = [0.0] * len(edges)
        self._partial = [0.0] * len(edges)
        self._logs = 0.0
        self._completed = 0.0
        self._unpublished = 0
        self._total = 0.0
        self.version = 0
        self._use(self._update())

    def observe(self, seconds: float, *, censored: bool = False, weight: float = 1.0) -> None:
        """Take in one duration; censored: it lasted longer than `seconds`."""
        index = bisect_right(self._edges, seconds) - 1
        if index < 0:
            raise ValueError(f"a duration cannot be negative: {seconds}")
        if censored:
            self._left[index] += weight
        else:
            self._ended[index] += weight
            self._logs += weight * math.log(max(seconds, 0.5))
            self._completed += weight
        self._partial[index] += weight * (seconds - self._edges[index])
        self._total += weight
        self._unpublished += 1
        if self._unpublished >= 5 and self._unpublished >= PUBLISH_GROWTH * self._total:
            self._publish()

    @property
    def observations(self) -> float:
        """How many observations are remembered, censored ones included."""
        return self._total

    def survival(self, seconds: Floats) -> Floats:
        """P(duration > seconds), same shape as `seconds`; beyond the last edge the last hazard goes on."""
        return np.exp(-np.interp(seconds, self._points, self._cumulated))

    def hazard_by(self, seconds: float) -> float:
        """The cumulated hazard of a duration that has come to `seconds`: -log of its survival."""
        return _between(self._places, self._heights, seconds)

    def reached(self, hazard: float) -> float:
        """Seconds at which the cumulated hazard is `hazard`: `hazard_by` the other way round, so that an
        exponential number of mean 1 gives a duration of this law.
        """
        return _between(self._heights, self._places, hazard)

    @property
    def mean(self) -> float:
        """Expected seconds, from the published hazard."""
        return self._mean

    @property
    def mean_doubt(self) -> float:
        """Squared relative error of the mean: what so many observations leave open."""
        survivals = np.exp(-self._cumulated)
        lived = -np.diff(survivals) / np.array(self._hazard)
        middles = (self._points[:-1] + self._points[1:]) / 2.0
        middles[-1] = self._points[-2] + 1.0 / self._hazard[-1]  # the open bin ends where its own hazard does
        second = 2.0 * float(np.sum(middles * lived))
        variation = max(0.0, second / self._mean**2 - 1.0)
        return variation / (self._prior.scale_weight + self._completed)

    def _publish(self) -> None:
        self._unpublished = 0
        if self._total > self._memory:
            self._fade(self._memory / self._total)
        self._use(self._update())
        self.version += 1

    def _fade(self, factor: float) -> None:
        self._ended = [factor * count for count in self._ended]
        self._left = [factor * count for count in self._left]
        self._partial = [factor * seconds for seconds in self._partial]
        self._logs *= factor
        self._completed *= factor
        self._total *= factor

    def _update(self) -> list[float]:
        """The posterior mean hazard of each bin, per second."""
        prior = self._prior
        known = prior.scale_weight * math.log(prior.median)
        log_median = (known + self._logs) / (prior.scale_weight + self._completed)
        edges = self._edges
        last = edges[-1] + (edges[-1] - edges[-2])
        survivals = [log_normal_survival(edge, log_median, prior.sigma) for edge in (*edges, last)]
        widths = [b - a for a, b in zip(edges, (*edges[1:], last), strict=True)]
        hazard = [0.0] * len(edges)
        beyond = 0.0
        for index in range(len(edges) - 1, -1, -1):
            at_start, at_end = survivals[index], survivals[index + 1]
            expected = prior.weight * (at_start - at_end)
            exposure = prior.weight * widths[index] * (at_start + at_end) / 2
            exposure += self._partial[index] + widths[index] * beyond
            # The floor keeps bins that neither the prior nor a call has ever reached out of 0/0.
            hazard[index] = max(1e-9, (expected + self._ended[index]) / max(exposure, 1e-9))
            beyond += self._ended[index] + self._left[index]
        # A bin the prior cannot resolve (1 - 0 within one bin) must not end everything at once.
        return [min(rate, 20.0 / width) for rate, width in zip(hazard, widths, strict=True)]

    def _use(self, hazard: list[float]) -> None:
        """Publish a hazard: points and cumulated hazard there, for interpolation, and the mean."""
        self._hazard = hazard
        self._points = np.array((*self._edges, self._edges[-1] * OPEN_BIN))
        widths = np.diff(self._points)
        self._cumulated: Floats = np.concatenate(([0.0], np.cumsum(widths * np.array(hazard))))
        self._places: list[float] = self._points.tolist()
        self._heights: list[float] = self._cumulated.tolist()
        # The integral of a survival that falls with a constant hazard in each bin.
        self._mean = float(np.sum(-np.diff(np.exp(-self._cumulated)) / np.array(hazard)))

    def state(self) -> dict[str, Json]:
        """All that was learned, JSON-able."""
        return {
            "ended": list(self._ended),
            "left": list(self._left),
            "partial": list(self._partial),
            "logs": self._logs,
            "completed": self._completed,
            "unpublished": self._unpublished,
            "total": self._total,
            "version": self.version,
            "hazard": list(self._hazard),
        }

    def restore(self, state: Mapping[str, Json]) -> None:
        """Take up what `state` returned. Raises ValueError when it has other bins."""
        hazard = floats_of(state, "hazard")
        if len(hazard) != len(self._edges):
            raise ValueError("the stored durations were learned on other bins")
        self._ended = floats_of(state, "ended")
        self._left = floats_of(state, "left")
        self._partial = floats_of(state, "partial")
        self._logs = float_of(state, "logs")
        self._completed = float_of(state, "completed")
        self._unpublished = int(float_of(state, "unpublished"))
        self._total = float_of(state, "total")
        self.version = int(float_of(state, "version"))
        self._use(hazard)


def _between(xs: list[float], ys: list[float], x: float) -> float:
    """On the line through the points, as `numpy.interp` for one number, which takes it ten times as long."""
    place = bisect_right(xs, x)
    if place == 0:
        return ys[0]
    if place == len(xs):
        return ys[-1]
    low, high = xs[place - 1], xs[place]
    return ys[place - 1] + (ys[place] - ys[place - 1]) * (x - low) / (high - low)
