"""The cheap floor keeps its books: what goes in comes out, and every policy meets the same day."""

from dataclasses import replace
from typing import Any

import pytest
from numpy.random import Generator

from pacing.bench import BREAK, COLLECTIONS, DRIFT, REF, SCENARIOS, Floor, Scenario, Tally, measure
from pacing.bench.scenarios import Detection, constant
from pacing.learner import Learner
from pacing.policy import (
    LaunchDecision,
    LaunchOutcome,
    LaunchResolved,
    LiveAnswerAbandoned,
    LiveAnswerConnected,
    PacingObservation,
    PacingSnapshot,
    TalkEnded,
    WrapUpEnded,
)
from pacing.progressive import Progressive
from pacing.registry import make_guarded_policy, make_policy
from simulator.streams import Streams

HALF_AN_HOUR = 0.5


class Watched(Progressive):
    """One line per free agent; keeps what it was shown."""

    def __init__(self) -> None:
        self.seen: list[PacingSnapshot] = []

    def decide(self, snapshot: PacingSnapshot) -> LaunchDecision:
        self.seen.append(snapshot)
        return super().decide(snapshot)


def _shift(scenario: Scenario, **more: object) -> tuple[Tally, Watched]:
    policy = Watched()
    rng = Streams(3).generator("bench", scenario.name)
    floor = Floor(scenario, policy, agents=6, rng=rng, hours=HALF_AN_HOUR, **more)  # pyright: ignore[reportArgumentType]
    return floor.run(), policy


def test_the_same_numbers_make_the_same_day() -> None:
    def streams(agents: int, day: int) -> Generator:
        return Streams(1).generator("day", str(agents), str(day))

    def make() -> Progressive:
        return Progressive()

    first = measure(REF, make, agents=5, days=2, streams=streams, hours=0.2)
    assert measure(REF, make, agents=5, days=2, streams=streams, hours=0.2) == first
    assert first[0] != first[1]


def test_figures_of_a_day_that_was_published() -> None:
    """Ten agents of REF for an hour, and five of a collections floor."""
    for scenario, agents, figures in (
        (REF, 10, (757, 203, 0, 29.582)),
        (COLLECTIONS, 5, (504, 21, 0, 14.052)),
    ):
        rng = Streams(11).generator(scenario.name, str(agents))
        tally = Floor(scenario, make_policy("progressive"), agents=agents, rng=rng, hours=1.0).run()
        found = (tally.launches, tally.live, tally.abandoned, round(tally.talk_minutes_per_hour, 3))
        assert found == figures


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_every_scenario_runs_and_adds_up(name: str) -> None:
    tally, policy = _shift(SCENARIOS[name])
    assert 0 <= tally.abandoned <= tally.live <= tally.launches
    assert 0.0 < tally.occupancy <= 1.0
    assert tally.decides == len(policy.seen)
    for snapshot in policy.seen:
        engaged = snapshot.ready_agents + snapshot.paused_agents + len(snapshot.agent_ids)
        assert engaged == 6


def test_half_of_the_floor_leaves_and_comes_back() -> None:
    _, policy = _shift(replace(BREAK, breaks=((300.0, 600.0, 0.5),)))
    away = {int(snapshot.now): snapshot.paused_agents for snapshot in policy.seen}
    assert (away[299], away[899], away[901]) == (0, 3, 0)


def test_drift_is_unknown_to_the_policy() -> None:
    tally, policy = _shift(replace(DRIFT, drift=(0.9,)))
    assert {float(snapshot.candidate_live[0]) for snapshot in policy.seen} == {0.25}
    assert tally.live > 0.8 * tally.launches


def test_with_a_learner_chances_are_what_it_has_learned() -> None:
    learner = Learner()
    _, policy = _shift(REF, learner=learner)
    first, last = policy.seen[0], policy.seen[-1]
    assert (first.candidate_needs_agent[0], first.candidate_live[0]) == (0.35, 0.08)
    assert last.candidate_live[0] == pytest.approx(0.25, abs=0.06)


def test_people_who_call_us_are_told_served_and_lost() -> None:
    tally, policy = _shift(replace(REF, inbound=1.0 / 20.0, inbound_patience=5.0))
    assert tally.inbound == pytest.approx(90, abs=25)
    assert 0 < tally.inbound_lost < tally.inbound
    assert tally.inbound_talk > 0.0
    assert policy.seen[0].expected_inbound == 0.0
    assert policy.seen[-1].expected_inbound == pytest.approx(1.0 / 20.0, rel=0.5)


def test_detection_comes_between_the_answer_and_the_agent() -> None:
    quick = Detection(seconds=constant(1.0), finds_machines=1.0, loses_people=0.0)
    tally, policy = _shift(replace(COLLECTIONS, detection=quick))
    assert tally.machine_talk == 0.0
    assert policy.seen[-1].classify_delay == pytest.approx(1.0, abs=0.11)
    assert all(
        snapshot.waiting_elapsed.size == 0 or snapshot.waiting_elapsed.min() >= 1.0
        for snapshot in policy.seen
    )


