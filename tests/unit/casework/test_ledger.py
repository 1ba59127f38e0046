"""The ledger, to the cent: what each entry weighs, what undoes what, and what is refused."""

from datetime import date
from itertools import permutations
from typing import Any

import pytest

from dialer.casework.ledger.allocation import COSTS_FIRST, composition
from dialer.casework.ledger.book import Ledger, ledger_of
from dialer.casework.ledger.refresh import BalanceOwner, opening, refreshed
from dialer.domain.errors import InvalidFactError
from dialer.domain.ids import DebtId
from dialer.domain.ledger import ConflictingEntryError, EntryKind, LedgerEntry, PaidTo, Part, Reason
from dialer.domain.money import Money

DEBT = DebtId("d")
DAY = date(2026, 11, 2)
K = EntryKind


def entry(key: str, kind: EntryKind, cents: int, *, day: int = 2, **more: Any) -> LedgerEntry:
    """One entry of the account, on a day of November 2026."""
    if kind is K.ADJUSTMENT:
        more.setdefault("reason", Reason.CORRECTED)
    return LedgerEntry(
        key=key,
        debt=DEBT,
        kind=kind,
        amount=Money(cents=cents),
        effective_on=date(2026, 11, day),
        **more,
    )


def ledger(*entries: LedgerEntry) -> Ledger:
    return ledger_of(DEBT, "USD", entries)


def owed(*entries: LedgerEntry) -> int:
    return ledger(*entries).balance().cents


PLACED = entry("placed", K.PRINCIPAL, 50_000)
PAID = entry("p1", K.PAYMENT, 12_345, day=5)
FORGIVEN = entry("s1", K.ADJUSTMENT, -37_655, day=5, of="p1", reason=Reason.SETTLED)


def test_every_kind_weighs_its_cents() -> None:
    """500.00 placed, 10.00 interest, 25.00 fee, 40.00 cost, 123.45 paid, 5.00 credited: 446.55 is owed."""
    assert (
        owed(
            PLACED,
            entry("i", K.INTEREST, 1_000),
            entry("f", K.FEE, 2_500),
            entry("c", K.COST, 4_000),
            PAID,
            entry("a", K.ADJUSTMENT, -500),
        )
        == 44_655
    )


def test_a_returned_payment_is_owed_again_from_the_day_of_its_return() -> None:
    """Between the payment and its return the money was there."""
    found = ledger(PLACED, PAID, entry("r", K.RETURNED, 12_345, day=9, of="p1"))
    assert [found.balance(date(2026, 11, day)).cents for day in (4, 5, 8, 9)] == [
        50_000,
        37_655,
        37_655,
        50_000,
    ]
    assert found.collected("p1") == 0


def test_a_part_of_a_payment_may_go_back_and_never_more_than_it_brought() -> None:
    """Two chargebacks of 100.00 from a payment of 123.45 take 123.45, in either order."""
    first, second = (entry(k, K.RETURNED, 10_000, day=day, of="p1") for k, day in (("r1", 9), ("r2", 10)))
    assert owed(PLACED, PAID, first) == 50_000 - 2_345
    assert owed(PLACED, PAID, first, second) == owed(second, first, PAID, PLACED) == 50_000


def test_a_reversal_makes_the_entry_void_as_if_it_had_never_been() -> None:
    """A payment booked on the wrong account, and a return booked by mistake."""
    back = entry("r", K.RETURNED, 12_345, day=9, of="p1")
    assert owed(PLACED, PAID, entry("v", K.REVERSAL, 12_345, day=20, of="p1")) == 50_000
    assert owed(PLACED, PAID, back, entry("v", K.REVERSAL, 12_345, day=20, of="r")) == 37_655
    assert owed(PLACED, PAID, back, entry("v", K.REVERSAL, 12_345, day=20, of="p1")) == 50_000


def test_a_reversal_is_not_itself_reversed_and_says_so() -> None:
    """The entry is posted anew instead; who asked for that sees that theirs weighs nothing."""
    undone = entry("r", K.REVERSAL, 0, of=PAID.key)
    again = entry("rr", K.REVERSAL, 0, of="r")
    book = ledger(PLACED, PAID, undone, again)
    assert book.balance() == PLACED.amount
    assert book.waiting == (again,)


