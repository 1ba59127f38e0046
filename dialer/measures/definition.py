"""What a measure is: a name, a formula in words, and the code that is that formula."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from dialer.measures.facts import ShiftFacts


class Unit(Enum):
    """How a value is read. Shares are 0-1 and shown as percent on screens only."""

    COUNT = "count"
    SHARE = "share"
    SECONDS = "seconds"
    MINUTES_PER_HOUR = "minutes per hour"
    PER_HOUR = "per hour"
    RATIO = "ratio"
    CENTS = "cents"
    HOURS = "hours"


class Group(Enum):
    """What a measure is about; the report's chapters."""

    DIALING = "Dialing"
    ABANDONMENT = "Abandonment"
    AGENTS = "Agents"
    INBOUND = "People who call us"
    COLLECTION = "Collection"
    LIST = "The list"
    LAW = "The law"


Part = Callable[[ShiftFacts], float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One measure.

    Args:
        name: key in JSON and in tables.
        title: on screens.
        says: one sentence for somebody new to the trade.
        numerator, denominator: in words; no denominator for counts and quantiles.
        top, bottom: the same as code.
        source: who defines it so.
    """

    name: str
    title: str
    says: str
    group: Group
    unit: Unit
    numerator: str
    top: Part
    source: str
    denominator: str | None = None
    bottom: Part | None = None

    @property
    def formula(self) -> str:
        """Numerator and denominator in one line."""
        return self.numerator if self.denominator is None else f"{self.numerator} ÷ {self.denominator}"

    def value(self, facts: ShiftFacts) -> float | None:
        """The measure of these facts; None where there is nothing to divide by, or nothing was observed."""
        return self.of(self.top(facts), None if self.bottom is None else self.bottom(facts))

    def of(self, top: float | None, bottom: float | None) -> float | None:
        """The measure of its two parts, however they were counted; `bottom` is not looked at where the
        measure has no denominator."""
        if top is None or self.bottom is None:
            return top
        return top / bottom if bottom else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A measure with its value."""

    measure: Measure
    value: float | None


def text_of(measured: Measured) -> str:
    """The value as a person reads it; an en dash where there is no data."""
    value = measured.value
    if value is None:
        return "–"
    return _WRITTEN[measured.measure.unit](value)


_WRITTEN: dict[Unit, Callable[[float], str]] = {
    Unit.COUNT: lambda value: f"{value:,.0f}",
    Unit.SHARE: lambda value: f"{value:.2%}" if value < 0.1 else f"{value:.1%}",
    Unit.SECONDS: lambda value: f"{value:,.1f} s",
    Unit.MINUTES_PER_HOUR: lambda value: f"{value:.1f} min/h",
    Unit.PER_HOUR: lambda value: f"{value:,.2f} /h",
    Unit.RATIO: lambda value: f"{value:,.2f}",
    Unit.CENTS: lambda value: f"{value / 100:,.2f}",
    Unit.HOURS: lambda value: f"{value:,.1f} h",
}
