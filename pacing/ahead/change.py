"""One thing changed: the picture of the floor as it would be from now on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from pacing.ahead.picture import Picture, model_state
from pacing.policy import Json
from pacing.registry import make_guarded_policy


class ImpossibleChangeError(ValueError):
    """Nothing can be said of this change: it is none, or what it rests on is not known of this floor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is changed; None = stays as it is.

    target: abandoned per live answer that predictive pacing aims for, 0-1.
    lines_per_agent: the fixed ratio in place of any other policy, 1 or more.
    ring_s: seconds that a telephone rings, at most as long as today.
    detection_s: detection is put in, and a verdict takes so many seconds. finds_machines, loses_people:
        shares that it hangs up on, 0-1: assumed, since nobody can know them of a detection not yet in use.
    agents: so many more, or fewer.
    held_most: minutes of each agent-hour that agents may be held for one call alone.
    """

    target: float | None = None
    lines_per_agent: float | None = None
    ring_s: float | None = None
    detection_s: float | None = None
    finds_machines: float = 0.85
    loses_people: float = 0.05
    agents: int = 0
    held_most: float | None = None

    @property
    def is_any(self) -> bool:
        """Whether anything is changed at all."""
        told = (self.target, self.lines_per_agent, self.ring_s, self.detection_s, self.held_most)
        return self.agents != 0 or any(each is not None for each in told)


def changed(picture: Picture, change: Change) -> Picture:
    """The picture with the change.

    Raises: ImpossibleChangeError.
    """
    if not change.is_any:
        raise ImpossibleChangeError("nothing is changed: there is nothing to compare")
    if change.target is not None and change.lines_per_agent is not None:
        raise ImpossibleChangeError("a fixed ratio aims for no target: change one of the two")
    if picture.agents + change.agents < 1:
        raise ImpossibleChangeError(f"of {picture.agents} agents nobody would be left")
    after = picture
    if change.target is not None:
        after = _with_target(after, change.target)
    if change.lines_per_agent is not None:
        after = _with_ratio(after, change.lines_per_agent)
    if change.ring_s is not None:
        after = _with_ring(after, change.ring_s)
    if change.detection_s is not None:
        after = _with_detection(after, change)
    if change.held_most is not None:
        if not change.held_most > 0.0:
            raise ImpossibleChangeError("held_most is minutes of an agent-hour and must be above zero")
        after = replace(after, held_most=change.held_most, held_from=0.0)
    return _with_agents(after, change.agents)


def _with_target(picture: Picture, target: float) -> Picture:
    if picture.policy != "predictive":
        raise ImpossibleChangeError(f"{picture.policy} pacing aims for no target")
    if not 0.0 < target <= picture.snapshot.ledger.limit:
        raise ImpossibleChangeError(
            f"a target is above 0 and at most the limit, {picture.snapshot.ledger.limit:g}, not {target:g}"
        )
    return replace(picture, parameters={**picture.parameters, "target": target})


def _with_ratio(picture: Picture, lines_per_agent: float) -> Picture:
    try:
        make_guarded_policy("fixed_ratio", lines_per_agent=lines_per_agent)
    except ValueError as error:
        raise ImpossibleChangeError(str(error)) from error
    model = dict(model_state(picture.state)) if picture.state else None
    state: Mapping[str, Json] = {} if model is None else {"policy": {}, "model": model}
    return replace(
        picture, policy="fixed_ratio", parameters={"lines_per_agent": lines_per_agent}, state=state
    )


def _with_ring(picture: Picture, ring_s: float) -> Picture:
    if picture.rings_by_learning:
        raise ImpossibleChangeError("rings end here by what was learned of each number: there is no one ring")
    if picture.rings is None:
        raise ImpossibleChangeError("nothing has rung yet: who answers by when is not known")
    if not picture.shortest_ring_s <= ring_s <= picture.ring_s:
        raise ImpossibleChangeError(
            f"telephones ring for {picture.ring_s:g} s here and at least {picture.shortest_ring_s:g} s: what "
            f"a ring of {ring_s:g} s brings was never heard"
        )
    kept = picture.rings.share_kept(ring_s, of=picture.ring_s)
    return replace(picture, kept=kept, rings_for=ring_s)


def _with_detection(picture: Picture, change: Change) -> Picture:
    seconds, finds, loses = change.detection_s, change.finds_machines, change.loses_people
    assert seconds is not None
    if picture.detects:
        raise ImpossibleChangeError("detection is in use already")
    if not (seconds >= 0.0 and 0.0 <= finds <= 1.0 and 0.0 <= loses < 1.0):
        raise ImpossibleChangeError("detection takes seconds, 0 or more, and hangs up on shares, 0-1")
    snapshot = replace(picture.snapshot, classify_delay=seconds, unidentified_counts=False)
    return replace(picture, snapshot=snapshot, detects=True, let_through=(1.0 - loses, 1.0 - finds))


def _with_agents(picture: Picture, more: int) -> Picture:
    """More are ready at once. Of fewer, those who are ready go first, the others when their call is over."""
    snapshot = picture.snapshot
    if more >= 0:
        ready = snapshot.ready_agents + more
        return replace(picture, snapshot=replace(snapshot, ready_agents=ready))
    gone = min(-more, snapshot.ready_agents)
    leaving = np.zeros(len(snapshot.agent_ids), dtype=np.bool_)
    leaving[: -more - gone] = True
    smaller = replace(
        snapshot,
        ready_agents=snapshot.ready_agents - gone,
        reserved_agents=min(snapshot.reserved_agents, snapshot.ready_agents - gone),
        leaving=leaving,
    )
    return replace(picture, snapshot=smaller)
