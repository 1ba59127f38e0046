"""A look ahead: the arithmetic of its intervals, what a change changes, and what nothing is said of."""

import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.random import Generator

from pacing.abandonment_guard import AbandonmentGuard
from pacing.ahead import Change, Forecast, ImpossibleChangeError, Picture, RingIncidence, changed, look_ahead
from pacing.ahead.breaks import Breaks
from pacing.ahead.floor import AheadFloor, Came
from pacing.ahead.forecast import LEAST_RUNS, predicted, told
from pacing.ahead.laws import Fate, Laws
from pacing.policy import (
    AbandonmentLedger,
    LaunchOutcome,
    LaunchResolved,
    PacingSnapshot,
    TalkEnded,
    WrapUpEnded,
)
from pacing.registry import make_guarded_policy
from simulator.streams import Streams

STRETCH = 240.0
T_2 = 2.9199855803537256
"""Student's t at .95, of 2 degrees of freedom, from a table."""


def taught() -> AbandonmentGuard:
    """A guarded policy after two hundred calls: a quarter answered by people, talks of 60 s."""
    policy = make_guarded_policy("predictive")
    for call in range(200):
        is_live = call % 4 == 0
        policy.observe(
            LaunchResolved(
                needs_agent=0.25,
                live=0.25,
                outcome=LaunchOutcome.ANSWERED_LIVE if is_live else LaunchOutcome.NO_ANSWER,
                ring_s=6.0 + call % 9 if is_live else 24.0,
            )
        )
        if is_live:
            policy.observe(TalkEnded(agent_id="a", talk_s=40.0 + call % 40))
            policy.observe(WrapUpEnded(agent_id="a", wrap_s=10.0))
    return policy


def picture(**others: object) -> Picture:
    """Eight agents: three free, four talking, one in wrap-up; six calls ring."""
    snapshot = PacingSnapshot(
        now=1_800_000_000.0,
        ready_agents=3,
        agent_ids=("a", "b", "c", "d", "e"),
        talking_elapsed=np.array([5.0, 20.0, 60.0, 110.0]),
        wrapping_elapsed=np.array([4.0]),
        leaving=np.zeros(5, dtype=np.bool_),
        ringing_elapsed=np.array([18.0, 12.0, 9.0, 7.0, 4.0, 1.0]),
        ringing_needs_agent=np.full(6, 0.25),
        ringing_live=np.full(6, 0.25),
        candidate_needs_agent=np.full(10, 0.25),
        candidate_live=np.full(10, 0.25),
        launch_limit=10,
        shift_left=7200.0,
        ledger=AbandonmentLedger(
            live_answers=150, abandoned=2, limit=0.03, connect_within=2.0, window_left=14_400.0
        ),
    )
    base = Picture(
        snapshot=snapshot,
        policy="predictive",
        parameters={},
        epsilon=0.001,
        state=taught().state(),
        ring_s=24.0,
        shortest_ring_s=15.0,
        lines_left=100,
        launches_per_second=5.0,
        rings=RingIncidence(
            live=np.linspace(0.0, 0.3, 60),
            machine=np.concatenate((np.zeros(15), np.linspace(0.0, 0.45, 45))),
            live_handle_s=70.0,
            machine_handle_s=15.0,
        ),
    )
    return replace(base, **others)  # type: ignore[arg-type]  # fields by name


def streams(run: int) -> Generator:
    """All chance of one run."""
    return Streams(7).generator("ahead", str(run))


def ahead(before: Picture, after: Picture | None, *, runs: int = 4, horizon: float = STRETCH) -> Forecast:
    """The last word on one horizon."""
    return list(look_ahead(before, after, horizons=(horizon,), runs=runs, streams=streams))[-1]


def mean(before: Picture, change: Change, name: str) -> tuple[float, float]:
    """A measure as it is, and with the change."""
    (row,) = ahead(before, changed(before, change)).horizons
    assert row.changed is not None
    return row.as_it_is[name].mean, row.changed[name].mean


# --- intervals ----------------------------------------------------------------------------------------------


