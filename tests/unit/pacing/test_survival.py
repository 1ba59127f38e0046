"""Learned durations: the prior first, the data later, censored durations as they are."""

import json
import math

import numpy as np
import pytest

from pacing.policy import Json
from pacing.stored import float_of
from pacing.survival import LearnedDuration, LogNormalPrior, even_edges, geometric_edges, log_normal_survival
from simulator.streams import Streams


def _talk() -> LearnedDuration:
    return LearnedDuration(geometric_edges(2.0, 3600.0, 1.25), LogNormalPrior(median=60.0, sigma=1.0))


def test_before_the_first_call_the_prior_is_believed() -> None:
    talk = _talk()
    for seconds in (10.0, 60.0, 200.0):
        expected = log_normal_survival(seconds, np.log(60.0), 1.0)
        assert float(talk.survival(np.array([seconds]))[0]) == pytest.approx(expected, abs=0.03)


def test_two_thousand_talks_outweigh_a_wrong_prior() -> None:
    talk = _talk()
    rng = Streams(1).generator("talk")
    for seconds in rng.exponential(240.0, 2000):
        talk.observe(float(seconds))
    at = np.array([30.0, 120.0, 240.0, 600.0])
    assert talk.survival(at) == pytest.approx(np.exp(-at / 240.0), abs=0.04)
    assert talk.mean == pytest.approx(240.0, rel=0.1)


def test_a_dozen_talks_correct_the_scale_before_they_correct_the_shape() -> None:
    talk = _talk()
    for _ in range(12):
        talk.observe(300.0)
    assert 120.0 < float(np.interp(-0.5, -talk.survival(np.arange(3600.0)), np.arange(3600.0))) < 300.0


def test_a_mixture_of_machines_and_people_keeps_its_two_humps() -> None:
    talk = _talk()
    for index in range(2000):
        talk.observe(8.0 if index % 2 else 300.0)
    at_4, at_20, at_250, at_400 = talk.survival(np.array([4.0, 20.0, 250.0, 400.0])).tolist()
    assert at_4 - at_20 > 0.4, "half of the calls end around eight seconds"
    assert at_20 - at_250 < 0.05, "nobody who got past the machines hangs up soon after"
    assert at_250 - at_400 > 0.4


def test_talks_that_were_cut_off_lengthen_what_is_expected() -> None:
    whole, cut = _talk(), _talk()
    for index in range(200):
        whole.observe(100.0)
        cut.observe(100.0, censored=index % 2 == 0)
    at = np.array([150.0])
    assert float(cut.survival(at)[0]) > float(whole.survival(at)[0]) + 0.1


def test_survival_falls_from_one_and_never_rises() -> None:
    ring = LearnedDuration(even_edges(1.0, 60.0), LogNormalPrior(median=11.0, sigma=0.45))
    for seconds in (3.0, 12.0, 59.0, 61.0, 200.0, 26.0):
        ring.observe(seconds)
    survival = ring.survival(np.linspace(0.0, 400.0, 801))
    assert survival[0] == 1.0
    assert (np.diff(survival) <= 0.0).all()
    assert (survival >= 0.0).all()


def test_old_observations_fade_beyond_the_memory() -> None:
    talk = LearnedDuration(
        geometric_edges(2.0, 3600.0, 1.25), LogNormalPrior(median=60.0, sigma=1.0), memory=300.0
    )
    for seconds in [20.0] * 1000 + [200.0] * 1500:
        talk.observe(seconds)
    assert float(talk.survival(np.array([100.0]))[0]) > 0.9


def test_a_new_law_is_published_when_a_twentieth_is_new_and_never_for_fewer_than_five() -> None:
    talk = _talk()
    published: list[int] = []
    for count in range(1, 301):
        before = talk.version
        talk.observe(100.0)
        if talk.version > before:
            published.append(count)
    assert published[:3] == [5, 10, 15]
    assert published[18:22] == [95, 100, 106, 112]
    assert published[-2:] == [280, 295]


def test_two_thousand_are_remembered() -> None:
    """The rest fades when a new law is published."""
    talk = _talk()
    for _ in range(2100):
        talk.observe(100.0)
    assert 2000.0 <= talk.observations < 2105.0
    for _ in range(20_000):
        talk.observe(100.0)
    assert talk.observations < 2105.0


def test_what_lasted_no_time_counts_as_half_a_second() -> None:
    """Its logarithm would have no end."""
    wrap = LearnedDuration(geometric_edges(1.0, 900.0, 1.3), LogNormalPrior(median=10.0, sigma=1.0))
    wrap.observe(0.0)
    assert wrap.state()["logs"] == pytest.approx(np.log(0.5))


def test_the_hazard_of_a_bin_is_what_ended_in_it_over_the_time_spent_there() -> None:
    """A prior worth next to nothing, and ten of twenty that end in the middle of the second bin."""
    thin = LogNormalPrior(median=5.0, sigma=1.0, weight=1e-9, scale_weight=1e-9)
    law = LearnedDuration((0.0, 4.0, 8.0), thin)
    for index in range(20):
        law.observe(6.0 if index % 2 else 8.0)
    hazard = law.state()["hazard"]
    assert isinstance(hazard, list)
    assert hazard[1] == pytest.approx(10.0 / (10 * 2.0 + 10 * 4.0))
    assert float(law.survival(np.array([8.0]))[0]) == pytest.approx(np.exp(-4.0 / 6.0))


