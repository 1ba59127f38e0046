"""The accounts of a client's pack: their rows, what is not as the client wants, and the sums of both.

To nearly all accounts of a large client nothing was posted and nothing was promised, and thousands of them
are alike but for their names and how much is owed: of one file, in one state, called as often on the same
days. One of those alike is reckoned for all: its cells are written once and stand in the row of each, and the
measures are asked once, of one row of all their amounts. What is more than that of an account is reckoned
for it alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from dialer.domain.work_standard import WorkStandard
from dialer.inquiry.account_days import AccountRow, Kind, Read
from dialer.measures.accounts import AGING, COLLECTED, INVENTORY, AccountSeen
from dialer.measures.stairs import Stairs
from dialer.measures.summed import Tally
from dialer.measures.worked import WorkException, exceptions_of
from dialer.results.pack import Amount, Cell, Piece, Sheet

ACCOUNTS = (
    "account",
    "client_account",
    "campaigns",
    "place",
    "currency",
    "state",
    "placed_on",
    "placed",
    "owed",
    "days_past_due",
    "attempts",
    "right_party_contacts",
    "attempts_in_month",
    "attempts_on_day",
    "first_attempt_on",
    "last_attempt_on",
    "days_unworked",
    "collected",
    "collected_in_month",
    "collected_on_day",
    "arranged",
)
EXCEPTIONS = ("account", "client_account", "standard", "wanted", "found", "placed_on", "last_attempt_on")
_PLACED = ACCOUNTS.index("placed")

MOST_KINDS = 20_000
"""Kinds of accounts in memory; when there are more, all are summed and begun anew."""


@dataclass(slots=True)
class _Alike:
    """Accounts of one kind so far. `of`: one of them, with the pieces of its rows that are everybody's."""

    of: AccountSeen
    middle: Piece
    end: Piece
    exceptions: Sequence[tuple[str, Piece]]
    count: int = 0
    cents: int = 0


@dataclass(slots=True, kw_only=True)
class PackedAccounts:
    """Accounts that are being written, with their sums.

    Args:
        sheet, exceptions_sheet: where their rows are written.
        work: how the client wants them worked.
        named: the client's names of accounts on which something was collected, by ours.
    """

    sheet: Sheet
    exceptions_sheet: Sheet
    work: WorkStandard
    sums: Tally[AccountSeen] = field(
        default_factory=lambda: Tally[AccountSeen](measures=(*INVENTORY, *COLLECTED, *AGING))
    )
    exceptions: dict[str, int] = field(default_factory=dict[str, int])
    stairs: Stairs = field(default_factory=Stairs)
    named: dict[str, str] = field(default_factory=dict[str, str])
    _alike: dict[Kind, _Alike | None] = field(default_factory=dict[Kind, _Alike | None])
    """None = not placed yet."""

    def add(self, row: AccountSeen) -> None:
        """Write one account."""
        self.sheet.add(_cells(row))
        self.sums.add(row)
        self.stairs.add(row)
        if row.collected:
            self.named[row.account] = row.client_account
        for found in exceptions_of(row, self.work):
            self.exceptions_sheet.add((row.account, row.client_account or None, *_exception(row, found)))
            self.exceptions[found.standard] = self.exceptions.get(found.standard, 0) + 1

    def add_plain(self, read: Read, row: AccountRow) -> None:
        """Write one account to which nothing was posted, and for which nothing was promised."""
        kind = read.kind_of(row)
        alike = self._alike[kind] if kind in self._alike else self._begun(read, row, kind)
        if alike is None:
            return
        cents, name = row.balance_cents, read.names.get(row.debt) or None
        alike.count += 1
        alike.cents += cents
        sheet = self.sheet
        amount = sheet.amount(cents)
        sheet.add_pieces(sheet.text(row.debt), sheet.text(name), alike.middle, amount, amount, alike.end)
        for _, end in alike.exceptions:
            sheet = self.exceptions_sheet
            sheet.add_pieces(sheet.text(row.debt), sheet.text(name), end)

    def _begun(self, read: Read, row: AccountRow, kind: Kind) -> _Alike | None:
        if len(self._alike) >= MOST_KINDS:
            self.sum_up()
        alike = None
        for seen in read.seen(row).accounts:
            cells = _cells(seen)
            alike = _Alike(
                of=seen,
                middle=self.sheet.piece(cells[2:_PLACED]),
                end=self.sheet.piece(cells[_PLACED + 2 :]),
                exceptions=[
                    (found.standard, self.exceptions_sheet.piece(_exception(seen, found)))
                    for found in exceptions_of(seen, self.work)
                ],
            )
        self._alike[kind] = alike
        return alike

    def sum_up(self) -> None:
        """Bring those that are alike into the sums. Before this the sums have not all."""
        for alike in self._alike.values():
            if alike is None:
                continue
            count, cents = alike.count, alike.cents
            before = None if alike.of.before_cents is None else cents
            together = replace(alike.of, placed_cents=cents, before_cents=before, owed_cents=cents)
            self.sums.add_alike(together, count)
            self.stairs.add(together, count)
            for standard, _ in alike.exceptions:
                self.exceptions[standard] = self.exceptions.get(standard, 0) + count
        self._alike.clear()


def _cells(row: AccountSeen) -> tuple[Cell, ...]:
    return (
        row.account,
        row.client_account or None,
        ";".join(row.campaigns),
        row.place or None,
        row.currency,
        row.state,
        row.placed_on,
        None if row.placed_cents is None else Amount(row.placed_cents),
        Amount(row.owed_cents),
        row.days_past_due,
        row.attempts,
        row.right_party,
        row.attempts_in_month,
        row.attempts_in_stretch,
        row.first_attempt_on,
        row.last_attempt_on,
        row.days_unworked,
        Amount(row.collected_cents),
        Amount(row.collected_in_month),
        Amount(row.collected_in_stretch),
        "yes" if row.is_arranged else "no",
    )


def _exception(row: AccountSeen, found: WorkException) -> tuple[Cell, ...]:
    return (found.standard, found.wanted, found.found, row.placed_on, row.last_attempt_on)
