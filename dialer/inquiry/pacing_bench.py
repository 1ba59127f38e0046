"""The open benchmark of pacing: policies and rivals on the same made-up days, and the table of it."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from dialer.domain.errors import MendableError
from pacing.bench import SCENARIOS
from pacing.bench.contenders import CONTENDERS, NOVEMBER
from pacing.bench.experiment import Interval, Measured, run
from simulator.streams import Streams


class BenchError(MendableError):
    """Something asked for is not part of the benchmark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchOrder:
    """What to measure: every scenario with every team size under every policy, days of `hours` each.

    Raises: BenchError when a name is unknown or a number is not above zero.
    """

    scenarios: tuple[str, ...]
    agents: tuple[int, ...]
    policies: tuple[str, ...]
    replications: int
    seed: int = 1
    hours: float = 8.0

    def __post_init__(self) -> None:
        for what, names, known in (
            ("scenario", self.scenarios, SCENARIOS),
            ("policy", self.policies, CONTENDERS),
        ):
            for name in names:
                if name not in known:
                    told = ", ".join(sorted(known))
                    raise BenchError(f"the benchmark has no {what} {name!r}", mend=f"choose among: {told}.")
        if min((*self.agents, self.replications)) < 1 or self.hours <= 0.0:
            raise BenchError(
                "team sizes, replications and hours must be above zero", mend="give positive numbers."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the table. against_november: talk minutes as a multiple of the policy of November 2026's,
    on the same days; None when that one was not measured.
    """

    measured: Measured
    against_november: Interval | None


@dataclass(frozen=True, slots=True)
class _Job:
    order: BenchOrder
    scenario: str
    agents: int
    policy: str


def bench(order: BenchOrder, *, processes: int = 1, told: Callable[[str], None] = print) -> tuple[Line, ...]:
    """Measure all that was ordered, in so many processes; the figures do not depend on how many.

    told: hears which part was finished.
    """
    jobs = [
        _Job(order, scenario, agents, policy)
        for scenario in order.scenarios
        for agents in order.agents
        for policy in order.policies
    ]
    found: list[Measured] = []
    for measured in _carried_out(jobs, processes):
        found.append(measured)
        told(f"{measured.scenario}, {measured.agents} agents, {measured.policy}")
    base = {(row.scenario, row.agents): row for row in found if row.policy == NOVEMBER}
    return tuple(
        Line(
            measured=row,
            against_november=None
            if (november := base.get((row.scenario, row.agents))) is None
            else row.against(november),
        )
        for row in found
    )


def _carried_out(jobs: Sequence[_Job], processes: int) -> Iterator[Measured]:
    if processes <= 1:
        yield from map(_measure, jobs)
        return
    with ProcessPoolExecutor(max_workers=processes) as pool:
        yield from pool.map(_measure, jobs)


def _measure(job: _Job) -> Measured:
    streams = Streams(job.order.seed)
    return run(
        SCENARIOS[job.scenario],
        CONTENDERS[job.policy],
        agents=job.agents,
        days=job.order.replications,
        streams=lambda agents, day: streams.generator("bench", job.scenario, str(agents), str(day)),
        hours=job.order.hours,
    )


HEADINGS = (
    "scenario",
    "agents",
    "policy",
    "talk min/h",
    "x november",
    "wait s",
    "abandoned %",
    "worst day %",
    "worst minute",
    "attempts/contact",
    "cancelled %",
    "of optimum",
)


def cells(line: Line) -> tuple[str, ...]:
    """A line of the table in words, as `HEADINGS` has them."""
    row, against = line.measured, line.against_november
    talk, half = row.talk, (row.talk.high - row.talk.low) / 2.0
    return (
        row.scenario,
        str(row.agents),
        row.policy,
        f"{talk.mean:.2f} ± {half:.2f}",
        "" if against is None else f"{against.mean:.3f} ({against.low:.3f}-{against.high:.3f})",
        f"{row.wait:.1f}",
        f"{100 * row.abandoned:.2f}",
        f"{100 * row.worst_day:.2f}",
        str(row.worst_minute),
        f"{row.attempts_per_contact:.2f}",
        f"{100 * row.cancelled:.1f}",
        "" if row.of_optimum is None else f"{row.of_optimum:.4f}",
    )


def markdown(order: BenchOrder, lines: Sequence[Line]) -> str:
    """The table, with the command that makes it again."""
    names = ("--scenario", ",".join(order.scenarios)), ("--policies", ",".join(order.policies))
    numbers = ("--agents", ",".join(map(str, order.agents))), ("--replications", str(order.replications))
    days = ("--seed", str(order.seed)), ("--hours", f"{order.hours:.15g}")
    options = " ".join(f"{name} {value}" for name, value in (*names, *numbers, *days))
    rows = [f"| {' | '.join(cells(line))} |" for line in lines]
    rule = "|" + "---|" * len(HEADINGS)
    told = f"Days of {order.hours:g} hours, each from a cold start; talk ± and ratios with 95 % intervals."
    return "\n".join(
        (f"`fairdial bench pacing {options}`", "", told, "", f"| {' | '.join(HEADINGS)} |", rule, *rows, "")
    )


def for_programs(lines: Sequence[Line]) -> list[dict[str, object]]:
    """The same for `--json`: shares 0-1, unrounded."""
    return [
        {
            "scenario": row.scenario,
            "agents": row.agents,
            "policy": row.policy,
            "days": len(row.days),
            "talk_minutes_per_agent_hour": _interval(row.talk),
            "against_november": None if line.against_november is None else _interval(line.against_november),
            "mean_agent_wait_s": row.wait,
            "abandoned_per_live_answer": row.abandoned,
            "worst_day": row.worst_day,
            "worst_minute": row.worst_minute,
            "attempts_per_contact": row.attempts_per_contact,
            "cancelled_per_attempt": row.cancelled,
            "of_optimum": row.of_optimum,
        }
        for line in lines
        for row in (line.measured,)
    ]


def _interval(interval: Interval) -> dict[str, float]:
    return {"mean": interval.mean, "low": interval.low, "high": interval.high}
