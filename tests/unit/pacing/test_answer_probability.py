"""Answer probabilities: shrunk to what is known, and better the more is known."""

import json

import pytest

from pacing.answer_probability import AnswerProbability, LeadProfile
from pacing.policy import LaunchOutcome
from simulator.streams import Streams

_PLAIN = LeadProfile(segment="", local_hour=10)


def _learn(model: AnswerProbability, profile: LeadProfile, live: float, count: int, batch: int = 0) -> None:
    chance = Streams(5).generator(profile.segment, str(profile.local_hour), str(batch))
    for _ in range(count):
        outcome = LaunchOutcome.ANSWERED_LIVE if chance.random() < live else LaunchOutcome.NO_ANSWER
        model.observe(profile, outcome)


def test_before_the_first_launch_the_prior_is_given() -> None:
    estimate = AnswerProbability(live=0.08, machine=0.5).estimate(_PLAIN)
    assert (estimate.live, estimate.machine) == (pytest.approx(0.08), pytest.approx(0.5))


def test_a_few_calls_move_it_a_little_and_many_a_lot() -> None:
    few, many = AnswerProbability(live=0.10), AnswerProbability(live=0.10)
    _learn(few, _PLAIN, 0.30, 20)
    _learn(many, _PLAIN, 0.30, 3000)
    assert 0.10 < few.estimate(_PLAIN).live < 0.25
    assert many.estimate(_PLAIN).live == pytest.approx(0.30, abs=0.04)


def test_segments_and_hours_are_told_apart() -> None:
    model = AnswerProbability(live=0.15)
    places = [("auto", 10, 0.30), ("auto", 18, 0.45), ("medical", 10, 0.08), ("medical", 18, 0.12)]
    for batch in range(20):
        for segment, hour, live in places:
            _learn(model, LeadProfile(segment=segment, local_hour=hour), live, 60, batch)
    for segment, hour, live in places:
        estimate = model.estimate(LeadProfile(segment=segment, local_hour=hour)).live
        assert estimate == pytest.approx(live, rel=0.3), (segment, hour)


def test_an_unseen_segment_is_judged_like_all_others() -> None:
    model = AnswerProbability(live=0.10)
    _learn(model, LeadProfile(segment="auto", local_hour=10), 0.30, 2000)
    unseen = model.estimate(LeadProfile(segment="new", local_hour=3)).live
    assert 0.10 < unseen < 0.40


def test_a_number_that_never_answered_is_less_likely_to() -> None:
    model = AnswerProbability(live=0.20)
    silent = model.estimate(LeadProfile(segment="", local_hour=10, attempts=6)).live
    friendly = model.estimate(LeadProfile(segment="", local_hour=10, attempts=6, answered_live=4)).live
    assert silent == pytest.approx(0.08)
    assert friendly == pytest.approx(0.48)


def test_both_answers_together_stay_below_one() -> None:
    model = AnswerProbability(live=0.45, machine=0.5)
    estimate = model.estimate(
        LeadProfile(segment="", local_hour=10, attempts=20, answered_live=10, answered_by_machine=10)
    )
    assert estimate.live + estimate.machine < 1.0


def test_cancelled_and_failed_launches_teach_nothing() -> None:
    model = AnswerProbability()
    before = model.state()
    model.observe(_PLAIN, LaunchOutcome.CANCELLED)
    model.observe(_PLAIN, LaunchOutcome.FAILED)
    assert model.state() == before


def test_the_state_comes_back_exactly_through_json() -> None:
    model, twin = AnswerProbability(), AnswerProbability()
    _learn(model, LeadProfile(segment="auto", local_hour=17), 0.2, 150)
    twin.restore(json.loads(json.dumps(model.state())))
    assert twin.estimate(_PLAIN) == model.estimate(_PLAIN)
    assert twin.state() == model.state()


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="0-23"):
        LeadProfile(segment="", local_hour=24)
    with pytest.raises(ValueError, match="more often"):
        LeadProfile(segment="", local_hour=1, attempts=1, answered_live=2)
    with pytest.raises(ValueError, match="less than 1"):
        AnswerProbability(live=0.6, machine=0.5)
