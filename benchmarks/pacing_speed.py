"""How long one decision and one observation take: median and 99th percentile, in microseconds of processor
time (a shared machine would count its neighbours otherwise).

    python benchmarks/pacing_speed.py [--agents 50,500]

A floor has 4 of 5 agents talking and a tenth in wrap-up. `quiet`: few lines ring and calls are launched;
`busy`: six ring for ten agents; `machines`: they reach agents; `crowded`: six lines ring for each agent and a
quarter is answered, so that the guard takes calls back.
"""

import argparse
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

SHORTEST_RING_S = 15.0


KINDS = {
    # lines that ring for an agent, chance of a person, chance of a machine
    "quiet": (0.1, 0.1, 0.0),
    "busy": (0.6, 0.45, 0.0),
    "machines": (0.6, 0.05, 0.6),
    "crowded": (6.0, 0.25, 0.0),
}


def floor_at_work(agents: int, seed: int, kind: str, *, candidates: int = 20) -> PacingSnapshot:
    """A floor in the middle of its day."""
    rng = np.random.default_rng(seed)
    talking, wrapping = int(0.8 * agents), int(0.1 * agents)
    lines, answers, machines = KINDS[kind]
    ringing = int(lines * agents)
    live = answers * rng.uniform(0.5, 1.5, ringing + candidates)
    needs = live + machines
    rang = rng.uniform(0.0, 25.0, ringing)
    return PacingSnapshot(
        now=1_000.0 + seed,
        ready_agents=seed % 4 * agents // 50,
        launch_limit=candidates,
        ledger=AbandonmentLedger(
            live_answers=18 * agents,
            abandoned=agents // 2,
            limit=0.03,
            connect_within=2.0,
            window_left=14_400.0,
        ),
        agent_ids=tuple(f"agent-{n}" for n in range(talking + wrapping)),
        talking_elapsed=rng.exponential(240.0, talking),
        wrapping_elapsed=rng.exponential(10.0, wrapping),
        leaving=np.zeros(talking + wrapping, dtype=np.bool_),
        ringing_elapsed=rang,
        ringing_needs_agent=needs[:ringing],
        ringing_live=live[:ringing],
        cancellable_ringing=int(np.count_nonzero(rang >= SHORTEST_RING_S)),
        candidate_needs_agent=needs[ringing:],
        candidate_live=live[ringing:],
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


def timings(action: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Median and 99th percentile of `repeats` timings of one call, microseconds."""
    times = np.empty(repeats)
    for index in range(repeats):
        start = time.thread_time()
        action()
        times[index] = time.thread_time() - start
    return 1e6 * float(np.median(times)), 1e6 * float(np.percentile(times, 99.0))


def _report(name: str, policy: PacingPolicy, agents: int) -> None:
    seen = observations(4000)
    start = time.thread_time()
    for observation in seen:
        policy.observe(observation)
    mean_observe = 1e6 * (time.thread_time() - start) / len(seen)
    for kind in KINDS:
        floors = [floor_at_work(agents, seed, kind) for seed in range(200)]
        launches = [policy.decide(snapshot).launches for snapshot in floors]
        upcoming = iter(floors * 10)
        median, slow = timings(lambda: policy.decide(next(upcoming)), 2000)  # noqa: B023 - used at once
        print(
            f"{name:20s} N={agents:<4d} {kind:9s} decide {median:7.1f} µs, 99 % {slow:7.1f} µs"
            f"   launches {np.mean(launches):5.2f}"
        )
    print(f"{'':20s} observe (mean) {mean_observe:5.2f} µs")


def main() -> None:
    """Print them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--agents", default="50,500")
    for agents in map(int, parser.parse_args().agents.split(",")):
        for name in ("progressive", "fixed_ratio", "predictive"):
            _report(name, make_policy(name), agents)
            _report(f"guard({name})", make_guarded_policy(name), agents)


if __name__ == "__main__":
    main()
