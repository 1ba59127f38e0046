"""An account's ledger as people read it, and what is told of one that a floor is to post."""

from dataclasses import dataclass

from sqlalchemy import select

from dialer.casework.ledger.allocation import composition
from dialer.casework.ledger.book import Ledger, Weighed
from dialer.casework.ledger.posting import debt_told, fitted
from dialer.casework.ledger.terms import ClientTerms
from dialer.domain.ids import DebtId
from dialer.domain.ledger import LedgerEntry
from dialer.domain.ledger_events import EntryPosted, PaymentReceived
from dialer.domain.record import instant
from dialer.floor.client_terms import client_contracts
from dialer.floor.whom import debt_ids
from dialer.inquiry.errors import NotThereError
from dialer.storage import ledgers, places
from dialer.storage.database import tables as t
from dialer.storage.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryTold:
    """One entry. `cents`: what it changes the balance by; `day`: from which it counts; the others as in
    `dialer.domain.ledger.LedgerEntry`, '' = not said."""

    day: str
    kind: str
    key: str
    cents: int
    said_cents: int
    part: str
    of: str
    reason: str
    method: str
    reference: str
    paid_to: str
    clears_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLedger:
    """One account's, in cents of its currency.

    Args:
        state: of the account: open, settled, recalled, suppressed.
        balance_cents: what is owed; negative = overpaid.
        parts: of what the balance is made, with what is overpaid as `credit`.
        uncleared_cents: of the money that we hold, what may still go back.
        entries: by the day from which they count.
        waiting: keys of entries that name one which is not there; they weigh nothing yet.
    """

    debt: str
    client: str
    state: str
    currency: str
    owner: str
    balance_cents: int
    parts: dict[str, int]
    credit_cents: int
    uncleared_cents: int
    entries: tuple[EntryTold, ...]
    waiting: tuple[str, ...]


def account_ledger(store: Store, debt: str, *, at: float) -> AccountLedger:
    """What is owed on an account, and how it came to be.

    Args:
        at: POSIX seconds: as of whose day funds have cleared.

    Raises:
        NotThereError: nobody knows the account.
    """
    ledger, client, state = _ledger(store, debt)
    return told(ledger, client_contracts().of(client), state=state, at=at)


def told(ledger: Ledger, terms: ClientTerms, *, state: str, at: float) -> AccountLedger:
    """The ledger in plain values."""
    made = composition(ledger, terms.allocation)
    return AccountLedger(
        debt=ledger.debt,
        client=terms.client,
        state=state,
        currency=ledger.currency,
        owner=terms.balance_owner.value,
        balance_cents=ledger.balance().cents,
        parts={part.value: cents for part, cents in made.parts.items()},
        credit_cents=made.credit,
        uncleared_cents=ledger.uncleared(instant(at).date()).cents,
        entries=tuple(map(_entry_told, ledger.weighed)),
        waiting=tuple(entry.key for entry in ledger.waiting),
    )


def event_to_tell(store: Store, event: PaymentReceived | EntryPosted) -> PaymentReceived | EntryPosted | None:
    """What a floor is to be told of an entry, as the ledger stands; None = it was posted already.

    Raises:
        NotThereError: nobody knows the account.
        ConflictingEntryError, InvalidFactError: it cannot be posted.
    """
    ledger, _client, _state = _ledger(store, debt_told(event))
    return fitted(ledger, event)


def post_beside(store: Store, event: PaymentReceived | EntryPosted, *, now: float) -> tuple[LedgerEntry, ...]:
    """Post where no floor is asked: a command's and a file's way. A floor that runs on the store is told of
    whom it concerns.

    Returns:
        what was posted; () = it was posted already.

    Raises:
        NotThereError, ConflictingEntryError, InvalidFactError: as `event_to_tell`.
    """
    wanted = event_to_tell(store, event)
    if wanted is None:
        return ()
    settling: tuple[str, ...] = ()
    if isinstance(wanted, EntryPosted):
        entry = wanted.entry
    else:
        entry = wanted.entry(key=f"told-{now:.3f}", effective_on=instant(now).date())
        settling = (entry.key,) if wanted.settles else ()
    return store.database.write(
        lambda connection: ledgers.post(connection, (entry,), now=now, settling=settling)
    )


def _ledger(store: Store, debt: str) -> tuple[Ledger, str, str]:
    query = select(t.debts.c.client, t.debts.c.state).where(t.debts.c.debt == debt)
    row = store.read(lambda connection: connection.execute(query).one_or_none())
    found = store.read(lambda connection: ledgers.ledger_at(connection, debt))
    if row is None or found is None:
        raise _not_there(debt)
    return found, row.client, row.state


def _entry_told(weighed: Weighed) -> EntryTold:
    entry = weighed.entry
    return EntryTold(
        day=entry.effective_on.isoformat(),
        kind=entry.kind.value,
        key=entry.key,
        cents=weighed.cents,
        said_cents=entry.amount.cents,
        part="" if entry.part is None else entry.part.value,
        of=entry.of or "",
        reason="" if entry.reason is None else entry.reason.value,
        method=entry.method.value,
        reference=entry.reference,
        paid_to=entry.paid_to.value,
        clears_on="" if entry.clears_on is None else entry.clears_on.isoformat(),
    )


def debt_named(store: Store, name: str) -> DebtId:
    """The account that a person names: by its id in any case, or CLIENT/ACCOUNT.

    Raises:
        NotThereError: there is none.
    """
    ids = debt_ids(name, store.identifiers)
    found = store.read(lambda connection: places.debt_on_file(connection, ids))
    if found is None:
        raise _not_there(name)
    return DebtId(found)


def _not_there(name: str) -> NotThereError:
    return NotThereError(
        f"no account is called {name!r}",
        where="this store",
        mend="name its id, or CLIENT/ACCOUNT as the client's file does.",
    )
