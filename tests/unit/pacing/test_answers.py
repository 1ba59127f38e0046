"""Who answers: believed first, counted soon, told apart where that was asked for."""

import json
import math

import pytest

from pacing.answers import AnswerBeliefs, AnswerModel
from pacing.policy import LaunchOutcome, LaunchResolved, NumberProfile
from pacing.registry import PolicyParameterError, make_learner, make_policy
from simulator.streams import Streams

PLAIN = NumberProfile(segment="mobile")
HOURS = AnswerBeliefs(hour_weight=20.0)
NUMBERS = AnswerBeliefs(number_weight=4.0)


def resolved(
    outcome: LaunchOutcome, number: NumberProfile = PLAIN, *, needed: bool | None = None
) -> LaunchResolved:
    return LaunchResolved(
        needs_agent=0.5, live=0.1, outcome=outcome, ring_s=12.0, needed_agent=needed, number=number
    )


def _learn(model: AnswerModel, number: NumberProfile, live: float, count: int, batch: int = 0) -> None:
    chance = Streams(5).generator(number.segment, str(number.local_hour), str(batch))
    for _ in range(count):
        answered = chance.random() < live
        model.observe(resolved(LaunchOutcome.ANSWERED_LIVE if answered else LaunchOutcome.NO_ANSWER, number))


def test_before_the_first_launch_a_third_is_thought_to_need_an_agent_and_a_twelfth_to_be_a_person() -> None:
    assert AnswerModel().chances(PLAIN) == (0.35, 0.08)


def test_the_first_launch_counts_against_ten_believed_ones_and_in_its_segment_against_twenty_five() -> None:
    model = AnswerModel()
    model.observe(resolved(LaunchOutcome.ANSWERED_LIVE))
    whole_needs, whole_live = (3.5 + 1.0) / 11.0, (0.8 + 1.0) / 11.0
    assert model.chances(NumberProfile(segment="landline")) == pytest.approx((whole_needs, whole_live))
    assert model.chances(PLAIN) == pytest.approx(((25.0 * 0.35 + 1.0) / 26.0, (25.0 * 0.08 + 1.0) / 26.0))


def test_a_segment_does_not_speak_twice() -> None:
    """Thirty-one launches that nobody answers, the first of a day: belief is halved, not gone."""
    model = AnswerModel()
    for _ in range(31):
        model.observe(resolved(LaunchOutcome.NO_ANSWER))
    assert model.chances(PLAIN) == pytest.approx((25.0 * 0.35 / 56.0, 25.0 * 0.08 / 56.0), rel=0.01)
    for _ in range(10):
        model.observe(resolved(LaunchOutcome.ANSWERED_LIVE, NumberProfile(segment="landline")))
    assert model.chances(PLAIN).live == pytest.approx((25.0 * 10.8 / 20.0) / 56.0, rel=0.01)


def test_how_unsure_all_chances_are_together_falls_with_answers_not_with_launches() -> None:
    model = AnswerModel()
    assert model.doubt == pytest.approx(1.0 / 3.5)
    model.observe(resolved(LaunchOutcome.NO_ANSWER))
    assert model.doubt == pytest.approx(1.0 / 3.5)
    model.observe(resolved(LaunchOutcome.MACHINE, needed=True))
    assert model.doubt == pytest.approx(1.0 / 4.5)


def test_a_segment_that_is_called_seldom_takes_no_more_from_the_campaign_than_is_there() -> None:
    model = AnswerModel()
    for _ in range(100):
        model.observe(resolved(LaunchOutcome.ANSWERED_LIVE))
    for _ in range(6000):
        model.observe(resolved(LaunchOutcome.NO_ANSWER, NumberProfile(segment="other")))
    chances = model.chances(PLAIN)
    assert 0.0 < chances.live <= chances.needs_agent < 1.0


def test_a_machine_that_reached_an_agent_needs_one_and_is_no_person() -> None:
    model = AnswerModel()
    model.observe(resolved(LaunchOutcome.MACHINE, needed=True))
    other = NumberProfile(segment="landline")
    assert model.chances(other) == pytest.approx((4.5 / 11.0, 0.8 / 11.0))
    model.observe(resolved(LaunchOutcome.MACHINE))
    kept = 1.0 - 1.0 / 2000.0
    launches = 10.0 + kept + 1.0
    assert model.chances(other) == pytest.approx(((3.5 + kept) / launches, 0.8 / launches))


