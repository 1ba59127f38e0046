"""A scripted Asterisk manager interface on loopback: answers what it is told to, and can die in every way."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import Callable
from enum import Enum
from typing import cast

Headers = dict[str, str]

GREETING = b"Asterisk Call Manager/11.0.0\r\n"


class Fault(Enum):
    """What can stand where Asterisk should be: a proxy in front of it, a box that starts, another program."""

    ACCEPT_AND_CLOSE = "accept and close"
    RESET = "reset"
    GREET_AND_CLOSE = "greet and close"
    HALF_OPEN = "half open"
    BOGUS = "bogus"


class FakeAmi:
    """One server, any number of connections.

    Attributes:
        received: every action that came over the wire, in order, by all connections.
        silent: accept bytes and answer nothing, as a half-open connection does.
        answers: what to send for an action, by its name; the default is a success.
        fault: what becomes of every new connection instead; see `Fault`.
    """

    def __init__(self) -> None:
        self.received: list[Headers] = []
        self.silent = False
        self.greeting = GREETING
        self.fault: Fault | None = None
        self.refused = 0
        self.answers: dict[str, Callable[[Headers], bytes]] = {
            "Login": lambda a: success(a) + event("FullyBooted", Status="Fully Booted"),
        }
        self.port = 0
        self._server: asyncio.Server | None = None
        self._writers: list[asyncio.StreamWriter] = []
        self._changed = asyncio.Condition()

    async def listen(self, tls: ssl.SSLContext | None = None) -> None:
        """Listen, on the same port as before where there was one."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop_listening(self) -> None:
        """Refuse new connections; those that are open stay."""
        if self._server is not None:
            self._server.close()
            self._server = None

    async def close(self) -> None:
        self.cut()
        await self.stop_listening()

    def cut(self) -> None:
        """End every connection at once, as a power cut does."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    def send(self, data: bytes) -> None:
        """Send bytes to every connection."""
        for writer in self._writers:
            writer.write(data)

    def count(self, name: str) -> int:
        """How often an action of that name came over the wire."""
        return sum(1 for action in self.received if action["Action"] == name)

    async def wait_received(self, name: str, times: int = 1) -> None:
        """Until an action of that name has come so many times."""
        async with self._changed:
            async with asyncio.timeout(60):
                await self._changed.wait_for(lambda: self.count(name) >= times)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        if self.fault is not None:
            self.refused += 1
            await self._misbehave(self.fault, reader, writer)
            return
        writer.write(self.greeting)
        try:
            while True:
                text = (await reader.readuntil(b"\r\n\r\n")).decode().strip()
                action = dict(line.split(": ", 1) for line in text.split("\r\n"))
                self.received.append(action)
                if not self.silent:
                    writer.write(self.answers.get(action["Action"], success)(action))
                async with self._changed:
                    self._changed.notify_all()
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            writer.transport.abort()

    async def _misbehave(
        self, fault: Fault, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        async with self._changed:
            self._changed.notify_all()
        match fault:
            case Fault.ACCEPT_AND_CLOSE:
                writer.close()
            case Fault.RESET:
                connected = cast("socket.socket", writer.get_extra_info("socket"))
                connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()
            case Fault.GREET_AND_CLOSE:
                writer.write(self.greeting)
                writer.close()
            case Fault.HALF_OPEN:
                await reader.read()
            case Fault.BOGUS:
                writer.write(b"HTTP/1.0 503 Service Unavailable\r\n\r\n")
                writer.close()

    async def wait_refused(self, times: int) -> None:
        """Until so many connections were misused."""
        async with self._changed:
            async with asyncio.timeout(60):
                await self._changed.wait_for(lambda: self.refused >= times)


def message(**headers: str) -> bytes:
    """One message as Asterisk writes it."""
    return "".join(f"{key}: {value}\r\n" for key, value in headers.items()).encode() + b"\r\n"


def event(name: str, **headers: str) -> bytes:
    """One event."""
    return message(Event=name, **headers)


def success(action: Headers, text: str = "ok") -> bytes:
    """The response that says yes."""
    return message(Response="Success", ActionID=action["ActionID"], Message=text)


def refusal(action: Headers, text: str = "no") -> bytes:
    """The response that says no."""
    return message(Response="Error", ActionID=action["ActionID"], Message=text)


def nothing(_: Headers) -> bytes:
    """No response at all."""
    return b""
