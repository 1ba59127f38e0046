"""A client's daily pack as files: one CSV a sheet, and all of them as one workbook.

Everything is text that no spreadsheet runs, a number, or an amount in units with two decimals; what is not
known is blank, never 0. Rows are written as they come: the memory does not grow with them.
"""

import csv
import re
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any, TextIO

from dialer.domain.cells import harmless
from dialer.domain.money import units
from dialer.files import made_apart, written_text
from dialer.results.workbook import EMPTY_CELL, BookSheet, amount_cell, number_cell, text_cell, workbook

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


_CSV: Mapping[type, Callable[[Any], str]] = {
    type(None): lambda _: "",
    float: "{:.6f}".format,
    date: date.isoformat,
    str: harmless,
    int: str,
    Amount: Amount.__str__,
}
"""How a cell of a kind is written in a CSV; a share with six decimals."""
_BOOK: Mapping[type, Callable[[Any, str], str]] = {
    type(None): lambda _, __: EMPTY_CELL,
    float: lambda cell, _: number_cell(repr(cell)),
    date: lambda _, text: text_cell(text),
    int: lambda _, text: number_cell(text),
    Amount: lambda _, text: amount_cell(text),
}
"""How it is written in a workbook, given its text in the CSV; texts are cut there."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some cells of a row as they are written, so that many rows may have them: cells that are alike in a
    million rows are written once."""

    csv: str
    book: str


_PLAIN = re.compile(r"\w[\w ./#-]*")
"""A text that is written in a CSV as it is: nothing of it is quoted, and no formula begins so."""


@dataclass(slots=True, kw_only=True)
class Sheet:
    """One sheet that is being written. `rows`: so far, without the heading."""

    name: str
    rows: int = 0
    has_cut_cells: bool = False
    _out: TextIO
    _csv: Any
    _sheet: BookSheet

    def add(self, cells: Sequence[Cell]) -> None:
        """Write a row."""
        texts = [_CSV[type(cell)](cell) for cell in cells]
        self._csv.writerow(texts)
        self.rows += 1
        if self.rows == MOST_OF_A_SHEET:
            self._sheet.add((text_cell(f"more rows are in {self.name}.csv"),))
        elif self.rows < MOST_OF_A_SHEET:
            self._sheet.add([self._cell(cell, text) for cell, text in zip(cells, texts, strict=True)])

    def piece(self, cells: Sequence[Cell]) -> Piece:
        """Cells that stand beside each other in rows of this sheet."""
        texts = [_CSV[type(cell)](cell) for cell in cells]
        out = StringIO()
        csv.writer(out, lineterminator="").writerow(["", *texts])  # one empty text alone would be quoted
        book = [self._cell(cell, text) for cell, text in zip(cells, texts, strict=True)]
        return Piece(out.getvalue().removeprefix(","), "".join(book))

    def text(self, text: str | None) -> Piece:
        """One cell of text."""
        if text is None or _PLAIN.fullmatch(text) is None or len(text) > MOST_OF_A_CELL:
            return self.piece((text,))
        return Piece(text, text_cell(text) if self.rows < MOST_OF_A_SHEET else "")

    def amount(self, cents: int) -> Piece:
        """One cell of an amount."""
        text = units(cents)
        return Piece(text, amount_cell(text))

    def add_pieces(self, *pieces: Piece) -> None:
        """Write a row of pieces of this sheet, one beside the other."""
        self._out.write(",".join([piece.csv for piece in pieces]) + "\n")
        self.rows += 1
        if self.rows == MOST_OF_A_SHEET:
            self._sheet.add((text_cell(f"more rows are in {self.name}.csv"),))
        elif self.rows < MOST_OF_A_SHEET:
            self._sheet.add([piece.book for piece in pieces])

    @property
    def is_cut(self) -> bool:
        """The workbook has not all of its rows, or not the whole of a cell."""
        return self.rows >= MOST_OF_A_SHEET or self.has_cut_cells

    def _cell(self, cell: Cell, text: str) -> str:
        written = _BOOK.get(type(cell))
        if written is not None:
            return written(cell, text)
        if text == "":
            return EMPTY_CELL
        if len(text) > MOST_OF_A_CELL:
            rest = f" ... the whole is in {self.name}.csv"
            text = text[: MOST_OF_A_CELL - len(rest)] + rest
            self.has_cut_cells = True
        return text_cell(text)


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
    with ExitStack() as stack:
        part = stack.enter_context(made_apart(folder / BOOK))
        book = stack.enter_context(workbook(part, list(headings)))
        sheets: dict[str, Sheet] = {}
        for (name, heading), sheet in zip(headings.items(), book, strict=True):
            out = stack.enter_context(written_text(folder / f"{name}.csv"))
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(heading)
            sheet.add([text_cell(text) for text in heading])
            sheets[name] = Sheet(name=name, _out=out, _csv=writer, _sheet=sheet)
        yield Files(sheets=sheets)
