"""Words that a person said or wrote, sealed: what stands in their place in events, rows and journals.

The words become `sealed:1:SUBJECT:TEXT`, under the key of whoever or whatever the event names (a person, a
number, a debt, a talk). Alike words of one subject are sealed alike, so that a file which says something
again says nothing new. Once the subject's key is destroyed they are noise, in the journal too.
"""

import base64
import binascii
import sqlite3
import zlib
from collections.abc import Iterable
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast

from compliance_gate.valid import MOST_CHARACTERS
from dialer.domain.errors import StoreUnavailableError
from dialer.domain.spoken_words import SEALED
from dialer.storage.keys.keyring import Keyring, WordSealer

T = TypeVar("T")

PREFIX = f"{SEALED}1:"
GONE = "(words of somebody who was erased)"
"""What is shown where the key is destroyed, or not here."""

LONG_BYTES = 1_000
"""Longer words are compressed before they are sealed: sealed they must still be text that can be stored."""

MOST_SEALED_BYTES = (MOST_CHARACTERS - 500) * 3 // 4
_AS_IT_IS, _SHORTENED = b"\0", b"\1"


class Words:
    """Seals and opens words.

    Args:
        sealer: with the keys of the subjects that are sealed for; those of others are looked up on opening.
    """

    def __init__(self, keyring: Keyring, subjects: Iterable[str] = ()) -> None:
        self._keyring = keyring
        wanted = sorted(set(subjects))
        try:
            self._sealer = keyring.word_sealer(wanted) if wanted else WordSealer({})
        except sqlite3.Error as error:
            raise StoreUnavailableError("the keys cannot be read now: nothing was taken") from error

    def seal(self, subject: str, text: str) -> str:
        """Words as they are kept; what is sealed for this subject already stays as it is."""
        if _subject_of(text) == subject and self.opened(text) != GONE:
            return text
        return f"{PREFIX}{subject}:{_text(self._sealer.seal(subject, _packed(text)))}"

    def opened(self, text: str) -> str:
        """Words as they were said: text that is not sealed is itself."""
        subject = _subject_of(text)
        if subject is None:
            return text
        body = _bytes(text.rsplit(":", 1)[1])
        clear = None if body is None else self._sealer_of(subject).open(subject, body)
        return GONE if clear is None else _unpacked(clear)

    def _sealer_of(self, subject: str) -> WordSealer:
        if subject not in self._sealer:
            self._sealer = self._sealer.with_keys(self._keyring.word_opener([subject]))
        return self._sealer


def opened_words(keyring: Keyring, value: T) -> T:
    """Anything told (a record, a report's facts) with every sealed word in it as it was said."""
    return cast("T", _opened(Words(keyring), value))


def _opened(words: Words, value: Any) -> Any:
    if isinstance(value, str):
        return words.opened(value) if value.startswith(PREFIX) else value
    if isinstance(value, tuple):
        held = cast("tuple[Any, ...]", value)
        made = tuple(_opened(words, each) for each in held)
        return held if made == held else made
    if isinstance(value, dict):
        return {key: _opened(words, each) for key, each in cast("dict[Any, Any]", value).items()}
    if is_dataclass(value) and not isinstance(value, type):
        changed: dict[str, Any] = {}
        for field in fields(value):
            before = getattr(value, field.name)
            after = _opened(words, before)
            if after is not before and after != before:
                changed[field.name] = after
        return replace(cast("Any", value), **changed) if changed else value
    return value


def _subject_of(text: str) -> str | None:
    """Of sealed words; None = these are none."""
    if not text.startswith(PREFIX):
        return None
    subject, colon, body = text[len(PREFIX) :].rpartition(":")
    return subject if colon and subject and body else None


def _packed(text: str) -> bytes:
    data = text.encode()
    if len(data) <= LONG_BYTES:
        return _AS_IT_IS + data
    packed = zlib.compress(data, 9)
    while len(packed) > MOST_SEALED_BYTES:  # no language, and more of it than can be kept
        data = data[: len(data) * 9 // 10]
        packed = zlib.compress(data, 9)
    return _SHORTENED + packed


def _unpacked(data: bytes) -> str:
    kind, rest = data[:1], data[1:]
    return (zlib.decompress(rest) if kind == _SHORTENED else rest).decode(errors="replace")


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes | None:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
