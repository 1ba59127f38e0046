"""How long somebody in a line will wait: what may be said to them.

While every agent is busy, agents become free at the rate (agents ÷ mean handling time): each handling that
goes on ends at any moment with the same chance, as in the queue M/M/n. Who stands at place p needs p of them,
so the mean wait is p · h ÷ n. It holds for the mean of any law of handling times where many agents are at
different points of it. It leaves out that others (answered calls of ours) may go first, so on a floor that
also dials it is what a caller waits at least.

Source: L. Kleinrock, Queueing Systems I (1975), M/M/m: the service rate in state k >= m is m·mu.
"""

from collections.abc import Iterable
from math import ceil

MINUTE_S = 60.0


def expected_wait_s(place: int, groups: Iterable[tuple[int, float]]) -> float | None:
    """Mean seconds until whoever stands at `place` (the first is 1) has an agent.

    Args:
        groups: agents at work for calls, and their mean handling time in seconds (talk and after-call work),
            of each group whose agents take the line; nobody, or nothing known of them, adds nothing.

    Returns:
        None where nobody works, or nothing is known yet: then no time may be said.
    """
    rate = sum(agents / handling_s for agents, handling_s in groups if agents > 0 and handling_s > 0.0)
    return place / rate if rate > 0.0 else None


def minutes_to_say(wait_s: float) -> int:
    """Whole minutes, rounded up: who is told two has mostly waited less. At least one."""
    return max(ceil(wait_s / MINUTE_S), 1)
