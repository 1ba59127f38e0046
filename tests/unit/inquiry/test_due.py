"""What is due: a check holds 365 days, an end is told 90 days ahead, a later edition until it begins."""

from datetime import date, timedelta

import pytest

from compliance_gate.book.shipped import standard_rulebook
from dialer.inquiry.due import Item, Why, due


def of(name: str, on: date) -> set[tuple[Why, date]]:
    return {(item.why, item.day) for item in due(on).items if item.name == name}


@pytest.mark.parametrize(("days", "told"), [(91, False), (90, True), (0, True), (-1, False)])
def test_an_end_is_told_ninety_days_ahead(days: int, told: bool) -> None:
    """India's hours for calls end with 2026."""
    end = date(2026, 12, 31)
    assert ((Why.ENDS_SOON, end) in of("in-hours", end - timedelta(days=days))) is told


@pytest.mark.parametrize(("on", "told"), [(date(2026, 12, 31), True), (date(2027, 1, 1), False)])
def test_a_change_to_come_is_told_until_it_has_come(on: date, told: bool) -> None:
    assert ((Why.BEGINS_LATER, date(2027, 1, 1)) in of("in-hours", on)) is told


@pytest.mark.parametrize(("on", "told"), [(date(2027, 1, 30), True), (date(2027, 1, 31), False)])
def test_a_day_inside_a_value_is_told_until_it_has_come(on: date, told: bool) -> None:
    """One revocation for all accounts is waived until the end of January 2027."""
    assert ((Why.BEGINS_LATER, date(2027, 1, 31)) in of("us-tcpa-recorded-to-mobile", on)) is told


@pytest.mark.parametrize(
    ("on", "told"),
    [
        (date(2026, 10, 1), False),
        (date(2026, 10, 2), True),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), False),
    ],
)
def test_the_old_text_of_new_york_city_ends_with_the_year(on: date, told: bool) -> None:
    """Ninety-one, ninety, no days before its end, and the day after."""
    assert ((Why.ENDS_SOON, date(2026, 12, 31)) in of("us-nyc-two-communications", on)) is told


@pytest.mark.parametrize(("days", "told"), [(364, False), (365, False), (366, True)])
def test_a_check_holds_for_a_year(days: int, told: bool) -> None:
    rule = standard_rulebook().rule("us-dc-four-in-seven")
    assert rule is not None
    checked = rule.header.checked_on
    assert ((Why.CHECKED_LONG_AGO, checked) in of(rule.header.rule, checked + timedelta(days=days))) is told


def test_places_and_lists_are_looked_at_again_too_but_no_policy() -> None:
    items: tuple[Item, ...] = due(date(2030, 1, 1)).items
    assert {"US-DC", "us-regf-hours"} <= {item.name for item in items}
    assert not any(item.name.startswith("house-") for item in items if item.why is Why.CHECKED_LONG_AGO)
    assert [item.day for item in items] == sorted(item.day for item in items)


def test_what_is_expected_is_told_in_its_words() -> None:
    (nyc,) = [item for item in due(date(2026, 11, 30)).items if item.name == "us-nyc-three-attempts"]
    assert (nyc.why, "2027-01-01" in nyc.what) == (Why.EXPECTED, True)
