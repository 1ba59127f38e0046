"""Long things sealed piece by piece: an hour of sound is read from its middle without opening the rest.

What is sealed begins with a label in clear (whose key it is under, and what it is) and a salt. A key of this
file alone is derived from the subject's key and both; under it each piece of 64 KiB is sealed by AES-256-GCM
with its place as the nonce, and the last one says that it is the last. So no piece can be moved, left out or
cut off, and none be put into another file. (The construction STREAM of Hoang, Reyhanitabar, Rogaway and
Vizár, "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", 2015, section 6:
https://eprint.iacr.org/2015/189.)
"""

import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from dialer.domain.errors import FairdialError
from dialer.storage.keys.master import KEY_BYTES

MAGIC = b"fairdial sealed stream 1\n"
PIECE = 1 << 16
"""Bytes in clear of every piece but the last."""

_TAG = 16
_SALT = 32
_LENGTH = 2
"""Bytes that say how long a name of the label is."""
_MOST_PIECES = 1 << 32


class NotOpenedError(FairdialError):
    """It was sealed under another key, or was touched since, or is none of what this module seals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What is told of a sealed thing in clear: the subject whose key it is under, and its own id."""

    subject: str
    about: str

    def written(self) -> bytes:
        """As it stands at the beginning of what is sealed."""
        names = (self.subject.encode(), self.about.encode())
        return MAGIC + b"".join(len(name).to_bytes(_LENGTH, "big") + name for name in names)


def seal_stream(key: bytes, label: Label, data: Iterable[bytes], into: BinaryIO) -> None:
    """Seal what comes, however it is cut, and write it.

    Args:
        key: the subject's own, 32 bytes.

    Raises:
        OSError: it cannot be written.
    """
    head = label.written() + secrets.token_bytes(_SALT)
    into.write(head)
    cipher = _cipher(key, head)
    waiting, place = bytearray(), 0
    for some in data:
        waiting += some
        while len(waiting) > PIECE:
            into.write(cipher.encrypt(_nonce(place, is_last=False), bytes(waiting[:PIECE]), None))
            del waiting[:PIECE]
            place += 1
    into.write(cipher.encrypt(_nonce(place, is_last=True), bytes(waiting), None))


def label_of(file: BinaryIO) -> Label:
    """What a sealed file says of itself; it is read up to its salt.

    Raises:
        NotOpenedError: it is no sealed file.
    """
    file.seek(0)
    if file.read(len(MAGIC)) != MAGIC:
        raise NotOpenedError("it is no sealed file")
    try:
        subject, about = (
            file.read(int.from_bytes(file.read(_LENGTH), "big")).decode() for _name in ("subject", "about")
        )
    except UnicodeDecodeError as error:
        raise NotOpenedError("its label is no text") from error
    return Label(subject=subject, about=about)


class SealedStream:
    """A sealed file that was opened: read from any place to any other.

    The last piece is opened at once: a wrong key and a cut file are found before anything is given.

    Args:
        file: stays open as long as it is read, and is closed by whoever opened it.
        key: of the subject that its label names.
        label: what it must be.

    Raises:
        NotOpenedError: see there.
    """

    def __init__(self, file: BinaryIO, key: bytes, label: Label) -> None:
        if label_of(file) != label:
            raise NotOpenedError("it is another one than it should be")
        salt = file.read(_SALT)
        self._file = file
        self._begin = file.tell()
        self._cipher = _cipher(key, label.written() + salt)
        sealed_bytes = file.seek(0, os.SEEK_END) - self._begin
        self._pieces = max(-(-sealed_bytes // (PIECE + _TAG)), 1)
        self.size = sealed_bytes - self._pieces * _TAG
        """Bytes in clear."""
        if self.size < 0 or self._pieces > _MOST_PIECES:
            raise NotOpenedError("it was cut off")
        self._piece(self._pieces - 1)

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """What is in clear from `start` up to `stop`, not included, in pieces; None = to the end.

        Raises:
            NotOpenedError: a piece was touched; what came before is what was sealed.
        """
        stop = self.size if stop is None else min(stop, self.size)
        while start < stop:
            place, skipped = divmod(start, PIECE)
            some = self._piece(place)[skipped : skipped + stop - start]
            yield some
            start += len(some)

    def _piece(self, place: int) -> bytes:
        self._file.seek(self._begin + place * (PIECE + _TAG))
        sealed = self._file.read(PIECE + _TAG)
        try:
            return self._cipher.decrypt(_nonce(place, is_last=place == self._pieces - 1), sealed, None)
        except (InvalidTag, ValueError) as error:
            raise NotOpenedError("it was sealed under another key, or was touched since") from error


def _cipher(key: bytes, head: bytes) -> AESGCM:
    label, salt = head[:-_SALT], head[-_SALT:]
    return AESGCM(HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=label).derive(key))


def _nonce(place: int, *, is_last: bool) -> bytes:
    """Of a key that seals nothing else: the place, and whether it is the last."""
    return bytes(7) + place.to_bytes(4, "big") + bytes([is_last])
