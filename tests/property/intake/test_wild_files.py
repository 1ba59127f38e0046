"""Wild files: bytes, columns, quotes, dates, encodings and packing as nobody would send them on purpose.

Whatever comes, a file is read or refused with a sentence: never a traceback, every line is taken, refused or
part of a quoted field that is named, and every refusal says line and reason.
"""

import gzip
import io
import random
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter

from dialer.domain.placement import PlacedAccount
from dialer.intake.columns import template
from dialer.intake.files import TextFile, UnreadableFileError, blocks_of, look_at, rows_of
from dialer.intake.history.reader import HistoryReader
from dialer.intake.layouts.proposing import propose
from dialer.intake.lists.reader import ListReader
from dialer.intake.lists.said import ListKind
from dialer.intake.placements import PlacementReader
from dialer.intake.told import RefusedLine

AS_OF = datetime(2026, 11, 23, 14, tzinfo=UTC)
HEADING, LINE = template().splitlines()
LEAD = (
    "1|2|129|1|7275550113|MR|Zoë|Q|Müller|1 SAMPLE RD|||TAMPA|FL||33709|USA|M|1970-01-01|7275550118||n|c|1|NA"
)
LOG = "1.1\t7\t101\tC\t2026-11-20 10:00:00\t1795168800\t1795168809\t9\tNA\t1\t7275550113\t6\t\tN\tA\tA\tM\t1"
CDR = (
    '"","100","12125550102","out","x","SIP/a","","Dial","","2026-11-20 10:00:00","","2026-11-20 10:00:20",'
    '"20","0","BUSY","D"'
)
QUEUE = "1795168800|1.1|q|NONE|ENTERQUEUE||2125550101|1"
BASES = (
    (HEADING, *([LINE] * 4)),
    ("Acct;Debtor Name;Cell;Amt Due;DOB;Status", "X1;Doe, Jane;2125550101;1.163,50;03/04/1970;OPEN"),
    (LEAD, LEAD.replace("1|2", "2|2", 1)),
    (LOG, LOG),
    (CDR, CDR),
    (QUEUE, QUEUE),
    ("2125550101", "212,5550102", "2125550103,2026-11-01,D"),
)
ODD = (
    '"',
    '""',
    "\0",
    "\r",
    "\n",
    "\x1a",
    "\ufeff",
    "\u2028",
    "é",
    "\U0001f4de",
    ",",
    ";",
    "|",
    "\t",
    "=1+1",
    " ",
)
VALUES = (
    "",
    "NULL",
    "#REF!",
    "1E+12",
    "99999999999999999999",
    "31/02/2026",
    "0000-00-00",
    "-1",
    "x" * 140_000,
    "９",
)
PACKED = 0.08


def wild(draw: random.Random) -> bytes:
    """The bytes of one file."""
    lines = list(draw.choice(BASES))
    lines += [draw.choice(lines) for _ in range(draw.randrange(6))]
    text = draw.choice(("\n", "\r\n", "\r", "\n\n")).join(lines) + draw.choice(("", "\n"))
    for _ in range(draw.randrange(6)):
        text = draw.choice(CHANGES)(text, draw)
    encoding = draw.choice(("utf-8", "utf-8", "utf-8", "cp1252", "utf-16", "utf-8-sig"))
    data = bytearray(text.encode(encoding, errors="replace"))
    for _ in range(draw.choice((0, 0, 1, 5))):
        if data:
            data[draw.randrange(len(data))] = draw.randrange(256)
    if draw.random() < 0.1:
        del data[draw.randrange(len(data) + 1) :]
    return bytes(data)


def insert(text: str, draw: random.Random) -> str:
    at = draw.randrange(len(text) + 1)
    return text[:at] + draw.choice(ODD) + text[at:]


def replace_field(text: str, draw: random.Random) -> str:
    mark = max(",;|\t", key=text.count)
    fields = text.split(mark)
    fields[draw.randrange(len(fields))] = draw.choice(VALUES)
    return mark.join(fields)


def move_fields(text: str, draw: random.Random) -> str:
    mark = max(",;|\t", key=text.count)
    fields = text.split(mark)
    at = draw.randrange(len(fields))
    return mark.join([*fields[:at], *fields[at + draw.choice((0, 1)) :], *fields[:1]])


