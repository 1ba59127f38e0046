"""The floor at one instant with what its policy has learned: where a look ahead begins."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pacing.abandonment_guard import AbandonmentGuard
from pacing.floor_model import FloorModel
from pacing.policy import Floats, Json, PacingSnapshot
from pacing.registry import make_guarded_policy
from pacing.stored import state_of


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RingIncidence:
    """What ringing on brings, by all calls that rang so far.

    live, machine: (n_seconds,) share of ringing calls that a person, or a machine, has answered by the end of
        each second of ringing, 0-1, never falling.
    live_handle_s, machine_handle_s: seconds that either takes of an agent, wrap-up included.
    """

    live: Floats
    machine: Floats
    live_handle_s: float
    machine_handle_s: float

    def share_kept(self, ring_s: float, *, of: float) -> tuple[float, float]:
        """Of the people and of the machines who answer within `of` seconds of ringing, the shares that do
        within `ring_s`, each 0-1.
        """
        return _ratio(self.live, ring_s, of), _ratio(self.machine, ring_s, of)


def _ratio(by_second: Floats, part_s: float, whole_s: float) -> float:
    last = by_second.size - 1
    part, whole = (float(by_second[min(max(int(s) - 1, 0), last)]) for s in (part_s, whole_s))
    return min(1.0, part / whole) if whole > 0.0 else 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Picture:
    """One pool at one instant.

    snapshot: as its policy is shown it.
    policy, parameters, epsilon: the policy's name and parameters, and the guard's accepted probability.
    state: what policy and guard have learned.
    rings: what ringing brings; None = nothing has rung yet.
    ring_s: seconds that a telephone rings. rings_by_learning: its end is learned for each number instead.
    shortest_ring_s: seconds after which a call may be taken back.
    lines_left, launches_per_second: how many more may be in flight now, and how fast they may be launched.
    interval_s: seconds between two decisions.
    held: agents who are held for one ringing call each, by name, with the seconds since its launch.
    held_waiting: leads that wait for such an agent; they do not run out while we look.
    held_most, held_from: minutes of an agent-hour that agents may be held; POSIX seconds from which on the
        next may be.
    detects: answering machine detection is asked.
    rings_for: seconds that a telephone rings after a change of that; None = as today. kept: of today's
        answers by people and by machines the shares, 0-1, that come within so many seconds.
    let_through: of people and of machines the shares, 0-1, that detection of a change puts through.
    """

    snapshot: PacingSnapshot
    policy: str
    parameters: Mapping[str, float]
    epsilon: float
    state: Mapping[str, Json]
    ring_s: float
    shortest_ring_s: float
    lines_left: int
    launches_per_second: float
    rings: RingIncidence | None = None
    rings_by_learning: bool = False
    interval_s: float = 1.0
    held: Mapping[str, float] = field(default_factory=dict[str, float])
    held_waiting: int = 0
    held_most: float = float("inf")
    held_from: float = 0.0
    detects: bool = False
    rings_for: float | None = None
    kept: tuple[float, float] = (1.0, 1.0)
    let_through: tuple[float, float] = (1.0, 1.0)

    @property
    def agents(self) -> int:
        """Who serves: ready, engaged or held."""
        return self.snapshot.ready_agents + len(self.snapshot.agent_ids)

    def made_policy(self) -> AbandonmentGuard:
        """The policy with its learning. Raises ValueError when the state is another policy's."""
        policy = make_guarded_policy(self.policy, epsilon=self.epsilon, **self.parameters)
        if self.state:
            policy.restore(self.state)
        return policy

    def model(self) -> FloorModel:
        """The laws of this floor, as learned by now."""
        model = FloorModel()
        if self.state:
            model.restore(model_state(self.state))
        return model


def model_state(state: Mapping[str, Json]) -> Mapping[str, Json]:
    """The floor model in a guarded policy's state, wherever it is kept."""
    return state_of(state, "model") if "model" in state else state_of(state_of(state, "policy"), "model")
