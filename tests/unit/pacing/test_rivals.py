"""The rivals do the arithmetic that was published of them."""

import numpy as np
import pytest

from pacing.bench.contenders import CONTENDERS
from pacing.bench.snapshots import floor, ledger
from pacing.policy import LaunchOutcome, LaunchResolved, LiveAnswerAbandoned, LiveAnswerConnected, TalkEnded
from pacing.registry import make_guarded_policy
from pacing.rivals import DropMethod, LevelSettings, OmniLeads, VicidialAdaptive, VicidialRatio, make_november
from pacing.rivals.omnileads import aggressiveness, expected_free, wanted_calls
from pacing.rivals.vicidial import DropCounts, limited_level, moved_level, to_launch

DEFAULTS = LevelSettings()


@pytest.mark.parametrize(
    ("level", "settings", "ready", "waiting", "agents", "moved"),
    [
        (1.0, DEFAULTS, 4.0, 0.0, 10.0, 1.4),  # four of ten idle: up by four tenths
        (2.0, DEFAULTS, 0.0, 1.0, 10.0, 1.8),  # a caller waits: down by a tenth
        (2.0, DEFAULTS, 1.0, 1.0, 10.0, 2.0),
        (2.0, DEFAULTS, 3.0, 0.0, 0.0, 2.0),
        (2.9, DEFAULTS, 10.0, 0.0, 10.0, 3.0),  # no further than the most
        (1.0, DEFAULTS, 0.0, 5.0, 10.0, 1.0),  # nor below one line each
        (1.0, LevelSettings(difference=-1.0), 1.0, 0.0, 10.0, 1.0),  # aims for one idle agent
        (1.0, LevelSettings(intensity=50.0), 4.0, 0.0, 10.0, 1.6),
        (2.0, LevelSettings(intensity=50.0), 0.0, 1.0, 10.0, 1.9),
    ],
)
def test_vicidial_moves_its_level_by_ready_agents_less_waiting_callers(
    level: float, settings: LevelSettings, ready: float, waiting: float, agents: float, moved: float
) -> None:
    found = moved_level(level, settings, ready=ready, waiting=waiting, agents=agents)
    assert found == pytest.approx(moved)


@pytest.mark.parametrize(
    ("method", "counts", "clock", "level"),
    [
        (DropMethod.HARD_LIMIT, DropCounts(calls=51, answers=100, drops=4), 1200, 1.0),
        (DropMethod.HARD_LIMIT, DropCounts(calls=50, answers=100, drops=4), 1200, 2.4),  # not armed yet
        (DropMethod.HARD_LIMIT, DropCounts(calls=51, answers=100, drops=3), 1200, 2.4),  # three are not more
        (DropMethod.AVERAGE, DropCounts(calls=51, answers=100, drops=4), 1200, 1.2),
        (DropMethod.TAPERED, DropCounts(calls=51, answers=100, drops=4), 1330, 1.848),  # 770 of 1000
        (DropMethod.TAPERED, DropCounts(calls=51, answers=100, drops=4), 1059, 2.4),  # more than 1000 left
        (DropMethod.TAPERED, DropCounts(calls=51, answers=100, drops=4), 2101, 1.0),
        (DropMethod.HARD_LIMIT, DropCounts(calls_last_minute=21, drops_last_minute=11), 1200, 1.2),
        (DropMethod.HARD_LIMIT, DropCounts(calls_last_minute=20, drops_last_minute=11), 1200, 2.4),
        (DropMethod.HARD_LIMIT, DropCounts(calls_last_minute=22, drops_last_minute=11), 1200, 2.4),
    ],
)
def test_vicidial_limits_its_level_by_drops(
    method: DropMethod, counts: DropCounts, clock: int, level: float
) -> None:
    found = limited_level(2.4, LevelSettings(method=method), counts, clock=clock)
    assert found == pytest.approx(level)


def test_vicidial_fills_the_lines_and_does_not_count_wrap_up() -> None:
    """1.5 lines for each of two ready agents and ten who talk are 18; twelve are in use with two ringing."""
    assert to_launch(1.5, active=12, in_flight=12) == 6
    assert to_launch(1.5, active=3, in_flight=0) == 5  # a half is rounded up
    snapshot = floor(ready=2, talking=(30.0,) * 10, wrapping=(3.0,) * 4, ringing=(1.0, 2.0))
    assert VicidialRatio(level=1.5).decide(snapshot).launches == 6


def test_vicidial_launches_once_a_pass() -> None:
    policy = VicidialRatio(level=1.5)
    assert policy.decide(floor()).launches == 8
    again = policy.decide(floor())
    assert (again.launches, again.reconsider_at) == (0, 50.0 + 2.5 + 8 / 5)


