"""How a file is written: its format, its heading or the lack of one, lines of its own at both ends."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Format(Enum):
    """How fields are told apart."""

    COMMA = "comma"
    TAB = "tab"
    SEMICOLON = "semicolon"
    PIPE = "pipe"
    WORKBOOK = "workbook"
    RECORDS = "records"
    """Fixed positions, in lines of several kinds that make up one account together."""

    @property
    def delimiter(self) -> str:
        """The sign between two fields; '' where there is none."""
        return DELIMITERS.get(self, "")


DELIMITERS = {Format.COMMA: ",", Format.TAB: "\t", Format.SEMICOLON: ";", Format.PIPE: "|"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trailer:
    """The last line of a file, by which its sender says what was sent.

    Args:
        mark: its first field.
        lines_at: which of its fields, counted from 1, says how many lines there are; None = none does.
        sum_at: which says what the amounts under `sum_of` add up to.
    """

    mark: str
    lines_at: int | None = None
    sum_at: int | None = None
    sum_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A field at fixed positions of a record: signs `first` to `last`, counted from 1, both included."""

    name: str
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Lines of several kinds that are joined by a key.

    Args:
        code: where a line says of which kind it is.
        key: where it says to which account it belongs; lines of one account follow each other.
        kinds: the fields of each kind; lines of others are left alone.
        begins: the kind that an account cannot be without.
    """

    code: Span
    key: Span
    kinds: Mapping[str, tuple[Span, ...]]
    begins: str

    @property
    def heading(self) -> tuple[str, ...]:
        """The fields of a joined line, in the order of the kinds."""
        return (self.key.name, *(span.name for kind in self.kinds.values() for span in kind))


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How a file is written.

    Args:
        format: None = delimited text; which sign is found out.
        headings: of a file that has no heading line.
        sheet: of a workbook; '' = its first.
        header: first field of lines that are the sender's own (`H|2026-11-30|...`).
    """

    format: Format | None = None
    headings: tuple[str, ...] = ()
    sheet: str = ""
    header: str = ""
    trailer: Trailer | None = None
    records: Records | None = None


AS_FOUND = Form()
