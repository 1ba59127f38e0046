"""How often a guarded day ends above its limit, and what the guard costs, on the cheap floor.

    python -m benchmarks.pacing_guard --scenarios REF,BLIND --agents 3,6 --policies ratio2 --days 200
    python -m benchmarks.pacing_guard --days 30 --price

Each day of `pacing.bench` is a cold start. `ratio2.5` is a fixed ratio of 2.5 lines an agent. Above the
limit, after the plus, stands on how many of these days only calls were too many that rang when an agent left
without a word, at most one for each agent lost. `--price` runs the same days without the guard too. `--tick`
is how often a policy is asked.
"""

import argparse
import math
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from pacing.bench import SCENARIOS, Floor, Tally
from pacing.learner import Learner
from pacing.policy import PacingPolicy
from pacing.registry import make_guarded_policy, make_policy
from simulator.streams import Streams

LIMIT = 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Days alike: a scenario, a team, a policy."""

    scenario: str
    agents: int
    policy: str
    hours: float
    tick: float
    seed: int
    is_guarded: bool = True

    def made(self) -> PacingPolicy:
        """The policy, as it begins a day."""
        name, parameters = self.policy, dict[str, float]()
        if name.startswith("ratio"):
            name, parameters = "fixed_ratio", {"lines_per_agent": float(name.removeprefix("ratio"))}
        return make_guarded_policy(name, **parameters) if self.is_guarded else make_policy(name, **parameters)

    def day(self, number: int) -> Tally:
        """One day, the same whoever paces it."""
        return Floor(
            SCENARIOS[self.scenario],
            self.made(),
            agents=self.agents,
            rng=Streams(self.seed).generator("guard", self.scenario, str(self.agents), str(number)),
            hours=self.hours,
            learner=Learner(),
            limit=LIMIT,
        ).run(tick=self.tick)


@dataclass(frozen=True, slots=True)
class _Day:
    cell: Cell
    number: int


def _work(day: _Day) -> Tally:
    return day.cell.day(day.number)


def is_above(abandoned: int, live: int) -> bool:
    """Whether so many are more than the limit allows."""
    return abandoned > math.floor(LIMIT * live + 1e-9)


def line(cell: Cell, days: list[Tally], unguarded: list[Tally] | None) -> str:
    """A cell in one line."""
    above = [day for day in days if is_above(day.abandoned, day.live)]
    ours = sum(is_above(day.abandoned - day.unavoidable, day.live) for day in above)
    live, launches = sum(day.live for day in days), sum(day.launches for day in days)
    talk = sum(day.talk_minutes_per_hour for day in days) / len(days)
    words = [
        f"{cell.scenario:9s} {cell.policy:10s} N={cell.agents:<3d} {len(days)} days of {cell.hours:g} h:",
        f"above {ours}+{len(above) - ours},",
        f"worst {100.0 * max(day.abandonment for day in days):.2f} %,",
        f"all {100.0 * sum(day.abandoned for day in days) / max(1, live):.2f} %,",
        f"live a day {live / len(days):.0f},",
        f"cancelled {100.0 * sum(day.cancelled for day in days) / max(1, launches):.1f} %,",
        f"talk {talk:.2f} min/h",
    ]
    if unguarded is not None:
        freely = sum(day.talk_minutes_per_hour for day in unguarded) / len(days)
        over = sum(is_above(day.abandoned, day.live) for day in unguarded)
        words.append(
            f"| without the guard {over} above, talk {freely:.2f}: the guard's price x{talk / freely:.3f}"
        )
    return " ".join(words)


def _cells(arguments: argparse.Namespace) -> Iterator[Cell]:
    for scenario in arguments.scenarios.split(","):
        for policy in arguments.policies.split(","):
            for agents in map(int, arguments.agents.split(",")):
                yield Cell(
                    scenario=scenario,
                    agents=agents,
                    policy=policy,
                    hours=arguments.hours,
                    tick=arguments.tick,
                    seed=arguments.seed,
                )


def main() -> None:
    """Print one line per cell, and all of them together."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scenarios", default="REF,BLIND,DRIFT,UNSTEADY")
    parser.add_argument("--agents", default="3,6,10,20")
    parser.add_argument("--policies", default="predictive,ratio2")
    parser.add_argument("--days", type=int, default=100, help="per cell")
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--tick", type=float, default=1.0, help="seconds")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--price", action="store_true", help="run the same days without the guard too")
    arguments = parser.parse_args()
    total = over = 0
    with ProcessPoolExecutor(max_workers=arguments.processes) as pool:
        for cell in _cells(arguments):
            days = list(pool.map(_work, [_Day(cell, number) for number in range(arguments.days)]))
            free = None
            if arguments.price:
                freed = Cell(
                    scenario=cell.scenario,
                    agents=cell.agents,
                    policy=cell.policy,
                    hours=cell.hours,
                    tick=cell.tick,
                    seed=cell.seed,
                    is_guarded=False,
                )
                free = list(pool.map(_work, [_Day(freed, number) for number in range(arguments.days)]))
            print(line(cell, days, free), flush=True)
            total += len(days)
            over += sum(is_above(day.abandoned - day.unavoidable, day.live) for day in days)
    print(f"{total} days, {over} above the limit, unavoidable abandonments apart")


if __name__ == "__main__":
    main()
