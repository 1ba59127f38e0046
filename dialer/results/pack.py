"""A client's daily pack as files: one CSV a sheet, and all of them as one workbook.

Everything is text that no spreadsheet runs, a number, or an amount in units with two decimals; what is not
known is blank, never 0. Rows are written as they come: the memory does not grow with them.
"""

import csv
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from dialer.domain.cells import harmless
from dialer.domain.money import units
from dialer.files import made_apart, written_text

MOST_OF_A_SHEET = 100_001
"""Rows of a worksheet, its heading included; the rest is in the CSV alone, and the last line of the sheet
says so. A workbook takes as long to write as all the rest, and nobody reads a million lines in one."""

BOOK = "pack.xlsx"

MOST_OF_A_CELL = 32_767
"""Characters of a cell of a workbook. What is longer is cut there, and ends with where the whole is."""


@dataclass(frozen=True, slots=True)
class Amount:
    """Cents; written in units with two decimals."""

    cents: int

    def __str__(self) -> str:
        return units(self.cents)


Cell = str | int | float | date | Amount | None
"""None = not known."""


def written(cell: Cell) -> str:
    """A cell of a CSV; a share with six decimals."""
    match cell:
        case None:
            return ""
        case float():
            return f"{cell:.6f}"
        case date():
            return cell.isoformat()
        case str():
            return harmless(cell)
        case _:
            return str(cell)


@dataclass(slots=True, kw_only=True)
class Sheet:
    """One sheet that is being written. `rows`: so far, without the heading."""

    name: str
    rows: int = 0
    has_cut_cells: bool = False
    _csv: Any
    _sheet: Any
    _money: Any

    def add(self, cells: Sequence[Cell]) -> None:
        """Write a row."""
        texts = [written(cell) for cell in cells]
        self._csv.writerow(texts)
        self.rows += 1
        if self.rows == MOST_OF_A_SHEET:
            self._sheet.write_string(self.rows, 0, f"more rows are in {self.name}.csv")
        elif self.rows < MOST_OF_A_SHEET:
            for column, (cell, text) in enumerate(zip(cells, texts, strict=True)):
                self._put(column, cell, text)

    @property
    def is_cut(self) -> bool:
        """The workbook has not all of its rows, or not the whole of a cell."""
        return self.rows >= MOST_OF_A_SHEET or self.has_cut_cells

    def _put(self, column: int, cell: Cell, text: str) -> None:
        if cell is None or text == "":
            return
        if isinstance(cell, Amount):
            self._sheet.write_number(self.rows, column, cell.cents / 100, self._money)
        elif isinstance(cell, int | float):
            self._sheet.write_number(self.rows, column, cell)
        elif len(text) <= MOST_OF_A_CELL:
            self._sheet.write_string(self.rows, column, text)
        else:
            rest = f" ... the whole is in {self.name}.csv"
            self._sheet.write_string(self.rows, column, text[: MOST_OF_A_CELL - len(rest)] + rest)
            self.has_cut_cells = True


@dataclass(slots=True, kw_only=True)
class Files:
    """The sheets of a pack, by name."""

    sheets: Mapping[str, Sheet] = field(default_factory=dict[str, Sheet])

    def __getitem__(self, name: str) -> Sheet:
        return self.sheets[name]


@contextmanager
def files_in(folder: Path, headings: Mapping[str, Sequence[str]]) -> Generator[Files]:
    """The files of a pack in a folder, one a heading and the workbook, whole when the block ends well.

    Raises:
        OSError: one could not be written.
    """
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with ExitStack() as stack:
        part = stack.enter_context(made_apart(folder / BOOK))
        book: Any = xlsxwriter.Workbook(str(part), options)
        money = book.add_format({"num_format": "0.00"})
        sheets: dict[str, Sheet] = {}
        for name, heading in headings.items():
            out = stack.enter_context(written_text(folder / f"{name}.csv"))
            sheet = book.add_worksheet(name)
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(heading)
            for column, text in enumerate(heading):
                sheet.write_string(0, column, text)
            sheets[name] = Sheet(name=name, _csv=writer, _sheet=sheet, _money=money)
        yield Files(sheets=sheets)
        book.close()
