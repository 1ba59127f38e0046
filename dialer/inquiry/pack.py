"""A client's daily pack: what its accounts are, what was done on a day, what came of it, to the cent.

Every figure of the summary is the sum of the rows of one of the files beside it, by the definition that it
names. The rows of attempts, requests and holds are those of `fairdial export results` of the day, the
remittance is that of `fairdial remittance` from the first of the month on. All is read from one state of the
store.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TypeVar

from dialer.domain.record import instant
from dialer.files import made_folder
from dialer.floor.client_terms import client_contracts
from dialer.inquiry.account_days import Seen, Stretch, read_of
from dialer.inquiry.errors import NothingToAskError
from dialer.inquiry.given_back import mark_at, mark_now, results_between
from dialer.inquiry.pack_accounts import ACCOUNTS, EXCEPTIONS, PackedAccounts
from dialer.inquiry.remitting import HEADING as REMITTED
from dialer.inquiry.remitting import Remitted, Remitting, client_named
from dialer.measures.changes import ATTEMPTS_COUNTED, LOGGED, RIGHT_PARTY, ChangeRow
from dialer.measures.definition import Unit
from dialer.measures.kept import PROMISES_COUNTED, PromiseRow
from dialer.measures.payments import PAYMENT_MEASURES, PaymentRow
from dialer.measures.stairs import Step
from dialer.measures.summed import Priced, RowMeasure, Summed, Tally
from dialer.measures.worked import (
    ATTEMPTS_A_MONTH,
    FIRST_ATTEMPT,
    UNWORKED,
    standards_judged,
)
from dialer.results.given_back import FIELDS, Result
from dialer.results.pack import BOOK, Amount, Cell, Files, files_in
from dialer.storage.store import Store

R = TypeVar("R", bound=Priced)

SUMMARY = ("figure", "title", "value", "currency", "unit", "numerator", "denominator", "unknown_rows")
SUMMARY_SAYS = ("rows_of", "formula", "says", "source")
PROMISES = (
    "promise",
    "accounts",
    "client_accounts",
    "currency",
    "agent",
    "disposition",
    "made_on",
    "due_on",
    "last_day",
    "state_before",
    "state",
    "promised",
    "paid",
)
PAYMENTS = ("account", "client_account", "currency", "key", "method", "paid_to", "effective_on", "collected")
STAIRS = (
    "placement_month",
    "currency",
    "accounts",
    "placed",
    "month",
    "months_since",
    "collected",
    "collected_to_date",
    "liquidation",
)
HEADINGS: Mapping[str, Sequence[str]] = {
    "summary": (*SUMMARY, *SUMMARY_SAYS),
    "accounts": ACCOUNTS,
    "attempts": (*FIELDS, "first_row", "right_party"),
    "promises": PROMISES,
    "payments": PAYMENTS,
    "stair_step": STAIRS,
    "remittance": (*REMITTED, "client_account"),
    "requests_and_holds": (*FIELDS, "first_row"),
    "exceptions": EXCEPTIONS,
}
"""The files of a pack, and their columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackTold:
    """What was written: files by name with their rows. `cut`: those that the workbook has in part alone;
    `is_partial`: the day was not over."""

    client: str
    day: date
    files: Mapping[str, int]
    cut: tuple[str, ...] = ()
    is_partial: bool = False


@dataclass(slots=True, kw_only=True)
class _Counted:
    """The sums behind the summary, by the file whose rows they are of."""

    accounts: PackedAccounts
    promises: Tally[PromiseRow]
    payments: Tally[PaymentRow]
    attempts: Tally[ChangeRow]
    logged: Tally[ChangeRow]


