"""The made-up floor against queueing theory: Erlang B, Erlang C and the waiting law of M/M/c.

A scripted engine places calls at Poisson instants and gives each answer to a free agent; everything else
(network, public, agents, clock) is the simulator's own. Independent replications give the standard error;
theory must lie within four of them, and they must be small.

Sources: A. K. Erlang (1917); formulas as in L. Kleinrock, Queueing Systems I (1975), sections 3.5 and 3.6.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
import pytest

from simulator.durations import constant, exponential
from simulator.rehearsal import Rehearsal
from simulator.scenario import (
    AgentsPlan,
    CallsPlan,
    CampaignPlan,
    NetworkPlan,
    PopulationPlan,
    Scenario,
    ShiftPlan,
    TalksPlan,
)
from simulator.scripted_engine import ScriptedEngine
from simulator.streams import Streams

TALK_S = 60.0
HOURS = 3.0
WARM_UP = 0.1
REPLICATIONS = 6

pytestmark = pytest.mark.slow


def erlang_b(servers: int, load: float) -> float:
    """Share of calls lost with `servers` and an offered load in erlangs."""
    blocked = 1.0
    for n in range(1, servers + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def erlang_c(servers: int, load: float) -> float:
    """Share of calls that wait."""
    blocked = erlang_b(servers, load)
    return servers * blocked / (servers - load * (1.0 - blocked))


@dataclass(frozen=True)
class Seen:
    """One replication."""

    lost: float
    waiting: float
    mean_wait_s: float
    waiting_20_s: float


def _scenario(agents: int, *, answer_limit_s: float) -> Scenario:
    return Scenario(
        name="queue",
        shift=ShiftPlan(hours=HOURS),
        agents=AgentsPlan(count=agents, settle=constant(seconds=0.0)),
        campaign=CampaignPlan(
            answer_limit_s=answer_limit_s, bridge_margin_s=answer_limit_s / 2, hopper_per_agent=60
        ),
        network=NetworkPlan(bridge_s=constant(seconds=0.0), message_s=0.0),
        calls=CallsPlan(person_answers=1.0, answer_after=constant(seconds=0.0)),
        talks=TalksPlan(right_party=exponential(mean=TALK_S), after_right_party=constant(seconds=0.0)),
        population=PopulationPlan(persons_per_agent_hour=170),
    )


def _replicate(agents: int, load: float, seed: int, *, answer_limit_s: float) -> Seen:
    scenario = _scenario(agents, answer_limit_s=answer_limit_s)
    gaps = (
        Streams(seed)
        .generator("arrivals")
        .exponential(TALK_S / load, size=int(HOURS * 3600 * load / TALK_S * 2))
    )
    rehearsal = Rehearsal(scenario=scenario, seed=seed, engine=ScriptedEngine())
    instants = rehearsal.starts_at + 30.0 + np.cumsum(gaps)
    arrivals = tuple(instants[instants < rehearsal.ends_at - 60.0].tolist())
    engine = ScriptedEngine(arrivals=arrivals)
    rehearsal = Rehearsal(scenario=replace(scenario), seed=seed, engine=engine)
    rehearsal.open()
    rehearsal.world.run(rehearsal.ends_at - 60.0)
    waits = np.array(engine.waited[int(WARM_UP * len(engine.waited)) :])
    served = len(engine.waited)
    return Seen(
        lost=engine.lost / (served + engine.lost),
        waiting=float(np.mean(waits > 1e-6)),
        mean_wait_s=float(np.mean(waits)),
        waiting_20_s=float(np.mean(waits > 20.0)),
    )


def _agrees(values: list[float], theory: float, *, relative_error: float) -> None:
    mean, error = float(np.mean(values)), float(np.std(values, ddof=1)) / math.sqrt(len(values))
    assert error < relative_error * theory, "too few replications to say anything"
    assert abs(mean - theory) < 4 * error + 0.01 * theory, f"{mean} +- {error} against {theory}"


@pytest.mark.parametrize(("agents", "load"), [(5, 4.0), (12, 10.0)])
def test_calls_that_cannot_wait_are_lost_as_erlang_b_says(agents: int, load: float) -> None:
    seen = [_replicate(agents, load, seed, answer_limit_s=0.002) for seed in range(REPLICATIONS)]
    _agrees([one.lost for one in seen], erlang_b(agents, load), relative_error=0.2)


def test_calls_that_can_wait_do_so_as_erlang_c_and_m_m_c_say() -> None:
    agents, load = 10, 8.0
    seen = [_replicate(agents, load, seed, answer_limit_s=3600.0) for seed in range(REPLICATIONS)]
    waiting = erlang_c(agents, load)
    drain_s = TALK_S / (agents - load)
    _agrees([one.waiting for one in seen], waiting, relative_error=0.25)
    _agrees([one.mean_wait_s for one in seen], waiting * drain_s, relative_error=0.25)
    _agrees([one.waiting_20_s for one in seen], waiting * math.exp(-20.0 / drain_s), relative_error=0.25)
    assert all(one.lost == 0.0 for one in seen)


def test_the_formulas_are_those_of_the_tables() -> None:
    """Erlang B of 10 servers at 5 erlangs is 0.018; C of the same 0.0361 (any published table)."""
    assert erlang_b(10, 5.0) == pytest.approx(0.01838, abs=1e-5)
    assert erlang_c(10, 5.0) == pytest.approx(0.03611, abs=1e-5)
