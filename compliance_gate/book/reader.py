"""Reading law from YAML with errors that say where, what, and which words are known."""

from collections.abc import Mapping
from datetime import date, time
from enum import Enum
from typing import TypeVar, cast

E = TypeVar("E", bound=Enum)


class LawError(ValueError):
    """A law file that cannot be used: names file, rule, key, and how to mend it."""


class Reader:
    """One mapping of a law file, read key by key; what is left over at the end is an error."""

    def __init__(self, mapping: object, where: str) -> None:
        if not isinstance(mapping, Mapping):
            raise LawError(f"{where}: expected a mapping, found {mapping!r}")
        self._mapping = {str(key): value for key, value in cast("Mapping[object, object]", mapping).items()}
        self._asked: set[str] = set()
        self.where = where

    def fail(self, key: str, message: str) -> LawError:
        """An error about one key."""
        return LawError(f"{self.where}: {key}: {message}")

    def has(self, key: str) -> bool:
        """Whether the key is given and not null."""
        self._asked.add(key)
        return self._mapping.get(key) is not None

    def raw(self, key: str) -> object:
        """The value as it stands, or `None`."""
        self._asked.add(key)
        return self._mapping.get(key)

    def text(self, key: str) -> str:
        """A required text."""
        value = self.raw(key)
        if not isinstance(value, str) or not value.strip():
            raise self.fail(key, f"a text is required, found {value!r}")
        return " ".join(value.split())

    def text_or_none(self, key: str) -> str | None:
        """A text or nothing."""
        return self.text(key) if self.has(key) else None

    def whole(self, key: str) -> int:
        """A required whole number, 0 or more."""
        value = self.raw(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.fail(key, f"a whole number is required, found {value!r}")
        return value

    def whole_or_none(self, key: str) -> int | None:
        """A whole number or nothing."""
        return self.whole(key) if self.has(key) else None

    def flag(self, key: str, *, default: bool = False) -> bool:
        """True or false."""
        value = self.raw(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.fail(key, f"true or false is required, found {value!r}")
        return value

    def day(self, key: str) -> date:
        """A required date."""
        value = self.raw(key)
        if not isinstance(value, date):
            raise self.fail(key, f"a date such as 2026-09-01 is required, found {value!r}")
        return value

    def day_or_none(self, key: str) -> date | None:
        """A date or nothing."""
        return self.day(key) if self.has(key) else None

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; one text alone is a list of one; nothing is empty."""
        value = self.raw(key)
        if value is None:
            return ()
        if isinstance(value, str):
            return (value,)
        if not isinstance(value, list):
            raise self.fail(key, f"a list of words is required, found {value!r}")
        return tuple(str(item) for item in cast("list[object]", value))

    def word(self, key: str, words: type[E], *, default: E | None = None) -> E:
        """One word of a closed set."""
        if not self.has(key) and default is not None:
            return default
        return self._word(key, self.text(key), words)

    def words(self, key: str, words: type[E]) -> frozenset[E]:
        """Several words of a closed set."""
        return frozenset(self._word(key, text, words) for text in self.texts(key))

    def inner(self, key: str) -> "Reader":
        """A required mapping inside this one."""
        return Reader(self.raw(key), f"{self.where}: {key}")

    def inners(self, key: str) -> "tuple[Reader, ...]":
        """A list of mappings inside this one."""
        value = self.raw(key)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise self.fail(key, "a list is required")
        items = cast("list[object]", value)
        return tuple(Reader(item, f"{self.where}: {key}[{i}]") for i, item in enumerate(items))

    def done(self) -> None:
        """Refuse keys nobody asked for: a misspelt key must not be a rule left out."""
        left = sorted(set(self._mapping) - self._asked)
        if left:
            raise LawError(
                f"{self.where}: unknown key {', '.join(left)}; known: {', '.join(sorted(self._asked))}"
            )

    def _word(self, key: str, text: str, words: type[E]) -> E:
        try:
            return words(text)
        except ValueError:
            known = ", ".join(str(word.value) for word in words)
            raise self.fail(key, f"unknown word {text!r}; known: {known}") from None


def clock(text: str, where: str) -> int:
    """Seconds since midnight of `HH:MM` or `HH:MM:SS`; `24:00` is the end of the day.

    Raises:
        LawError: it is not a time of day.
    """
    if text == "24:00":
        return 86400
    try:
        value = time.fromisoformat(text)
    except ValueError:
        raise LawError(f"{where}: {text!r} is not a time of day such as 08:00") from None
    return value.hour * 3600 + value.minute * 60 + value.second
