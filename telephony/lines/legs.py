"""Agents' own legs: nailed up, and free or with one line."""

from dialer.domain.ids import AgentId
from telephony.lines.line import CallerLine, Line


class Legs:
    """Whose telephone is on the line, and whom they hear."""

    def __init__(self) -> None:
        self._with: dict[AgentId, Line | CallerLine | None] = {}

    def is_up(self, agent: AgentId) -> bool:
        """Whether the agent's leg is up."""
        return agent in self._with

    def seated(self) -> tuple[AgentId, ...]:
        """Agents whose legs are up, sorted."""
        return tuple(sorted(self._with))

    def put_up(self, agent: AgentId) -> None:
        """The telephone was picked up; one that is up stays with whom it is."""
        self._with.setdefault(agent, None)

    def gone(self, agent: AgentId) -> Line | CallerLine | None:
        """The telephone is gone; returns whom they heard."""
        return self._with.pop(agent, None)

    def why_not(self, agent: AgentId) -> str:
        """Why nobody can be joined to the agent; '' when somebody can."""
        if agent not in self._with:
            return "the agent's telephone is gone"
        return "" if self._with[agent] is None else "the agent is on another call"

    def take(self, agent: AgentId, line: Line | CallerLine) -> None:
        """They hear this line from now on."""
        self._with[agent] = line

    def free(self, agent: AgentId, line: Line | CallerLine) -> None:
        """They hear this line no more, if they did."""
        if self._with.get(agent) is line:
            self._with[agent] = None

    def clear(self) -> None:
        """The power goes."""
        self._with.clear()
