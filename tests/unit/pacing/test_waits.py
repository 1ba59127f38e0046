"""What may be said of a wait: by hand, and against a queue that is played out."""

import numpy as np
import pytest

from pacing.waits import expected_wait_s, minutes_to_say
from simulator.streams import Streams


@pytest.mark.parametrize(
    ("place", "groups", "wait_s"),
    [
        (1, [(3, 180.0)], 60.0),
        (4, [(3, 180.0)], 240.0),
        (1, [(2, 120.0), (1, 60.0)], 30.0),
        (2, [(2, 120.0), (0, 60.0), (5, 0.0)], 120.0),
        (1, [(0, 120.0)], None),
        (1, [(4, 0.0)], None),
        (1, [], None),
    ],
)
def test_each_place_takes_one_agent_who_becomes_free(
    place: int, groups: list[tuple[int, float]], wait_s: float | None
) -> None:
    assert expected_wait_s(place, groups) == (None if wait_s is None else pytest.approx(wait_s))


@pytest.mark.parametrize(
    ("wait_s", "said"), [(0.0, 1), (59.9, 1), (60.0, 1), (60.1, 2), (120.0, 2), (121.0, 3)]
)
def test_minutes_are_rounded_up(wait_s: float, said: int) -> None:
    assert minutes_to_say(wait_s) == said


def test_it_is_the_mean_wait_of_a_queue_whose_agents_are_all_busy() -> None:
    """Five agents, exponential handling of 200 s: the third in line, over 20,000 queues."""
    chance = Streams(7).generator("waits")
    # after each end the next in line is served at once, so the agent is busy again: five go on memoryless
    waits = np.zeros(20_000)
    for _ in range(3):
        waits += chance.exponential(200.0, size=(20_000, 5)).min(axis=1)
    expected = expected_wait_s(3, [(5, 200.0)])
    assert expected == pytest.approx(120.0)
    assert float(waits.mean()) == pytest.approx(expected, rel=0.02)
