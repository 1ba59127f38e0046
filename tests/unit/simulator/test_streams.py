"""Chance by name: stable over runs and machines, and independent of who asks first."""

import numpy as np
import pytest

from simulator.streams import Streams


def test_the_same_name_gives_the_same_numbers_whenever_it_is_asked() -> None:
    streams = Streams(1)
    before = streams.draws("call", "p1", "n1", "1")
    streams.draws("call", "p2", "n2", "1")
    assert streams.draws("call", "p1", "n1", "1") == before
    assert Streams(1).draws("call", "p1", "n1", "1") == before


def test_the_numbers_of_a_name_are_written_in_stone() -> None:
    """A change of the hash or its reading would silently change every published figure."""
    assert Streams(7).draws("call", "p", "n", "1")[:3] == pytest.approx(
        (0.492715854547, 0.6065894655185, 0.8764606009936), abs=1e-12
    )


def test_names_do_not_run_into_each_other() -> None:
    assert Streams(1).draws("ab", "c") != Streams(1).draws("a", "bc")
    assert Streams(1).draws("1", "x") != Streams(11).draws("x")


def test_another_seed_gives_other_numbers() -> None:
    assert Streams(1).draws("a") != Streams(2).draws("a")


def test_draws_are_uniform_and_never_touch_the_ends() -> None:
    streams = Streams(3)
    values = np.array([streams.draws("n", str(n)) for n in range(4000)])
    assert values.min() > 0.0
    assert values.max() < 1.0
    assert values.mean(axis=0) == pytest.approx(np.full(16, 0.5), abs=0.02)
    assert values.std(axis=0) == pytest.approx(np.full(16, 12**-0.5), abs=0.01)
    assert np.abs(np.corrcoef(values.T) - np.eye(16)).max() < 0.07


def test_a_stream_goes_on_over_its_blocks_like_its_generator() -> None:
    stream = Streams(5).stream("agent", "a")
    values = [stream.next() for _ in range(600)]
    assert len(set(values)) == 600
    assert values == [s.next() for s in [Streams(5).stream("agent", "a")] for _ in range(600)]
    assert 0.0 < min(values) < max(values) < 1.0
