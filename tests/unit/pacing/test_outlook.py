"""The outlook's short cuts against plain computation."""

import math
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest

from pacing.bench.snapshots import floor, ledger
from pacing.floor_model import FloorModel
from pacing.horizon import MIDDLES
from pacing.outlook import Outlook, at_most
from pacing.policy import LaunchOutcome, LaunchResolved, PacingSnapshot, TalkEnded, WrapUpEnded
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
        ledger=ledger(),
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


@pytest.mark.parametrize(("needs", "unidentified"), [(0.2, False), (0.7, False), (0.7, True)])
def test_a_candidate_judged_alone_and_in_a_block_costs_the_same(needs: float, unidentified: bool) -> None:
    """A lead that nobody answers, put first, shifts the others into blocks without changing their cost."""
    plain = replace(_floor(12, needs=needs), unidentified_counts=unidentified)
    rotated = PacingSnapshot(
        now=0.0,
        ready_agents=3,
        launch_limit=13,
        ledger=ledger(),
        agent_ids=plain.agent_ids,
        talking_elapsed=plain.talking_elapsed,
        wrapping_elapsed=plain.wrapping_elapsed,
        leaving=plain.leaving,
        ringing_elapsed=plain.ringing_elapsed,
        ringing_needs_agent=plain.ringing_needs_agent,
        ringing_live=plain.ringing_live,
        candidate_needs_agent=np.concatenate(([0.0], plain.candidate_needs_agent)),
        candidate_live=np.concatenate(([0.0], plain.candidate_live)),
        unidentified_counts=unidentified,
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
        ledger=ledger(),
        waiting_elapsed=np.array([0.2]),
        candidate_live=np.array([0.3]),
        candidate_needs_agent=np.array([0.3]),
        shift_left=math.inf,
    )
    outlook = Outlook(empty, FloorModel())
    assert outlook.spare.tolist() == [3.0] * 20
    assert outlook.ringing_lateness() == 0.0


def _over(live: float, needs: float, **more: Any) -> PacingSnapshot:
    """A shift that is over: all answers are late, so a cost is the chance of an answer that counts."""
    return floor(ready=9, talking=(), live=live, needs=needs, shift_left=0.0, **more)


@pytest.mark.parametrize(
    ("live", "needs", "unidentified", "cost"),
    [
        (0.2, 0.2, False, 0.2),
        (0.2, 0.6, False, 0.2),
        (0.2, 0.6, True, 0.6),
        (0.99, 0.99, False, 0.98),  # nothing is believed to be surer than that
        (0.5, 0.99, True, 0.98),
    ],
)
def test_with_nobody_there_a_call_costs_what_would_count_of_it(
    live: float, needs: float, unidentified: bool, cost: float
) -> None:
    outlook = Outlook(_over(live, needs, unidentified_counts=unidentified), FloorModel())
    for index in (0, 1, 7, 25):
        assert outlook.cost(index) == pytest.approx(cost)
        assert outlook.lateness(index) == pytest.approx(cost / min(live, 0.98))


def test_a_lead_that_hardly_answers_is_judged_as_if_one_of_two_hundred_did() -> None:
    outlook = Outlook(_over(0.001, 0.001), FloorModel())
    for index in (0, 3):
        assert outlook.lateness(index) == pytest.approx(0.001 / 0.005)


def test_the_expansion_to_three_moments_in_numbers() -> None:
    """P(X <= 0) of mean 1, variance 1, third cumulant 1: the skewness is damped by three tenths."""
    found = at_most(np.array([0.5]), np.array([1.0]), np.array([1.0]), np.array([1.0]))
    normal = 0.5 * math.erfc(0.5 / math.sqrt(2.0))
    density = math.exp(-0.125) / math.sqrt(2.0 * math.pi)
    assert float(found[0]) == pytest.approx(normal - (0.25 - 1.0) * density / 6.0 / 1.3, abs=1e-4)


def test_far_out_it_is_certain() -> None:
    far = np.array([-40.0, 40.0])
    found = at_most(np.array([0.5]), far, np.ones(2), np.zeros(2))
    assert found == pytest.approx(np.array([1.0, 0.0]), abs=1e-8)


