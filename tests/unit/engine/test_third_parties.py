"""Talks that are passed on, taken over, or joined by somebody outside."""

from collections.abc import Callable
from typing import Any

import pytest

from compliance_gate.words import PersonRole
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.agent import AgentState
from dialer.domain.attempt import Outcome
from dialer.domain.disposition import DispositionKind
from dialer.domain.errors import InvalidFactError
from dialer.domain.ids import AgentId, AttemptId, NumberId
from dialer.domain.snapshot import AgentView
from dialer.domain.third_party import OutsideLine

Floor = Any
Talk = tuple[Floor, AttemptId]
LINE = OutsideLine(
    name="creditor", number="+12125550111", role=PersonRole.CREDITOR, zones=("America/New_York",)
)
ANN, BOB = AgentId("agent0"), AgentId("agent1")


@pytest.fixture
def talk(make_floor: Callable[..., Any]) -> Talk:
    """Ann talks with somebody; Bob is free."""
    floor = make_floor(outside_lines=(LINE,))
    floor.start(agents=2)
    for order in floor.all(c.Originate)[1:]:
        floor.send(e.CallEnded(attempt=order.attempt, outcome=Outcome.NO_ANSWER))
    floor.send(e.CampaignPaused(campaign=floor.settings.campaign))
    attempt = floor.all(c.Originate)[0].attempt
    floor.answer(attempt)
    floor.send(e.CallBridged(attempt=attempt, agent=floor.last(c.Bridge).agent, bridged_at=floor.now))
    floor.log.clear()
    return floor, attempt


def view(floor: Floor, name: AgentId) -> AgentView:
    return next(row for row in floor.engine.snapshot().agents if row.agent == name)


def talker(floor: Floor) -> AgentId:
    return next(row.agent for row in floor.engine.snapshot().agents if row.state is AgentState.TALKING)


def other(floor: Floor) -> AgentId:
    return BOB if talker(floor) == ANN else ANN


def call_line(floor: Floor) -> c.Originate:
    floor.send(e.ThirdPartyRequested(agent=talker(floor), line="creditor"))
    order = floor.last(c.Originate)
    assert isinstance(order, c.Originate)
    return order


def join(floor: Floor, order: c.Originate) -> None:
    floor.send(e.CallRinging(attempt=order.attempt), after=1.0)
    floor.send(e.CallAnswered(attempt=order.attempt, answered_at=floor.now), after=3.0)
    floor.send(e.CallBridged(attempt=order.attempt, agent=talker(floor), bridged_at=floor.now))


def test_a_talk_passed_on_frees_the_first_agent_when_the_other_hears_the_person(talk: Talk) -> None:
    floor, attempt = talk
    first, to = talker(floor), other(floor)
    floor.send(e.TransferRequested(attempt=attempt, to=to, by=first))
    bridge = floor.last(c.Bridge)
    assert (bridge.attempt, bridge.agent, bridge.from_agent) == (attempt, to, first)
    assert view(floor, first).state is AgentState.TALKING
    floor.send(e.CallBridged(attempt=attempt, agent=to, bridged_at=floor.now), after=0.1)
    assert view(floor, first).state is AgentState.AVAILABLE
    assert (view(floor, to).state, view(floor, to).attempt) == (AgentState.TALKING, attempt)
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=30.0)
    floor.dispose(attempt, to, DispositionKind.HUNG_UP_UNVERIFIED)
    assert floor.last(c.StoreOutcome).record.agent == to


def test_a_transfer_that_fails_leaves_the_talk_where_it_was_and_says_so(talk: Talk) -> None:
    floor, attempt = talk
    first, to = talker(floor), other(floor)
    floor.send(e.TransferRequested(attempt=attempt, to=to, by=first))
    floor.send(e.BridgeFailed(attempt=attempt, agent=to, reason="the phone is gone"))
    assert (talker(floor), view(floor, to).state) == (first, AgentState.AVAILABLE)
    assert "the phone is gone" in view(floor, first).notice


