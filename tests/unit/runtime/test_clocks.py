"""A wall clock that steps is noticed; one that is corrected slowly is followed."""

from typing import Any

from dialer.runtime.clocks import WatchedClock


def test_a_clock_that_runs_is_no_news(world: Any) -> None:
    watched = WatchedClock(world.clock)
    for _ in range(100):
        world.clock.pass_(7.0)
        assert watched.read() == (world.clock.wall, 0.0)


def test_a_step_is_told_once_with_its_length(world: Any) -> None:
    watched = WatchedClock(world.clock)
    for seconds in (3600.0, -7200.0, 0.6):
        world.clock.pass_(1.0)
        world.clock.step(seconds)
        now, jumped = watched.read()
        assert now == world.clock.wall
        assert abs(jumped - seconds) < 1e-3
        assert watched.read()[1] == 0.0


def test_slow_corrections_are_followed_and_never_add_up_to_a_step(world: Any) -> None:
    watched = WatchedClock(world.clock)
    for _ in range(1000):
        world.clock.pass_(1.0)
        world.clock.step(0.01)
        assert watched.read()[1] == 0.0