def test_doubt_about_the_answer_rate_is_variance() -> None:
    """With a thousand answers seen, the same calls are less of a risk."""
    sure = FloorModel()
    for index in range(4000):
        sure.live_share.observe(0.2, happened=index % 5 == 0)
        sure.needs_share.observe(0.2, happened=index % 5 == 0)
    assert sure.needs_share.factor == pytest.approx(1.0, abs=0.01)
    unsure = Outlook(_floor(30), FloorModel())
    assert Outlook(_floor(30), sure).cost(9) < 0.9 * unsure.cost(9)


def test_doubt_about_the_chances_themselves_is_variance_too() -> None:
    """The model's own doubt is an eighth at first; as much again in the chances makes it a quarter."""
    snapshot = _floor(30)
    plain, doubtful = (
        Outlook(snapshot, FloorModel()),
        Outlook(replace(snapshot, answer_doubt=0.2), FloorModel()),
    )
    assert doubtful.cost(0) > 1.1 * plain.cost(0)
    assert Outlook(replace(snapshot, answer_doubt=0.0), FloorModel()).cost(9) == plain.cost(9)


REFERENCE = [
    # candidates: live, needs, unidentified; lateness of the first, third and twelfth; of those that ring
    (0.2, 0.2, False, (0.0023266, 0.00456629, 0.0446727), 0.00079262),
    (0.1, 0.6, False, (0.231389, 0.280466, 0.450474), 0.0429873),
    (0.1, 0.6, True, (2.00815, 2.55719, 4.11917), 0.681251),
]


@pytest.mark.parametrize(("live", "needs", "unidentified", "lateness", "ringing"), REFERENCE)
def test_a_floor_in_numbers(
    live: float, needs: float, unidentified: bool, lateness: tuple[float, ...], ringing: float
) -> None:
    """Priors, bins, horizons and damping together: whichever changes, these change."""
    outlook = Outlook(replace(_floor(30, live, needs), unidentified_counts=unidentified), FloorModel())
    assert [outlook.lateness(index) for index in (0, 2, 11)] == pytest.approx(lateness, rel=1e-4)
    assert outlook.ringing_lateness() == pytest.approx(ringing, rel=1e-4)


# --- everything in flight together ------------------------------------------------------------------------


def test_what_rings_alone_is_the_first_of_what_is_in_flight() -> None:
    for needs, unidentified in ((0.2, False), (0.7, False), (0.7, True)):
        snapshot = replace(_floor(12, needs=needs), unidentified_counts=unidentified)
        outlook = Outlook(snapshot, FloorModel())
        assert outlook.after(12).late[0] == pytest.approx(outlook.ringing_lateness())


def test_each_call_harms_all_others_of_its_batch() -> None:
    """Nine agents free, 30 calls at once: the first is not only harmed by itself."""
    idle = floor(ready=9, talking=(), live=0.3)
    outlook = Outlook(idle, FloorModel())
    one_by_one = sum(outlook.cost(index) for index in range(30))
    together = float(outlook.after(30).late[30])
    assert together > 1.8 * one_by_one
    chance = [math.comb(30, n) * 0.3**n * 0.7 ** (30 - n) for n in range(31)]
    exact = sum(max(0, n - 9) * share for n, share in enumerate(chance))
    # Doubt about the rate and each call's own share are on top of what a known rate would make of it.
    assert exact < together < 3.0 * exact


def test_agents_missing_are_a_tail_of_the_same_sum_doubled() -> None:
    idle = floor(ready=9, talking=(), live=0.3)
    in_flight = Outlook(idle, FloorModel()).after(30)
    at_horizons = at_most(np.array([-4.5]), in_flight.mean[30], in_flight.variance[30], in_flight.third[30])
    worst = float(at_horizons.max())
    assert float(in_flight.missing_more_than(4)[30]) == pytest.approx(2.0 * worst)
    assert (np.diff(in_flight.missing_more_than(4)) >= 0.0).all()


def test_where_few_answers_count_many_agents_may_be_missing() -> None:
    """One of six that need an agent counts: five that count are late when thirty are."""
    few = Outlook(floor(ready=9, talking=(), live=0.1, needs=0.6), FloorModel()).after(30)
    assert few.counted == pytest.approx(1.0 / 6.0)
    assert few.missing_more_than(5) == pytest.approx(replace(few, counted=1.0).missing_more_than(30))
    all_count = floor(ready=9, talking=(), live=0.1, needs=0.6, unidentified_counts=True)
    assert Outlook(all_count, FloorModel()).after(30).counted == 1.0


