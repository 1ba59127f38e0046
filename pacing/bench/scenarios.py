"""Floors to measure on: what launches become, and how long everything takes."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from numpy.random import Generator

Draw = Callable[[Generator], float]
"""Draws one duration, in seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """Answering-machine detection between the answer and the agent.

    seconds: from the answer to the verdict. finds_machines, loses_people: shares that are hung up on, 0-1.
    """

    seconds: Draw
    finds_machines: float = 0.85
    loses_people: float = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A floor: what launches become (shares, 0-1), and how long everything takes (seconds).

    patience: seconds that somebody who answered waits for an agent; connect_within: those after which they
        count as abandoned.
    unidentified_counts: a late machine counts as an abandoned person: nobody could tell.
    drift: live shares of equal parts of the day instead of `live`, unknown to the policy.
    breaks: (start, seconds, share of agents): they leave after their call and come back together.
    detection: None = whatever answers is put through at once.
    inbound: calls per second of people who call us; they wait for an agent `inbound_patience` seconds.
    """

    name: str
    live: float
    machine: float
    busy: float
    live_delay: Draw
    machine_delay: Draw
    busy_delay: Draw
    no_answer_delay: Draw
    talk: Draw
    machine_talk: Draw
    wrap: Draw
    patience: float
    connect_within: float
    unidentified_counts: bool = False
    drift: tuple[float, ...] = ()
    breaks: tuple[tuple[float, float, float], ...] = ()
    detection: Detection | None = None
    inbound: float = 0.0
    inbound_patience: float = 60.0


def gamma(shape: float, scale: float, low: float, high: float) -> Draw:
    """Gamma, cut to `low`..`high`."""
    return lambda rng: min(high, max(low, rng.gamma(shape, scale)))


def normal(mean: float, deviation: float, low: float, high: float) -> Draw:
    """Normal, cut to `low`..`high`."""
    return lambda rng: min(high, max(low, rng.normal(mean, deviation)))


def lognormal(mean: float, sigma: float) -> Draw:
    """Log-normal with this mean (not median)."""
    mu = math.log(mean) - sigma * sigma / 2
    return lambda rng: math.exp(mu + sigma * rng.standard_normal())


def exponential(mean: float) -> Draw:
    """Exponential."""
    return lambda rng: mean * rng.standard_exponential()


def uniform(low: float, high: float) -> Draw:
    """Uniform."""
    return lambda rng: rng.uniform(low, high)


def constant(seconds: float) -> Draw:
    """Always the same; draws nothing."""
    return lambda _: seconds


_ANSWER = gamma(5.76, 12.0 / 5.76, 1.5, 26.0)
"""Mean 12 s, deviation 5 s, cut at the 26 s after which nobody is rung any longer."""

REF = Scenario(
    name="REF",
    live=0.25,
    machine=0.0,
    busy=0.10,
    live_delay=_ANSWER,
    machine_delay=constant(20.0),
    busy_delay=uniform(1.0, 4.0),
    no_answer_delay=constant(26.0),
    talk=lognormal(90.0, 0.9),
    machine_talk=constant(10.0),
    wrap=exponential(15.0),
    patience=5.0,
    connect_within=2.0,
)
"""A sales-like floor: 25 % live, 10 % busy, the rest rings out after 26 s."""

MARKOV = Scenario(
    name="MARKOV",
    live=0.3,
    machine=0.0,
    busy=0.0,
    live_delay=exponential(15.0),
    machine_delay=exponential(15.0),
    busy_delay=exponential(15.0),
    no_answer_delay=exponential(15.0),
    talk=exponential(120.0),
    machine_talk=exponential(120.0),
    wrap=constant(0.0),
    patience=0.0,
    connect_within=0.0,
)
"""All times exponential, no patience: the exact optimum is known, see `pacing.optimum`."""

COLLECTIONS = Scenario(
    name="COLLECTIONS",
    live=0.05,
    machine=0.60,
    busy=0.05,
    live_delay=_ANSWER,
    machine_delay=normal(19.0, 4.0, 1.0, 26.0),
    busy_delay=uniform(1.0, 4.0),
    no_answer_delay=constant(26.0),
    talk=lognormal(150.0, 1.0),
    machine_talk=uniform(5.0, 15.0),
    wrap=exponential(20.0),
    patience=5.0,
    connect_within=2.0,
)
"""5 % live, 60 % machines that reach agents because detection is off."""

BLIND = replace(COLLECTIONS, name="BLIND", unidentified_counts=True)
"""COLLECTIONS, where a late machine counts as an abandoned person."""

DRIFT = replace(REF, name="DRIFT", drift=(0.15, 0.25, 0.40, 0.20))
"""REF, the live share changes every two hours of eight."""

BREAK = replace(REF, name="BREAK", breaks=((3 * 3600.0, 900.0, 0.5),))
"""REF, half of the agents leave at once for a quarter of an hour."""

UNSTEADY = replace(
    REF, name="UNSTEADY", breaks=tuple((900.0 + 1800.0 * half, 300.0, 0.34) for half in range(16))
)
"""REF, every half hour a third of the agents leaves for five minutes, those first who wait for a call, and
under lines that ring for them."""

SCENARIOS: Mapping[str, Scenario] = MappingProxyType(
    {scenario.name: scenario for scenario in (REF, MARKOV, COLLECTIONS, BLIND, DRIFT, BREAK, UNSTEADY)}
)
