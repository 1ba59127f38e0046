"""Policies against each other on the same days: means with their intervals, and ratios of pairs of days."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from scipy.special import stdtrit

from pacing.bench.contenders import Contender
from pacing.bench.days import Streams, measure
from pacing.bench.scenarios import MARKOV, Scenario
from pacing.bench.tally import Tally
from pacing.optimum import MarkovFloor, optimum

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A mean, and where it lies with 95 % confidence (Student's t over days); alone when there is one day."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, numbers: Sequence[float]) -> "Interval":
        """Of one number a day."""
        days = len(numbers)
        mean = math.fsum(numbers) / days
        if days < 2:
            return cls(mean=mean, low=mean, high=mean)
        variance = math.fsum((number - mean) ** 2 for number in numbers) / (days - 1)
        half = float(stdtrit(days - 1, (1.0 + CONFIDENCE) / 2.0)) * math.sqrt(variance / days)
        return cls(mean=mean, low=mean - half, high=mean + half)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a policy brought on the days of one scenario and team size.

    talk: minutes per agent-hour with people. wait: seconds an agent waits for a call.
    abandoned: share of all days' live answers; worst_day, worst_minute: of any one day, and in a minute.
    attempts_per_contact, cancelled: launches per person connected; share of launches taken back.
    of_optimum: occupancy against the exact optimum at the same abandonment, where that is known.
    days: the tallies, for pairs with another policy's.
    """

    scenario: str
    agents: int
    policy: str
    talk: Interval
    wait: float
    abandoned: float
    worst_day: float
    worst_minute: int
    attempts_per_contact: float
    cancelled: float
    of_optimum: float | None
    days: tuple[Tally, ...]

    def against(self, other: "Measured") -> Interval:
        """Talk minutes over the other's on the same days, as a ratio of sums (delta method over pairs).

        Raises: ValueError when they are not of the same days.
        """
        if (self.scenario, self.agents, len(self.days)) != (other.scenario, other.agents, len(other.days)):
            raise ValueError("only policies that met the same days can be compared")
        mine, theirs = [day.talk for day in self.days], [day.talk for day in other.days]
        total = math.fsum(theirs)
        if total <= 0.0:
            return Interval(mean=math.inf, low=math.inf, high=math.inf)
        ratio = math.fsum(mine) / total
        mean = total / len(theirs)
        return Interval.of([ratio + (a - ratio * b) / mean for a, b in zip(mine, theirs, strict=True)])


def run(
    scenario: Scenario,
    contender: Contender,
    *,
    agents: int,
    days: int,
    streams: Streams,
    hours: float = 8.0,
    limit: float = 0.03,
) -> Measured:
    """Every variant on the same days; told is the one with the most talk among those within the limit over
    all days together, or the one with the least abandonment when none is.
    """
    tried = [
        measure(
            scenario,
            make,
            agents=agents,
            days=days,
            streams=streams,
            hours=hours,
            learner=contender.learner,
        )
        for make in contender.variants
    ]
    within = [tallies for tallies in tried if _rate(tallies) <= limit]
    if within:
        best = max(within, key=lambda tallies: math.fsum(day.talk for day in tallies))
    else:
        best = min(tried, key=_rate)
    return _measured(scenario, contender.name, agents, best)


def _rate(tallies: Sequence[Tally]) -> float:
    live = sum(day.live for day in tallies)
    return sum(day.abandoned for day in tallies) / live if live else 0.0


def _measured(scenario: Scenario, policy: str, agents: int, tallies: tuple[Tally, ...]) -> Measured:
    launches = sum(day.launches for day in tallies)
    connected = sum(day.connected for day in tallies)
    return Measured(
        scenario=scenario.name,
        agents=agents,
        policy=policy,
        talk=Interval.of([day.talk_minutes_per_hour for day in tallies]),
        wait=math.fsum(day.wait for day in tallies) / len(tallies),
        abandoned=_rate(tallies),
        worst_day=max(day.abandonment for day in tallies),
        worst_minute=max(day.worst_minute for day in tallies),
        attempts_per_contact=launches / connected if connected else math.inf,
        cancelled=sum(day.cancelled for day in tallies) / launches if launches else 0.0,
        of_optimum=_of_optimum(scenario, agents, tallies),
        days=tallies,
    )


def _of_optimum(scenario: Scenario, agents: int, tallies: Sequence[Tally]) -> float | None:
    """Only the Markov floor's optimum is known; it is asked at the abandonment that was measured."""
    if scenario.name != MARKOV.name or not 0.0 < (rate := _rate(tallies)) < 1.0:
        return None
    floor = replace(MarkovFloor(agents=agents, live=scenario.live), limit=rate)
    occupancy = math.fsum(day.occupancy for day in tallies) / len(tallies)
    return occupancy / optimum(floor).occupancy
