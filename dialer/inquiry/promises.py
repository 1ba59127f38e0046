"""Promises of a store by what came of them, each with the money that came and what is owed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection, select

from dialer.casework.ledger.terms import Contracts
from dialer.casework.promises import Judged, Paid, PromiseState, judged
from dialer.domain.ids import DebtId
from dialer.domain.keys import folded
from dialer.domain.money import units
from dialer.domain.record import instant
from dialer.floor.client_terms import client_contracts
from dialer.storage import ledgers
from dialer.storage.database import tables as t
from dialer.storage.identities import identities_of
from dialer.storage.ledgers import PromiseMade
from dialer.storage.person_files import chunks
from dialer.storage.store import Store

MOST_SHOWN = 10_000
"""Of one answer; the earliest are in it, and it says that there are more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseSeen:
    """One promise, and what came of it.

    Args:
        name: of the person; '' = they were erased, or nobody looked (a sheet has ids alone).
        contact: the call in which it was made.
        cents: promised in all; None = nobody named an amount. `paid_cents`: that came for it in its days.
        due_on: of its last part, '' = no day was named; `last_day`: on which money for that still counts.
        parts: into which it was divided.
        balance_cents: owed on the account as of now.
    """

    client: str
    debt: str
    person: str
    contact: str
    kind: str
    state: str
    made_on: str
    due_on: str
    last_day: str
    parts: int
    cents: int | None
    paid_cents: int
    balance_cents: int
    currency: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromisesSeen:
    """Those of a state, by the last day on which their money counted. `is_cut`: there are more."""

    promises: tuple[PromiseSeen, ...]
    is_cut: bool


def promises_seen(
    store: Store,
    state: PromiseState,
    *,
    at: float,
    client: str | None = None,
    limit: int = MOST_SHOWN,
    may_see: Callable[[str], bool] = lambda _: True,
    is_named: bool = False,
) -> PromisesSeen:
    """Promises of one account each, as of the day of `at` (POSIX seconds, UTC).

    Args:
        client: of this one alone, in any case; None = of all.
        limit: how many are shown at most.
        may_see: whether whoever asks may see a client's.
        is_named: with the persons' names, for somebody whose looks are written down.
    """
    contracts, on = client_contracts(), instant(at).date()
    found: list[PromiseSeen] = []
    for accounts in chunks(sorted(set(store.read(ledgers.promised_accounts)))):
        seen = store.read(lambda connection, some=accounts: _seen(connection, some, contracts, on))
        found += [
            each
            for each in seen
            if each.state == state.value
            and (client is None or folded(each.client) == folded(client))
            and may_see(each.client)
        ]
    found.sort(key=lambda each: (each.last_day or "9999", each.debt, each.contact))
    shown = tuple(found[:limit])
    return PromisesSeen(promises=_with_names(store, shown) if is_named else shown, is_cut=len(found) > limit)


def _with_names(store: Store, found: Sequence[PromiseSeen]) -> tuple[PromiseSeen, ...]:
    """Of those that are shown alone: whoever's name is opened is looked at."""
    names: dict[str, str] = {}
    for people in chunks(sorted({each.person for each in found})):
        known = store.read(lambda connection, some=people: identities_of(connection, store.keyring, some))
        names |= {person: identity.name for person, identity in known.items()}
    return tuple(replace(each, name=names.get(each.person, "")) for each in found)


def _seen(
    connection: Connection, accounts: Sequence[str], contracts: Contracts, on: date
) -> list[PromiseSeen]:
    query = select(t.debts.c.debt, t.debts.c.client).where(t.debts.c.debt.in_(accounts))
    clients = {row.debt: row.client for row in connection.execute(query)}
    known = ledgers.ledgers_of(connection, clients)
    made = ledgers.promises_of(connection, clients)
    found: list[PromiseSeen] = []
    for debt, client in sorted(clients.items()):
        ledger = known[DebtId(debt)]
        paid = [Paid(key=entry.key, on=entry.effective_on, cents=cents) for entry, cents in ledger.paid()]
        promised = made.get(debt, ())
        came = judged([each.promised for each in promised], paid, contracts.of(client).kept_when, on=on)
        for promise, judgement in zip(promised, came, strict=True):
            balance = ledger.balance()
            found.append(_one(client, debt, promise, judgement, balance.cents, balance.currency))
    return found


def _one(
    client: str, debt: str, made: PromiseMade, came: Judged, balance_cents: int, currency: str
) -> PromiseSeen:
    due = [part.due_on for part in made.promised.parts if part.due_on is not None]
    return PromiseSeen(
        client=client,
        debt=debt,
        person=made.person,
        contact=made.contact,
        kind=made.promised.kind.value,
        state="" if came.state is None else came.state.value,
        made_on=made.promised.made_on.isoformat(),
        due_on=max(due).isoformat() if due else "",
        last_day="" if came.last_day is None else came.last_day.isoformat(),
        parts=len(made.promised.parts),
        cents=made.cents,
        paid_cents=came.paid_cents,
        balance_cents=balance_cents,
        currency=currency,
    )


def as_rows(seen: PromisesSeen) -> Iterator[tuple[str, ...]]:
    """Headings, then a row each, for a sheet; amounts in units with two decimals."""
    yield (
        "client",
        "account",
        "person",
        "contact",
        "kind",
        "state",
        "made_on",
        "due_on",
        "last_day",
        "parts",
        "promised",
        "paid",
        "owed",
        "currency",
    )
    for each in seen.promises:
        yield (
            each.client,
            each.debt,
            each.person,
            each.contact,
            each.kind,
            each.state,
            each.made_on,
            each.due_on,
            each.last_day,
            str(each.parts),
            "" if each.cents is None else units(each.cents),
            units(each.paid_cents),
            units(each.balance_cents),
            each.currency,
        )