def test_where_the_next_will_lie_is_told_on_the_scale_of_square_roots() -> None:
    """4, 9 and 16 are 2, 3 and 4: 3 ± t·1·√(1 + 1/3), squared again; what would be negative ends at 0."""
    half = T_2 * (4.0 / 3.0) ** 0.5
    spread = predicted([4.0, 9.0, 16.0], "agent_wait_s")
    assert spread.mean == pytest.approx(29.0 / 3.0)
    assert spread.low == 0.0
    assert spread.high == pytest.approx((3.0 + half) ** 2)


def test_the_ends_of_a_count_are_whole_and_headroom_may_be_negative() -> None:
    close = [100.0, 100.0, 121.0]
    counted, waited = predicted(close, "contacts"), predicted(close, "agent_wait_s")
    assert (counted.low, counted.high) == (np.floor(waited.low), np.ceil(waited.high))
    signed = predicted([-1.0, 0.0, 1.0], "headroom")
    assert signed.low == pytest.approx(-T_2 * (4.0 / 3.0) ** 0.5)
    assert signed.high == -signed.low


def test_the_effect_is_a_mean_of_pairs_with_its_own_interval() -> None:
    """Pairs differ by 1, 2 and 3: 2 ± t·1/√3, whatever the figures themselves are."""
    before = [[Came(connected=number)] for number in (10, 50, 90)]
    after = [[Came(connected=number)] for number in (11, 52, 93)]
    (row,) = told((STRETCH,), before, after).horizons
    assert row.difference is not None
    effect = row.difference["contacts"]
    assert effect.mean == 2.0
    assert effect.high == pytest.approx(2.0 + T_2 / 3.0**0.5)
    assert effect.low == pytest.approx(2.0 - T_2 / 3.0**0.5)


@pytest.mark.parametrize("runs", [3, 8, 20])
def test_nine_of_ten_further_ones_lie_within(runs: int) -> None:
    """By the arithmetic alone, seeded: counts, waits that are skewed, few runs or many."""
    chance = Streams(3).generator("numbers", str(runs))
    within: dict[str, int] = {"contacts": 0, "agent_wait_s": 0, "headroom": 0}
    for _ in range(600):
        for name, numbers in (
            ("contacts", chance.poisson(chance.gamma(16.0, 2.5, runs + 1))),
            ("agent_wait_s", chance.gamma(4.0, 3.0, runs + 1)),
            ("headroom", chance.normal(2.0, 3.0, runs + 1)),
        ):
            *before, further = numbers.tolist()
            spread = predicted(before, name)
            within[name] += spread.low <= further <= spread.high
    for name, hits in within.items():
        assert 0.87 <= hits / 600 <= 0.95, name


def test_the_nearest_horizon_is_told_first_and_every_run_tells_more() -> None:
    told_of = list(look_ahead(picture(), None, horizons=(20.0, 40.0), runs=5, streams=streams))
    assert [(one.runs, len(one.horizons)) for one in told_of] == [(3, 1), (3, 2), (4, 2), (5, 2)]
    assert LEAST_RUNS == 3
    nearest, whole = told_of[0].horizons[0], told_of[1].horizons[0]
    assert nearest.as_it_is == whole.as_it_is


def fate(*, share: float = 0.5, kept: float = 0.5, talk: float = 0.5) -> Fate:
    """Everything in the middle but this."""
    return Fate(share=share, ring=0.5, kept=kept, talk=talk, wrap=0.5, verdict=0.5)


# --- the light floor ----------------------------------------------------------------------------------------


def test_the_same_chance_brings_the_same_and_nothing_changed_is_no_difference() -> None:
    base = picture()
    once, again = ahead(base, base), ahead(base, base)
    assert once == again
    (row,) = once.horizons
    assert row.difference is not None
    assert all(spread.mean == spread.low == spread.high == 0.0 for spread in row.difference.values())


def test_headroom_is_the_ledgers_and_goes_on_with_what_came() -> None:
    base = picture()
    (came,) = AheadFloor(base, streams(1)).run((STRETCH,))
    live, abandoned = 150 + came.connected + came.abandoned, 2 + came.abandoned
    assert came.headroom == pytest.approx(0.03 * live - abandoned)
    assert came.connected > 3


