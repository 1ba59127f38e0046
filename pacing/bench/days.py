"""Whole days on the cheap floor."""

from collections.abc import Callable

from numpy.random import Generator

from pacing.bench.floor import Floor, no_clock
from pacing.bench.scenarios import Scenario
from pacing.bench.tally import Tally
from pacing.policy import PacingPolicy

Makes = Callable[[], PacingPolicy]
"""Makes a policy that has learned nothing yet."""

Streams = Callable[[int, int], Generator]
"""The random numbers of a day: of (agents, day). The same for every policy that is compared."""


def measure(
    scenario: Scenario,
    make: Makes,
    *,
    agents: int,
    days: int,
    streams: Streams,
    hours: float = 8.0,
    clock: Callable[[], float] = no_clock,
) -> tuple[Tally, ...]:
    """Run `days` shifts, each from a cold start, and return what they brought.

    clock: seconds, to time decisions by.
    """
    return tuple(
        Floor(scenario, make(), agents=agents, rng=streams(agents, day), hours=hours, clock=clock).run()
        for day in range(days)
    )
