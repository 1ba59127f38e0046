"""Where a call stands when news come late, twice, not at all, or after an agent went away."""

from collections.abc import Callable
from typing import Any

import pytest

from compliance_gate.findings import Recording
from compliance_gate.words import RequestKind
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.agent import AgentState
from dialer.domain.attempt import AttemptState, Outcome
from dialer.domain.campaign import DetectionMode
from dialer.domain.detection import Detected
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.ids import AgentId, AttemptId, InboundId
from dialer.domain.record import AttemptRecord
from dialer.domain.voice import ApprovedText, Unserved, VoicemailPlan, VoicePlan
from dialer.engine.state import CallRow

Floor = Any
MakeFloor = Callable[..., Floor]
ANN, BOB, CARL = AgentId("agent0"), AgentId("agent1"), AgentId("agent2")
DROP = ApprovedText(
    sound="drop", version="1", words="Hello.", approved_by="C", approved_on="2026-11-01", client="acme"
)


def row(floor: Floor, attempt: AttemptId) -> CallRow:
    calls: dict[AttemptId, CallRow] = floor.engine.checkpoint().calls
    return calls[attempt]


def stands(floor: Floor, attempt: AttemptId) -> AttemptState:
    return row(floor, attempt).state


def agent_state(floor: Floor, name: AgentId) -> AgentState:
    return next(view.state for view in floor.engine.snapshot().agents if view.agent == name)


def record(floor: Floor, attempt: AttemptId) -> AttemptRecord:
    return [each.record for each in floor.all(c.StoreOutcome) if each.record.attempt == attempt][-1]


def talking(make_floor: MakeFloor, *, agents: int = 2, **settings: Any) -> tuple[Floor, AttemptId]:
    """Ann talks with somebody; whoever else is there is free, and nothing more is launched."""
    floor = make_floor(**settings)
    floor.gate.may_play = frozenset(Recording)
    floor.start(agents=agents)
    first, *others = [order.attempt for order in floor.all(c.Originate)]
    floor.send(e.CampaignPaused(campaign=floor.settings.campaign))
    for attempt in others:
        floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.NO_ANSWER))
    floor.answer(first)
    floor.send(e.CallBridged(attempt=first, agent=ANN, bridged_at=floor.now))
    floor.log.clear()
    return floor, AttemptId(first)


def waiting(make_floor: MakeFloor, **settings: Any) -> tuple[Floor, AttemptId, AttemptId]:
    """Ann's bridge is ordered to the first, and a second person waits for nobody."""
    values = {"policy": "fixed_ratio", "policy_parameters": {"lines_per_agent": 2.0}, **settings}
    floor = make_floor(abandonment_limit=1.0, **values)
    floor.gate.may_play = frozenset(Recording)
    floor.start(agents=1)
    first, second = [order.attempt for order in floor.all(c.Originate)][:2]
    floor.answer(first)
    floor.answer(second)
    floor.log.clear()
    return floor, first, second


# --- the agent went away ----------------------------------------------------------------------------------


def test_what_an_agent_said_before_their_telephone_was_lost_is_not_lost_with_it(
    make_floor: MakeFloor,
) -> None:
    floor, attempt = talking(make_floor, agents=1)
    said = Disposition(kind=DispositionKind.STOP_CALLING)
    floor.send(e.DispositionRecorded(agent=ANN, attempt=attempt, disposition=said))
    floor.send(e.AgentLegLost(agent=ANN))
    assert stands(floor, attempt) is AttemptState.ALONE
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=1.0)
    assert [stored.request.type for stored in floor.all(c.StoreRequest)] == [RequestKind.STOP_CALLING]
    assert floor.last(c.CloseLead).reason == "stop_calling"
    kept = record(floor, attempt)
    assert (kept.agent, kept.disposition) == (ANN, said)


def test_a_person_whose_agent_went_is_given_to_another_and_named_theirs_when_they_hear_each_other(
    make_floor: MakeFloor,
) -> None:
    floor, attempt = talking(make_floor)
    floor.send(e.AgentLegLost(agent=ANN))
    assert stands(floor, attempt) is AttemptState.REJOINING
    assert (row(floor, attempt).agent, row(floor, attempt).next_agent) == (ANN, BOB)
    floor.send(e.CallBridged(attempt=attempt, agent=BOB, bridged_at=floor.now))
    assert (stands(floor, attempt), row(floor, attempt).agent) == (AttemptState.CONNECTED, BOB)
    assert row(floor, attempt).next_agent is None


