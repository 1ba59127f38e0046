"""A delimited text file as it comes from a creditor: its bytes are hashed, its encoding and delimiter found.

Encodings: byte-order marks are believed; else UTF-8 when every byte of the file is; else whichever of UTF-8
and Windows-1252, which is what old American systems write, accounts for more of the signs beyond ASCII. One
bad byte does not turn a file of right names into nonsense; the report names the encoding.

Lines are taken apart one by one: an unpaired quote costs its own line and swallows no other. Workbooks and
records of fixed positions become the same rows (`layouts`).
"""

import codecs
import csv
import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple, cast

from dialer.domain.errors import FairdialError
from dialer.intake.layouts.book import Book, NoBookError, is_book
from dialer.intake.layouts.form import AS_FOUND, Form, Format
from dialer.intake.layouts.records import joined

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS = (",", "\t", ";", "|")
BLOCK = 1 << 20
"""Bytes or signs that are read at once."""
_BEYOND = re.compile(r"[^\x00-\x7f]")
_ESCAPED = re.compile("[\udc80-\udcff]")

MOST_LINES_OF_A_FIELD = 20
"""Physical lines that one quoted field may run over."""

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
    is_damaged: bool = False
    """It is UTF-8 but for some bytes: each is read as Windows-1252 where it stands."""
    form: Form = AS_FOUND
    lines_before: int = 1
    """Lines before the first that may be an account: the heading, and what the sender put above it."""
    book: Book | None = None


class Row(NamedTuple):
    """One line, or several that a quoted field runs over.

    Args:
        number: of the physical line it begins on; `last`: and ends on.
        fields: None where it cannot be taken apart, and `reason` says why.
        raw: the text, where it cannot.
        is_mended: a byte that is not UTF-8 was read as Windows-1252.
    """

    number: int
    fields: list[str] | None
    last: int
    reason: str = ""
    raw: str = ""
    is_mended: bool = False


def _opened(path: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path, "rb")) if path.suffix == ".gz" else path.open("rb")


def look_at(path: Path, form: Form = AS_FOUND) -> TextFile:
    """Hash the file and find out how to read it.

    Args:
        form: what somebody said of how it is written.

    Raises:
        UnreadableFileError: it is no list of lines with fields, or cannot be opened.
    """
    try:
        if form.format is Format.WORKBOOK or (form.format is None and is_book(path)):
            return _look_at_book(path, form)
        digest, encoding, is_damaged = _hash_and_encoding(path)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UnreadableFileError(
            f"{path}: the packed file is cut off or damaged ({error}); nothing was taken: have it sent again"
        ) from error
    except OSError as error:
        raise UnreadableFileError(f"{path}: {error.strerror or error}") from error
    with _text(path, encoding) as text:
        first, before = _first_line(text, form)
    if not first.strip() or "\0" in first:
        what = "line is no account" if form.headings or form.records else "line is no heading"
        raise UnreadableFileError(f"{path}: the first {what}; is it a text file?")
    delimiter = form.format.delimiter if form.format is not None else max(_DELIMITERS, key=first.count)
    has_heading = not form.headings and form.records is None
    return TextFile(
        path=path,
        sha256=digest,
        encoding=encoding,
        delimiter=delimiter,
        heading=tuple(_fields(first, delimiter)) if has_heading else _told_heading(form),
        is_damaged=is_damaged,
        form=form,
        lines_before=before + has_heading,
    )


def _told_heading(form: Form) -> tuple[str, ...]:
    return form.headings if form.records is None else form.records.heading


def _first_line(text: IO[str], form: Form) -> tuple[str, int]:
    """The first line that is not the sender's own, and how many stand above it."""
    for before in range(MOST_LINES_OF_A_FIELD):
        first = text.readline(1 << 16)
        if not (form.header and first.startswith(form.header)):
            return first, before
    return "", 0