def test_what_was_forgiven_for_a_payment_is_owed_again_when_it_comes_back() -> None:
    """A settlement in full of 123.45 on 500.00 leaves nothing; its check bounces, and 500.00 is owed."""
    assert owed(PLACED, PAID, FORGIVEN) == 0
    assert owed(PLACED, PAID, FORGIVEN, entry("r", K.RETURNED, 1, day=9, of="p1")) == 37_656
    assert owed(PLACED, PAID, FORGIVEN, entry("r", K.RETURNED, 12_345, day=9, of="p1")) == 50_000


def test_what_names_an_entry_that_is_not_there_waits_for_it() -> None:
    """A return that comes before its payment weighs nothing until then, and is told."""
    back = entry("r", K.RETURNED, 12_345, day=9, of="p1")
    assert owed(PLACED, back) == 50_000
    assert ledger(PLACED, back).waiting == (back,)
    assert owed(PLACED, back, PAID) == 50_000
    assert ledger(PLACED, back, PAID).waiting == ()


def test_any_order_gives_the_same_balance() -> None:
    """All 120 orders of five entries that lean on each other."""
    entries = (PLACED, PAID, FORGIVEN, entry("r", K.RETURNED, 45, day=9, of="p1"), entry("i", K.INTEREST, 7))
    assert {owed(*order) for order in permutations(entries)} == {37_707}


def test_the_same_entry_twice_is_one() -> None:
    """The key tells; another content under it is refused, naming what is there."""
    book = ledger(PLACED, PAID)
    assert book.with_entry(PAID) is book
    with pytest.raises(ConflictingEntryError, match=r"payment of 123\.45 USD, effective 2026-11-05"):
        book.with_entry(entry("p1", K.PAYMENT, 12_346, day=5))


def test_another_account_or_currency_is_refused() -> None:
    """A pound is no dollar, and nothing is converted."""
    pounds = LedgerEntry(
        key="x", debt=DEBT, kind=K.PAYMENT, amount=Money(cents=1, currency="GBP"), effective_on=DAY
    )
    with pytest.raises(InvalidFactError, match="in GBP, the account in USD"):
        ledger(PLACED).with_entry(pounds)
    with pytest.raises(InvalidFactError, match="is of d, not of other"):
        Ledger(debt=DebtId("other"), currency="USD").with_entry(PLACED)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"kind": K.PAYMENT, "cents": -1}, "only an adjustment may be negative"),
        ({"kind": K.RETURNED, "cents": 1}, "names the entry that it undoes"),
        ({"kind": K.REVERSAL, "cents": 1, "of": "k"}, "it names itself"),
        ({"kind": K.FEE, "cents": 1, "of": "p1"}, "a fee names no other entry"),
        ({"kind": K.FEE, "cents": 1, "part": Part.COST}, "only an adjustment names a part"),
        ({"kind": K.PAYMENT, "cents": 1, "reason": Reason.SETTLED}, "adjustments have a reason"),
        ({"kind": K.PAYMENT, "cents": 1, "reference": "from her mother"}, "a reference is letters"),
        ({"kind": K.PAYMENT, "cents": 1, "reference": "4111111111111111"}, "no card's number is kept"),
        ({"kind": K.PAYMENT, "cents": 1, "reference": "4111-1111-1111-1111"}, "no card's number"),
    ],
)
def test_an_entry_that_makes_no_sense_is_never_made(more: dict[str, Any], why: str) -> None:
    """Each mistake by its own words."""
    cents, kind = more.pop("cents"), more.pop("kind")
    with pytest.raises(InvalidFactError, match=why):
        entry("k", kind, cents, **more)


def test_a_trace_number_is_no_card() -> None:
    """Fifteen digits that begin with a bank's routing number, and a card's digits with a wrong last one."""
    assert entry("k", K.PAYMENT, 1, reference="021000021234567").reference
    assert entry("k", K.PAYMENT, 1, reference="4111111111111112").reference


def test_an_adjustment_says_why() -> None:
    """Without a reason it is refused."""
    with pytest.raises(InvalidFactError, match="adjustments have a reason"):
        LedgerEntry(key="k", debt=DEBT, kind=K.ADJUSTMENT, amount=Money(cents=1), effective_on=DAY)


# --- of what it is made -----------------------------------------------------------------------------------


