"""Python's search for garbage is held back for a block, and as it was behind it."""

import gc
from collections.abc import Iterator

import pytest

from dialer.storage.garbage import SELDOM, seldom_looked_for


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    before, was_enabled = gc.get_threshold(), gc.isenabled()
    yield
    gc.set_threshold(*before)
    if was_enabled:
        gc.enable()


def test_it_is_seldom_within_and_as_before_behind_whatever_happens() -> None:
    gc.set_threshold(700, 11, 12)
    within: list[tuple[int, int, int]] = []

    def dies() -> None:
        with seldom_looked_for():
            within.append(gc.get_threshold())
            raise OSError("full")

    with pytest.raises(OSError, match="full"):
        dies()
    assert within == [(SELDOM, 11, 12)]
    assert gc.get_threshold() == (700, 11, 12)


def test_who_looks_more_seldom_still_does_so() -> None:
    gc.set_threshold(SELDOM + 1, 11, 12)
    with seldom_looked_for():
        assert gc.get_threshold()[0] == SELDOM + 1


def test_a_search_that_is_off_stays_off() -> None:
    gc.disable()
    with seldom_looked_for():
        assert not gc.isenabled()
    assert not gc.isenabled()