def test_vicidial_adapts_at_its_first_look_and_then_every_fifteen_seconds() -> None:
    policy = VicidialAdaptive(LevelSettings(), midnight=0.0)
    policy.decide(floor(ready=6, talking=(30.0,) * 6))
    assert policy.level == 1.5
    policy.decide(floor(ready=12, talking=()))
    assert policy.level == 1.5  # the same instant: not due


def test_vicidial_counts_the_abandoned_of_its_day() -> None:
    policy = VicidialAdaptive(LevelSettings(), midnight=0.0)
    for _ in range(60):
        policy.observe(
            LaunchResolved(needs_agent=0.2, live=0.2, outcome=LaunchOutcome.NO_ANSWER, ring_s=20.0)
        )
    policy.observe(LiveAnswerConnected(wait_s=0.0))
    policy.observe(LiveAnswerAbandoned(wait_s=2.0))
    policy.decide(floor(ready=6, talking=(30.0,) * 6))
    assert policy.level == 1.0  # one of two: back to one line each
    other = VicidialAdaptive()
    other.restore(policy.state())
    assert other.state()["counts"] == {"calls": 60, "answers": 2, "drops": 1}


def test_omnileads_worked_example() -> None:
    """Its documentation's: two free, 1.4 to come, four ringing, half answer: two calls."""
    assert wanted_calls(free=2, soon_free=1.4, ringing=4, rate=0.5, gamma=1.0) == 2
    assert wanted_calls(free=2, soon_free=1.4, ringing=8, rate=0.5, gamma=1.0) == 0


@pytest.mark.parametrize(
    ("abandoned", "gamma"), [(0.0, 1.0), (0.015, 1.0), (0.0225, 0.6), (0.03, 0.2), (0.5, 0.2)]
)
def test_omnileads_holds_back_from_half_of_the_limit_on(abandoned: float, gamma: float) -> None:
    assert aggressiveness(abandoned) == pytest.approx(gamma)


def test_omnileads_expects_agents_by_what_is_left_of_the_mean() -> None:
    found = expected_free(np.array([60.0, 119.5, 500.0]), 120.0, 15.0)
    assert found == pytest.approx((1 - np.exp(-15 / 60)) + 2 * (1 - np.exp(-15.0)))


def test_omnileads_warms_up_and_latches() -> None:
    policy = OmniLeads(channels_per_agent=10.0)
    assert policy.decide(floor(ready=2, talking=(5.0,) * 10, live=0.25)).launches == 2
    for _ in range(50):
        policy.observe(
            LaunchResolved(needs_agent=0.2, live=0.2, outcome=LaunchOutcome.NO_ANSWER, ring_s=20.0)
        )
        policy.observe(TalkEnded(agent_id="a", talk_s=90.0))
        policy.observe(LiveAnswerConnected(wait_s=0.0))
    state = policy.state()
    assert state["connected"] == 50
    other = OmniLeads(channels_per_agent=10.0)
    other.restore(state)
    assert other.decide(floor(ready=2)).launches == 5  # the floor of the rate asks for forty; five a second
    policy.observe(LiveAnswerAbandoned(wait_s=2.0))
    assert policy.state()["abandoned"] == pytest.approx(0.1)  # one of them is over any limit


def test_our_own_policy_of_november_decides_as_it_did() -> None:
    """Pinned when it was taken over: whatever is changed elsewhere must not move it."""
    policy = make_november()
    told = [
        (
            decision.launches,
            round(decision.terms["lateness_of_next"], 6),
            round(decision.terms["threshold"], 6),
        )
        for snapshot in (
            floor(),
            floor(ready=0, ringing=(4.0, 12.0, 20.0)),
            floor(ready=5, live=0.05, needs=0.5),
        )
        for decision in (policy.decide(snapshot),)
    ]
    assert told == NOVEMBER
    assert make_november().state() == policy.state()


NOVEMBER = [(5, 0.075061, 0.053994), (0, 0.63996, 0.053994), (13, 0.056086, 0.053994)]
"""What the policy of November itself decided, run from its own commit."""


def test_contenders_are_made_anew_for_every_day() -> None:
    for contender in CONTENDERS.values():
        first, second = (contender.variants[0]() for _ in range(2))
        assert first is not second
        assert first.decide(floor(counted=ledger())).launches >= 0


def test_the_guard_takes_a_rival_too() -> None:
    assert make_guarded_policy("fixed_ratio").decide(floor(ready=0, talking=())).launches == 0
