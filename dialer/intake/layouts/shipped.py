"""The layouts of the trade that come with the product, and by what a file is known to be in one."""

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import cast

from dialer.intake.layouts.told import Section

_SOME_STATUSES = frozenset(
    {"A", "AA", "AB", "ADC", "AFAX", "AL", "AM", "B", "CALLBK", "CBHOLD", "DC", "DEC", "DNC", "DNCC", "DNCL"}
    | {"DROP", "ERI", "INCALL", "N", "NA", "NEW", "NI", "NP", "PDROP", "PM", "PU", "QUEUE", "SALE", "TIMEOT"}
    | {"XDROP", "XFER"}
)
"""Of VICIDIAL: enough to know its column by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """One layout.

    Args:
        told: its TOML without what it is recognised by.
        headings: that a file with a heading line must have; empty = it has none.
        fields: least and most fields of a file without one.
        status_at, phone_at: which field, counted from 1, holds a status, or a number; 0 = no telling.
    """

    name: str
    about: str
    told: dict[str, object]
    headings: frozenset[str] = frozenset()
    fields: tuple[int, int] = (0, 0)
    status_at: int = 0
    phone_at: int = 0
    is_records: bool = False

    def has_heading(self, keys: Sequence[str]) -> bool:
        """Whether a heading line is this layout's."""
        return bool(self.headings) and self.headings.issubset(keys)

    def may_be(self, rows: Sequence[Sequence[str]]) -> bool:
        """Whether lines without a heading may be in this layout."""
        least, most = self.fields
        if not rows or not all(least <= len(row) <= most for row in rows):
            return False
        if self.status_at and not _share(rows, self.status_at, _is_status):
            return False
        return not self.phone_at or _share(rows, self.phone_at, _is_number)


def _is_status(text: str) -> bool:
    return text.upper() in _SOME_STATUSES


def _is_number(text: str) -> bool:
    return 10 <= sum(sign.isdecimal() for sign in text) <= 15


def _share(rows: Sequence[Sequence[str]], at: int, test: Callable[[str], bool]) -> bool:
    """Whether nearly all rows have it there."""
    found = sum(1 for row in rows if len(row) >= at and test(row[at - 1].strip()))
    return found >= 0.8 * len(rows)


@lru_cache(maxsize=1)
def shipped_layouts() -> tuple[Shipped, ...]:
    """All of them, the most telling first."""
    folder = resources.files("config") / "layouts"
    found = [
        _read(file.name, file.read_text(encoding="utf-8"))
        for file in sorted(folder.iterdir(), key=lambda each: each.name)
        if file.name.endswith(".toml")
    ]
    return tuple(sorted(found, key=lambda each: (-len(each.headings), not each.status_at, each.name)))


def _read(where: str, text: str) -> Shipped:
    told = tomllib.loads(text)
    known = Section(where, dict(cast("dict[str, object]", told.pop("recognise"))))
    made = Shipped(
        name=str(told.pop("name")),
        about=known.text("about"),
        told=told,
        headings=frozenset(known.texts("headings")),
        fields=(known.count("fields_from") or 0, known.count("fields_to") or 0),
        status_at=known.count("status_at") or 0,
        phone_at=known.count("phone_at") or 0,
        is_records=bool(known.told.pop("records", False)),
    )
    known.done()
    return made