def test_somebody_on_a_break_who_supervises_takes_a_talk_over_and_returns_to_the_break(talk: Talk) -> None:
    floor, attempt = talk
    boss = floor.seat("boss", ready=False)
    floor.send(e.AgentPauseRequested(agent=boss, reason="supervising"))
    floor.send(e.TransferRequested(attempt=attempt, to=boss, by="boss"))
    floor.send(e.CallBridged(attempt=attempt, agent=boss, bridged_at=floor.now))
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=30.0)
    floor.dispose(attempt, boss, DispositionKind.HUNG_UP_UNVERIFIED)
    assert (view(floor, boss).state, view(floor, boss).reason) == (AgentState.NOT_READY, "supervising")


def test_a_person_who_hangs_up_during_a_transfer_frees_the_agent_who_was_held(talk: Talk) -> None:
    floor, attempt = talk
    to = other(floor)
    floor.send(e.TransferRequested(attempt=attempt, to=to, by="x"))
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=1.0)
    assert view(floor, to).state is AgentState.AVAILABLE
    floor.send(e.CallBridged(attempt=attempt, agent=to, bridged_at=floor.now))
    assert view(floor, to).state is AgentState.AVAILABLE


def test_an_agent_who_leaves_in_mid_transfer_takes_nobody_with_them(talk: Talk) -> None:
    floor, attempt = talk
    first, to = talker(floor), other(floor)
    floor.send(e.TransferRequested(attempt=attempt, to=to, by=first))
    floor.send(e.AgentLegLost(agent=first))
    floor.send(e.CallBridged(attempt=attempt, agent=to, bridged_at=floor.now))
    assert talker(floor) == to
    assert not floor.all(c.Hangup)


def test_a_talk_is_not_passed_to_somebody_who_may_not_take_it_or_is_busy(talk: Talk) -> None:
    floor, attempt = talk
    before = floor.engine.ignored
    floor.send(e.TransferRequested(attempt=attempt, to=talker(floor), by="x"))
    floor.send(e.TransferRequested(attempt=AttemptId("never"), to=other(floor), by="x"))
    assert floor.engine.ignored == before + 2
    assert not floor.all(c.Bridge)


def test_a_line_of_the_campaign_is_cleared_written_down_and_called_into_the_talk(talk: Talk) -> None:
    floor, attempt = talk
    order = call_line(floor)
    kinds = [type(row).__name__ for row in floor.log]
    assert kinds.index("StoreThirdParty") < kinds.index("Originate")
    assert (order.joins, order.line, order.number) == (attempt, "+12125550111", "line:creditor")
    assert order.clearance.number == "line:creditor"
    assert floor.gate.asked[-1].person.file.role is PersonRole.CREDITOR
    assert view(floor, talker(floor)).third_party == "creditor: launched"
    join(floor, order)
    assert view(floor, talker(floor)).third_party == "creditor: joined"


def test_a_denial_is_told_to_the_agent_with_its_reason_and_nobody_is_called(talk: Talk) -> None:
    floor, _attempt = talk
    floor.gate.denied.add("line:creditor")
    floor.send(e.ThirdPartyRequested(agent=talker(floor), line="creditor"))
    assert not floor.all(c.Originate)
    assert "test-rule" in view(floor, talker(floor)).notice


def test_a_number_that_is_not_the_persons_is_not_called(talk: Talk) -> None:
    floor, _attempt = talk
    floor.send(e.ThirdPartyRequested(agent=talker(floor), number=NumberId("n19")))
    assert not floor.all(c.Originate)
    assert "no other number of the person" in view(floor, talker(floor)).notice


def test_a_second_third_party_is_refused(talk: Talk) -> None:
    floor, _attempt = talk
    join(floor, call_line(floor))
    floor.send(e.ThirdPartyRequested(agent=talker(floor), line="creditor"))
    assert len(floor.all(c.Originate)) == 1
    assert "already" in view(floor, talker(floor)).notice


def test_a_third_party_that_is_not_reached_is_told_and_the_talk_goes_on(talk: Talk) -> None:
    floor, _attempt = talk
    order = call_line(floor)
    floor.send(e.CallEnded(attempt=order.attempt, outcome=Outcome.BUSY), after=2.0)
    assert view(floor, talker(floor)).notice == "creditor was not reached: busy"
    assert not floor.all(c.Hangup)


