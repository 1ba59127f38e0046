"""The agent sees the account first and decides when to call."""

from collections.abc import Mapping

from pacing.policy import Json, LaunchDecision, PacingObservation, PacingSnapshot
from pacing.progressive import safe_launches


class Preview:
    """Offers one lead to each free agent. A launch is an offer here: the call goes out when the agent
    accepts, so the engine counts an offer that was not answered yet as ringing.
    """

    def decide(self, snapshot: PacingSnapshot) -> LaunchDecision:
        """One offer for each free agent who has none."""
        launches = min(safe_launches(snapshot), snapshot.launchable)
        return LaunchDecision(
            launches=launches,
            reason=f"One account to look at for each of {max(0, snapshot.free_agents)} free agents.",
            terms={"free_agents": float(snapshot.free_agents)},
        )

    def observe(self, observation: PacingObservation) -> None:
        """Nothing to learn."""

    def state(self) -> dict[str, Json]:
        """Nothing was learned."""
        return {}

    def restore(self, state: Mapping[str, Json]) -> None:
        """Nothing to take up."""
