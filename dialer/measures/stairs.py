"""Stair-step: of what was placed in a month, how much had been collected each month after."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from dialer.measures.accounts import AccountSeen


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One month of the accounts that were placed in a month, in one currency.

    Args:
        month: of the placement, its first day; None = not known. told_in: the month that is told of.
        months_since: 0 = the month of the placement; None = not known.
        placed: None = it is not known of one of them.
        collected: in `told_in`; collected_to_date: until its end. Cents.
    """

    month: date | None
    currency: str
    accounts: int
    placed: int | None
    told_in: date
    months_since: int | None
    collected: int
    collected_to_date: int

    @property
    def liquidation(self) -> float | None:
        """Collected to date ÷ placed, 0-1."""
        return self.collected_to_date / self.placed if self.placed else None


@dataclass(slots=True)
class _Placed:
    accounts: int = 0
    placed: int | None = 0
    collected: dict[date, int] = field(default_factory=dict[date, int])


@dataclass(slots=True)
class Stairs:
    """Accounts as they come, by the month of their placement."""

    _placed: dict[tuple[date | None, str], _Placed] = field(
        default_factory=dict[tuple[date | None, str], _Placed]
    )

    def add(self, row: AccountSeen, count: int = 1) -> None:
        """Count an account, or so many alike that are told as one of all their amounts."""
        month = None if row.placed_on is None else row.placed_on.replace(day=1)
        placed = self._placed.setdefault((month, row.currency), _Placed())
        placed.accounts += count
        unknown = placed.placed is None or row.placed_cents is None
        placed.placed = None if unknown else (placed.placed or 0) + (row.placed_cents or 0)
        for told_in, cents in row.collected:
            placed.collected[told_in] = placed.collected.get(told_in, 0) + cents

    def lines(self, *, until: date) -> Iterator[Step]:
        """Every month from the placement's to that of `until`; of a month that is not known, those alone in
        which something was collected."""
        for (month, currency), placed in sorted(
            self._placed.items(), key=lambda item: (item[0][0] or date.min, item[0][1])
        ):
            so_far = 0
            for told_in in _months(month, sorted(placed.collected), until):
                so_far += placed.collected.get(told_in, 0)
                yield Step(
                    month=month,
                    currency=currency,
                    accounts=placed.accounts,
                    placed=placed.placed,
                    told_in=told_in,
                    months_since=None if month is None else months_between(month, told_in),
                    collected=placed.collected.get(told_in, 0),
                    collected_to_date=so_far,
                )


def months_between(first: date, later: date) -> int:
    """Calendar months from one to the other."""
    return 12 * (later.year - first.year) + later.month - first.month


def _months(first: date | None, collected: list[date], until: date) -> list[date]:
    if first is None:
        return collected
    begins = min([first, *collected])
    last = months_between(begins, until)
    return [_later(begins, count) for count in range(last + 1)]


def _later(month: date, count: int) -> date:
    index = 12 * month.year + month.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)
