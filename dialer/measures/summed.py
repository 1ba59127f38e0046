"""Measures that are sums over rows: each row adds to a numerator, and to a denominator where there is one.

So a figure never disagrees with the rows beside it: it is their sum, in whatever order they come, and the
memory of a sum does not grow with them. Amounts of two currencies are never added: every sum is of one. A row
of which either part is not known is left out of both, and counted apart.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from dialer.measures.definition import Unit


class Priced(Protocol):
    """A row whose amounts, if it has any, are of one currency."""

    @property
    def currency(self) -> str:
        """ISO 4217 code; '' = it has no amounts, or it is not known of what."""
        ...


R = TypeVar("R", bound=Priced)
RowPart = Callable[[R], int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What a figure is, in words.

    Args:
        name: key in files and tables. title: on screens. says: one sentence for somebody new to the trade.
        numerator, denominator: in words; no denominator for counts and sums.
        source: who defines it so.
    """

    name: str
    title: str
    says: str
    unit: Unit
    numerator: str
    source: str
    denominator: str | None = None

    @property
    def formula(self) -> str:
        """Numerator and denominator in one line."""
        return self.numerator if self.denominator is None else f"{self.numerator} ÷ {self.denominator}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowMeasure(Described, Generic[R]):
    """One measure over rows of a kind.

    Args:
        top, bottom: what a row adds; None = that is not known of it.
        is_money: it is a sum, or a share, of amounts: one for each currency.
    """

    top: RowPart[R]
    bottom: RowPart[R] | None = None
    is_money: bool = False

    def parts(self, row: R) -> tuple[int, int] | None:
        """What a row adds to numerator and denominator (0 where there is none); None = it is not known."""
        top = self.top(row)
        bottom = 0 if self.bottom is None else self.bottom(row)
        return None if top is None or bottom is None else (top, bottom)


@dataclass(slots=True)
class Sum:
    """A measure's sums.

    Args:
        rows: that were added. unknown: that were left out, since a part of them is not known.
    """

    top: int = 0
    bottom: int = 0
    rows: int = 0
    unknown: int = 0

    def add(self, parts: tuple[int, int] | None, rows: int, *, times: int) -> None:
        """Add so many rows, and what they add so many times; None = it is not known."""
        if parts is None:
            self.unknown += rows
        else:
            self.top += parts[0] * times
            self.bottom += parts[1] * times
            self.rows += rows

    def value(self, *, has_bottom: bool) -> float | None:
        """Numerator by denominator; None where there is nothing to divide by, or no row was known."""
        if has_bottom:
            return self.top / self.bottom if self.bottom else None
        return None if not self.rows and self.unknown else self.top


@dataclass(frozen=True, slots=True, kw_only=True)
class Summed(Generic[R]):
    """A measure of one group of rows. `currency`: '' = it is no money."""

    measure: RowMeasure[R]
    group: str
    currency: str
    sums: Sum

    @property
    def value(self) -> float | None:
        """See `Sum.value`."""
        return self.sums.value(has_bottom=self.measure.bottom is not None)


@dataclass(slots=True, kw_only=True)
class Tally(Generic[R]):
    """Rows as they come, summed by group.

    Args:
        measures: what is summed.
        groups_of: the groups a row is of: several where it is of several, none where it is not asked about.
    """

    measures: Sequence[RowMeasure[R]]
    groups_of: Callable[[R], Sequence[str]] = lambda _: ("",)
    _sums: dict[tuple[str, str, str], Sum] = field(default_factory=dict[tuple[str, str, str], Sum])
    _of: dict[tuple[str, str], list[tuple[RowPart[R], RowPart[R] | None, Sum]]] = field(
        default_factory=dict[tuple[str, str], list[tuple[RowPart[R], RowPart[R] | None, Sum]]]
    )
    """The same sums by group and the row's currency, each beside what a row adds to it."""

    def add(self, row: R) -> None:
        """Count a row."""
        for group in self.groups_of(row):
            for top_of, bottom_of, sums in self._of.get((group, row.currency)) or self._begun(group, row):
                top = top_of(row)
                bottom = 0 if bottom_of is None else bottom_of(row)
                if top is None or bottom is None:
                    sums.unknown += 1
                else:
                    sums.top += top
                    sums.bottom += bottom
                    sums.rows += 1

    def add_alike(self, row: R, count: int) -> None:
        """Count rows that differ in nothing but their amounts, told as one row of all their amounts.

        Right where an amount is a sum of the row's amounts, and no other part hangs on how large they are:
        whoever calls it tells rows apart whose amounts are of either side of a line.
        """
        for group in self.groups_of(row):
            if (group, row.currency) not in self._of:
                self._begun(group, row)
            for measure in self.measures:
                currency = row.currency if measure.is_money else ""
                self._sums[group, measure.name, currency].add(
                    measure.parts(row), count, times=1 if measure.is_money else count
                )

    def _begun(self, group: str, row: R) -> list[tuple[RowPart[R], RowPart[R] | None, Sum]]:
        of = self._of[group, row.currency] = [
            (
                measure.top,
                measure.bottom,
                self._sums.setdefault((group, measure.name, row.currency if measure.is_money else ""), Sum()),
            )
            for measure in self.measures
        ]
        return of

    def summed(self) -> Iterator[Summed[R]]:
        """Every sum, by group, in the order of the measures, then by currency. A count of rows that never
        came is 0; an amount of which no row came has no currency, and is not told."""
        groups = sorted({group for group, _, _ in self._sums}) or [""]
        for group in groups:
            for measure in self.measures:
                found = sorted(c for g, name, c in self._sums if (g, name) == (group, measure.name))
                for currency in found or ([] if measure.is_money else [""]):
                    sums = self._sums.get((group, measure.name, currency), Sum())
                    yield Summed(measure=measure, group=group, currency=currency, sums=sums)
