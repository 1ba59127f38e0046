"""The same scenario on the laboratory and in the simulator, and whether their measures agree.

Both worlds have the same public, the same settings, the same law and the same measures; only what is between
differs. Each replication is a whole shift. What is compared is a difference of means: its interval comes from
the spread between replications, the simulator's own where the laboratory worked one shift only.
"""

from __future__ import annotations

import asyncio
import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from lab.laboratory import Laboratory
from scipy.special import stdtrit
from shift import (
    CAMPAIGN,
    Collectors,
    ScriptedLines,
    campaign_of,
    end_shift,
    make_lines,
    make_order,
    observed,
)

from compliance_gate.book.shipped import sample_rulebook
from dialer.clock import posix_now
from dialer.domain.events import CampaignDrained
from dialer.floor.live import running_floor
from dialer.floor.made_up import stock
from dialer.measures.facts import Floats, ShiftFacts, facts_of
from dialer.measures.observer import ShiftObserver
from dialer.measures.records import ShiftRecords
from dialer.measures.registry import values_of
from dialer.runtime.clocks import RehearsalClock
from dialer.storage.store import Store
from simulator.rehearsal import run_rehearsal
from simulator.scenario import Scenario

READY_S = 10.0
"""The floor is up so long before the shift."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A measure that both worlds must agree on.

    Args:
        resolution: a difference up to this says nothing (one call, the grain of a clock).
    """

    name: str
    unit: str
    read: Callable[[ShiftFacts, Mapping[str, float | None]], float | None]
    resolution: float = 0.0


def _named(name: str) -> Callable[[ShiftFacts, Mapping[str, float | None]], float | None]:
    return lambda _, values: values[name]


def _mean(values: Floats) -> float | None:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else None


