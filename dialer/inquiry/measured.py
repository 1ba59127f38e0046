"""Measures of accounts and promises between two days, by whom or what they are asked, with the rows behind.

The rows are read a few thousand at a time and summed as they come (`dialer.measures.summed`): the memory
grows with the groups, not with the years.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import TypeVar

from sqlalchemy import Connection, select

from dialer.floor.client_terms import client_contracts
from dialer.inquiry.account_days import Stretch, seen_of
from dialer.inquiry.remitting import client_named
from dialer.measures.accounts import ACCOUNT_MEASURES, AccountSeen
from dialer.measures.cost import COST_PER_COLLECTED, wages_cents
from dialer.measures.kept import PROMISE_MEASURES, PromiseRow
from dialer.measures.summed import Described, Priced, RowMeasure, Summed, Tally
from dialer.results.history import Stretch as Instants
from dialer.results.history import totals_of
from dialer.settings import load_settings
from dialer.storage.database import tables as t
from dialer.storage.store import Store

R = TypeVar("R", bound=Priced)


class By(Enum):
    """What measures are told apart by.

    Of agents and dispositions there are those of promises alone, of months of placement those of accounts.
    """

    CLIENT = "client"
    CAMPAIGN = "campaign"
    PLACE = "place"
    PLACEMENT_MONTH = "placement-month"
    AGENT = "agent"
    DISPOSITION = "disposition"


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureSeen:
    """One measure of one group.

    Args:
        group: '' = nobody knows which. currency: '' = it is no money.
        value: None = there is nothing to divide by, or it is not known.
        numerator, denominator: the sums, in cents where it is money; None = it has no denominator.
        unknown: rows that were left out, since a part of them is not known.
    """

    measure: str
    title: str
    client: str
    by: str
    group: str
    currency: str
    value: float | None
    numerator: int
    denominator: int | None
    unknown: int
    unit: str
    formula: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowBehind:
    """What one account or promise adds to a figure; None = that is not known of it."""

    client: str
    group: str
    row: str
    client_account: str
    currency: str
    numerator: int | None
    denominator: int | None


def defined() -> tuple[Described, ...]:
    """Every measure that can be asked for here."""
    return (*ACCOUNT_MEASURES, *PROMISE_MEASURES, COST_PER_COLLECTED)


def measured(
    store: Store,
    *,
    since: date,
    until: date,
    client: str | None = None,
    by: By = By.CLIENT,
    may_see: Callable[[str], bool] = lambda _: True,
) -> tuple[FigureSeen, ...]:
    """Every measure of a stretch of days, both included, for each client apart.

    Args:
        client: of this one alone, in any case; None = of each that may be seen.

    Raises:
        NotThereError: nobody placed accounts under the name.
    """

    def read(connection: Connection) -> tuple[FigureSeen, ...]:
        within = store.within(connection)
        stretches = _stretches(within, client, since, until, may_see)
        return tuple(figure for stretch in stretches for figure in _figures(within, stretch, by))

    return store.read(read)


def rows_behind(
    store: Store, measure: str, *, since: date, until: date, client: str, by: By = By.CLIENT
) -> Iterator[RowBehind]:
    """The rows that a client's measure is the sum of, as they are read; none of a measure of wages.

    Raises:
        NotThereError: nobody placed accounts under the name.
    """
    of_accounts = next((each for each in ACCOUNT_MEASURES if each.name == measure), None)
    of_promises = next((each for each in PROMISE_MEASURES if each.name == measure), None)
    for stretch in _stretches(store, client, since, until, lambda _: True):
        for seen in seen_of(store, stretch):
            for account in seen.accounts if of_accounts else ():
                assert of_accounts is not None
                for group in _ACCOUNT_GROUPS[by](account):
                    yield _behind(of_accounts, account, group, account.account, account.client_account)
            for promise in seen.promises if of_promises else ():
                assert of_promises is not None
                for group in _PROMISE_GROUPS[by](promise):
                    named = ";".join(promise.client_accounts)
                    yield _behind(of_promises, promise, group, promise.promise, named)


def _stretches(
    store: Store, client: str | None, since: date, until: date, may_see: Callable[[str], bool]
) -> Iterator[Stretch]:
    if client is None:
        names = store.read(lambda connection: sorted(connection.scalars(select(t.clients.c.client))))
    else:
        names = [client_named(store, client)]
    contracts = client_contracts()
    for name in names:
        if may_see(name):
            yield Stretch(client=name, since=since, on=until, terms=contracts.of(name))


_ACCOUNT_GROUPS: dict[By, Callable[[AccountSeen], tuple[str, ...]]] = {
    By.CLIENT: lambda row: (row.client,),
    By.CAMPAIGN: lambda row: row.campaigns,
    By.PLACE: lambda row: (row.place,),
    By.PLACEMENT_MONTH: lambda row: ("" if row.placed_on is None else f"{row.placed_on:%Y-%m}",),
    By.AGENT: lambda _: (),
    By.DISPOSITION: lambda _: (),
}
_PROMISE_GROUPS: dict[By, Callable[[PromiseRow], tuple[str, ...]]] = {
    By.CLIENT: lambda row: (row.client,),
    By.CAMPAIGN: lambda row: (row.campaign,),
    By.PLACE: lambda row: (row.place,),
    By.PLACEMENT_MONTH: lambda _: (),
    By.AGENT: lambda row: (row.agent,),
    By.DISPOSITION: lambda row: (row.disposition,),
}


def _figures(store: Store, stretch: Stretch, by: By) -> Iterator[FigureSeen]:
    accounts = Tally[AccountSeen](measures=ACCOUNT_MEASURES, groups_of=_ACCOUNT_GROUPS[by])
    promises = Tally[PromiseRow](measures=PROMISE_MEASURES, groups_of=_PROMISE_GROUPS[by])
    for seen in seen_of(store, stretch):
        for account in seen.accounts:
            accounts.add(account)
        for promise in seen.promises:
            promises.add(promise)
    of_accounts = _seen_at_all(accounts)
    yield from (_figure(each, stretch, by) for each in of_accounts)
    yield from _costs(store, stretch, by, of_accounts)
    yield from (_figure(each, stretch, by) for each in _seen_at_all(promises))


def _seen_at_all(tally: Tally[R]) -> tuple[Summed[R], ...]:
    """Of groups that there are: a group of which no row came is none."""
    return tuple(each for each in tally.summed() if each.sums.rows or each.sums.unknown)


def _costs(
    store: Store, stretch: Stretch, by: By, summed: Iterable[Summed[AccountSeen]]
) -> Iterator[FigureSeen]:
    """Of groups whose hours are known, where a wage is set."""
    wages = load_settings().wages
    if wages is None or by not in (By.CLIENT, By.CAMPAIGN):
        return
    collected = {
        each.group: each.sums.top
        for each in summed
        if each.measure.name == "collected" and each.currency == wages.currency
    }
    for group, hours in sorted(_hours(store, stretch, by).items()):
        cost, came = wages_cents(hours, wages.cents_an_hour), collected.get(group, 0)
        yield FigureSeen(
            measure=COST_PER_COLLECTED.name,
            title=COST_PER_COLLECTED.title,
            client=stretch.client,
            by=by.value,
            group=group,
            currency=wages.currency,
            value=cost / came if came > 0 else None,
            numerator=cost,
            denominator=came,
            unknown=0,
            unit=COST_PER_COLLECTED.unit.value,
            formula=COST_PER_COLLECTED.formula,
        )


def _hours(store: Store, stretch: Stretch, by: By) -> dict[str, float]:
    """Agent hours by campaign of the client, or of all of them; where nobody was logged in there are none."""

    def read(connection: Connection) -> dict[str, float]:
        theirs = select(t.campaigns.c.campaign).where(t.campaigns.c.client == stretch.client)
        found: dict[str, float] = {}
        for campaign in sorted(connection.scalars(theirs)):
            instants = Instants(starts_at=stretch.begins, ends_at=stretch.ends, campaign=campaign)
            hours = totals_of(connection, instants).agent_hours
            if hours is not None:
                group = campaign if by is By.CAMPAIGN else stretch.client
                found[group] = found.get(group, 0.0) + hours
        return found

    return store.read(read)


def _figure(each: Summed[R], stretch: Stretch, by: By) -> FigureSeen:
    measure, sums = each.measure, each.sums
    return FigureSeen(
        measure=measure.name,
        title=measure.title,
        client=stretch.client,
        by=by.value,
        group=each.group,
        currency=each.currency,
        value=each.value,
        numerator=sums.top,
        denominator=None if measure.bottom is None else sums.bottom,
        unknown=sums.unknown,
        unit=measure.unit.value,
        formula=measure.formula,
    )


def _behind(measure: RowMeasure[R], row: R, group: str, name: str, client_account: str) -> RowBehind:
    return RowBehind(
        client=str(getattr(row, "client", "")),
        group=group,
        row=name,
        client_account=client_account,
        currency=row.currency,
        numerator=measure.top(row),
        denominator=None if measure.bottom is None else measure.bottom(row),
    )


HEADING = (
    "measure",
    "client",
    "by",
    "group",
    "currency",
    "value",
    "numerator",
    "denominator",
    "unknown",
    "unit",
    "formula",
)


def as_rows(figures: Iterable[FigureSeen]) -> Iterator[tuple[str, ...]]:
    """Headings, then a row each; cents as they are, and what is not known is blank."""
    yield HEADING
    for each in figures:
        value = "" if each.value is None else f"{each.value:.6f}".rstrip("0").rstrip(".")
        denominator = "" if each.denominator is None else str(each.denominator)
        sums = (value, str(each.numerator), denominator, str(each.unknown))
        yield (each.measure, each.client, each.by, each.group, each.currency, *sums, each.unit, each.formula)


def behind_rows(rows: Iterable[RowBehind]) -> Iterator[tuple[str, ...]]:
    """Headings, then a row each."""
    yield ("client", "group", "row", "client_account", "currency", "numerator", "denominator")
    for each in rows:
        parts = ("" if part is None else str(part) for part in (each.numerator, each.denominator))
        yield (each.client, each.group, each.row, each.client_account, each.currency, *parts)
