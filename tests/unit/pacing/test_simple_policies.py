"""Progressive, preview and fixed ratio: what they launch, and what they never launch."""

import math

import numpy as np
import pytest

from pacing.bench.snapshots import ledger
from pacing.fixed_ratio import FixedRatio
from pacing.policy import PacingSnapshot
from pacing.preview import Preview
from pacing.progressive import Progressive


def _floor(
    *, ready: int, talking: int = 0, leaving: int = 0, ringing: int = 0, waiting: int = 0, reserved: int = 0
) -> PacingSnapshot:
    return PacingSnapshot(
        now=0.0,
        ready_agents=ready,
        reserved_agents=reserved,
        launch_limit=100,
        ledger=ledger(),
        agent_ids=tuple(f"a{n}" for n in range(talking)),
        talking_elapsed=np.full(talking, 30.0),
        leaving=np.arange(talking) < leaving,
        ringing_elapsed=np.full(ringing, 5.0),
        ringing_needs_agent=np.full(ringing, 0.25),
        ringing_live=np.full(ringing, 0.25),
        waiting_elapsed=np.full(waiting, 0.5),
        candidate_needs_agent=np.full(50, 0.25),
        candidate_live=np.full(50, 0.25),
        leads_left=50,
        shift_left=math.inf,
    )


@pytest.mark.parametrize("policy", [Progressive(), Preview()])
def test_one_line_for_each_agent_nobody_is_calling_for(policy: Progressive | Preview) -> None:
    assert policy.decide(_floor(ready=4)).launches == 4
    assert policy.decide(_floor(ready=4, ringing=3)).launches == 1
    assert policy.decide(_floor(ready=4, waiting=1, reserved=1)).launches == 2
    assert policy.decide(_floor(ready=2, ringing=5)).launches == 0
    assert policy.decide(_floor(ready=0, talking=9)).launches == 0


def test_a_fixed_ratio_fills_lines_up_to_the_level() -> None:
    policy = FixedRatio(lines_per_agent=1.5)
    assert policy.decide(_floor(ready=4, talking=6)).launches == 9
    assert policy.decide(_floor(ready=4, talking=6, ringing=8)).launches == 1
    assert policy.decide(_floor(ready=0, talking=10, ringing=5)).launches == 0


def test_the_ratio_is_one_and_a_half_unless_it_is_set() -> None:
    assert FixedRatio().decide(_floor(ready=20)).launches == 30


def test_half_a_line_counts_as_one() -> None:
    assert FixedRatio(lines_per_agent=1.5).decide(_floor(ready=1)).launches == 2
    assert FixedRatio(lines_per_agent=1.5).decide(_floor(ready=3)).launches == 5


def test_agents_who_leave_bring_no_lines() -> None:
    stay = FixedRatio(lines_per_agent=2.0).decide(_floor(ready=0, talking=10)).launches
    leave = FixedRatio(lines_per_agent=2.0).decide(_floor(ready=0, talking=10, leaving=4)).launches
    assert (stay, leave) == (10, 6)


def test_a_ratio_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="1 or more"):
        FixedRatio(lines_per_agent=0.9)


def test_the_reason_is_a_sentence_with_its_numbers() -> None:
    decision = FixedRatio(lines_per_agent=1.5).decide(_floor(ready=4, talking=6))
    assert decision.reason == "1.5 lines for each of 10 at work, 6 in use."
    assert decision.terms["goal"] == 15.0
