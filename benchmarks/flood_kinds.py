"""What strangers without a token send at a floor's port, all at once and for as long as they are let.

    python -m benchmarks.flood_kinds PORT SECONDS SCALE KIND...

A process of its own, so that what it costs is not the floor's. It comes from many addresses of 127.0.0.0/8,
as strangers do. It prints what it was answered, as JSON.
"""

import asyncio
import gzip
import json
import sys
import zlib
from collections import Counter
from collections.abc import Awaitable, Callable
from itertools import count

CALL_S = 5.0
"""Longest wait for a connection or an answer."""

PART = bytes(65_536)
HOLD_S = 3.0
"""What is half sent is held open for so long, then sent anew."""

SPACE_S = 0.01
"""Between two tries of one sender, so that ten thousand senders are a crowd and not a spinning loop here."""


class Sender:
    """One of a crowd: an address of its own, and what it was answered.

    Args:
        place: which of the crowd; it decides the address.
        told: counted by what came of it: a status, or why there was none.
    """

    def __init__(self, port: int, place: int, told: Counter[str]) -> None:
        self._port = port
        self._address = f"127.{1 + place % 200}.{place // 200 % 250}.1"
        self._told = told
        self.numbers = count()

    async def send(self, *parts: bytes, forever: bytes = b"", hold_s: float = 0.0) -> None:
        """Connect, send, read the status (or the end) and close.

        Args:
            forever: sent again and again until the other side has enough.
            hold_s: seconds to stay after the parts.
        """
        try:
            async with asyncio.timeout(CALL_S):
                reader, writer = await asyncio.open_connection(
                    "127.0.0.1", self._port, local_addr=(self._address, 0)
                )
        except (OSError, TimeoutError):
            self._told["no connection"] += 1
            return
        try:
            async with asyncio.timeout(CALL_S + hold_s):
                for part in parts:
                    writer.write(part)
                    await writer.drain()
                reading = asyncio.ensure_future(reader.read(4096))
                while forever and not reading.done():
                    writer.write(forever)
                    await writer.drain()
                said = await reading
                self._told[said[9:12].decode("latin-1") if said.startswith(b"HTTP/1.1 ") else "closed"] += 1
                if hold_s and b" 101 " in said[:20]:
                    await reader.read(4096)
        except TimeoutError:
            self._told["held"] += 1
        except OSError:
            self._told["closed"] += 1
        finally:
            writer.transport.abort()


def _head(method: str, path: str, *headers: str) -> bytes:
    lines = (f"{method} {path} HTTP/1.1", "host: floor", "content-type: application/json", *headers, "", "")
    return "\r\n".join(lines).encode()


def _bomb() -> bytes:
    """A gigabyte of zeros, packed a thousandfold and again."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = b"".join(packer.compress(bytes(1_048_576)) for _ in range(1_024)) + packer.flush()
    return gzip.compress(packed)


async def bodies(sender: Sender) -> None:
    """Bodies of 400 MB, sent whether they are wanted or not."""
    await sender.send(_head("POST", "/api/facts/suppressions", "content-length: 400000000"), forever=PART)


async def open_bodies(sender: Sender) -> None:
    """The same where no token is asked for."""
    await sender.send(_head("POST", "/api/session", "content-length: 400000000"), forever=PART)


async def chunks(sender: Sender) -> None:
    """Bodies that do not say how long they are, and never end."""
    head = _head("POST", "/api/session", "transfer-encoding: chunked")
    await sender.send(head, forever=b"10000\r\n" + PART + b"\r\n")


async def halves(sender: Sender) -> None:
    """Heads that never end."""
    await sender.send(b"GET /health HTTP/1.1\r\nhost: floor\r\nx-", hold_s=HOLD_S)


async def half_bodies(sender: Sender) -> None:
    """Bodies that never end, of a request that needs no token."""
    await sender.send(_head("POST", "/api/session", "content-length: 16000"), b'{"account": "', hold_s=HOLD_S)


async def sockets(sender: Sender) -> None:
    """Connections that say nothing."""
    await sender.send(hold_s=HOLD_S)


async def bombs(sender: Sender) -> None:
    """A few KB that unpack to a gigabyte."""
    headers = (f"content-length: {len(BOMB)}", "content-encoding: gzip")
    await sender.send(_head("POST", "/api/session", *headers), BOMB)


async def web_sockets(sender: Sender) -> None:
    """Web sockets that show no token, or a wrong one, or go on too long."""
    head = _head(
        "GET",
        "/api/watch",
        "connection: upgrade",
        "upgrade: websocket",
        "sec-websocket-version: 13",
        "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
    )
    await sender.send(head, bytes((0x81, 0x85, 0, 0, 0, 0)) + b"wrong", hold_s=HOLD_S)
    await sender.send(head, hold_s=HOLD_S)


async def guesses(sender: Sender) -> None:
    """Passwords, each of which costs whoever checks it memory and time."""
    number = next(sender.numbers)
    body = json.dumps({"account": f"nobody-{id(sender)}-{number}", "password": "a long guess", "code": ""})
    await sender.send(_head("POST", "/api/session", f"content-length: {len(body)}"), body.encode())


async def asks(sender: Sender) -> None:
    """What everybody may read, over and over."""
    for path in ("/metrics", "/openapi.json", "/health", "/ready", "/nowhere"):
        await sender.send(_head("GET", path))


BOMB = _bomb() if __name__ == "__main__" else b""
KINDS: dict[str, tuple[Callable[[Sender], Awaitable[None]], int]] = {
    "bodies": (bodies, 50),
    "open_bodies": (open_bodies, 50),
    "chunks": (chunks, 50),
    "halves": (halves, 1_000),
    "half_bodies": (half_bodies, 500),
    "sockets": (sockets, 4_000),
    "bombs": (bombs, 100),
    "web_sockets": (web_sockets, 500),
    "guesses": (guesses, 50),
    "asks": (asks, 100),
}
"""Each kind, and how many send it at the same time."""


async def flood(port: int, seconds: float, kinds: list[str], scale: float) -> dict[str, dict[str, int]]:
    """Send until the time is over; what was answered, by kind."""
    told = {kind: Counter[str]() for kind in kinds}
    places = count()

    async def go_on(kind: str, sender: Sender) -> None:
        send, _ = KINDS[kind]
        while True:
            await send(sender)
            await asyncio.sleep(SPACE_S)

    try:
        async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
            for kind in kinds:
                for _ in range(max(1, round(KINDS[kind][1] * scale))):
                    group.create_task(go_on(kind, Sender(port, next(places), told[kind])))
    except TimeoutError:
        pass
    return {kind: dict(sorted(counted.items())) for kind, counted in told.items()}


if __name__ == "__main__":
    import uvloop

    _port, _seconds, _scale, *_kinds = sys.argv[1:]
    print(json.dumps(uvloop.run(flood(int(_port), float(_seconds), _kinds, float(_scale)))))