def test_no_bin_ends_everything_at_once_and_none_ends_nothing() -> None:
    """All that ended did so at the bin's very start: after no time at all, as it were."""
    thin = LogNormalPrior(median=5.0, sigma=0.001, weight=1e-9, scale_weight=1e-9)
    law = LearnedDuration((0.0, 4.0, 8.0, 12.0), thin)
    for _ in range(10):
        law.observe(4.0)
    hazard = law.state()["hazard"]
    assert hazard == [1e-9, 20.0 / 4.0, 1e-9, 1e-9]


def test_beyond_the_last_edge_the_last_hazard_goes_on_to_twenty_times_it() -> None:
    law = LearnedDuration((0.0, 10.0), LogNormalPrior(median=10.0, sigma=1.0))
    at_10, at_20, at_200, at_900 = law.survival(np.array([10.0, 20.0, 200.0, 900.0])).tolist()
    assert at_20 / at_10 == pytest.approx((at_200 / at_10) ** (10.0 / 190.0))
    assert at_900 == at_200


def test_the_mean_is_that_of_a_hazard_constant_in_each_bin() -> None:
    law = LearnedDuration((0.0, 10.0), LogNormalPrior(median=10.0, sigma=1.0))
    hazard = law.state()["hazard"]
    assert isinstance(hazard, list)
    first, last = (float(rate) for rate in hazard if isinstance(rate, float))
    within = (1.0 - np.exp(-10.0 * first)) / first
    beyond = np.exp(-10.0 * first) * (1.0 - np.exp(-190.0 * last)) / last
    assert law.mean == pytest.approx(within + beyond)


def test_the_state_comes_back_exactly_through_json() -> None:
    talk, twin = _talk(), _talk()
    for seconds in Streams(2).generator("talk").exponential(90.0, 333):
        talk.observe(float(seconds))
    twin.restore(json.loads(json.dumps(talk.state())))
    at = np.arange(0.0, 900.0, 7.0)
    assert (twin.survival(at) == talk.survival(at)).all()
    for both in (talk, twin):
        for _ in range(40):
            both.observe(77.0)
    assert (twin.survival(at) == talk.survival(at)).all(), "and learning goes on alike"


def test_a_state_of_other_bins_is_refused() -> None:
    with pytest.raises(ValueError, match="other bins"):
        LearnedDuration(even_edges(1.0, 10.0), LogNormalPrior(median=5.0, sigma=1.0)).restore(_talk().state())


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        _talk().observe(-1.0)
    with pytest.raises(ValueError, match="rise"):
        LearnedDuration((0.0, 2.0, 2.0), LogNormalPrior(median=5.0, sigma=1.0))
    with pytest.raises(ValueError, match="above zero"):
        LogNormalPrior(median=0.0, sigma=1.0)


def test_a_law_that_nobody_has_told_anything_is_the_first() -> None:
    """Its version counts what was published since."""
    talk = _talk()
    assert talk.version == 0
    for _ in range(5):
        talk.observe(30.0)
    assert talk.version == 1


@pytest.mark.parametrize("value", [True, "1", None, [1.0]])
def test_what_is_stored_as_no_number_is_refused(value: Json) -> None:
    assert float_of({"x": 1}, "x") == 1.0
    assert float_of({"x": 0.5}, "x") == 0.5
    with pytest.raises(ValueError, match="no number 'x'"):
        float_of({"x": value}, "x")
    with pytest.raises(ValueError, match="no number 'y'"):
        float_of({"x": 1.0}, "y")


def test_edges_grow_by_their_ratio_to_the_last_and_no_further() -> None:
    assert geometric_edges(1.0, 8.0, 2.0) == (0.0, 1.0, 2.0, 4.0, 8.0)
    assert geometric_edges(1.0, 8.1, 2.0) == (0.0, 1.0, 2.0, 4.0, 8.0, 16.0)


def test_the_doubt_of_a_mean_falls_with_what_was_observed() -> None:
    """Exponential durations have a squared relative deviation of 1: of n of them the mean is off by 1/n."""
    law = LearnedDuration(geometric_edges(2.0, 3600.0, 1.25), LogNormalPrior(median=60.0, sigma=1.0))
    for n in range(400):
        law.observe(-60.0 * math.log1p(-(n * 89 % 400 + 0.5) / 400))
    assert law.mean_doubt == pytest.approx(1.0 / 406.0, rel=0.1)


@pytest.mark.parametrize("x", [0.0, 0.4, 1.9, 60.0, 3000.0, 40_000.0, 100_000.0])
def test_a_hazard_and_its_seconds_are_read_both_ways(x: float) -> None:
    """As `numpy.interp` reads them, also beyond the ends."""
    law = LearnedDuration(geometric_edges(2.0, 3600.0, 1.25), LogNormalPrior(median=60.0, sigma=1.0))
    hazard = -math.log(float(law.survival(np.array([x]))[0]))
    assert law.hazard_by(x) == pytest.approx(hazard, abs=1e-12)
    if x < 70_000.0:
        assert law.reached(law.hazard_by(x)) == pytest.approx(x)