def _learned() -> FloorModel:
    """A floor on which more answer, and more machines reach agents, than was said."""
    model = FloorModel()
    for outcome in (LaunchOutcome.ANSWERED_LIVE,) * 4 + (LaunchOutcome.MACHINE,) * 4:
        model.observe(
            LaunchResolved(needs_agent=0.3, live=0.1, outcome=outcome, ring_s=10.0, needed_agent=True)
        )
    assert model.live_share.factor > 1.2
    assert model.needs_share.factor > 1.2
    assert model.live_share.factor != model.needs_share.factor
    return model


@pytest.mark.parametrize(("needs", "unidentified"), [(0.2, False), (0.7, False), (0.7, True)])
def test_what_was_learned_of_answers_counts_alike_for_the_first_and_for_all(
    needs: float, unidentified: bool
) -> None:
    """A lead that nobody answers, put first, moves the true first one into a block."""
    plain = replace(_floor(4, needs=needs), unidentified_counts=unidentified)
    shifted = replace(
        plain,
        launch_limit=5,
        candidate_needs_agent=np.concatenate(([0.0], plain.candidate_needs_agent)),
        candidate_live=np.concatenate(([0.0], plain.candidate_live)),
    )
    model = _learned()
    for index in range(4):
        alone, behind = Outlook(plain, model).cost(index), Outlook(shifted, model).cost(index + 1)
        assert behind == pytest.approx(alone, rel=1e-9)
    more, as_told = Outlook(plain, model).cost(0), Outlook(plain, FloorModel()).cost(0)
    assert more > 1.2 * as_told


def test_an_answer_that_comes_after_the_shift_is_late_however_many_are_free() -> None:
    """Only in the last slot, which ends with the horizon; a moment later nothing of it is."""
    free = replace(_floor(2), ready_agents=50)
    patience = free.patience
    costs = [
        Outlook(replace(free, shift_left=float(MIDDLES[place]) + patience + more), FloorModel()).cost(0)
        for place, more in ((-1, 0.01), (-1, -0.01), (-1, -1.4), (-2, -0.01))
    ]
    assert costs[0] == pytest.approx(Outlook(free, FloorModel()).cost(0), abs=1e-12)
    assert costs[1] > costs[0] + 1e-4
    assert costs[2] == costs[1]
    assert costs[3] > costs[2]


@pytest.mark.parametrize("ready", [0, 3, 10, 50, 200])
@pytest.mark.parametrize("count", [0, 1, 5])
def test_no_fewer_than_none_are_late_and_no_more_than_all_count(ready: int, count: int) -> None:
    """Far out the expansion may fall below nothing; expected answers do not."""
    for needs in (0.2, 0.7):
        found = Outlook(replace(_floor(5, needs=needs), ready_agents=ready), FloorModel()).after(count)
        assert (found.late >= 0.0).all()
        assert found.late.shape == (count + 1,)
        assert 0.0 < found.counted <= 1.0


def test_where_nobody_needs_an_agent_all_that_do_count() -> None:
    """There is nothing to take a share of."""
    silent = floor_of_nobody()
    assert Outlook(silent, FloorModel()).after(0).counted == 1.0
    assert Outlook(silent, FloorModel()).after(2).counted == 1.0


def floor_of_nobody() -> PacingSnapshot:
    return PacingSnapshot(
        now=0.0,
        ready_agents=1,
        launch_limit=2,
        ledger=ledger(),
        candidate_needs_agent=np.zeros(2),
        candidate_live=np.zeros(2),
    )


def test_machines_that_count_are_late_too_in_what_is_in_flight() -> None:
    """Where nobody can tell them from people, more of what is launched may be late."""
    told_apart = _floor(5, live=0.2, needs=0.7)
    alike = replace(told_apart, unidentified_counts=True)
    late = [Outlook(each, FloorModel()).after(3).late for each in (told_apart, alike)]
    assert (late[1] > 1.5 * late[0]).all()
