"""The exact optimum, against a second way to it: the same floor as a linear programme over all policies.

There the unknowns are how long the floor is in each state and how often each decision is taken there; nothing
is mixed, iterated or priced.
"""

import math
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog  # pyright: ignore[reportUnknownVariableType]

from pacing.optimum import MarkovFloor, Optimum, optimum


def by_linear_programme(floor: MarkovFloor) -> Optimum:
    """States (busy, ringing) after a decision, and moves from what was there to what rings from now on."""
    most, agents = floor.most_ringing, floor.agents
    states = [(b, r) for b in range(agents + 1) for r in range(most + 1)]
    place = {state: index for index, state in enumerate(states)}
    moves = [(b, r, level) for b, r in states for level in range(r, most + 1) if (b, level) != (0, 0)]
    size = len(states) + len(moves)
    leaving, arriving = np.zeros((len(states), size)), np.zeros((len(states), size))
    late, busy = np.zeros(size), np.zeros(size)
    abandoned, answered = np.zeros(size), np.zeros(size)
    for (b, r), index in place.items():
        ends, answers = b / floor.handle_s, r * floor.live / floor.ring_s
        dies = r * (1.0 - floor.live) / floor.ring_s
        leaving[index, index] = ends + answers + dies
        for rate, to in ((ends, (b - 1, r)), (answers, (min(b + 1, agents), r - 1)), (dies, (b, r - 1))):
            if rate > 0.0:
                arriving[place[to], index] += rate
        busy[index], answered[index] = b, answers
        abandoned[index] = answers if b == agents else 0.0
        late[index] = abandoned[index] - floor.limit * answers
    for index, (b, r, level) in enumerate(moves, len(states)):
        leaving[place[b, level], index] -= 1.0
        arriving[place[b, r], index] -= 1.0
    always = np.concatenate((np.ones(len(states)), np.zeros(len(moves))))
    found: Any = linprog(
        -busy,
        A_ub=late[None, :],
        b_ub=[0.0],
        A_eq=np.vstack((leaving, arriving, always[None, :])),
        b_eq=np.concatenate((np.zeros(2 * len(states)), [1.0])),
        bounds=[(0.0, 0.0 if index == place[0, 0] else None) for index in range(size)],
        method="highs",
    )
    assert found.success
    return Optimum(
        occupancy=-float(found.fun) / agents,
        abandoned_per_live_answer=float(abandoned @ found.x / (answered @ found.x)),
        price=-float(found.ineqlin.marginals[0]),
    )


FLOORS = (
    MarkovFloor(agents=1, live=0.5, ring_s=15.0, handle_s=60.0, limit=0.1),
    MarkovFloor(agents=2, live=0.5, ring_s=15.0, handle_s=60.0, limit=0.05),
    MarkovFloor(agents=2, live=0.3, ring_s=10.0, handle_s=30.0),
    MarkovFloor(agents=3, live=0.9, ring_s=20.0, handle_s=40.0, limit=0.2),
)


@pytest.mark.parametrize("floor", FLOORS)
def test_no_policy_does_better_and_one_does_as_well(floor: MarkovFloor) -> None:
    """Occupancy, rate and the price of the limit."""
    best, other = optimum(floor), by_linear_programme(floor)
    assert best.occupancy == pytest.approx(other.occupancy, rel=1e-6)
    assert best.abandoned_per_live_answer == pytest.approx(floor.limit, rel=1e-6)
    assert other.abandoned_per_live_answer == pytest.approx(floor.limit, rel=1e-6)
    assert best.price == pytest.approx(other.price, rel=1e-4)


def test_a_limit_that_never_binds_costs_nothing() -> None:
    """All that may be launched is; nine of ten answers may be lost, and fewer are."""
    floor = MarkovFloor(agents=2, live=0.5, ring_s=15.0, handle_s=60.0, limit=0.99)
    best, other = optimum(floor), by_linear_programme(floor)
    assert best.price == 0.0
    assert best.occupancy == pytest.approx(other.occupancy, rel=1e-6)
    assert 0.5 < best.abandoned_per_live_answer < 0.99


@pytest.mark.parametrize(
    ("floor", "most"),
    [
        (MarkovFloor(agents=1, live=1.0, ring_s=10.0, handle_s=100.0), 8),
        (MarkovFloor(agents=10, live=0.25, ring_s=15.0, handle_s=120.0), 59),
        (MarkovFloor(agents=4, live=0.5, ring_s=30.0, handle_s=10.0), 40),
    ],
)
def test_the_state_is_cut_where_no_more_lines_could_be_needed(floor: MarkovFloor, most: int) -> None:
    """A fifth more than every agent's lines, those always in the air, and six."""
    assert floor.most_ringing == most
    in_the_air = floor.agents * floor.ring_s / (floor.handle_s * floor.live)
    assert most == math.ceil(1.2 * floor.agents / floor.live + in_the_air) + 6


def test_the_floor_is_one_of_quarters_of_a_minute_and_three_per_cent_unless_told() -> None:
    floor = MarkovFloor(agents=1, live=0.5)
    assert (floor.ring_s, floor.handle_s, floor.limit) == (15.0, 120.0, 0.03)


@pytest.mark.parametrize(
    "wrong",
    [
        {"agents": 0},
        {"live": 0.0},
        {"live": 1.001},
        {"limit": 0.0},
        {"limit": 1.0},
        {"limit": 1.5},
        {"ring_s": 0.0},
        {"handle_s": 0.0},
        {"handle_s": -1.0},
    ],
)
def test_floors_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    plain: dict[str, float] = {"agents": 1, "live": 1.0, "limit": 0.999, "ring_s": 0.5, "handle_s": 0.5}
    MarkovFloor(**plain)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match=r"above (0|zero)"):
        MarkovFloor(**{**plain, **wrong})  # pyright: ignore[reportArgumentType]