def test_the_agent_ends_the_third_partys_call_and_the_talk_goes_on(talk: Talk) -> None:
    floor, attempt = talk
    order = call_line(floor)
    join(floor, order)
    floor.send(e.ThirdPartyReleased(agent=talker(floor)))
    assert [row.attempt for row in floor.all(c.Hangup)] == [order.attempt]
    floor.send(e.CallEnded(attempt=order.attempt, outcome=Outcome.CONNECTED))
    assert view(floor, talker(floor)).attempt == attempt


def test_a_third_party_is_sent_away_when_the_person_hangs_up(talk: Talk) -> None:
    floor, attempt = talk
    order = call_line(floor)
    join(floor, order)
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=5.0)
    assert [row.attempt for row in floor.all(c.Hangup)] == [order.attempt]


def test_an_agent_leaves_and_is_free_while_the_others_talk_on(talk: Talk) -> None:
    floor, attempt = talk
    agent = talker(floor)
    order = call_line(floor)
    join(floor, order)
    floor.send(e.ConferenceLeft(agent=agent), after=10.0)
    assert [(row.attempt, row.agent) for row in floor.all(c.ReleaseAgent)] == [(attempt, agent)]
    assert view(floor, agent).state is AgentState.WRAPPING
    floor.dispose(attempt, agent, DispositionKind.HUNG_UP_UNVERIFIED)
    assert view(floor, agent).state is AgentState.AVAILABLE
    assert not floor.all(c.StoreOutcome)
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=60.0)
    record = floor.last(c.StoreOutcome).record
    assert (record.agent, record.disposition.kind) == (agent, DispositionKind.HUNG_UP_UNVERIFIED)
    assert record.ended_at - record.talk_ended_at >= 60.0


def test_the_person_is_not_left_alone_when_the_third_party_goes(talk: Talk) -> None:
    floor, attempt = talk
    order = call_line(floor)
    join(floor, order)
    floor.send(e.ConferenceLeft(agent=talker(floor)))
    floor.send(e.CallEnded(attempt=order.attempt, outcome=Outcome.CONNECTED), after=60.0)
    assert [row.attempt for row in floor.all(c.Hangup)] == [attempt]


def test_a_talk_that_was_handed_on_ends_before_the_agent_has_said_what_came_of_it(talk: Talk) -> None:
    floor, attempt = talk
    agent = talker(floor)
    order = call_line(floor)
    join(floor, order)
    floor.send(e.ConferenceLeft(agent=agent))
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=5.0)
    floor.dispose(attempt, agent, DispositionKind.HUNG_UP_UNVERIFIED)
    assert view(floor, agent).state is AgentState.AVAILABLE
    assert floor.last(c.StoreOutcome).record.disposition is not None


def test_a_talk_among_others_survives_a_new_process(talk: Talk) -> None:
    floor, attempt = talk
    agent = talker(floor)
    order = call_line(floor)
    join(floor, order)
    floor.send(e.ConferenceLeft(agent=agent))
    floor.send(e.EngineRestarted(checkpoint="", generation=2))
    live = (attempt, order.attempt)
    floor.send(e.NetworkReconciled(live=live, talking={}, agents=(ANN, BOB)))
    assert not floor.all(c.Hangup)
    floor.send(e.NetworkReconciled(live=(attempt,), talking={}, agents=(ANN, BOB)))
    assert [row.attempt for row in floor.all(c.Hangup)] == [attempt]


def test_a_third_party_of_whom_nothing_is_heard_is_ended_then_closed(talk: Talk) -> None:
    floor, _attempt = talk
    order = call_line(floor)
    floor.wait(100.0)
    assert [row.attempt for row in floor.all(c.Hangup)] == [order.attempt]
    floor.wait(100.0)
    assert view(floor, talker(floor)).third_party == ""


@pytest.mark.parametrize("given", [{}, {"line": "creditor", "number": NumberId("n1")}])
def test_a_third_party_is_exactly_one_of_line_and_number(given: dict[str, Any]) -> None:
    with pytest.raises(InvalidFactError, match="either a line"):
        e.ThirdPartyRequested(agent=ANN, **given)
