"""Events that post to an account's ledger: money that came in, and every other entry.

What they mean to the ledger is in one place, `dialer.casework.ledger.posting`.
"""

from dataclasses import dataclass
from datetime import date

from compliance_gate.valid import FIRST, MOST_OF_A_NAME
from dialer.domain.errors import InvalidFactError
from dialer.domain.ids import DebtId
from dialer.domain.ledger import (
    SETTLED,
    EntryKey,
    EntryKind,
    LedgerEntry,
    PaidTo,
    PayMethod,
    Reference,
    is_ours,
)
from dialer.domain.money import Money
from dialer.domain.valid import valid

MOST_OF_A_KEY = MOST_OF_A_NAME - len(SETTLED)
"""Characters of a payment's key: what is forgiven with it has a key that is longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class PaymentReceived:
    """Money came in. `settles`: nothing is owed any more, the account closes; what the payment does not cover
    is forgiven for as long as it stands.

    Args:
        key: of the entry; None = whoever tells of it has none, and its step in the journal is its key.
        effective_on: None = the day on which it is told.
        others: see `dialer.domain.ledger.LedgerEntry`.
    """

    debt: DebtId
    amount: Money
    settles: bool
    key: EntryKey | None = None
    effective_on: date | None = None
    method: PayMethod = PayMethod.UNKNOWN
    reference: Reference = ""
    paid_to: PaidTo = PaidTo.US
    clears_on: date | None = None

    def __post_init__(self) -> None:
        if self.key is not None:
            _demand_theirs(self.key)
            if len(self.key) > MOST_OF_A_KEY:
                raise InvalidFactError(
                    f"a payment's key has {MOST_OF_A_KEY} characters at most, and not {len(self.key)}"
                )
        self.entry(key="untold", effective_on=FIRST)

    def entry(self, *, key: str, effective_on: date) -> LedgerEntry:
        """The ledger's entry, with what was not told of it. Raises InvalidFactError: it makes no sense."""
        return LedgerEntry(
            key=self.key or key,
            debt=self.debt,
            kind=EntryKind.PAYMENT,
            amount=self.amount,
            effective_on=self.effective_on or effective_on,
            method=self.method,
            reference=self.reference,
            paid_to=self.paid_to,
            clears_on=self.clears_on,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class EntryPosted:
    """Something else was written into an account's ledger: a charge, an adjustment, money that went back.

    Args:
        reopens: an account that was settled owes again, and is called again.
    """

    entry: LedgerEntry
    reopens: bool = False

    def __post_init__(self) -> None:
        if self.entry.kind is EntryKind.PAYMENT:
            raise InvalidFactError("a payment is told by PaymentReceived")
        _demand_theirs(self.entry.key)


def _demand_theirs(key: str) -> None:
    if is_ours(key):
        raise InvalidFactError(f"entry {key!r}: such keys the ledger gives itself; give another")