def other_mark(text: str, draw: random.Random) -> str:
    return text.replace(max(",;|\t", key=text.count), draw.choice(",;|\t"))


def cut(text: str, draw: random.Random) -> str:
    return text[: draw.randrange(len(text) + 1)]


CHANGES: tuple[Callable[[str, random.Random], str], ...] = (
    insert,
    insert,
    replace_field,
    replace_field,
    move_fields,
    other_mark,
    cut,
)


def written(folder: Path, draw: random.Random) -> Path:
    data = wild(draw)
    if draw.random() < PACKED:
        data = gzip.compress(data)
        if draw.random() < 0.5:
            data = data[: draw.randrange(len(data))]
        path = folder / "wild.csv.gz"
    else:
        path = folder / draw.choice(("wild.csv", "wild.csv", "wild.csv", "wild.xlsx"))
    path.write_bytes(data)
    return path


def every_line_is_accounted_for(file: TextFile) -> None:
    """Each line of the file is in a row, or holds nothing but signs between fields."""
    covered: set[int] = set()
    for row in rows_of(file):
        assert row.fields is not None or row.reason, "a line that cannot be taken apart says why"
        covered.update(range(row.number, row.last + 1))
    if file.book is not None:
        return
    for number, line in enumerate(io.StringIO("".join(blocks_of(file)), newline=""), start=1):
        is_empty = not line.strip(f'"{file.delimiter}\r\n')
        assert number in covered or number <= file.lines_before or is_empty, (number, line[:80])


def placement(path: Path) -> None:
    reader = PlacementReader(path, as_of=AS_OF)
    for line in reader:
        if not isinstance(line, PlacedAccount):
            assert line.line >= 1
            assert line.reason
    report = reader.report
    assert report.lines == report.accepted + report.rejected


def told(lines: Iterable[object]) -> None:
    for line in lines:
        if isinstance(line, RefusedLine):
            assert line.rejected.line >= 1
            assert line.rejected.reason


READINGS: tuple[Callable[[Path], object], ...] = (
    lambda path: every_line_is_accounted_for(look_at(path)),
    placement,
    lambda path: told(HistoryReader(path, as_of=AS_OF, zone=ZoneInfo("America/New_York"))),
    lambda path: told(ListReader(path, ListKind.DO_NOT_CALL, as_of=AS_OF)),
    lambda path: propose(path, name="wild"),
)


def is_read(reading: Callable[[Path], object], path: Path) -> bool:
    """Whether it was read; else it was refused with a sentence."""
    try:
        reading(path)
    except UnreadableFileError as error:
        if not str(error):
            pytest.fail("refused without a sentence")
        return False
    return True


@pytest.mark.deep
@pytest.mark.timeout(1800)
def test_a_wild_file_is_read_or_refused_with_a_sentence(
    tmp_path: Path, dose: Callable[[int, int], int]
) -> None:
    """By every reader, whatever it was meant for; a seed names the file that does not."""
    many = dose(80, 10_000)
    read = 0
    for seed in range(many):
        path = written(tmp_path, random.Random(seed))
        read += sum(is_read(reading, path) for reading in READINGS)
    assert read > many, "the readers meet more than sentences"


@pytest.mark.deep
@pytest.mark.timeout(1800)
def test_a_wild_book_is_read_or_refused_with_a_sentence(
    tmp_path: Path, dose: Callable[[int, int], int]
) -> None:
    """Bytes of a real workbook, some of them changed."""
    made, path = tmp_path / "made.xlsx", tmp_path / "wild.xlsx"
    write_book(made)
    whole = made.read_bytes()
    for seed in range(dose(40, 2_000)):
        draw = random.Random(seed)
        data = bytearray(whole)
        for _ in range(draw.randrange(1, 30)):
            data[draw.randrange(len(data))] = draw.randrange(256)
        path.write_bytes(bytes(data[: draw.randrange(1, len(data))] if draw.random() < 0.2 else data))
        for reading in READINGS:
            is_read(reading, path)


def write_book(path: Path) -> None:
    book: Any = xlsxwriter.Workbook(str(path))
    book.set_properties({"created": datetime(2026, 3, 2, tzinfo=UTC)})  # a book of any day has the same bytes
    sheet = book.add_worksheet("A")
    for at, line in enumerate((HEADING, LINE, LINE)):
        sheet.write_row(at, 0, line.split(","))
    book.close()
