"""What becomes of a creditor's file that says another balance than the ledger: an adjustment that says so."""

from datetime import date

from dialer.casework.ledger.book import Ledger
from dialer.domain.ledger import EntryKind, LedgerEntry, Reason
from dialer.domain.money import Money
from dialer.domain.transitions import Word


class BalanceOwner(Word):
    """Whose word on a balance stands."""

    CLIENT = "client"
    """The creditor's files: a refresh that differs is booked."""
    SYSTEM_OF_RECORD = "system_of_record"
    """The agency's own collection system, through which the creditor's word comes likewise."""
    OURS = "ours"
    """This ledger: a refresh that differs is noted for the reconciliation and changes nothing."""


def opening(ledger: Ledger, said: Money, *, on: date, key: str) -> LedgerEntry:
    """The first entry of an account: what the creditor placed."""
    return LedgerEntry(key=key, debt=ledger.debt, kind=EntryKind.PRINCIPAL, amount=said, effective_on=on)


def refreshed(ledger: Ledger, said: Money, owner: BalanceOwner, *, on: date, key: str) -> LedgerEntry | None:
    """The entry for a file that says what is owed, None when it says what the ledger does.

    Args:
        on: the day of the file.
        key: of the entry: the same file told again is the same entry.
    """
    difference = said.cents - ledger.balance().cents
    if difference == 0 or key in ledger.entries:
        return None
    is_booked = owner is not BalanceOwner.OURS
    return LedgerEntry(
        key=key,
        debt=ledger.debt,
        kind=EntryKind.ADJUSTMENT,
        amount=Money(cents=difference if is_booked else 0, currency=said.currency),
        effective_on=on,
        reason=Reason.REFRESHED if is_booked else Reason.NOTED,
        reference=f"{said.cents}:{ledger.balance().cents}",
    )
