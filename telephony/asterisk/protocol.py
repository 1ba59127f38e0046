"""Our protocol for panoramisk's `Manager`: the same duties, with the dangers of panoramisk 1.4 closed.

The only file that touches panoramisk's classes. What is different from the library's own protocol:

* nothing is ever put aside to be sent again: what waited for an answer when the connection went ends with an
  error (the library sends it once more after the reconnect, and a person's telephone rings twice);
* nothing is accepted while there is no connection (the library dials it when the connection comes back);
* every value is checked before the wire;
* bytes are cut into messages before they are decoded, so a character cut by TCP stays whole;
* a failing reader cannot end the connection;
* `OriginateResponse` goes to the stream of events although its ActionID belongs to an action;
* a list that is refused ends at once.
"""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, cast

from panoramisk.ami_protocol import AMIProtocol
from panoramisk.message import Message

from compliance_gate.valid import MOST_CHARACTERS
from dialer.domain.valid import words_told
from telephony.asterisk.errors import CannotConnectError, ConnectionLostError, NotConnectedError
from telephony.asterisk.wire import AmiMessage, Value, encode

_BANNER = b"Asterisk Call Manager/"
_END = b"\r\n\r\n"
# The longest message is a list item of a few kB; whoever sends a megabyte without an end is no Asterisk.
_MOST_BUFFERED = 1 << 20


class Listener(Protocol):
    """Who is told what the protocol hears. Neither method may raise; what does is logged and dropped."""

    def event_received(self, message: AmiMessage) -> None:
        """An event that is not part of an answered list."""
        ...

    def connection_lost(self, error: Exception) -> None:
        """Told exactly once, after every waiting action was ended."""
        ...


Answer = AmiMessage | tuple[AmiMessage, ...]
"""What an action comes to: its response, or for a list the response and all its items."""

# panoramisk carries no types; this is what its function takes and gives.
_parse = cast(
    "Callable[[str], Mapping[str, str | list[str]] | None]",
    Message.from_line,  # pyright: ignore[reportUnknownMemberType]  # untyped library
)


@dataclass(slots=True, kw_only=True)
class _Waiting:
    """An action that Asterisk has not answered yet."""

    future: asyncio.Future[Answer]
    as_list: bool
    items: list[AmiMessage] = field(default_factory=list[AmiMessage])

    def take(self, message: AmiMessage) -> None:
        """Add what came; ends the future when it is whole. A list that is refused is whole at once."""
        self.items.append(message)
        if self.as_list and message.event:
            whole = message.event.endswith("Complete") or message.get("eventlist") == "Complete"
        else:
            whole = not self.as_list or not message.is_success
        if whole and not self.future.done():
            self.future.set_result(tuple(self.items) if self.as_list else message)


class GuardedProtocol(AMIProtocol):
    """One connection to one Asterisk; given to `Manager` through its `protocol_factory`."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._buffer = bytearray()
        self._waiting: dict[str, _Waiting] = {}
        self._names = (f"{uuid.uuid4().hex}-{number}" for number in itertools.count(1))
        self._greeted = False
        self._fault: Exception | None = None
        self.closed = True
        self.last_heard = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.last_heard = asyncio.get_running_loop().time()

    def send(self, data: Mapping[str, Value | list[str]], as_list: bool = False) -> asyncio.Future[Answer]:
        """Send one action now or not at all.

        Raises:
            UnsafeValueError: a value is not plain.
            NotConnectedError: no connection; the action is not kept.
        """
        name = next(self._names)
        payload = encode({**data, "ActionID": name})
        transport = cast("asyncio.Transport", self.transport)
        if self.closed or transport.is_closing():
            raise NotConnectedError("there is no connection to Asterisk; nothing was sent")
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[name] = _Waiting(future=future, as_list=as_list)
        future.add_done_callback(lambda _: self._waiting.pop(name, None))
        transport.write(payload)
        return future

    @property
    def unanswered(self) -> int:
        """Actions that Asterisk has not answered yet."""
        return len(self._waiting)

    def data_received(self, data: bytes) -> None:
        self.last_heard = asyncio.get_running_loop().time()
        self._buffer += data
        if not self._greeted and not self._take_banner():
            return
        *frames, rest = bytes(self._buffer).split(_END)
        self._buffer = bytearray(rest)
        if len(rest) > _MOST_BUFFERED:
            self.abort(CannotConnectError("the other side sends no message's end: no Asterisk"))
            return
        for frame in frames:
            message = _parse(frame.decode("utf-8", "replace").strip("\r\n"))
            if message is not None:
                self.handle_message(message)

    def handle_message(self, message: Mapping[str, str | list[str]]) -> None:
        plain = _plain(message)
        waiting = self._waiting.get(plain.get("actionid"))
        if waiting is not None and plain.event != "OriginateResponse":
            waiting.take(plain)
        elif plain.event:
            self._tell_event(plain)

    def connection_lost(self, exc: Exception | None) -> None:
        """End everything that waits, tell the listener once, and never hand anything back to the library."""
        if self.closed:
            return
        self.closed = True
        error = self._fault or ConnectionLostError(
            f"Asterisk closed the connection ({exc or 'end of stream'})"
        )
        self._end_waiting(error)
        self._listener.connection_lost(error)

    def close(self) -> None:
        """Close on purpose. What still waits ends with an error."""
        self.abort(ConnectionLostError("the connection was closed by us"))

    def abort(self, error: Exception) -> None:
        """End the connection now; bytes that were not sent yet are thrown away, never sent late."""
        if self.closed:
            return
        self._fault = error
        cast("asyncio.Transport", self.transport).abort()
        self.connection_lost(error)

    def pause(self) -> None:
        """Stop reading."""
        if not self.closed:
            cast("asyncio.Transport", self.transport).pause_reading()

    def resume(self) -> None:
        """Go on reading; the silence in between was ours."""
        self.last_heard = asyncio.get_running_loop().time()
        transport = cast("asyncio.Transport", self.transport)
        if not self.closed and not transport.is_closing():
            transport.resume_reading()

    def _take_banner(self) -> bool:
        line, end, rest = bytes(self._buffer).partition(b"\r\n")
        if not end and len(line) < 200:
            return False
        if not line.startswith(_BANNER):
            self.abort(CannotConnectError("what answers there is not Asterisk's manager interface"))
            return False
        self.version = line.removeprefix(_BANNER).decode("ascii", "replace")
        self._buffer = bytearray(rest)
        self._greeted = True
        return True

    def _tell_event(self, message: AmiMessage) -> None:
        try:
            self._listener.event_received(message)
        except Exception:  # a reader's defect must not cost the connection and its events
            self.log.exception("the reader of Asterisk's events failed on %s", message.event)

    def _end_waiting(self, error: Exception) -> None:
        for waiting in list(self._waiting.values()):
            if not waiting.future.done():
                waiting.future.set_exception(error)
                waiting.future.exception()  # seen: nobody may be waiting any more, which is no defect
        self._waiting.clear()


def _plain(message: Mapping[str, str | list[str]]) -> AmiMessage:
    headers: dict[str, str] = {}
    for key, value in message.items():
        told = value[0] if isinstance(value, list) else value
        headers.setdefault(key.lower(), words_told(told, most=MOST_CHARACTERS))
    return AmiMessage(headers)
