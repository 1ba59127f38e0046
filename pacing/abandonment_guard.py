"""The guard: wraps any policy and has the last word on launches, by the declared definition and window."""

from collections.abc import Mapping
from dataclasses import replace

from pacing.policy import Json, LaunchDecision, PacingObservation, PacingPolicy, PacingSnapshot


class AbandonmentGuard:
    """No launch beyond the agents who are free while the limit is already passed."""

    def __init__(self, policy: PacingPolicy, *, epsilon: float = 0.001) -> None:
        self._policy = policy
        self._epsilon = epsilon

    def decide(self, snapshot: PacingSnapshot) -> LaunchDecision:
        """The policy's decision, cut to one line per free agent when nothing is left."""
        decision = self._policy.decide(snapshot)
        if snapshot.ledger.headroom >= 0.0:
            return decision
        most = max(0, snapshot.free_agents - snapshot.ringing_elapsed.size)
        return replace(decision, launches=min(decision.launches, most))

    def observe(self, observation: PacingObservation) -> None:
        """Passed on."""
        self._policy.observe(observation)

    def state(self) -> dict[str, Json]:
        """The policy's."""
        return self._policy.state()

    def restore(self, state: Mapping[str, Json]) -> None:
        """The policy's."""
        self._policy.restore(state)
