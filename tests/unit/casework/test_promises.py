"""Promises: kept, broken, kept after all and broken again, by the day from which money counts."""

from datetime import date, timedelta
from itertools import pairwise, product
from pathlib import Path
from random import Random

import pytest

from dialer.casework.promises import (
    PROMISE,
    Judged,
    KeptWhen,
    Paid,
    Part,
    Promised,
    PromiseKind,
    PromiseMove,
    PromiseState,
    judged,
)
from dialer.domain.errors import InvalidFactError

S, M = PromiseState, PromiseMove
MADE, DUE = date(2026, 11, 2), date(2026, 11, 20)
TERMS = {kind: KeptWhen(share=1.0, grace_days=3) for kind in PromiseKind}


def promise(*parts: tuple[int, date | None], **more: bool) -> Promised:
    return Promised(
        kind=PromiseKind.PROMISE,
        made_on=MADE,
        parts=tuple(Part(cents=cents, due_on=due) for cents, due in parts),
        **more,
    )


def paid(cents: int, on: date, key: str = "p") -> Paid:
    return Paid(key=key, on=on, cents=cents)


def judge(promised: Promised, *money: Paid, on: date, terms: KeptWhen = TERMS[PromiseKind.PROMISE]) -> Judged:
    (found,) = judged([promised], money, dict.fromkeys(PromiseKind, terms), on=on)
    return found


def test_only_the_moves_of_the_table_are_possible() -> None:
    """Nothing leaves a cancelled promise."""
    possible = {(state, move) for state, move in product(S, M) if PROMISE.may(state, move)}
    assert possible == {
        (S.OPEN, M.KEEP),
        (S.OPEN, M.BREAK),
        (S.OPEN, M.CANCEL),
        (S.KEPT, M.BREAK),
        (S.KEPT, M.CANCEL),
        (S.KEPT, M.REOPEN),
        (S.BROKEN, M.KEEP),
        (S.BROKEN, M.CANCEL),
        (S.BROKEN, M.REOPEN),
    }


def test_it_is_open_until_its_last_day_is_over_and_then_broken() -> None:
    """Due on the 20th, three days of grace: open on the 23rd, broken on the 24th."""
    found = {day: judge(promise((5_000, DUE)), on=date(2026, 11, day)).state for day in (20, 23, 24)}
    assert found == {20: S.OPEN, 23: S.OPEN, 24: S.BROKEN}


@pytest.mark.parametrize(
    ("cents", "day", "state"),
    [
        (5_000, 2, S.KEPT),
        (5_000, 1, S.BROKEN),
        (5_000, 23, S.KEPT),
        (5_000, 24, S.BROKEN),
        (4_999, 20, S.BROKEN),
    ],
)
def test_money_counts_from_the_day_it_was_made_to_its_last_and_to_the_cent(
    cents: int, day: int, state: PromiseState
) -> None:
    """Of the 2nd until the 23rd; a cent short is short."""
    assert judge(promise((5_000, DUE)), paid(cents, date(2026, 11, day)), on=date(2026, 12, 1)).state is state


@pytest.mark.parametrize(("cents", "state"), [(4_000, S.KEPT), (3_999, S.BROKEN)])
def test_a_share_of_it_may_be_enough(cents: int, state: PromiseState) -> None:
    """80 % of 50.00 is 40.00."""
    terms = KeptWhen(share=0.8, grace_days=0)
    assert judge(promise((5_000, DUE)), paid(cents, DUE), on=date(2026, 12, 1), terms=terms).state is state


def test_a_share_is_rounded_up_to_the_cent() -> None:
    """A third and a bit of 1.00 is 34 cents."""
    terms = KeptWhen(share=0.333334, grace_days=0)
    states = [judge(promise((100, DUE)), paid(cents, DUE), on=DUE, terms=terms).state for cents in (33, 34)]
    assert states == [S.OPEN, S.KEPT]


def test_a_returned_payment_breaks_it_again() -> None:
    """What stayed of the payment is what counts: nothing of it, or a cent too little."""
    for stayed in (0, 4_999):
        assert judge(promise((5_000, DUE)), paid(stayed, DUE), on=date(2026, 12, 1)).state is S.BROKEN


