"""Policies driven over a made-up floor: close to the exact optimum, and within the limit."""

from collections.abc import Callable

import pytest

from pacing.bench import MARKOV, REF, Floor, Scenario, Tally
from pacing.optimum import MarkovFloor, optimum
from pacing.policy import PacingPolicy
from pacing.registry import make_guarded_policy, make_policy
from simulator.streams import Streams


def _shift(
    scenario: Scenario,
    make: Callable[[], PacingPolicy],
    *,
    agents: int,
    hours: float,
    day: int = 0,
    tick: float = 1.0,
) -> Tally:
    chance = Streams(11).generator(scenario.name, str(agents), str(day))
    return Floor(scenario, make(), agents=agents, rng=chance, hours=hours).run(tick=tick)


def test_progressive_abandons_nobody() -> None:
    tally = _shift(REF, lambda: make_policy("progressive"), agents=10, hours=1.0)
    assert tally.live > 100
    assert tally.abandoned == 0


@pytest.mark.slow
def test_predictive_comes_within_four_hundredths_of_the_exact_optimum() -> None:
    """It knows nothing of exponential laws, and starts from priors."""
    best = optimum(MarkovFloor(agents=10, live=0.3)).occupancy
    tally = _shift(MARKOV, lambda: make_policy("predictive"), agents=10, hours=8.0)
    assert tally.abandonment < 0.033
    assert tally.occupancy > best - 0.04


@pytest.mark.slow
def test_predictive_talks_more_than_a_ratio_tuned_by_hand() -> None:
    ratio = _shift(REF, lambda: make_policy("fixed_ratio", lines_per_agent=1.45), agents=20, hours=3.0)
    predictive = _shift(REF, lambda: make_guarded_policy("predictive"), agents=20, hours=3.0)
    assert predictive.abandonment < 0.03
    assert ratio.abandonment > 0.018, "the ratio is no weaker opponent than the limit makes it"
    assert predictive.talk_minutes_per_hour > ratio.talk_minutes_per_hour + 2.0


@pytest.mark.slow
@pytest.mark.parametrize("ratio", [1.6, 3.0])
def test_no_guarded_shift_ends_above_the_limit(ratio: float) -> None:
    """Even the boldest policy, on a floor and a shift so small that each abandoned call matters."""

    def make() -> PacingPolicy:
        return make_guarded_policy("fixed_ratio", lines_per_agent=ratio)

    tallies = [_shift(REF, make, agents=10, hours=1.0, day=day, tick=2.0) for day in range(4)]
    assert any(tally.abandoned for tally in tallies), "it was not held back to nothing"
    assert all(tally.abandonment <= 0.03 for tally in tallies)
