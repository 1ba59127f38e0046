"""Whom to call first: what a lead is worth, how many are put off, and who never is."""

import json
import math

import pytest

from pacing.answers import AnswerModel
from pacing.learner import Learner
from pacing.ordering import ATTEMPT_S, OrderBeliefs, OrderModel
from pacing.policy import LaunchOutcome, LaunchResolved, NumberProfile
from pacing.registry import PolicyParameterError, make_learner, make_policy

DAY = 86_400.0
HANDLE = (150.0, 20.0)
NOW = 1_800_000_000.0


def looks(
    model: OrderModel,
    worth: float,
    *,
    tries: int = 5,
    now: float = NOW,
    waited_s: float = DAY,
    leads_left: int = 1_000_000,
) -> bool:
    """A lead with a record, called yesterday, of a list that lasts: whether it is put off."""
    return model.puts_off(worth, tries=tries, now=now, waited_s=waited_s, leads_left=leads_left)


def number(attempts: int, *, needed: int = 0, live: int = 0) -> NumberProfile:
    """A number with a record."""
    return NumberProfile(segment="m", attempts=attempts, needed_agent=needed, answered_live=live)


def taught() -> AnswerModel:
    """One in ten is a person, three in ten take an agent."""
    answers = AnswerModel()
    for call in range(2000):
        outcome = LaunchOutcome.ANSWERED_LIVE if call % 10 == 0 else LaunchOutcome.NO_ANSWER
        needed = call % 10 < 3
        answers.observe(
            LaunchResolved(
                needs_agent=0.3,
                live=0.1,
                outcome=outcome,
                ring_s=5.0,
                needed_agent=needed,
                number=NumberProfile(segment="m"),
            )
        )
    return answers


def test_a_number_is_worth_its_people_per_second_of_an_agent() -> None:
    """Six attempts of its kind and its own four: (6·p + 2) / 10 are people, (6·q + 3) / 10 take an agent."""
    answers = taught()
    needs, live = answers.chances(number(0))
    model = OrderModel(OrderBeliefs(order_weight=6.0))
    person, any_answer = (6 * live + 2) / 10, (6 * needs + 3) / 10
    expected = person / (ATTEMPT_S + person * 150.0 + (any_answer - person) * 20.0)
    assert model.worth(number(4, needed=3, live=2), answers, HANDLE) == pytest.approx(expected, abs=1e-8)


def test_who_answered_is_worth_more_and_who_never_did_less() -> None:
    answers, model = taught(), OrderModel()
    fresh = model.worth(number(0), answers, HANDLE)
    assert model.worth(number(5, needed=2, live=2), answers, HANDLE) > fresh
    assert model.worth(number(5), answers, HANDLE) < fresh
    assert model.worth(number(5, needed=5), answers, HANDLE) < model.worth(number(5), answers, HANDLE)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_the_declared_share_is_put_off_and_the_least_worth(share: float) -> None:
    """Of ten kinds of leads in turn those under the quantile are, once the bar has found its height."""
    model = OrderModel(OrderBeliefs(order_put_off=share))
    kinds = [0.001 * 1.5**kind for kind in range(10)]
    put_off = [0] * 10
    for look in range(6000):
        kind = look * 7 % 10
        if looks(model, kinds[kind]) and look >= 2000:
            put_off[kind] += 1
    assert sum(put_off) / 4000 == pytest.approx(share, abs=0.02)
    under = round(10 * share)
    assert min(put_off[: under - 1], default=400) > 380
    assert max(put_off[under + 1 :], default=0) < 20


def test_who_was_never_called_or_waits_long_is_not_put_off() -> None:
    """And yet the look counts: the bar is of all leads."""
    model = OrderModel(OrderBeliefs(order_put_off=0.5, order_wait_days=2.0))
    looks(model, 0.01)
    assert looks(model, 1e-6, waited_s=2 * DAY - 1)
    assert not looks(model, 1e-6, waited_s=2 * DAY)
    assert not looks(model, 1e-6, waited_s=math.inf)
    assert model.bar is not None


def test_of_whom_little_is_known_nobody_is_put_off() -> None:
    """Two calls say nothing; and the bar stays where it was."""
    model = OrderModel(OrderBeliefs(order_put_off=0.5))
    assert not looks(model, 1e-6, tries=2)
    assert model.bar is None
    looks(model, 0.01)
    assert looks(model, 1e-6, tries=3)


def test_of_a_list_that_does_not_last_half_a_day_nobody_is_put_off() -> None:
    """A call a second for a long time is 1,800 within the half hour that counts: twelve hours are 43,200."""
    model = OrderModel(OrderBeliefs(order_put_off=0.5))
    for second in range(20_000):
        looks(model, 1.0, now=NOW + second, tries=0)
    now = NOW + 20_000
    assert not looks(model, 1e-6, now=now, leads_left=42_000)
    assert model.share == 0.0
    looks(model, 1.0, now=now, leads_left=44_000)
    assert looks(model, 1e-6, now=now, leads_left=44_000)


def test_fewer_are_put_off_when_few_are_in_hand_and_more_again_later() -> None:
    model = OrderModel(OrderBeliefs(order_put_off=0.3))
    for _ in range(200):
        looks(model, 0.01)
    assert model.share == pytest.approx(0.3)
    model.runs_short()
    assert model.share == pytest.approx(0.15)
    looks(model, 0.01)
    assert model.share == pytest.approx(0.152)


def test_a_campaign_that_does_not_ask_puts_nobody_off() -> None:
    model = OrderModel()
    assert not any(looks(model, worth) for worth in (1.0, 1e-9, 1e-9))
    assert (model.bar, model.is_asked, model.sorts_numbers) == (None, False, False)


def test_the_bar_is_kept_overnight() -> None:
    first = make_learner(order_put_off=0.5)
    for worth in (0.01, 0.02, 0.001):
        looks(first.order, worth)
    again = make_learner(order_put_off=0.5)
    again.restore(json.loads(json.dumps(first.state())))
    assert again.order.bar == first.order.bar
    older = Learner()
    older.restore({})  # of a version that put nobody off
    assert older.order.bar is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"order_put_off": 0.95},
        {"order_put_off": -0.1},
        {"order_numbers": 0.5},
        {"order_weight": 0.0},
        {"order_rest_hours": 0.0},
        {"order_wait_days": -1.0},
    ],
)
def test_values_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(PolicyParameterError, match=next(iter(wrong))):
        make_learner(**wrong)


def test_its_parameters_stand_among_those_of_any_policy() -> None:
    make_policy("predictive", order_put_off=0.4, order_numbers=1.0, order_wait_days=3.0)
    assert make_learner(order_put_off=0.4, order_rest_hours=2.0).order.rest_s == 7200.0
