"""Laws fitted to real calls, and how sure one may be of them.

A call that nobody answered within the dialer's own limit does not say how long that person would have let it
ring, only that it is longer: such observations are censored and treated as such (scipy's `CensoredData`).
Every fit carries its sample size, its distance to what was observed and intervals by resampling; a model from
100 calls must say that it is one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import cast

import numpy as np
from scipy import stats

from simulator.durations import Duration, lognormal
from simulator.real_calls import MACHINE, NO_ANSWER, bank_talks, dialer_calls, observed
from simulator.streams import Streams


@dataclass(frozen=True, slots=True, kw_only=True)
class LognormalFit:
    """A lognormal law fitted to seconds, some of which are only known to be longer than observed.

    Args:
        observed, censored: how many observations of each kind.
        mean, sigma: of the seconds, and of their logarithm.
        mean_interval, sigma_interval: 95 % by resampling the observations.
        distance: largest difference between the law and the observed distribution (Kaplan-Meier where
            censored), 0-1.
    """

    observed: int
    censored: int
    mean: float
    sigma: float
    mean_interval: tuple[float, float]
    sigma_interval: tuple[float, float]
    distance: float

    def duration(self) -> Duration:
        """The law as something to draw from."""
        return lognormal(mean=self.mean, sigma=self.sigma)

    def sentence(self) -> str:
        """The fit in words."""
        low, high = self.mean_interval
        return (
            f"lognormal, mean {self.mean:.1f} s (95 %: {low:.1f} to {high:.1f}), sigma {self.sigma:.2f} "
            f"({self.sigma_interval[0]:.2f} to {self.sigma_interval[1]:.2f}), from {self.observed} observed "
            f"and {self.censored} censored; at most {100 * self.distance:.0f} points off the observed share"
        )


def fit_lognormal(
    values: Sequence[float], censored: Sequence[float] = (), *, seed: int = 0, resamples: int = 200
) -> LognormalFit:
    """Fit a lognormal law by maximum likelihood.

    Args:
        values: observed seconds, above 0; at least two.
        censored: seconds at which observation stopped without the event.

    Raises:
        ValueError: fewer than two observations.
    """
    if len(values) < 2:
        raise ValueError(f"{len(values)} observations; a law needs two at least")
    exact, cut = np.asarray(values, dtype=np.float64), np.asarray(censored, dtype=np.float64)
    mean, sigma = _maximum_likelihood(exact, cut)
    chance = Streams(seed).generator("fit", "resample")
    total = len(exact) + len(cut)
    drawn: list[tuple[float, float]] = []
    for _ in range(resamples):
        picks = chance.integers(0, total, total)
        again = exact[picks[picks < len(exact)]]
        if len(again) >= 2:
            drawn.append(_maximum_likelihood(again, cut[picks[picks >= len(exact)] - len(exact)]))
    means, sigmas = np.array([d[0] for d in drawn]), np.array([d[1] for d in drawn])
    return LognormalFit(
        observed=len(exact),
        censored=len(cut),
        mean=mean,
        sigma=sigma,
        mean_interval=_interval(means),
        sigma_interval=_interval(sigmas),
        distance=_distance(exact, cut, mean, sigma),
    )


_NORMAL = NormalDist()
_Array = np.ndarray[tuple[int], np.dtype[np.float64]]


def _maximum_likelihood(exact: _Array, cut: _Array) -> tuple[float, float]:
    """(mean of the seconds, sigma of their logarithm)."""
    if len(cut) == 0:
        logs = np.log(exact)
        mu, sigma = float(np.mean(logs)), float(np.std(logs))
    else:
        data = stats.CensoredData(uncensored=np.log(exact), right=np.log(cut))
        fitted = cast("tuple[float, float]", stats.norm.fit(data))  # pyright: ignore[reportUnknownMemberType] scipy has no types here
        mu, sigma = float(fitted[0]), float(fitted[1])
    return float(np.exp(mu + sigma * sigma / 2)), sigma


def _interval(values: _Array) -> tuple[float, float]:
    low, high = np.quantile(values, (0.025, 0.975)).tolist()
    return float(low), float(high)


def _distance(exact: _Array, cut: _Array, mean: float, sigma: float) -> float:
    if sigma <= 0.0:
        return 1.0
    seen = stats.ecdf(stats.CensoredData(uncensored=exact, right=cut)).cdf
    standard = (np.log(seen.quantiles) - np.log(mean)) / sigma + sigma / 2
    law = np.array([_NORMAL.cdf(place) for place in standard.tolist()])
    before = np.concatenate(([0.0], seen.probabilities[:-1]))
    return float(np.max(np.maximum(np.abs(seen.probabilities - law), np.abs(before - law))))


def rings_to_person() -> LognormalFit:
    """How long a telephone rings until a person answers; machines and ring-outs censor it."""
    calls = dialer_calls()
    stopped = [call.ring_s for call in calls if call.outcome in MACHINE and call.ring_s is not None]
    stopped += [call.total_s for call in calls if call.outcome in NO_ANSWER]
    return fit_lognormal(observed("rings_to_person"), stopped)


def talks_of_bank() -> LognormalFit:
    """How long a real outbound talk lasts."""
    return fit_lognormal(bank_talks())
