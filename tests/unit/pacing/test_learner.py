"""What a campaign's calls teach all its pools: who answers, who calls us, how long detection takes."""

import json
import math

import pytest

from pacing.arrivals import ArrivalRate, HandOverDelay
from pacing.learner import Learner
from pacing.policy import AnswerHandedOver, InboundAsked, LaunchOutcome, LaunchResolved, NumberProfile

NOW = 1_800_000_000.0
HALF_AN_HOUR = 1800.0


def test_until_somebody_calls_us_nobody_is_expected_to() -> None:
    assert ArrivalRate().rate(NOW) == 0.0


def test_the_first_one_stands_against_ten_minutes_without_any() -> None:
    rate = ArrivalRate()
    rate.observe(NOW, 1.0)
    assert rate.rate(NOW) == 1.0 / 600.0
    watched = HALF_AN_HOUR * (1.0 - math.exp(-1.0))
    assert rate.rate(NOW + HALF_AN_HOUR) == pytest.approx(math.exp(-1.0) / (600.0 + watched))


def test_after_hours_the_rate_is_what_it_was_of_late() -> None:
    """Sixty an hour for four hours, then twenty: the first is forgotten by e in half an hour."""
    rate = ArrivalRate()
    for minute in range(240):
        rate.observe(NOW + 60.0 * minute, 1.0)
    at = NOW + 240 * 60.0
    believed = HALF_AN_HOUR / (HALF_AN_HOUR + 600.0)
    assert rate.rate(at) == pytest.approx(believed / 60.0, rel=0.02)
    for third in range(80):
        rate.observe(at + 180.0 * third, 1.0)
    assert rate.rate(at + 80 * 180.0) == pytest.approx(believed / 180.0, rel=0.06)


def test_a_call_that_others_may_take_counts_by_its_share() -> None:
    whole, half = ArrivalRate(), ArrivalRate()
    for minute in range(10):
        whole.observe(NOW + 60.0 * minute, 1.0)
        half.observe(NOW + 60.0 * minute, 0.5)
    assert half.rate(NOW + 600.0) == pytest.approx(whole.rate(NOW + 600.0) / 2.0)


def test_a_clock_that_was_set_back_does_not_make_the_past_grow() -> None:
    rate = ArrivalRate()
    rate.observe(NOW, 1.0)
    rate.observe(NOW - 500.0, 1.0)
    assert rate.rate(NOW - 500.0) == pytest.approx(2.0 / 600.0)


def test_a_verdict_is_believed_to_take_1_3_s_and_five_that_were_seen_weigh_as_much() -> None:
    delay = HandOverDelay()
    assert delay.mean == 1.3
    for _ in range(5):
        delay.observe(2.5)
    assert delay.mean == 1.9
    for _ in range(2000):
        delay.observe(2.5)
    assert delay.mean == 2.5


def test_two_hundred_verdicts_are_remembered() -> None:
    delay = HandOverDelay()
    for seconds, times in ((3.0, 4000), (1.0, 200)):
        for _ in range(times):
            delay.observe(seconds)
    faded = 200.0 * (1.0 - 1.0 / 200.0) ** 200
    expected = (5.0 * 1.3 + 3.0 * faded + 1.0 * (200.0 - faded)) / 205.0
    assert delay.mean == pytest.approx(expected, abs=0.05)


def test_the_delay_is_told_in_tenths() -> None:
    """Otherwise each answer would make every table anew that rests on it."""
    delay = HandOverDelay()
    delay.observe(1.37)
    assert delay.mean == 1.3


def _taught() -> Learner:
    learner = Learner()
    number = NumberProfile(segment="mobile")
    learner.observe(
        LaunchResolved(
            needs_agent=0.3, live=0.1, outcome=LaunchOutcome.ANSWERED_LIVE, ring_s=9.0, number=number
        )
    )
    learner.observe(InboundAsked(at=NOW, share=0.5))
    learner.observe(AnswerHandedOver(delay_s=2.0))
    return learner


def test_each_part_learns_from_what_concerns_it() -> None:
    learner = _taught()
    assert learner.answers.chances(NumberProfile(segment="other")).live == pytest.approx(1.8 / 11.0)
    assert learner.inbound.rate(NOW) == 0.5 / 600.0
    assert learner.detection.mean == 1.4


def test_what_was_learned_comes_back_through_json() -> None:
    twin = Learner()
    twin.restore(json.loads(json.dumps(_taught().state(), sort_keys=True)))
    assert twin.state() == _taught().state()


def test_a_part_that_was_not_written_is_left_as_it_is() -> None:
    written = _taught().state()
    del written["inbound"], written["detection"]
    learner = Learner()
    learner.restore(written)
    assert learner.answers.state() == _taught().answers.state()
    assert (learner.inbound.rate(NOW), learner.detection.mean) == (0.0, 1.3)


def test_another_detection_is_learned_anew() -> None:
    learner = _taught()
    learner.forget_detection()
    assert learner.detection.mean == 1.3
    assert learner.inbound.rate(NOW) == 0.5 / 600.0


def test_what_cannot_be_is_refused() -> None:
    for share in (0.0, 1.1):
        with pytest.raises(ValueError, match="share"):
            InboundAsked(at=NOW, share=share)
    with pytest.raises(ValueError, match="negative"):
        AnswerHandedOver(delay_s=-0.1)


def test_a_verdict_fades_by_a_two_hundredth_with_each_that_follows() -> None:
    delay = HandOverDelay()
    for _ in range(3):
        delay.observe(2.0)
    keep = 1.0 - 1.0 / 200.0
    counted = 1.0 + keep + keep * keep
    assert delay.state() == {"count": pytest.approx(counted), "seconds": pytest.approx(2.0 * counted)}
