"""A promise has an amount, and its parts are all of it, each later than the one before."""

import pytest

from dialer.domain.disposition import PROMISES, Disposition, DispositionKind, demand_amount
from dialer.domain.errors import InvalidFactError
from dialer.domain.money import Money
from dialer.domain.promised import PromisedPart
from dialer.storage.journal.codecs import value_decoder

AT = 1_796_000_000.0
K = DispositionKind


def part(cents: int, at: float) -> PromisedPart:
    return PromisedPart(cents=cents, due_at=at)


@pytest.mark.parametrize(
    ("promised", "due", "parts", "why"),
    [
        (5_000, None, (part(2_000, AT), part(2_999, AT + 1.0)), "come to 49.99, and 50.00 USD"),
        (None, None, (part(2_000, AT),), "come to 20.00, and nothing"),
        (5_000, None, (part(2_000, AT), part(3_000, AT)), "each later"),
        (5_000, None, (part(2_000, AT), part(3_000, AT - 1.0)), "each later"),
        (5_000, AT, (part(2_000, AT), part(3_000, AT + 1.0)), "due with its last part"),
    ],
)
def test_parts_that_are_not_what_was_promised_are_refused(
    promised: int | None, due: float | None, parts: tuple[PromisedPart, ...], why: str
) -> None:
    amount = None if promised is None else Money(cents=promised)
    with pytest.raises(InvalidFactError, match=why):
        Disposition(kind=K.PLAN_AGREED, promised=amount, promised_for=due, parts=parts)


def test_parts_that_are_what_was_promised_are_taken() -> None:
    parts = (part(2_000, AT), part(3_000, AT + 1.0))
    for due in (None, AT + 1.0):
        said = Disposition(kind=K.PLAN_AGREED, promised=Money(cents=5_000), promised_for=due, parts=parts)
        assert said.parts == parts
    with pytest.raises(InvalidFactError):
        part(0, AT)


@pytest.mark.parametrize("kind", DispositionKind)
def test_an_amount_is_asked_for_of_a_promise_and_of_nothing_else(kind: DispositionKind) -> None:
    """One cent is an amount, nothing and none are not."""
    demand_amount(Disposition(kind=kind, promised=Money(cents=1)))
    for amount in (None, Money(cents=0)):
        said = Disposition(kind=kind, promised=amount)
        if kind in PROMISES:
            with pytest.raises(InvalidFactError, match="how much was promised"):
                demand_amount(said)
        else:
            demand_amount(said)


def test_a_promise_of_an_older_journal_is_read_without_an_amount_and_parts() -> None:
    read = value_decoder(Disposition)(
        b'{"kind":"promise_to_pay","debts_spoken_of":["d1"],"promised_for":1796000000.0}'
    )
    assert (read.promised, read.parts, read.promised_for) == (None, (), AT)
