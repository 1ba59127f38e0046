"""A ledger: the entries of one account as a set, and what they come to.

Nothing here depends on the order in which entries came. Each entry's weight on the balance follows from the
set alone:

- A reversal makes the entry that it names void. A reversal is not itself reversed: post the entry anew.
- Returned money takes from its payment, at most as much as the payment brought.
- An adjustment that names an entry stands while that entry stands whole: what was forgiven for a payment is
  owed again when the payment comes back.
- What names an entry that is not there weighs nothing until it comes, and is told (`waiting`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from dialer.domain.errors import InvalidFactError
from dialer.domain.ids import DebtId
from dialer.domain.ledger import ConflictingEntryError, EntryKind, LedgerEntry, PaidTo
from dialer.domain.money import Money

_K = EntryKind

CHARGES = frozenset({_K.PRINCIPAL, _K.INTEREST, _K.FEE, _K.COST})
_AS_SAID = frozenset({*CHARGES, _K.REFUND, _K.ADJUSTMENT})

_RANK: Mapping[EntryKind, int] = {kind: place for place, kind in enumerate(EntryKind)}
"""Of the entries of one day, charges come before payments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """An entry, and by how many cents it changes what is owed (positive: more)."""

    entry: LedgerEntry
    cents: int


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """One account's. Make it with `ledger_of`; add to it with `with_entry`."""

    debt: DebtId
    currency: str
    entries: Mapping[str, LedgerEntry] = field(default_factory=dict[str, LedgerEntry])

    def with_entry(self, entry: LedgerEntry) -> "Ledger":
        """The ledger with one entry more; the same when it is there already.

        Raises:
            ConflictingEntryError: another entry has its key.
            InvalidFactError: it is of another account, or in another currency.
        """
        self.demand_fits(entry)
        if entry.key in self.entries:
            return self
        return replace(self, entries={**self.entries, entry.key: entry})

    def demand_fits(self, entry: LedgerEntry) -> None:
        """Raises as `with_entry` does."""
        if entry.debt != self.debt:
            raise InvalidFactError(f"entry {entry.key!r} is of {entry.debt}, not of {self.debt}")
        if entry.amount.currency != self.currency:
            raise InvalidFactError(
                f"entry {entry.key!r} is in {entry.amount.currency}, the account in {self.currency}: say "
                "what was taken in the account's currency"
            )
        known = self.entries.get(entry.key)
        if known is not None and known != entry:
            raise ConflictingEntryError(
                f"account {self.debt} has another entry {entry.key!r}: {known.kind.value} of {known.amount}, "
                f"effective {known.effective_on.isoformat()}; nothing was posted"
            )

    @cached_property
    def weighed(self) -> tuple[Weighed, ...]:
        """Every entry with its weight, by effective day, charges first, then by key."""
        return tuple(Weighed(entry=entry, cents=self._weight(entry)) for entry in self._in_order)

    @cached_property
    def waiting(self) -> tuple[LedgerEntry, ...]:
        """Entries that name one which is not there, or which cannot be undone so; sorted by key."""
        return tuple(e for _, e in sorted(self.entries.items()) if e.of is not None and not self._can_undo(e))

    @cached_property
    def _void(self) -> frozenset[str]:
        """Keys that a reversal names."""
        return frozenset(
            e.of
            for e in self.entries.values()
            if e.kind is _K.REVERSAL and e.of is not None and self._can_undo(e)
        )

    def balance(self, on: date | None = None) -> Money:
        """What is owed; negative: overpaid.

        Args:
            on: by what counts up to that day, it included; None = by everything.
        """
        counted = (w.cents for w in self.weighed if on is None or w.entry.effective_on <= on)
        return Money(cents=sum(counted), currency=self.currency)

    def is_void(self, key: str) -> bool:
        """Whether an entry was reversed."""
        return key in self._void

    def collected(self, key: str) -> int:
        """Cents that a payment brought and that stayed; 0 for what is void, or no payment."""
        entry = self.entries.get(key)
        if entry is None or entry.kind is not _K.PAYMENT or key in self._void:
            return 0
        return entry.amount.cents - self._gone_back.get(key, 0)

    def paid(self) -> Iterator[tuple[LedgerEntry, int]]:
        """Every payment that is not void, with the cents that stayed, by effective day."""
        for each in self.weighed:
            if each.entry.kind is _K.PAYMENT and each.entry.key not in self._void:
                yield each.entry, self.collected(each.entry.key)

    def overpaid(self) -> Money:
        """What is to be given back; 0 when nothing is."""
        return Money(cents=max(0, -self.balance().cents), currency=self.currency)

    def uncleared(self, on: date) -> Money:
        """Of the money that we hold, what may still go back, as of a day."""
        held = (
            cents
            for entry, cents in self.paid()
            if entry.paid_to is PaidTo.US and entry.clears_on is not None and entry.clears_on > on
        )
        return Money(cents=sum(held), currency=self.currency)

    def _weight(self, entry: LedgerEntry) -> int:
        if entry.key in self._void or not self._stands_with_other(entry):
            return 0
        if entry.kind is _K.PAYMENT:
            return -entry.amount.cents
        if entry.kind is _K.RETURNED:
            return self._returns.get(entry.key, 0)
        return entry.amount.cents if entry.kind in _AS_SAID else 0

    def _stands_with_other(self, entry: LedgerEntry) -> bool:
        """Whether an adjustment's own condition holds; others have none."""
        if entry.kind is not _K.ADJUSTMENT or entry.of is None:
            return True
        return entry.of in self.entries and entry.of not in self._void and not self._gone_back.get(entry.of)

    @cached_property
    def _returns(self) -> Mapping[str, int]:
        """What each return takes, by its key: together never more than its payment brought, the earliest
        first."""
        found: dict[str, int] = {}
        left: dict[str, int] = {}
        for entry in self._in_order:
            if entry.kind is not _K.RETURNED or entry.of is None or entry.key in self._void:
                continue
            payment = self.entries.get(entry.of)
            if payment is None or payment.kind is not _K.PAYMENT or payment.key in self._void:
                continue
            rest = left.setdefault(payment.key, payment.amount.cents)
            found[entry.key] = min(rest, entry.amount.cents)
            left[payment.key] = rest - found[entry.key]
        return found

    @cached_property
    def _gone_back(self) -> Mapping[str, int]:
        """Cents that went back, by key of the payment."""
        sums: dict[str, int] = {}
        for key, cents in self._returns.items():
            payment = self.entries[key].of
            assert payment is not None, "a return names its payment"
            sums[payment] = sums.get(payment, 0) + cents
        return sums

    @cached_property
    def _in_order(self) -> tuple[LedgerEntry, ...]:
        return tuple(sorted(self.entries.values(), key=lambda e: (e.effective_on, _RANK[e.kind], e.key)))

    def _can_undo(self, entry: LedgerEntry) -> bool:
        named = None if entry.of is None else self.entries.get(entry.of)
        if named is None:
            return False
        if entry.kind is _K.REVERSAL:
            return named.kind is not _K.REVERSAL
        return entry.kind is not _K.RETURNED or named.kind is _K.PAYMENT


def ledger_of(debt: DebtId, currency: str, entries: Iterable[LedgerEntry]) -> Ledger:
    """The ledger of these entries, in whatever order they come.

    Raises:
        ConflictingEntryError, InvalidFactError: as `Ledger.with_entry`.
    """
    kept: dict[str, LedgerEntry] = {}
    made = Ledger(debt=debt, currency=currency, entries=kept)
    for entry in entries:
        made.demand_fits(entry)
        kept[entry.key] = entry
    return made