def test_a_run_in_two_parts_is_the_run_in_one() -> None:
    base = picture()
    whole = AheadFloor(base, streams(1)).run((60.0, 120.0))
    parts = AheadFloor(base, streams(1))
    assert (*parts.run((60.0,)), *parts.run((120.0,))) == whole


def test_what_rings_long_is_no_person_any_more() -> None:
    """People answer within 15 seconds here: of fresh calls one in four is one, of old ones hardly any."""
    laws = Laws(picture(), streams(0))
    fates = [fate(share=(n + 0.5) / 200) for n in range(200)]
    person, machine = laws.chances(0.25, 0.25)
    fresh = sum(laws.what_rings(0.0, person, machine, one)[0] for one in fates)
    old = sum(laws.what_rings(21.0, person, machine, one)[0] for one in fates)
    assert fresh == pytest.approx(200 * person, abs=1.0)
    assert old < fresh / 4


def test_machines_have_the_shorter_talks() -> None:
    """As far as it takes for both to last as long as was heard; a floor without machines tells none apart."""
    with_machines = replace(
        picture().snapshot, candidate_needs_agent=np.full(10, 0.6), candidate_live=np.full(10, 0.2)
    )
    laws = Laws(picture(snapshot=with_machines), streams(0))
    fates = [fate(kept=k / 20, talk=t / 20) for k in range(20) for t in range(20)]
    live = sum(laws.talk_s(one, is_live=True) for one in fates) / 400
    machine = sum(laws.talk_s(one, is_live=False) for one in fates) / 400
    assert live > 1.2 * machine
    alike = Laws(picture(), streams(0))
    assert alike.talk_s(fates[7], is_live=True) == alike.talk_s(fates[7], is_live=False)


def test_agents_go_on_breaks_and_come_back() -> None:
    """As many as are believed to, and as are away now, in the long run."""
    away = [_away_after(runs=40, present=60, away=0), _away_after(runs=40, present=60, away=20)]
    share = (20.0 * 0.13) / 80.0
    assert away[0] / 60 == pytest.approx(share, abs=0.02)
    assert away[1] / 80 == pytest.approx((20.0 * 0.13 + 20) / 100.0, abs=0.04)


def _away_after(*, runs: int, present: int, away: int) -> float:
    """How many are away after two hours, on average."""
    total = 0
    for run in range(runs):
        breaks = Breaks(present, away, streams(run))
        at = breaks.next_s(present)
        here = present
        while at < 7200.0:
            step = -1 if breaks.goes(here) else 1
            here, breaks.away = here + step, breaks.away - step
            at += breaks.next_s(here)
        total += breaks.away
    return total / runs


def test_nobody_comes_back_to_a_floor_that_nobody_left_and_nobody_goes_from_an_empty_one() -> None:
    """With nobody on either side there is nothing to wait for."""
    assert Breaks(0, 0, streams(1)).next_s(0) == float("inf")
    assert Breaks(5, 0, streams(1)).goes(5)
    assert not Breaks(0, 5, streams(1)).goes(0)


def test_a_floor_ahead_keeps_its_agents_between_here_and_away() -> None:
    """Eight are here: whoever goes comes back, nobody is made up and nobody is lost."""
    floor = AheadFloor(picture(), streams(3))
    for until in (600.0, 1200.0, 3600.0):
        floor.run((until,))
        assert floor.serving + floor.away == 8


def test_each_run_believes_other_lengths_of_talks() -> None:
    """By what so few talks leave open; what is learned from many is nearly the same in all."""
    lengths = [Laws(picture(), streams(run)).talk_s(fate(), is_live=True) for run in range(200)]
    model = picture().model()
    spread = float(np.std(lengths) / np.mean(lengths))
    assert spread == pytest.approx((model.talk.mean_doubt + 0.005) ** 0.5, rel=0.2)
    assert np.mean(lengths) == pytest.approx(model.talk.reached(math.log(2.0)), rel=0.05)