def test_two_thousand_launches_are_remembered() -> None:
    """After four thousand more without an answer, e^-2 of what was counted is left."""
    model = AnswerModel()
    _learn(model, PLAIN, 1.0, 20_000)
    _learn(model, PLAIN, 0.0, 4000)
    left = math.exp(-2.0)
    assert model.chances(PLAIN).live == pytest.approx(left, rel=0.02)


def test_a_call_taken_back_teaches_nothing_and_one_that_failed_counts_as_unanswered() -> None:
    model = AnswerModel()
    before = model.state()
    model.observe(resolved(LaunchOutcome.CANCELLED))
    assert model.state() == before
    for outcome in (LaunchOutcome.FAILED, LaunchOutcome.BUSY, LaunchOutcome.NO_ANSWER):
        model.observe(resolved(outcome))
    assert model.chances(NumberProfile()).live == pytest.approx(0.8 / 13.0, rel=1e-3)


def test_segments_are_told_apart_and_an_unseen_one_is_judged_like_all() -> None:
    model = AnswerModel()
    for batch in range(20):
        _learn(model, NumberProfile(segment="auto"), 0.30, 60, batch)
        _learn(model, NumberProfile(segment="medical"), 0.08, 60, batch)
    assert model.chances(NumberProfile(segment="auto")).live == pytest.approx(0.30, abs=0.03)
    assert model.chances(NumberProfile(segment="medical")).live == pytest.approx(0.08, abs=0.02)
    assert model.chances(NumberProfile(segment="new")).live == pytest.approx(0.19, abs=0.03)


def test_many_are_judged_as_each_is_alone() -> None:
    numbers = [
        NumberProfile(segment=segment, local_hour=hour, attempts=tries)
        for segment in ("a", "b", "")
        for hour in (None, 9, 18)
        for tries in (0, 3)
    ]
    for beliefs in (AnswerBeliefs(), HOURS, NUMBERS):
        model = AnswerModel(beliefs)
        for number in numbers[:9]:
            _learn(model, number, 0.3, 30)
        assert model.chances_of(numbers) == [model.chances(number) for number in numbers]


def test_hour_and_own_record_say_nothing_unless_a_campaign_gives_them_a_weight() -> None:
    plain, told = AnswerModel(), AnswerModel()
    rich = NumberProfile(segment="mobile", local_hour=9, attempts=5, needed_agent=4, answered_live=4)
    for model, number in ((plain, PLAIN), (told, rich)):
        for index in range(200):
            answered = index % 3 == 0
            model.observe(resolved(LaunchOutcome.ANSWERED_LIVE if answered else LaunchOutcome.BUSY, number))
    assert told.state() == plain.state()
    assert told.chances(rich) == plain.chances(PLAIN)


def test_hours_are_told_apart_where_they_have_a_weight() -> None:
    model = AnswerModel(HOURS)
    for batch in range(20):
        for hour, live in ((10, 0.10), (18, 0.30)):
            _learn(model, NumberProfile(segment="auto", local_hour=hour), live, 60, batch)
    assert model.chances(NumberProfile(segment="auto", local_hour=10)).live == pytest.approx(0.10, abs=0.03)
    assert model.chances(NumberProfile(segment="auto", local_hour=18)).live == pytest.approx(0.30, abs=0.05)
    assert model.chances(NumberProfile(segment="auto", local_hour=3)) == model.chances(
        NumberProfile(segment="auto")
    )


def test_an_hour_is_moved_by_what_happened_against_what_any_hour_expects() -> None:
    """One person answered where .08 were expected, shrunk by a weight of twenty."""
    model = AnswerModel(HOURS)
    model.observe(resolved(LaunchOutcome.ANSWERED_LIVE, NumberProfile(local_hour=18)))
    at_any = model.chances(NumberProfile())
    at_six = model.chances(NumberProfile(local_hour=18))
    assert at_six.live == pytest.approx(at_any.live * 21.0 / 20.08)
    assert at_six.needs_agent == pytest.approx(at_any.needs_agent * 21.0 / 20.35)


def test_an_hour_remembers_a_hundred_and_fifty_expected_answers() -> None:
    model = AnswerModel(HOURS)
    six = NumberProfile(local_hour=18)
    model.observe(resolved(LaunchOutcome.ANSWERED_LIVE, six))
    model.observe(resolved(LaunchOutcome.NO_ANSWER, six))
    after_one = (25.0 * 0.08 + 1.0) / 26.0
    keep = 1.0 - after_one / 150.0
    factor = (20.0 + keep) / (20.0 + keep * 0.08 + after_one)
    assert model.chances(six).live == pytest.approx(model.chances(NumberProfile()).live * factor)


