"""What is written into an account's ledger: entries that never change, in integer cents with a currency.

An entry is told once and stands for good: what turns out wrong is undone by another entry that names it. So a
ledger is a set, and its sum does not depend on the order in which its entries came
(`dialer.casework.ledger`). An entry holds no words of anybody's: what it is about is said by closed sets, and
its reference finds the paper.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from compliance_gate.valid import Named, Words
from dialer.domain.errors import FairdialError, InvalidFactError
from dialer.domain.ids import DebtId
from dialer.domain.money import Money
from dialer.domain.transitions import Word
from dialer.domain.valid import valid


class EntryKind(Word):
    PRINCIPAL = "principal"
    INTEREST = "interest"
    FEE = "fee"
    COST = "cost"
    """Of a court, a process server: what was laid out and may be charged."""
    PAYMENT = "payment"
    ADJUSTMENT = "adjustment"
    """More or less is owed, for a reason that is no payment; the only amount that may be negative."""
    REVERSAL = "reversal"
    """The entry that it names is void, as if it had never been: a mistake of ours."""
    RETURNED = "returned"
    """The money of the payment that it names went back: no funds, a chargeback. It may be a part of it."""
    REFUND = "refund"
    """Money of an overpayment that we gave back."""


class Part(Word):
    """Of what a balance is made; payments are laid on these parts in an order of the client's."""

    PRINCIPAL = "principal"
    INTEREST = "interest"
    FEE = "fee"
    COST = "cost"


class PayMethod(Word):
    CARD = "card"
    BANK_DEBIT = "bank_debit"
    CHECK = "check"
    CASH = "cash"
    MONEY_ORDER = "money_order"
    WIRE = "wire"
    GARNISHMENT = "garnishment"
    UNKNOWN = "unknown"


class PaidTo(Word):
    """Who has the money: it decides about trust money and commission."""

    US = "us"
    CLIENT = "client"
    """Straight to the creditor. It lowers the balance and earns commission, and is no money of our trust."""


class Reason(Word):
    """Why an adjustment was made."""

    REFRESHED = "refreshed"
    """The client's file says another balance than the ledger, and the client owns the balance."""
    NOTED = "noted"
    """The same, where the client does not own it: of 0 cents, so that the difference is on record."""
    SETTLED = "settled"
    """What is forgiven with a settlement in full; it stands while the payment that it names does."""
    WRITTEN_OFF = "written_off"
    CORRECTED = "corrected"


class ConflictingEntryError(FairdialError):
    """Another entry has this key already. The sender's mistake: give each entry a key of its own, and the
    same entry the same key."""


_NO_WORDS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:#-]*")
_ALLOWED = "letters, digits and . _ / : # - without spaces"
_CARD = re.compile(
    r"4\d{12}(\d{3})?|(5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}|3[47]\d{13}"
    r"|(6011|65\d{2}|64[4-9]\d|35\d{2})\d{12}|3(0[0-5]|[68]\d)\d{11}"
)
"""As numbers of cards are issued (ISO/IEC 7812); with a right last digit it is one."""

SETTLED = ":settled"
"""Ends the key of what is forgiven with a payment, after the payment's own."""
_OURS = re.compile(rf"placed|untold|(step|refresh)-.*|.*{SETTLED}")

EntryKey = Annotated[str, Named()]
"""By which an entry is told from every other of its account: the payment processor's id, the file's line."""
Reference = Annotated[str, Words(most=64)]


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class LedgerEntry:
    """One line of an account's ledger.

    Args:
        key: within the account; the same key is the same entry, told again.
        amount: of 0 or more; an adjustment's may be negative (less is owed).
        effective_on: the day from which it counts, as the payer sees it.
        part: of what a charge by adjustment is; None = as the kind says, or as payments are laid on.
        of: key of the entry that it undoes, or hangs on.
        reference: what finds the paper: a check's number, a trace number. No words, no number of a card.
        clears_on: the day on which the funds are ours for good; None = they are.
    """

    key: EntryKey
    debt: DebtId
    kind: EntryKind
    amount: Money
    effective_on: date
    part: Part | None = None
    of: EntryKey | None = None
    reason: Reason | None = None
    method: PayMethod = PayMethod.UNKNOWN
    reference: Reference = ""
    paid_to: PaidTo = PaidTo.US
    clears_on: date | None = None

    def __post_init__(self) -> None:
        wrong = next((what for is_wrong, what in self._mistakes() if is_wrong), None)
        if wrong is not None:
            raise InvalidFactError(f"entry {self.key!r}: {wrong}")

    def _mistakes(self) -> tuple[tuple[bool, str], ...]:
        kind, names = self.kind, self.of is not None
        is_adjusted = kind is EntryKind.ADJUSTMENT
        undoes = kind in (EntryKind.REVERSAL, EntryKind.RETURNED)
        return (
            (self.amount.cents < 0 and not is_adjusted, "only an adjustment may be negative"),
            (undoes and not names, f"a {kind.value} names the entry that it undoes"),
            (names and not (undoes or is_adjusted), f"a {kind.value} names no other entry"),
            (self.of == self.key, "it names itself"),
            (
                (self.reason is not None) is not is_adjusted,
                "adjustments have a reason, others none",
            ),
            (self.part is not None and not is_adjusted, "only an adjustment names a part"),
            (not is_reference(self.key), f"a key is {_ALLOWED}"),
            (self.reference != "" and not is_reference(self.reference), f"a reference is {_ALLOWED}"),
            (
                is_card(self.key) or is_card(self.reference),
                "no card's number is kept: give its last four",
            ),
        )


def is_ours(key: str) -> bool:
    """Whether only the ledger itself gives such a key: whoever told one would stand in the way of its own."""
    return _OURS.fullmatch(key) is not None


def is_reference(text: str) -> bool:
    """Whether it may be a key or a reference: one word of a machine's, not a person's words."""
    return _NO_WORDS.fullmatch(text) is not None


def is_card(text: str) -> bool:
    """Whether it is the number of a payment card, which nobody here may keep (PCI DSS 3.2)."""
    digits = text.replace("-", "").replace(".", "")
    if _CARD.fullmatch(digits) is None:
        return False
    doubled = (int(d) * (1 + place % 2) for place, d in enumerate(reversed(digits)))
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0
