"""What a client gets for a stretch of days, out of a store's ledgers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from dialer.casework.ledger.remittance import LedgerByDay, Remittance, Stood, TrustTerms, remittance, stood
from dialer.domain.errors import MendableError
from dialer.domain.ids import DebtId
from dialer.domain.keys import folded
from dialer.domain.money import units
from dialer.floor.client_terms import client_contracts
from dialer.inquiry.errors import NotThereError
from dialer.storage import ledgers
from dialer.storage.database import tables as t
from dialer.storage.person_files import chunks
from dialer.storage.store import Store

HEADING = (
    "client",
    "account",
    "currency",
    "from",
    "to",
    "collected",
    "direct",
    "commission",
    "to_client",
    "invoiced",
    "held",
    "overpaid",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remitted:
    """A client's remittance of one currency. Days are those on which something was told (UTC)."""

    client: str
    currency: str
    since: str
    until: str
    remits: str
    money: Remittance


def remitted(store: Store, client: str, *, since: date, until: date) -> tuple[Remitted, ...]:
    """One for each currency of the client's accounts to which something was posted.

    Args:
        client: in any case.
        since, until: first and last day.

    Raises:
        NotThereError: nobody placed accounts under the name.
        MendableError: within the days the client's contract changed from net to gross, or back.
    """
    known = client_named(store, client)
    remitting = Remitting.begun(known, client_contracts().of(known).trust, since=since, until=until)
    rows = {str(row.debt): row for row in store.read(lambda connection: _moved(connection, known))}
    for some in chunks(list(rows)):
        told = store.read(lambda connection, some=some: ledgers.told_entries(connection, some))
        for debt, entries in told.items():
            row = rows[debt]
            remitting.add(LedgerByDay(debt, row.currency, entries), row.delinquent_since)
    return remitting.told()


@dataclass(slots=True, kw_only=True)
class Remitting:
    """A client's remittance, account by account."""

    client: str
    terms: TrustTerms
    since: date
    until: date
    _stretches: dict[str, dict[DebtId, tuple[Stood, Stood]]] = field(
        default_factory=dict[str, dict[DebtId, tuple[Stood, Stood]]]
    )

    @classmethod
    def begun(cls, client: str, terms: TrustTerms, *, since: date, until: date) -> "Remitting":
        """Of no account yet.

        Raises:
            MendableError: within the days the client's contract changes from net to gross, or back.
        """
        remits = terms.on(until).remits
        if terms.on(since).remits is not remits:
            day = terms.changes_on(since, until)
            raise MendableError(
                f"client {client} is remitted {remits.value} from {day.isoformat()} on, and otherwise before",
                where=f"{since.isoformat()} to {until.isoformat()}",
                mend=f"ask for the days before {day.isoformat()} and for those from it on, each apart.",
            )
        return cls(client=client, terms=terms, since=since, until=until)

    def add(self, ledger: LedgerByDay, delinquent_since: str | None) -> None:
        """An account to which something was posted, on the day before the first, and on the last."""
        age = None if delinquent_since is None else date.fromisoformat(delinquent_since)
        before, after = (
            stood(ledger.by(on), self.terms, on=on, delinquent_since=age)
            for on in (self.since - timedelta(days=1), self.until)
        )
        self._stretches.setdefault(ledger.currency, {})[ledger.debt] = (before, after)

    def told(self) -> tuple[Remitted, ...]:
        """One for each currency."""
        remits = self.terms.on(self.until).remits
        return tuple(
            Remitted(
                client=self.client,
                currency=currency,
                since=self.since.isoformat(),
                until=self.until.isoformat(),
                remits=remits.value,
                money=remittance(stretch, remits),
            )
            for currency, stretch in sorted(self._stretches.items())
        )


def client_named(store: Store, named: str) -> str:
    """A client's name as it is on file, from any case of it. Raises NotThereError."""
    names = sorted(store.read(lambda connection: list(connection.scalars(select(t.clients.c.client)))))
    found = next((name for name in names if folded(name) == folded(named)), None)
    if found is None:
        mend = f"there is {', '.join(names)}." if names else "nothing was placed yet."
        raise NotThereError(f"no client is called {named!r}", where="this store", mend=mend)
    return found


def _moved(connection: Connection, client: str) -> Sequence[Row[Any, Any, Any]]:
    columns = (t.debts.c.debt, t.debts.c.currency, t.debts.c.delinquent_since)
    posted = t.debts.c.debt.in_(select(t.ledger_entries.c.debt))
    query = select(*columns).where(t.debts.c.client == client, posted).order_by(t.debts.c.debt)
    return connection.execute(query).all()


def as_rows(told: tuple[Remitted, ...]) -> Iterator[tuple[str, ...]]:
    """Headings, a row for each account on which something changed, and one for all of a currency; amounts in
    units with two decimals."""
    yield HEADING
    for each in told:
        where, money = (each.currency, each.since, each.until), each.money
        for line in money.lines:
            cents = (line.collected, line.direct, line.commission)
            yield (each.client, line.debt, *where, *map(units, cents), "", "", "", "")
        sums = (money.collected, money.direct, money.commission, money.to_client, money.invoiced)
        yield (each.client, "all", *where, *map(units, (*sums, money.held, money.overpaid)))