def test_no_hour_makes_an_answer_certain() -> None:
    model = AnswerModel(AnswerBeliefs(hour_weight=0.5))
    for hour in (9, 18):
        _learn(model, NumberProfile(local_hour=hour), 1.0 if hour == 18 else 0.2, 400)
    chances = model.chances(NumberProfile(local_hour=18))
    assert chances.needs_agent == 0.97
    assert chances.live <= chances.needs_agent


def test_a_number_that_never_answered_is_less_likely_to() -> None:
    model = AnswerModel(NUMBERS)
    silent = NumberProfile(attempts=6)
    friendly = NumberProfile(attempts=6, needed_agent=5, answered_live=4)
    assert model.chances(silent) == pytest.approx((4.0 * 0.35 / 10.0, 4.0 * 0.08 / 10.0))
    assert model.chances(friendly) == pytest.approx((6.4 / 10.0, 4.32 / 10.0))


@pytest.mark.parametrize("beliefs", [AnswerBeliefs(), HOURS])
def test_the_state_comes_back_exactly_through_json(beliefs: AnswerBeliefs) -> None:
    model, twin = AnswerModel(beliefs), AnswerModel(beliefs)
    for hour in (None, 9, 18):
        _learn(model, NumberProfile(segment="auto", local_hour=hour), 0.2, 50)
    twin.restore(json.loads(json.dumps(model.state(), sort_keys=True)))
    assert twin.state() == model.state()
    for both in (model, twin):
        _learn(both, NumberProfile(segment="auto", local_hour=9), 0.2, 20, 1)
    assert twin.state() == model.state(), "and learning goes on alike"


def test_hours_that_a_campaign_no_longer_tells_apart_are_forgotten_and_the_rest_is_kept() -> None:
    model, plain = AnswerModel(HOURS), AnswerModel()
    _learn(model, NumberProfile(local_hour=9), 0.2, 50)
    plain.restore(model.state())
    assert plain.chances(NumberProfile(local_hour=9)) == model.chances(NumberProfile())


def test_a_state_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="whole"):
        AnswerModel().restore({})


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="0-23"):
        NumberProfile(local_hour=24)
    for wrong in ((1, 2, 0), (1, 0, 1), (0, 0, -1)):
        attempts, needed, live = wrong
        with pytest.raises(ValueError, match="more often"):
            NumberProfile(attempts=attempts, needed_agent=needed, answered_live=live)
    with pytest.raises(ValueError, match="live_prior"):
        AnswerBeliefs(live_prior=0.5)
    with pytest.raises(ValueError, match="above zero"):
        AnswerBeliefs(segment_weight=0.0)
    with pytest.raises(ValueError, match="above zero"):
        AnswerBeliefs(answer_memory=1.0)


def test_a_campaign_sets_the_beliefs_beside_the_parameters_of_its_policy() -> None:
    parameters = {"target": 0.02, "live_prior": 0.2}
    assert make_learner(**parameters).answers.chances(PLAIN) == (0.35, 0.2)
    assert make_policy("predictive", **parameters).state() == make_policy("predictive", target=0.02).state()
    with pytest.raises(PolicyParameterError, match="live_prior"):
        make_learner(live_prior=2.0)


@pytest.mark.parametrize(
    ("beliefs", "refused"),
    [
        ({"live_prior": 0.0}, True),
        ({"live_prior": 0.35}, False),
        ({"live_prior": 0.36}, True),
        ({"needs_agent_prior": 0.08}, False),
        ({"needs_agent_prior": 0.99}, False),
        ({"needs_agent_prior": 1.0}, True),
        ({"prior_weight": 0.0}, True),
        ({"hour_weight": 0.0}, True),
        ({"number_weight": 0.0}, True),
        ({"number_weight": 0.1}, False),
        ({"answer_memory": 1.1}, False),
    ],
)
def test_beliefs_are_shares_and_weights_above_zero(beliefs: dict[str, float], refused: bool) -> None:
    if refused:
        with pytest.raises(ValueError, match=r"must"):
            AnswerBeliefs(**beliefs)
    else:
        AnswerBeliefs(**beliefs)


@pytest.mark.parametrize(
    ("hour", "refused"), [(0, False), (23, False), (-1, True), (24, True), (None, False)]
)
def test_hours_of_a_day_are_0_to_23(hour: int | None, refused: bool) -> None:
    if refused:
        with pytest.raises(ValueError, match="0-23"):
            NumberProfile(local_hour=hour)
    else:
        assert NumberProfile(local_hour=hour).local_hour == hour
