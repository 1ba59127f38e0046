"""The engine's invariants under faults, over as many seeds as one likes.

    python benchmarks/fault_seeds.py --seeds 5000

Each seed is a ten-minute shift of three restless agents; the kind and strength of the trouble and the policy
go round with the seed. Exit status 1 when anything was broken, with the seeds.
"""

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from simulator.actors.faults import FaultPlan
from simulator.invariants import InvariantBrokenError, shift_under_faults

PLANS = (
    FaultPlan(lost=0.02, late=0.1, doubled=0.05, cuts_per_hour=10.0),
    FaultPlan(lost=0.10, late=0.3, late_s=6.0, doubled=0.2, cuts_per_hour=60.0),
    FaultPlan(late=0.5, late_s=15.0, doubled=0.3),
    FaultPlan(lost=0.3, noticed_s=20.0),
    FaultPlan(cuts_per_hour=120.0, cut_s=30.0),
)
POLICIES = ("progressive", "fixed_ratio", "predictive")


def _try(seed: int) -> tuple[int, int, str]:
    try:
        plan, policy = PLANS[seed % len(PLANS)], POLICIES[seed // len(PLANS) % len(POLICIES)]
        return seed, shift_under_faults(seed, plan, policy=policy).launches, ""
    except InvariantBrokenError as error:
        return seed, 0, str(error)


def main() -> None:
    """Print what was broken, if anything, and how much was tried."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--processes", type=int, default=1)
    arguments = parser.parse_args()
    seeds = range(arguments.first, arguments.first + arguments.seeds)
    started = time.perf_counter()
    with ProcessPoolExecutor(arguments.processes) as pool:
        results = list(pool.map(_try, seeds, chunksize=20))
    broken = [(seed, what) for seed, _, what in results if what]
    for seed, what in broken:
        print(f"seed {seed}: {what[:400]}")
    calls = sum(launches for _, launches, _ in results)
    took = time.perf_counter() - started
    print(f"{len(results)} shifts, {calls} calls, {len(broken)} broken, {took:.0f} s")
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
