"""One line of a placement: its texts by column, read one at a time, each into a value or a refusal."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import TypeVar

from dialer.intake import values
from dialer.intake.columns import BY_NAME
from dialer.intake.report import masked
from dialer.intake.values import BadValueError, DateOrder

T = TypeVar("T")


class RefusedLineError(Exception):
    """A way out of a line, never seen outside of this package."""

    def __init__(self, column: str, reason: str, value: str = "") -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason
        self.value = value

    def __reduce__(self) -> tuple[type["RefusedLineError"], tuple[str, str, str]]:
        """For another process."""
        return RefusedLineError, (self.column, self.reason, self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """When a file was received, aware, and how it writes days."""

    at: datetime
    dates: DateOrder = DateOrder.MONTH_FIRST

    @property
    def today(self) -> date:
        """The day of receipt, UTC."""
        return self.at.date()

    @property
    def midnight(self) -> datetime:
        """Its first instant: of what has no day of its own."""
        return first_instant(self.today)


@dataclass(frozen=True, slots=True)
class Line:
    """The texts of one line by column; empty ones are absent. Every reading raises RefusedLineError."""

    number: int
    texts: Mapping[str, str]
    received: Received

    def read(self, name: str, read: Callable[[str], T]) -> T | None:
        """The column's value; None where it is empty."""
        text = self.texts.get(name)
        if text is None:
            return None
        try:
            return read(text)
        except BadValueError as error:
            shown = masked(text) if BY_NAME[name].personal else text
            raise RefusedLineError(name, str(error), shown) from error

    def date(self, name: str, *, may_be_future: bool = False) -> date | None:
        """A day that has been, or that may be still to come."""
        if name not in self.texts:
            return None
        order = self.received.dates
        found = self.read(name, lambda text: values.date_of(text, order))
        if found is not None and found > self.received.today and not may_be_future:
            raise RefusedLineError(name, "a day in the future", self.texts[name])
        return found

    def moment(self, name: str) -> datetime | None:
        """An instant of the past; of a day alone, its first."""
        if name not in self.texts:
            return None
        order = self.received.dates
        found = self.read(name, lambda text: values.moment_of(text, order))
        if found is None:
            return None
        at = found if isinstance(found, datetime) else first_instant(found)
        if at > self.received.at:
            raise RefusedLineError(name, "in the future", self.texts[name])
        return at

    def yes(self, name: str) -> bool:
        """Whether the column says yes; empty is no."""
        return name in self.texts and (self.read(name, values.yes_of) or False)

    def word(self, name: str) -> str | None:
        """One of the column's words."""
        if name not in self.texts:
            return None
        words = BY_NAME[name].words
        return self.read(name, lambda text: values.word_of(text, words))


@lru_cache(maxsize=8192)
def first_instant(day: date) -> datetime:
    """Midnight UTC."""
    return datetime.combine(day, time(0), UTC)
