"""Who hears what becomes of lines, beside the dialer: whoever sits at them, and logs."""

from typing import Protocol

from dialer.domain.attempt import Outcome
from dialer.domain.ids import AgentId
from telephony.lines.line import CallerLine, Line


class LineWatcher(Protocol):
    """Hears what becomes of lines, before any event tells it."""

    def rung(self, line: Line, now: float) -> None:
        """A telephone is about to ring."""
        ...

    def joined(self, line: Line | CallerLine, agent: AgentId, now: float) -> None:
        """An agent hears somebody. How long the talk lasts is asked after this."""
        ...

    def left(self, line: Line | CallerLine, agent: AgentId, now: float) -> None:
        """The agent hears them no more: it is over, or goes on without the agent."""
        ...

    def over(self, line: Line, outcome: Outcome, now: float) -> None:
        """A line that we placed is gone."""
        ...


class Unwatched:
    """Nobody; the base of watchers who want to hear of some things only."""

    def rung(self, line: Line, now: float) -> None:
        """See `LineWatcher`."""

    def joined(self, line: Line | CallerLine, agent: AgentId, now: float) -> None:
        """See `LineWatcher`."""

    def left(self, line: Line | CallerLine, agent: AgentId, now: float) -> None:
        """See `LineWatcher`."""

    def over(self, line: Line, outcome: Outcome, now: float) -> None:
        """See `LineWatcher`."""


class Watchers:
    """Several watchers as one: each hears everything, in their order."""

    def __init__(self, *watchers: LineWatcher) -> None:
        self._watchers = list(watchers)

    def add(self, watcher: LineWatcher) -> None:
        """Let somebody else hear, too."""
        self._watchers.append(watcher)

    def rung(self, line: Line, now: float) -> None:
        """See `LineWatcher`."""
        for watcher in self._watchers:
            watcher.rung(line, now)

    def joined(self, line: Line | CallerLine, agent: AgentId, now: float) -> None:
        """See `LineWatcher`."""
        for watcher in self._watchers:
            watcher.joined(line, agent, now)

    def left(self, line: Line | CallerLine, agent: AgentId, now: float) -> None:
        """See `LineWatcher`."""
        for watcher in self._watchers:
            watcher.left(line, agent, now)

    def over(self, line: Line, outcome: Outcome, now: float) -> None:
        """See `LineWatcher`."""
        for watcher in self._watchers:
            watcher.over(line, outcome, now)
