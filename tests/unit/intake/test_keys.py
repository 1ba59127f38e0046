"""A key at first sight is one at second sight, too."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.intake.keys import is_placeholder, is_plain_key, look_at_key
from dialer.intake.values import BadValueError


@given(st.text("aAeExX01529-_/.,+#?", max_size=8))
def test_nothing_that_is_no_key_is_plain(text: str) -> None:
    if is_plain_key(text):
        look_at_key(text)


@pytest.mark.parametrize(
    "text", ["1.23457E+11", "12E5", "000", "0", "NULL", "xxx", "A000", "#REF!", "", "-1"]
)
def test_what_must_be_looked_at_is_not_plain(text: str) -> None:
    assert not is_plain_key(text)


@pytest.mark.parametrize("text", ["AC-1000417", "P1", "a1", "20931", "PR_20931", "11"])
def test_what_most_keys_look_like_is_plain(text: str) -> None:
    assert is_plain_key(text)
    assert not is_placeholder(text)


@pytest.mark.parametrize("text", ["NULL", "1.23457E+11", "#REF!"])
def test_what_names_nobody_is_refused(text: str) -> None:
    with pytest.raises(BadValueError):
        look_at_key(text)
