"""Predictive pacing does what a careful supervisor would do with the same numbers."""

import json
import math

import pytest

from pacing.bench.snapshots import floor, ledger
from pacing.policy import (
    LaunchOutcome,
    LaunchResolved,
    LiveAnswerAbandoned,
    LiveAnswerConnected,
    PacingSnapshot,
)
from pacing.predictive import Predictive

CONNECTED, ABANDONED = LiveAnswerConnected(wait_s=0.2), LiveAnswerAbandoned(wait_s=2.0)


def _launches(snapshot: PacingSnapshot) -> int:
    return Predictive().decide(snapshot).launches


def test_it_dials_more_lines_than_agents_when_few_answer() -> None:
    assert _launches(floor(ready=4, live=0.10)) > _launches(floor(ready=4, live=0.40)) >= 4


def test_without_agents_nothing_is_launched() -> None:
    decision = Predictive().decide(floor(ready=0, talking=()))
    assert (decision.launches, decision.reason) == (0, "No agents, no calls.")


def test_agents_who_leave_are_no_supply() -> None:
    assert _launches(floor(ready=0, talking=(30.0,) * 10, leaving=10)) == 0
    assert _launches(floor(leaving=5)) < _launches(floor())


def test_calls_that_ring_hold_back_others() -> None:
    assert _launches(floor(ringing=(6.0,) * 10)) < _launches(floor())


def test_a_call_that_has_rung_long_weighs_less_than_a_fresh_one() -> None:
    """Whoever would answer has mostly done so after 25 seconds."""
    assert _launches(floor(ringing=(25.0,) * 12)) > _launches(floor(ringing=(8.0,) * 12))


def test_machines_that_reach_agents_hold_back_launches() -> None:
    assert _launches(floor(live=0.05, needs=0.65)) < _launches(floor(live=0.05))


@pytest.mark.parametrize(
    ("an_hour", "launches"), [(0, 19), (30, 19), (60, 18), (120, 17), (240, 14), (360, 11), (720, 2)]
)
def test_people_who_call_us_take_agents_from_those_we_call(an_hour: int, launches: int) -> None:
    """Six agents free, ten talking, one of four launches answered: an arrival every ten seconds halves it."""
    assert _launches(floor(ready=6, inbound=an_hour / 3600.0)) == launches


@pytest.mark.parametrize(("delay", "launches"), [(0.0, 5), (1.0, 3), (2.0, 1), (2.1, 0)])
def test_calls_that_seem_to_ring_may_be_in_detection(delay: float, launches: int) -> None:
    """Sixteen have rung for sixteen seconds: hardly one would be answered now, but some were a second ago."""
    decision = Predictive().decide(floor(ready=4, ringing=(16.0,) * 16, delay=delay))
    assert decision.launches == launches


def test_where_detection_takes_longer_than_there_is_time_nobody_is_called() -> None:
    decision = Predictive().decide(floor(ready=6, delay=2.1))
    assert (decision.launches, decision.reason) == (
        0,
        "Detection takes 2.1 s and a person must have an agent within 2.0 s of the answer: "
        "nobody would be in time.",
    )


def test_no_call_is_launched_that_would_be_answered_after_the_shift() -> None:
    assert _launches(floor(shift_left=5.0)) == 0
    assert _launches(floor(shift_left=20.0)) <= _launches(floor())


def test_used_up_headroom_makes_it_careful() -> None:
    spent = ledger(live_answers=100, abandoned=8)
    plenty = ledger(live_answers=400, abandoned=2)
    assert _launches(floor(ready=6, counted=spent)) < _launches(floor(ready=6, counted=plenty))


def test_a_limit_of_zero_leaves_one_line_per_free_agent() -> None:
    none = ledger(live_answers=100, abandoned=0, limit=0.0)
    assert _launches(floor(ready=3, counted=none)) == 3
    assert _launches(floor(ready=3, counted=none, ringing=(3.0, 4.0))) == 1


# --- the threshold -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("live_answers", "abandoned", "threshold"),
    [
        (0, 0, 0.04 * math.exp(-0.3)),  # one abandoned call is kept in hand
        (100, 2, 0.04),
        (100, 1, 0.04 * math.exp(0.3)),
        (300, 8, 0.04),
        (1000, 0, 0.04 * math.e),  # no more, however ample
        (100, 12, 0.04 * math.exp(-3.0)),
        (100, 90, 0.04 * math.exp(-3.0)),  # no less, however far above
    ],
)
def test_the_threshold_is_four_per_cent_and_moves_by_three_tenths_for_each_call_of_headroom(
    live_answers: int, abandoned: int, threshold: float
) -> None:
    counted = ledger(live_answers=live_answers, abandoned=abandoned)
    assert Predictive().threshold(floor(counted=counted)) == pytest.approx(threshold, abs=1e-9)


def test_a_lower_limit_lowers_the_threshold_with_it() -> None:
    """It was learned for three per cent; at one it is a third, and so is the headroom."""
    counted = ledger(live_answers=300, abandoned=2, limit=0.01)
    assert Predictive().threshold(floor(counted=counted)) == pytest.approx(0.04 / 3.0, abs=1e-9)
    assert Predictive(target=0.01).threshold(floor(counted=counted)) == pytest.approx(0.04, abs=1e-9)


