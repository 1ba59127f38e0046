"""Laws fitted to real calls: right where the truth is known, honest where it is not."""

import numpy as np
import pytest

from simulator.fit import fit_lognormal, rings_to_person
from simulator.real_calls import dialer_calls, observed, outcome_shares
from simulator.scenario_file import load_scenario
from simulator.streams import Streams


def test_a_known_law_is_found_again() -> None:
    values = np.exp(4.0 + 0.7 * Streams(1).generator("fit").standard_normal(4000))
    fit = fit_lognormal(values.tolist(), resamples=50)
    assert fit.sigma == pytest.approx(0.7, abs=0.03)
    assert fit.mean == pytest.approx(float(np.exp(4.0 + 0.245)), rel=0.04)
    assert fit.mean_interval[0] < np.exp(4.245) < fit.mean_interval[1]
    assert fit.distance < 0.02


def test_censored_observations_are_not_taken_for_short_ones() -> None:
    values = np.exp(3.0 + 0.6 * Streams(2).generator("fit").standard_normal(2000))
    cut = 25.0
    seen, hidden = values[values <= cut].tolist(), [cut] * int((values > cut).sum())
    naive = fit_lognormal(seen, resamples=20)
    honest = fit_lognormal(seen, hidden, resamples=20)
    truth = float(np.exp(3.0 + 0.18))
    assert honest.mean == pytest.approx(truth, rel=0.06)
    assert naive.mean < 0.75 * truth


def test_few_observations_give_wide_intervals() -> None:
    fit = rings_to_person()
    assert (fit.observed, fit.censored) == (51, 45)
    low, high = fit.mean_interval
    assert (high - low) / fit.mean > 0.2
    assert "45 censored" in fit.sentence()


def test_a_law_needs_two_observations() -> None:
    with pytest.raises(ValueError, match="two at least"):
        fit_lognormal([3.0])


def test_the_real_log_is_read_whole() -> None:
    assert len(dialer_calls()) == 100
    shares = outcome_shares()
    assert shares["TR"] == 0.42
    assert sum(shares.values()) == pytest.approx(1.0)
    assert len(observed("bank_talks")) == 4118
    assert min(observed("rings_to_person")) == pytest.approx(3.892)


def test_the_real_scenario_has_the_shares_of_the_real_calls() -> None:
    """The file states them as numbers so that it can be read; here they are held against the data."""
    real, shares = load_scenario("real"), outcome_shares()
    person = shares["TR"] + shares["QT"] + shares["QD"] + shares["AC"]
    in_service = 1.0 - shares["NU"]
    assert real.numbers.not_in_service == pytest.approx(shares["NU"])
    assert real.calls.person_answers == pytest.approx(person / in_service, abs=1e-4)
    assert real.calls.congestion == pytest.approx(shares["E"] / in_service, abs=1e-4)
    assert real.numbers.voicemail == pytest.approx(shares["AM"] / (shares["AM"] + shares["O"]), abs=1e-4)
