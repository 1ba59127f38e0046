"""Both pictures run forward with the same chance, and what either would bring, with intervals."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from numpy.random import Generator
from scipy.special import stdtrit

from pacing.ahead.floor import AheadFloor, Came
from pacing.ahead.picture import Picture

CONFIDENCE = 0.9
LEAST_RUNS = 3
"""Of fewer runs nothing is said."""

Streams = Callable[[int], Generator]
"""All chance of one run, by its number; asked twice, it gives the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """What is expected, and between which two it lies with 90 of 100."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """One measure names one spread; shares are 0-1, times seconds.

    seconds: from the picture on.
    as_it_is, changed: what the stretch brings, with chance of its own: where one such stretch comes to lie.
    difference: changed less as it is, of the means: how sure the effect itself is. Both pictures meet the
        same chance, so it is far surer than either figure.
    """

    seconds: float
    as_it_is: Mapping[str, Spread]
    changed: Mapping[str, Spread] | None
    difference: Mapping[str, Spread] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """After so many runs."""

    runs: int
    horizons: tuple[Horizon, ...]


def look_ahead(
    picture: Picture,
    changed: Picture | None,
    *,
    horizons: tuple[float, ...],
    runs: int,
    streams: Streams,
) -> Iterator[Forecast]:
    """Run `runs` times, and tell what is known as soon as it is: the nearest horizon after three runs, then
    the further ones, then all of them better with every run.

    Args:
        changed: None = only as it is.
        horizons: seconds, rising.
    """
    before, after = _Runs(picture), _Runs(changed)
    first = min(LEAST_RUNS, runs)
    for run in range(first):
        before.begin(streams(run))
        after.begin(streams(run))
    for place, seconds in enumerate(horizons):
        for run in range(first):
            before.reach(run, seconds)
            after.reach(run, seconds)
        yield told(horizons[: place + 1], before.came, after.came)
    for run in range(first, runs):
        for floors in (before, after):
            floors.begin(streams(run))
            for seconds in horizons:
                floors.reach(run, seconds)
        yield told(horizons, before.came, after.came)


class _Runs:
    """Runs of one picture, as far as each has come; of None there are none."""

    def __init__(self, picture: Picture | None) -> None:
        self._picture = picture
        self._floors: list[AheadFloor] = []
        self.came: list[list[Came]] = []

    def begin(self, generator: Generator) -> None:
        if self._picture is not None:
            self._floors.append(AheadFloor(self._picture, generator))
            self.came.append([])

    def reach(self, run: int, seconds: float) -> None:
        if self._picture is not None:
            self.came[run].extend(self._floors[run].run((seconds,)))


def told(
    horizons: tuple[float, ...],
    before: Sequence[Sequence[Came]],
    after: Sequence[Sequence[Came]],
) -> Forecast:
    """What so many runs say."""
    rows: list[Horizon] = []
    for place, seconds in enumerate(horizons):
        base = [measures(run[place]) for run in before]
        other = [measures(run[place]) for run in after]
        rows.append(
            Horizon(
                seconds=seconds,
                as_it_is=_spreads(base),
                changed=_spreads(other) if other else None,
                difference=_differences(base, other) if other else None,
            )
        )
    return Forecast(runs=len(before), horizons=tuple(rows))


def measures(came: Came) -> dict[str, float]:
    """What is told of a stretch: counts, and means of it; a mean of nothing is 0."""
    live = came.connected + came.abandoned
    return {
        "attempts": float(came.launches),
        "contacts": float(came.connected),
        "abandoned": float(came.abandoned),
        "abandoned_per_live_answer": came.abandoned / live if live else 0.0,
        "agent_wait_s": came.ready_s / came.joined if came.joined else came.ready_s,
        "caller_wait_s": came.wait_s / came.connected if came.connected else 0.0,
        "held_minutes": came.held_s / 60.0,
        "headroom": came.headroom,
    }


COUNTS = frozenset({"attempts", "contacts", "abandoned"})


def _spreads(runs: Sequence[Mapping[str, float]]) -> dict[str, Spread]:
    return {name: predicted([run[name] for run in runs], name) for name in runs[0]}


def predicted(numbers: Sequence[float], name: str) -> Spread:
    """Where the next number will lie, by Student's t, on the scale of square roots: what cannot be negative
    has a spread that grows with it. The ends of a count are whole numbers.
    """
    mean = math.fsum(numbers) / len(numbers)
    is_signed = name == "headroom"
    scaled = numbers if is_signed else [math.sqrt(max(0.0, number)) for number in numbers]
    centre, deviation = _centre(scaled)
    half = _quantile(len(numbers)) * deviation * math.sqrt(1.0 + 1.0 / len(numbers))
    low, high = centre - half, centre + half
    if not is_signed:
        low, high = max(0.0, low) ** 2, max(0.0, high) ** 2
    if name in COUNTS:
        low, high = float(math.floor(low)), float(math.ceil(high))
    return Spread(mean=mean, low=min(low, mean), high=max(high, mean))


def _differences(
    base: Sequence[Mapping[str, float]], other: Sequence[Mapping[str, float]]
) -> dict[str, Spread]:
    found: dict[str, Spread] = {}
    for name in base[0]:
        centre, deviation = _centre([b[name] - a[name] for a, b in zip(base, other, strict=True)])
        half = _quantile(len(base)) * deviation / math.sqrt(len(base))
        found[name] = Spread(mean=centre, low=centre - half, high=centre + half)
    return found


def _centre(numbers: Sequence[float]) -> tuple[float, float]:
    mean = math.fsum(numbers) / len(numbers)
    variance = math.fsum((number - mean) ** 2 for number in numbers) / max(1, len(numbers) - 1)
    return mean, math.sqrt(variance)


def _quantile(runs: int) -> float:
    return float(stdtrit(max(1, runs - 1), (1.0 + CONFIDENCE) / 2.0))
