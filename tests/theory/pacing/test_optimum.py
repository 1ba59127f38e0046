"""The exact optimum of the Markov dialer, against published values and against closed forms."""

import math

import pytest

from pacing.optimum import MarkovFloor, optimum

# Ring 15 s, handle 120 s, limit 3 %: computed independently when the design was made.
PUBLISHED = [
    (5, 0.1, 0.7148),
    (5, 0.3, 0.7836),
    (10, 0.3, 0.8292),
    (10, 0.5, 0.8542),
    (20, 0.1, 0.8670),
    (20, 0.3, 0.8790),
]


@pytest.mark.parametrize(("agents", "live", "occupancy"), PUBLISHED)
def test_published_values_are_reproduced(agents: int, live: float, occupancy: float) -> None:
    best = optimum(MarkovFloor(agents=agents, live=live))
    assert best.occupancy == pytest.approx(occupancy, abs=5e-5)
    assert best.abandoned_per_live_answer == pytest.approx(0.03, abs=1e-9)


@pytest.mark.slow
def test_forty_agents_are_reproduced() -> None:
    assert optimum(MarkovFloor(agents=40, live=0.3)).occupancy == pytest.approx(0.9192, abs=5e-5)


def test_feedback_beats_a_blind_stream_of_calls() -> None:
    """Calls launched at random instants, regardless of the state, make the floor an Erlang B system."""
    agents, blocking = 10, 0.03
    low, high = 0.0, 20.0
    for _ in range(60):
        offered = (low + high) / 2
        low, high = (offered, high) if _erlang_b(agents, offered) < blocking else (low, offered)
    blind = low * (1.0 - blocking) / agents
    assert blind == pytest.approx(0.536, abs=0.001)
    assert optimum(MarkovFloor(agents=agents, live=0.3)).occupancy > blind + 0.2


def _erlang_b(agents: int, offered: float) -> float:
    blocking = 1.0
    for servers in range(1, agents + 1):
        blocking = offered * blocking / (servers + offered * blocking)
    return blocking


def test_a_single_agent_without_any_choice_of_risk_has_a_closed_form() -> None:
    """With a limit so tight that only safe lines remain, one agent alternates: wait for an answer, talk."""
    best = optimum(MarkovFloor(agents=1, live=0.5, limit=1e-9))
    wait = 15.0 / 0.5  # one line at a time answers at live / ring_s
    # Launching many lines at once and losing those that answer second would abandon; one line never does.
    assert best.occupancy == pytest.approx(120.0 / (120.0 + wait), rel=1e-4)


def test_a_looser_limit_never_makes_it_worse() -> None:
    values = [optimum(MarkovFloor(agents=5, live=0.3, limit=limit)).occupancy for limit in (0.01, 0.03, 0.1)]
    assert values == sorted(values)
    assert math.isclose(values[1], 0.7836, abs_tol=5e-5)


def test_when_the_limit_does_not_bind_the_price_is_zero() -> None:
    best = optimum(MarkovFloor(agents=2, live=0.9, limit=0.999))
    assert best.price == 0.0
    assert best.occupancy > 0.95


@pytest.mark.parametrize(("agents", "live"), [(0, 0.3), (5, 0.0), (5, 1.5)])
def test_floors_that_cannot_be_are_refused(agents: int, live: float) -> None:
    with pytest.raises(ValueError, match="agents must be"):
        MarkovFloor(agents=agents, live=live)
