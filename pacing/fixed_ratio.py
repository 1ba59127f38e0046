"""A fixed number of lines per agent at work: the baseline every dialer has, fair while nothing drifts."""

import math
from collections.abc import Mapping

from pacing.policy import Json, LaunchDecision, PacingObservation, PacingSnapshot


class FixedRatio:
    """Keeps `lines_per_agent` lines in flight (ringing, waiting, talking) per agent who is ready or talking.

    Agents in wrap-up, on a break, or about to leave are not counted; 1.0 is progressive. The level must be
    found by hand for each floor.

    Raises: ValueError when lines_per_agent is below 1.
    """

    def __init__(self, *, lines_per_agent: float = 1.5) -> None:
        if not lines_per_agent >= 1.0:
            raise ValueError(f"lines_per_agent must be 1 or more, not {lines_per_agent}")
        self._lines_per_agent = lines_per_agent

    def decide(self, snapshot: PacingSnapshot) -> LaunchDecision:
        """Fill the lines in flight up to the ratio."""
        talking = snapshot.talking_elapsed.size
        staying = talking - int(snapshot.leaving[:talking].sum())
        active = max(0, snapshot.ready_agents - snapshot.reserved_agents) + staying
        in_flight = staying + snapshot.waiting_elapsed.size + snapshot.ringing_elapsed.size
        # Half a line counts as a line; Python's round() would go to the even number.
        goal = math.floor(self._lines_per_agent * active + 0.5)
        launches = max(0, min(goal - in_flight, snapshot.launchable))
        return LaunchDecision(
            launches=launches,
            reason=f"{self._lines_per_agent:g} lines for each of {active} at work, {in_flight} in use.",
            terms={
                "lines_per_agent": self._lines_per_agent,
                "goal": float(goal),
                "in_flight": float(in_flight),
            },
        )

    def observe(self, observation: PacingObservation) -> None:
        """Nothing to learn."""

    def state(self) -> dict[str, Json]:
        """Nothing was learned."""
        return {}

    def restore(self, state: Mapping[str, Json]) -> None:
        """Nothing to take up."""
