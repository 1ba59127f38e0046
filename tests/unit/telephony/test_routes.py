"""Which trunks take a number and in which order: prefix, order, price, share; against a second reading."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from telephony.asterisk.trunks import Chosen, NoTrunk, Route, TrunkBook, TrunkPlan, tiers

PREFIXES = ("", "+", "+1", "+12", "+121", "+1212", "+44", "+442")
NUMBERS = st.sampled_from(["+12125550100", "+13105550100", "+442079460000", "+33123456789"])
ROUTES = st.builds(Route, prefix=st.sampled_from(PREFIXES), cost=st.integers(0, 3))
PLANS = st.lists(
    st.tuples(st.lists(ROUTES, min_size=1, max_size=4), st.integers(0, 2), st.integers(1, 5)), max_size=6
).map(
    lambda rows: [
        TrunkPlan(name=f"t{n}", routes=tuple(routes), order=order, share=share)
        for n, (routes, order, share) in enumerate(rows)
    ]
)


def plan(name: str, *routes: tuple[str, int], order: int = 0, share: int = 1, lines: int = 100) -> TrunkPlan:
    table = tuple(Route(prefix=prefix, cost=cost) for prefix, cost in routes) or (Route(),)
    return TrunkPlan(name=name, routes=table, order=order, share=share, lines=lines, calls_per_second=1e6)


def test_the_longest_prefix_comes_first_then_the_cheapest_then_shorter_prefixes() -> None:
    plans = [
        plan("world", ("", 1)),
        plan("dear", ("+1", 9)),
        plan("cheap", ("+1", 4), ("+44", 2)),
        plan("city", ("+1212", 50)),
    ]
    assert tiers("+12125550100", plans) == (("city",), ("cheap",), ("dear",), ("world",))
    assert tiers("+13105550100", plans) == (("cheap",), ("dear",), ("world",))
    assert tiers("+442079460000", plans) == (("cheap",), ("world",))
    assert tiers("+33123456789", plans) == (("world",),)


def test_an_order_beats_a_price_but_no_longer_prefix() -> None:
    plans = [
        plan("first", ("+1", 9), order=0),
        plan("second", ("+1", 1), order=1),
        plan("far", ("+1212", 99), order=5),
    ]
    assert tiers("+13105550100", plans) == (("first",), ("second",))
    assert tiers("+12125550100", plans) == (("far",), ("first",), ("second",))


def test_one_trunk_goes_by_its_longest_prefix_not_by_its_cheapest() -> None:
    plans = [plan("a", ("", 0), ("+1212", 90)), plan("b", ("+1212", 80))]
    assert tiers("+12125550100", plans) == (("b",), ("a",))


@given(NUMBERS, PLANS)
def test_the_table_says_what_a_second_reading_of_it_says(number: str, plans: list[TrunkPlan]) -> None:
    """The second reading asks of every pair who comes first."""

    def key(one: TrunkPlan) -> tuple[int, int, int] | None:
        best: tuple[int, int, int] | None = None
        for route in one.routes:
            if number[: len(route.prefix)] == route.prefix:
                mine = (-len(route.prefix), one.order, route.cost)
                best = mine if best is None or mine < best else best
        return best

    told = tiers(number, plans)
    place = {name: n for n, tier in enumerate(told) for name in tier}
    assert set(place) == {one.name for one in plans if key(one) is not None}
    for one in plans:
        for other in plans:
            mine, theirs = key(one), key(other)
            if mine is not None and theirs is not None:
                assert (place[one.name] < place[other.name]) is (mine < theirs)
                assert (place[one.name] == place[other.name]) is (mine == theirs)


@given(NUMBERS, PLANS.filter(bool), st.sets(st.sampled_from([f"t{n}" for n in range(6)])))
def test_the_book_takes_of_the_first_tier_that_has_not_refused(
    number: str, plans: list[TrunkPlan], refused: set[str]
) -> None:
    choice = TrunkBook(plans).choose(0.0, number=number, without=frozenset(refused))
    left = [[name for name in tier if name not in refused] for tier in tiers(number, plans)]
    first = next((tier for tier in left if tier), None)
    if first is None:
        assert isinstance(choice, NoTrunk)
        assert choice.for_ever is (tiers(number, plans) == ())
        assert number not in choice.reason
    else:
        assert isinstance(choice, Chosen)
        assert choice.trunk in first


def test_equals_are_asked_by_their_shares_and_the_dearer_only_when_they_are_full() -> None:
    book = TrunkBook(
        [
            plan("three", ("+1", 4), share=3, lines=30),
            plan("one", ("+1", 4), share=1, lines=10),
            plan("dear", ("+1", 5)),
        ]
    )
    taken: list[str] = []
    for now in range(41):
        choice = book.choose(float(now), number="+12125550100")
        assert isinstance(choice, Chosen)
        taken.append(choice.trunk)
    assert Counter(taken[:40]) == {"three": 30, "one": 10}
    assert taken[40] == "dear"


def test_a_number_without_a_route_is_told_as_such() -> None:
    choice = TrunkBook([plan("us", ("+1", 1))]).choose(0.0, number="+442079460000")
    assert isinstance(choice, NoTrunk)
    assert choice.for_ever
