"""Leads that must have an agent reserved: whose turn it is, and for whom they wait, to the hundredth."""

from collections.abc import Callable
from typing import Any

import pytest

from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.attempt import Outcome
from dialer.domain.disposition import DispositionKind
from dialer.domain.ids import AgentId

Floor = Any
Script = Any
MakeFloor = Callable[..., Floor]
ANN, BOB = AgentId("agent0"), AgentId("agent1")


def at(floor: Floor, instant: float) -> None:
    floor.now = instant
    floor.send(e.TimeReached())


def promised(make_floor: MakeFloor, *, due_in_s: float = 0.0) -> tuple[Floor, float]:
    """A call back that Ann promised; Ann has a break, Bob is free. When it is due."""
    floor = make_floor()
    floor.start(agents=2, leads=0)
    floor.send(e.AgentPauseRequested(agent=ANN, reason="break"))
    floor.wait(61.0)
    due = floor.now + due_in_s
    floor.feed(1, reserve_agent=True, reserve_for=ANN, not_before=due)
    return floor, due


def called(floor: Floor) -> list[AgentId | None]:
    return [order.reserved_agent for order in floor.all(c.Originate)]


def test_a_promised_call_back_waits_ten_minutes_for_the_agent_who_promised_it(make_floor: MakeFloor) -> None:
    floor, due = promised(make_floor)
    at(floor, due + 599.99)
    floor.send(e.AgentGotReady(agent=BOB))
    assert called(floor) == []
    at(floor, due + 600.0)
    floor.send(e.AgentGotReady(agent=BOB))
    assert called(floor) == [BOB]


def test_it_is_called_by_the_agent_who_promised_it_as_soon_as_they_are_ready(make_floor: MakeFloor) -> None:
    floor, due = promised(make_floor)
    at(floor, due + 200.0)
    floor.send(e.AgentGotReady(agent=ANN))
    assert called(floor) == [ANN]


def test_it_does_not_wait_for_somebody_who_went_home(make_floor: MakeFloor) -> None:
    floor, due = promised(make_floor)
    at(floor, due + 5.0)
    floor.send(e.AgentLoggedOut(agent=ANN))
    floor.send(e.AgentGotReady(agent=BOB))
    assert called(floor) == [BOB]


@pytest.mark.parametrize("due_in_s", [30.0, 3600.0])
def test_a_call_back_is_not_dialed_before_the_instant_that_was_agreed(
    make_floor: MakeFloor, due_in_s: float
) -> None:
    floor, due = promised(make_floor, due_in_s=due_in_s)
    floor.send(e.AgentGotReady(agent=ANN))
    at(floor, due - 0.01)
    assert called(floor) == []
    assert floor.engine.next_wakeup() == due
    at(floor, due)
    assert called(floor) == [ANN]


def ringing(make_floor: MakeFloor, script: Script) -> tuple[Floor, float]:
    """One agent, one call that rings and counts on them; a lead comes that needs an agent. When."""
    floor = make_floor(script=script)
    script.launch(1)
    floor.start(agents=1, leads=1)
    floor.send(e.CallRinging(attempt=floor.last(c.Originate).attempt))
    floor.wait(6.0)
    floor.feed(1, first=7, reserve_agent=True)
    return floor, floor.now


def test_a_lead_that_needs_an_agent_robs_no_call_that_rings_and_has_its_turn_after_a_minute(
    make_floor: MakeFloor, script: Script
) -> None:
    """At its turn, a call that rang before it still counts on the agent; one launched since does not."""
    floor, came_at = ringing(make_floor, script)
    at(floor, came_at + 1.0)
    assert len(floor.all(c.Originate)) == 1
    floor.send(e.CallEnded(attempt=floor.last(c.Originate).attempt, outcome=Outcome.NO_ANSWER))
    assert floor.last(c.Originate).number == "n7"
    assert floor.last(c.Originate).reserved_agent == ANN


@pytest.mark.parametrize(("waited_s", "is_kept"), [(0.0, 0), (59.99, 0), (60.0, 1), (61.0, 1)])
def test_pacing_keeps_an_agent_for_a_lead_that_has_waited_a_minute(
    make_floor: MakeFloor, script: Script, waited_s: float, is_kept: int
) -> None:
    """Though every free agent is claimed by what rings."""
    floor, came_at = ringing(make_floor, script)
    floor.now = came_at + waited_s + 1e-6
    floor.send(e.AgentGotReady(agent=ANN))
    floor.wait(1.0 if waited_s == 0.0 else 0.0)
    kept = [shown.reserved_agents for shown in script.shown if shown.now >= came_at + waited_s]
    assert kept[0] == is_kept


def test_where_an_agent_is_to_spare_pacing_keeps_one_at_once(make_floor: MakeFloor, script: Script) -> None:
    floor = make_floor(script=script)
    floor.start(agents=2, leads=0)
    floor.wait(61.0)
    floor.send(e.AgentPauseRequested(agent=ANN, reason="break"))
    floor.send(e.AgentPauseRequested(agent=BOB, reason="break"))
    floor.feed(2, reserve_agent=True, not_before=floor.now)
    floor.wait(2.0)
    floor.send(e.AgentGotReady(agent=ANN))
    assert called(floor) == [ANN]


def test_two_leads_that_waited_have_their_turns_one_after_the_other(
    make_floor: MakeFloor, script: Script
) -> None:
    floor, came_at = ringing(make_floor, script)
    floor.send(e.CallAnswered(attempt=floor.last(c.Originate).attempt, answered_at=floor.now))
    attempt = floor.last(c.Bridge).attempt
    floor.send(e.CallBridged(attempt=attempt, agent=ANN, bridged_at=floor.now))
    at(floor, came_at + 100.0)
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED))
    floor.dispose(attempt, ANN, DispositionKind.DEAD_AIR)
    assert [order.number for order in floor.all(c.Originate)][1:] == ["n7"]
    turn = floor.engine.checkpoint().campaigns[floor.settings.campaign].pools[""].reserved_turn
    assert turn == floor.now
