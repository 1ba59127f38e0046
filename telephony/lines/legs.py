"""Agents' own legs: nailed up, and free or with one line."""

from dataclasses import dataclass

from dialer.domain.ids import AgentId, AttemptId
from telephony.lines.line import CallerLine, Line


@dataclass(frozen=True, slots=True)
class Pair:
    """Two agents who hear each other."""

    consultation: AttemptId
    agent: AgentId
    colleague: AgentId


Heard = Line | CallerLine | Pair


class Legs:
    """Whose telephone is on the line, and whom they hear."""

    def __init__(self) -> None:
        self._with: dict[AgentId, Heard | None] = {}

    def is_up(self, agent: AgentId) -> bool:
        """Whether the agent's leg is up."""
        return agent in self._with

    def seated(self) -> tuple[AgentId, ...]:
        """Agents whose legs are up, sorted."""
        return tuple(sorted(self._with))

    def put_up(self, agent: AgentId) -> None:
        """The telephone was picked up; one that is up stays with whom it is."""
        self._with.setdefault(agent, None)

    def gone(self, agent: AgentId) -> Heard | None:
        """The telephone is gone; returns whom they heard."""
        return self._with.pop(agent, None)

    def why_not(self, agent: AgentId) -> str:
        """Why nobody can be joined to the agent; '' when somebody can."""
        if agent not in self._with:
            return "the agent's telephone is gone"
        return "" if self._with[agent] is None else "the agent is on another call"

    def take(self, agent: AgentId, line: Heard) -> None:
        """They hear this line from now on."""
        self._with[agent] = line

    def free(self, agent: AgentId, line: Heard) -> None:
        """They hear this line no more, if they did."""
        if self._with.get(agent) is line:
            self._with[agent] = None

    def pair_of(self, agent: AgentId) -> Pair | None:
        """The consultation that the agent is in."""
        heard = self._with.get(agent)
        return heard if isinstance(heard, Pair) else None

    def pairs(self) -> tuple[Pair, ...]:
        """All consultations, each once for every agent in it."""
        return tuple(heard for heard in self._with.values() if isinstance(heard, Pair))

    def clear(self) -> None:
        """The power goes."""
        self._with.clear()
