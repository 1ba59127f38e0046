"""What may be offered on an account: plain plans, and a settlement in full at or above the client's floor.

Computed here alone, for the desk, the file and whatever else offers, so that nobody is offered less than the
client allows, nor two amounts by two ways. The floor is the client's table of age and balance; the narrowest
row that fits has the word. Payments that were made already do not lower the floor's share of what is owed:
it is a share of the balance as it stands, so nobody gets below it by paying in pieces.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from compliance_gate.valid import Within
from dialer.domain.errors import InvalidFactError
from dialer.domain.transitions import Word
from dialer.domain.valid import Share, valid

Cents = Annotated[int, Within(0, 10**12, "cents")]
Parts = Annotated[int, Within(1, 120, "payments")]
Days = Annotated[int, Within(0, 36_500, "days")]


class Every(Word):
    """How often a part of a plan is due (record 43 of the YGC formats has the same three)."""

    WEEK = "week"
    TWO_WEEKS = "two_weeks"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class Floor:
    """A row of the client's table: the least share of what is owed that settles an account.

    Args:
        share: 0-1; rounded up to the cent.
        from_age_days: since the account went past due; `from_cents`: of what is owed. The row holds from both
            on, until a narrower one does.
    """

    share: Share
    from_age_days: Days = 0
    from_cents: Cents = 0


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class OfferTerms:
    """What a client lets us offer.

    Args:
        floors: no rows = nothing is settled for less than is owed.
        most_parts: of a plan; 1 = no plans.
        least_part: of which no part of a plan but the last is less, in cents.
        settled_within_days: of the offer, the settlement is paid.
    """

    floors: tuple[Floor, ...] = ()
    most_parts: Parts = 12
    least_part: Cents = 2_500
    settled_within_days: Days = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """One part of a plan: `cents` on a day."""

    due_on: date
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """What may be offered today, in cents of the account's currency.

    Args:
        owed: all of it; 0 = there is nothing to offer.
        settles_from: the least that settles the account; None = nothing less than is owed.
        settled_by: the last day on which that is paid.
        rule: by which row of the client's table, in words; '' = by none.
        most_parts: into which what is owed may be divided; 1 = it may not.
    """

    owed: int
    settles_from: int | None
    settled_by: date | None
    rule: str
    most_parts: int


def offers(owed: int, terms: OfferTerms, *, on: date, delinquent_since: date | None) -> Offers:
    """What may be offered.

    Args:
        owed: cents, by the ledger.
        on: today, where the person is.
        delinquent_since: None = not known, which counts as no age at all.
    """
    if owed <= 0:
        return Offers(owed=0, settles_from=None, settled_by=None, rule="", most_parts=1)
    age = max(0, (on - delinquent_since).days) if delinquent_since is not None else 0
    row = _row(terms.floors, age, owed)
    least = None if row is None else -(-owed * round(row.share * 1_000_000) // 1_000_000)
    is_less = row is not None and least is not None and least < owed
    by = max(1, terms.least_part)
    return Offers(
        owed=owed,
        settles_from=least if is_less else None,
        settled_by=on + timedelta(days=terms.settled_within_days) if is_less else None,
        rule=_told(row) if row is not None and is_less else "",
        most_parts=max(1, min(terms.most_parts, owed // by)),
    )


def plan(offered: Offers, parts: int, every: Every, *, first_on: date) -> tuple[Instalment, ...]:
    """What is owed in parts, equal but for the last; together what is owed, to the cent.

    Raises:
        InvalidFactError: that many parts may not be offered.
    """
    if not 1 <= parts <= offered.most_parts or offered.owed == 0:
        raise InvalidFactError(
            f"{parts} payments may not be offered here: at most {offered.most_parts} of what is owed"
        )
    each = -(-offered.owed // parts)
    cents = [each] * (parts - 1)
    last = offered.owed - sum(cents)
    if last <= 0:  # so small a sum that equal parts come to it before the last
        each = offered.owed // parts
        cents = [each] * (parts - 1)
        last = offered.owed - sum(cents)
    days = due_days(first_on, every, parts)
    return tuple(Instalment(due_on=day, cents=sum_) for day, sum_ in zip(days, (*cents, last), strict=True))


def due_days(first_on: date, every: Every, parts: int) -> tuple[date, ...]:
    """The days of a plan; a month without such a day has its last."""
    if every is not Every.MONTH:
        step = timedelta(days=7 if every is Every.WEEK else 14)
        return tuple(first_on + nth * step for nth in range(parts))
    return tuple(_months_after(first_on, nth) for nth in range(parts))


def together(each: Sequence[Offers]) -> Offers:
    """What settles several accounts at once: each for its own least, no less for their being several."""
    if len(each) == 1:
        return each[0]
    least = [offered.owed if offered.settles_from is None else offered.settles_from for offered in each]
    owed = sum(offered.owed for offered in each)
    rules = dict.fromkeys(offered.rule or "no row of its table" for offered in each)
    days = [offered.settled_by for offered in each if offered.settled_by is not None]
    return Offers(
        owed=owed,
        settles_from=sum(least) if sum(least) < owed else None,
        settled_by=min(days, default=None),
        rule="; ".join(rules),
        most_parts=min((offered.most_parts for offered in each), default=1),
    )


def demand_settles(offered: Offers, cents: int) -> None:
    """Raises InvalidFactError: the client settles the account for no such amount."""
    least = offered.owed if offered.settles_from is None else offered.settles_from
    if cents < least:
        raise InvalidFactError(
            f"{cents / 100:,.2f} does not settle the account: the client settles it from "
            f"{least / 100:,.2f} on, by {offered.rule or 'no row of its table'}"
        )


def _row(floors: Sequence[Floor], age: int, owed: int) -> Floor | None:
    """The narrowest row that holds: the oldest age, then the largest sum; of two alike the higher share."""
    fit = [row for row in floors if age >= row.from_age_days and owed >= row.from_cents]
    return max(fit, key=lambda row: (row.from_age_days, row.from_cents, row.share), default=None)


def _told(row: Floor) -> str:
    from_cents = f"{row.from_cents / 100:,.2f}"
    return f"{row.share * 100:g} % from {row.from_age_days} days past due and {from_cents} owed on"


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first_of_next = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = (first_of_next - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))
