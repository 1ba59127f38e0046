"""A look through a whole file for days in figures finds the same by the mark as by the figures before it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.intake.whole_file import MAY_BE_A_DAY

BY_FIGURES = re.compile(r"(?<!\d)\d{1,2}([/.-])\d{1,2}\1\d")
"""As it is said: one or two figures that none stands before, a mark, one or two, the same mark, one more."""


@given(st.text(alphabet="12/.-, \n", max_size=12))
def test_a_text_may_hold_a_day_by_the_one_as_by_the_other(text: str) -> None:
    assert (MAY_BE_A_DAY.search(text) is None) == (BY_FIGURES.search(text) is None)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("1/2/2026", True),
        ("11/12/2026", True),
        (",1.2.26", True),
        (",11-2-26", True),
        ("2026-11-30", False),
        ("111/2/26", False),
        ("1/2-26", False),
        ("1/222/26", False),
        ("/2/26", False),
    ],
)
def test_days_in_figures_are_told_from_other_figures(text: str, is_one: bool) -> None:
    assert (MAY_BE_A_DAY.search(text) is not None) is is_one
