"""The port to a simulated network in another process."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass

from dialer.domain.errors import OlderTermError, TelephoneSystemUnavailableError
from dialer.domain.events import Event, InboundArrived, InboundEnded, NetworkLost, NetworkReconciled
from dialer.domain.ids import InboundId
from dialer.domain.ports import InboundCommand, TelephoneCommand
from telephony.simulated import wire

CONNECT_S = 5.0
AGAIN_S = 0.05
"""Between two looks whether a network that is coming is there."""
ANSWER_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the network listens: a Unix socket's path, or host and port."""

    path: str | None = None
    host: str = "127.0.0.1"
    port: int = 0


class SimulatedNetwork:
    """See `dialer.domain.ports.TelephoneSystem`. One connection at a time; `start` makes a new one.

    Args:
        is_coming: whoever uses this starts the network as well: the first connection waits until it is there.
    """

    def __init__(self, address: Address, *, is_coming: bool = False) -> None:
        self._address = address
        self._is_coming = is_coming
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._asked = 0
        self._term = 0
        self._heard: deque[Event] = deque()
        self._callers: dict[InboundId, str | None] = {}

    def of_term(self, term: int) -> None:
        """See `dialer.domain.ports.KeepsTerm`."""
        self._term = term

    async def start(self) -> None:
        """Connect, or connect again; what the old connection still held is forgotten."""
        self._close()
        self._heard.clear()
        try:
            async with asyncio.timeout(None if self._is_coming else CONNECT_S):
                self._reader, self._writer = await self._opened()
                self._writer.write(wire.term_line(self._term))
                held = wire.read_term(await self._reader.readline())
        except (OSError, ValueError, TimeoutError, wire.UnreadableLineError) as error:
            raise TelephoneSystemUnavailableError(
                f"no simulated network at {self._where()}: {error}; start it with `fairdial network`"
            ) from error
        if held > self._term:
            self._close()
            raise OlderTermError(mine=self._term, held=held)

    async def _opened(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while self._is_coming:
            with contextlib.suppress(OSError):
                found = await self._open()
                self._is_coming = False
                return found
            await asyncio.sleep(AGAIN_S)
        return await self._open()

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._address.path is not None:
            return await asyncio.open_unix_connection(self._address.path, limit=wire.MOST_BYTES)
        return await asyncio.open_connection(self._address.host, self._address.port, limit=wire.MOST_BYTES)

    def _where(self) -> str:
        return self._address.path or f"{self._address.host}:{self._address.port}"

    async def perform(self, command: TelephoneCommand, *, dial: str | None = None) -> None:
        """Write one line. A connection that breaks meanwhile leaves it unknown whether it arrived."""
        await self._send(wire.order_line(command, dial))

    def caller_of(self, call: InboundId) -> str | None:
        """See `dialer.domain.ports.InboundLines`."""
        return self._callers.get(call)

    async def perform_inbound(self, command: InboundCommand) -> None:
        """See `perform`."""
        await self._send(wire.order_line(command, None))

    async def _send(self, line: bytes) -> None:
        writer = self._writer
        if writer is None or writer.is_closing():
            raise TelephoneSystemUnavailableError("not connected")
        writer.write(line)
        try:
            await writer.drain()
        except ConnectionError as error:
            raise TimeoutError(f"the connection broke: {error}") from error

    async def events(self) -> AsyncIterator[Event]:
        """See the port; ends after a `NetworkLost`."""
        while True:
            while self._heard:
                yield self._heard.popleft()
            found = await self._next()
            if isinstance(found, tuple):
                continue  # an answer that nobody waits for any more
            yield found
            if isinstance(found, NetworkLost):
                return

    async def reconcile(self) -> NetworkReconciled:
        """Ask, and read on until the answer; events that come before it are kept for `events`."""
        self._asked += 1
        name = str(self._asked)
        await self._send(wire.question_line(name))
        async with asyncio.timeout(ANSWER_S):
            while True:
                found = await self._next()
                if isinstance(found, NetworkLost):
                    raise TelephoneSystemUnavailableError(found.reason)
                if not isinstance(found, tuple):
                    self._heard.append(found)
                elif found[0] == name:
                    return found[1]

    async def stop(self) -> None:
        """Disconnect."""
        self._close()

    async def _next(self) -> Event | tuple[str, NetworkReconciled]:
        reader = self._reader
        if reader is None:
            return NetworkLost(reason="not connected")
        try:
            line = await reader.readline()
        except (OSError, ValueError) as error:
            return self._lost(str(error))
        if not line.endswith(b"\n"):
            return self._lost("the simulated network closed the connection")
        try:
            found = wire.read_event(line)
            if isinstance(found, InboundArrived):
                self._callers[found.call] = wire.caller_in(line)
        except wire.UnreadableLineError as error:
            return self._lost(str(error))
        if isinstance(found, InboundEnded):
            self._callers.pop(found.call, None)
        return found

    def _lost(self, reason: str) -> NetworkLost:
        self._close()
        return NetworkLost(reason=reason)

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None
