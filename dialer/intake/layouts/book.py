"""Workbooks (XLSX, XLS, XLSB, ODS) as rows of texts.

A cell is a value, not what the screen shows of it: days become ISO days, whole numbers lose their point. A
number of more than fifteen figures was rounded by the spreadsheet: the text says so, and is no key.
"""

import struct
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TypeAlias

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from dialer.domain.errors import FairdialError

Cell: TypeAlias = int | float | str | bool | time | date | datetime | timedelta

ENDINGS = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"})
MOST_EXPANDED = 200
"""How many times its size a workbook may unpack to: its XML repeats itself more than text does."""

ALWAYS_EXPANDED = 64 << 20
"""Bytes that any workbook may unpack to."""

MOST_UNPACKED = 4 << 30
"""Bytes that no workbook may unpack to: a million rows of thirty columns are a third of it."""

_EXACT = 1e15


class NoBookError(FairdialError):
    """The file is no workbook that can be read; the message says why."""


def is_book(path: Path) -> bool:
    """Whether the file calls itself a workbook."""
    return path.suffix.lower() in ENDINGS


class Book:
    """One sheet of a workbook.

    Args:
        sheet: its name; '' = the first.

    Raises:
        NoBookError: it cannot be opened, has no such sheet, or unpacks to more than a list of accounts does.
    """

    def __init__(self, path: Path, sheet: str = "") -> None:
        _look_at_size(path)
        try:
            book = CalamineWorkbook.from_path(str(path))  # pyright: ignore[reportUnknownMemberType]  # its stub leaves PathLike bare
            names = book.sheet_names
            if sheet and sheet not in names:
                raise NoBookError(f"{path}: there is no sheet {sheet!r}; it has {', '.join(names)}")
            if not names:
                raise NoBookError(f"{path}: the workbook has no sheet")
            self._sheet: CalamineSheet = book.get_sheet_by_name(sheet or names[0])
        except (CalamineError, OSError, ValueError) as error:
            raise NoBookError(f"{path}: no workbook that can be read ({error}); nothing was taken") from error

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Each row with its number in the sheet, empty ones left out."""
        for number, row in enumerate(self._sheet.iter_rows(), start=1):
            texts = [text_of_cell(cell) for cell in row]
            if any(texts):
                yield number, texts


def _look_at_size(path: Path) -> None:
    try:
        if not zipfile.is_zipfile(path):
            return
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(entry.file_size for entry in packed.infolist())
    except (OSError, ValueError, EOFError, NotImplementedError, zipfile.BadZipFile, struct.error) as error:
        # A damaged list of contents ends in any of them: a name that is no text, a place before the file.
        raise NoBookError(f"{path}: the workbook is cut off or damaged ({error})") from error
    most = min(MOST_UNPACKED, max(ALWAYS_EXPANDED, MOST_EXPANDED * path.stat().st_size))
    if unpacked > most:
        raise NoBookError(f"{path}: it unpacks to {unpacked:,} bytes, as no list of accounts does")


def text_of_cell(cell: Cell) -> str:
    """A cell's value as text."""
    if isinstance(cell, str):
        return " ".join(cell.split()) if cell.isspace() or "\n" in cell or "\r" in cell else cell
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return _text_of_number(cell)
    if isinstance(cell, datetime) and cell.time() == time(0):
        cell = cell.date()
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    return str(cell)


def _text_of_number(number: float) -> str:
    if not number.is_integer():
        return repr(number)
    return str(int(number)) if abs(number) < _EXACT else f"{number:e}"
