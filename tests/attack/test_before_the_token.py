"""Who shows no token: bounded in number, size and time, before anything of it is parsed."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import cast

import pytest
from fastapi import FastAPI, Request, WebSocket

from dialer.web.bounds.connections import Strangers
from dialer.web.bounds.limits import Limits
from dialer.web.bounds.middleware import Bounds
from dialer.web.door import Door, Doorkeeper
from dialer.web.ports import FloorPort
from dialer.web.server import serving
from dialer.web.tokens import Role, Token, Tokens, digest_of

TOKEN = "a-token-of-the-floor"
TOKENS = Tokens([Token(digest=digest_of(TOKEN), roles=frozenset({Role.SUPERVISOR}), name="floor")])
KNOWN = f"authorization: Bearer {TOKEN}\r\n"
WAIT_S = 30.0
"""However loaded the machine: what has not come by then does not come."""


class Side:
    """A door of small bounds, before an application that says how much it was given."""

    def __init__(self, limits: Limits) -> None:
        self.strangers = Strangers(limits)
        self.application = FastAPI()
        self.taken: list[int] = []
        self.port = 0

        @self.application.post("/api/facts")
        async def facts(request: Request) -> int:  # pyright: ignore[reportUnusedFunction]  # FastAPI calls it
            self.taken.append(len(await request.body()))
            return self.taken[-1]

        @self.application.get("/health")
        async def health() -> str:  # pyright: ignore[reportUnusedFunction]  # as above
            return "well"

        @self.application.websocket("/api/watch")
        async def watch(web_socket: WebSocket) -> None:  # pyright: ignore[reportUnusedFunction]  # as above
            await web_socket.accept()
            if (await web_socket.receive()).get("text") == TOKEN:
                await web_socket.send_text("welcome")
                await web_socket.receive()

        doorkeeper = Doorkeeper(floor=cast("FloorPort", None), tokens=TOKENS)
        self.application.add_middleware(Door, doorkeeper=doorkeeper, open_paths=frozenset[str]())
        self.application.add_middleware(Bounds, strangers=self.strangers)

    async def connected(self, source: str = "127.0.0.1") -> "Caller":
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(source, 0))
        return Caller(reader, writer)

    async def asked(self, head: str, body: bytes = b"", *, source: str = "127.0.0.1") -> tuple[int, str]:
        caller = await self.connected(source)
        return await caller.ask(head, body)


class Caller:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def ask(self, head: str, body: bytes = b"") -> tuple[int, str]:
        self.writer.write(f"{head}host: floor\r\n\r\n".encode() + body)
        return await self.answer()

    async def answer(self) -> tuple[int, str]:
        async with asyncio.timeout(WAIT_S):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.split("content-length: ")[1].split("\r\n")[0])
            return int(head.split()[1]), (await self.reader.readexactly(length)).decode()

    async def is_closed(self) -> bool:
        """Waits until it is."""
        try:
            async with asyncio.timeout(WAIT_S):
                return await self.reader.read() == b""
        except ConnectionError:
            return True


@asynccontextmanager
async def opened(**limits: float) -> AsyncGenerator[Side]:
    side = Side(Limits(**limits))  # pyright: ignore[reportArgumentType]  # whole numbers are written as such
    async with serving(side.application, host="127.0.0.1", port=0, strangers=side.strangers) as side.port:
        yield side


POST = "POST /api/facts HTTP/1.1\r\n"


async def test_the_token_is_looked_at_before_the_body_is_read() -> None:
    """400 MB are promised and not a byte of them is waited for."""
    async with opened() as side:
        for wrong in ("", "authorization: Bearer wrong\r\n", "authorization: Basic x\r\n"):
            status, _ = await side.asked(f"{POST}{wrong}content-length: 400000000\r\n")
            assert status == 401
            status, _ = await side.asked(f"{POST}{wrong}transfer-encoding: chunked\r\n", b"10\r\n")
            assert status == 401
    assert side.taken == []


@pytest.mark.parametrize("size", [99, 100, 101])
@pytest.mark.parametrize("is_chunked", [False, True])
async def test_a_body_of_the_most_bytes_is_taken_and_one_more_is_not(size: int, is_chunked: bool) -> None:
    body = b'"' + b"x" * (size - 2) + b'"'
    head = f"{POST}{KNOWN}content-length: {size}\r\n"
    if is_chunked:
        body = f"{size:x}\r\n".encode() + body + b"\r\n0\r\n\r\n"
        head = f"{POST}{KNOWN}transfer-encoding: chunked\r\n"
    async with opened(body_bytes=100) as side:
        status, said = await side.asked(head, body)
    assert status == (200 if size <= 100 else 413)
    assert side.taken == ([size] if size <= 100 else [])
    assert (
        size <= 100
        or json.loads(said)["detail"] == "the body is longer than the 100 bytes that are taken here"
    )


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("", b""),
        ("GET /health HTTP/1.1\r\nx: y", b""),
        ("GET /health HTTP/1.1\r\n", b"x: " + b"y" * 2_000),
        (f"{POST}{KNOWN}content-length: 10\r\nhost: floor\r\n\r\n", b'"half'),
        (f"{POST}{KNOWN}transfer-encoding: chunked\r\nhost: floor\r\n\r\n", b'5\r\n"half\r\n'),
    ],
)
async def test_what_is_never_whole_is_closed_in_time(head: str, body: bytes) -> None:
    async with opened(head_s=0.2, body_s=0.2) as side:
        caller = await side.connected()
        caller.writer.write(head.encode() + body)
        closing = asyncio.ensure_future(caller.reader.read())
        async with asyncio.timeout(WAIT_S):
            said = b""
            with suppress(ConnectionError):
                said = await closing
    assert said == b"" or b" 408 " in said
    assert len(side.strangers) == 0


async def test_further_bytes_do_not_put_the_end_off() -> None:
    """A slow sender of a head, a byte at a time, is closed when the whole of it was due."""
    async with opened(head_s=0.3) as side:
        caller = await side.connected()

        async def send_slowly() -> None:
            with suppress(ConnectionError):
                while True:
                    caller.writer.write(b"G")
                    await caller.writer.drain()
                    await asyncio.sleep(0.02)

        sending = asyncio.create_task(send_slowly())
        assert await caller.is_closed()
        sending.cancel()


async def test_a_head_longer_than_the_most_is_refused() -> None:
    async with opened(head_bytes=4_096) as side:
        caller = await side.connected()
        caller.writer.write(b"GET /health HTTP/1.1\r\nhost: floor\r\nx: " + b"y" * 10_000)
        async with asyncio.timeout(WAIT_S):
            said = await caller.reader.read(100)
        assert b" 400 " in said


async def test_of_too_many_strangers_the_oldest_goes_and_who_is_known_stays() -> None:
    async with opened(strangers_of_peer=3, strangers=100) as side:
        known = await side.connected()
        assert (await known.ask(f"{POST}{KNOWN}content-length: 0\r\n"))[0] == 200
        idle = [await side.connected() for _ in range(4)]
        assert await idle[0].is_closed()
        assert (await idle[-1].ask("GET /health HTTP/1.1\r\n"))[0] == 200
        other = await side.connected("127.0.0.2")
        assert (await other.ask("GET /health HTTP/1.1\r\n"))[0] == 200
        assert (await known.ask(f"{POST}{KNOWN}content-length: 0\r\n"))[0] == 200
        assert len(side.strangers) == 4
    assert len(side.strangers) == 0


async def test_of_too_many_strangers_in_all_the_oldest_goes() -> None:
    async with opened(strangers_of_peer=100, strangers=3) as side:
        idle = [await side.connected(f"127.0.0.{host}") for host in range(1, 6)]
        assert await idle[0].is_closed()
        assert await idle[1].is_closed()
        assert len(side.strangers) == 3


async def test_who_asks_too_often_hears_429_and_nobody_else_does() -> None:
    async with opened(asks_per_s=0.001, asks_at_once=3) as side:
        statuses = [(await side.asked("GET /health HTTP/1.1\r\n"))[0] for _ in range(4)]
        assert statuses == [200, 200, 200, 429]
        assert (await side.asked(f"{POST}content-length: 9\r\n"))[0] == 429
        assert (await side.asked("GET /health HTTP/1.1\r\n", source="127.0.0.2"))[0] == 200
        assert (await side.asked(f"{POST}{KNOWN}content-length: 0\r\n"))[0] == 200


async def test_a_known_token_is_bounded_too() -> None:
    async with opened(known_asks_per_s=0.001, known_asks_at_once=2) as side:
        statuses = [(await side.asked(f"{POST}{KNOWN}content-length: 0\r\n"))[0] for _ in range(3)]
        assert statuses == [200, 200, 429]


async def test_who_connects_too_often_is_closed_without_a_word() -> None:
    async with opened(connects_per_s=0.001, connects_at_once=2) as side:
        callers = [await side.connected() for _ in range(3)]
        assert await callers[2].is_closed()
        assert (await callers[0].ask("GET /health HTTP/1.1\r\n"))[0] == 200


HELLO = (
    "GET /api/watch HTTP/1.1\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
    "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)


async def test_a_web_socket_is_a_strangers_until_its_token_was_heard() -> None:
    async with opened() as side:
        caller = await side.connected()
        caller.writer.write(f"{HELLO}host: floor\r\n\r\n".encode())
        async with asyncio.timeout(WAIT_S):
            assert b" 101 " in await caller.reader.readuntil(b"\r\n\r\n")
        assert len(side.strangers) == 1
        masked = bytes((0x81, 0x80 | len(TOKEN), 0, 0, 0, 0)) + TOKEN.encode()
        caller.writer.write(masked)
        async with asyncio.timeout(WAIT_S):
            assert b"welcome" in await caller.reader.readexactly(9)
        assert len(side.strangers) == 0


async def test_a_message_longer_than_a_token_ends_its_web_socket() -> None:
    async with opened(message_bytes=1_000) as side:
        caller = await side.connected()
        caller.writer.write(f"{HELLO}host: floor\r\n\r\n".encode())
        async with asyncio.timeout(WAIT_S):
            await caller.reader.readuntil(b"\r\n\r\n")
            caller.writer.write(bytes((0x81, 0xFE)) + (60_000).to_bytes(2, "big") + bytes(4))
            said = await caller.reader.read()
        assert said[:1] == b"\x88", "a closing frame"
        assert int.from_bytes(said[2:4], "big") == 1009


@pytest.mark.parametrize(
    "body",
    [
        b"NaN",
        b'{"at": NaN}',
        b'{"at": Infinity}',
        b'{"words": "\\ud800"}',
        b'{"words": "\xed\xa0\x80"}',
        b"[" * 100_000,
        b'{"a":' * 40_000 + b"1" + b"}" * 40_000,
        b"[" * 100_000 + b"]" * 100_000,
        b"\xff\xfe",
        b"{",
    ],
)
async def test_what_is_no_json_is_a_sentence(body: bytes) -> None:
    async with opened() as side:
        status, said = await side.asked(f"{POST}{KNOWN}content-length: {len(body)}\r\n", body)
    assert status == 422
    assert json.loads(said)["detail"].startswith("the body is ")
    assert side.taken == []


async def test_a_packed_body_is_not_unpacked() -> None:
    async with opened() as side:
        status, _ = await side.asked(
            f"{POST}{KNOWN}content-encoding: gzip\r\ncontent-length: 9\r\n", bytes(9)
        )
    assert status == 415
