"""Durations: the quantile functions are those of the laws they are named after."""

import math

import numpy as np
import pytest
from scipy.special import gammainc

from simulator.durations import (
    Duration,
    constant,
    empirical,
    exponential,
    gamma,
    lognormal,
    mixture,
    normal,
    uniform,
)

LAWS: list[tuple[Duration, float, float]] = [
    (constant(seconds=3.0), 3.0, 3.0),
    (uniform(low=2.0, high=6.0), 4.0, 5.6),
    (exponential(mean=10.0), 6.931472, 23.025851),
    (lognormal(mean=90.0, sigma=0.9), 90.0 * math.exp(-0.405), 90.0 * math.exp(-0.405 + 0.9 * 1.2815515655)),
]


@pytest.mark.parametrize(("law", "median", "ninetieth"), LAWS, ids=[law.name for law, _, _ in LAWS])
def test_quantiles_are_exact(law: Duration, median: float, ninetieth: float) -> None:
    assert law.at(0.5) == pytest.approx(median, rel=1e-5)
    assert law.at(0.9) == pytest.approx(ninetieth, rel=1e-5)


@pytest.mark.parametrize(
    "law",
    [
        exponential(mean=15.0),
        lognormal(mean=90.0, sigma=0.9),
        gamma(mean=12.0, sd=5.0),
        uniform(low=1, high=4),
    ],
    ids=lambda law: law.name,
)
def test_the_mean_is_the_mean_of_the_draws(law: Duration) -> None:
    shares = (np.arange(200_000) + 0.5) / 200_000
    assert np.mean([law.at(share) for share in shares.tolist()]) == pytest.approx(law.mean, rel=0.01)


def test_the_gamma_table_follows_the_law_and_its_cuts() -> None:
    law = gamma(mean=12.0, sd=5.0, low=1.5, high=26.0)
    shape, scale = (12 / 5) ** 2, 25 / 12
    for share in (0.05, 0.25, 0.5, 0.75, 0.95):
        assert float(gammainc(shape, law.at(share) / scale)) == pytest.approx(share, abs=1e-3)
    assert law.at(1e-9) == pytest.approx(1.5, abs=0.3)
    assert law.at(1.0 - 1e-9) == 26.0


def test_a_normal_law_is_cut_where_it_is_told() -> None:
    law = normal(mean=19.0, sd=4.0, low=4.0, high=22.0)
    assert law.at(0.5) == pytest.approx(19.0, abs=0.01)
    assert law.at(0.99) == 22.0


def test_observed_values_are_drawn_and_nothing_beyond_them() -> None:
    law = empirical(values=[3.0, 1.0, 2.0])
    assert law.at(0.5) == pytest.approx(2.0, abs=0.01)
    assert 1.0 <= law.at(1e-6) <= law.at(1.0 - 1e-6) <= 3.0


def test_more_chance_never_takes_less_time() -> None:
    for law in (gamma(mean=12.0, sd=5.0), empirical(values=[1.0, 5.0, 9.0]), exponential(mean=3.0)):
        draws = [law.at(share) for share in np.linspace(0.001, 0.999, 997).tolist()]
        assert draws == sorted(draws)


def test_a_mixture_has_each_of_its_laws_by_its_weight() -> None:
    law = mixture(parts=[(1.0, constant(seconds=15.0)), (3.0, uniform(low=20.0, high=30.0))])
    assert law.at(0.24) == 15.0
    assert law.at(0.26) == pytest.approx(20.0, abs=0.2)
    assert law.at(0.625) == pytest.approx(25.0, abs=0.1)
    assert law.mean == pytest.approx(0.25 * 15.0 + 0.75 * 25.0, rel=1e-3)
    assert law.name == "mixture(25 % 15 s, 75 % uniform(20..30 s))"
