"""The best that any policy could do on a floor with exponential times, exactly: a yardstick, not a policy.

`agents` identical agents; every launch rings an exponential time of mean `ring_s`; with probability `live`
it is then answered, and the answer takes a free agent for an exponential time of mean `handle_s`, or is
abandoned at once when there is none. The state is (busy b, ringing r). After every event any number of calls
may be launched. Maximise the mean of b subject to abandoned <= limit · answered.

Method: the Lagrangian b - m·(abandoned - limit·answered) is maximised by policy iteration (Howard 1960). As a
function of m its optimal policies move along the edge of what is possible; the two at the optimal multiplier,
one above the limit and one below, are mixed to meet it exactly. The multiplier is found by secants: the slope
between the two policies at hand is tried next, until no policy lies beyond the line that joins them.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pacing.policy import Floats

Levels = NDArray[np.intp]
"""(agents + 1, most ringing + 1): how many ring after the decision taken in (b, r)."""

_LARGE_PRICE = 1e4
_MOST_ITERATIONS = 200
_NOTHING_GAINED = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkovFloor:
    """A floor with exponential times, seconds; live: probability that a launch is answered, 0-1."""

    agents: int
    live: float
    ring_s: float = 15.0
    handle_s: float = 120.0
    limit: float = 0.03

    def __post_init__(self) -> None:
        if self.agents < 1 or not 0.0 < self.live <= 1.0 or not 0.0 < self.limit < 1.0:
            raise ValueError("agents must be 1 or more, live and limit shares above 0")
        if min(self.ring_s, self.handle_s) <= 0.0:
            raise ValueError("ring_s and handle_s are seconds above zero")

    @property
    def most_ringing(self) -> int:
        """Where the state is cut: lines that all agents together could need, and those always in the air."""
        in_the_air = self.agents * self.ring_s / (self.handle_s * self.live)
        return math.ceil(1.2 * self.agents / self.live + in_the_air) + 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimum:
    """What is best on a floor.

    occupancy: mean share of agents busy, 0-1. abandoned_per_live_answer: equals the limit where it binds.
    price: busy agents that one abandoned call a second more would be worth (the multiplier), in seconds.
    """

    occupancy: float
    abandoned_per_live_answer: float
    price: float


@dataclass(frozen=True, slots=True)
class _Evaluation:
    busy: float
    abandoned: float
    answered: float
    excess: float
    levels: Levels


def optimum(floor: MarkovFloor) -> Optimum:
    """The largest occupancy any policy can reach on `floor` under its limit. Needs scipy."""
    solver = _Solver(floor)
    above = solver.best(0.0, None)
    if above.excess <= 0.0:
        return _mixed(floor, above, above, 0.0)
    below = solver.best(_LARGE_PRICE, above.levels)
    price = _LARGE_PRICE
    for _ in range(_MOST_ITERATIONS):
        price = (above.busy - below.busy) / (above.excess - below.excess)
        found = solver.best(price, below.levels)
        gained = (found.busy - price * found.excess) - (below.busy - price * below.excess)
        if gained <= _NOTHING_GAINED * floor.agents:
            break
        if found.excess > 0.0:
            above = found
        else:
            below = found
    return _mixed(floor, above, below, price)


def _mixed(floor: MarkovFloor, above: _Evaluation, below: _Evaluation, price: float) -> Optimum:
    gap = above.excess - below.excess
    share = -below.excess / gap if gap > 0.0 else 0.0
    answered = share * above.answered + (1.0 - share) * below.answered
    abandoned = share * above.abandoned + (1.0 - share) * below.abandoned
    busy = share * above.busy + (1.0 - share) * below.busy
    return Optimum(occupancy=busy / floor.agents, abandoned_per_live_answer=abandoned / answered, price=price)


class _Solver:
    """Policy iteration on one floor; states are numbered b · width + r."""

    def __init__(self, floor: MarkovFloor) -> None:
        self._floor = floor
        self._width = floor.most_ringing + 1
        shape = (floor.agents + 1, self._width)
        self._busy, self._ringing = (index.astype(np.intp) for index in np.indices(shape))
        self._answers = np.asarray(floor.live * self._ringing / floor.ring_s, dtype=np.float64)
        self._abandons: Floats = np.where(self._busy == floor.agents, self._answers, 0.0)

    def best(self, price: float, start: Levels | None) -> _Evaluation:
        """The policy that maximises busy - price · (abandoned - limit · answered) per second."""
        levels = self._one_line_each() if start is None else start
        reward = self._busy - price * (self._abandons - self._floor.limit * self._answers)
        values, gains = self._evaluate(levels, reward)
        for _ in range(_MOST_ITERATIONS):
            improved = self._improve(values, levels)
            if np.array_equal(improved, levels):
                break
            levels = improved
            values, gains = self._evaluate(levels, reward)
        busy, abandoned, answered = gains
        return _Evaluation(busy, abandoned, answered, abandoned - self._floor.limit * answered, levels)

    def _one_line_each(self) -> Levels:
        return np.maximum(self._ringing, self._floor.agents - self._busy)

    def _improve(self, values: Floats, levels: Levels) -> Levels:
        """In every state the level with the best value; what is as good as before stays."""
        values = values.copy()
        values[0, 0] = -np.inf
        best = np.empty_like(levels)
        highest = np.full(values.shape[0], -np.inf)
        at = np.zeros(values.shape[0], dtype=np.intp)
        for ringing in range(self._width - 1, -1, -1):
            better = values[:, ringing] >= highest
            highest = np.where(better, values[:, ringing], highest)
            at = np.where(better, ringing, at)
            best[:, ringing] = at
        gain = np.take_along_axis(values, best, axis=1) - np.take_along_axis(values, levels, axis=1)
        return np.where(gain > 1e-9, best, levels)

    def _evaluate(self, levels: Levels, reward: Floats) -> tuple[Floats, tuple[float, float, float]]:
        """Relative values of a policy under `reward`, and its means of busy, abandoned and answered."""
        count = reward.size
        rewards = np.zeros((count + 1, 4))
        for column, rate in enumerate((reward, self._busy, self._abandons, self._answers)):
            rewards[:count, column] = rate.ravel()
        # The post-decision state (0, 0) does not occur: its equation says only that its value is 0.
        rewards[0] = 0.0
        solution = _solve(*self._equations(levels), rewards)
        return solution[:count, 0].reshape(reward.shape), (
            float(solution[count, 1]),
            float(solution[count, 2]),
            float(solution[count, 3]),
        )

    def _equations(self, levels: Levels) -> tuple[Floats, Levels, Levels]:
        """(values, rows, columns) of: rate · W(s) - sum of rate(s to t) · W(level(t)) + gain = reward(s)."""
        floor, width = self._floor, self._width
        busy, ringing = self._busy.ravel(), self._ringing.ravel()
        count = busy.size
        states = np.arange(count)
        ends, stops = busy / floor.handle_s, ringing / floor.ring_s
        fewer = np.maximum(ringing - 1, 0)
        more_busy = np.minimum(busy + 1, floor.agents)
        less_busy = np.maximum(busy - 1, 0)
        transitions = (
            (ends, less_busy, ringing),
            (stops * floor.live, more_busy, fewer),
            (stops * (1.0 - floor.live), busy, fewer),
        )
        values, rows, columns = [ends + stops], [states], [states]
        for rate, to_busy, to_ringing in transitions:
            values.append(-rate)
            rows.append(states)
            columns.append(to_busy * width + levels[to_busy, to_ringing])
        values.append(np.ones(count))
        rows.append(states)
        columns.append(np.full(count, count))
        reference = (floor.agents - 1) * width + 1 if floor.agents > 1 else width
        kept = np.concatenate(rows) != 0
        return (
            np.concatenate((np.concatenate(values)[kept], np.ones(2))),
            np.concatenate((np.concatenate(rows)[kept], np.array([0, count]))),
            np.concatenate((np.concatenate(columns)[kept], np.array([0, reference]))),
        )


def _solve(values: Floats, rows: Levels, columns: Levels, right: Floats) -> Floats:
    """Solve the sparse system for several right-hand sides, (unknowns, sides)."""
    # Imported here: no dialer needs it at run time. scipy ships no type information.
    from scipy.sparse import csc_matrix  # noqa: PLC0415
    from scipy.sparse.linalg import splu  # noqa: PLC0415  # pyright: ignore[reportUnknownVariableType]

    size = right.shape[0]
    matrix = csc_matrix((values, (rows, columns)), shape=(size, size))
    factors = splu(matrix)  # pyright: ignore[reportUnknownVariableType]
    solution = factors.solve(right)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    return np.asarray(solution, dtype=np.float64)  # pyright: ignore[reportUnknownArgumentType]
