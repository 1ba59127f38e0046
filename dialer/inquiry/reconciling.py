"""The trust account of a store against the bank's own lines, for one currency and the end of a day."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, select

from dialer.casework.ledger.reconciling import BankLine, Moved, Reconciled, moved, reconciled
from dialer.casework.ledger.remittance import TrustTerms, known_by, stood
from dialer.domain.errors import MendableError
from dialer.domain.money import units
from dialer.storage import ledgers
from dialer.storage.database import tables as t
from dialer.storage.person_files import chunks
from dialer.storage.store import Store

COLUMNS = ("day", "amount", "reference")
_MEND = "the file has the columns day (2026-11-30), amount (120.50, -30.00) and reference."


def bank_lines(file: Path) -> tuple[BankLine, ...]:
    """The bank's lines, each told with its number where it cannot be read.

    Raises:
        MendableError: the file cannot be read, or a line says no day or amount.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = csv.DictReader(opened, strict=True)
            if tuple(rows.fieldnames or ()) != COLUMNS:
                raise MendableError("these are not the bank's lines", where=str(file), mend=_MEND)
            return tuple(_line(row, f"{file}, line {rows.line_num}") for row in rows)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise MendableError(str(error), where=str(file), mend=_MEND) from error


def _line(row: Mapping[str | None, Any], where: str) -> BankLine:
    day, amount, reference = (row[name] for name in COLUMNS)
    try:
        if None in row or reference is None:
            raise ValueError("it has another number of cells")
        return BankLine(on=date.fromisoformat(day), cents=_cents(amount), reference=reference.strip())
    except ValueError as error:
        raise MendableError(f"this line cannot be read: {error}", where=where, mend=_MEND) from error


def _cents(text: str) -> int:
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    whole, dot, part = digits.partition(".")
    is_part = len(part) == 2 and part.isascii() and part.isdecimal() if dot else True
    if not (whole.isascii() and whole.isdecimal() and is_part):
        raise ValueError(f"{text!r} is no amount")
    return sign * (int(whole) * 100 + int(part or 0))


def trust_reconciled(
    store: Store, bank: Sequence[BankLine], *, on: date, currency: str = "USD"
) -> Reconciled:
    """The three ways, by what was known at the end of a day (UTC)."""
    rows = {str(row.debt): row for row in store.read(lambda connection: _posted(connection, currency))}
    books: list[Moved] = []
    held: dict[str, int] = {}
    for some in chunks(list(rows)):
        told = store.read(lambda connection, some=some: ledgers.told_entries(connection, some))
        for debt, entries in told.items():
            client = rows[debt].client
            known = known_by(debt, currency, entries, on=on)
            books += moved(known, client)
            now = stood(known, TrustTerms(), on=on, delinquent_since=None)
            held[client] = held.get(client, 0) + now.received - now.refunded
    return reconciled(bank, books, held, on=on)


def _posted(connection: Connection, currency: str) -> Sequence[Row[Any, Any]]:
    posted = t.debts.c.debt.in_(select(t.ledger_entries.c.debt))
    query = select(t.debts.c.debt, t.debts.c.client).where(t.debts.c.currency == currency, posted)
    return connection.execute(query.order_by(t.debts.c.debt)).all()


def as_rows(found: Reconciled, *, on: date) -> Iterator[tuple[str, ...]]:
    """Headings, the three balances, what each client has, every difference; in units with two decimals."""
    yield ("day", "what", "name", "bank", "books", "clients")
    day, clients = on.isoformat(), sum(found.clients.values())
    yield (day, "balance", "", units(found.bank), units(found.books), units(clients))
    for name, cents in found.clients.items():
        yield (day, "client", name, "", "", units(cents))
    for each in found.differences:
        yield (day, each.what, each.reference, units(each.bank_cents), units(each.book_cents), "")
