"""The line network (`telephony.lines`) as a telephone system of the running loop: timers, a queue, a
listener.

The network says when it wants to be woken; one timer waits for that. What it tells goes into a queue for the
one listener, whose connection may be cut while the lines live on.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Protocol

from dialer.domain.commands import Originate
from dialer.domain.errors import OlderTermError, TelephoneSystemUnavailableError
from dialer.domain.events import CallNotAttempted, Event, NetworkLost, NetworkReconciled
from dialer.domain.ids import AgentId, AttemptId, InboundId
from dialer.domain.inbound_line import InboundLine
from dialer.domain.ports import InboundCommand, TelephoneCommand
from telephony.in_memory.public import Public
from telephony.lines.behaviour import CallerBehaviour, LineTimings, PlannedCaller
from telephony.lines.network import LineNetwork
from telephony.lines.watching import LineWatcher, Watchers

TIMINGS = LineTimings(refusal_s=0.0)


class Alarm(Protocol):
    """Calls back at an instant of the floor's clock; one at a time."""

    def set(self, at: float | None, ring: Callable[[], None]) -> None:
        """Ring at `at` (POSIX seconds; at once when it has passed), and at no other time; None = never."""
        ...


class LoopAlarm:
    """An alarm by the timers of the running loop.

    Args:
        now: POSIX seconds by the floor's clock.
        factor: seconds of that clock in one real second.
    """

    def __init__(self, now: Callable[[], float], factor: float) -> None:
        self._now = now
        self._factor = factor
        self._timer: asyncio.TimerHandle | None = None

    def set(self, at: float | None, ring: Callable[[], None]) -> None:
        """See `Alarm`."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if at is not None:
            wait_s = max(0.0, at - self._now()) / self._factor
            self._timer = asyncio.get_running_loop().call_later(wait_s, ring)


class InMemoryNetwork:
    """A telephone system; see the port for its duties.

    Args:
        now: POSIX seconds by the floor's clock.
        factor: seconds of that clock in one real second.
        lines: channels that may exist at once; beyond them an order is not carried out.
        backlog: events kept for a listener who is slow; beyond it the connection counts as lost.
        witness: hears what becomes of lines, for comparison with the dialer's store.
        alarm: wakes the network; None = by the running loop.
        our_lines: see `LineNetwork`.
    """

    def __init__(
        self,
        public: Public,
        *,
        now: Callable[[], float],
        factor: float = 1.0,
        lines: int = 3000,
        backlog: int = 100_000,
        witness: LineWatcher | None = None,
        alarm: Alarm | None = None,
        timings: LineTimings = TIMINGS,
        our_lines: tuple[InboundLine, ...] = (),
    ) -> None:
        self._now = now
        self._alarm = alarm or LoopAlarm(now, factor)
        self._waits_for: float | None = None
        self._backlog = backlog
        self._watchers = Watchers() if witness is None else Watchers(witness)
        self._lines = LineNetwork(
            called=public, timings=timings, most_lines=lines, watcher=self._watchers, our_lines=our_lines
        )
        self._events: deque[Event] = deque()
        self._news = asyncio.Event()
        self._term = 0
        self.held = 0
        """The greatest term that was told."""
        self.is_up = False

    # --- the port ----------------------------------------------------------------------------------------

    def of_term(self, term: int) -> None:
        """See `dialer.domain.ports.KeepsTerm`."""
        self._term = term

    async def start(self) -> None:
        """Connect: hear everything from now on."""
        if self._term < self.held:
            raise OlderTermError(mine=self._term, held=self.held)
        self.held = self._term
        self._events.clear()
        self._news.clear()
        self.is_up = True

    async def perform(self, command: TelephoneCommand, *, dial: str | None = None) -> None:
        """See the port."""
        self._expect_connection()
        if isinstance(command, Originate) and dial is None:
            self._say(CallNotAttempted(attempt=command.attempt, reason="no number was given"))
            return
        self._lines.perform(command, now=self._now(), dial=dial or "")
        self._serve()

    async def events(self) -> AsyncIterator[Event]:
        """See the port."""
        while True:
            while self._events:
                event = self._events.popleft()
                yield event
                if isinstance(event, NetworkLost):
                    return
            self._news.clear()
            await self._news.wait()

    async def reconcile(self) -> NetworkReconciled:
        """See the port."""
        self._expect_connection()
        return self.living()

    def caller_of(self, call: InboundId) -> str | None:
        """See `dialer.domain.ports.InboundLines`."""
        return self._lines.caller_of(call)

    async def perform_inbound(self, command: InboundCommand) -> None:
        """See `dialer.domain.ports.InboundLines`."""
        self._expect_connection()
        self._lines.perform_inbound(command, now=self._now())
        self._serve()

    async def press_keys(self, attempt: AttemptId, keys: str) -> None:
        """See `dialer.domain.ports.KeyPad`; who was called hears them as `Line.keys`."""
        self._expect_connection()
        self._lines.press_keys(attempt, keys)

    async def stop(self) -> None:
        """Disconnect; what lives goes on by itself."""
        self.is_up = False

    def _expect_connection(self) -> None:
        if not self.is_up:
            raise TelephoneSystemUnavailableError("not connected")

    # --- the far side, for whoever owns it ---------------------------------------------------------------

    def living(self) -> NetworkReconciled:
        """All that lives here."""
        return self._lines.living()

    def watch(self, watcher: LineWatcher) -> None:
        """Let somebody else hear what becomes of lines."""
        self._watchers.add(watcher)

    def call_in(self, number: str | None, dialed: str, behaviour: CallerBehaviour | None = None) -> None:
        """Somebody calls one of our numbers."""
        self._lines.call_in(
            number=number, dialed=dialed, behaviour=behaviour or PlannedCaller(), now=self._now()
        )
        self._serve()

    def take_unheard(self) -> list[Event]:
        """Everything that was said and not yet listened to, taken off the queue."""
        unheard = list(self._events)
        self._events.clear()
        return unheard

    def lose_connection(self, reason: str) -> None:
        """The dialer's connection goes: it hears this, and nothing more until it connects again."""
        if self.is_up:
            self._say(NetworkLost(reason=reason))
            self.is_up = False

    def lose_leg(self, agent: AgentId) -> None:
        """An agent's telephone dies."""
        self._lines.lose_leg(agent, now=self._now())
        self._serve()

    def end_all(self) -> None:
        """The power goes: every line is gone and nobody is told."""
        self._lines.end_all()
        self._serve()

    # --- means -------------------------------------------------------------------------------------------

    def _serve(self) -> None:
        """Make every move that is due, and have the alarm set for the next."""
        while (at := self._lines.next_wakeup()) is not None and at <= self._now():
            for event in self._lines.wake(self._now()):
                self._say(event)
        if at != self._waits_for:
            self._waits_for = at
            self._alarm.set(at, self._woken)

    def _woken(self) -> None:
        self._waits_for = None
        self._serve()

    def _say(self, event: Event) -> None:
        if not self.is_up:
            return
        self._events.append(event)
        self._news.set()
        if len(self._events) > self._backlog:
            self._events.clear()
            self._events.append(NetworkLost(reason=f"{self._backlog} events were not listened to"))
            self.is_up = False
