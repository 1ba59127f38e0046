"""A delimited text file as it comes from a creditor: its bytes are hashed, its encoding and delimiter found.

Encodings: byte-order marks are believed; else UTF-8 when every byte of the file is; else Windows-1252, which
is what old American systems write, and the report says so.
"""

import codecs
import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from dialer.domain.errors import FairdialError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS = (",", "\t", ";", "|")
_BLOCK = 1 << 20

LONGEST_LINE = 1 << 20
"""Signs of a line of a file that is one: a hundred columns of a thousand signs are a tenth of it."""

MOST_EXPANDED = 100
"""How many times its size a packed file may unpack to: lists of accounts come to ten or twenty."""

ALWAYS_EXPANDED = 64 << 20
"""Bytes that any file may unpack to."""


class UnreadableFileError(FairdialError):
    """The whole file cannot be taken: not text, no heading, a required column missing. Nothing was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFile:
    """What was found out about a file before reading its lines."""

    path: Path
    sha256: str
    encoding: str
    delimiter: str
    heading: tuple[str, ...]


def _opened(path: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path, "rb")) if path.suffix == ".gz" else path.open("rb")


def look_at(path: Path) -> TextFile:
    """Hash the file and find out how to read it.

    Raises:
        UnreadableFileError: it is no delimited text, or cannot be opened.
    """
    try:
        digest, encoding = _hash_and_encoding(path)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UnreadableFileError(
            f"{path}: the packed file is cut off or damaged ({error}); nothing was taken: have it sent again"
        ) from error
    except OSError as error:
        raise UnreadableFileError(f"{path}: {error.strerror or error}") from error
    with _text(path, encoding) as text:
        first = text.readline(1 << 16)
    if not first.strip() or "\0" in first:
        raise UnreadableFileError(f"{path}: the first line is no heading; is it a text file?")
    delimiter = max(_DELIMITERS, key=first.count)
    heading = next(csv.reader([first], delimiter=delimiter))
    return TextFile(path=path, sha256=digest, encoding=encoding, delimiter=delimiter, heading=tuple(heading))


def _hash_and_encoding(path: Path) -> tuple[str, str]:
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    encoding: str | None = None
    is_first = True
    size, most = 0, max(ALWAYS_EXPANDED, MOST_EXPANDED * path.stat().st_size)
    with _opened(path) as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            size += len(block)
            if size > most:
                raise UnreadableFileError(
                    f"{path}: it unpacks to more than {MOST_EXPANDED} times its size, as no list of accounts "
                    "does; nothing was taken"
                )
            if is_first:
                encoding = next((name for mark, name in _MARKS if block.startswith(mark)), None)
                is_first = False
            encoding = encoding or _not_utf8(decoder, block)
    return digest.hexdigest(), encoding or _not_utf8(decoder, b"", final=True) or "utf-8"


def _not_utf8(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> str | None:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return "cp1252"
    return None


def _text(path: Path, encoding: str) -> IO[str]:
    return io.TextIOWrapper(_opened(path), encoding=encoding, errors="replace", newline="")


def _lines(text: IO[str], path: Path) -> Iterator[str]:
    """The lines, none of which fills the memory. Raises UnreadableFileError."""
    number = 0
    while line := text.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE:
            raise UnreadableFileError(f"{path}: line {number} is longer than {LONGEST_LINE:,} signs")
        yield line


def rows_of(file: TextFile) -> Iterator[tuple[int, list[str] | None]]:
    """The lines after the heading: the number of the physical line they begin on, and their fields.

    Fields are None where quoting or a control character makes the line unreadable. Empty lines are skipped.

    Raises:
        UnreadableFileError: a line has no end; what was read before it was read.
    """
    with _text(file.path, file.encoding) as text:
        reader = csv.reader(_lines(text, file.path), delimiter=file.delimiter)
        next(reader, None)
        line = reader.line_num + 1
        while True:
            fields: list[str] | None
            try:
                fields = next(reader)
            except StopIteration:
                return
            except csv.Error:
                fields = None
            if fields is None or any(fields):
                yield line, fields
            line = reader.line_num + 1
