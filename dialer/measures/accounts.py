"""What came of accounts: how far they were worked, what was collected, what is owed and for how long.

A row is one account as it was known by the end of a day. What was collected is what came and stayed, to us or
to the client, by what had been told by then: a payment that is returned or reversed in a later month is taken
off that month, so that a figure that was told once is told again the same. Days past due run from the day on
which the account went past due.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from dialer.measures.definition import Unit
from dialer.measures.summed import RowMeasure


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSeen:
    """One account by the end of a day.

    Args:
        account: our id; client_account: the client's own name of it, '' = whose it is was forgotten.
        campaigns: in which it has a turn. place: country and region of who owes it, '' = not known.
        state: as it is now: open, or why it was closed.
        on: the day. since: first day of the stretch that is asked about; `on` is its last.
        placed_on, placed_cents: when, and what the client placed; None = not known.
        before_cents: owed at the end of the day before `since`; None = it had not been placed yet.
        owed_cents: at the end of `on`; negative = overpaid.
        delinquent_since: the day on which it went past due; None = not known.
        collected: what came and stayed, cents, by the month (its first day) in which it was told; what went
            back in a month makes it negative.
        collected_in_stretch: the same, of the stretch.
        attempts, right_party: ever until the end of `on`, an attempt on the day on which it was over.
        attempts_in_month, attempts_in_stretch: of the calendar month of `on`, and of the stretch.
        is_arranged: a promise for this account alone is open.
    """

    account: str
    client_account: str
    client: str
    currency: str
    campaigns: tuple[str, ...]
    place: str
    state: str
    since: date
    on: date
    placed_on: date | None
    placed_cents: int | None
    before_cents: int | None
    owed_cents: int
    delinquent_since: date | None
    collected: tuple[tuple[date, int], ...]
    collected_in_stretch: int
    attempts: int
    right_party: int
    attempts_in_month: int
    attempts_in_stretch: int
    first_attempt_on: date | None
    last_attempt_on: date | None
    is_arranged: bool

    @property
    def is_open(self) -> bool:
        """It is still worked."""
        return self.state == "open"

    @property
    def collected_cents(self) -> int:
        """All that came and stayed since it was placed."""
        return sum(cents for _, cents in self.collected)

    @property
    def collected_in_month(self) -> int:
        """Of the calendar month of `on`, until `on`."""
        month = self.on.replace(day=1)
        return sum(cents for each, cents in self.collected if each == month)

    @property
    def days_unworked(self) -> int | None:
        """Since the last attempt, or since the placement where there was none; None = not known since
        when."""
        since = self.last_attempt_on or self.placed_on
        return None if since is None else (self.on - since).days

    @property
    def days_past_due(self) -> int | None:
        """By the end of `on`; None = not known."""
        return days_past_due(self.delinquent_since, self.on)


def days_past_due(since: date | None, on: date) -> int | None:
    """How long an account was past due by a day; an account that is not yet is so for 0 days."""
    return None if since is None else max(0, (on - since).days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A stretch of days past due, `least` included; `most` None = without end."""

    name: str
    least: int
    most: int | None

    def has(self, days: int | None) -> bool:
        """Whether so many days past due are of it; what is not known is of none."""
        return days is not None and days >= self.least and (self.most is None or days <= self.most)


BUCKETS = (
    Bucket(name="0-29", least=0, most=29),
    Bucket(name="30-59", least=30, most=59),
    Bucket(name="60-89", least=60, most=89),
    Bucket(name="90-119", least=90, most=119),
    Bucket(name="120-179", least=120, most=179),
    Bucket(name="180+", least=180, most=None),
)
"""Of days past due, as the OCC's handbook begins them (30-59, 60-89)."""

_OWED = "cents owed at the end of the day; an overpaid account owes 0"


def _owed(row: AccountSeen) -> int:
    return max(0, row.owed_cents)


def _is(test: Callable[[AccountSeen], bool]) -> Callable[[AccountSeen], int]:
    return lambda row: int(test(row))


def _is_resolved(row: AccountSeen) -> bool:
    return row.attempts > 0 and (row.owed_cents <= 0 or row.is_arranged)


def _outstanding(row: AccountSeen) -> int | None:
    """What there was to collect: owed when the stretch began, or placed in it."""
    cents = row.placed_cents if row.before_cents is None else row.before_cents
    return None if cents is None else max(0, cents)


def _aged(bucket: Bucket) -> RowMeasure[AccountSeen]:
    return RowMeasure(
        name=f"owed_{bucket.name}",
        title=f"Owed, {bucket.name} days past due",
        says="Aging: what is owed by how long it has been owed.",
        unit=Unit.CENTS,
        numerator=f"{_OWED}; accounts {bucket.name} days past due",
        top=lambda row: None if row.days_past_due is None else _owed(row) * bucket.has(row.days_past_due),
        is_money=True,
        source="aging by days past due, usual in the trade; buckets as the OCC's handbook",
    )


