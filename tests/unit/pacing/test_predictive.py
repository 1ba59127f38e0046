"""Predictive pacing does what a careful supervisor would do with the same numbers."""

import math
from collections.abc import Sequence

import numpy as np

from pacing.policy import (
    AbandonmentLedger,
    LaunchOutcome,
    LaunchResolved,
    LiveAnswerAbandoned,
    LiveAnswerConnected,
    PacingSnapshot,
)
from pacing.predictive import Predictive


def _floor(
    *,
    ready: int = 2,
    talking: Sequence[float] = (30.0,) * 10,
    leaving: int = 0,
    ringing: Sequence[float] = (),
    live: float = 0.25,
    needs: float | None = None,
    shift_left: float = math.inf,
    ledger: AbandonmentLedger | None = None,
    inbound: float = 0.0,
    launch_limit: int = 40,
) -> PacingSnapshot:
    needs_agent = live if needs is None else needs
    return PacingSnapshot(
        now=50.0,
        ready_agents=ready,
        launch_limit=launch_limit,
        ledger=ledger or AbandonmentLedger(live_answers=100, abandoned=1),
        agent_ids=tuple(f"a{n}" for n in range(len(talking))),
        talking_elapsed=np.array(talking, dtype=np.float64),
        leaving=np.arange(len(talking)) < leaving,
        ringing_elapsed=np.array(ringing, dtype=np.float64),
        ringing_needs_agent=np.full(len(ringing), needs_agent),
        ringing_live=np.full(len(ringing), live),
        candidate_needs_agent=np.full(40, needs_agent),
        candidate_live=np.full(40, live),
        shift_left=shift_left,
        expected_inbound=inbound,
    )


def _launches(snapshot: PacingSnapshot) -> int:
    return Predictive().decide(snapshot).launches


def test_it_dials_more_lines_than_agents_when_few_answer() -> None:
    assert _launches(_floor(ready=4, live=0.10)) > _launches(_floor(ready=4, live=0.40)) >= 4


def test_without_agents_nothing_is_launched() -> None:
    decision = Predictive().decide(_floor(ready=0, talking=()))
    assert (decision.launches, decision.reason) == (0, "No agents, no calls.")


def test_agents_who_leave_are_no_supply() -> None:
    assert _launches(_floor(ready=0, talking=(30.0,) * 10, leaving=10)) == 0
    assert _launches(_floor(leaving=5)) < _launches(_floor())


def test_calls_that_ring_hold_back_others() -> None:
    assert _launches(_floor(ringing=(6.0,) * 10)) < _launches(_floor())


def test_a_call_that_has_rung_long_weighs_less_than_a_fresh_one() -> None:
    """Whoever would answer has mostly done so after 25 seconds."""
    assert _launches(_floor(ringing=(25.0,) * 12)) > _launches(_floor(ringing=(8.0,) * 12))


def test_machines_that_reach_agents_hold_back_launches() -> None:
    assert _launches(_floor(live=0.05, needs=0.65)) < _launches(_floor(live=0.05))


def test_inbound_calls_take_agents_too() -> None:
    assert _launches(_floor(inbound=0.2)) < _launches(_floor())


def test_no_call_is_launched_that_would_be_answered_after_the_shift() -> None:
    assert _launches(_floor(shift_left=5.0)) == 0
    assert _launches(_floor(shift_left=20.0)) <= _launches(_floor())


def test_used_up_headroom_makes_it_careful() -> None:
    spent = AbandonmentLedger(live_answers=100, abandoned=8)
    plenty = AbandonmentLedger(live_answers=400, abandoned=2)
    assert _launches(_floor(ready=6, ledger=spent)) < _launches(_floor(ready=6, ledger=plenty))


def test_a_limit_of_zero_leaves_one_line_per_free_agent() -> None:
    none = AbandonmentLedger(live_answers=100, abandoned=0, limit=0.0)
    assert _launches(_floor(ready=3, ledger=none)) == 3
    assert _launches(_floor(ready=3, ledger=none, ringing=(3.0, 4.0))) == 1


def test_every_abandoned_answer_lowers_the_threshold_and_every_good_one_raises_it() -> None:
    policy, floor = Predictive(), _floor()
    before = policy.threshold(floor)
    policy.observe(LiveAnswerAbandoned(wait_s=2.0))
    lowered = policy.threshold(floor)
    assert lowered < before
    for _ in range(40):
        policy.observe(LiveAnswerConnected(wait_s=0.2))
    assert policy.threshold(floor) > before, "about 33 good ones make up for one at 3 %"


def test_it_learns_that_more_answer_than_was_expected() -> None:
    policy, floor = Predictive(), _floor(ready=4)
    before = policy.decide(floor).launches
    for index in range(400):
        outcome = LaunchOutcome.ANSWERED_LIVE if index % 2 else LaunchOutcome.NO_ANSWER
        policy.observe(LaunchResolved(needs_agent=0.25, live=0.25, outcome=outcome, ring_s=12.0))
    assert policy.decide(floor).launches < before


def test_it_asks_to_be_asked_again_in_a_second_and_says_why() -> None:
    decision = Predictive().decide(_floor())
    assert decision.reconsider_at == 51.0
    assert "would be late" in decision.reason
    assert decision.terms["threshold"] > 0.0


def test_it_stops_at_the_launch_limit() -> None:
    assert _launches(_floor(ready=9, launch_limit=2)) == 2
    assert _launches(_floor(ready=9, launch_limit=0)) == 0