def test_detection_that_takes_too_long_abandons_everybody() -> None:
    slow = Detection(seconds=constant(2.5), loses_people=0.0)
    tally, _ = _shift(replace(REF, detection=slow))
    assert tally.abandoned == tally.live > 0


def test_a_limit_of_ones_own_is_what_the_guard_holds() -> None:
    rng = Streams(4).generator("limit")
    policy = make_guarded_policy("fixed_ratio", lines_per_agent=3.0)
    tally = Floor(REF, policy, agents=10, rng=rng, hours=0.25, limit=0.2).run()
    assert 0.05 < tally.abandonment <= 0.2


class Everything(Watched):
    """Three lines per ready agent, and what has rung long enough is taken back now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[PacingObservation] = []

    def decide(self, snapshot: PacingSnapshot) -> LaunchDecision:
        self.seen.append(snapshot)
        launches = max(0, 3 * snapshot.ready_agents - snapshot.ringing_elapsed.size)
        cancels = snapshot.cancellable_ringing if int(snapshot.now) % 97 == 0 else 0
        return LaunchDecision(
            launches=min(launches, snapshot.launchable), reason="three each", cancel_ringing=cancels
        )

    def observe(self, observation: PacingObservation) -> None:
        self.told.append(observation)


BUSY = replace(
    COLLECTIONS,
    name="BUSY",
    live=0.2,
    machine=0.3,
    busy=0.1,
    breaks=((600.0, 300.0, 0.5),),
    inbound=1.0 / 60.0,
    inbound_patience=20.0,
    patience=4.0,
)


def _busy_day(scenario: Scenario) -> tuple[Tally, Everything]:
    policy = Everything()
    rng = Streams(7).generator("bench", "busy")
    return Floor(scenario, policy, agents=6, rng=rng, hours=HALF_AN_HOUR).run(), policy


def _told(policy: Everything, kind: type) -> int:
    return sum(isinstance(each, kind) for each in policy.told)


@pytest.mark.parametrize(
    ("changes", "figures"),
    [
        ({}, (236, 38, 3, 10, 29, 9, 5549, 447, 1161, 2165)),
        ({"unidentified_counts": True}, (236, 56, 21, 10, 29, 9, 5549, 447, 1161, 2165)),
        ({"patience": 0.0}, (241, 41, 8, 20, 29, 7, 5668, 401, 989, 2418)),
        (
            {"detection": Detection(seconds=constant(1.0), finds_machines=0.5, loses_people=0.25)},
            (270, 33, 4, 12, 29, 9, 5376, 240, 1043, 2359),
        ),
        ({"wrap": constant(0.0), "inbound_patience": 60.0}, (264, 50, 13, 11, 27, 0, 5032, 564, 0, 3505)),
    ],
)
def test_a_day_on_which_everything_happens_adds_up_to_the_figures_of_it(
    changes: dict[str, Any], figures: tuple[int, ...]
) -> None:
    """Machines, late answers, breaks, people who call us, calls taken back: counts, and whole seconds."""
    tally, policy = _busy_day(replace(BUSY, **changes))
    counts = (tally.launches, tally.live, tally.abandoned, tally.cancelled, tally.inbound, tally.inbound_lost)
    seconds = (tally.talk, tally.machine_talk, tally.wrap, tally.inbound_talk)
    assert (*counts, *map(round, seconds)) == figures
    assert _told(policy, LiveAnswerAbandoned) == tally.abandoned
    assert _told(policy, LiveAnswerConnected) == tally.live - tally.abandoned
    resolved = [each for each in policy.told if isinstance(each, LaunchResolved)]
    assert sum(each.outcome is LaunchOutcome.CANCELLED for each in resolved) == tally.cancelled > 0
    assert {(each.needs_agent, each.live) for each in resolved} == {(0.5, 0.2)}
    assert not any(each.needed for each in resolved if each.outcome is LaunchOutcome.CANCELLED)
    ended = [each.wrap_s for each in policy.told if isinstance(each, WrapUpEnded)]
    assert min(ended) == 0.0
    assert _told(policy, TalkEnded) - len(ended) in range(7)


def test_who_calls_us_waits_a_minute_unless_told() -> None:
    assert REF.inbound_patience == 60.0
    assert (REF.inbound, REF.detection, REF.breaks, REF.drift, REF.unidentified_counts) == (
        0.0, None, (), (), False
    )  # fmt: skip


def test_who_rang_when_agents_left_without_a_word_was_abandoned_by_nobody_s_fault() -> None:
    """Everybody leaves every ten minutes, under the line that rings for each. One line an agent abandons
    nobody else; where three lines an agent keep everybody busy nobody is lost, and nothing is excused.
    """
    gone = tuple((600.0 * sixth, 60.0, 1.0) for sixth in range(1, 12))
    floor = replace(REF, live=0.5, breaks=gone)
    days: list[Tally] = []
    for policy in (Progressive(), make_policy("fixed_ratio", lines_per_agent=3.0)):
        rng = Streams(3).generator("lost")
        days.append(Floor(floor, policy, agents=6, rng=rng, hours=2.0).run(tick=5.0))
    alone, bold = days
    assert alone.abandoned == alone.unavoidable > 5
    assert bold.abandoned > 1000
    assert bold.unavoidable == 0
