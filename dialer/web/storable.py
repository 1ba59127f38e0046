"""Whether an event from outside can be kept and worked with: one look at everything that it carries.

The bodies of requests say what is meant; this says what would break whoever has to store it or to reckon
with it: an amount no database holds, a text with a NUL in it, an instant before the telephone. An event that
the floor has taken is in its journal, and worked through again at every start; so it is refused at the door.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import cast

from dialer.domain.errors import InvalidFactError

FIRST = date(1900, 1, 1)
LAST = date(2200, 1, 1)
MOST = 10**15
"""Amounts and numbers: more than any account, and far from where a column or a float ends."""
MOST_CHARACTERS = 20_000
MOST_THINGS = 50_000


def demand_storable(event: object) -> None:
    """Refuse an event that holds a value which cannot be kept.

    Raises:
        InvalidFactError: with the place of the value and what is wrong.
    """
    for count, (where, value) in enumerate(_values(event, "")):
        wrong = _wrong(value) if count < MOST_THINGS else "is too much at once"
        if wrong is not None:
            raise InvalidFactError(f"{where.lstrip('.')} {wrong}")


def _values(value: object, where: str) -> Iterator[tuple[str, object]]:
    """Every plain value inside, with where it stands."""
    if isinstance(value, Enum) or value is None or isinstance(value, bool):
        return
    if isinstance(value, Mapping):
        for key, inner in cast("Mapping[object, object]", value).items():
            yield from _values(key, where)
            yield from _values(inner, f"{where}.{key}")
    elif isinstance(value, tuple | list | set | frozenset):
        for place, inner in enumerate(cast("Iterable[object]", value)):
            yield from _values(inner, f"{where}[{place}]")
    elif is_dataclass(value):
        for field in fields(value):
            yield from _values(getattr(value, field.name), f"{where}.{field.name}")
    else:
        yield where, value


def _wrong(value: object) -> str | None:
    match value:
        case str():
            return _wrong_text(value)
        case int() | float():
            return _wrong_number(value)
        case datetime():
            # The day where it was told: turning year 1 into UTC is an error of its own.
            return "has no time zone" if value.tzinfo is None else _wrong_day(value.date())
        case date():
            return _wrong_day(value)
        case _:
            return None


def _wrong_number(number: float) -> str | None:
    if not math.isfinite(number):
        return "is no number"
    return None if abs(number) <= MOST else f"is beyond {MOST:,}"


def _wrong_day(day: date) -> str | None:
    return None if FIRST <= day < LAST else f"is not between {FIRST.year} and {LAST.year}"


def _wrong_text(text: str) -> str | None:
    if len(text) > MOST_CHARACTERS:
        return f"is longer than {MOST_CHARACTERS:,} characters"
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        return "holds what is no text"
    return None