def _learned(*observations: LiveAnswerConnected | LiveAnswerAbandoned) -> float:
    """The logarithm of the threshold, against the one it starts from."""
    policy = Predictive()
    for observation in observations:
        policy.observe(observation)
    log_threshold = policy.state()["log_threshold"]
    assert isinstance(log_threshold, float)
    return log_threshold - math.log(0.04)


def test_the_first_answer_moves_it_five_times_as_far_as_later_ones_and_the_200th_three_times() -> None:
    assert _learned(CONNECTED) == pytest.approx(0.003 * 5.0, abs=1e-12)
    assert _learned(ABANDONED) == pytest.approx(0.003 * 5.0 * (1.0 - 1.0 / 0.03), abs=1e-12)
    after_200 = [CONNECTED] * 100 + [ABANDONED] * 3 + [CONNECTED] * 97
    step = _learned(*after_200, CONNECTED) - _learned(*after_200)
    assert step == pytest.approx(0.003 * 3.0, abs=1e-12)


def test_at_three_per_cent_it_stays_where_it_is() -> None:
    """97 in time make up for three that were not, once it moves slowly."""
    policy = Predictive(learning=1e-5)
    for _ in range(10):
        for observation in [CONNECTED] * 97 + [ABANDONED] * 3:
            policy.observe(observation)
    assert policy.threshold(floor(counted=ledger(live_answers=100, abandoned=2))) == pytest.approx(
        0.04, rel=2e-3
    )


def test_it_never_leaves_a_ten_thousandth_to_a_half() -> None:
    assert _learned(*[CONNECTED] * 2000) == pytest.approx(math.log(0.5 / 0.04))
    assert _learned(*[ABANDONED] * 100) == pytest.approx(math.log(1e-4 / 0.04))


def test_it_learns_that_more_answer_than_was_expected() -> None:
    policy, busy = Predictive(), floor(ready=4)
    before = policy.decide(busy).launches
    for index in range(400):
        outcome = LaunchOutcome.ANSWERED_LIVE if index % 2 else LaunchOutcome.NO_ANSWER
        policy.observe(LaunchResolved(needs_agent=0.25, live=0.25, outcome=outcome, ring_s=12.0))
    assert policy.decide(busy).launches < before


def test_it_asks_to_be_asked_again_in_a_second_and_says_why() -> None:
    decision = Predictive().decide(floor())
    assert decision.reconsider_at == 51.0
    assert "would be late" in decision.reason
    assert decision.terms["threshold"] > 0.0
    assert decision.terms["lateness_of_next"] >= decision.terms["threshold"]


def test_it_stops_at_the_launch_limit() -> None:
    assert _launches(floor(ready=9, launch_limit=2)) == 2
    assert _launches(floor(ready=9, launch_limit=0)) == 0


def test_what_it_learned_comes_back_and_goes_on_alike() -> None:
    first, twin = Predictive(), Predictive()
    for observation in [CONNECTED] * 30 + [ABANDONED]:
        first.observe(observation)
    twin.restore(json.loads(json.dumps(first.state())))
    for policy in (first, twin):
        policy.observe(CONNECTED)
    assert twin.state() == first.state()


@pytest.mark.parametrize("wrong", [0.0, 1.0])
def test_shares_out_of_range_are_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="0-1"):
        Predictive(target=wrong)
    with pytest.raises(ValueError, match="0-1"):
        Predictive(threshold=wrong)


def test_it_tells_the_lateness_of_the_next_call_and_the_agents_of_the_seventh_horizon() -> None:
    """Where nothing more could be launched there is no next; the seventh of twenty is ten seconds ahead."""
    policy, free = Predictive(), floor(ready=2, counted=ledger(limit=0.0))
    none_left = floor(ready=2, counted=ledger(limit=0.0), launch_limit=2)
    assert policy.decide(none_left).terms["lateness_of_next"] == 0.0
    decision = policy.decide(free)
    assert decision.terms["spare_agents_in_10s"] == pytest.approx(float(policy.outlook(free).spare[6]))
    assert decision.terms["threshold"] == 0.0


@pytest.mark.parametrize(("limit", "launches"), [(0, 0), (1, 1), (2, 2)])
def test_where_one_call_may_be_launched_one_is(limit: int, launches: int) -> None:
    decision = Predictive().decide(floor(ready=9, launch_limit=limit))
    assert decision.launches == launches
    assert (decision.reason == "Nothing may be launched now.") is (limit == 0)


def test_a_snapshot_is_looked_at_once_until_something_is_learned() -> None:
    policy, first, second = Predictive(), floor(), floor()
    outlook = policy.outlook(first)
    assert policy.outlook(first) is outlook
    assert policy.outlook(second) is not outlook
    assert policy.outlook(first) is not outlook
    outlook = policy.outlook(first)
    policy.observe(CONNECTED)
    assert policy.outlook(first) is not outlook


def test_no_chance_that_is_told_is_below_zero() -> None:
    """Three free agents, three who talk, one candidate: its lateness is nothing, by a hair less."""
    decision = Predictive().decide(floor(ready=3, talking=(30.0,) * 3, candidates=1))
    assert decision.launches == 1
    assert decision.terms["lateness_of_next"] < 0.0
    assert "late with 0.0 %," in decision.reason
