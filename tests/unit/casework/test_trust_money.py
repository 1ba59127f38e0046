"""Trust money: held to the day, handed over once, commission to the cent; bank, books and clients even."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.casework.ledger.book import ledger_of
from dialer.casework.ledger.reconciling import BankLine, Moved, moved, reconciled
from dialer.casework.ledger.remittance import (
    EarlierTrust,
    Held,
    Rate,
    Remits,
    Stood,
    ToldEntry,
    TrustTerms,
    earned,
    known_by,
    remittance,
    stood,
)
from dialer.domain.errors import InvalidFactError
from dialer.domain.ids import DebtId
from dialer.domain.ledger import EntryKind, LedgerEntry, PaidTo, PayMethod
from dialer.domain.money import Money

D = DebtId("d1")
DAY = date(2026, 11, 2)
K = EntryKind
TERMS = TrustTerms(
    rates=(Rate(share=0.25), Rate(share=0.4, from_age_days=365), Rate(share=0.1, is_direct=True)),
    held=(Held(method=PayMethod.CHECK, days=10),),
)


def entry(
    key: str,
    kind: EntryKind,
    cents: int,
    day: int,
    *,
    of: str | None = None,
    told: int | None = None,
    **more: object,
) -> ToldEntry:
    made = LedgerEntry(
        key=key,
        debt=D,
        kind=kind,
        amount=Money(cents=cents),
        effective_on=DAY + timedelta(days=day),
        of=of,
        **more,  # pyright: ignore[reportArgumentType]  # of the test's own tables
    )
    return ToldEntry(entry=made, on=DAY + timedelta(days=day if told is None else told))


PLACED = entry("placed", K.PRINCIPAL, 10_000, -30)


def at(told: Sequence[ToldEntry], day: int, terms: TrustTerms = TERMS, since: date | None = None) -> Stood:
    on = DAY + timedelta(days=day)
    return stood(known_by(D, "USD", told, on=on), terms, on=on, delinquent_since=since)


def test_a_check_is_held_for_its_days_and_the_clients_in_the_next() -> None:
    """Ten days after the 2nd: held on the 11th, handed over on the 12th; a card's is the client's at once."""
    check = [PLACED, entry("a", K.PAYMENT, 4_000, 0, method=PayMethod.CHECK)]
    assert (at(check, 9).held, at(check, 9).collected) == (4_000, 0)
    assert (at(check, 10).held, at(check, 10).collected) == (0, 4_000)
    card = [PLACED, entry("a", K.PAYMENT, 4_000, 0, method=PayMethod.CARD)]
    assert (at(card, -1).collected, at(card, 0).collected) == (0, 4_000)
    known = [
        PLACED,
        entry("a", K.PAYMENT, 4_000, 0, method=PayMethod.CHECK, clears_on=DAY + timedelta(days=3)),
    ]
    assert (at(known, 2).collected, at(known, 3).collected) == (0, 4_000)


def test_a_new_contract_changes_nothing_that_was_remitted_before_it() -> None:
    """25 % of money up to the 10th, 30 % and no hold from the 11th on: each payment by its own day."""
    terms = TrustTerms(
        rates=(Rate(share=0.3),),
        earlier=(EarlierTrust(until=DAY + timedelta(days=8), rates=TERMS.rates, held=TERMS.held),),
    )
    told = [
        PLACED,
        entry("a", K.PAYMENT, 4_000, 0),
        entry("b", K.PAYMENT, 2_000, 8, method=PayMethod.CHECK),
        entry("c", K.PAYMENT, 1_000, 9, method=PayMethod.CHECK),
    ]
    assert (at(told, 8, terms).collected, at(told, 8, terms).commission) == (4_000, 1_000)
    assert at(told, 8, terms) == at(told, 8)
    assert (at(told, 9, terms).held, at(told, 9, terms).commission) == (2_000, 1_000 + 300)
    assert at(told, 18, terms).commission == 1_000 + 300 + 500


def test_the_oldest_terms_that_had_not_ended_hold_on_a_day() -> None:
    first = EarlierTrust(until=DAY, remits=Remits.GROSS)
    second = EarlierTrust(until=DAY + timedelta(days=30))
    terms = TrustTerms(remits=Remits.GROSS, earlier=(second, first))
    day = timedelta(days=1)
    assert [terms.on(d) for d in (DAY, DAY + day, DAY + 30 * day)] == [first, second, second]
    assert terms.on(DAY + 31 * day) is terms
    assert terms.changes_on(DAY, DAY + day) == DAY + day
    assert terms.changes_on(DAY + day, DAY + 60 * day) == DAY + 31 * day
    with pytest.raises(InvalidFactError, match="two end on one day"):
        TrustTerms(earlier=(first, EarlierTrust(until=DAY)))


def test_money_that_goes_back_before_it_was_the_clients_never_was() -> None:
    told = [
        PLACED,
        entry("a", K.PAYMENT, 4_000, 0, method=PayMethod.CHECK),
        entry("r", K.RETURNED, 4_000, 6, of="a"),
    ]
    assert at(told, 12) == Stood()


def test_money_that_goes_back_later_is_taken_off_when_it_does() -> None:
    told = [PLACED, entry("a", K.PAYMENT, 4_000, 0), entry("r", K.RETURNED, 4_000, 40, of="a")]
    november = remittance({D: (at(told, -1), at(told, 28))}, Remits.NET)
    december = remittance({D: (at(told, 28), at(told, 59))}, Remits.NET)
    assert (november.collected, november.commission, november.to_client) == (4_000, 1_000, 3_000)
    assert (december.collected, december.commission, december.to_client) == (-4_000, -1_000, -3_000)


def test_what_is_heard_of_late_is_in_the_month_in_which_it_was() -> None:
    """Paid on the 5th of November, told on the 3rd of December: November, which is closed, stays."""
    told = [PLACED, entry("a", K.PAYMENT, 4_000, 3, told=31)]
    assert at(told, 28).collected == 0
    assert at(told, 31).collected == 4_000


def test_an_overpayment_is_the_payers_and_earns_nothing() -> None:
    """120.00 on 100.00: 100.00 is the client's, with 25.00 of commission; after its refund likewise."""
    told = [PLACED, entry("a", K.PAYMENT, 12_000, 0)]
    assert at(told, 0) == Stood(received=12_000, overpaid=2_000, collected=10_000, commission=2_500)
    told.append(entry("f", K.REFUND, 2_000, 5))
    assert at(told, 5) == Stood(received=12_000, refunded=2_000, collected=10_000, commission=2_500)
    late = [PLACED, entry("a", K.PAYMENT, 10_000, 0), entry("b", K.PAYMENT, 2_000, 1, method=PayMethod.CHECK)]
    assert at(late, 1) == Stood(received=12_000, overpaid=2_000, collected=10_000, commission=2_500)


