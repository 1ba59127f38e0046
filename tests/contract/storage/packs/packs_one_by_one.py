"""A pack written as rows of cells, account by account, figure by figure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from accounts_one_by_one import seen_of

from dialer.inquiry.account_days import Seen, Stretch
from dialer.inquiry.given_back import mark_at, results_between
from dialer.inquiry.remitting import Remitted, remitted
from dialer.measures.accounts import AGING, COLLECTED, INVENTORY, AccountSeen
from dialer.measures.changes import ATTEMPTS_COUNTED, LOGGED, RIGHT_PARTY, ChangeRow
from dialer.measures.definition import Unit
from dialer.measures.kept import PROMISES_COUNTED, PromiseRow
from dialer.measures.payments import PAYMENT_MEASURES, PaymentRow
from dialer.measures.stairs import Stairs, Step
from dialer.measures.summed import Priced, RowMeasure, Summed, Tally
from dialer.measures.worked import (
    ATTEMPTS_A_MONTH,
    FIRST_ATTEMPT,
    UNWORKED,
    WorkException,
    exceptions_of,
    standards_judged,
)
from dialer.results.given_back import FIELDS, Result
from dialer.results.pack import Amount, Cell, Files
from dialer.storage.store import Store

R = TypeVar("R", bound=Priced)


@dataclass(slots=True, kw_only=True)
class _Counted:
    """The sums behind the summary, by the file whose rows they are of."""

    accounts: Tally[AccountSeen]
    promises: Tally[PromiseRow]
    payments: Tally[PaymentRow]
    attempts: Tally[ChangeRow]
    logged: Tally[ChangeRow]
    exceptions: dict[str, int] = field(default_factory=dict[str, int])
    stairs: Stairs = field(default_factory=Stairs)
    named: dict[str, str] = field(default_factory=dict[str, str])


def write_one_by_one(store: Store, stretch: Stretch, files: Files) -> None:
    counted = _Counted(
        accounts=Tally(measures=(*INVENTORY, *COLLECTED, *AGING)),
        promises=Tally(measures=PROMISES_COUNTED),
        payments=Tally(measures=PAYMENT_MEASURES),
        attempts=Tally(measures=ATTEMPTS_COUNTED),
        logged=Tally(measures=LOGGED),
    )
    for seen in seen_of(store, stretch):
        _add_accounts(seen, stretch, files, counted)
    for line in counted.stairs.lines(until=stretch.on):
        files["stair_step"].add(_step(line))
    _add_changes(store, stretch, files, counted)
    month = remitted(store, stretch.client, since=stretch.on.replace(day=1), until=stretch.on)
    for row in _remittance(month, counted.named):
        files["remittance"].add(row)
    for row in _summary(stretch, counted, month):
        files["summary"].add(row)


def _add_accounts(seen: Seen, stretch: Stretch, files: Files, counted: _Counted) -> None:
    for row in seen.accounts:
        files["accounts"].add(_account(row))
        counted.accounts.add(row)
        counted.stairs.add(row)
        if row.collected:
            counted.named[row.account] = row.client_account
        for found in exceptions_of(row, stretch.terms.work):
            files["exceptions"].add(_exception(row, found))
            counted.exceptions[found.standard] = counted.exceptions.get(found.standard, 0) + 1
    for promise in seen.promises:
        if promise.is_of_stretch:
            files["promises"].add(_promise(promise))
            counted.promises.add(promise)
    for payment in seen.payments:
        files["payments"].add(_payment(payment))
        counted.payments.add(payment)


def _add_changes(store: Store, stretch: Stretch, files: Files, counted: _Counted) -> None:
    since, until = mark_at(store, stretch.begins), mark_at(store, stretch.ends)
    before = ""
    for result in results_between(store, since, until, client=stretch.client):
        change = result.change.rsplit(":", maxsplit=1)[0]
        row = ChangeRow(kind=result.kind, code=result.code, is_first=change != before)
        before = change
        first = "yes" if row.is_first else "no"
        if result.kind == "attempt":
            right = "yes" if result.code in RIGHT_PARTY else "no"
            files["attempts"].add((*_fields(result), first, right))
            counted.attempts.add(row)
        elif result.kind != "promise":
            files["requests_and_holds"].add((*_fields(result), first))
            counted.logged.add(row)


def _fields(result: Result) -> tuple[str, ...]:
    return tuple(str(getattr(result, name)) for name in FIELDS)


def _account(row: AccountSeen) -> tuple[Cell, ...]:
    return (
        row.account,
        row.client_account or None,
        ";".join(row.campaigns),
        row.place or None,
        row.currency,
        row.state,
        row.placed_on,
        None if row.placed_cents is None else Amount(row.placed_cents),
        Amount(row.owed_cents),
        row.days_past_due,
        row.attempts,
        row.right_party,
        row.attempts_in_month,
        row.attempts_in_stretch,
        row.first_attempt_on,
        row.last_attempt_on,
        row.days_unworked,
        Amount(row.collected_cents),
        Amount(row.collected_in_month),
        Amount(row.collected_in_stretch),
        "yes" if row.is_arranged else "no",
    )


def _exception(row: AccountSeen, found: WorkException) -> tuple[Cell, ...]:
    told = (found.standard, found.wanted, found.found)
    return (row.account, row.client_account or None, *told, row.placed_on, row.last_attempt_on)


def _promise(row: PromiseRow) -> tuple[Cell, ...]:
    return (
        row.promise,
        ";".join(row.accounts),
        ";".join(row.client_accounts) or None,
        row.currency or None,
        row.agent or None,
        row.disposition or None,
        row.made_on,
        row.due_on,
        row.last_day,
        row.before or None,
        row.state or None,
        None if row.cents is None else Amount(row.cents),
        None if row.paid_cents is None else Amount(row.paid_cents),
    )


def _payment(row: PaymentRow) -> tuple[Cell, ...]:
    named = (row.account, row.client_account or None, row.currency, row.key, row.method, row.paid_to)
    return (*named, row.effective_on, Amount(row.cents))


def _step(line: Step) -> tuple[Cell, ...]:
    return (
        None if line.month is None else f"{line.month:%Y-%m}",
        line.currency,
        line.accounts,
        None if line.placed is None else Amount(line.placed),
        f"{line.told_in:%Y-%m}",
        line.months_since,
        Amount(line.collected),
        Amount(line.collected_to_date),
        line.liquidation,
    )


def _remittance(month: Iterable[Remitted], named: Mapping[str, str]) -> Iterator[tuple[Cell, ...]]:
    for each in month:
        where, money = (each.currency, each.since, each.until), each.money
        for line in money.lines:
            cents = (line.collected, line.direct, line.commission)
            nothing = (None,) * 4
            yield (each.client, line.debt, *where, *map(Amount, cents), *nothing, named.get(line.debt))
        sums = (money.collected, money.direct, money.commission, money.to_client, money.invoiced)
        yield (each.client, "all", *where, *map(Amount, (*sums, money.held, money.overpaid)), None)


def _summary(stretch: Stretch, counted: _Counted, month: Iterable[Remitted]) -> Iterator[tuple[Cell, ...]]:
    yield from _summed(counted.accounts.summed(), "accounts")
    yield from _summed(counted.attempts.summed(), "attempts")
    yield from _summed(counted.promises.summed(), "promises")
    yield from _summed(counted.payments.summed(), "payments")
    yield from _summed(counted.logged.summed(), "requests_and_holds")
    judged = standards_judged(stretch.terms.work, stretch.on)
    for name, says in _STANDARDS.items():
        count = counted.exceptions.get(name, 0) if name in judged else None
        yield _figure(f"exceptions_{name}", count, "exceptions", says)
    for each in month:
        for name, says in _OF_MONTH.items():
            cents = Amount(int(getattr(each.money, name)))
            yield _figure(f"month_{name}", cents, "remittance", says, currency=each.currency)


_STANDARDS = {
    FIRST_ATTEMPT: "open accounts without an attempt after the last day for the first",
    ATTEMPTS_A_MONTH: "accounts open all the month with fewer attempts; judged on its last day alone",
    UNWORKED: "open accounts without an attempt for as many days as the client says, or more",
}
_OF_MONTH = {
    "collected": "the client's of what came to us, from the first of the month until the day",
    "direct": "paid straight to the client in the same days",
    "commission": "earned of both",
    "to_client": "handed over, by the client's terms net or gross; negative: the client owes it",
    "invoiced": "to be paid by the client besides",
    "held": "in trust at the end of the day, since it may still go back",
    "overpaid": "in trust at the end of the day, to be given back to payers",
}


def _figure(name: str, value: Cell, rows_of: str, says: str, *, currency: str = "") -> tuple[Cell, ...]:
    title = name.replace("_", " ").capitalize()
    unit = Unit.CENTS if isinstance(value, Amount) else Unit.COUNT
    cells = (name, title, value, currency or None, _written_unit(unit), None, None, 0)
    return (*cells, f"{rows_of}.csv", says, says, "Fairdial: the client's own terms")


def _summed(figures: Iterable[Summed[R]], rows_of: str) -> Iterator[tuple[Cell, ...]]:
    for each in figures:
        measure, sums = each.measure, each.sums
        has_bottom = measure.bottom is not None
        yield (
            measure.name,
            measure.title,
            _value(measure, each.value),
            each.currency or None,
            _written_unit(measure.unit),
            _part(measure, sums.top) if has_bottom else None,
            _part(measure, sums.bottom) if has_bottom else None,
            sums.unknown,
            f"{rows_of}.csv",
            measure.formula,
            measure.says,
            measure.source,
        )


def _value(measure: RowMeasure[R], value: float | None) -> Cell:
    if value is None or measure.bottom is not None:
        return value
    return Amount(int(value)) if measure.unit is Unit.CENTS else int(value)


def _part(measure: RowMeasure[R], cents: int) -> Cell:
    return Amount(cents) if measure.is_money else cents


def _written_unit(unit: Unit) -> str:
    """Amounts are written in units of their currency."""
    return "amount" if unit is Unit.CENTS else unit.value