def test_what_is_paid_before_the_first_part_is_due_serves_the_later_ones() -> None:
    """Two parts of 30.00; 60.00 at once keep both, 30.00 keep the first alone."""
    parts = ((3_000, DUE), (3_000, DUE + timedelta(days=30)))
    late = DUE + timedelta(days=40)
    assert judge(promise(*parts), paid(6_000, MADE), on=late).state is S.KEPT
    assert judge(promise(*parts), paid(3_000, MADE), on=DUE).state is S.OPEN
    assert judge(promise(*parts), paid(3_000, MADE), on=late).state is S.BROKEN
    missed = (paid(100, DUE), paid(5_900, late, "q"))
    assert judge(promise(*parts), *missed, on=late).state is S.BROKEN


def test_one_payment_keeps_one_promise() -> None:
    """Two promises of 50.00 by the same day: 50.00 keep the first, 100.00 both; what was withdrawn takes
    nothing."""
    both = [promise((5_000, DUE)), promise((5_000, DUE))]

    def states(cents: int, promises: list[Promised]) -> list[PromiseState | None]:
        return [each.state for each in judged(promises, [paid(cents, DUE)], TERMS, on=date(2026, 12, 1))]

    assert states(5_000, both) == [S.KEPT, S.BROKEN]
    assert states(10_000, both) == [S.KEPT, S.KEPT]
    withdrawn = promise((5_000, DUE), is_withdrawn=True)
    assert states(5_000, [withdrawn, both[1]]) == [S.CANCELLED, S.KEPT]


def test_without_a_day_it_never_breaks_and_without_an_amount_any_money_keeps_it() -> None:
    """As older talks left them."""
    far = date(2027, 11, 1)
    assert judge(promise((5_000, None)), paid(4_999, DUE), on=far).state is S.OPEN
    assert judge(promise((0, DUE)), on=far).state is S.BROKEN
    assert judge(promise((0, DUE)), paid(1, DUE), on=far).state is S.KEPT


def test_a_share_above_all_of_it_is_refused() -> None:
    """And less than nothing."""
    for share in (1.01, -0.01):
        with pytest.raises(InvalidFactError, match="share"):
            KeptWhen(share=share)


def test_what_is_seen_of_a_promise_moves_by_the_table_alone() -> None:
    """Random money that comes late, and goes back, over 300 promises: each change that a day or a fact brings
    is a move of the table."""
    to = {S.KEPT: M.KEEP, S.BROKEN: M.BREAK, S.OPEN: M.REOPEN}
    for seed in range(300):
        chance = Random(seed)
        cents = [chance.randrange(1, 4_000) for _ in range(chance.randrange(1, 4))]
        made = promise(*((c, MADE + timedelta(days=7 * (i + 1))) for i, c in enumerate(cents)))
        money: list[Paid] = []
        seen = [S.OPEN]
        for day in range(45):
            today = MADE + timedelta(days=day)
            if chance.random() < 0.3:
                when = today - timedelta(days=chance.randrange(3))
                money.append(paid(chance.randrange(1, 4_000), when, f"p{day}"))
            if money and chance.random() < 0.1:
                money.pop(chance.randrange(len(money)))
            state = judge(made, *money, on=today).state
            assert state is not None, "its amount is known"
            seen.append(state)
        for before, after in pairwise(seen):
            if before is not after:
                assert PROMISE.move(before, to[after]) is after, seed


def test_the_diagram_in_the_readme_is_the_table() -> None:
    """Drawn from it."""
    readme = Path(__file__).parents[3] / "dialer" / "casework" / "README.md"
    assert PROMISE.mermaid() in readme.read_text(encoding="utf-8")


def test_a_promise_without_an_amount_is_neither_kept_nor_broken() -> None:
    """Open until its days are over, not known afterwards, whatever came; and it takes nobody's money."""
    unnamed = Promised(kind=PromiseKind.PROMISE, made_on=MADE, parts=(Part(cents=None, due_on=DUE),))
    last = DUE + timedelta(days=3)
    for on, state in ((last, S.OPEN), (last + timedelta(days=1), None)):
        assert judge(unnamed, paid(5_000, DUE), on=on) == Judged(state=state, paid_cents=0, last_day=last)
    later = promise((5_000, DUE))
    both = judged([unnamed, later], [paid(5_000, DUE)], TERMS, on=DUE)
    assert [each.state for each in both] == [S.OPEN, S.KEPT]
    endless = Promised(kind=PromiseKind.PROMISE, made_on=MADE, parts=(Part(cents=None, due_on=None),))
    assert judge(endless, on=date(2030, 1, 1)).state is S.OPEN
