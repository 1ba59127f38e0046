"""A creditor's file comes through the door part by part: each in its time, all of it within its bounds."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import HTTPException
from starlette.types import Message, Receive, Scope, Send

from dialer.web.bounds.connections import Strangers
from dialer.web.bounds.limits import UPLOADS, Limits
from dialer.web.bounds.middleware import Bounds

LIMITS = Limits(upload_bytes=10, body_bytes=4, upload_s=0.05, body_s=30.0)


def part(body: bytes, *, more: bool = True) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


async def taken(
    *parts: Message | None,
    headers: tuple[tuple[bytes, bytes], ...] = (),
    state: dict[str, object] | None = None,
    asks: int = 99,
    limits: Limits = LIMITS,
) -> list[Message]:
    """What the application behind the door got of a file, until it was whole; None never comes."""
    got: list[Message] = []
    coming = list(parts)

    async def receive() -> Message:
        message = coming.pop(0)
        if message is None:
            await asyncio.Event().wait()
        assert message is not None, "it came"
        return message

    async def application(_scope: Scope, receive: Receive, _send: Send) -> None:
        for _ in range(asks):
            got.append(await receive())
            if not got[-1].get("more_body", False):
                return

    async def send(_message: Message) -> None:
        """Nothing is answered."""

    method, path = UPLOADS
    scope: Any = {"type": "http", "method": method, "path": path, "headers": headers, "client": None}
    scope["state"] = {"visitor": "Cora"} if state is None else state
    await Bounds(application, strangers=Strangers(limits))(scope, receive, send)
    return got


def refused(status: int) -> Callable[[HTTPException], bool]:
    return lambda error: error.status_code == status


async def test_parts_go_on_as_they_come_and_the_last_says_that_it_is() -> None:
    """They are no JSON, and longer than any other body may be."""
    parts = part(b"{,"), part(b"12345678", more=False)
    assert await taken(*parts) == list(parts)


async def test_a_file_is_as_long_as_it_may_be_and_no_byte_longer() -> None:
    assert len(await taken(part(b"12345"), part(b"12345", more=False))) == 2
    with pytest.raises(HTTPException) as error:
        await taken(part(b"12345"), part(b"123456", more=False))
    assert refused(413)(error.value)
    with pytest.raises(HTTPException) as error:
        await taken(None, headers=((b"content-length", b"11"),))
    assert refused(413)(error.value), "before a byte of it is read"


async def test_a_file_is_there_in_its_time_however_many_parts_it_has() -> None:
    with pytest.raises(HTTPException) as error:
        await taken(part(b"1"), part(b"2"), None)
    assert refused(408)(error.value)


async def test_the_next_part_of_a_file_is_there_in_its_own_time() -> None:
    with pytest.raises(HTTPException) as error:
        await taken(part(b"1"), None, limits=Limits(upload_s=30.0, body_s=0.05))
    assert refused(408)(error.value)


async def test_a_packed_file_is_refused_before_it_is_read() -> None:
    with pytest.raises(HTTPException) as error:
        await taken(None, headers=((b"content-encoding", b"gzip"),))
    assert refused(415)(error.value)


async def test_of_nobody_who_is_known_no_file_is_taken() -> None:
    """It is a body as any other: read whole, and JSON."""
    with pytest.raises(HTTPException) as error:
        await taken(part(b"{,", more=False), state={})
    assert refused(422)(error.value)


async def test_what_comes_behind_a_file_is_passed_on_and_a_sender_who_goes_is_told() -> None:
    gone: Message = {"type": "http.disconnect"}
    assert await taken(part(b"1"), gone) == [part(b"1"), gone]