def test_a_payment_is_laid_on_the_parts_in_the_clients_order() -> None:
    """70.00 on 40.00 cost, 25.00 fee, 10.00 interest: costs first leaves 5.00 of interest; principal first
    takes from the principal alone."""
    book = ledger(
        PLACED,
        entry("i", K.INTEREST, 1_000),
        entry("f", K.FEE, 2_500),
        entry("c", K.COST, 4_000),
        entry("p", K.PAYMENT, 7_000, day=5),
    )
    made = composition(book, COSTS_FIRST).parts
    assert made == {Part.PRINCIPAL: 50_000, Part.INTEREST: 500, Part.FEE: 0, Part.COST: 0}
    made = composition(book, (Part.PRINCIPAL, Part.INTEREST, Part.FEE, Part.COST)).parts
    assert made == {Part.PRINCIPAL: 43_000, Part.INTEREST: 1_000, Part.FEE: 2_500, Part.COST: 4_000}


def test_a_payment_before_the_charge_becomes_credit_that_the_charge_takes() -> None:
    """A payment of 600.00 on 500.00 is 100.00 to the good; a later cost of 40.00 leaves 60.00."""
    over = (PLACED, entry("p", K.PAYMENT, 60_000, day=5))
    assert ledger(*over).overpaid() == Money(cents=10_000)
    book = ledger(*over, entry("c", K.COST, 4_000, day=6))
    assert composition(book).credit == 6_000
    assert composition(book).balance == book.balance() == Money(cents=-6_000)
    assert ledger(*over, entry("back", K.REFUND, 10_000, day=7)).overpaid() == Money(cents=0)


def test_a_credit_to_one_part_takes_from_it_first() -> None:
    """30.00 off the fee of 25.00: the rest goes by the order."""
    book = ledger(
        PLACED,
        entry("f", K.FEE, 2_500),
        entry("a", K.ADJUSTMENT, -3_000, day=5, part=Part.FEE),
    )
    assert composition(book).parts[Part.FEE] == 0
    assert composition(book).of(Part.PRINCIPAL) == Money(cents=49_500)


def test_funds_are_uncleared_until_their_day() -> None:
    """A check of the 5th that clears on the 12th may still go back on the 11th; money at the client's is
    theirs."""
    book = ledger(
        PLACED,
        entry("p", K.PAYMENT, 7_000, day=5, clears_on=date(2026, 11, 12)),
        entry("q", K.PAYMENT, 900, day=5, clears_on=date(2026, 11, 12), paid_to=PaidTo.CLIENT),
    )
    assert [book.uncleared(date(2026, 11, day)).cents for day in (11, 12)] == [7_000, 0]


# --- the creditor's word ----------------------------------------------------------------------------------


@pytest.mark.parametrize("owner", BalanceOwner)
def test_a_refresh_that_says_the_same_changes_nothing(owner: BalanceOwner) -> None:
    """376.55 owed, 376.55 said."""
    assert refreshed(ledger(PLACED, PAID), Money(cents=37_655), owner, on=DAY, key="f2") is None


def test_a_refresh_that_differs_is_booked_where_the_client_owns_the_balance() -> None:
    """The entry says what the file said and what the ledger had."""
    book = ledger(PLACED, PAID)
    for owner in (BalanceOwner.CLIENT, BalanceOwner.SYSTEM_OF_RECORD):
        made = refreshed(book, Money(cents=40_000), owner, on=DAY, key="f2")
        assert made is not None
        assert (made.amount.cents, made.reason, made.reference) == (2_345, Reason.REFRESHED, "40000:37655")
        after = book.with_entry(made)
        assert after.balance() == Money(cents=40_000)
        assert refreshed(after, Money(cents=1), owner, on=DAY, key="f2") is None, "the same file again"


def test_a_refresh_that_differs_is_noted_where_the_balance_is_ours() -> None:
    """It stands in the ledger, at no cents."""
    book = ledger(PLACED, PAID)
    made = refreshed(book, Money(cents=40_000), BalanceOwner.OURS, on=DAY, key="f2")
    assert made is not None
    assert (made.amount.cents, made.reason, made.reference) == (0, Reason.NOTED, "40000:37655")
    assert book.with_entry(made).balance() == Money(cents=37_655)


def test_the_first_entry_is_what_was_placed() -> None:
    """All of it principal, unless a file says of what it is made."""
    made = opening(Ledger(debt=DEBT, currency="USD"), Money(cents=50_000), on=DAY, key="f1")
    assert (made.kind, made.amount.cents) == (K.PRINCIPAL, 50_000)
