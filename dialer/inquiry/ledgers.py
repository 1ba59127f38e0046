"""An account's ledger as people read it, and what is told of one that a floor is to post."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from dialer.casework.ledger.allocation import composition
from dialer.casework.ledger.book import Ledger, Weighed
from dialer.casework.ledger.posting import debt_told, fitted
from dialer.casework.ledger.terms import ClientTerms
from dialer.casework.offers import Offers, offers
from dialer.casework.promises import Paid, judged
from dialer.domain.ids import DebtId
from dialer.domain.ledger import LedgerEntry
from dialer.domain.ledger_events import EntryPosted, PaymentReceived
from dialer.domain.record import instant
from dialer.floor.client_terms import client_contracts
from dialer.floor.whom import debt_ids
from dialer.inquiry.errors import NotThereError
from dialer.storage import ledgers, places
from dialer.storage.database import tables as t
from dialer.storage.ledgers import PromiseMade
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
class PromiseTold:
    """A promise that was made for the account, and what came of it.

    Args:
        contact: the call in which it was made.
        cents: promised; None = nobody named an amount.
        due_on: '' = no day was named; `last_day`: on which money for it still counts.
        state: open, kept, broken, cancelled; '' = not known, its days are over and no amount was named.
        paid_cents: that came for it in its days.
    """

    contact: str
    person: str
    kind: str
    made_on: str
    cents: int | None
    due_on: str
    last_day: str
    state: str
    paid_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OffersTold:
    """What may be offered: `settles_from_cents` None = nothing less than is owed; `rule`: by which row of the
    client's table; `most_parts`: of a plan, 1 = no plans."""

    settles_from_cents: int | None
    settled_by: str
    rule: str
    most_parts: int


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
        promises: in the order in which they were made, as of the day that was asked for.
        offers: what may be offered on that day, by the client's terms.
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
    promises: tuple[PromiseTold, ...]
    offers: OffersTold


def account_ledger(store: Store, debt: str, *, at: float) -> AccountLedger:
    """What is owed on an account, and how it came to be.

    Args:
        at: POSIX seconds: as of whose day funds have cleared.

    Raises:
        NotThereError: nobody knows the account.
    """
    known = _known(store, debt)
    made = store.read(lambda connection: ledgers.promises_for(connection, debt))
    return _told(known, client_contracts().of(known.client), made, at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """An account as the store has it."""

    ledger: Ledger
    client: str
    state: str
    delinquent_since: date | None


def _told(known: _Known, terms: ClientTerms, promises: Sequence[PromiseMade], *, at: float) -> AccountLedger:
    ledger, on = known.ledger, instant(at).date()
    may = _offers(known, terms, on=on)
    made = composition(ledger, terms.allocation)
    return AccountLedger(
        debt=ledger.debt,
        client=terms.client,
        state=known.state,
        currency=ledger.currency,
        owner=terms.balance_owner.value,
        balance_cents=ledger.balance().cents,
        parts={part.value: cents for part, cents in made.parts.items()},
        credit_cents=made.credit,
        uncleared_cents=ledger.uncleared(on).cents,
        entries=tuple(map(_entry_told, ledger.weighed)),
        waiting=tuple(entry.key for entry in ledger.waiting),
        promises=_promises_told(ledger, terms, promises, on=on),
        offers=OffersTold(
            settles_from_cents=may.settles_from,
            settled_by="" if may.settled_by is None else may.settled_by.isoformat(),
            rule=may.rule,
            most_parts=may.most_parts,
        ),
    )


def _promises_told(
    ledger: Ledger, terms: ClientTerms, made: Sequence[PromiseMade], *, on: date
) -> tuple[PromiseTold, ...]:
    paid = [Paid(key=entry.key, on=entry.effective_on, cents=cents) for entry, cents in ledger.paid()]
    found = judged([each.promised for each in made], paid, terms.kept_when, on=on)
    return tuple(
        PromiseTold(
            contact=each.contact,
            person=each.person,
            kind=each.promised.kind.value,
            made_on=each.promised.made_on.isoformat(),
            cents=each.cents,
            due_on="" if part.due_on is None else part.due_on.isoformat(),
            last_day="" if came.last_day is None else came.last_day.isoformat(),
            state="" if came.state is None else came.state.value,
            paid_cents=came.paid_cents,
        )
        for each, came in zip(made, found, strict=True)
        for part in each.promised.parts
    )


def offered_on(store: Store, debt: str, *, at: float) -> tuple[Offers, str]:
    """What may be offered on an account as of the day of `at` (POSIX seconds, UTC), and its currency.

    Raises:
        NotThereError: nobody knows the account.
    """
    known = _known(store, debt)
    return _offers(known, client_contracts().of(known.client), on=instant(at).date()), known.ledger.currency


def _offers(known: _Known, terms: ClientTerms, *, on: date) -> Offers:
    owed = known.ledger.balance().cents
    return offers(owed, terms.offers, on=on, delinquent_since=known.delinquent_since)


def event_to_tell(store: Store, event: PaymentReceived | EntryPosted) -> PaymentReceived | EntryPosted | None:
    """What a floor is to be told of an entry, as the ledger stands; None = it was posted already.

    Raises:
        NotThereError: nobody knows the account.
        ConflictingEntryError, InvalidFactError: it cannot be posted.
    """
    return fitted(_known(store, debt_told(event)).ledger, event)


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


def _known(store: Store, debt: str) -> _Known:
    columns = (t.debts.c.client, t.debts.c.state, t.debts.c.delinquent_since)
    query = select(*columns).where(t.debts.c.debt == debt)
    row = store.read(lambda connection: connection.execute(query).one_or_none())
    found = store.read(lambda connection: ledgers.ledger_at(connection, debt))
    if row is None or found is None:
        raise _not_there(debt)
    since = row.delinquent_since
    return _Known(
        ledger=found,
        client=row.client,
        state=row.state,
        delinquent_since=None if since is None else date.fromisoformat(since),
    )


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