MEASURES = (
    Compared(name="attempts", unit="an agent-hour", read=_named("attempts_per_agent_hour")),
    Compared(
        name="live answers",
        unit="an agent-hour",
        read=lambda facts, _: float(facts.is_live.sum()) / facts.agent_hours,
    ),
    Compared(name="live answers", unit="an attempt", read=_named("live_answers_per_attempt")),
    Compared(
        name="rings of who answers", unit="s", read=lambda facts, _: _mean(facts.answered - facts.launched),
        resolution=0.05,
    ),
    Compared(
        name="answer to agent", unit="s", read=lambda facts, _: _mean(facts.waited[facts.is_joined]),
        resolution=0.05,
    ),
    Compared(name="agents' mean wait", unit="s", read=_named("mean_agent_wait_s"), resolution=0.1),
    Compared(
        name="abandoned", unit="a live answer", read=_named("abandonment_rate"), resolution=0.01
    ),
    Compared(name="occupancy", unit="of ready time", read=_named("occupancy"), resolution=0.005),
    Compared(name="talk", unit="min an agent-hour", read=_named("talk_minutes_per_agent_hour")),
    Compared(name="handling", unit="s a call", read=_named("handle_time_s"), resolution=0.1),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Delays:
    """What the real world adds, in seconds (n,): the simulator's parameters come from here.

    Args:
        to_answer: from the order to dial to the answer, beyond what the far end rang.
        to_agent: from the answer to both hearing each other.
        talk_excess: talk beyond what the far end wanted: how late a hang-up is noticed, less the wait.
    """

    to_answer: tuple[float, ...]
    to_agent: tuple[float, ...]
    talk_excess: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One shift, in either world: its values in the order of `MEASURES`."""

    values: tuple[float | None, ...]
    delays: Delays | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One measure in both worlds. Means over shifts; `interval`: half its width, of the difference."""

    measure: Compared
    real: float
    real_interval: float | None
    simulated: float
    simulated_interval: float
    interval: float

    @property
    def agrees(self) -> bool:
        """Whether the difference is within its interval."""
        return abs(self.real - self.simulated) <= max(self.interval, self.measure.resolution)


def with_size(scenario: Scenario, *, agents: int, minutes: float) -> Scenario:
    """The scenario with so many agents for so long."""
    plan, shift = replace(scenario.agents, count=agents), replace(scenario.shift, hours=minutes / 60.0)
    return replace(scenario, agents=plan, shift=shift)


def rehearse(scenario: Scenario, *, seed: int) -> Shift:
    """One shift in the simulator."""
    observer = ShiftObserver()
    result = run_rehearsal(scenario, seed=seed, rulebook=sample_rulebook(), sink=observer.take)
    return _shift(observer.records(starts_at=result.starts_at, ends_at=result.ends_at))


async def work(laboratory: Laboratory, folder: Path, scenario: Scenario, *, seed: int) -> Shift:
    """One shift on the laboratory."""
    shift = scenario.shift
    starts = datetime.combine(shift.day, shift.starts, ZoneInfo(shift.time_zone)).timestamp()
    clock = RehearsalClock(began=posix_now(), shows=starts - READY_S)
    folder.mkdir(parents=True, exist_ok=True)
    database = str(folder / f"floor-{seed}.db")
    people = round(scenario.population.persons_per_agent_hour * scenario.agents.count * shift.hours)
    with Store.open(database) as store:
        stock(store, campaign=CAMPAIGN, persons=max(people, 500), now=clock.posix())
    lines = make_lines(scenario, clock, host=laboratory.address, seed=seed)
    lines.remembers = True
    ends_at = starts + shift.hours * 3600.0
    settings = campaign_of(scenario, ends_at=ends_at)
    order, law = make_order(database, settings), sample_rulebook()
    async with running_floor(order, network=lines, clock=clock, rulebook=law) as running:
        collectors = Collectors(running, lines, scenario)
        await asyncio.sleep(starts - clock.posix())
        working = asyncio.create_task(collectors.work())
        await asyncio.sleep(ends_at - min(scenario.campaign.ring_s, 30.0) - clock.posix())
        await running.floor.submit(CampaignDrained(campaign=CAMPAIGN))
        await asyncio.sleep(ends_at - clock.posix())
        collectors.is_over = True
        await end_shift(running, collectors)
        working.cancel()
        await asyncio.wait({working})
    with Store.open(database) as store:
        records = observed(store).records(starts_at=starts, ends_at=ends_at)
    return _shift(records, delays=_delays(records, lines))


def _shift(records: ShiftRecords, *, delays: Delays | None = None) -> Shift:
    facts, values = facts_of(records), values_of(records)
    return Shift(values=tuple(measure.read(facts, values) for measure in MEASURES), delays=delays)


def _delays(records: ShiftRecords, lines: ScriptedLines) -> Delays:
    to_answer: list[float] = []
    to_agent: list[float] = []
    excess: list[float] = []
    for attempt in records.attempts:
        behaviour = lines.met.get(attempt.attempt)
        if behaviour is None or attempt.answered_at is None:
            continue
        to_answer.append(attempt.answered_at - attempt.launched_at - behaviour.after_s)
        if attempt.bridged_at is not None and attempt.talk_ended_at is not None:
            to_agent.append(attempt.bridged_at - attempt.answered_at)
            excess.append(attempt.talk_ended_at - attempt.bridged_at - behaviour.talk_s)
    return Delays(to_answer=tuple(to_answer), to_agent=tuple(to_agent), talk_excess=tuple(excess))


def compare(real: Sequence[Shift], simulated: Sequence[Shift], *, confidence: float) -> list[Agreement]:
    """Every measure of both worlds.

    Args:
        confidence: 0-1, of all intervals together (each is as much wider, after Bonferroni). With
            one or two real shifts their spread is taken to be the simulator's: the interval is then one in
            which a further rehearsal would be expected.
    """
    agreements: list[Agreement] = []
    each = 1.0 - (1.0 - confidence) / len(MEASURES)
    for place, measure in enumerate(MEASURES):
        ours = [value for shift in real if (value := shift.values[place]) is not None]
        theirs = [value for shift in simulated if (value := shift.values[place]) is not None]
        if not ours or len(theirs) < 2:
            continue
        spread = statistics.variance(theirs)
        own = statistics.variance(ours) if len(ours) > 2 else spread
        error = math.sqrt(own / len(ours) + spread / len(theirs))
        freedom = len(theirs) - 1 if len(ours) <= 2 else len(ours) - 1
        agreements.append(
            Agreement(
                measure=measure,
                real=statistics.fmean(ours),
                real_interval=None if len(ours) <= 2 else _half(ours, confidence),
                simulated=statistics.fmean(theirs),
                simulated_interval=_half(theirs, confidence),
                interval=_student(freedom, each) * error,
            )
        )
    return agreements


def _half(values: Sequence[float], confidence: float) -> float:
    return _student(len(values) - 1, confidence) * math.sqrt(statistics.variance(values) / len(values))


def _student(freedom: int, confidence: float) -> float:
    return float(stdtrit(freedom, 0.5 + confidence / 2))


def table(agreements: Sequence[Agreement], *, confidence: float) -> str:
    """Markdown of the comparison."""
    head = f"| measure | laboratory | simulator | difference | {confidence:.1%} interval of it | agrees |"
    rows = [
        f"| {one.measure.name}, {one.measure.unit} | {one.real:.4g}{_plus_minus(one.real_interval)} "
        f"| {one.simulated:.4g}{_plus_minus(one.simulated_interval)} | {one.real - one.simulated:+.3g} "
        f"| ±{max(one.interval, one.measure.resolution):.3g} | {'yes' if one.agrees else '**no**'} |"
        for one in agreements
    ]
    return "\n".join([head, "|---|---|---|---|---|---|", *rows])


def delays_in_words(shifts: Sequence[Shift]) -> str:
    """What the real world added, for the simulator's parameters."""
    lines: list[str] = []
    for name in ("to_answer", "to_agent", "talk_excess"):
        values = sorted(
            v for shift in shifts if shift.delays is not None for v in getattr(shift.delays, name)
        )
        if values:
            middle, late = values[len(values) // 2], values[int(len(values) * 0.95)]
            lines.append(
                f"{name}: mean {statistics.fmean(values) * 1000:.1f} ms, p50 {middle * 1000:.1f}, "
                f"p95 {late * 1000:.1f}, n {len(values)}"
            )
    return "\n".join(lines)


def _plus_minus(half: float | None) -> str:
    return "" if half is None else f" ±{half:.2g}"