def test_who_talked_stays_on_record_when_the_other_bridge_never_came(make_floor: MakeFloor) -> None:
    floor, attempt = talking(make_floor)
    floor.send(e.AgentLegLost(agent=ANN))
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=0.5)
    assert record(floor, attempt).agent == ANN
    assert agent_state(floor, BOB) is AgentState.AVAILABLE


def test_who_talked_stays_on_record_when_the_other_bridge_failed(make_floor: MakeFloor) -> None:
    floor, attempt = talking(make_floor)
    floor.send(e.AgentLegLost(agent=ANN))
    floor.send(e.BridgeFailed(attempt=attempt, agent=BOB, reason="no leg"))
    assert stands(floor, attempt) is AttemptState.ALONE
    assert floor.last(c.Hangup).reason is c.HangupReason.AGENT_GONE
    assert agent_state(floor, BOB) is AgentState.AVAILABLE
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED))
    assert record(floor, attempt).agent == ANN


def test_the_next_agent_goes_too_and_a_third_one_is_asked(make_floor: MakeFloor) -> None:
    floor, attempt = talking(make_floor, agents=3)
    floor.send(e.AgentLegLost(agent=ANN))
    second = row(floor, attempt).next_agent
    assert second is not None
    floor.send(e.AgentLegLost(agent=second))
    assert stands(floor, attempt) is AttemptState.REJOINING
    third = row(floor, attempt).next_agent
    assert third is not None
    assert {ANN, second, third} == {ANN, BOB, CARL}
    floor.send(e.AgentLegLost(agent=third))
    assert stands(floor, attempt) is AttemptState.ALONE


def test_the_gone_agent_s_word_does_not_end_a_talk_that_another_takes_over(make_floor: MakeFloor) -> None:
    floor, attempt = talking(make_floor)
    floor.send(e.AgentLegLost(agent=ANN))
    before = floor.engine.ignored
    late = Disposition(kind=DispositionKind.DEAD_AIR)
    floor.send(e.DispositionRecorded(agent=ANN, attempt=attempt, disposition=late))
    assert floor.engine.ignored == before + 1
    assert row(floor, attempt).said is None


def test_the_word_of_the_next_agent_says_that_the_bridge_was_there(make_floor: MakeFloor) -> None:
    floor, attempt = talking(make_floor)
    floor.send(e.AgentLegLost(agent=ANN))
    said = Disposition(kind=DispositionKind.NO_COMMITMENT)
    floor.send(e.DispositionRecorded(agent=BOB, attempt=attempt, disposition=said))
    assert (stands(floor, attempt), row(floor, attempt).agent) == (AttemptState.CONNECTED, BOB)


def test_an_agent_who_goes_while_their_bridge_is_on_its_way_leaves_the_person_waiting(
    make_floor: MakeFloor,
) -> None:
    floor, first, _second = waiting(make_floor)
    assert stands(floor, first) is AttemptState.BRIDGING
    floor.send(e.AgentLegLost(agent=ANN))
    assert (stands(floor, first), row(floor, first).agent) == (AttemptState.WAITING, None)


# --- passed on --------------------------------------------------------------------------------------------


def test_no_message_is_left_while_the_talk_is_being_passed_on(make_floor: MakeFloor) -> None:
    voice = VoicePlan(voicemail=VoicemailPlan(texts=(DROP,)))
    floor, attempt = talking(make_floor, voice=voice)
    floor.send(e.TransferRequested(attempt=attempt, to=BOB, by=ANN))
    assert stands(floor, attempt) is AttemptState.PASSING
    floor.send(e.VoicemailDropRequested(agent=ANN, attempt=attempt))
    assert not floor.all(c.LeaveMessage)
    floor.send(e.CallBridged(attempt=attempt, agent=BOB, bridged_at=floor.now))
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=9.0)
    assert agent_state(floor, BOB) is AgentState.WRAPPING


