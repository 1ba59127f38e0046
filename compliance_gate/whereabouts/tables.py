"""The preloaded tables of places: text in, dictionaries out. Nothing here opens a file."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one key of a table may lie.

    Attributes:
        zones: IANA names, one for each clock; empty when the key says nothing of a place.
        regions: law regions (`US-TX`, `CA-ON`, `US-NY-NYC`); empty where no law of ours reaches.
    """

    zones: frozenset[str]
    regions: frozenset[str]


PlaceTable = Mapping[str, Place]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhereaboutsTables:
    """Both tables, and the longest number prefix that occurs (it bounds the search)."""

    numbers: PlaceTable
    addresses: PlaceTable
    longest_prefix: int


def read_table(text: str) -> dict[str, Place]:
    """Read a table of `key,zones,regions` with a heading; sets are separated by blanks.

    Raises:
        ValueError: a key occurs twice, or a line has not three columns.
    """
    rows = csv.reader(StringIO(text))
    next(rows)
    shared: dict[str, frozenset[str]] = {}
    places: dict[str, Place] = {}
    for line, row in enumerate(rows, start=2):
        if len(row) != 3 or row[0] in places:
            raise ValueError(f"line {line}: {row!r} is not a new key with zones and regions")
        key, zones, regions = row
        places[key] = Place(zones=_set(zones, shared), regions=_set(regions, shared))
    return places


def _set(words: str, shared: dict[str, frozenset[str]]) -> frozenset[str]:
    """The words as a set; equal sets are one object, so 20,000 people share a few hundred of them."""
    return shared.setdefault(words, frozenset(words.split()))


def build_tables(*, numbers: str, addresses: str) -> WhereaboutsTables:
    """Tables from the text of the two committed files."""
    by_number = read_table(numbers)
    return WhereaboutsTables(
        numbers=by_number,
        addresses=read_table(addresses),
        longest_prefix=max(map(len, by_number), default=0),
    )
