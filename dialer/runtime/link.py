"""The connection to the telephone system: heard, lost, found again.

Theory of operation. DOWN: connect, with growing pauses; then ask what lives there and tell the engine
(`NetworkReconciled`): the link is UP under a new number. UP: pass on what happens. A loss is told once
(`NetworkLost`) and takes the link's number away, so that no call that was decided before the loss is dialed
after it: the answer to "what lives there" did not include it.

Where there are several telephone systems (boxes) behind the one port, each is heard, lost and found again for
itself and has a number of its own; a loss of one leaves the others' numbers alone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

import structlog

from dialer.back_off import BackOff
from dialer.domain.errors import TelephoneSystemUnavailableError
from dialer.domain.events import BoxGivenUp, EngineRestarted, Event, NetworkLost, NetworkReconciled
from dialer.domain.ids import NO_BOX, BoxId
from dialer.domain.ports import KeepsRecord, TelephoneSystem, Unended
from dialer.runtime.instruments import Instruments
from dialer.runtime.settings import RuntimeSettings

log = structlog.get_logger(__name__)


class Link:
    """Keeps the telephone system in hearing.

    Args:
        unended: attempts that the engine has not heard the end of.
        put: puts an event into the inbox under the number of the connection that said it, waiting for room.
    """

    def __init__(
        self,
        *,
        network: TelephoneSystem,
        settings: RuntimeSettings,
        instruments: Instruments,
        put: Callable[[Event, int], Awaitable[None]],
        unended: Callable[[], Sequence[Unended]] = tuple,
    ) -> None:
        self._network = network
        self._settings = settings
        self._instruments = instruments
        self._put = put
        self._unended = unended
        self._made = 0
        self._is_told_lost = False
        self._numbers: dict[BoxId, int] = {}
        self._why_lost: dict[BoxId, str] = {}
        self.why_down = "not connected yet"

    @property
    def number(self) -> int:
        """Number of the present connection, of several the newest; 0 = there is none."""
        return max(self._numbers.values(), default=0)

    def number_of(self, box: BoxId) -> int:
        """Number of the present connection to a box; 0 = there is none."""
        return self._numbers.get(box, 0)

    @property
    def lost_boxes(self) -> tuple[tuple[BoxId, str], ...]:
        """Of several telephone systems, those that are not heard, and why."""
        return tuple(sorted(self._why_lost.items()))

    async def run(self) -> None:
        """Listen, for ever."""
        back_off = BackOff(*self._settings.back_off_s)
        while True:
            try:
                await self._connect()
                back_off.reset()
                await self._listen()
            except (TelephoneSystemUnavailableError, TimeoutError, OSError) as error:
                await self._down(str(error) or type(error).__name__)
            await asyncio.sleep(back_off.pause())

    async def _connect(self) -> None:
        async with asyncio.timeout(self._settings.connect_s):
            await self._network.start()
        await self._reconcile()

    async def _reconcile(self) -> None:
        async with asyncio.timeout(self._settings.connect_s):
            found = await self._network.reconcile()
        await self._up(found)

    async def _up(self, found: NetworkReconciled) -> None:
        self._made += 1
        for box in [found.box for found in found.boxes] or [NO_BOX]:
            self._numbers[box] = self._made
            self._why_lost.pop(box, None)
        self.why_down = ""
        self._is_told_lost = False
        self._instruments.network_up.set(1)
        log.info("network.up", live=len(found.live), agents=len(found.agents))
        await self._tell_what_was_missed(found)
        await self._put(found, self._made)

    async def _tell_what_was_missed(self, found: NetworkReconciled) -> None:
        """What the telephone system's own record says of attempts that live no more, before the engine closes
        as unknown what it has not heard of."""
        network = self._network
        if not isinstance(network, KeepsRecord):
            return
        elsewhere = {*found.live, *found.elsewhere}
        boxes = {box.box for box in found.boxes} or {NO_BOX}
        asked = [one for one in self._unended() if one.attempt not in elsewhere and one.box in boxes]
        if not asked:
            return
        try:
            async with asyncio.timeout(self._settings.connect_s):
                missed = await network.what_became(asked)
        except TimeoutError:
            log.error("network.record_not_read", why="it took too long", attempts=len(asked))
            return
        log.info("network.missed", asked=len(asked), events=len(missed))
        for event in missed:
            await self._put(event, self._made)

    async def _listen(self) -> None:
        """Pass on events until the connection is gone. A system may come back within its own stream."""
        async for event in self._network.events():
            if isinstance(event, (NetworkLost, BoxGivenUp)) and event.box != NO_BOX:
                self._numbers.pop(event.box, None)
                self._why_lost[event.box] = event.reason
                log.error("network.box_down", box=event.box, why=event.reason)
                await self._put(event, 0)
            elif isinstance(event, NetworkLost):
                await self._down(event.reason)
            elif isinstance(event, NetworkReconciled):
                await self._up(event)
            else:
                if not self._numbers and not self._why_lost:  # it speaks again: ask what lives first
                    await self._reconcile()
                await self._put(event, self.number)
        await self._down("the telephone system closed the connection")

    async def _down(self, why: str) -> None:
        self._numbers.clear()
        self.why_down = why
        self._instruments.network_up.set(0)
        if not self._is_told_lost:
            self._is_told_lost = True
            log.error("network.down", why=why)
            await self._put(NetworkLost(reason=why), 0)


def believed_after(
    believed: Mapping[BoxId, int],
    event: NetworkReconciled | NetworkLost | BoxGivenUp | EngineRestarted,
    link: int,
) -> Mapping[BoxId, int]:
    """The connections that the engine believes in after it heard of one: by box, those that are up."""
    match event:
        case NetworkReconciled():
            return {**believed, **dict.fromkeys([box.box for box in event.boxes] or [NO_BOX], link)}
        case NetworkLost() | BoxGivenUp() if event.box != NO_BOX:
            return {box: number for box, number in believed.items() if box != event.box}
        case _:
            return {}