def test_who_left_a_message_has_said_it_all(make_floor: MakeFloor) -> None:
    voice = VoicePlan(voicemail=VoicemailPlan(texts=(DROP,)))
    floor, attempt = talking(make_floor, voice=voice)
    floor.send(e.VoicemailDropRequested(agent=ANN, attempt=attempt))
    before = floor.engine.ignored
    said = Disposition(kind=DispositionKind.DEAD_AIR)
    floor.send(e.DispositionRecorded(agent=ANN, attempt=attempt, disposition=said))
    assert floor.engine.ignored == before + 1
    assert stands(floor, attempt) is AttemptState.LEAVING_MESSAGE


# --- nobody in time ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("within", "abandoned"), [(None, True), (10.0, False)])
def test_the_live_overflow_takes_somebody_of_whose_time_out_we_never_heard(
    make_floor: MakeFloor, within: float | None, abandoned: bool
) -> None:
    voice = VoicePlan(unserved=Unserved.OVERFLOW)
    floor, _first, second = waiting(make_floor, voice=voice, served_within_s=within)
    floor.send(e.OverflowAnswered(attempt=second, at=floor.now + 3.0), after=3.0)
    assert stands(floor, second) is AttemptState.OVERFLOWED
    view = floor.engine.snapshot().campaigns[0]
    assert (view.live_answers, view.abandoned, view.waiting) == (1, int(abandoned), 1)
    floor.send(e.CallEnded(attempt=second, outcome=Outcome.CONNECTED), after=30.0)
    assert (record(floor, second).outcome, record(floor, second).abandoned) == (Outcome.OVERFLOWED, abandoned)


def test_the_live_overflow_frees_the_agent_whose_bridge_was_on_its_way(make_floor: MakeFloor) -> None:
    floor, first, _second = waiting(make_floor, voice=VoicePlan(unserved=Unserved.OVERFLOW))
    floor.send(e.OverflowAnswered(attempt=first, at=floor.now + 3.0), after=3.0)
    assert agent_state(floor, ANN) is AgentState.AVAILABLE


def test_the_live_overflow_takes_nobody_who_talks_with_an_agent(make_floor: MakeFloor) -> None:
    floor, attempt = talking(make_floor)
    before = floor.engine.ignored
    floor.send(e.OverflowAnswered(attempt=attempt, at=floor.now))
    assert floor.engine.ignored == before + 1
    assert stands(floor, attempt) is AttemptState.CONNECTED
    assert floor.engine.snapshot().campaigns[0].live_answers == 0


def test_what_detection_took_for_a_machine_is_a_conversation_when_the_live_overflow_took_it(
    make_floor: MakeFloor,
) -> None:
    voice = VoicePlan(unserved=Unserved.OVERFLOW)
    floor = make_floor(voice=voice, detection=DetectionMode.ON)
    floor.start(agents=1)
    attempt = floor.last(c.Originate).attempt
    floor.send(e.CallAnswered(attempt=attempt, answered_at=floor.now, detected=Detected.MACHINE), after=5.0)
    floor.send(e.CallTimedOut(attempt=attempt, message_played=False, overflow=True), after=2.0)
    assert stands(floor, attempt) is AttemptState.MACHINE
    assert floor.engine.snapshot().campaigns[0].abandoned == 0
    floor.send(e.OverflowAnswered(attempt=attempt, at=floor.now), after=1.0)
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=20.0)
    assert record(floor, attempt).outcome is Outcome.OVERFLOWED


def test_nobody_of_the_live_overflow_answers_and_the_telephone_system_says_so(make_floor: MakeFloor) -> None:
    voice = VoicePlan(unserved=Unserved.OVERFLOW)
    floor, _first, second = waiting(make_floor, voice=voice, served_within_s=10.0)
    floor.send(e.CallTimedOut(attempt=second, message_played=False, overflow=True), after=2.0)
    assert stands(floor, second) is AttemptState.OVERFLOWING
    assert floor.engine.snapshot().campaigns[0].abandoned == 0
    floor.send(e.CallTimedOut(attempt=second, message_played=True), after=6.0)
    assert (stands(floor, second), row(floor, second).abandoned) == (AttemptState.UNSERVED, True)


