"""The outermost layer of the application: rate, size and JSON of what is brought, whoever brings it.

It knows nobody: the door behind it finds out who asks (`dialer.web.door`) before anything is read, and says
here who need not wait at the turnstile. Who was refused is a stranger and counts as one, and a body is read,
bounded, only when somebody behind the door wants it.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import cast

import msgspec
from fastapi import HTTPException
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dialer.access.throttle import peer_of
from dialer.web.bounds.connections import Client, Strangers
from dialer.web.bounds.limits import UPLOADS, Limits
from dialer.web.bounds.rates import Rates
from dialer.web.bounds.turnstile import Turnstile

BEHIND_THE_DOOR = "/api/"
MOST_OPEN_BODY = 16_384
"""Of a body that is brought by nobody who is known: a name and a password are the longest of them."""
TOO_MANY = 429
TRY_AGAIN_LATER = 1013
FILES_OF_PERSONS = "/api/facts/persons/"


class _GoneError(BaseException):
    """Whoever sent half a body is gone, and nobody waits for an answer. No `Exception`: the framework would
    make an answer of it, for each of a crowd that is turned out at once."""


class Bounds:
    """Middleware.

    Args:
        strangers: connections that have shown no token.
        is_known: whether a request shows who asks; everybody else waits for their turn.
    """

    def __init__(
        self, app: ASGIApp, *, strangers: Strangers, is_known: Callable[[Scope], bool] = lambda _: False
    ) -> None:
        self._app = app
        self._is_known = is_known
        self._turnstile = Turnstile()
        self._strangers = strangers
        self._limits = limits = strangers.limits
        self._asks = Rates(per_s=limits.asks_per_s, at_once=limits.asks_at_once)
        self._known_asks = Rates(per_s=limits.known_asks_per_s, at_once=limits.known_asks_at_once)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] == "websocket":
            await self._web_socket(scope, receive, send)
        elif scope["type"] == "http":
            await self._request(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = _client(scope)
        if client is not None and client in self._strangers and self._is_known(scope):
            self._strangers.known(client)  # before anything is waited for: the oldest stranger may have to go
        if not await self._may_begin(client):
            return
        if not scope["path"].startswith(BEHIND_THE_DOOR) and not self._may_ask(client):
            await _too_many(scope, receive, send)
            return
        body = _Body(
            scope,
            receive,
            self._limits,
            demand_rate=self._demand_rate,
            may_begin=lambda: self._may_begin(client),
        )
        is_instead = False

        async def sending(message: Message) -> None:
            nonlocal is_instead
            if message["type"] == "http.response.start":
                if _is_let_in(scope) and client is not None:
                    self._strangers.known(client)
                if message["status"] == 401 and not self._may_ask(client):
                    is_instead = True
                    await _too_many(scope, receive, send)
                elif not body.is_over:  # what is still on its way is not read
                    headers = [*message.get("headers", ()), (b"connection", b"close")]
                    message = {**message, "headers": headers}
            if not is_instead:
                await send(message)

        with contextlib.suppress(_GoneError):
            await self._app(scope, body.receive, sending)

    async def _may_begin(self, client: Client | None) -> bool:
        """Returns at a stranger's turn, and for everybody else at once: whether they are still there."""
        if client is None or client not in self._strangers:
            return True
        return await self._turnstile.turn(lambda: client not in self._strangers)

    def _may_ask(self, client: Client | None) -> bool:
        return self._asks.may("" if client is None else peer_of(client[0]))

    def _demand_rate(self, shown: str) -> None:
        """Raises HTTPException: too many requests with what was shown at the door."""
        if not self._known_asks.may(shown):
            raise HTTPException(TOO_MANY, "too many requests: wait a second", {"Retry-After": "1"})

    async def _web_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A stranger until the application sends what is for those whom it knows."""
        client = _client(scope)
        if not await self._may_begin(client):
            return
        if not self._may_ask(client):
            await receive()
            with contextlib.suppress(OSError):  # whoever asked is gone already
                await send({"type": "websocket.close", "code": TRY_AGAIN_LATER})
            return

        async def sending(message: Message) -> None:
            if message["type"] == "websocket.send" and client is not None:
                self._strangers.known(client)
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            if client is not None:
                self._strangers.known(client)


class _Body:
    """The body of a request, read whole when it is first asked for; a creditor's file part by part.

    Args:
        demand_rate: raises when what was shown at the door was shown too often.
        may_begin: returns when the body may be looked at; False = who sent it is gone.
    """

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        limits: Limits,
        *,
        demand_rate: Callable[[str], None],
        may_begin: Callable[[], Awaitable[bool]],
    ) -> None:
        self._scope = scope
        self._receive = receive
        self._limits = limits
        self._demand_rate = demand_rate
        self._may_begin = may_begin
        self._headers = {name: value.decode("latin-1") for name, value in _pairs(scope)}
        length, is_chunked = self._headers.get(b"content-length", "0"), b"transfer-encoding" in self._headers
        self._is_read = False
        self._taken, self._ends_at = 0, 0.0  # of a file that comes part by part
        self.is_over = length == "0" and not is_chunked
        """Whether all of it was read."""

    async def receive(self) -> Message:
        """The body, then whatever comes.

        Raises:
            HTTPException: it cannot be taken.
            _GoneError: it never comes.
        """
        if self._is_read:
            return await self._receive()
        if _is_let_in(self._scope) and (self._scope["method"], self._scope["path"]) == UPLOADS:
            return await self._next_part()
        self._demand_first()
        try:
            async with asyncio.timeout(self._limits.body_s):
                body = await self._whole()
        except TimeoutError as error:
            raise HTTPException(408, f"the body was not there within {self._limits.body_s:g} s") from error
        if body is None:
            raise _GoneError
        self._is_read = self.is_over = True
        if not await self._may_begin():
            raise _GoneError
        if body.strip():
            _demand_json(body)
        return {"type": "http.request", "body": body, "more_body": False}

    def _demand_first(self) -> None:
        """Before anything of a body is read. Raises HTTPException."""
        if _is_let_in(self._scope):
            self._demand_rate(self._headers.get(b"authorization") or self._headers.get(b"cookie", ""))
        if self._headers.get(b"content-encoding", "identity").lower() != "identity":
            raise HTTPException(415, "a packed body is not taken: send it as it is")
        said, most = self._headers.get(b"content-length", "0"), self._most()
        if said.isdecimal() and int(said) > most:
            raise _too_long(most)

    async def _next_part(self) -> Message:
        """A file's next part; the last says that it is."""
        loop = asyncio.get_running_loop()
        if not self._ends_at:
            self._demand_first()
            self._ends_at = loop.time() + self._limits.upload_s
        try:
            async with asyncio.timeout_at(min(self._ends_at, loop.time() + self._limits.body_s)):
                message = await self._receive()
        except TimeoutError as error:
            raise HTTPException(408, "the file, or its next part, was not there in time") from error
        if message["type"] == "http.request":
            self._taken += len(cast("bytes", message.get("body", b"")))
            if self._taken > self._most():
                raise _too_long(self._most())
            self._is_read = self.is_over = not message.get("more_body", False)
        return message

    async def _whole(self) -> bytes | None:
        """None where the peer went."""
        most = self._most()
        parts: list[bytes] = []
        size = 0
        while True:
            message = await self._receive()
            if message["type"] != "http.request":
                return None
            part = cast("bytes", message.get("body", b""))
            size += len(part)
            if size > most:
                raise _too_long(most)
            parts.append(part)
            if not message.get("more_body", False):
                return b"".join(parts)

    def _most(self) -> int:
        if not _is_let_in(self._scope):
            return MOST_OPEN_BODY
        if (self._scope["method"], self._scope["path"]) == UPLOADS:
            return self._limits.upload_bytes
        is_file = self._scope["method"] == "PUT" and self._scope["path"].startswith(FILES_OF_PERSONS)
        return self._limits.file_bytes if is_file else self._limits.body_bytes


def _is_let_in(scope: Scope) -> bool:
    """Whether the door behind knows who asks."""
    return "visitor" in scope.get("state", {})


def _client(scope: Scope) -> Client | None:
    return cast("Client | None", scope.get("client"))


def _pairs(scope: Scope) -> list[tuple[bytes, bytes]]:
    return cast("list[tuple[bytes, bytes]]", scope["headers"])


def _too_long(most: int) -> HTTPException:
    return HTTPException(413, f"the body is longer than the {most:,} bytes that are taken here")


def _demand_json(body: bytes) -> None:
    """JSON as the standard has it: no NaN, no halves of pairs, nothing nested without end."""
    try:
        msgspec.json.decode(body, type=object)
    except RecursionError as error:
        raise HTTPException(422, "the body is nested too deep") from error
    except (msgspec.MsgspecError, ValueError) as error:
        raise HTTPException(422, f"the body is no JSON: {error}") from error


async def _too_many(scope: Scope, receive: Receive, send: Send) -> None:
    headers = {"Retry-After": "1", "Connection": "close"}
    said = {"detail": "too many requests from where you are: wait a second"}
    await JSONResponse(said, TOO_MANY, headers)(scope, receive, send)
