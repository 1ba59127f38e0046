"""How long things take: distributions by name, each drawn by its quantile function.

A quantile function turns one number in (0, 1) into seconds, so a draw keyed by an occasion gives the same
share of the distribution whatever the distribution is: common random numbers survive a change of parameter.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from scipy.special import gammaincinv

Quantile = Callable[[float], float]
_Array = np.ndarray[tuple[int], np.dtype[np.float64]]

_INVERSE_NORMAL = NormalDist().inv_cdf
_TABLE = 4096
"""Cells of a tabled quantile function; between them a straight line, beyond them the outermost value."""


@dataclass(frozen=True, slots=True)
class Duration:
    """Seconds that something takes.

    Args:
        name: what it is in words, 'lognormal(mean 150 s, sigma 0.9)'; for reports.
        at: quantile function: share in (0, 1) -> seconds.
        mean: expected seconds.
    """

    name: str
    at: Quantile
    mean: float


def constant(*, seconds: float) -> Duration:
    """Always the same."""
    return Duration(f"{seconds:g} s", lambda _: seconds, seconds)


def uniform(*, low: float, high: float) -> Duration:
    """Anything between, equally likely."""
    width = high - low
    return Duration(f"uniform({low:g}..{high:g} s)", lambda u: low + width * u, low + width / 2)


def exponential(*, mean: float) -> Duration:
    """Without memory; the theory's favourite."""
    return Duration(f"exponential(mean {mean:g} s)", lambda u: -mean * math.log1p(-u), mean)


def lognormal(*, mean: float, sigma: float) -> Duration:
    """Talk and after-call work in practice: most short, a few very long. `mean` of the seconds themselves."""
    mu = math.log(mean) - sigma * sigma / 2
    inverse, exp = _INVERSE_NORMAL, math.exp
    return Duration(
        f"lognormal(mean {mean:g} s, sigma {sigma:g})", lambda u: exp(mu + sigma * inverse(u)), mean
    )


def gamma(*, mean: float, sd: float, low: float = 0.0, high: float = math.inf) -> Duration:
    """Seconds until somebody picks up; cut to `low`..`high`."""
    table = gammaincinv((mean / sd) ** 2, _middles()) * (sd * sd / mean)
    return _tabled(f"gamma(mean {mean:g} s, sd {sd:g}, {low:g}..{high:g})", table, low, high)


def normal(*, mean: float, sd: float, low: float = 0.0, high: float = math.inf) -> Duration:
    """Seconds until a voicemail picks up; cut to `low`..`high`."""
    table = mean + sd * np.array([_INVERSE_NORMAL(middle) for middle in _middles().tolist()])
    return _tabled(f"normal(mean {mean:g} s, sd {sd:g}, {low:g}..{high:g})", table, low, high)


def empirical(*, values: Sequence[float], name: str = "") -> Duration:
    """What was observed, and nothing between the smallest and the largest that was not.

    Args:
        values: observed seconds; at least one.
    """
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    table = np.quantile(ordered, _middles())
    return _tabled(name or f"observed ({len(values)} values)", table, 0.0, math.inf)


def mixture(*, parts: Sequence[tuple[float, Duration]]) -> Duration:
    """One of several laws, by chance: what carriers set their mail boxes to, say.

    Args:
        parts: weights above 0, of which only the ratios count, and the laws; at least one.
    """
    total = sum(weight for weight, _ in parts)
    values = np.array([[law.at(middle) for middle in _middles().tolist()] for _, law in parts])
    weights = np.array([[weight / total / _TABLE] * _TABLE for weight, _ in parts])
    order = np.argsort(values, axis=None, kind="stable")
    until = np.cumsum(weights.ravel()[order]) - weights.ravel()[order] / 2
    table = np.interp(_middles(), until, values.ravel()[order])
    name = ", ".join(f"{100 * weight / total:.0f} % {law.name}" for weight, law in parts)
    return _tabled(f"mixture({name})", table, 0.0, math.inf)


def _middles() -> _Array:
    return (np.arange(_TABLE, dtype=np.float64) + 0.5) / _TABLE


def _tabled(
    name: str, table: np.ndarray[tuple[int], np.dtype[np.float64]], low: float, high: float
) -> Duration:
    values: list[float] = np.clip(table, low, high).tolist()
    last = len(values) - 1

    def at(u: float) -> float:
        place = u * _TABLE - 0.5
        if place <= 0.0:
            return values[0]
        cell = int(place)
        if cell >= last:
            return values[last]
        below = values[cell]
        return below + (place - cell) * (values[cell + 1] - below)

    return Duration(name, at, float(np.mean(values)))


KINDS: Mapping[str, tuple[Callable[..., Duration], frozenset[str], frozenset[str]]] = {
    "constant": (constant, frozenset({"seconds"}), frozenset()),
    "uniform": (uniform, frozenset({"low", "high"}), frozenset()),
    "exponential": (exponential, frozenset({"mean"}), frozenset()),
    "lognormal": (lognormal, frozenset({"mean", "sigma"}), frozenset()),
    "gamma": (gamma, frozenset({"mean", "sd"}), frozenset({"low", "high"})),
    "normal": (normal, frozenset({"mean", "sd"}), frozenset({"low", "high"})),
}
"""By name: how to make it, what it needs, what it may have."""