def test_a_refund_of_money_that_went_back_is_told_as_short() -> None:
    told = [
        PLACED,
        entry("a", K.PAYMENT, 12_000, 0),
        entry("f", K.REFUND, 2_000, 5),
        entry("r", K.RETURNED, 12_000, 6, of="a"),
    ]
    assert at(told, 6) == Stood(refunded=2_000, short=2_000)


def test_what_is_paid_to_the_client_is_no_money_of_ours_and_earns_its_own_share() -> None:
    told = [PLACED, entry("a", K.PAYMENT, 4_000, 0, paid_to=PaidTo.CLIENT)]
    assert at(told, 0) == Stood(direct=4_000, commission=400)
    net = remittance({D: (Stood(), at(told, 0))}, Remits.NET)
    assert (net.to_client, net.invoiced) == (-400, 0)
    gross = remittance({D: (Stood(), at(told, 0))}, Remits.GROSS)
    assert (gross.to_client, gross.invoiced) == (0, 400)


@pytest.mark.parametrize(
    ("age", "method", "paid_to", "cents", "share"),
    [
        (None, PayMethod.CARD, PaidTo.US, 1_002, 251),  # 250.5: half a cent is rounded up
        (364, PayMethod.CARD, PaidTo.US, 1_000, 250),
        (365, PayMethod.CARD, PaidTo.US, 1_000, 400),
        (365, PayMethod.CARD, PaidTo.CLIENT, 1_000, 100),
        (365, PayMethod.GARNISHMENT, PaidTo.US, 1_000, 500),
        (0, PayMethod.GARNISHMENT, PaidTo.CLIENT, 1_000, 500),
    ],
)
def test_the_row_that_says_most_of_a_payment_has_the_word(
    age: int | None, method: PayMethod, paid_to: PaidTo, cents: int, share: int
) -> None:
    terms = TrustTerms(rates=(*TERMS.rates, Rate(share=0.5, is_legal=True)))
    since = None if age is None else DAY - timedelta(days=age)
    paid = entry("a", K.PAYMENT, cents, 0, method=method, paid_to=paid_to).entry
    assert earned(paid, cents, terms, since) == share
    assert earned(paid, cents, TrustTerms(), since) == 0


def test_a_method_that_is_held_twice_is_refused() -> None:
    with pytest.raises(InvalidFactError, match="named twice"):
        TrustTerms(held=(Held(method=PayMethod.CHECK, days=1), Held(method=PayMethod.CHECK, days=2)))


@st.composite
def lives(draw: st.DrawFn) -> list[ToldEntry]:
    """A placed account's random life of a few months, told in whatever order."""
    told = [PLACED]
    for place in range(draw(st.integers(0, 8))):
        day, late = draw(st.integers(0, 80)), draw(st.integers(0, 20))
        kind = draw(st.sampled_from((K.PAYMENT, K.PAYMENT, K.RETURNED, K.REFUND, K.REVERSAL)))
        others = [f"e{other}" for other in range(9) if other != place]
        of = draw(st.sampled_from(others)) if kind in (K.RETURNED, K.REVERSAL) else None
        more: dict[str, object] = {}
        if kind is K.PAYMENT:
            more["method"] = draw(st.sampled_from((PayMethod.CHECK, PayMethod.CARD)))
            more["paid_to"] = draw(st.sampled_from(PaidTo))
        told.append(
            entry(f"e{place}", kind, draw(st.integers(1, 9_000)), day, of=of, told=day + late, **more)
        )
    return draw(st.permutations(told))


