"""A person as they are compared with another: what identifies, in the one form in which it is compared."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from dialer.domain.spelling import compared

_GENERATIONS = {
    "sr": "1",
    "senior": "1",
    "jr": "2",
    "junior": "2",
    "ii": "2",
    "2nd": "2",
    "iii": "3",
    "3rd": "3",
    "iv": "4",
    "4th": "4",
}
"""A junior is often written II."""
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "prof", "sir"})

_NO_LAST4 = frozenset({"0000", "9999", "1234", "1111", "xxxx"})
"""What is written where a number is not known."""

_EARLIEST_BIRTH = date(1905, 1, 1)
"""Before it a birthday is a filler: 1900-01-01 is what many systems write for "not known"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A name in its parts, as compared.

    Args:
        given: first and middle names.
        family: words of the last name.
        generation: `1` (Sr.) to `4`, Jr. being `2`; '' = not told.
    """

    given: tuple[str, ...] = ()
    family: tuple[str, ...] = ()
    generation: str = ""

    @property
    def turned(self) -> "Name":
        """The same with first and last name in each other's place."""
        return Name(given=self.family, family=self.given, generation=self.generation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Somebody as they are compared.

    Args:
        person: their id.
        born: None = not known, or a filler.
        last4: of the social security number; '' = not known, or a filler.
        numbers: telephone numbers, in clear or by id; without those that too many people have.
        addresses: keys of places (`place_key`).
        debts: accounts that they owe or are named on.
    """

    person: str
    name: Name
    born: date | None = None
    last4: str = ""
    email: str = ""
    numbers: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    debts: frozenset[str] = frozenset()

    @property
    def is_filler_day(self) -> bool:
        """Born on the first of January: so are many of whom only the year is known."""
        return self.born is not None and (self.born.month, self.born.day) == (1, 1)


def compared_person(
    *,
    person: str,
    first: str = "",
    middle: str = "",
    last: str = "",
    suffix: str = "",
    born: date | None = None,
    last4: str = "",
    email: str = "",
    numbers: Iterable[str] = (),
    addresses: Iterable[tuple[str, str]] = (),
    debts: Iterable[str] = (),
) -> Compared:
    """Somebody on file as they are compared. `addresses`: line and postal code."""
    keys = (place_key(line, code) for line, code in addresses)
    return Compared(
        person=person,
        name=name_of(first, middle, last, suffix),
        born=None if born is None or born < _EARLIEST_BIRTH else born,
        last4="" if last4 in _NO_LAST4 else last4,
        email=email.strip().casefold(),
        numbers=frozenset(numbers),
        addresses=frozenset(key for key in keys if key),
        debts=frozenset(debts),
    )


def name_of(first: str, middle: str, last: str, suffix: str) -> Name:
    """A name in its parts, wherever they were written: `Smith, John` as a last name is one, too."""
    given_text, family_text = f"{first} {middle}", last
    if "," in last and not first.strip():
        family_text, given_text = last.split(",", 1)
    elif "," in first and not last.strip():
        family_text, given_text = first.split(",", 1)
    given, generation_given = _words(given_text)
    family, generation_family = _words(family_text)
    if not family and len(given) > 1:
        given, family = given[:-1], given[-1:]
    elif not given and len(family) > 1:
        given, family = family[:-1], family[-1:]
    told = compared(suffix)
    generation = _GENERATIONS.get(told, "") or generation_family or generation_given
    return Name(given=given, family=family, generation=generation)


def _words(text: str) -> tuple[tuple[str, ...], str]:
    """Words without titles, and the generation that stands among them."""
    words = [word for word in compared(text).split() if word not in _TITLES]
    generation = next((_GENERATIONS[word] for word in words[1:] if word in _GENERATIONS), "")
    kept = [word for at, word in enumerate(words) if at == 0 or word not in _GENERATIONS]
    return tuple(kept), generation


_SAID_OF_STREETS_TEXT = """
street st avenue ave av road rd drive dr lane ln boulevard blvd court ct circle cir place pl terrace
ter highway hwy parkway pkwy way trail trl north n south s east e west w ne nw se sw apt unit suite
ste no apartment floor fl
"""
_SAID_OF_STREETS = frozenset(_SAID_OF_STREETS_TEXT.split())
_FIRST_NUMBER = re.compile(r"\d+")


def place_key(line: str, postal_code: str) -> str:
    """Where a letter goes, so that `12 North Main St.` and `12 N Main Street` are one; '' = too little is
    told. House number, first word of the street, five signs of the postal code, and the flat."""
    words = [word for word in compared(line).split() if word not in _SAID_OF_STREETS]
    code = compared(postal_code).replace(" ", "")[:5]
    numbers = [word for word in words if _FIRST_NUMBER.match(word)]
    names = [word for word in words if not _FIRST_NUMBER.match(word)]
    if not numbers or not names or not code:
        return ""
    return "/".join((numbers[0], names[0], code, *numbers[1:2]))
