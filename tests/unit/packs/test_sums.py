"""Sums of rows: by group and currency, whatever is not known counted apart."""

from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.measures.accounts import ACCOUNT_MEASURES, AccountSeen
from dialer.measures.definition import Unit
from dialer.measures.stairs import Stairs
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


@settings(max_examples=100, deadline=None)
@given(
    cents=st.lists(st.integers(1, 10**9), min_size=1) | st.lists(st.integers(-(10**6), 0), min_size=1),
    placed=st.sampled_from((None, date(2026, 9, 1), date(2026, 11, 30))),
    delinquent=st.sampled_from((None, date(2026, 5, 1), date(2026, 11, 29))),
    attempts=st.integers(0, 2),
    is_open=st.booleans(),
)
def test_accounts_that_differ_in_what_is_owed_alone_are_summed_as_one(
    cents: list[int], placed: date | None, delinquent: date | None, attempts: int, is_open: bool
) -> None:
    """Of every measure of accounts, and of the stair: amounts on one side of nothing may be told together."""
    on = date(2026, 11, 30)

    def account(owed: int) -> AccountSeen:
        return AccountSeen(
            account="d",
            client_account="A",
            client="acme",
            currency="USD",
            campaigns=("c",),
            place="",
            state="open" if is_open else "recalled",
            since=on,
            on=on,
            placed_on=placed,
            placed_cents=owed,
            before_cents=None if placed == on else owed,
            owed_cents=owed,
            delinquent_since=delinquent,
            collected=(),
            collected_in_stretch=0,
            attempts=attempts,
            right_party=0,
            attempts_in_month=attempts,
            attempts_in_stretch=attempts,
            first_attempt_on=on if attempts else None,
            last_attempt_on=on if attempts else None,
            is_arranged=False,
        )

    apart = Tally[AccountSeen](measures=ACCOUNT_MEASURES)
    together = Tally[AccountSeen](measures=ACCOUNT_MEASURES)
    steps, steps_together = Stairs(), Stairs()
    for owed in cents:
        apart.add(account(owed))
        steps.add(account(owed))
    together.add_alike(account(sum(cents)), len(cents))
    steps_together.add(account(sum(cents)), len(cents))
    assert list(together.summed()) == list(apart.summed())
    assert list(steps_together.lines(until=on)) == list(steps.lines(until=on))