@settings(max_examples=300, deadline=None)
@given(lives(), st.lists(st.integers(0, 120), max_size=5), st.sampled_from(Remits))
def test_stretches_come_to_the_whole_and_no_cent_is_nowhere(
    told: list[ToldEntry], cuts: list[int], remits: Remits
) -> None:
    """However the days are cut into stretches, together they are what was collected and earned in all."""
    days = [-1, *sorted(cuts), 130]
    parts = [remittance({D: (at(told, first), at(told, last))}, remits) for first, last in pairwise(days)]
    whole = at(told, 130)
    assert sum(each.collected for each in parts) == whole.collected
    assert sum(each.commission for each in parts) == whole.commission
    for each in parts:
        assert each.to_client - each.invoiced == each.collected - each.commission
    for day in days:
        now = at(told, day)
        assert now.received + now.short == now.refunded + now.overpaid + now.held + now.collected
        assert min(now.received, now.refunded, now.overpaid, now.held, now.collected, now.short) >= 0
        assert 0 <= now.commission <= now.collected + now.direct


END = DAY + timedelta(days=30)


def paid(key: str, cents: int, reference: str, **more: object) -> LedgerEntry:
    return LedgerEntry(
        key=key,
        debt=D,
        kind=EntryKind.PAYMENT,
        amount=Money(cents=cents),
        effective_on=DAY,
        reference=reference,
        **more,  # pyright: ignore[reportArgumentType]  # of the test's own tables
    )


def books(*entries: LedgerEntry) -> list[Moved]:
    return list(moved(ledger_of(D, "USD", [PLACED.entry, *entries]), "acme"))


def line(cents: int, reference: str, on: date = DAY) -> BankLine:
    return BankLine(on=on, cents=cents, reference=reference)


def test_a_batch_of_checks_is_one_line_of_the_bank() -> None:
    known = books(paid("a", 1_000, "batch-1"), paid("b", 2_000, "batch-1"))
    found = reconciled([line(3_000, "batch-1")], known, {"acme": 3_000}, on=END)
    assert (found.bank, found.books, dict(found.clients)) == (3_000, 3_000, {"acme": 3_000})
    assert found.is_even


def test_a_cent_that_is_under_way_is_named() -> None:
    known = books(paid("a", 1_000, "x"), paid("b", 2_000, "y"))
    found = reconciled(
        [line(1_000, "x"), line(5, "interest"), line(1_999, "y")], known, {"acme": 3_000}, on=END
    )
    assert [(each.reference, each.what) for each in found.differences] == [
        ("interest", "not in the books"),
        ("y", "differs"),
    ]
    assert sum(each.book_cents - each.bank_cents for each in found.differences) == found.books - found.bank
    assert not found.is_even
    (late,) = reconciled([line(2_000, "y")], known, {"acme": 3_000}, on=END).differences
    assert (late.reference, late.what) == ("x", "under way")


def test_what_was_handed_over_is_off_the_books_and_off_its_client() -> None:
    known = books(paid("a", 1_000, "x"))
    bank = [line(1_000, "x"), line(-750, "remit:acme"), line(-250, "remit:acme")]
    found = reconciled(bank, known, {"acme": 1_000}, on=END)
    assert (found.bank, found.books, dict(found.clients)) == (0, 0, {"acme": 0})
    assert found.is_even
    nobodys = reconciled([*bank, line(-1, "remit:other")], known, {"acme": 1_000}, on=END)
    assert dict(nobodys.clients) == {"acme": 0, "other": -1}


def test_the_bank_is_looked_at_until_the_end_of_the_day() -> None:
    known = books(paid("a", 1_000, "x"))
    bank = [line(1_000, "x", on=END), line(-1_000, "remit:acme", on=END + timedelta(days=1))]
    assert reconciled(bank, known, {"acme": 1_000}, on=END).bank == 1_000
    assert reconciled(bank, known, {"acme": 1_000}, on=END + timedelta(days=1)).bank == 0


def test_what_is_paid_to_the_client_or_made_void_is_no_money_of_the_trust() -> None:
    void = LedgerEntry(
        key="v", debt=D, kind=EntryKind.REVERSAL, amount=Money(cents=500), effective_on=DAY, of="b"
    )
    assert books(paid("a", 1_000, "x", paid_to=PaidTo.CLIENT), paid("b", 500, "y"), void) == []


@settings(max_examples=300, deadline=None)
@given(lives())
def test_books_and_clients_come_to_the_same_by_two_ways(told: list[ToldEntry]) -> None:
    """Entry by entry, and by what came, stayed and was given back: on every tenth day of a random life."""
    for day in range(0, 110, 10):
        on = DAY + timedelta(days=day)
        known = [each.entry for each in told if each.on <= on and each.entry.effective_on <= on]
        now = at(told, day)
        found = reconciled(
            (), moved(ledger_of(D, "USD", known), "acme"), {"acme": now.received - now.refunded}, on=on
        )
        assert found.books == sum(found.clients.values())
