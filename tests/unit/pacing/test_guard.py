"""The guard has the last word, binds only when it must, and tells why."""

import math
from collections.abc import Sequence

import numpy as np
import pytest

from pacing.abandonment_guard import CANCEL_AFTER, AbandonmentGuard, late_more_than
from pacing.fixed_ratio import FixedRatio
from pacing.policy import AbandonmentLedger, LaunchOutcome, LaunchResolved, PacingSnapshot
from pacing.predictive import Predictive
from pacing.progressive import Progressive


def _floor(
    *,
    ready: int = 3,
    talking: int = 17,
    ringing: Sequence[float] = (),
    live_answers: int = 500,
    abandoned: int = 10,
    window_left: float = 4 * 3600.0,
    leads_left: int = 100_000,
) -> PacingSnapshot:
    return PacingSnapshot(
        now=0.0,
        ready_agents=ready,
        launch_limit=40,
        ledger=AbandonmentLedger(live_answers=live_answers, abandoned=abandoned, window_left=window_left),
        agent_ids=tuple(f"a{n}" for n in range(talking)),
        talking_elapsed=np.full(talking, 30.0),
        leaving=np.zeros(talking, dtype=np.bool_),
        ringing_elapsed=np.array(ringing, dtype=np.float64),
        ringing_needs_agent=np.full(len(ringing), 0.25),
        ringing_live=np.full(len(ringing), 0.25),
        candidate_needs_agent=np.full(40, 0.25),
        candidate_live=np.full(40, 0.25),
        leads_left=leads_left,
        shift_left=math.inf,
    )


def _bold() -> FixedRatio:
    return FixedRatio(lines_per_agent=3.0)


def test_early_in_the_window_it_lets_the_policy_have_its_way() -> None:
    assert AbandonmentGuard(_bold()).decide(_floor()).launches == _bold().decide(_floor()).launches


def test_at_the_end_of_the_window_it_holds_back() -> None:
    late = _floor(window_left=120.0, live_answers=500, abandoned=12)
    decision = AbandonmentGuard(_bold()).decide(late)
    assert 3 <= decision.launches < _bold().decide(late).launches
    assert "guard allows" in decision.reason
    assert decision.terms["wanted"] == 40.0


def test_when_nothing_is_left_only_calls_an_agent_is_free_for_go_out() -> None:
    over = _floor(window_left=60.0, live_answers=100, abandoned=5)
    decision = AbandonmentGuard(_bold()).decide(over)
    assert decision.launches == 3
    assert "No headroom" in decision.reason
    assert AbandonmentGuard(_bold()).decide(_floor(ready=0, window_left=60.0, abandoned=20)).launches == 0


def test_when_nothing_is_left_calls_without_an_agent_are_taken_back_after_fifteen_seconds() -> None:
    over = _floor(ready=1, ringing=(20.0, 16.0, 15.0, 14.0), window_left=60.0, abandoned=20)
    assert AbandonmentGuard(_bold()).decide(over).cancel_ringing == 3
    covered = _floor(ready=4, ringing=(20.0, 16.0, 15.0, 14.0), window_left=60.0, abandoned=20)
    assert AbandonmentGuard(_bold()).decide(covered).cancel_ringing == 0
    assert CANCEL_AFTER == 15.0


def test_when_the_last_agent_is_gone_ringing_calls_are_taken_back() -> None:
    empty = _floor(ready=0, talking=0, ringing=(20.0, 3.0))
    decision = AbandonmentGuard(_bold()).decide(empty)
    assert (decision.launches, decision.cancel_ringing) == (0, 1)


def test_the_end_of_the_list_is_the_end_of_what_can_be_made_good() -> None:
    guard = AbandonmentGuard(_bold())
    assert guard.headroom(_floor(leads_left=50)) < guard.headroom(_floor(leads_left=50_000))


def test_progressive_is_never_held_back() -> None:
    for abandoned in (0, 15, 400):
        floor = _floor(abandoned=abandoned, window_left=30.0)
        assert AbandonmentGuard(Progressive()).decide(floor).launches == 3


def test_the_chance_of_too_many_late_answers() -> None:
    assert late_more_than(5, 0.0) == 0.0
    assert late_more_than(0, 0.1) == pytest.approx(1.0 - math.exp(-0.1))
    assert late_more_than(10, 2.0) < late_more_than(5, 2.0) < late_more_than(5, 4.0)
    assert late_more_than(-1, 1.0) == 1.0


def test_it_learns_for_policies_that_do_not() -> None:
    guard = AbandonmentGuard(_bold())
    before = guard.headroom(_floor())
    for _ in range(300):
        guard.observe(
            LaunchResolved(needs_agent=0.25, live=0.25, outcome=LaunchOutcome.NO_ANSWER, ring_s=26.0)
        )
    assert guard.headroom(_floor()) < before, "fewer answers to come, so less can be made good"


def test_it_shares_what_a_predictive_policy_has_learned() -> None:
    assert "model" not in AbandonmentGuard(Predictive()).state()
    assert "model" in AbandonmentGuard(_bold()).state()


def test_shares_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="0-1"):
        AbandonmentGuard(_bold(), epsilon=0.0)
