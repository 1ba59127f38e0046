"""What may go over the wire to Asterisk, and how it is read back.

The manager interface is lines of `Key: value` ended by CR LF, so a CR or LF inside a value would start a
line of its own, and an empty line a second action: `X=Bob\\r\\n\\r\\nAction: Originate...` really dials. In
`Variable` a comma starts another variable, and quotes and backslashes vanish. Nothing is cleaned here: what
is not plain is refused, since a value that had to be cleaned is not the value that was meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dialer.domain.valid import CENTURY_BEGINS
from telephony.asterisk.errors import UnsafeValueError

EOL = "\r\n"

# Asterisk reads lines into 1,025 bytes and drops the line that is longer, which would change the action.
MOST_LINE_BYTES = 1000
# Asterisk keeps 128 headers of an action and silently drops the rest.
MOST_HEADERS = 100

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_VARIABLE_NAME = re.compile(r"_{0,2}[A-Za-z][A-Za-z0-9_]*")
# Ids, file names, telephone numbers, words of our own: no comma, quote, backslash, $, parenthesis, semicolon.
_VARIABLE_VALUE = re.compile(r"[A-Za-z0-9_.:@+/ -]*")

Value = str | int | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One action for Asterisk, valid from birth.

    Args:
        name: the action, e.g. `Hangup`.
        fields: its headers.
        variables: channel variables, for `Originate`; values are of a narrow alphabet.

    Raises:
        UnsafeValueError: a key or value could be taken for something else.
    """

    name: str
    fields: Mapping[str, Value] = field(default_factory=dict[str, Value])
    variables: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        for name, value in self.variables.items():
            if not _VARIABLE_NAME.fullmatch(name):
                raise UnsafeValueError(f"{name!r} is no name of a channel variable")
            if not _VARIABLE_VALUE.fullmatch(value):
                raise UnsafeValueError(f"variable {name} holds a sign that Asterisk would read as its own")
        encode(self.headers())

    def headers(self) -> dict[str, Value | list[str]]:
        """The headers as panoramisk takes them: a list repeats its key."""
        headers: dict[str, Value | list[str]] = {"Action": self.name, **self.fields}
        if self.variables:
            headers["Variable"] = [f"{name}={value}" for name, value in self.variables.items()]
        return headers


def encode(headers: Mapping[str, Value | Sequence[str]]) -> bytes:
    """The bytes of an action.

    Raises:
        UnsafeValueError: a key or value holds a control character, is no UTF-8, or is too long.
    """
    lines = [_line(key, value) for key, value in _flat(headers)]
    if len(lines) > MOST_HEADERS:
        raise UnsafeValueError(f"{len(lines)} headers; Asterisk drops what is past {MOST_HEADERS}")
    return b"".join(lines) + EOL.encode()


def _flat(headers: Mapping[str, Value | Sequence[str]]) -> Iterator[tuple[str, str]]:
    for key, value in headers.items():
        match value:
            case bool():
                yield key, "true" if value else "false"
            case str() | int():
                yield key, str(value)
            case _:
                for item in value:
                    yield key, item


def _line(key: str, value: str) -> bytes:
    if not _KEY.fullmatch(key):
        raise UnsafeValueError(f"{key!r} is no header")
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in value):
        raise UnsafeValueError(f"the value of {key} holds a control character")
    try:
        line = f"{key}: {value}{EOL}".encode()
    except UnicodeEncodeError as error:
        raise UnsafeValueError(f"the value of {key} cannot be written in UTF-8") from error
    if len(line) > MOST_LINE_BYTES:
        raise UnsafeValueError(f"the value of {key} is too long for one line of Asterisk's")
    return line


@dataclass(frozen=True, slots=True)
class AmiMessage:
    """A response or an event of Asterisk; keys are in lower case.

    Where Asterisk sends a key twice the first value stands: its own come before those of a user event.
    """

    headers: Mapping[str, str]

    def get(self, key: str) -> str:
        """The value, or '' where there is none."""
        return self.headers.get(key, "")

    @property
    def event(self) -> str:
        """Name of the event; '' for a response."""
        return self.headers.get("event", "")

    @property
    def is_success(self) -> bool:
        """Whether a response says that the action was taken."""
        return self.headers.get("response", "") in {"Success", "Goodbye", "Follows"}


def stamp_of(message: AmiMessage, now: float, ahead: float) -> float:
    """Asterisk's own time of an event on the floor's clock: POSIX seconds, never later than `now`.

    What cannot be its time (nothing, no number, another century) is taken to be now.

    Args:
        ahead: seconds by which the floor's clock is ahead of Asterisk's.
    """
    try:
        at = float(message.get("timestamp")) + ahead
    except ValueError:
        return now
    return min(at, now) if at >= CENTURY_BEGINS else now


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkLost:
    """In the stream of events: from here on nothing was heard.

    Args:
        will_retry: False when trying again cannot help (login refused).
    """

    reason: str
    will_retry: bool = True


@dataclass(frozen=True, slots=True)
class LinkRestored:
    """In the stream of events: logged in, Asterisk fully booted. What was before is to be asked for."""


StreamItem = AmiMessage | LinkLost | LinkRestored
