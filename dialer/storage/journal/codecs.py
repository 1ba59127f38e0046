"""Bytes of events, commands and journal entries, and back: exact, deterministic, comparable.

A value is written as `[tag, fields]` with the class name as its tag; an entry as
`[sequence, now, [tag, event], [[tag, command], ...], fate]`. `fate` is null for an event that was taken and
`[word, class of the error, its message]` for any other; entries of format 1 end before it. Sets and mappings
are sorted by the encoder, so equal values give equal bytes under every hash seed: replays compare bytes, not
objects. Floats are written in their shortest exact form.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TypeVar, cast, get_args

import msgspec

from dialer.domain.commands import Command, StorePacing
from dialer.domain.errors import FairdialError
from dialer.domain.events import Event
from dialer.domain.ports import JOURNAL_FORMAT, Fate, JournalEntry

T = TypeVar("T")
V = TypeVar("V")


class UnreadableEntryError(FairdialError):
    """Bytes that are no journal entry of this version: another version wrote them, or they are damaged."""


def _plain(value: object) -> object:
    """Read-only mappings are written as mappings."""
    if isinstance(value, Mapping):
        return dict(cast("Mapping[object, object]", value))
    raise TypeError(f"{type(value).__name__} has no place in a journal")


_encode = msgspec.json.Encoder(order="deterministic", enc_hook=_plain).encode


def _decoders(union: object, *, lax: frozenset[str] = frozenset()) -> dict[str, Callable[[bytes], object]]:
    kinds = cast("tuple[type, ...]", get_args(union))
    return {
        kind.__name__: msgspec.json.Decoder(kind, strict=kind.__name__ not in lax).decode for kind in kinds
    }


_EVENTS = _decoders(Event)
_COMMANDS = _decoders(Command, lax=frozenset({"StorePacing"}))
_TAGGED = msgspec.json.Decoder(tuple[str, msgspec.Raw])
_COMMAND_LIST = msgspec.json.Decoder(tuple[tuple[str, msgspec.Raw], ...])


class _Parts(msgspec.Struct, array_like=True, frozen=True):
    """An entry taken apart; without its last part it is of format 1."""

    sequence: int
    now: float
    event: tuple[str, msgspec.Raw]
    commands: tuple[tuple[str, msgspec.Raw], ...]
    fate: tuple[Fate, str, str] | msgspec.UnsetType | None = msgspec.UNSET


_ENTRY = msgspec.json.Decoder(_Parts)


def _with_words_for_infinity(command: Command) -> Command:
    """JSON has no infinity: a term that is not finite is written as a word, which the decoder reads back."""
    if type(command) is not StorePacing or all(math.isfinite(value) for _, value in command.terms):
        return command
    terms = tuple((name, value if math.isfinite(value) else repr(value)) for name, value in command.terms)
    return replace(command, terms=cast("tuple[tuple[str, float], ...]", terms))


def encode_event(event: Event) -> bytes:
    """One event as `[tag, fields]`."""
    return _encode((type(event).__name__, event))


def encode_command(command: Command) -> bytes:
    """One command as `[tag, fields]`."""
    return _encode((type(command).__name__, _with_words_for_infinity(command)))


def encode_commands(commands: Iterable[Command]) -> bytes:
    """The commands of a step, in their order: what replays compare."""
    return _encode([(type(c).__name__, _with_words_for_infinity(c)) for c in commands])


def encode_entry(entry: JournalEntry) -> bytes:
    """One step on one line, without the line's end."""
    event = entry.event
    commands = [(type(c).__name__, _with_words_for_infinity(c)) for c in entry.commands]
    parts = (entry.sequence, entry.now, (type(event).__name__, event), commands)
    if entry.format < JOURNAL_FORMAT:
        return _encode(parts)
    is_taken = entry.fate is Fate.TAKEN
    return _encode((*parts, None if is_taken else (entry.fate, entry.error, entry.message)))


def encode_value(value: object) -> bytes:
    """Any frozen value of the domain or the gate, for a column; read back with `decode_value`."""
    return _encode(value)


def _decode_tagged(
    table: Mapping[str, Callable[[bytes], object]], what: str, tag: str, body: bytes
) -> object:
    decode = table.get(tag)
    if decode is None:
        raise UnreadableEntryError(f"unknown {what} {tag!r}: a journal of another version")
    try:
        return decode(body)
    except (msgspec.MsgspecError, FairdialError, RecursionError) as error:
        raise UnreadableEntryError(f"{what} {tag}: {error}") from error


def _split(decoder: Callable[[bytes], V], data: bytes) -> V:
    try:
        return decoder(data)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise UnreadableEntryError(f"not a journal value: {error}") from error


def decode_event(data: bytes) -> Event:
    """Read what `encode_event` wrote.

    Raises:
        UnreadableEntryError: not an event of this version.
    """
    tag, body = _split(_TAGGED.decode, data)
    return cast("Event", _decode_tagged(_EVENTS, "event", tag, bytes(body)))


def decode_command(data: bytes) -> Command:
    """Read what `encode_command` wrote.

    Raises:
        UnreadableEntryError: not a command of this version.
    """
    tag, body = _split(_TAGGED.decode, data)
    return cast("Command", _decode_tagged(_COMMANDS, "command", tag, bytes(body)))


def decode_commands(data: bytes) -> tuple[Command, ...]:
    """Read what `encode_commands` wrote.

    Raises:
        UnreadableEntryError: not commands of this version.
    """
    return _commands(_split(_COMMAND_LIST.decode, data))


def _commands(parts: Iterable[tuple[str, msgspec.Raw]]) -> tuple[Command, ...]:
    return tuple(
        cast("Command", _decode_tagged(_COMMANDS, "command", tag, bytes(body))) for tag, body in parts
    )


def decode_entry(data: bytes) -> JournalEntry:
    """Read what `encode_entry` wrote, in this format or format 1.

    Raises:
        UnreadableEntryError: not an entry of this version.
    """
    parts = _split(_ENTRY.decode, data)
    tag, body = parts.event
    fate, error, message = parts.fate or (Fate.TAKEN, "", "")
    return JournalEntry(
        sequence=parts.sequence,
        now=parts.now,
        event=cast("Event", _decode_tagged(_EVENTS, "event", tag, bytes(body))),
        commands=_commands(parts.commands),
        fate=fate,
        error=error,
        message=message,
        format=1 if parts.fate is msgspec.UNSET else JOURNAL_FORMAT,
    )


def must_read_back(entry: JournalEntry) -> None:
    """Raise unless the entry is read back as it is: what is not written down has not happened.

    Raises:
        UnreadableEntryError: it reads otherwise.
        Exception: it cannot be written.
    """
    if decode_entry(encode_entry(entry)) != entry:
        raise UnreadableEntryError(f"step {entry.sequence} reads otherwise than it was")


def column_values(data: bytes) -> tuple[int, float, str, str | None]:
    """What an encoded entry says in its table's columns too: sequence, instant, kind of event, fate.

    Raises:
        UnreadableEntryError: not an entry.
    """
    parts = _split(_ENTRY.decode, data)
    fate = None if not parts.fate else parts.fate[0].value
    return parts.sequence, parts.now, parts.event[0], fate


def value_decoder(kind: type[T]) -> Callable[[bytes], T]:
    """A reader of `encode_value` bytes of one type, made once and kept.

    The reader raises `UnreadableEntryError` on bytes of another shape.
    """
    decode = msgspec.json.Decoder(kind).decode

    def read(data: bytes) -> T:
        return _split(decode, data)

    return read
