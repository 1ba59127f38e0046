"""Lines of JSON between the dialer and the simulated network: `[word, ...]`, one message a line."""

from collections.abc import Callable
from typing import cast, get_args

import msgspec

from dialer.domain.events import (
    AgentLegLost,
    AgentLegRestored,
    BridgeFailed,
    CallAnswered,
    CallBridged,
    CallEnded,
    CallNotAttempted,
    CallRinging,
    CallTimedOut,
    Event,
    HoldFailed,
    InboundArrived,
    InboundBridged,
    InboundBridgeFailed,
    InboundCallBackAsked,
    InboundEnded,
    InboundLanguageChosen,
    InboundMessageLeft,
    InboundOptedOut,
    InboundUnserved,
    InboundWaiting,
    NetworkReconciled,
    OptOutPressed,
    OverflowAnswered,
    PersonHeld,
    RecordingBegan,
    RecordingStopped,
    VoicePlayed,
)
from dialer.domain.ports import InboundCommand, TelephoneCommand

MOST_BYTES = 1 << 22
"""Longest line: what lives on a floor of thousands of lines fits."""

_SPOKEN = (
    AgentLegLost
    | AgentLegRestored
    | BridgeFailed
    | CallAnswered
    | CallBridged
    | CallEnded
    | CallNotAttempted
    | CallRinging
    | CallTimedOut
    | HoldFailed
    | InboundArrived
    | InboundBridged
    | InboundBridgeFailed
    | InboundCallBackAsked
    | InboundEnded
    | InboundLanguageChosen
    | InboundMessageLeft
    | InboundOptedOut
    | InboundUnserved
    | InboundWaiting
    | OptOutPressed
    | OverflowAnswered
    | PersonHeld
    | RecordingBegan
    | RecordingStopped
    | VoicePlayed
)
"""What the network says of its own accord."""


class UnreadableLineError(Exception):
    """The other side speaks another version, or something else altogether."""


def _decoders(union: object) -> dict[str, Callable[[bytes], object]]:
    kinds = cast("tuple[type, ...]", get_args(union))
    return {kind.__name__: msgspec.json.Decoder(kind).decode for kind in kinds}


_encode = msgspec.json.Encoder().encode
_line = msgspec.json.Decoder(tuple[str, str, msgspec.Raw]).decode
_orders = {**_decoders(TelephoneCommand), **_decoders(InboundCommand)}
_events = _decoders(_SPOKEN)
_living = msgspec.json.Decoder(NetworkReconciled).decode


def order_line(command: TelephoneCommand | InboundCommand, dial: str | None) -> bytes:
    """An order; `dial` may be empty."""
    return _encode((type(command).__name__, dial or "", command)) + b"\n"


def term_line(term: int) -> bytes:
    """The first line of either side: the term of whoever connects; the greatest that was ever told."""
    return _encode(("term", str(term), None)) + b"\n"


def read_term(line: bytes) -> int:
    """The term in such a line.

    Raises:
        UnreadableLineError: it is none.
    """
    word, text, _ = _split(line)
    if word != "term" or not (text.isascii() and text.isdigit()):
        raise UnreadableLineError("the other side does not tell its term first")
    return int(text)


def question_line(name: str) -> bytes:
    """What lives there? The answer repeats the name."""
    return _encode(("living?", name, None)) + b"\n"


def event_line(event: Event, *, caller: str = "") -> bytes:
    """Something happened. `caller`: the number of somebody who arrives, which no event tells."""
    return _encode((type(event).__name__, caller, event)) + b"\n"


def caller_in(line: bytes) -> str | None:
    """The number that came with an arrival; None = withheld."""
    _word, caller, _body = _split(line)
    return caller or None


def answer_line(name: str, living: NetworkReconciled) -> bytes:
    """What lives there."""
    return _encode(("living", name, living)) + b"\n"


def read_order(line: bytes) -> tuple[TelephoneCommand | InboundCommand | None, str]:
    """(command, number to dial), or (None, name of the question).

    Raises:
        UnreadableLineError: it is neither.
    """
    word, text, body = _split(line)
    if word == "living?":
        return None, text
    return cast("TelephoneCommand | InboundCommand", _read(_orders, word, bytes(body))), text


def read_event(line: bytes) -> Event | tuple[str, NetworkReconciled]:
    """An event, or the answer to the question of that name.

    Raises:
        UnreadableLineError: it is neither.
    """
    word, text, body = _split(line)
    if word == "living":
        return text, _living(bytes(body))
    return cast("Event", _read(_events, word, bytes(body)))


def _split(line: bytes) -> tuple[str, str, msgspec.Raw]:
    try:
        return _line(line)
    except msgspec.MsgspecError as error:
        raise UnreadableLineError(f"not a message: {error}") from error


def _read(table: dict[str, Callable[[bytes], object]], word: str, body: bytes) -> object:
    decode = table.get(word)
    if decode is None:
        raise UnreadableLineError(f"unknown word {word!r}")
    try:
        return decode(body)
    except msgspec.MsgspecError as error:
        raise UnreadableLineError(f"{word}: {error}") from error