def _fields(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter))
    except csv.Error as error:
        raise UnreadableFileError(f"the first line cannot be taken apart ({error})") from error


def _look_at_book(path: Path, form: Form) -> TextFile:
    try:
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                digest.update(block)
        book = Book(path, form.sheet)
    except NoBookError as error:
        raise UnreadableFileError(str(error)) from error
    heading, before = form.headings, 0
    if not heading:
        for number, texts in book.rows():
            if not (form.header and texts[0].strip() == form.header):
                heading, before = tuple(texts), number
                break
    if not heading:
        raise UnreadableFileError(f"{path}: the sheet is empty")
    return TextFile(
        path=path,
        sha256=digest.hexdigest(),
        encoding="workbook",
        delimiter="",
        heading=heading,
        form=form,
        lines_before=before,
        book=book,
    )


def _hash_and_encoding(path: Path) -> tuple[str, str, bool]:
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    encoding: str | None = None
    is_first = True
    size, most = 0, max(ALWAYS_EXPANDED, MOST_EXPANDED * path.stat().st_size)
    with _opened(path) as file:
        while block := file.read(BLOCK):
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
    encoding = encoding or _not_utf8(decoder, b"", final=True) or "utf-8"
    if encoding == "cp1252" and _is_mostly_utf8(path):
        return digest.hexdigest(), "utf-8", True
    return digest.hexdigest(), encoding, False


def _is_mostly_utf8(path: Path) -> bool:
    """Whether more signs beyond ASCII are right in UTF-8 than wrong."""
    right = wrong = 0
    with io.TextIOWrapper(_opened(path), encoding="utf-8", errors="surrogateescape", newline="") as text:
        while block := text.read(BLOCK):
            if not block.isascii():
                beyond = _BEYOND.findall(block)
                escaped = sum("\udc80" <= sign <= "\udcff" for sign in beyond)
                wrong += escaped
                right += len(beyond) - escaped
    return right > wrong


