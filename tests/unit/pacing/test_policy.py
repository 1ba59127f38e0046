"""The boundary types of the pacing library refuse what cannot be."""

from typing import Any

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


@pytest.mark.parametrize(
    ("ring", "cancellable", "refused"), [(2, 2, False), (2, 3, True), (2, -1, True), (0, 0, False)]
)
def test_no_more_calls_may_be_taken_back_than_ring(ring: int, cancellable: int, refused: bool) -> None:
    def make() -> PacingSnapshot:
        return PacingSnapshot(
            now=0.0,
            ready_agents=0,
            launch_limit=0,
            ledger=ledger(),
            ringing_elapsed=np.ones(ring),
            ringing_needs_agent=np.ones(ring),
            ringing_live=np.ones(ring),
            cancellable_ringing=cancellable,
        )

    if refused:
        with pytest.raises(ValueError, match="no more calls can be taken back than ring"):
            make()
    else:
        assert make().cancellable_ringing == cancellable


@pytest.mark.parametrize(
    "wrong",
    [
        {"ready_agents": -1},
        {"paused_agents": -1},
        {"reserved_agents": -1},
        {"leads_left": -1},
        {"launch_limit": -1},
        {"expected_inbound": -0.001},
        {"classify_delay": -0.001},
        {"shift_left": -0.001},
    ],
)
def test_each_count_rate_and_duration_of_a_snapshot_is_none_or_more(wrong: dict[str, Any]) -> None:
    none: dict[str, Any] = dict.fromkeys(wrong, 0)
    plain: dict[str, Any] = {"now": 0.0, "ready_agents": 0, "launch_limit": 0, "ledger": ledger()}
    PacingSnapshot(**{**plain, **none})
    with pytest.raises(ValueError, match="cannot be negative"):
        PacingSnapshot(**{**plain, **wrong})


@pytest.mark.parametrize("wrong", [{"launches": -1}, {"cancel_ringing": -1}])
def test_a_decision_launches_and_takes_back_none_or_more(wrong: dict[str, int]) -> None:
    plain: dict[str, Any] = {"launches": 0, "cancel_ringing": 0, "reason": ""}
    wronged: dict[str, Any] = {**plain, **wrong}
    LaunchDecision(**plain)
    with pytest.raises(ValueError, match="cannot be negative"):
        LaunchDecision(**wronged)
