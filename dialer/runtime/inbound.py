"""People who call us, on their way through the runtime: who has the number, and what is done about them.

The telephone system alone knows the number that called; the engine and its journal know ids. So an arrival
goes to the engine at once, without a number, and what the store says of the number follows.
"""

import asyncio
from collections.abc import Callable

import structlog

from dialer.domain.commands import BridgeInbound
from dialer.domain.errors import StoreUnavailableError, TelephoneSystemUnavailableError
from dialer.domain.events import Event, InboundBridgeFailed, InboundIdentified
from dialer.domain.ids import InboundId
from dialer.domain.ports import CallerBook, InboundCommand, InboundLines
from dialer.runtime.settings import RuntimeSettings

log = structlog.get_logger(__name__)

MOST_WAITING = 1000
"""Arrivals not looked up yet; who comes on top is not identified, and waits out the dialplan's limit."""


class InboundDesk:
    """Looks callers up and hands commands about them over.

    Args:
        network: the telephone system; one that nobody can call is never asked anything.
        store: the store; one that knows no callers identifies nobody.
        tell: puts the runtime's own news into the inbox.
    """

    def __init__(
        self, *, network: object, store: object, settings: RuntimeSettings, tell: Callable[[Event], None]
    ) -> None:
        self._lines = network if isinstance(network, InboundLines) else None
        self._book = store if isinstance(store, CallerBook) else None
        self._settings = settings
        self._tell = tell
        self._arrived: asyncio.Queue[InboundId] = asyncio.Queue(MOST_WAITING)
        self._commands: asyncio.Queue[InboundCommand] = asyncio.Queue()

    def arrived(self, call: InboundId) -> None:
        """Somebody calls: look up who has the number."""
        try:
            self._arrived.put_nowait(call)
        except asyncio.QueueFull:
            log.warning("inbound.not_looked_up", call=call)

    def send(self, command: InboundCommand) -> None:
        """Hand over now."""
        self._commands.put_nowait(command)

    async def identify(self) -> None:
        """Look callers up, one after the other, for ever."""
        while True:
            call = await self._arrived.get()
            self._tell(await self._identified(call))

    async def _identified(self, call: InboundId) -> InboundIdentified:
        e164 = self._lines.caller_of(call) if self._lines is not None else None
        if e164 is None or self._book is None:
            return InboundIdentified(call=call, number=None, callers=())
        try:
            async with asyncio.timeout(self._settings.fetch_s):
                number, callers = await self._book.callers(e164)
        except (StoreUnavailableError, TimeoutError) as error:
            log.warning("inbound.not_identified", call=call, why=str(error))
            return InboundIdentified(call=call, number=None, callers=())
        return InboundIdentified(call=call, number=number, callers=callers)

    async def perform(self) -> None:
        """Hand commands over in their order, for ever."""
        while True:
            command = await self._commands.get()
            why = await self._try(command)
            if why is None:
                continue
            log.warning("command.failed", command=type(command).__name__, call=command.call, why=why)
            if isinstance(command, BridgeInbound):
                self._tell(InboundBridgeFailed(call=command.call, agent=command.agent, reason=why))

    async def _try(self, command: InboundCommand) -> str | None:
        if self._lines is None:
            return "nobody can call this telephone system"
        try:
            async with asyncio.timeout(self._settings.perform_s):
                await self._lines.perform_inbound(command)
        except TelephoneSystemUnavailableError as error:
            return str(error)
        except TimeoutError:
            return "the telephone system does not take it"
        return None