def _not_utf8(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> str | None:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return "cp1252"
    return None


def _text(path: Path, encoding: str) -> IO[str]:
    errors = "surrogateescape" if encoding == "utf-8" else "replace"
    return io.TextIOWrapper(_opened(path), encoding=encoding, errors=errors, newline="")


def blocks_of(file: TextFile) -> Iterator[str]:
    """All of a text file, in blocks, as its fields are read: not taken apart."""
    with _text(file.path, file.encoding) as text:
        while block := text.read(BLOCK):
            is_wrong = file.is_damaged and not block.isascii()
            yield _ESCAPED.sub(_as_windows, block) if is_wrong else block


def bare_fields(row: Row, file: TextFile) -> Sequence[str]:
    """A line's fields; of one that cannot be taken apart, as if quotes were nothing."""
    if row.fields is not None:
        return row.fields
    raw = row.raw.rstrip("\r\n").replace('"', "")
    return raw.split(file.delimiter) if file.delimiter else [raw]


def _lines(text: IO[str], path: Path) -> Iterator[str]:
    """The lines, none of which fills the memory. Raises UnreadableFileError."""
    number = 0
    while line := text.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE:
            raise UnreadableFileError(f"{path}: line {number} is longer than {LONGEST_LINE:,} signs")
        yield line


def rows_of(file: TextFile) -> Iterator[Row]:
    """The lines after the heading. Empty lines and the sender's own (header, trailer) are skipped.

    Raises:
        UnreadableFileError: a line has no end; what was read before it was read.
    """
    own = own_marks(file.form)
    for row in all_rows_of(file):
        if not (own and row.fields and row.fields[0].strip() in own):
            yield row


def own_marks(form: Form) -> frozenset[str]:
    """First fields of lines that are the sender's own."""
    marks = {form.header, "" if form.trailer is None else form.trailer.mark}
    return frozenset(marks - {""})


def all_rows_of(file: TextFile) -> Iterator[Row]:
    """As `rows_of`, with the sender's own lines below the heading. Raises UnreadableFileError."""
    if file.book is not None:
        for number, texts in file.book.rows():
            if number > file.lines_before:
                yield Row(number, texts, number)
    elif file.form.records is not None:
        with _text(file.path, file.encoding) as text:
            yield from (Row(*each) for each in joined(_lines(text, file.path), file.form.records))
    else:
        yield from _delimited(file)


def _delimited(file: TextFile) -> Iterator[Row]:
    with _text(file.path, file.encoding) as text:
        lines = _Lines(_lines(text, file.path))
        box: list[str] = []
        # One reader for all: it is given one line at a time, so that no quote can reach the next.
        plain = csv.reader(iter(box.pop, None), delimiter=file.delimiter)
        quoted = _Quoted(lines, file.delimiter, len(file.heading))
        for _ in range(file.lines_before):
            next(lines, "")
        for line in lines:
            row: Row
            mended = line
            if file.is_damaged and not line.isascii():
                mended = _ESCAPED.sub(_as_windows, line)
            if '"' in mended:
                row = quoted.row(mended)
            else:
                box.append(mended)
                row = _plain(plain, lines.number, mended)
            if row.fields is None or any(row.fields):
                yield row if mended is line else row._replace(is_mended=True)


def _plain(reader: Iterator[list[str]], number: int, line: str) -> Row:
    try:
        return Row(number, next(reader), number)
    except csv.Error as error:
        return Row(number, None, number, str(error), line)


def _as_windows(found: re.Match[str]) -> str:
    return bytes([ord(found[0]) - 0xDC00]).decode("cp1252", errors="replace")


class _Lines:
    """Physical lines with their number, some of which may be given back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._back: list[str] = []
        self.number = 0

    def __iter__(self) -> "Iterator[str]":
        return self

    def __next__(self) -> str:
        line = self._back.pop() if self._back else next(self._lines)
        self.number += 1
        return line

    def give_back(self, lines: list[str]) -> None:
        """These come again, in this order."""
        self._back += reversed(lines)
        self.number -= len(lines)


class _Quoted:
    """Takes lines with quotes apart.

    A quoted field may run over several lines. An unpaired quote would run on, too, to the next one, however
    many accounts lie between: a line that has all its fields already, or a line in between that is whole by
    itself, shows that a quote was only unpaired.
    """

    def __init__(self, lines: _Lines, delimiter: str, fields: int) -> None:
        self._lines = lines
        self._delimiter = delimiter
        self._fields = fields

    def row(self, line: str) -> Row:
        """The row that begins with this line."""
        number = self._lines.number
        fields = self._parsed(line)
        if fields is not None:
            return Row(number, fields, number)
        if self._is_open(line) and self._bare(line) < self._fields:
            found = self._continued(line, number)
            if found is not None:
                return found
        return Row(number, None, number, "an unpaired quote, or text behind a closing one", line)

    def _continued(self, line: str, number: int) -> Row | None:
        taken: list[str] = []
        whole = line
        for following in self._lines:
            taken.append(following)
            whole += following
            fields = self._parsed(whole)
            if fields is not None:
                return Row(number, fields, self._lines.number)
            is_whole = '"' not in following and self._bare(following) == self._fields
            if is_whole or len(taken) == MOST_LINES_OF_A_FIELD or not self._is_open(whole):
                break
        self._lines.give_back(taken)
        return None

    def _bare(self, line: str) -> int:
        """Fields of a line if quotes were nothing."""
        return line.count(self._delimiter) + 1

    def _parsed(self, text: str) -> list[str] | None:
        reader = csv.reader(text.splitlines(keepends=True), delimiter=self._delimiter, strict=True)
        try:
            rows = list(reader)
        except csv.Error:
            return None
        return rows[0] if len(rows) == 1 else None

    def _is_open(self, text: str) -> bool:
        """Whether the text ends within a quoted field."""
        return self._parsed(text.rstrip("\r\n") + '"') is not None
