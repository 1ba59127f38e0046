"""Whole days on the cheap floor."""

from collections.abc import Callable

from numpy.random import Generator

from pacing.bench.floor import Floor, no_clock
from pacing.bench.scenarios import Scenario
from pacing.bench.tally import Tally
from pacing.learner import Learner
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
    learner: Callable[[], Learner] | None = None,
    clock: Callable[[], float] = no_clock,
) -> tuple[Tally, ...]:
    """Run `days` shifts, each from a cold start, and return what they brought.

    learner: makes what learns the answer rates; None = policies are told the scenario's own.

    clock: seconds, to time decisions by.
    """
    return tuple(
        Floor(
            scenario,
            make(),
            agents=agents,
            rng=streams(agents, day),
            hours=hours,
            learner=None if learner is None else learner(),
            clock=clock,
        ).run()
        for day in range(days)
    )
