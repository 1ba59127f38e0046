"""A workbook written row by row: every character and every cent comes back, nothing is run."""

import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from python_calamine import CalamineWorkbook

from dialer.results.workbook import EMPTY_CELL, amount_cell, number_cell, text_cell, workbook


def read_back(path: Path) -> dict[str, list[list[object]]]:
    book = CalamineWorkbook.from_path(str(path))  # pyright: ignore[reportUnknownMemberType]  # its stub leaves PathLike bare
    found = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    return {name: [list[object](row) for row in rows] for name, rows in found.items()}


def test_what_was_written_is_what_is_read(tmp_path: Path) -> None:
    """Two sheets at once, row by row; an empty cell keeps the place of those behind it."""
    with workbook(tmp_path / "b.xlsx", ["one", "two"]) as (one, two):
        one.add([text_cell("a"), text_cell("b"), text_cell("c")])
        two.add([text_cell("z")])
        one.add([number_cell("-7"), EMPTY_CELL, amount_cell("1000000000000.01")])
    assert read_back(tmp_path / "b.xlsx") == {
        "one": [["a", "b", "c"], [-7.0, "", 1_000_000_000_000.01]],
        "two": [["z"]],
    }


@pytest.mark.parametrize(
    "text", ["<b>&amp;</b>", "  two  ", "a\nb\tc", "\x01\x1f\rx", "_x0041_", "_x00_", "=1+1", "é漢😀", '"q"']
)
def test_every_text_comes_back_as_it_was(tmp_path: Path, text: str) -> None:
    with workbook(tmp_path / "b.xlsx", ["one"]) as (one,):
        one.add([text_cell(text)])
    assert read_back(tmp_path / "b.xlsx")["one"] == [[text]]


def test_a_text_is_no_formula_and_every_part_is_well_formed(tmp_path: Path) -> None:
    with workbook(tmp_path / "b.xlsx", ["one"]) as (one,):
        one.add([text_cell("=1+1"), amount_cell("12.50")])
    with zipfile.ZipFile(tmp_path / "b.xlsx") as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    for text in parts.values():
        ElementTree.fromstring(text)
    assert "<f" not in parts["xl/worksheets/sheet1.xml"]
    assert '<c s="1"><v>12.50</v></c>' in parts["xl/worksheets/sheet1.xml"]