def pack(store: Store, client: str, *, day: date, folder: Path, at: float) -> PackTold:
    """Write a client's pack of a day into a new folder, whole or not at all.

    Args:
        client: in any case.
        day: of the client's zone for calls, of the ledgers (UTC) for money. One that is not over is told as
            partial, by the first figure of the summary.
        at: POSIX seconds now; where the store's own time is ahead of it, as after a rehearsal, that counts.

    Raises:
        NotThereError: nobody placed accounts under the name.
        NothingToAskError: the day has not begun.
        MendableError: there is something of the folder's name already.
        OSError: it could not be written.
    """

    def write(within: Store) -> PackTold:
        known = client_named(within, client)
        stretch = Stretch(client=known, since=day, on=day, terms=client_contracts().of(known))
        now = max(at, mark_now(within).at)
        if now < min(stretch.begins, _utc(day)):
            raise NothingToAskError(
                f"{day.isoformat()} has not begun", where=known, mend="ask for a day that is over."
            )
        is_partial = now < max(stretch.ends, _utc(day + timedelta(days=1)))
        with made_folder(folder) as part, files_in(part, HEADINGS) as files:
            if is_partial:
                files["summary"].add(_partial(day, now))
            _write(within, stretch, files)
            return PackTold(
                client=known,
                day=day,
                files={name: sheet.rows for name, sheet in files.sheets.items()} | {BOOK: len(HEADINGS)},
                is_partial=is_partial,
                cut=tuple(name for name, sheet in files.sheets.items() if sheet.is_cut),
            )

    return store.read(lambda connection: write(store.within(connection)))


def _utc(day: date) -> float:
    """POSIX seconds at which a day of the ledgers begins."""
    return datetime.combine(day, time(), UTC).timestamp()


def _partial(day: date, at: float) -> tuple[Cell, ...]:
    says = f"the day is not over: all is as of {instant(at):%Y-%m-%dT%H:%M:%SZ}, and more may come"
    told = ("partial", "Partial", "yes", None, None, None, None, 0)
    return (*told, "every file", f"written before {day.isoformat()} was over", says, "Fairdial")


def _write(store: Store, stretch: Stretch, files: Files) -> None:
    accounts = PackedAccounts(
        sheet=files["accounts"], exceptions_sheet=files["exceptions"], work=stretch.terms.work
    )
    counted = _Counted(
        accounts=accounts,
        promises=Tally(measures=PROMISES_COUNTED),
        payments=Tally(measures=PAYMENT_MEASURES),
        attempts=Tally(measures=ATTEMPTS_COUNTED),
        logged=Tally(measures=LOGGED),
    )
    month = Remitting.begun(
        stretch.client, stretch.terms.trust, since=stretch.on.replace(day=1), until=stretch.on
    )
    for read in read_of(store, stretch):
        for row in read.rows:
            if row.debt in read.ledgers:
                month.add(read.ledgers[row.debt], row.delinquent_since)
            if read.is_plain(row.debt):
                accounts.add_plain(read, row)
            else:
                _add(read.seen(row), files, counted)
        _add(read.seen_for_several(), files, counted)
    accounts.sum_up()
    for line in accounts.stairs.lines(until=stretch.on):
        files["stair_step"].add(_step(line))
    _add_changes(store, stretch, files, counted)
    remitted = month.told()
    for row in _remittance(remitted, accounts.named):
        files["remittance"].add(row)
    for row in _summary(stretch, counted, remitted):
        files["summary"].add(row)


def _add(seen: Seen, files: Files, counted: _Counted) -> None:
    for row in seen.accounts:
        counted.accounts.add(row)
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
    yield from _summed(counted.accounts.sums.summed(), "accounts")
    yield from _summed(counted.attempts.summed(), "attempts")
    yield from _summed(counted.promises.summed(), "promises")
    yield from _summed(counted.payments.summed(), "payments")
    yield from _summed(counted.logged.summed(), "requests_and_holds")
    judged = standards_judged(stretch.terms.work, stretch.on)
    for name, says in _STANDARDS.items():
        count = counted.accounts.exceptions.get(name, 0) if name in judged else None
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
