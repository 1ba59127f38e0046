"""A box whose own trunks fail: its agents stay, and their calls leave by the trunks of another box."""

from collections.abc import Callable
from typing import Any

import pytest

from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.attempt import Outcome
from dialer.domain.ids import AgentId, AttemptId, BoxId, CampaignId
from dialer.domain.snapshot import BoxView
from dialer.domain.telephone_events import BoxFound

Floor = Any
Build = Callable[..., Any]
NORTH, SOUTH = BoxId("north"), BoxId("south")
DOWN = "trunk main does not answer its checks"


def diverted(lines: int) -> e.LinesChanged:
    return e.LinesChanged(box=SOUTH, lines=lines, over=NORTH, reason=DOWN)


def back(lines: int = 30) -> e.LinesChanged:
    return e.LinesChanged(box=SOUTH, lines=lines)


@pytest.fixture
def floor_of(make_floor: Build) -> Build:
    """Makes a running floor of agents at both boxes; `before`: what happens before the first is ready."""

    def make(*before: e.Event, north: int, south: int, north_lines: int = 30) -> Floor:
        floor = make_floor()
        known = (BoxFound(box=NORTH, lines=north_lines), BoxFound(box=SOUTH, lines=30))
        floor.send(e.NetworkReconciled(live=(), talking={}, agents=(), boxes=known))
        floor.send(e.CampaignStarted(campaign=CampaignId("spring")))
        for event in before:
            floor.send(event)
        floor.feed(60)
        for letter, count, box in (("n", north, NORTH), ("s", south, SOUTH)):
            for i in range(count):
                floor.send(e.AgentLegRestored(agent=floor.seat(f"{letter}{i}"), box=box))
        floor.wait(1.0)
        return floor

    return make


def launched(floor: Floor, box: BoxId) -> list[AttemptId]:
    return [order.attempt for order in floor.all(c.Originate) if order.box == box]


def seen(floor: Floor, name: BoxId) -> BoxView:
    return next(row for row in floor.engine.snapshot().boxes if row.box == name)


def alarms(commands: tuple[c.Command, ...]) -> list[str]:
    return [one.text for one in commands if isinstance(one, c.RaiseAlarm)]


def end(floor: Floor, attempt: AttemptId) -> None:
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.NO_ANSWER))


def test_its_agents_stay_where_they_are_and_are_dialed_for(floor_of: Build) -> None:
    floor = floor_of(diverted(30), north=2, south=3)
    assert [len(launched(floor, box)) for box in (NORTH, SOUTH)] == [2, 3]
    assert [seen(floor, box).agents for box in (NORTH, SOUTH)] == [2, 3]
    assert not floor.all(c.DropAgentLeg)


def test_an_answer_is_joined_to_an_agent_of_the_box_that_placed_it(floor_of: Build) -> None:
    floor = floor_of(diverted(30), north=1, south=1)
    (name,) = launched(floor, SOUTH)
    floor.send(e.CallRinging(attempt=name))
    out = floor.send(e.CallAnswered(attempt=name, answered_at=floor.now))
    assert [one.agent for one in out if isinstance(one, c.Bridge)] == [AgentId("s0")]


@pytest.mark.parametrize(("lent", "placed"), [(0, 0), (1, 1), (2, 2), (3, 3), (4, 3)])
def test_it_places_no_more_calls_than_it_is_lent_lines(floor_of: Build, lent: int, placed: int) -> None:
    floor = floor_of(diverted(lent), north=0, south=3)
    assert len(launched(floor, SOUTH)) == placed


@pytest.mark.parametrize(("lines", "placed"), [(3, 3), (4, 4), (5, 5), (6, 5)])
def test_calls_of_both_together_never_pass_the_lines_of_the_one_that_lends(
    floor_of: Build, lines: int, placed: int
) -> None:
    """Two agents there and three here: six lines are one more than they need, three one for three of them."""
    floor = floor_of(diverted(30), north=2, south=3, north_lines=lines)
    floor.wait(3.0)
    assert len(launched(floor, NORTH)) + len(launched(floor, SOUTH)) == placed


