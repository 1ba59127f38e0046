"""What an event means to a ledger: the one place, for live floors, rehearsals and files alike."""

from dataclasses import replace

from compliance_gate.valid import FIRST
from dialer.casework.ledger.book import Ledger
from dialer.domain.ids import DebtId
from dialer.domain.ledger import SETTLED, EntryKind, LedgerEntry, Reason
from dialer.domain.ledger_events import EntryPosted, PaymentReceived
from dialer.domain.money import Money
from dialer.domain.record import instant

PAID_IN_FULL = "paid"
"""Source of the hold on an account of which nothing is owed any more, by its ledger or by whoever says so."""

SETTLED_STATE = "settled"
"""State of such an account."""

UNTOLD = "untold"
"""Key of a payment that was told without one, until its step in the journal gives it one."""


def entry_told(event: PaymentReceived | EntryPosted, *, sequence: int, now: float) -> LedgerEntry:
    """The entry that an event posts.

    Args:
        sequence: of its step in the journal.
        now: POSIX seconds at which it was told; the day of what has none of its own, in UTC.
    """
    if isinstance(event, EntryPosted):
        return event.entry
    return event.entry(key=f"step-{sequence}", effective_on=instant(now).date())


def debt_told(event: PaymentReceived | EntryPosted) -> DebtId:
    """The account that an event is about."""
    return event.entry.debt if isinstance(event, EntryPosted) else event.debt


def forgiven(ledger: Ledger, payment: LedgerEntry) -> LedgerEntry | None:
    """The adjustment for a payment that settles an account in full; None when nothing is left to forgive."""
    left = ledger.balance().cents
    if left <= 0:
        return None
    return LedgerEntry(
        key=f"{payment.key}{SETTLED}",
        debt=ledger.debt,
        kind=EntryKind.ADJUSTMENT,
        amount=Money(cents=-left, currency=ledger.currency),
        effective_on=payment.effective_on,
        of=payment.key,
        reason=Reason.SETTLED,
    )


def fitted(ledger: Ledger, event: PaymentReceived | EntryPosted) -> PaymentReceived | EntryPosted | None:
    """The event with what the ledger says of it: whether it ends the account, or opens it again; None where
    it was posted already.

    Raises:
        ConflictingEntryError, InvalidFactError: as `Ledger.with_entry`.
    """
    entry = event.entry if isinstance(event, EntryPosted) else event.entry(key=UNTOLD, effective_on=FIRST)
    if entry.key in ledger.entries:
        ledger.demand_fits(_as_posted(ledger.entries[entry.key], entry, event))
        return None
    before, after = ledger.balance().cents, ledger.with_entry(entry).balance().cents
    if isinstance(event, EntryPosted):
        return replace(event, reopens=before <= 0 < after)
    return replace(event, settles=event.settles or after <= 0)


def _as_posted(known: LedgerEntry, entry: LedgerEntry, event: PaymentReceived | EntryPosted) -> LedgerEntry:
    """The entry as it would be posted: one that was told without a day is of the day of its first telling."""
    is_dated = isinstance(event, EntryPosted) or event.effective_on is not None
    return entry if is_dated else replace(entry, effective_on=known.effective_on)
