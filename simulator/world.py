"""The world of a rehearsal: a heap, a virtual clock, and the engine that a live floor has.

Everything that will happen is a tuple (at, priority, sequence, action, argument) on one heap; sequence makes
ties the same on every machine. The engine is stepped with what happens and with the wake-ups it asks for, and
its commands are handed to whoever said they would carry them out. There is no asyncio and no waiting: a shift
is over as soon as it is computed.

Events are never told from inside a step: whoever answers a command schedules the answer, at this very instant
if need be. So the order of the journal is the order of the heap.
"""

from collections.abc import Callable
from heapq import heapify, heappop, heappush
from math import inf
from typing import Protocol, TypeVar

from dialer.domain.commands import Command
from dialer.domain.events import Event, TimeReached
from dialer.domain.ports import Fate, JournalEntry

NETWORK = 0
"""Priorities of what is due at the same instant: the telephone system first, then the people on the floor,
then the office. The engine's own wake-ups come last, when everything of that instant is known."""
FLOOR = 1
OFFICE = 2

MOST_STEPS_AT_ONE_INSTANT = 100_000
"""More than any floor has; an engine that asks for the same instant again and again is a defect."""

_TIME_REACHED = TimeReached()

C = TypeVar("C", bound=Command)


A = TypeVar("A")
E = TypeVar("E", bound=Event)
Sink = Callable[[JournalEntry], None]


class Engine(Protocol):
    """What the world needs of an engine: the same that the live runtime needs."""

    def step(self, event: Event, *, now: float) -> tuple[Command, ...]:
        """Take what happened, say what is to be done."""
        ...

    @property
    def was_ignored(self) -> bool:
        """Whether the last event came late, twice or about something unknown, and changed nothing."""
        ...

    def next_wakeup(self) -> float | None:
        """When to step `TimeReached` if nothing else happens before."""
        ...


class WorldStuckError(Exception):
    """The engine keeps asking for an instant that has come already: time would never pass again."""


class World:
    """One engine, one clock, and everybody who acts.

    Args:
        engine: the real one, or a scripted one in tests.
        starts_at: POSIX seconds at which the rehearsal begins.
        sink: takes every step, in order (the journal, projections of it); None = nobody does.
    """

    def __init__(self, *, engine: Engine, starts_at: float, sink: Sink | None = None) -> None:
        self.now = starts_at
        self.steps = 0
        self._engine = engine
        self._sink = sink
        self._heap: list[tuple[float, int, int, Callable[..., None], object]] = []
        self._sequence = 0
        self._handlers: dict[type[Command], tuple[Callable[..., None], ...]] = {}
        self._hearers: dict[type, Callable[..., None]] = {}
        self._step_over: Callable[[], None] | None = None
        self._wakeup: float | None = None
        self._next_ring: Callable[[], float | None] = lambda: None
        self._ring: Callable[[float], None] = lambda _: None
        self._shift_network: Callable[[float], None] = lambda _: None
        self._asked = 0

    def on(self, command: type[C], handler: Callable[[C], None]) -> None:
        """Say who carries out a kind of command; several may, in the order in which they said so."""
        self._handlers[command] = (*self._handlers.get(command, ()), handler)

    def handled(self) -> frozenset[type[Command]]:
        """Kinds of command that somebody carries out."""
        return frozenset(self._handlers)

    def after(self, event: type[E], hearer: Callable[[E], None]) -> None:
        """Let somebody hear of a kind of event when the engine has taken it, as the runtime around it
        does."""
        self._hearers[event] = hearer

    def when_step_over(self, hearer: Callable[[], None]) -> None:
        """Let somebody hear of the end of every step, when everything it said is carried out."""
        self._step_over = hearer

    def drive(
        self,
        next_wakeup: Callable[[], float | None],
        wake: Callable[[float], None],
        shift_clock: Callable[[float], None],
    ) -> None:
        """Let the telephone network live by this clock. At the same instant it is before everybody else.

        Args:
            next_wakeup: when something happens next on the lines (POSIX seconds); None = nothing does.
            wake: lets one such thing happen, at its instant.
            shift_clock: the clock was set by so many seconds.
        """
        self._next_ring, self._ring, self._shift_network = next_wakeup, wake, shift_clock

    def step_clock(self, seconds: float) -> None:
        """Set the wall clock by which everybody counts; whatever is under way keeps its length."""
        self._heap[:] = [
            (at + seconds, priority, place, action, argument)
            for at, priority, place, action, argument in self._heap
        ]
        heapify(self._heap)
        self._shift_network(seconds)
        self.now += seconds

    def schedule(
        self, at: float, action: Callable[[A], None], argument: A, *, priority: int = NETWORK
    ) -> None:
        """Let `action(argument)` happen at `at` (POSIX seconds; not before now)."""
        self._sequence += 1
        heappush(self._heap, (max(at, self.now), priority, self._sequence, action, argument))

    def tell_at(self, at: float, event: Event, *, priority: int = OFFICE) -> None:
        """Let the engine learn of `event` at `at`."""
        self.schedule(at, self.tell, event, priority=priority)

    def tell(self, event: Event) -> None:
        """Step the engine with what happens now, and carry out what it says."""
        now = self.now
        commands = self._engine.step(event, now=now)
        self.steps += 1
        if self._sink is not None:
            fate = Fate.IGNORED if self._engine.was_ignored else Fate.TAKEN
            self._sink(JournalEntry(sequence=self.steps, now=now, event=event, commands=commands, fate=fate))
        handlers = self._handlers
        for command in commands:
            for handler in handlers.get(type(command), ()):
                handler(command)
        hearer = self._hearers.get(type(event))
        if hearer is not None:
            hearer(event)
        if self._step_over is not None:
            self._step_over()
        self._wakeup = self._engine.next_wakeup()

    def run(self, until: float) -> None:
        """Let everything happen that is due by `until` (POSIX seconds), which is then the time.

        Raises:
            WorldStuckError: the engine asked for one instant more often than any floor has events.
        """
        heap, next_ring = self._heap, self._next_ring
        while True:
            due = heap[0][0] if heap else inf
            rings = next_ring()
            if rings is not None and rings <= due:
                due = rings
            else:
                rings = None
            wakeup = self._wakeup
            if wakeup is not None and wakeup < due:
                if wakeup > until:
                    break
                self._wake(wakeup)
            elif due > until:
                break
            elif rings is not None:
                self.now = due
                self._ring(due)
            else:
                at, _, _, action, argument = heappop(heap)
                self.now = at
                action(argument)
        self.now = max(self.now, until)

    def run_while(self, goes_on: Callable[[], bool], *, until: float) -> None:
        """Like `run`, but stop as soon as `goes_on` says no, at `until` at the latest."""
        while goes_on():
            due = self.next_due()
            if due is None or due > until:
                return
            self.run(max(due, self.now))

    def next_due(self) -> float | None:
        """When anything happens next (POSIX seconds); None = nothing ever does."""
        candidates = (self._heap[0][0] if self._heap else None, self._next_ring(), self._wakeup)
        return min((at for at in candidates if at is not None), default=None)

    def _wake(self, wakeup: float) -> None:
        if wakeup > self.now:
            self.now, self._asked = wakeup, 0
        self._asked += 1
        if self._asked > MOST_STEPS_AT_ONE_INSTANT:
            raise WorldStuckError(
                f"the engine asked for a wake-up at {wakeup!r} again and again; it is {self.now!r} already"
            )
        self.tell(_TIME_REACHED)
