"""Connections over which calls are ordered whose term Asterisk looks at before it dials.

Asterisk runs a piece of its dialplan before a call leaves (`PreDialGoSub`) only for an Originate that is not
asynchronous, and answers that one when the call is answered or over; until then it hears nothing else on the
connection (Asterisk 22; an asynchronous one ignores it without a word). So each call that rings has a
connection of its own, which is used again afterwards. They are sent no events.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from telephony.asterisk.connection import AmiAddress
from telephony.asterisk.errors import (
    ActionTimeoutError,
    AmiError,
    CannotConnectError,
    ConnectionLostError,
    LoginRefusedError,
    NotConnectedError,
)
from telephony.asterisk.wire import Action, AmiMessage, Value, encode

CONNECT_S = 2.5
"""For the connection, and again for the answer to the login."""
MOST_IDLE = 100
"""Connections that are kept for the next calls."""
MOST_OPENING = 10
"""Connections that log in at once: half of those that the written manager.conf lets wait (`authlimit`)."""


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, headers: dict[str, Value | list[str]]) -> AmiMessage:
        """Send, and read on to the response. Raises ConnectionLostError."""
        self.writer.write(encode(headers))
        while True:
            message = AmiMessage(await self._message())
            if message.get("response"):
                return message

    async def _message(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        while True:
            try:
                line = await self.reader.readline()
            except ValueError as error:  # longer than anything that Asterisk says
                raise ConnectionLostError(f"unreadable: {error}") from error
            if not line.endswith(b"\n"):
                raise ConnectionLostError("Asterisk closed the connection over which the call was ordered")
            key, colon, value = line.decode(errors="replace").rstrip("\r\n").partition(": ")
            if colon:
                headers.setdefault(key.lower(), value)
            elif headers:
                return headers


class LaunchLines:
    """The connections of one Asterisk.

    Args:
        address: where and as whom the dialer logs in.
    """

    def __init__(self, address: AmiAddress) -> None:
        self._address = address
        self._idle: list[_Line] = []
        self._busy: set[_Line] = set()
        self._opening = asyncio.Semaphore(MOST_OPENING)

    async def place(self, action: Action, *, why_not: Callable[[], str | None], within: float) -> AmiMessage:
        """Order the call and wait until it is answered or over; gives Asterisk's response.

        Args:
            why_not: asked at the last moment; a reason keeps the order from being sent.
            within: most seconds.

        Raises:
            NotConnectedError: nothing was sent: no connection, or there was a reason.
            ConnectionLostError, ActionTimeoutError: sent; whether it is carried out is not known.
        """
        try:
            line = await self._free_line()
        except AmiError as error:
            raise NotConnectedError(str(error)) from error
        refusal = why_not()
        if refusal is not None:
            self._keep(line)
            raise NotConnectedError(refusal)
        self._busy.add(line)
        try:
            async with asyncio.timeout(within):
                answer = await line.ask(action.headers())
        except TimeoutError as error:
            line.writer.close()
            raise ActionTimeoutError(f"Asterisk did not say in {within:g} s what became of it") from error
        except (OSError, ConnectionLostError) as error:
            line.writer.close()
            raise ConnectionLostError(str(error)) from error
        except BaseException:
            line.writer.close()
            raise
        finally:
            self._busy.discard(line)
        self._keep(line)
        return answer

    def close(self) -> None:
        """Let go of all of them; calls that ring go on."""
        self.forget_idle()
        for line in self._busy:
            line.writer.close()

    def forget_idle(self) -> None:
        """The way to Asterisk was lost: what was open before may only seem so; the next call opens anew."""
        for line in self._idle:
            line.writer.close()
        self._idle.clear()

    async def _free_line(self) -> _Line:
        while self._idle:
            line = self._idle.pop()
            if not (line.reader.at_eof() or line.writer.is_closing()):
                return line
            line.writer.close()
        async with self._opening:
            return await self._opened()

    def _keep(self, line: _Line) -> None:
        if len(self._idle) < MOST_IDLE:
            self._idle.append(line)
        else:
            line.writer.close()

    async def _opened(self) -> _Line:
        address, loop = self._address, asyncio.get_running_loop()
        context = await loop.run_in_executor(None, address.context)
        try:
            async with asyncio.timeout(CONNECT_S):
                line = _Line(*await asyncio.open_connection(address.host, address.port, ssl=context))
        except (OSError, TimeoutError) as error:
            raise CannotConnectError(f"{address.host}:{address.port}: {error}") from error
        login = {"Action": "Login", "Username": address.user, "Secret": address.secret, "Events": "off"}
        with contextlib.ExitStack() as stack:
            stack.callback(line.writer.close)
            try:
                async with asyncio.timeout(CONNECT_S):
                    answer = await line.ask({**login})
            except (OSError, TimeoutError, ConnectionLostError) as error:
                raise CannotConnectError(f"{address.host}:{address.port}: {error}") from error
            if not answer.is_success:
                raise LoginRefusedError(f"Asterisk refused user {address.user!r}: {answer.get('message')}")
            stack.pop_all()
        return line
