"""The three ways in which the trust account must come to the same: the bank, the books, the clients.

The bank says what lies there; the books, entry by entry, what must have come and gone; the clients' accounts
what we hold for each. The last two are added up by different ways, so that a mistake in one shows. Between
bank and books there is only what is under way: an entry of which the bank has nothing yet, and a line of the
bank of which the books know nothing. Both are matched by their reference, all of one reference together, as a
batch of checks is one line of the bank.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from dialer.casework.ledger.book import Ledger
from dialer.domain.ledger import EntryKind, LedgerEntry, PaidTo

REMITTED = "remit:"
"""Begins the reference of what was handed over to a client, or taken as commission of its money."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BankLine:
    """One line of the bank, in cents; what went out is negative. `remit:CLIENT` = it was handed over."""

    on: date
    cents: int
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What an entry moved in the trust account, in cents; what went out is negative."""

    client: str
    cents: int
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """All of one reference, where it does not come to the same."""

    reference: str
    bank_cents: int
    book_cents: int

    @property
    def what(self) -> str:
        """In a word: `under way`, `not in the books`, or `differs`."""
        if self.bank_cents == 0:
            return "under way"
        return "not in the books" if self.book_cents == 0 else "differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """The trust account by the end of a day, in cents.

    Args:
        bank: by its lines. books: by the entries, less what was handed over. clients: what we hold for each.
        differences: between bank and books, by reference; their sum is `books - bank`.
    """

    bank: int
    books: int
    clients: Mapping[str, int]
    differences: tuple[Difference, ...]

    @property
    def is_even(self) -> bool:
        """Books and clients come to the same, and nothing is between them and the bank."""
        return self.books == sum(self.clients.values()) == self.bank and not self.differences


def moved(ledger: Ledger, client: str) -> Iterator[Moved]:
    """What each entry of an account moved; one that is void, or is no money of ours, moved nothing."""
    for each in ledger.weighed:
        if each.cents and _is_ours(each.entry, ledger):
            yield Moved(client=client, cents=-each.cents, reference=each.entry.reference)


def _is_ours(entry: LedgerEntry, ledger: Ledger) -> bool:
    if entry.kind is EntryKind.RETURNED:
        paid = None if entry.of is None else ledger.entries.get(entry.of)
        return paid is not None and paid.paid_to is PaidTo.US
    is_paid_here = entry.kind is EntryKind.PAYMENT and entry.paid_to is PaidTo.US
    return is_paid_here or entry.kind is EntryKind.REFUND


def reconciled(
    bank: Iterable[BankLine], books: Iterable[Moved], held: Mapping[str, int], *, on: date
) -> Reconciled:
    """The three by the end of a day.

    Args:
        books: what was known by then.
        held: by client, what came for it and stayed, less refunds, by its accounts.
    """
    lines = [line for line in bank if line.on <= on]
    out: defaultdict[str, int] = defaultdict(int)
    in_bank: defaultdict[str, int] = defaultdict(int)
    for line in lines:
        if line.reference.startswith(REMITTED):
            out[line.reference.removeprefix(REMITTED)] += line.cents
        else:
            in_bank[line.reference] += line.cents
    in_books: defaultdict[str, int] = defaultdict(int)
    for each in books:
        in_books[each.reference] += each.cents
    found = (
        Difference(reference=name, bank_cents=in_bank[name], book_cents=in_books[name])
        for name in sorted({*in_bank, *in_books})
    )
    return Reconciled(
        bank=sum(line.cents for line in lines),
        books=sum(in_books.values()) + sum(out.values()),
        clients={name: held.get(name, 0) + out[name] for name in sorted({*held, *out})},
        differences=tuple(each for each in found if each.bank_cents != each.book_cents),
    )
