"""How policies do on the cheap floor (`pacing.bench`): talk minutes per agent-hour against abandonment.

python benchmarks/pacing_ref.py --scenario REF --agents 5,10,20,50 --policy predictive --days 3 --guard
"""

import argparse
import math
import time
from collections.abc import Sequence

import numpy as np

from pacing.bench import SCENARIOS, Tally, measure
from pacing.registry import make_guarded_policy, make_policy


def line(name: str, agents: int, tallies: Sequence[Tally]) -> str:
    """A policy's days in one line."""
    talk = sum(t.talk_minutes_per_hour for t in tallies) / len(tallies)
    live = sum(t.live for t in tallies)
    rate = sum(t.abandoned for t in tallies) / live if live else math.nan
    worst = max(t.abandonment for t in tallies)
    occupancy = sum(t.occupancy for t in tallies) / len(tallies)
    launches = sum(t.launches for t in tallies)
    cancelled = sum(t.cancelled for t in tallies) / launches if launches else 0.0
    decide = 1e6 * sum(t.decide_s for t in tallies) / sum(t.decides for t in tallies)
    return (
        f"{name:34s} N={agents:<3d} talk {talk:5.2f} min/h  occupancy {occupancy:.4f}"
        f"  abandoned {100 * rate:5.2f} % (worst day {100 * worst:5.2f} %)"
        f"  live/day {live / len(tallies):6.0f}  cancelled {100 * cancelled:4.1f} %  decide {decide:4.0f} µs"
    )


def main() -> None:
    """Print one line per policy and floor size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenario", default="REF", choices=sorted(SCENARIOS))
    parser.add_argument("--agents", default="5,10,20,50")
    parser.add_argument("--policy", action="append", help="name or name:key=value,key=value; may be repeated")
    parser.add_argument("--days", type=int, default=3)
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--guard", action="store_true", help="wrap the policies in the abandonment guard")
    arguments = parser.parse_args()
    make = make_guarded_policy if arguments.guard else make_policy
    for text in arguments.policy or ["predictive"]:
        name, _, rest = text.partition(":")
        parameters = {
            key: float(value) for key, value in (pair.split("=") for pair in rest.split(",") if pair)
        }
        for agents in map(int, arguments.agents.split(",")):
            tallies = measure(
                SCENARIOS[arguments.scenario],
                lambda name=name, parameters=parameters: make(name, **parameters),
                agents=agents,
                days=arguments.days,
                streams=lambda agents, day: np.random.default_rng((arguments.seed, agents, day)),
                hours=arguments.hours,
                clock=time.perf_counter,
            )
            print(line(text, agents, tallies), flush=True)


if __name__ == "__main__":
    main()
