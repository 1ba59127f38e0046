"""How long one decision and one observation take on a floor of 50 agents. Prints medians in microseconds of
processor time (a shared machine would count its neighbours otherwise).

python benchmarks/pacing_speed.py
"""

import statistics
import time
from collections.abc import Callable

import numpy as np

from pacing.policy import (
    AbandonmentLedger,
    LaunchOutcome,
    LaunchResolved,
    LiveAnswerAbandoned,
    LiveAnswerConnected,
    PacingObservation,
    PacingPolicy,
    PacingSnapshot,
    TalkEnded,
    WrapUpEnded,
)
from pacing.registry import make_guarded_policy, make_policy

TALKING, WRAPPING, RINGING, CANDIDATES = 40, 5, 30, 20


def floor_of_fifty(seed: int, *, machines: bool, waiting: int = 0) -> PacingSnapshot:
    """A busy floor: 40 talking, 5 in wrap-up, 30 ringing, 20 candidates, 0-3 ready."""
    rng = np.random.default_rng(seed)
    live = rng.uniform(0.02, 0.1, RINGING + CANDIDATES) if machines else np.full(RINGING + CANDIDATES, 0.45)
    needs = live + 0.6 if machines else live
    return PacingSnapshot(
        now=1_000.0 + seed,
        ready_agents=seed % 4,
        waiting_elapsed=np.full(waiting, 0.5),
        launch_limit=CANDIDATES,
        ledger=AbandonmentLedger(
            limit=0.03, connect_within=2.0, live_answers=900, abandoned=25, window_left=14_400.0
        ),
        agent_ids=tuple(f"agent-{n}" for n in range(TALKING + WRAPPING)),
        talking_elapsed=rng.exponential(240.0, TALKING),
        wrapping_elapsed=rng.exponential(10.0, WRAPPING),
        leaving=np.zeros(TALKING + WRAPPING, dtype=np.bool_),
        ringing_elapsed=rng.uniform(0.0, 25.0, RINGING),
        ringing_needs_agent=needs[:RINGING],
        ringing_live=live[:RINGING],
        candidate_needs_agent=needs[RINGING:],
        candidate_live=live[RINGING:],
        shift_left=14_400.0,
    )


def observations(count: int) -> list[PacingObservation]:
    """A mixture as a floor makes it."""
    rng = np.random.default_rng(7)
    made: list[PacingObservation] = []
    while len(made) < count:
        share = rng.random()
        outcome = LaunchOutcome.ANSWERED_LIVE if share < 0.25 else LaunchOutcome.NO_ANSWER
        made.append(
            LaunchResolved(needs_agent=0.25, live=0.25, outcome=outcome, ring_s=rng.uniform(2.0, 26.0))
        )
        if share < 0.25:
            late = rng.random() < 0.03
            made.append(LiveAnswerAbandoned(wait_s=2.0) if late else LiveAnswerConnected(wait_s=0.1))
            made.append(TalkEnded(agent_id="agent-1", talk_s=rng.lognormal(5.2, 0.9)))
            made.append(WrapUpEnded(agent_id="agent-1", wrap_s=rng.exponential(15.0)))
    return made


def median_us(action: Callable[[], object], repeats: int) -> float:
    """Median of `repeats` timings of one call, microseconds."""
    times: list[float] = []
    for _ in range(repeats):
        start = time.thread_time()
        action()
        times.append(time.thread_time() - start)
    return 1e6 * statistics.median(times)


def _report(name: str, policy: PacingPolicy, *, machines: bool) -> None:
    seen = observations(4000)
    start = time.thread_time()
    for observation in seen:
        policy.observe(observation)
    mean_observe = 1e6 * (time.thread_time() - start) / len(seen)
    one = seen[0]
    observe = median_us(lambda: policy.observe(one), 2000)
    for waiting in (0, 8):
        _report_decide(name, policy, machines=machines, waiting=waiting)
    print(f"{'':28s} observe {observe:5.2f} µs (mean {mean_observe:5.2f})")


def _report_decide(name: str, policy: PacingPolicy, *, machines: bool, waiting: int) -> None:
    snapshots = [floor_of_fifty(seed, machines=machines, waiting=waiting) for seed in range(200)]
    launches = [policy.decide(snapshot).launches for snapshot in snapshots]
    upcoming = iter(snapshots * 20)
    decide = median_us(lambda: policy.decide(next(upcoming)), 4000)
    print(f"{name:28s} machines={machines!s:5s} decide {decide:6.1f} µs   launches {np.mean(launches):5.2f}")


def main() -> None:
    """Print the medians."""
    for name in ("progressive", "fixed_ratio", "predictive"):
        for machines in (False, True):
            _report(name, make_policy(name), machines=machines)
            _report(f"guard({name})", make_guarded_policy(name), machines=machines)


if __name__ == "__main__":
    main()
