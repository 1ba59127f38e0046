"""A cue for the agent's ear is given only where the person stays within the limit."""

from collections.abc import Callable
from typing import Any

import pytest

from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.cue import Cue
from dialer.domain.errors import InvalidFactError

CUE = Cue(sound="client-acme", most_s=0.7, text="Acme Bank, credit cards")
Build = Callable[..., Any]


def bridge_after(floor: Any, waited: float) -> c.Bridge:
    floor.start(agents=2)
    attempt = floor.all(c.Originate)[0].attempt
    floor.send(e.CallRinging(attempt=attempt), after=2.0)
    answered_at = floor.now
    floor.send(e.CallAnswered(attempt=attempt, answered_at=answered_at), after=waited)
    return floor.last(c.Bridge)


def test_the_agent_hears_the_cue_and_reads_it(make_floor: Build) -> None:
    floor = make_floor(cue=CUE)
    bridge = bridge_after(floor, 0.0)
    assert bridge.cue == CUE
    notices = {row.agent: row.notice for row in floor.engine.snapshot().agents}
    assert notices[bridge.agent] == "Acme Bank, credit cards"


def test_no_cue_where_it_could_make_the_person_wait_beyond_the_limit(make_floor: Build) -> None:
    floor = make_floor(cue=CUE, answer_limit_s=2.0, bridge_margin_s=0.1)
    assert bridge_after(floor, 1.0).cue is None


def test_no_cue_unless_the_campaign_says_so(make_floor: Build) -> None:
    assert bridge_after(make_floor(), 0.0).cue is None


@pytest.mark.parametrize("most_s", [0.0, -1.0, 1.6])
def test_a_cue_without_a_bound_is_refused(most_s: float) -> None:
    with pytest.raises(InvalidFactError):
        Cue(sound="client", most_s=most_s)


@pytest.mark.parametrize(("waited_s", "is_heard"), [(0.0, True), (0.89, True), (0.91, False), (1.2, False)])
def test_a_cue_must_end_three_tenths_of_a_second_before_the_last_moment(
    make_floor: Build, waited_s: float, is_heard: bool
) -> None:
    """2.0 s after the answer, less 0.1 s of margin, less 0.7 s of the cue, less 0.3 s for a busy box."""
    floor = make_floor(cue=CUE, answer_limit_s=2.0, bridge_margin_s=0.1)
    assert (bridge_after(floor, waited_s).cue is not None) is is_heard
