"""What may be offered: the floor to the cent at its edges, plans that come to what is owed."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.casework.offers import (
    Every,
    Floor,
    Offers,
    OfferTerms,
    demand_settles,
    due_days,
    offers,
    plan,
    together,
)
from dialer.domain.errors import InvalidFactError

TODAY = date(2026, 11, 30)
TERMS = OfferTerms(
    floors=(
        Floor(share=0.9),
        Floor(share=0.6, from_age_days=180),
        Floor(share=0.5, from_age_days=180, from_cents=100_000),
    )
)


def offered(owed: int, age: int | None, terms: OfferTerms = TERMS) -> Offers:
    since = None if age is None else TODAY - timedelta(days=age)
    return offers(owed, terms, on=TODAY, delinquent_since=since)


@pytest.mark.parametrize(
    ("owed", "age", "least"),
    [
        (50_000, 0, 45_000),
        (50_000, 179, 45_000),
        (50_000, 180, 30_000),
        (99_999, 180, 60_000),
        (100_000, 180, 50_000),
        (100_000, 179, 90_000),
        (50_000, None, 45_000),
        (33_333, 180, 20_000),
        (1, 500, None),
        (0, 500, None),
        (-100, 500, None),
    ],
)
def test_the_floor_goes_by_age_and_balance_and_is_rounded_up(
    owed: int, age: int | None, least: int | None
) -> None:
    """60 % of 333.33 is 199.998, so 200.00; an age that is not known is none."""
    assert offered(owed, age).settles_from == least


def test_without_a_table_nothing_is_settled_for_less() -> None:
    """The house gives nothing away that no client allowed."""
    found = offered(50_000, 500, OfferTerms())
    assert (found.settles_from, found.settled_by, found.rule) == (None, None, "")
    demand_settles(found, 50_000)
    with pytest.raises(InvalidFactError, match=r"settles it from 500\.00 on"):
        demand_settles(found, 49_999)


def test_nothing_below_the_floor_settles() -> None:
    """To the cent, and the rule is told."""
    found = offered(50_000, 180)
    demand_settles(found, 30_000)
    with pytest.raises(InvalidFactError, match=r"60 % from 180 days past due and 0\.00 owed on"):
        demand_settles(found, 29_999)
    assert found.settled_by == TODAY + timedelta(days=30)


def test_several_accounts_settle_for_the_sum_of_their_floors() -> None:
    """300.00 of 500.00 and all of 100.00, which no row allows less for: one cent below is refused."""
    both = together([offered(50_000, 180), offered(10_000, 500, OfferTerms())])
    assert (both.owed, both.settles_from) == (60_000, 40_000)
    demand_settles(both, 40_000)
    with pytest.raises(InvalidFactError, match="no row of its table"):
        demand_settles(both, 39_999)
    alone = offered(50_000, 180)
    assert together([alone]) == alone
    assert together([offered(10_000, 500, OfferTerms())] * 2).settles_from is None


@pytest.mark.parametrize(
    ("owed", "parts"), [(2_499, 1), (4_999, 1), (5_000, 2), (7_499, 2), (30_000, 12), (10**9, 12)]
)
def test_no_part_is_less_than_the_client_takes(owed: int, parts: int) -> None:
    """25.00 at least, twelve parts at most."""
    found = offered(owed, 0)
    assert found.most_parts == parts
    with pytest.raises(InvalidFactError, match="may not be offered"):
        plan(found, parts + 1, Every.MONTH, first_on=TODAY)


def test_months_keep_their_day_where_they_have_it() -> None:
    """From the 31st: the last of shorter months, and the 31st again."""
    days = due_days(date(2027, 1, 31), Every.MONTH, 4)
    assert days == (date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30))
    assert due_days(date(2027, 11, 30), Every.MONTH, 3)[-1] == date(2028, 1, 30)
    assert due_days(TODAY, Every.TWO_WEEKS, 2)[1] == date(2026, 12, 14)


@settings(settings.get_profile("many"))
@given(owed=st.integers(1, 10**9), parts=st.integers(1, 120), every=st.sampled_from(Every))
def test_a_plan_comes_to_what_is_owed_to_the_cent(owed: int, parts: int, every: Every) -> None:
    """Whatever is owed: parts are positive, equal but for the last, days rise."""
    found = Offers(owed=owed, settles_from=None, settled_by=None, rule="", most_parts=min(parts, owed))
    made = plan(found, found.most_parts, every, first_on=TODAY)
    assert sum(each.cents for each in made) == owed
    assert min(each.cents for each in made) > 0
    assert len({each.cents for each in made[:-1]}) <= 1
    assert all(a.due_on < b.due_on for a, b in pairwise(made))
