"""How often an agent may be held for one call alone."""

import math

import pytest

from pacing.held import HeldBudget
from pacing.registry import PolicyParameterError, make_learner, make_policy


def test_held_minutes_are_a_share_of_the_floors_time() -> None:
    """2.5 minutes of an hour are a 24th: sixteen seconds of one agent in ten are due again after 38.4."""
    budget = HeldBudget(held_most=2.5)
    assert budget.next_at(1000.0, ring_s=16.0, agents=10) == pytest.approx(1038.4)
    assert budget.next_at(1000.0, ring_s=16.0, agents=1) == 1384.0
    assert budget.next_at(1000.0, ring_s=16.0, agents=0) == 1384.0


def test_without_a_limit_the_next_may_be_held_at_once() -> None:
    assert not HeldBudget().is_bounded
    assert HeldBudget().next_at(1000.0, ring_s=16.0, agents=10) == 1000.0


@pytest.mark.parametrize("wrong", [0.0, -1.0, math.nan])
def test_nobody_may_be_left_out_for_good(wrong: float) -> None:
    with pytest.raises(PolicyParameterError, match="held_most"):
        make_learner(held_most=wrong)


def test_it_is_one_of_a_campaigns_flat_parameters() -> None:
    assert make_learner(held_most=2.5).held == HeldBudget(held_most=2.5)
    make_policy("predictive", held_most=2.5, ring_least=15.0)
