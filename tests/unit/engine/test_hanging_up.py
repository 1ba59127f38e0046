"""The agent ends the call: the right one, once it is theirs, and after-call work follows."""

from collections.abc import Callable
from typing import Any

import pytest

from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.agent import AgentState
from dialer.domain.attempt import Outcome
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.errors import UnknownThingError
from dialer.domain.ids import AgentId, AttemptId

Floor = Any


@pytest.fixture
def talking(make_floor: Callable[..., Floor]) -> tuple[Floor, AttemptId, AgentId]:
    """A floor on which one agent talks."""
    floor = make_floor()
    floor.start()
    attempt = floor.all(c.Originate)[0].attempt
    floor.answer(attempt)
    agent = floor.last(c.Bridge).agent
    floor.send(e.CallBridged(attempt=attempt, agent=agent, bridged_at=floor.now))
    return floor, attempt, agent


def state_of(floor: Floor, agent: AgentId) -> AgentState:
    return next(view.state for view in floor.engine.snapshot().agents if view.agent == agent)


def test_the_call_ends_and_after_call_work_begins(talking: tuple[Floor, AttemptId, AgentId]) -> None:
    floor, attempt, agent = talking
    out = floor.send(e.AgentHungUp(agent=agent, attempt=attempt), after=20.0)
    assert out == (c.Hangup(attempt=attempt, reason=c.HangupReason.AGENT),)
    assert state_of(floor, agent) is AgentState.TALKING  # until the channel is gone
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=0.1)
    assert state_of(floor, agent) is AgentState.WRAPPING
    disposition = Disposition(kind=DispositionKind.NO_COMMITMENT)
    out = floor.send(e.DispositionRecorded(agent=agent, attempt=attempt, disposition=disposition), after=5.0)
    record = next(command.record for command in out if isinstance(command, c.StoreOutcome))
    assert record.outcome is Outcome.CONNECTED
    assert record.talk_ended_at == floor.now - 5.0


def test_a_late_click_does_not_end_the_next_call(talking: tuple[Floor, AttemptId, AgentId]) -> None:
    floor, _attempt, agent = talking
    ignored = floor.engine.ignored
    assert floor.send(e.AgentHungUp(agent=agent, attempt=AttemptId("an-earlier-one"))) == ()
    assert floor.engine.ignored == ignored + 1


def test_without_a_name_it_is_the_call_they_are_on(talking: tuple[Floor, AttemptId, AgentId]) -> None:
    floor, attempt, agent = talking
    assert floor.send(e.AgentHungUp(agent=agent))[0].attempt == attempt


def test_who_is_on_no_call_ends_none(talking: tuple[Floor, AttemptId, AgentId]) -> None:
    floor, _attempt, agent = talking
    other = next(view.agent for view in floor.engine.snapshot().agents if view.agent != agent)
    assert floor.send(e.AgentHungUp(agent=other)) == ()
    with pytest.raises(UnknownThingError):
        floor.send(e.AgentHungUp(agent=AgentId("nobody")))


def test_a_person_whose_bridge_is_on_its_way_is_not_hung_up_on(make_floor: Callable[..., Floor]) -> None:
    floor = make_floor()
    floor.start()
    attempt = floor.all(c.Originate)[0].attempt
    floor.answer(attempt)
    agent = floor.last(c.Bridge).agent
    assert floor.send(e.AgentHungUp(agent=agent)) == ()


def test_a_hangup_that_was_lost_with_the_connection_is_asked_for_again(
    talking: tuple[Floor, AttemptId, AgentId],
) -> None:
    floor, attempt, agent = talking
    floor.send(e.AgentHungUp(agent=agent, attempt=attempt))
    floor.send(e.NetworkLost(reason="cut"))
    agents = tuple(view.agent for view in floor.engine.snapshot().agents)
    out = floor.send(e.NetworkReconciled(live=(attempt,), talking={attempt: agent}, agents=agents))
    assert c.Hangup(attempt=attempt, reason=c.HangupReason.AGENT) in out
