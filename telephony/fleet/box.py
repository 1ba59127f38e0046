"""One telephone system of a fleet, and the task that keeps it in hearing.

Theory of operation. DOWN: connect, with growing pauses. HEARD: ask what lives there and tell it; then pass on
what happens. A loss is told once. Nothing is given to a box unless the report of what lives there was read.
A box that stays lost for `give_up_s` is given up once; it is still tried, and comes back as any other.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Protocol

import structlog

from dialer.back_off import BackOff
from dialer.domain.errors import OlderTermError, TelephoneSystemUnavailableError
from dialer.domain.events import BoxGivenUp, Event, NetworkLost, NetworkReconciled
from dialer.domain.ids import BoxId, EndpointId
from dialer.domain.ports import TelephoneSystem
from telephony.keeping import keep

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxPlan:
    """One box of a fleet.

    Args:
        phones: agents' telephones that it can ring; None = any.
        lines: most calls at once over all its trunks; None = its own matter.
    """

    box: BoxId
    system: TelephoneSystem
    phones: frozenset[EndpointId] | None = None
    lines: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetTimings:
    """Seconds.

    Args:
        connect: most time to connect, or to be told what lives there.
        first_wait, most_wait: before the next try, doubling.
        give_up: after so long without a word a box's calls are closed and its agents rung from elsewhere.
        start: at a start, so long for every box to be heard, when one is.
    """

    connect: float = 10.0
    first_wait: float = 0.2
    most_wait: float = 5.0
    give_up: float = 20.0
    start: float = 3.0


class Home(Protocol):
    """What a box tells its fleet; everything in the order in which it happened."""

    async def box_found(self, box: Box, found: NetworkReconciled) -> None:
        """It is heard, and this lives there."""
        ...

    async def box_lost(self, event: NetworkLost) -> None:
        """It is not heard."""
        ...

    async def box_given_up(self, box: Box, event: BoxGivenUp) -> None:
        """Nobody waits for it any more."""
        ...

    async def overtaken(self, error: OlderTermError) -> None:
        """Another engine is in charge of it: this one's floor is over."""
        ...

    async def box_said(self, box: Box, event: Event) -> None:
        """Something happened there."""
        ...


class Box:
    """A box at work."""

    def __init__(self, plan: BoxPlan, home: Home, timings: FleetTimings) -> None:
        self.name = plan.box
        self.system = plan.system
        self.lines = plan.lines
        self._phones = plan.phones
        self._home = home
        self._timings = timings
        self._task: asyncio.Task[None] | None = None
        self._tried = asyncio.Event()
        self._giving_up: asyncio.Task[None] | None = None
        self.is_heard = False
        """Connected, and what lives there is known."""
        self.is_read = False
        """And its report was read: commands may go to it."""
        self.why_down = "not connected yet"

    def has(self, phone: EndpointId | None) -> bool:
        """Whether it can ring the telephone."""
        return phone is not None and (self._phones is None or phone in self._phones)

    def begin(self) -> None:
        """Keep it in hearing from now on."""
        self._tried.clear()
        self._keep_in_hearing()
        self._wait_or_give_up()

    def _keep_in_hearing(self) -> None:
        self._task = keep(self._run(), name=f"box-{self.name}", died=self._died)

    def _died(self, error: Exception) -> None:
        """A defect ended the hearing: the box counts as lost, and is heard anew after the longest wait."""
        self._task = keep(self._recover(error), name=f"box-{self.name}", died=self._died)

    async def _recover(self, error: Exception) -> None:
        await self._lost(f"a defect ended its hearing: {error}")
        await asyncio.sleep(self._timings.most_wait)
        await self._run()

    async def wait_tried(self) -> None:
        """Return when the first try to connect is over."""
        await self._tried.wait()

    async def end(self) -> None:
        """Disconnect and stay away."""
        self.is_heard = self.is_read = False
        going = [task for task in (self._task, self._giving_up) if task is not None]
        for task in going:
            task.cancel()
        if going:
            await asyncio.wait(going)
        self._task = self._giving_up = None
        await self.system.stop()

    async def _run(self) -> None:
        back_off = BackOff(self._timings.first_wait, self._timings.most_wait)
        while True:
            try:
                async with asyncio.timeout(self._timings.connect):
                    await self.system.start()
                await self._report()
                back_off.reset()
                await self._listen()
                await self._lost("it closed the connection")
            except OlderTermError as error:
                self._tried.set()
                await self._home.overtaken(error)
                return
            except (TelephoneSystemUnavailableError, TimeoutError, OSError) as error:
                await self._lost(str(error) or type(error).__name__)
            self._tried.set()
            await asyncio.sleep(back_off.pause())

    async def _report(self) -> None:
        async with asyncio.timeout(self._timings.connect):
            found = await self.system.reconcile()
        await self._found(found)

    async def _listen(self) -> None:
        async for event in self.system.events():
            if isinstance(event, NetworkLost):
                await self._lost(event.reason)
            elif isinstance(event, NetworkReconciled):
                await self._found(event)
            else:
                if not self.is_heard:
                    await self._report()
                await self._home.box_said(self, event)

    async def _found(self, found: NetworkReconciled) -> None:
        if self._giving_up is not None:
            self._giving_up.cancel()
            self._giving_up = None
        self.is_heard, self.is_read, self.why_down = True, False, ""
        _log.info("box.up", box=self.name, live=len(found.live), agents=len(found.agents))
        await self._home.box_found(self, found)
        self._tried.set()

    async def _lost(self, why: str) -> None:
        was_heard = self.is_heard
        self.is_heard = self.is_read = False
        if was_heard or not self._tried.is_set():
            _log.error("box.down", box=self.name, why=why)
            await self._home.box_lost(NetworkLost(reason=why, box=self.name))
        self.why_down = why
        if was_heard:
            self._wait_or_give_up()

    def _wait_or_give_up(self) -> None:
        if self._giving_up is None:
            self._giving_up = asyncio.create_task(self._give_up(), name=f"give-up-{self.name}")

    async def _give_up(self) -> None:
        await asyncio.sleep(self._timings.give_up)
        why = f"not heard for {self._timings.give_up:g} s: {self.why_down}"
        _log.error("box.given_up", box=self.name, why=why)
        await self._home.box_given_up(self, BoxGivenUp(box=self.name, reason=why))
