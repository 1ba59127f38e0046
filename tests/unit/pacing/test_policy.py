"""The boundary types of the pacing library refuse what cannot be."""

import numpy as np
import pytest

from pacing.bench.snapshots import ledger
from pacing.policy import LaunchDecision, PacingSnapshot, quantised


def test_a_ledger_without_answers_has_no_rate() -> None:
    assert ledger().abandoned_per_live_answer is None
    assert ledger(live_answers=200, abandoned=3).abandoned_per_live_answer == 0.015


def test_headroom_is_what_may_still_be_abandoned() -> None:
    assert ledger(live_answers=100, abandoned=1, limit=0.03).headroom == pytest.approx(2.0)
    assert ledger(live_answers=10, abandoned=1, limit=0.03).headroom < 0


@pytest.mark.parametrize("abandoned", [-1, 6])
def test_a_ledger_cannot_have_more_abandoned_than_answers(abandoned: int) -> None:
    with pytest.raises(ValueError, match="abandoned"):
        ledger(live_answers=5, abandoned=abandoned)


def test_a_limit_is_a_share() -> None:
    with pytest.raises(ValueError, match="share"):
        ledger(limit=3.0)


def test_a_snapshot_refuses_arrays_of_different_lengths() -> None:
    with pytest.raises(ValueError, match="ringing"):
        PacingSnapshot(
            now=0.0,
            ready_agents=1,
            launch_limit=1,
            ledger=ledger(),
            ringing_elapsed=np.array([1.0]),
        )
    with pytest.raises(ValueError, match="agent_ids"):
        PacingSnapshot(
            now=0.0,
            ready_agents=1,
            launch_limit=1,
            ledger=ledger(),
            talking_elapsed=np.array([1.0]),
        )
    with pytest.raises(ValueError, match="candidate"):
        PacingSnapshot(
            now=0.0,
            ready_agents=1,
            launch_limit=1,
            ledger=ledger(),
            candidate_live=np.array([0.2]),
        )


def test_a_snapshot_refuses_negative_counts() -> None:
    with pytest.raises(ValueError, match="negative"):
        PacingSnapshot(now=0.0, ready_agents=-1, launch_limit=1, ledger=ledger())
    with pytest.raises(ValueError, match="negative"):
        LaunchDecision(launches=-1, reason="")


def test_agents_who_leave_do_not_serve_on() -> None:
    snapshot = PacingSnapshot(
        now=0.0,
        ready_agents=2,
        reserved_agents=1,
        launch_limit=9,
        ledger=ledger(),
        agent_ids=("a", "b", "c"),
        talking_elapsed=np.array([10.0, 20.0]),
        wrapping_elapsed=np.array([1.0]),
        leaving=np.array([True, False, False]),
        waiting_elapsed=np.array([0.5]),
        candidate_needs_agent=np.array([0.2, 0.2]),
        candidate_live=np.array([0.2, 0.2]),
    )
    assert snapshot.free_agents == 0
    assert snapshot.serving_agents == 4
    assert snapshot.launchable == 2


def test_last_bit_differences_do_not_survive_quantisation() -> None:
    assert quantised(0.1 + 0.2) == quantised(0.3)
