"""The cheap floor keeps its books: what goes in comes out, and every policy meets the same day."""

from dataclasses import replace

import pytest
from numpy.random import Generator

from pacing.bench import BREAK, COLLECTIONS, DRIFT, REF, SCENARIOS, Floor, Scenario, Tally, measure
from pacing.bench.scenarios import Detection, constant
from pacing.learner import Learner
from pacing.policy import LaunchDecision, PacingSnapshot
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
        (REF, 10, (782, 189, 0, 29.028)),
        (COLLECTIONS, 5, (516, 31, 0, 13.596)),
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
