"""The network's process: one listener at a time, and the lines go on without any."""

import asyncio
import contextlib
from pathlib import Path

import structlog

from dialer.domain.commands import Originate
from dialer.domain.events import Event, InboundArrived
from dialer.domain.ports import InboundCommand
from telephony.in_memory.network import InMemoryNetwork
from telephony.simulated import wire
from telephony.simulated.client import Address

log = structlog.get_logger(__name__)

GOODBYE_S = 2.0


class NetworkServer:
    """Serves one in-memory network on a socket. A new connection takes the place of the one before."""

    def __init__(self, network: InMemoryNetwork, address: Address) -> None:
        self._network = network
        self._address = address
        self._server: asyncio.Server | None = None
        self._present: asyncio.Task[None] | None = None
        self._writer: asyncio.StreamWriter | None = None
        self.connections = 0

    async def start(self) -> Address:
        """Listen. Returns where, with the port that was given when 0 was asked for."""
        address = self._address
        if address.path is not None:
            Path(address.path).unlink(missing_ok=True)
            self._server = await asyncio.start_unix_server(
                self._connected, address.path, limit=wire.MOST_BYTES
            )
            return address
        self._server = await asyncio.start_server(
            self._connected, address.host, address.port, limit=wire.MOST_BYTES
        )
        return Address(host=address.host, port=self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Close; the lines are left to themselves."""
        if self._server is not None:
            self._server.close()
        self.cut()
        if self._present is not None:
            self._present.cancel()

    def cut(self) -> None:
        """Cut the present connection, as a network does."""
        if self._writer is not None:
            self._writer.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The outermost task of a connection: it ends quietly when the process goes."""
        with contextlib.suppress(asyncio.CancelledError):
            term = await self._term_of(reader, writer)
            if term is None:
                writer.close()
            else:
                await self._replace_listener(reader, writer, term)

    async def _term_of(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int | None:
        """The term that is told first; None where the listener that there is stays: it is an older one."""
        try:
            async with asyncio.timeout(GOODBYE_S):
                term = wire.read_term(await reader.readline())
        except (OSError, ValueError, TimeoutError, wire.UnreadableLineError) as error:
            log.info("listener.refused", why=str(error))
            return None
        network = self._network
        network.held = max(term, network.held)  # from here on an order of an older term is not carried out
        writer.write(wire.term_line(network.held))
        if term < network.held:
            log.info("listener.refused", why=f"it is of term {term}, and {network.held} was told")
            return None
        network.of_term(term)
        return term

    async def _replace_listener(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, term: int
    ) -> None:
        self.cut()
        before, task = self._present, asyncio.current_task()
        self._present = task
        if before is not None and not before.done():
            await asyncio.wait({before}, timeout=GOODBYE_S)
        self._writer = writer
        self.connections += 1
        await self._network.start()
        log.info("listener.came", number=self.connections)
        try:
            await self._converse(reader, writer, term)
        finally:
            if self._present is task:
                await self._network.stop()
            with contextlib.suppress(OSError):
                writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, term: int) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                speaking = group.create_task(self._speak(writer))
                await self._hear(reader, writer, term)
                speaking.cancel()
        except* (OSError, wire.UnreadableLineError) as errors:
            log.info("listener.lost", why=str(errors.exceptions[0]))

    async def _hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, term: int) -> None:
        while line := await reader.readline():
            if not line.endswith(b"\n"):
                return
            command, text = wire.read_order(line)
            if command is None:
                for event in self._network.take_unheard():  # said before the answer, as it happened before
                    writer.write(self._line(event))
                writer.write(wire.answer_line(text, self._network.living()))
            elif isinstance(command, InboundCommand):
                await self._network.perform_inbound(command)
            elif isinstance(command, Originate) and term < self._network.held:
                log.warning("order.refused", attempt=command.attempt, term=term)
            else:
                await self._network.perform(command, dial=text or None)

    async def _speak(self, writer: asyncio.StreamWriter) -> None:
        async for event in self._network.events():
            writer.write(self._line(event))
            await writer.drain()

    def _line(self, event: Event) -> bytes:
        caller = self._network.caller_of(event.call) if isinstance(event, InboundArrived) else None
        return wire.event_line(event, caller=caller or "")
