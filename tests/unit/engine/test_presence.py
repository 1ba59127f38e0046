"""After a start nobody is dialed for who has not shown that they are there."""

from typing import Any

import pytest

from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.agent import NOT_SEEN, AgentState
from dialer.domain.attempt import Outcome
from dialer.domain.disposition import DispositionKind
from dialer.domain.ids import AgentId

AGENTS = (AgentId("agent0"), AgentId("agent1"))


def restart(floor: Any, *, asks_presence: bool = True) -> None:
    floor.send(e.EngineRestarted(checkpoint="", generation=2, asks_presence=asks_presence))
    floor.send(e.NetworkReconciled(live=(), talking={}, agents=AGENTS))


def states(floor: Any) -> dict[str, tuple[AgentState, str]]:
    return {view.agent: (view.state, view.reason) for view in floor.engine.snapshot().agents}


def test_telephones_that_are_still_on_the_line_are_no_agents_at_work(make_floor: Any) -> None:
    """Started 27 minutes later, without collectors: six people were joined to nobody."""
    floor = make_floor()
    floor.start(leads=0)
    restart(floor)
    floor.feed(20)
    floor.wait(60.0)
    assert not floor.all(c.Originate)
    assert states(floor) == dict.fromkeys(AGENTS, (AgentState.NOT_READY, NOT_SEEN))


def test_one_press_of_a_button_makes_an_agent_supply_again(make_floor: Any) -> None:
    floor = make_floor()
    floor.start(leads=0)
    restart(floor)
    floor.feed(20)
    floor.send(e.AgentGotReady(agent=AGENTS[0]))
    floor.wait(1.0)
    assert len(floor.all(c.Originate)) == 1


def test_somebody_on_a_break_keeps_their_own_reason(make_floor: Any) -> None:
    floor = make_floor()
    floor.start(leads=0)
    floor.send(e.AgentPauseRequested(agent=AGENTS[0], reason="lunch"))
    restart(floor)
    assert states(floor)[AGENTS[0]] == (AgentState.NOT_READY, "lunch")


def test_a_talk_goes_on_and_what_came_of_it_shows_that_they_are_there(make_floor: Any) -> None:
    floor = make_floor()
    floor.start()
    attempt = floor.all(c.Originate)[0].attempt
    floor.answer(attempt)
    agent = floor.all(c.Bridge)[0].agent
    floor.send(e.CallBridged(attempt=attempt, agent=agent, bridged_at=floor.now))
    floor.send(e.EngineRestarted(checkpoint="", generation=2, asks_presence=True))
    floor.send(e.NetworkReconciled(live=(attempt,), talking={attempt: agent}, agents=AGENTS))
    assert states(floor)[agent][0] is AgentState.TALKING
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=60.0)
    floor.dispose(attempt, agent, DispositionKind.NO_COMMITMENT)
    assert states(floor)[agent][0] is AgentState.AVAILABLE


@pytest.mark.parametrize("asks", [True, False])
def test_journals_from_before_this_was_asked_do_what_they_did(make_floor: Any, asks: bool) -> None:
    floor = make_floor()
    floor.start(leads=0)
    restart(floor, asks_presence=asks)
    expected = AgentState.NOT_READY if asks else AgentState.AVAILABLE
    assert {state for state, _ in states(floor).values()} == {expected}
