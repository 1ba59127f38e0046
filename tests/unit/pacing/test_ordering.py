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
        if model.puts_off(kinds[kind], waited_s=DAY) and look >= 2000:
            put_off[kind] += 1
    assert sum(put_off) / 4000 == pytest.approx(share, abs=0.02)
    under = round(10 * share)
    assert min(put_off[: under - 1], default=400) > 380
    assert max(put_off[under + 1 :], default=0) < 20


def test_who_was_never_called_or_waits_long_is_not_put_off() -> None:
    """And yet the look counts: the bar is of all leads."""
    model = OrderModel(OrderBeliefs(order_put_off=0.5, order_wait_days=2.0))
    model.puts_off(0.01, waited_s=DAY)
    assert model.puts_off(1e-6, waited_s=2 * DAY - 1)
    assert not model.puts_off(1e-6, waited_s=2 * DAY)
    assert not model.puts_off(1e-6, waited_s=math.inf)
    assert model.bar is not None


def test_a_campaign_that_does_not_ask_puts_nobody_off() -> None:
    model = OrderModel()
    assert not any(model.puts_off(worth, waited_s=DAY) for worth in (1.0, 1e-9, 1e-9))
    assert (model.bar, model.is_asked, model.sorts_numbers) == (None, False, False)


def test_the_bar_is_kept_overnight() -> None:
    first = make_learner(order_put_off=0.5)
    for worth in (0.01, 0.02, 0.001):
        first.order.puts_off(worth, waited_s=DAY)
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