# --- changes ------------------------------------------------------------------------------------------------


def test_more_agents_reach_more_people_and_fewer_reach_fewer() -> None:
    before, more = mean(picture(), Change(agents=4), "contacts")
    _, fewer = mean(picture(), Change(agents=-4), "contacts")
    assert fewer < 0.75 * before
    assert more > 1.25 * before


def test_of_fewer_agents_the_free_ones_go_first() -> None:
    after = changed(picture(), Change(agents=-5)).snapshot
    assert after.ready_agents == 0
    assert after.leaving.tolist() == [True, True, False, False, False]
    assert changed(picture(), Change(agents=-2)).snapshot.ready_agents == 1


def test_a_fixed_ratio_keeps_what_was_learned_of_the_floor() -> None:
    after = changed(picture(), Change(lines_per_agent=1.2))
    assert after.policy == "fixed_ratio"
    assert after.model().state() == picture().model().state()
    before, ratio = mean(picture(), Change(lines_per_agent=1.0), "attempts")
    assert ratio < before


def test_a_lower_target_abandons_no_more() -> None:
    loose = picture(parameters={"target": 0.03})
    before, after = mean(loose, Change(target=0.001), "abandoned")
    assert after <= before
    attempts, fewer = mean(loose, Change(target=0.001), "attempts")
    assert fewer < attempts


def test_a_shorter_ring_keeps_the_shares_that_were_heard_by_then() -> None:
    """The eighteenth second of the table over the twenty-fourth."""
    base = picture()
    after = changed(base, Change(ring_s=18.0))
    assert base.rings is not None
    assert after.kept == (
        pytest.approx(base.rings.live[17] / base.rings.live[23]),
        pytest.approx(base.rings.machine[17] / base.rings.machine[23]),
    )
    assert changed(base, Change(ring_s=24.0)).kept == (1.0, 1.0)


def test_detection_too_slow_for_the_limit_calls_nobody() -> None:
    """Two seconds and a tenth: nobody would be in time, and pacing launches nothing."""
    before, late = mean(picture(), Change(detection_s=2.1), "attempts")
    assert before > 20
    assert late == 0.0
    _, quick = mean(picture(), Change(detection_s=0.5), "attempts")
    assert quick > 10


def test_held_calls_are_bounded_by_their_budget() -> None:
    """Eight agents at 1 minute an hour: eight fifteenths in four minutes, and one ring more."""
    waiting = picture(held_waiting=200, held={})
    before, after = mean(waiting, Change(held_most=1.0), "held_minutes")
    assert after <= 8 * 1.0 / 15 + 0.5
    assert after < before


@pytest.mark.parametrize(
    ("change", "of", "says"),
    [
        (Change(), {}, "nothing is changed"),
        (Change(ring_s=24.1), {}, "was never heard"),
        (Change(ring_s=14.9), {}, "was never heard"),
        (Change(ring_s=18.0), {"rings": None}, "nothing has rung"),
        (Change(ring_s=18.0), {"rings_by_learning": True}, "no one ring"),
        (Change(target=0.031), {}, "at most the limit"),
        (Change(target=0.02), {"policy": "progressive", "state": {}}, "aims for no target"),
        (Change(target=0.02, lines_per_agent=1.5), {}, "change one"),
        (Change(lines_per_agent=0.9), {}, "1 or more"),
        (Change(detection_s=1.0), {"detects": True}, "in use already"),
        (Change(detection_s=-1.0), {}, "0 or more"),
        (Change(agents=-8), {}, "nobody would be left"),
        (Change(held_most=0.0), {}, "above zero"),
    ],
)
def test_nothing_is_said_of_what_is_not_known(change: Change, of: dict[str, object], says: str) -> None:
    with pytest.raises(ImpossibleChangeError, match=says):
        changed(picture(**of), change)


def test_a_ring_of_the_shortest_kind_and_a_target_at_the_limit_are_answered() -> None:
    for change in (Change(ring_s=15.0), Change(ring_s=24.0), Change(target=0.03), Change(agents=-7)):
        changed(picture(), change)
