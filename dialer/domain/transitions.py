"""One generic state machine: a table of (state, event) -> state.

Every machine of the engine (campaign, lead, attempt, agent) is such a table and nothing else, so that the
tests can walk all of it, and the diagrams are drawn from it. An illegal move raises and changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, TypeVar

from dialer.domain.errors import IllegalTransitionError


class Word(Enum):
    """Base of the enums that serve as keys on the hot path.

    A member is a single object, so its identity is its hash; the inherited hash of the name is computed in
    Python at every look-up and was a tenth of the engine's time. Nothing iterates a set of words.
    """

    __hash__ = object.__hash__


S = TypeVar("S", bound=Enum)
E = TypeVar("E", bound=Enum)


@dataclass(frozen=True, slots=True)
class Machine(Generic[S, E]):
    """A named table of moves.

    Args:
        name: what moves, for messages.
        initial: the state of a new thing.
        moves: the whole table; a pair that is absent is illegal.
        final: states that nothing leaves.
    """

    name: str
    initial: S
    moves: Mapping[S, Mapping[E, S]]
    final: frozenset[S] = field(default_factory=frozenset[S])

    def move(self, state: S, event: E) -> S:
        """The state after `event`.

        Raises:
            IllegalTransitionError: the table has no such move; the caller's state is untouched.
        """
        row = self.moves.get(state)
        after = row.get(event) if row is not None else None
        if after is None:
            raise IllegalTransitionError(self.name, state.name, event.name, allowed=self.allowed(state))
        return after

    def may(self, state: S, event: E) -> bool:
        """Whether the table has the move."""
        row = self.moves.get(state)
        return row is not None and event in row

    def sources(self, event: E) -> tuple[S, ...]:
        """States in which the event is possible, in the table's order."""
        return tuple(state for state, row in self.moves.items() if event in row)

    def goal(self, event: E) -> S:
        """The one state that the event leads to, wherever it happens: for a table of a database, where many
        things move by one statement."""
        (goal,) = {row[event] for row in self.moves.values() if event in row}
        return goal

    def allowed(self, state: S) -> tuple[str, ...]:
        """Names of the events possible in `state`, sorted."""
        return tuple(sorted(event.name for event in self.moves.get(state, {})))

    def mermaid(self) -> str:
        """The table as a Mermaid state diagram, for the READMEs (a test keeps them equal).

        Moves between the same two states share an arrow, and a move that leads from every state to the same
        one is a note.
        """
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial.name}"]
        everywhere = self._from_everywhere()
        for state, row in self.moves.items():
            arrows: dict[S, list[str]] = {}
            for event, after in row.items():
                if event not in everywhere:
                    arrows.setdefault(after, []).append(event.name)
            for after, names in arrows.items():
                lines.append(f"    {state.name} --> {after.name}: {', '.join(names)}")
        for event, after in everywhere.items():
            lines.append(f"    note right of {after.name}: {event.name} leads here from every state")
        lines += [f"    {state.name} --> [*]" for state in sorted(self.final, key=lambda s: s.name)]
        return "\n".join(lines)

    def _from_everywhere(self) -> dict[E, S]:
        """Moves that every state which anything leaves has, all to the same state."""
        rows = list(self.moves.values())
        return {
            event: after
            for event, after in (rows[0].items() if len(rows) > 2 else ())
            if all(row.get(event) is after for row in rows)
        }