def test_the_telephone_system_s_bridge_wins_also_after_its_time_out(make_floor: MakeFloor) -> None:
    floor, first, second = waiting(make_floor)
    floor.send(e.CallTimedOut(attempt=second, message_played=False), after=2.0)
    floor.send(e.BridgeFailed(attempt=first, agent=ANN, reason="gone"))
    floor.send(e.CallBridged(attempt=second, agent=ANN, bridged_at=floor.now))
    assert (stands(floor, second), row(floor, second).abandoned) == (AttemptState.CONNECTED, True)


# --- found by a reconciliation ----------------------------------------------------------------------------


def test_who_is_found_talking_with_another_agent_leaves_the_one_held_for_them_free(
    make_floor: MakeFloor,
) -> None:
    floor, first, _second = waiting(make_floor)
    bob = floor.seat("agent1", ready=False)
    floor.send(e.AgentGotReady(agent=bob))
    others = [name for name in floor.engine.checkpoint().calls if name != first]
    for name in others:
        floor.send(e.CallEnded(attempt=name, outcome=Outcome.NO_ANSWER))
    assert agent_state(floor, ANN) is AgentState.RESERVED
    live = tuple(floor.engine.checkpoint().calls)
    floor.send(e.NetworkReconciled(live=live, talking={first: BOB}, agents=(ANN, BOB)))
    assert (stands(floor, first), row(floor, first).agent) == (AttemptState.CONNECTED, BOB)
    assert floor.engine.checkpoint().agents[ANN].attempt != first


def test_who_is_held_for_a_caller_is_not_taken_to_talk_with_somebody_we_called(make_floor: MakeFloor) -> None:
    floor = make_floor()
    floor.start(agents=1, leads=0)
    floor.send(e.InboundArrived(call=InboundId("in")))
    floor.send(e.InboundIdentified(call=InboundId("in"), number=None, callers=()))
    floor.send(e.InboundWaiting(call=InboundId("in")))
    assert agent_state(floor, ANN) is AgentState.RESERVED
    bob = floor.seat("agent1")
    floor.wait(61.0)
    floor.feed(1)
    floor.wait(1.0)
    (attempt,) = [order.attempt for order in floor.all(c.Originate)]
    living = ((InboundId("in"), None),)
    floor.send(
        e.NetworkReconciled(live=(attempt,), talking={attempt: ANN}, agents=(ANN, bob), inbound=living)
    )
    assert floor.last(c.Hangup) == c.Hangup(attempt=attempt, reason=c.HangupReason.UNACCOUNTED)
    assert floor.engine.checkpoint().agents[ANN].inbound == "in"


def test_a_transfer_that_was_made_while_nobody_listened_is_found(make_floor: MakeFloor) -> None:
    floor, attempt = talking(make_floor)
    floor.send(e.TransferRequested(attempt=attempt, to=BOB, by=ANN))
    floor.send(e.NetworkLost(reason="cut"))
    found = e.NetworkReconciled(live=(attempt,), talking={attempt: BOB}, agents=(ANN, BOB))
    floor.send(found, after=3.0)
    assert (stands(floor, attempt), row(floor, attempt).agent) == (AttemptState.CONNECTED, BOB)
    assert (agent_state(floor, ANN), agent_state(floor, BOB)) == (AgentState.AVAILABLE, AgentState.TALKING)


def test_a_person_who_was_joined_again_while_nobody_listened_is_found(make_floor: MakeFloor) -> None:
    floor, attempt = talking(make_floor)
    floor.send(e.AgentLegLost(agent=ANN))
    floor.send(e.NetworkReconciled(live=(attempt,), talking={attempt: BOB}, agents=(BOB,)))
    assert (stands(floor, attempt), row(floor, attempt).agent) == (AttemptState.CONNECTED, BOB)
    assert agent_state(floor, BOB) is AgentState.TALKING
    assert not floor.all(c.Hangup)


def test_a_talk_that_is_still_with_the_first_agent_stays_there(make_floor: MakeFloor) -> None:
    floor, attempt = talking(make_floor)
    floor.send(e.TransferRequested(attempt=attempt, to=BOB, by=ANN))
    floor.send(e.NetworkReconciled(live=(attempt,), talking={attempt: ANN}, agents=(ANN, BOB)))
    assert (stands(floor, attempt), row(floor, attempt).agent) == (AttemptState.PASSING, ANN)
    assert not floor.all(c.Hangup)
