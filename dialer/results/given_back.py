"""What became of a client's accounts, as files that the client's own system reads.

CSV, XLSX or the notes of You've Got Claims (record 39), under the client's own headings and codes where a
layout names them. No cell can be run as a formula.
"""

import csv
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any, TextIO, cast

import xlsxwriter

from dialer.domain.cells import harmless
from dialer.domain.errors import MendableError

_NOTE_MOST = 1024
MOST_OF_A_SHEET = 1_048_575
"""Rows of a worksheet below its heading; there are no more."""


class LayoutError(MendableError):
    """A layout of results says what cannot be; the message says what may be."""


class As(Enum):
    """How results are written."""

    CSV = "csv"
    XLSX = "xlsx"
    YGC = "ygc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One change of one account, told once.

    Args:
        change: what it is known by; the same in every export.
        kind: attempt, promise, request or hold. code: which.
        client_code: the client's own for what an agent said; '' = it has none, or nobody said anything.
        amount: in units with two decimals; `due`: the day on which it was promised.
    """

    change: str
    at: str
    client: str
    client_account: str
    person_ref: str
    kind: str
    code: str
    number: str = ""
    amount: str = ""
    due: str = ""
    agent: str = ""
    client_code: str = ""


FIELDS = tuple(each.name for each in fields(Result))


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultLayout:
    """A client's own layout: headings to our fields, in order; our codes to theirs."""

    columns: Mapping[str, str] = field(default_factory=lambda: {name: name for name in FIELDS})
    codes: Mapping[str, str] = field(default_factory=dict[str, str])

    def cells(self, result: Result) -> list[str]:
        """A result's fields under these headings."""
        texts = [str(getattr(result, name)) for name in self.columns.values()]
        return [
            harmless(self.codes.get(text, text) if name == "code" else text)
            for name, text in zip(self.columns.values(), texts, strict=True)
        ]


OURS = ResultLayout()


def layout_of(path: Path) -> ResultLayout:
    """A layout from a TOML file: `[columns]` Acct = "client_account", `[codes]` no_answer = "NA".

    Raises:
        LayoutError: it cannot be read, or names a field that there is not.
    """
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise LayoutError(str(error), where=str(path), mend="mend the file.") from error
    columns, codes = (_table(told, name, path) for name in ("columns", "codes"))
    unknown = [text for text in columns.values() if text not in FIELDS]
    if not columns or unknown:
        raise LayoutError(
            f"[columns] names {unknown or 'nothing'}; fields are {', '.join(FIELDS)}",
            where=str(path),
            mend='write lines like Acct = "client_account".',
        )
    return ResultLayout(
        columns={heading: str(text) for heading, text in columns.items()},
        codes={code: str(text) for code, text in codes.items()},
    )


def _table(told: Mapping[str, object], name: str, path: Path) -> dict[str, object]:
    found = told.get(name, {})
    if not isinstance(found, dict):
        raise LayoutError(f"{name} is no table", where=str(path), mend=f"write [{name}], and lines below it.")
    return cast("dict[str, object]", found)


def write_csv(results: Iterable[Result], out: TextIO, layout: ResultLayout = OURS) -> int:
    """One line a change, under a heading; returns how many."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(list(layout.columns))
    count = 0
    for count, result in enumerate(results, start=1):  # noqa: B007  # the count is what is returned
        writer.writerow(layout.cells(result))
    return count


def write_xlsx(results: Iterable[Result], path: Path, layout: ResultLayout = OURS) -> int:
    """The same as a workbook, every cell a text, a further sheet where one is full; returns how many.

    Raises:
        LayoutError: a cell is longer than a workbook holds; nothing was written.
    """
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book: Any = xlsxwriter.Workbook(str(path), options)
    sheet: Any = None
    count = 0
    for count, result in enumerate(results, start=1):
        row = (count - 1) % MOST_OF_A_SHEET + 1
        if row == 1:
            sheet = _sheet(book, layout, (count - 1) // MOST_OF_A_SHEET + 1)
        for at, cell in enumerate(layout.cells(result)):
            if sheet.write_string(row, at, cell) != 0:
                raise LayoutError(
                    f"a cell of {len(cell):,} characters does not fit into a workbook",
                    where=f"row {count:,}, {list(layout.columns)[at]}",
                    mend="write CSV, which holds it.",
                )
    if sheet is None:
        _sheet(book, layout, 1)
    book.close()
    return count


def _sheet(book: Any, layout: ResultLayout, number: int) -> Any:
    sheet = book.add_worksheet("Results" if number == 1 else f"Results {number}")
    for at, heading in enumerate(layout.columns):
        sheet.write_string(0, at, heading)
    return sheet


def write_ygc(results: Iterable[Result], out: TextIO, layout: ResultLayout = OURS, *, firm: str = "") -> int:
    """Records 39, notes: fixed positions, the client's file number in 13-32; returns how many."""
    count = 0
    for count, result in enumerate(results, start=1):
        code = result.client_code or layout.codes.get(result.code, result.code)
        day = datetime.fromisoformat(result.at).astimezone(UTC).strftime("%Y%m%d")
        parts = (result.amount and f"{result.amount}", result.due and f"due {result.due}", result.number)
        note = " ".join(part for part in (result.kind, result.code, *parts) if part)[:_NOTE_MOST]
        head = f"39{_cut(str(count), 10)}{_cut(result.client_account, 20)}{'':<15}"
        out.write(f"{head}{_cut(result.client, 10)}{_cut(firm, 10)}{day}{_cut(code, 8)}{note}\n")
    return count


def _cut(text: str, most: int) -> str:
    return text[:most].ljust(most)
