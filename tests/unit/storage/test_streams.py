"""Long things sealed in pieces: read from anywhere, and never read when they are not what was sealed."""

import io
import random

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dialer.storage.keys.streams import (
    MAGIC,
    PIECE,
    Label,
    NotOpenedError,
    SealedStream,
    label_of,
    seal_stream,
)

KEY, OTHER = AESGCM.generate_key(256), AESGCM.generate_key(256)
LABEL = Label(subject="p-1", about="g1-1")
HEAD = len(MAGIC) + 2 + 3 + 2 + 4 + 32
TAG = 16
SIZES = (0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 7)


def sound(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def sealed(data: bytes, cut: int = 1000, *, key: bytes = KEY, label: Label = LABEL) -> io.BytesIO:
    into = io.BytesIO()
    seal_stream(key, label, (data[at : at + cut] for at in range(0, len(data), cut)), into)
    return into


def opened(file: io.BytesIO, key: bytes = KEY, label: Label = LABEL) -> bytes:
    return b"".join(SealedStream(file, key, label).read())


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("cut", [999, PIECE, 1 << 20])
def test_what_was_sealed_is_opened_however_it_came(size: int, cut: int) -> None:
    file = sealed(sound(size), cut)
    assert SealedStream(file, KEY, LABEL).size == size
    assert opened(file) == sound(size)
    pieces = max(-(-size // PIECE), 1)
    assert len(file.getvalue()) == HEAD + size + pieces * TAG
    assert sound(size)[:64] not in file.getvalue() or size < 64


@pytest.mark.parametrize("size", [1, PIECE, 2 * PIECE + 100])
def test_any_part_is_read_without_the_rest(size: int) -> None:
    file, whole = sealed(sound(size)), sound(size)
    stream = SealedStream(file, KEY, LABEL)
    for edge in (0, 1, 44, PIECE - 1, PIECE, PIECE + 1, size - 1, size, size + 5):
        for stop in (edge, edge + 1, edge + PIECE, size, None):
            assert b"".join(stream.read(edge, stop)) == whole[edge:stop], (edge, stop)


def test_a_wrong_key_opens_nothing_and_says_so_before_a_byte_is_given() -> None:
    with pytest.raises(NotOpenedError, match="sealed under another key, or was touched"):
        SealedStream(sealed(sound(10)), OTHER, LABEL)


@pytest.mark.parametrize("label", [Label(subject="p-2", about="g1-1"), Label(subject="p-1", about="g1-2")])
def test_it_is_not_taken_for_another_one(label: Label) -> None:
    """Neither as it lies there, nor when its label is written anew."""
    file = sealed(sound(10))
    with pytest.raises(NotOpenedError, match="another one"):
        SealedStream(file, KEY, label)
    renamed = io.BytesIO(file.getvalue().replace(LABEL.written(), label.written()))
    assert label_of(renamed) == label
    with pytest.raises(NotOpenedError, match="touched"):
        SealedStream(renamed, KEY, label)


def test_what_was_cut_off_is_found_at_opening_wherever_it_was_cut() -> None:
    whole = sealed(sound(2 * PIECE + 10)).getvalue()
    for left in (
        0,
        5,
        HEAD - 1,
        HEAD,
        HEAD + 15,
        HEAD + 16,
        HEAD + PIECE,
        HEAD + PIECE + TAG,
        len(whole) - 1,
    ):
        with pytest.raises(NotOpenedError):
            SealedStream(io.BytesIO(whole[:left]), KEY, LABEL)
    with pytest.raises(NotOpenedError):
        SealedStream(io.BytesIO(whole + b"\0"), KEY, LABEL)


@pytest.mark.parametrize("at", [HEAD - 1, HEAD, HEAD + PIECE + TAG, -1])
def test_one_changed_bit_is_found(at: int) -> None:
    """In the salt, in the first piece, in the second, in the last tag."""
    spoiled = bytearray(sealed(sound(2 * PIECE)).getvalue())
    spoiled[at] ^= 1
    with pytest.raises(NotOpenedError):
        opened(io.BytesIO(spoiled))


def test_pieces_cannot_change_places() -> None:
    file = sealed(sound(3 * PIECE)).getvalue()
    one, two = file[HEAD : HEAD + PIECE + TAG], file[HEAD + PIECE + TAG : HEAD + 2 * (PIECE + TAG)]
    swapped = file[:HEAD] + two + one + file[HEAD + 2 * (PIECE + TAG) :]
    stream = SealedStream(io.BytesIO(swapped), KEY, LABEL)
    with pytest.raises(NotOpenedError):
        next(stream.read())
    assert b"".join(stream.read(2 * PIECE)) == sound(3 * PIECE)[2 * PIECE :]


def test_the_same_sound_is_never_sealed_alike() -> None:
    assert sealed(sound(100)).getvalue() != sealed(sound(100)).getvalue()


@pytest.mark.parametrize("file", [b"", b"RIFF", MAGIC, MAGIC + b"\0\1\xff\0\0"])
def test_what_is_no_sealed_file_is_said_to_be_none(file: bytes) -> None:
    with pytest.raises(NotOpenedError):
        SealedStream(io.BytesIO(file), KEY, LABEL)