def _rolled(bucket: Bucket) -> RowMeasure[AccountSeen]:
    def was(row: AccountSeen) -> int | None:
        """Owed before the stretch on an account that was in the bucket then."""
        days = days_past_due(row.delinquent_since, row.since - timedelta(days=1))
        if row.before_cents is None or days is None:
            return None
        return max(0, row.before_cents) * bucket.has(days)

    def rolled(row: AccountSeen) -> int | None:
        before, days = was(row), row.days_past_due
        if before is None or days is None:
            return None
        return _owed(row) if before and not bucket.has(days) else 0

    return RowMeasure(
        name=f"roll_rate_{bucket.name}",
        title=f"Roll rate out of {bucket.name} days",
        says="Of what was owed in a bucket when the stretch began, how much is still owed and older by its "
        "end. Ask for a month.",
        unit=Unit.SHARE,
        numerator=f"cents owed at the end on accounts that were {bucket.name} days past due before the "
        "stretch and are in a later bucket now",
        denominator=f"cents owed before the stretch on accounts then {bucket.name} days past due",
        top=rolled,
        bottom=was,
        is_money=True,
        source="roll rate: amount in bucket k+1 ÷ amount in bucket k before, OCC handbook",
    )


INVENTORY: tuple[RowMeasure[AccountSeen], ...] = (
    RowMeasure(
        name="accounts",
        title="Accounts",
        says="Accounts that the client has placed, closed ones included.",
        unit=Unit.COUNT,
        numerator="accounts placed by the end of the day",
        top=lambda _: 1,
        source="usual in the trade",
    ),
    RowMeasure(
        name="open_accounts",
        title="Open accounts",
        says="Accounts that are still worked, as of when this was made.",
        unit=Unit.COUNT,
        numerator="accounts whose state is open",
        top=_is(lambda row: row.is_open),
        source="usual in the trade",
    ),
    RowMeasure(
        name="placed",
        title="Placed",
        says="What the client handed over.",
        unit=Unit.CENTS,
        numerator="cents that were owed when each account was placed",
        top=lambda row: row.placed_cents,
        is_money=True,
        source="usual in the trade",
    ),
    RowMeasure(
        name="owed",
        title="Owed",
        says="What is still owed on all of the accounts.",
        unit=Unit.CENTS,
        numerator=_OWED,
        top=_owed,
        is_money=True,
        source="usual in the trade",
    ),
    RowMeasure(
        name="account_penetration",
        title="Penetration",
        says="Share of the accounts that were tried at least once.",
        unit=Unit.SHARE,
        numerator="accounts with at least one attempt",
        denominator="accounts",
        top=_is(lambda row: row.attempts > 0),
        bottom=lambda _: 1,
        source="PureConnect: unique records attempted ÷ records",
    ),
    RowMeasure(
        name="attempts_per_account",
        title="Attempts per account",
        says="How often an account was tried, on average; a call about two accounts counts on each.",
        unit=Unit.RATIO,
        numerator="attempts on each account",
        denominator="accounts",
        top=lambda row: row.attempts,
        bottom=lambda _: 1,
        source="PureConnect's saturation: attempts ÷ records",
    ),
)

COLLECTED: tuple[RowMeasure[AccountSeen], ...] = (
    RowMeasure(
        name="collected",
        title="Collected",
        says="What came in the stretch and stayed, to us or straight to the client.",
        unit=Unit.CENTS,
        numerator="payments told of in the stretch, less what went back in it",
        top=lambda row: row.collected_in_stretch,
        is_money=True,
        source="Fairdial: gross of commission, net of returns and reversals",
    ),
    RowMeasure(
        name="collection_rate",
        title="Collection rate",
        says="Of what there was to collect, the share that was.",
        unit=Unit.SHARE,
        numerator="collected in the stretch",
        denominator="cents owed before it, or placed in it",
        top=lambda row: row.collected_in_stretch,
        bottom=_outstanding,
        is_money=True,
        source="collected ÷ outstanding, usual in the trade",
    ),
    RowMeasure(
        name="liquidation",
        title="Liquidation",
        says="Of what was placed, the share that was collected since.",
        unit=Unit.SHARE,
        numerator="collected since the placement, until the end of the day",
        denominator="cents placed",
        top=lambda row: row.collected_cents,
        bottom=lambda row: row.placed_cents,
        is_money=True,
        source="collected ÷ assigned, Oracle Advanced Collections; gross of commission",
    ),
    RowMeasure(
        name="percentage_resolved",
        title="Resolved",
        says="Of the accounts that were worked, the share that is paid, settled or arranged.",
        unit=Unit.SHARE,
        numerator="accounts with an attempt on which nothing is owed any more, or a promise is open",
        denominator="accounts with an attempt",
        top=_is(_is_resolved),
        bottom=_is(lambda row: row.attempts > 0),
        source="closed paid, settled or arranged ÷ worked, usual in the trade",
    ),
)

AGING: tuple[RowMeasure[AccountSeen], ...] = tuple(_aged(bucket) for bucket in BUCKETS)
ROLLING: tuple[RowMeasure[AccountSeen], ...] = tuple(_rolled(bucket) for bucket in BUCKETS[:-1])

ACCOUNT_MEASURES = (*INVENTORY, *COLLECTED, *AGING, *ROLLING)
"""Everything that is measured of accounts."""
