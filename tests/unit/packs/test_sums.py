"""Sums of rows: by group and currency, whatever is not known counted apart."""

from dataclasses import dataclass

import pytest

from dialer.measures.definition import Unit
from dialer.measures.summed import RowMeasure, Sum, Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    currency: str
    cents: int | None
    of: int | None = 1
    groups: tuple[str, ...] = ("",)


def _measure(name: str, *, is_money: bool) -> RowMeasure[_Row]:
    said = {"title": name, "says": name, "numerator": name, "source": name}
    return RowMeasure(
        name=name,
        unit=Unit.RATIO,
        top=lambda row: row.cents,
        bottom=lambda row: row.of,
        is_money=is_money,
        **said,
    )


MONEY, COUNT = _measure("money", is_money=True), _measure("count", is_money=False)
ROWS = (
    _Row(currency="USD", cents=5, groups=("a", "b")),
    _Row(currency="EUR", cents=7, of=2, groups=("a",)),
    _Row(currency="USD", cents=None, groups=("a",)),
    _Row(currency="USD", cents=3, of=None, groups=("b",)),
    _Row(currency="USD", cents=0, of=0, groups=("a",)),
    _Row(currency="USD", cents=11, groups=()),
)
SUMS = {
    ("a", "money", "EUR"): Sum(top=7, bottom=2, rows=1),
    ("a", "money", "USD"): Sum(top=5, bottom=1, rows=2, unknown=1),
    ("a", "count", ""): Sum(top=12, bottom=3, rows=3, unknown=1),
    ("b", "money", "USD"): Sum(top=5, bottom=1, rows=1, unknown=1),
    ("b", "count", ""): Sum(top=5, bottom=1, rows=1, unknown=1),
}


@pytest.mark.parametrize("rows", [ROWS, ROWS[::-1]], ids=["as they come", "the last one first"])
def test_every_row_is_in_the_sums_of_its_groups_and_no_two_currencies_in_one(rows: tuple[_Row, ...]) -> None:
    tally = Tally[_Row](measures=(MONEY, COUNT), groups_of=lambda row: row.groups)
    for row in rows:
        tally.add(row)
    assert {(each.group, each.measure.name, each.currency): each.sums for each in tally.summed()} == SUMS
