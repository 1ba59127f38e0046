"""The outlook's short cuts against plain computation."""

import math
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from pacing.floor_model import FloorModel
from pacing.outlook import Outlook, at_most
from pacing.policy import AbandonmentLedger, PacingSnapshot, TalkEnded, WrapUpEnded
from simulator.streams import Streams


def _exact_at_most_zero(supply: list[float], demand: list[float]) -> float:
    law = np.array([1.0])
    for share in supply:
        law = np.convolve(law, [1.0 - share, share])
    for share in demand:
        law = np.convolve(law, [share, 1.0 - share])
    return float(law[: len(demand) + 1].sum())


@pytest.mark.parametrize(
    ("agents", "ringing", "share", "answer"),
    list(product((3, 5, 10, 40), (4, 12, 40), (0.1, 0.3), (0.1, 0.3))),
)
def test_three_moments_come_close_to_exact_convolution(
    agents: int, ringing: int, share: float, answer: float
) -> None:
    mean = agents * share - ringing * answer
    spread = agents * share * (1 - share), ringing * answer * (1 - answer)
    third = spread[0] * (1 - 2 * share) - spread[1] * (1 - 2 * answer)
    approximate = at_most(np.array([0.5]), np.array([mean]), np.array([sum(spread)]), np.array([third]))
    exact = _exact_at_most_zero([share] * agents, [answer] * ringing)
    assert float(approximate[0]) == pytest.approx(exact, abs=0.05)


def _floor(candidates: int, live: float = 0.2, needs: float = 0.2) -> PacingSnapshot:
    rng = Streams(3).generator("floor")
    return PacingSnapshot(
        now=0.0,
        ready_agents=3,
        launch_limit=candidates,
        ledger=AbandonmentLedger(),
        agent_ids=tuple(f"a{n}" for n in range(12)),
        talking_elapsed=rng.uniform(0.0, 200.0, 8),
        wrapping_elapsed=rng.uniform(0.0, 20.0, 4),
        leaving=np.zeros(12, dtype=np.bool_),
        ringing_elapsed=rng.uniform(0.0, 25.0, 10),
        ringing_needs_agent=np.full(10, needs),
        ringing_live=np.full(10, live),
        candidate_needs_agent=np.full(candidates, needs),
        candidate_live=np.full(candidates, live),
    )


def test_costs_rise_with_each_call_launched_before() -> None:
    outlook = Outlook(_floor(30), FloorModel())
    costs = [outlook.cost(index) for index in range(30)]
    assert costs == sorted(costs)
    assert costs[-1] > 10 * costs[0]


@pytest.mark.parametrize("needs", [0.2, 0.7])
def test_a_candidate_judged_alone_and_in_a_block_costs_the_same(needs: float) -> None:
    """A lead that nobody answers, put first, shifts the others into blocks without changing their cost."""
    plain = _floor(12, needs=needs)
    rotated = PacingSnapshot(
        now=0.0,
        ready_agents=3,
        launch_limit=13,
        ledger=AbandonmentLedger(),
        agent_ids=plain.agent_ids,
        talking_elapsed=plain.talking_elapsed,
        wrapping_elapsed=plain.wrapping_elapsed,
        leaving=plain.leaving,
        ringing_elapsed=plain.ringing_elapsed,
        ringing_needs_agent=plain.ringing_needs_agent,
        ringing_live=plain.ringing_live,
        candidate_needs_agent=np.concatenate(([0.0], plain.candidate_needs_agent)),
        candidate_live=np.concatenate(([0.0], plain.candidate_live)),
    )
    alone, shifted = Outlook(plain, FloorModel()), Outlook(rotated, FloorModel())
    for index in range(12):
        assert shifted.cost(index + 1) == pytest.approx(alone.cost(index), rel=1e-9, abs=1e-12)


def test_machines_among_the_ringing_take_agents_from_people() -> None:
    people = Outlook(_floor(5, live=0.2, needs=0.2), FloorModel())
    both = Outlook(_floor(5, live=0.2, needs=0.6), FloorModel())
    assert both.ringing_lateness() > people.ringing_lateness()
    assert (both.spare < people.spare).all()


def test_short_calls_give_their_agents_back_within_the_horizon() -> None:
    """Ten-second machines that answer now are no burden on those who answer twenty seconds later."""
    short, long = FloorModel(), FloorModel()
    for _ in range(400):
        for model, talk in ((short, 8.0), (long, 300.0)):
            model.observe(TalkEnded(agent_id="a0", talk_s=talk))
            model.observe(WrapUpEnded(agent_id="a0", wrap_s=0.0))
    floor = _ringing_only(_floor(5, needs=0.9))
    at_short, at_long = Outlook(floor, short).spare, Outlook(floor, long).spare
    assert float(at_short[2]) == pytest.approx(float(at_long[2]), abs=0.3), "soon they are all still busy"
    assert at_short[16] > at_long[16] + 3.0, "later most have come back"


def _ringing_only(floor: PacingSnapshot) -> PacingSnapshot:
    none = np.empty(0)
    return replace(
        floor,
        agent_ids=(),
        talking_elapsed=none,
        wrapping_elapsed=none,
        leaving=np.empty(0, dtype=np.bool_),
    )


def test_what_nobody_can_tell_apart_counts_as_a_person() -> None:
    known = _floor(5, live=0.05, needs=0.65)
    unknown = replace(known, unidentified_counts=True)
    counted, all_counted = Outlook(known, FloorModel()), Outlook(unknown, FloorModel())
    for index in (0, 3):
        assert all_counted.cost(index) > 3 * counted.cost(index)
    assert all_counted.ringing_lateness() > 3 * counted.ringing_lateness()


def test_spare_agents_are_counted_as_by_hand_when_nothing_rings() -> None:
    empty = PacingSnapshot(
        now=0.0,
        ready_agents=5,
        reserved_agents=1,
        launch_limit=1,
        ledger=AbandonmentLedger(),
        waiting_elapsed=np.array([0.2]),
        candidate_live=np.array([0.3]),
        candidate_needs_agent=np.array([0.3]),
        shift_left=math.inf,
    )
    outlook = Outlook(empty, FloorModel())
    assert outlook.spare.tolist() == [3.0] * 20
    assert outlook.ringing_lateness() == 0.0
