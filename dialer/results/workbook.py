"""A workbook that is written as its rows come: one string a row, no object a cell.

A pack has a million cells, and a library that models each of them took two thirds of the time of the whole
pack. The format needs little for plain text and numbers (ECMA-376, part 1, 18.3): a part for each sheet, one
that lists them, one style for amounts. Texts are written in the cells themselves (`inlineStr`), never as
formulas, so nothing in them is run.
"""

import re
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from zipfile import ZIP_DEFLATED, ZipFile

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

_SPECIAL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff_&<>]")
"""Whatever the next two may find, in one look: nearly no text has any."""
_NOT_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]|_(?=x[0-9A-Fa-f]{4}_)")
"""Characters that XML cannot hold, and an underscore that would be read as one of them (22.9.2.19)."""

STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf/><xf numFmtId="2" applyNumberFormat="1"/></cellXfs></styleSheet>'
)
"""Style 0 is plain, style 1 has two decimals (format 2 is built in)."""


def text_cell(text: str) -> str:
    """A cell of text; nothing of it is run, and its spaces stay."""
    if _SPECIAL.search(text) is not None:
        text = _NOT_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def number_cell(number: str) -> str:
    """A cell of a number as it is written in decimals."""
    return f"<c><v>{number}</v></c>"


def amount_cell(units: str) -> str:
    """A cell of an amount in units, shown with two decimals."""
    return f'<c s="1"><v>{units}</v></c>'


EMPTY_CELL = "<c/>"


@dataclass(frozen=True, slots=True)
class BookSheet:
    """A sheet that is being written."""

    write: Callable[[str], object]

    def add(self, cells: Sequence[str]) -> None:
        """Write a row of cells, the first column first."""
        self.write(f"<row>{''.join(cells)}</row>")


@contextmanager
def workbook(path: Path, names: Sequence[str]) -> Generator[tuple[BookSheet, ...]]:
    """The sheets of a workbook, by their names, whole when the block ends well.

    Raises:
        OSError: it could not be written.
    """
    with ExitStack() as stack:
        parts = [stack.enter_context(TemporaryFile()) for _ in names]
        files = [TextIOWrapper(part, encoding="utf-8", newline="") for part in parts]
        for file in files:
            file.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>')
        yield tuple(BookSheet(file.write) for file in files)
        for file in files:
            file.write("</sheetData></worksheet>")
            file.flush()
        with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=1) as archive:
            for name, text in _frame(names):
                archive.writestr(name, text)
            for number, part in enumerate(parts, start=1):
                part.seek(0)
                with archive.open(f"xl/worksheets/sheet{number}.xml", "w", force_zip64=True) as sheet:
                    copyfileobj(part, sheet)


def _frame(names: Sequence[str]) -> Generator[tuple[str, str]]:
    numbered = list(enumerate(names, start=1))
    main = '<Override PartName="/xl/{}.xml" ContentType="{}.{}+xml"/>'
    kinds = [main.format("workbook", _KIND, "sheet.main"), main.format("styles", _KIND, "styles")]
    kinds += [main.format(f"worksheets/sheet{number}", _KIND, "worksheet") for number, _ in numbered]
    link = '<Relationship Id="rId{}" Type="{}/{}" Target="{}"/>'
    links = [link.format(at, _LINKS, "worksheet", f"worksheets/sheet{at}.xml") for at, _ in numbered]
    links.append(link.format(len(names) + 1, _LINKS, "styles", "styles.xml"))
    sheets = [f'<sheet name="{name}" sheetId="{at}" r:id="rId{at}"/>' for at, name in numbered]
    yield (
        "[Content_Types].xml",
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/>{"".join(kinds)}</Types>',
    )
    root = link.format(1, _LINKS, "officeDocument", "xl/workbook.xml")
    yield "_rels/.rels", f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{root}</Relationships>'
    yield (
        "xl/workbook.xml",
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><sheets>{"".join(sheets)}</sheets></workbook>',
    )
    yield (
        "xl/_rels/workbook.xml.rels",
        f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{"".join(links)}</Relationships>',
    )
    yield "xl/styles.xml", STYLES
