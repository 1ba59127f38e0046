"""A delimited text file as it comes from a creditor: its bytes are hashed, its encoding and delimiter found.

Encodings: byte-order marks are believed; else UTF-8 when every byte of the file is; else Windows-1252, which
is what old American systems write, and the report says so.
"""

import codecs
import csv
import gzip
import hashlib
import io
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
    with _opened(path) as file:
        while block := file.read(_BLOCK):
            digest.update(block)
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


def rows_of(file: TextFile) -> Iterator[tuple[int, list[str] | None]]:
    """The lines after the heading: the number of the physical line they begin on, and their fields.

    Fields are None where quoting or a control character makes the line unreadable. Empty lines are skipped.
    """
    with _text(file.path, file.encoding) as text:
        reader = csv.reader(text, delimiter=file.delimiter)
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
