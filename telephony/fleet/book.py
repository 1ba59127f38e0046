"""Who sits at which box, and which attempt was placed where. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from dialer.domain.ids import AgentId, AttemptId, BoxId, EndpointId

# Attempts remembered: more than an hour of the fastest floor. An attempt ordered again meets its own box.
_MOST_PLACED = 200_000


@dataclass(slots=True, kw_only=True)
class Seat:
    """An agent who wants a leg. `box`: where it is, or is being rung; None = nowhere yet.

    endpoint: None while only a box has told of the leg, after a restart of ours.
    """

    agent: AgentId
    endpoint: EndpointId | None = None
    box: BoxId | None = None
    is_up: bool = False


class FleetBook:
    """Seats and attempts of a fleet."""

    def __init__(self) -> None:
        self._seats: dict[AgentId, Seat] = {}
        self._placed: dict[AttemptId, BoxId] = {}
        self._live: dict[AttemptId, BoxId] = {}
        self._unwanted: set[tuple[BoxId, AgentId]] = set()

    # --- attempts ----------------------------------------------------------------------------------------

    def place(self, attempt: AttemptId, box: BoxId) -> BoxId:
        """Where the attempt belongs: at the box it was placed at first, whatever is asked now."""
        box = self._placed.setdefault(attempt, box)
        self._live[attempt] = box
        if len(self._placed) > _MOST_PLACED:
            del self._placed[next(iter(self._placed))]
        return box

    def box_of(self, attempt: AttemptId) -> BoxId | None:
        """Where the attempt was placed, or found."""
        return self._live.get(attempt) or self._placed.get(attempt)

    def over(self, attempt: AttemptId) -> None:
        """It is over."""
        self._live.pop(attempt, None)

    def found(self, box: BoxId, attempts: Iterable[AttemptId]) -> None:
        """All that lives at the box."""
        self._live = {name: where for name, where in self._live.items() if where != box}
        for attempt in attempts:
            self._live[attempt] = box
            self._placed.setdefault(attempt, box)

    def best_for_call(self, boxes: Collection[BoxId]) -> BoxId | None:
        """Where a call goes that names no box: where agents are, and of these where most are left over."""
        calls = Counter(self._live.values())
        agents = Counter(seat.box for seat in self._seats.values() if seat.is_up)
        return max(boxes, key=lambda box: (agents[box] > 0, agents[box] - calls[box]), default=None)

    # --- seats -------------------------------------------------------------------------------------------

    def want(self, agent: AgentId, endpoint: EndpointId) -> Seat:
        """The agent wants a leg on this telephone."""
        seat = self._seats.setdefault(agent, Seat(agent=agent))
        seat.endpoint = endpoint
        return seat

    def leave(self, agent: AgentId) -> Seat | None:
        """The agent wants no leg any more."""
        return self._seats.pop(agent, None)

    def seat(self, agent: AgentId) -> Seat | None:
        """The agent's seat."""
        return self._seats.get(agent)

    def at(self, box: BoxId) -> tuple[Seat, ...]:
        """Seats at a box, or being rung from it, by agent."""
        return tuple(self._seats[name] for name in sorted(self._seats) if self._seats[name].box == box)

    def nowhere(self) -> tuple[Seat, ...]:
        """Seats of agents who want a leg and are rung from no box, by agent."""
        return tuple(self._seats[name] for name in sorted(self._seats) if self._seats[name].box is None)

    def best_for_leg(self, boxes: Collection[BoxId]) -> BoxId | None:
        """Which of the boxes rings a telephone: the one with the fewest agents, the first of equals."""
        seated = Counter(seat.box for seat in self._seats.values())
        return min(boxes, key=lambda box: seated[box], default=None)

    def leg_up(self, box: BoxId, agent: AgentId) -> bool:
        """A leg is up at the box. False when it is not wanted there: the agent sits elsewhere, or left."""
        if (box, agent) in self._unwanted:
            return False
        seat = self._seats.setdefault(agent, Seat(agent=agent, box=box))
        if seat.box is None:
            seat.box = box
        if seat.box != box:
            return False
        seat.is_up = True
        return True

    def leg_lost(self, box: BoxId, agent: AgentId) -> bool:
        """A leg at the box is gone. False when the agent's seat is not there."""
        self._unwanted.discard((box, agent))
        seat = self._seats.get(agent)
        if seat is None or seat.box != box:
            return False
        seat.is_up = False
        return True

    def drop_later(self, box: BoxId, agent: AgentId) -> None:
        """The box is not heard: a leg of the agent that is found there when it is heard again is ended."""
        self._unwanted.add((box, agent))

    def dropped(self, box: BoxId, agent: AgentId) -> None:
        """The leg was ended, or is wanted there again."""
        self._unwanted.discard((box, agent))

    def is_unwanted(self, box: BoxId, agent: AgentId) -> bool:
        """Whether a leg of this agent at the box is to be ended."""
        seat = self._seats.get(agent)
        elsewhere = seat is not None and seat.box not in {None, box}
        return elsewhere or (box, agent) in self._unwanted
