"""What will happen next on the lines: moves in the order in which they are due."""

from collections.abc import Callable
from heapq import heapify, heappop, heappush
from typing import Protocol, TypeVar

S = TypeVar("S", bound="Stamped")
A = TypeVar("A")
_Move = tuple[float, int, Callable[..., None], object, "Stamped | None", int]


class Stamped(Protocol):
    """Something whose plans fall when it moves."""

    moves: int


class Agenda:
    """Moves to come. At the same instant those planned first are first, on every machine.

    Attributes:
        now: POSIX seconds of the move that is being made, or of the order that is being taken.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self._heap: list[_Move] = []
        self._planned = 0

    def plan(self, seconds: float, action: Callable[[S], None], what: S) -> None:
        """Let `action(what)` happen in `seconds`, unless `what` has moved by then."""
        self._planned += 1
        heappush(self._heap, (self.now + seconds, self._planned, action, what, what, what.moves))

    def order(self, seconds: float, action: Callable[[A], None], argument: A) -> None:
        """Let `action(argument)` happen in `seconds`, whatever happens before."""
        self._planned += 1
        heappush(self._heap, (self.now + seconds, self._planned, action, argument, None, 0))

    def next_at(self) -> float | None:
        """When the next move is due (POSIX seconds); None = nothing is planned."""
        heap = self._heap
        while heap:
            at, _, _, _, stamped, moves = heap[0]
            if stamped is None or stamped.moves == moves:
                return at
            heappop(heap)
        return None

    def make_next(self, now: float) -> None:
        """Make the move that is due first; `next_at` has told that there is one."""
        _, _, action, argument, _, _ = heappop(self._heap)
        self.now = now
        action(argument)

    def clear(self) -> None:
        """Nothing happens any more."""
        self._heap.clear()

    def shift(self, seconds: float) -> None:
        """The clock was set: every span keeps its length."""
        self._heap = [
            (at + seconds, place, action, argument, stamped, moves)
            for at, place, action, argument, stamped, moves in self._heap
        ]
        heapify(self._heap)
        self.now += seconds