def test_a_line_that_its_calls_take_is_missing_to_the_one_that_lends(floor_of: Build) -> None:
    floor = floor_of(diverted(30), north=0, south=3, north_lines=3)
    assert len(launched(floor, SOUTH)) == 3
    floor.send(e.AgentLegRestored(agent=floor.seat("n0"), box=NORTH))
    floor.wait(3.0)
    assert launched(floor, NORTH) == []
    why = floor.engine.snapshot().campaigns[0].reason
    assert "all 3 lines of telephone system north are in use, by calls of south too" in why
    end(floor, launched(floor, SOUTH)[0])
    floor.send(e.AgentPauseRequested(agent=AgentId("s0"), reason="lunch"))
    floor.wait(3.0)
    assert len(launched(floor, NORTH)) == 1


def test_where_nothing_is_diverted_neither_counts_the_lines_of_the_other(floor_of: Build) -> None:
    floor = floor_of(north=3, south=3, north_lines=3)
    floor.wait(3.0)
    assert [len(launched(floor, box)) for box in (NORTH, SOUTH)] == [3, 3]


def test_it_is_told_once_and_seen(floor_of: Build) -> None:
    floor = floor_of(north=1, south=1)
    assert alarms(floor.send(diverted(20))) == [f"south: {DOWN}; its calls leave by north, 20 at most"]
    assert alarms(floor.send(diverted(10))) == []
    assert seen(floor, SOUTH).reason == f"{DOWN}; calls leave by north"
    assert seen(floor, SOUTH).lines == 10
    assert alarms(floor.send(back())) == ["south: its own trunks work"]
    assert (seen(floor, SOUTH).reason, seen(floor, SOUTH).lines) == ("", 30)


def test_a_refusal_for_want_of_a_trunk_ends_with_the_news_of_one(floor_of: Build) -> None:
    floor = floor_of(north=0, south=1)
    (refused,) = launched(floor, SOUTH)
    floor.send(e.CallNotAttempted(attempt=refused, reason=DOWN))
    assert "refused a call" in seen(floor, SOUTH).reason
    floor.send(diverted(30), after=0.5)
    floor.wait(1.0)
    assert len(launched(floor, SOUTH)) == 2


def test_its_return_ends_no_call_and_rings_no_telephone(floor_of: Build) -> None:
    floor = floor_of(diverted(30), north=1, south=2)
    talk, ringing = launched(floor, SOUTH)
    floor.send(e.CallRinging(attempt=talk))
    (bridge,) = [
        one
        for one in floor.send(e.CallAnswered(attempt=talk, answered_at=floor.now))
        if isinstance(one, c.Bridge)
    ]
    floor.send(e.CallBridged(attempt=talk, agent=bridge.agent, bridged_at=floor.now))
    out = floor.send(back())
    assert not [one for one in out if isinstance(one, (c.Hangup, c.ConnectAgentLeg, c.DropAgentLeg))]
    assert seen(floor, SOUTH).in_flight == 2
    end(floor, ringing)
    assert seen(floor, SOUTH).in_flight == 1


def test_two_that_lead_to_each_other_are_planned_by_their_own_word(floor_of: Build) -> None:
    """Neither works: what each was lent is all there is, and asking goes in no circle."""
    both = e.LinesChanged(box=NORTH, lines=1, over=SOUTH, reason=DOWN)
    floor = floor_of(diverted(1), both, north=2, south=2)
    floor.wait(3.0)
    assert len(launched(floor, NORTH)) + len(launched(floor, SOUTH)) <= 2


def test_a_new_process_knows_of_no_diversion(floor_of: Build) -> None:
    floor = floor_of(diverted(5), north=1, south=1)
    floor.send(e.EngineRestarted(generation=2, checkpoint=""))
    known = (BoxFound(box=NORTH, lines=30), BoxFound(box=SOUTH, lines=30))
    floor.send(e.NetworkReconciled(live=(), talking={}, agents=(), boxes=known))
    assert (seen(floor, SOUTH).reason, seen(floor, SOUTH).lines) == ("", 30)


def test_news_of_a_box_that_is_none_of_ours_is_counted(floor_of: Build) -> None:
    floor = floor_of(north=1, south=1)
    floor.send(e.LinesChanged(box=BoxId("west"), lines=3))
    assert ("unknown_box", 1) in floor.engine.snapshot().ignored


def test_one_alone_tells_what_is_wrong_with_its_trunks(make_floor: Build) -> None:
    floor = make_floor()
    assert alarms(floor.send(e.LinesChanged(lines=30, reason=DOWN))) == [f"the telephone system: {DOWN}"]
