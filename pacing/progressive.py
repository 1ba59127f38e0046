"""One line for each agent who is ready: nobody who answers ever waits, and agents wait for every ring."""

from collections.abc import Mapping

from pacing.policy import Json, LaunchDecision, PacingObservation, PacingSnapshot


class Progressive:
    """Launches as many calls as agents are ready and not yet spoken for by a ringing or a waiting call."""

    def decide(self, snapshot: PacingSnapshot) -> LaunchDecision:
        """One call for each free agent without a call on its way."""
        ringing = snapshot.ringing_elapsed.size
        spare = safe_launches(snapshot)
        launches = min(spare, snapshot.launchable)
        return LaunchDecision(
            launches=launches,
            reason=f"One line for each free agent: {max(0, snapshot.free_agents)} free, {ringing} ringing.",
            terms={"free_agents": float(snapshot.free_agents), "ringing": float(ringing)},
        )

    def observe(self, observation: PacingObservation) -> None:
        """Nothing to learn."""

    def state(self) -> dict[str, Json]:
        """Nothing was learned."""
        return {}

    def restore(self, state: Mapping[str, Json]) -> None:
        """Nothing to take up."""


def safe_launches(snapshot: PacingSnapshot) -> int:
    """How many calls could be launched now if all that ring, and the new ones too, were answered at once."""
    return max(0, snapshot.free_agents - snapshot.ringing_elapsed.size)
