"""The reference floor, dialed progressively, against a model of it written apart in SimPy.

The SimPy model shares no code with the simulator or the engine: it knows the scenario's numbers, the rule of
one line per ready agent, and that pacing looks at most once a second. Both are run over independent seeds;
their means must agree within four standard errors of the difference. Progressive dialing never calls for an
agent who is not there, so no abandonment enters.
"""

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
import simpy

from simulator.rehearsal import RehearsalResult, run_rehearsal
from simulator.scenario_file import load_scenario
from simulator.streams import Streams

AGENTS = 12
HOURS = 3.0
SEEDS = 5

pytestmark = pytest.mark.slow

Step = Generator[simpy.Event, Any, None]


@dataclass
class Oracle:
    """The floor in SimPy: ready agents, ringing lines, and a pacer that keeps them equal."""

    seed: int
    environment: simpy.Environment = field(default_factory=simpy.Environment)
    ready: int = AGENTS
    ringing: int = 0
    attempts: int = 0
    live: int = 0
    busy_lines: int = 0
    talk_s: float = 0.0

    def __post_init__(self) -> None:
        self.chance = Streams(self.seed).generator("oracle")
        self.news = self.environment.event()
        self.environment.process(self.pace())
        self.end = HOURS * 3600.0

    def tell(self) -> None:
        if not self.news.triggered:
            self.news.succeed()

    def pace(self) -> Step:
        while True:
            for _ in range(self.ready - self.ringing):
                self.ringing += 1
                self.attempts += 1
                self.environment.process(self.call())
            yield self.environment.timeout(1.0)
            yield self.news
            self.news = self.environment.event()

    def call(self) -> Step:
        kind = self.chance.random()
        if kind < 0.10:
            yield self.environment.timeout(self.chance.uniform(1.0, 4.0))
            self.busy_lines += 1
        elif kind < 0.35:
            delay = min(25.9, max(1.5, self.chance.gamma(5.76, 12.0 / 5.76)))
            yield self.environment.timeout(delay)
            self.ringing -= 1
            yield from self.talk()
            return
        else:
            yield self.environment.timeout(26.0)
        self.ringing -= 1
        self.tell()

    def talk(self) -> Step:
        self.live += 1
        self.ready -= 1
        talk = math.exp(math.log(90.0) - 0.405 + 0.9 * self.chance.standard_normal())
        self.talk_s += min(talk, max(0.0, self.end - self.environment.now))
        yield self.environment.timeout(talk)
        yield self.environment.timeout(self.chance.exponential(15.0))
        self.ready += 1
        self.tell()

    def run(self) -> "Oracle":
        self.environment.run(until=self.end)
        return self


def _rehearse(seed: int) -> RehearsalResult:
    scenario = load_scenario("ref")
    quick = replace(scenario.campaign, abandonment_limit=1.0, abandonment_target=1.0)
    return run_rehearsal(
        replace(scenario, campaign=quick),
        seed=seed,
        rulebook=None,
        policy="progressive",
        agents=AGENTS,
        hours=HOURS,
    )


def _talk_minutes_per_agent_hour(result: RehearsalResult) -> float:
    talk = sum(
        min(record.talk_ended_at, result.ends_at) - record.bridged_at
        for record in result.attempts
        if record.bridged_at is not None and record.talk_ended_at is not None
    )
    return talk / 60.0 / AGENTS / HOURS


def _live_share(result: RehearsalResult) -> float:
    return sum(record.answered_at is not None for record in result.attempts) / len(result.attempts)


COMPARED: list[tuple[str, Callable[[RehearsalResult], float], Callable[[Oracle], float]]] = [
    (
        "attempts per agent-hour",
        lambda r: len(r.attempts) / AGENTS / HOURS,
        lambda o: o.attempts / AGENTS / HOURS,
    ),
    ("live answers per attempt", _live_share, lambda o: o.live / o.attempts),
    ("talk minutes per agent-hour", _talk_minutes_per_agent_hour, lambda o: o.talk_s / 60.0 / AGENTS / HOURS),
]


@pytest.fixture(scope="module")
def both() -> tuple[list[RehearsalResult], list[Oracle]]:
    return [_rehearse(seed) for seed in range(SEEDS)], [
        Oracle(seed).run() for seed in range(100, 100 + 4 * SEEDS)
    ]


@pytest.mark.parametrize(("what", "ours", "theirs"), COMPARED, ids=[name for name, _, _ in COMPARED])
def test_an_independent_model_sees_the_same_floor(
    both: tuple[list[RehearsalResult], list[Oracle]],
    what: str,
    ours: Callable[[RehearsalResult], float],
    theirs: Callable[[Oracle], float],
) -> None:
    here = np.array([ours(result) for result in both[0]])
    there = np.array([theirs(oracle) for oracle in both[1]])
    error = math.hypot(here.std(ddof=1) / math.sqrt(len(here)), there.std(ddof=1) / math.sqrt(len(there)))
    difference = float(here.mean() - there.mean())
    assert error < 0.05 * there.mean(), "too few replications to say anything"
    assert abs(difference) < 4 * error, f"{what}: {here.mean():.3f} here, {there.mean():.3f} there"


def test_progressive_dialing_keeps_nobody_waiting(both: tuple[list[RehearsalResult], list[Oracle]]) -> None:
    """Not even at the end: the floor stops launching one ring before the agents leave."""
    for result in both[0]:
        assert [record.attempt for record in result.attempts if record.abandoned] == []
