"""What holds for every policy and every floor."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pacing.abandonment_guard import AbandonmentGuard
from pacing.policy import (
    AbandonmentLedger,
    Floats,
    LaunchOutcome,
    LaunchResolved,
    LiveAnswerAbandoned,
    LiveAnswerConnected,
    PacingObservation,
    PacingSnapshot,
    TalkEnded,
    WrapUpEnded,
)
from pacing.registry import POLICIES, make_guarded_policy, make_policy

_SHARE = st.floats(0.0, 1.0, allow_subnormal=False)
_SECONDS = st.floats(0.0, 4000.0, allow_subnormal=False)


def _floats(values: list[float]) -> Floats:
    return np.array(values, dtype=np.float64)


@st.composite
def snapshots(draw: st.DrawFn) -> PacingSnapshot:
    """Any floor at all, sensible or not."""
    talking = draw(st.lists(_SECONDS, max_size=12))
    wrapping = draw(st.lists(_SECONDS, max_size=5))
    ringing = draw(st.lists(st.tuples(_SECONDS, _SHARE, _SHARE), max_size=15))
    candidates = draw(st.lists(st.tuples(_SHARE, _SHARE), max_size=30))
    live_answers = draw(st.integers(0, 500))
    return PacingSnapshot(
        now=draw(st.floats(0.0, 2e9)),
        ready_agents=draw(st.integers(0, 10)),
        paused_agents=draw(st.integers(0, 5)),
        reserved_agents=draw(st.integers(0, 3)),
        launch_limit=draw(st.integers(0, 40)),
        agent_ids=tuple(f"a{n}" for n in range(len(talking) + len(wrapping))),
        talking_elapsed=_floats(talking),
        wrapping_elapsed=_floats(wrapping),
        leaving=np.array([draw(st.booleans()) for _ in (*talking, *wrapping)], dtype=np.bool_),
        ringing_elapsed=_floats([call[0] for call in ringing]),
        ringing_needs_agent=_floats([max(call[1:]) for call in ringing]),
        ringing_live=_floats([min(call[1:]) for call in ringing]),
        waiting_elapsed=_floats(draw(st.lists(st.floats(0.0, 5.0), max_size=3))),
        candidate_needs_agent=_floats([max(lead) for lead in candidates]),
        candidate_live=_floats([min(lead) for lead in candidates]),
        expected_inbound=draw(st.floats(0.0, 1.0)),
        classify_delay=draw(st.sampled_from((0.0, 2.5))),
        leads_left=draw(st.integers(0, 1000)),
        shift_left=draw(st.sampled_from((0.0, 20.0, 3600.0, float("inf")))),
        ledger=AbandonmentLedger(
            connect_within=2.0,
            live_answers=live_answers,
            abandoned=draw(st.integers(0, live_answers)),
            limit=draw(st.sampled_from((0.0, 0.01, 0.03))),
            window_left=draw(st.sampled_from((0.0, 60.0, 7200.0, float("inf")))),
        ),
    )


@st.composite
def observations(draw: st.DrawFn) -> PacingObservation:
    """Anything that may be reported."""
    live, needs = sorted((draw(_SHARE), draw(_SHARE)))
    seconds = draw(_SECONDS)
    return draw(
        st.sampled_from(
            (
                LaunchResolved(
                    needs_agent=needs,
                    live=live,
                    outcome=draw(st.sampled_from(LaunchOutcome)),
                    ring_s=seconds,
                    needed_agent=draw(st.sampled_from((None, True, False))),
                ),
                TalkEnded(agent_id="a1", talk_s=seconds),
                WrapUpEnded(agent_id="a1", wrap_s=seconds),
                LiveAnswerConnected(wait_s=0.5),
                LiveAnswerAbandoned(wait_s=2.0),
            )
        )
    )


ALL = sorted(POLICIES)


@pytest.mark.parametrize("name", ALL)
@given(snapshot=snapshots())
@settings(max_examples=60, deadline=None)
def test_no_policy_launches_more_than_it_may(name: str, snapshot: PacingSnapshot) -> None:
    for policy in (make_policy(name), make_guarded_policy(name)):
        decision = policy.decide(snapshot)
        assert decision.launches <= min(
            snapshot.launch_limit, snapshot.leads_left, snapshot.candidate_live.size
        )
        assert decision.cancel_ringing <= np.count_nonzero(snapshot.ringing_elapsed >= 15.0)


@pytest.mark.parametrize("name", ALL)
@given(snapshot=snapshots())
@settings(max_examples=60, deadline=None)
def test_no_agents_no_launches(name: str, snapshot: PacingSnapshot) -> None:
    """Agents on a break, and agents about to leave, are no agents."""
    deserted = replace(snapshot, ready_agents=0, leaving=np.ones_like(snapshot.leaving))
    assert make_policy(name).decide(deserted).launches == 0
    assert make_guarded_policy(name).decide(deserted).launches == 0


@pytest.mark.parametrize("name", ["progressive", "preview", "fixed_ratio"])
@given(snapshot=snapshots(), more=st.integers(1, 5))
@settings(max_examples=60, deadline=None)
def test_one_more_ready_agent_never_means_fewer_launches(
    name: str, snapshot: PacingSnapshot, more: int
) -> None:
    policy = make_policy(name)
    fuller = replace(snapshot, ready_agents=snapshot.ready_agents + more)
    assert policy.decide(fuller).launches >= policy.decide(snapshot).launches


@pytest.mark.parametrize("name", ALL)
@given(snapshot=snapshots(), seen=st.lists(observations(), max_size=20))
@settings(max_examples=60, deadline=None)
def test_the_guard_never_raises_launches(
    name: str, snapshot: PacingSnapshot, seen: list[PacingObservation]
) -> None:
    bare, guarded = make_policy(name), AbandonmentGuard(make_policy(name))
    for observation in seen:
        bare.observe(observation)
        guarded.observe(observation)
    assert guarded.decide(snapshot).launches <= bare.decide(snapshot).launches


@pytest.mark.parametrize("name", ALL)
@given(
    snapshot=snapshots(),
    seen=st.lists(observations(), max_size=30),
    later=st.lists(observations(), max_size=8),
)
@settings(max_examples=60, deadline=None)
def test_a_restored_policy_decides_like_the_first(
    name: str, snapshot: PacingSnapshot, seen: list[PacingObservation], later: list[PacingObservation]
) -> None:
    first = make_guarded_policy(name)
    for observation in seen:
        first.observe(observation)
    twin = make_guarded_policy(name)
    twin.restore(json.loads(json.dumps(first.state())))
    assert twin.decide(snapshot) == first.decide(snapshot)
    for observation in later:
        first.observe(observation)
        twin.observe(observation)
    assert twin.decide(snapshot) == first.decide(snapshot)
    assert twin.state() == first.state()


@pytest.mark.parametrize("name", ALL)
@given(snapshot=snapshots())
@settings(max_examples=30, deadline=None)
def test_deciding_changes_nothing(name: str, snapshot: PacingSnapshot) -> None:
    policy = make_guarded_policy(name)
    before = policy.state()
    first = policy.decide(snapshot)
    assert policy.decide(snapshot) == first
    assert policy.state() == before
