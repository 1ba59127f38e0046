"""News that come late, twice, or of what nobody knows: counted, and nothing else is changed by them."""

import copy
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest

from compliance_gate.findings import Recording
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.agent import AgentState
from dialer.domain.attempt import AttemptState, Outcome
from dialer.domain.detection import Detected
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.ids import AgentId, AttemptId, CampaignId, InboundId, LeadId, NumberId, PersonId
from dialer.domain.voice import ApprovedText, Unserved, VoicemailPlan, VoicePlan

Floor = Any
MakeFloor = Callable[..., Floor]
ANN, BOB = AgentId("agent0"), AgentId("agent1")
NEVER_MADE, NO_CALL = AttemptId("never-made"), InboundId("no-call")
SAID = Disposition(kind=DispositionKind.NO_COMMITMENT)
DROP = ApprovedText(
    sound="drop", version="1", words="Hello.", approved_by="C", approved_on="2026-11-01", client="acme"
)


def of_attempt(attempt: AttemptId, agent: AgentId, now: float) -> tuple[e.Event, ...]:
    """Everything that can be told or asked of an attempt, but for its end."""
    return (
        e.CallRinging(attempt=attempt),
        e.CallRinging(attempt=attempt, early_media=True),
        e.CallAnswered(attempt=attempt, answered_at=now),
        e.CallAnswered(attempt=attempt, answered_at=now, detected=Detected.MACHINE),
        e.CallBridged(attempt=attempt, agent=agent, bridged_at=now),
        e.CallBridged(attempt=attempt, agent=AgentId("nobody"), bridged_at=now),
        e.BridgeFailed(attempt=attempt, agent=agent, reason="late"),
        e.CallTimedOut(attempt=attempt, message_played=True),
        e.CallTimedOut(attempt=attempt, message_played=False, overflow=True),
        e.OverflowAnswered(attempt=attempt, at=now),
        e.CallNotAttempted(attempt=attempt, reason="late"),
    )


def of_nobody_s_attempt(now: float) -> tuple[e.Event, ...]:
    return (
        *of_attempt(NEVER_MADE, ANN, now),
        e.CallEnded(attempt=NEVER_MADE, outcome=Outcome.NO_ANSWER),
        e.VoicePlayed(
            attempt=NEVER_MADE, recording=Recording.ABANDONMENT_MESSAGE, sound="sorry", complete=True
        ),
        e.RecordingBegan(attempt=NEVER_MADE),
        e.OptOutPressed(attempt=NEVER_MADE, key="9"),
        e.VoicemailDropRequested(agent=ANN, attempt=NEVER_MADE),
        e.TransferRequested(attempt=NEVER_MADE, to=BOB, by="x"),
        e.DispositionRecorded(agent=ANN, attempt=NEVER_MADE, disposition=SAID),
        e.AgentHungUp(agent=ANN, attempt=NEVER_MADE),
    )


def of_nobody_s_call(now: float) -> tuple[e.Event, ...]:
    return (
        e.InboundIdentified(call=NO_CALL, number=NumberId("n"), callers=()),
        e.InboundOptedOut(call=NO_CALL, key="9"),
        e.InboundWaiting(call=NO_CALL),
        e.InboundBridged(call=NO_CALL, agent=ANN, bridged_at=now),
        e.InboundBridgeFailed(call=NO_CALL, agent=ANN, reason="late"),
        e.InboundUnserved(call=NO_CALL),
        e.InboundEnded(call=NO_CALL),
        e.InboundDisposed(agent=ANN, call=NO_CALL, person=None, disposition=SAID),
        e.DialRequested(
            agent=ANN,
            campaign=CampaignId("spring"),
            lead=LeadId("none"),
            person=PersonId("p"),
            number=NumberId("n"),
        ),
        e.ThirdPartyRequested(agent=ANN, line="creditor"),
        e.ThirdPartyReleased(agent=ANN),
        e.ConferenceLeft(agent=ANN),
        e.AgentHungUp(agent=ANN),
    )


def tables(floor: Floor) -> dict[str, Any]:
    """The whole state, but for what counts steps and late news."""
    state = floor.engine.checkpoint()
    kept = {each.name for each in fields(state)} - {"now", "sequence", "ignored"}
    return {name: copy.deepcopy(getattr(state, name)) for name in sorted(kept)}


def changes_nothing(floor: Floor, event: e.Event) -> None:
    before, ignored = tables(floor), floor.engine.ignored
    assert floor.send(event) == (), event
    assert tables(floor) == before, event
    assert floor.engine.was_ignored, event
    assert floor.engine.ignored > ignored, event


@pytest.fixture
def quiet(make_floor: MakeFloor) -> Floor:
    """Two agents are free, and nobody is called."""
    floor = make_floor()
    floor.start(agents=2, leads=0)
    return floor


def talking(make_floor: MakeFloor, **settings: Any) -> tuple[Floor, AttemptId]:
    """Ann talks with somebody; Bob is free, and nothing else is in flight."""
    floor = make_floor(**settings)
    floor.gate.may_play = frozenset(Recording)
    floor.start(agents=2, leads=1)
    floor.send(e.CampaignPaused(campaign=floor.settings.campaign))
    attempt = AttemptId(floor.last(c.Originate).attempt)
    floor.answer(attempt)
    floor.send(e.CallBridged(attempt=attempt, agent=ANN, bridged_at=floor.now))
    return floor, attempt


def test_news_of_an_attempt_that_was_never_made_change_nothing(quiet: Floor) -> None:
    for event in of_nobody_s_attempt(quiet.now):
        changes_nothing(quiet, event)


def test_news_of_a_call_to_us_that_never_came_change_nothing(quiet: Floor) -> None:
    for event in of_nobody_s_call(quiet.now):
        changes_nothing(quiet, event)


def test_news_of_the_beginning_change_nothing_while_they_talk(make_floor: MakeFloor) -> None:
    """Bob's bridge is another's, and Ann's is there already."""
    floor, attempt = talking(make_floor)
    for agent in (ANN, BOB):
        for event in of_attempt(attempt, agent, floor.now):
            changes_nothing(floor, event)


def test_news_of_a_talk_that_is_over_change_nothing_while_it_is_written_down(make_floor: MakeFloor) -> None:
    floor, attempt = talking(make_floor)
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=9.0)
    ended = e.CallEnded(attempt=attempt, outcome=Outcome.NO_ANSWER)
    others = (
        e.TransferRequested(attempt=attempt, to=BOB, by="x"),
        e.VoicemailDropRequested(agent=ANN, attempt=attempt),
        e.DispositionRecorded(agent=BOB, attempt=attempt, disposition=SAID),
        e.AgentHungUp(agent=ANN),
    )
    for event in (*of_attempt(attempt, ANN, floor.now), ended, *others):
        changes_nothing(floor, event)


def test_an_answer_is_told_once(make_floor: MakeFloor) -> None:
    floor = make_floor()
    floor.start(agents=1, leads=1)
    attempt = floor.last(c.Originate).attempt
    floor.answer(attempt)
    changes_nothing(floor, e.CallAnswered(attempt=attempt, answered_at=floor.now))
    changes_nothing(floor, e.CallRinging(attempt=attempt))
    changes_nothing(floor, e.CallNotAttempted(attempt=attempt, reason="late"))


def test_a_limit_that_was_judged_is_not_judged_again(make_floor: MakeFloor) -> None:
    """A second time out, with or without an overflow, of somebody whom the first abandoned."""
    floor = make_floor()
    floor.start(agents=1, leads=1)
    attempt = floor.last(c.Originate).attempt
    floor.send(e.AgentLegLost(agent=ANN))
    floor.answer(attempt)
    floor.send(e.CallTimedOut(attempt=attempt, message_played=True), after=2.0)
    for event in (
        e.CallTimedOut(attempt=attempt, message_played=False),
        e.CallTimedOut(attempt=attempt, message_played=False, overflow=True),
    ):
        changes_nothing(floor, event)
    assert floor.engine.checkpoint().calls[attempt].heard.message_played


def test_an_abandonment_is_judged_once_though_the_overflow_is_rung_again(make_floor: MakeFloor) -> None:
    floor = make_floor(voice=VoicePlan(unserved=Unserved.OVERFLOW))
    floor.start(agents=1, leads=1)
    attempt = floor.last(c.Originate).attempt
    floor.send(e.AgentLegLost(agent=ANN))
    floor.answer(attempt)
    floor.send(e.CallTimedOut(attempt=attempt, message_played=False, overflow=True), after=2.0)
    for overflow in (True, False):
        changes_nothing(floor, e.CallTimedOut(attempt=attempt, message_played=True, overflow=overflow))
    view = floor.engine.snapshot().campaigns[0]
    assert (view.live_answers, view.abandoned) == (1, 1)


def test_somebody_of_the_overflow_takes_a_person_once(make_floor: MakeFloor) -> None:
    floor = make_floor(voice=VoicePlan(unserved=Unserved.OVERFLOW))
    floor.start(agents=1, leads=1)
    attempt = floor.last(c.Originate).attempt
    floor.send(e.AgentLegLost(agent=ANN))
    floor.answer(attempt)
    floor.send(e.CallTimedOut(attempt=attempt, message_played=False, overflow=True), after=2.0)
    floor.send(e.OverflowAnswered(attempt=attempt, at=floor.now), after=1.0)
    taken_at = floor.now - 1.0
    floor.send(e.OverflowAnswered(attempt=attempt, at=floor.now), after=1.0)
    assert floor.engine.checkpoint().calls[attempt].overflow_at == taken_at


def test_an_overflow_that_took_the_person_before_the_limit_was_told_counts_as_one(
    make_floor: MakeFloor,
) -> None:
    """The news that the limit passed was lost on its way; no message was heard."""
    floor = make_floor(voice=VoicePlan(unserved=Unserved.OVERFLOW))
    floor.start(agents=1, leads=1)
    attempt = floor.last(c.Originate).attempt
    floor.send(e.AgentLegLost(agent=ANN))
    floor.answer(attempt)
    floor.send(e.OverflowAnswered(attempt=attempt, at=floor.now), after=3.0)
    call = floor.engine.checkpoint().calls[attempt]
    assert (call.state, call.abandoned, call.heard.message_played) == (AttemptState.OVERFLOWED, True, False)


# --- bridges ----------------------------------------------------------------------------------------------


def test_a_bridge_to_somebody_for_whom_another_is_held_is_none(make_floor: MakeFloor) -> None:
    """Two wait for their bridges; the wrong agent's news are late news."""
    floor = make_floor()
    floor.start(agents=2, leads=2)
    first, second = [order.attempt for order in floor.all(c.Originate)]
    floor.answer(first)
    floor.answer(second, after=0.0)
    ours = {bridge.attempt: bridge.agent for bridge in floor.all(c.Bridge)}
    changes_nothing(floor, e.CallBridged(attempt=first, agent=ours[second], bridged_at=floor.now))
    changes_nothing(floor, e.BridgeFailed(attempt=first, agent=ours[second], reason="not theirs"))
    floor.send(e.CallBridged(attempt=first, agent=ours[first], bridged_at=floor.now))
    changes_nothing(floor, e.CallBridged(attempt=second, agent=ours[first], bridged_at=floor.now))


def test_who_is_free_is_not_joined_to_a_person_for_whom_somebody_is_held(make_floor: MakeFloor) -> None:
    floor = make_floor()
    floor.start(agents=1, leads=1)
    attempt = floor.last(c.Originate).attempt
    floor.answer(attempt)
    floor.seat("free")
    changes_nothing(floor, e.CallBridged(attempt=attempt, agent=AgentId("free"), bridged_at=floor.now))


def test_a_bridge_that_nobody_ordered_joins_a_free_agent_to_a_person_who_waits_for_nobody(
    make_floor: MakeFloor,
) -> None:
    """The telephone system's word is the truth of who is joined."""
    floor = make_floor()
    floor.start(agents=1, leads=1)
    attempt = floor.last(c.Originate).attempt
    floor.send(e.NetworkLost(reason="cut"))
    floor.answer(attempt)
    assert floor.all(c.Bridge) == []
    floor.send(e.CallBridged(attempt=attempt, agent=ANN, bridged_at=floor.now))
    assert floor.engine.checkpoint().calls[attempt].state is AttemptState.CONNECTED
    assert [view.state for view in floor.engine.snapshot().agents] == [AgentState.TALKING]


def test_who_is_on_a_break_is_joined_to_nobody_by_such_news(make_floor: MakeFloor) -> None:
    floor = make_floor()
    floor.start(agents=1, leads=1)
    attempt = floor.last(c.Originate).attempt
    floor.seat("resting", ready=False)
    floor.send(e.NetworkLost(reason="cut"))
    floor.answer(attempt)
    changes_nothing(floor, e.CallBridged(attempt=attempt, agent=AgentId("resting"), bridged_at=floor.now))


def rejoining(make_floor: MakeFloor) -> tuple[Floor, AttemptId]:
    """Ann's telephone went, and Bob's bridge to the person is ordered; Carl is free."""
    floor, attempt = talking(make_floor)
    floor.seat("carl")
    floor.send(e.AgentLegLost(agent=ANN), after=5.0)
    assert floor.last(c.Bridge).agent == BOB
    floor.log.clear()
    return floor, attempt


def test_only_the_agent_who_was_asked_for_rejoins_a_person(make_floor: MakeFloor) -> None:
    floor, attempt = rejoining(make_floor)
    changes_nothing(floor, e.CallBridged(attempt=attempt, agent=AgentId("carl"), bridged_at=floor.now))
    changes_nothing(floor, e.BridgeFailed(attempt=attempt, agent=AgentId("carl"), reason="not theirs"))
    floor.send(e.CallBridged(attempt=attempt, agent=BOB, bridged_at=floor.now))
    assert floor.engine.checkpoint().calls[attempt].agent == BOB


def test_a_person_whom_the_second_agent_cannot_reach_either_is_let_go(make_floor: MakeFloor) -> None:
    floor, attempt = rejoining(make_floor)
    floor.send(e.BridgeFailed(attempt=attempt, agent=BOB, reason="gone too"))
    assert floor.all(c.Hangup) == [c.Hangup(attempt=attempt, reason=c.HangupReason.AGENT_GONE)]
    states = {view.agent: view.state for view in floor.engine.snapshot().agents}
    assert states == {ANN: AgentState.LEG_LOST, BOB: AgentState.AVAILABLE, "carl": AgentState.AVAILABLE}


def test_a_bridge_that_fails_leaves_the_person_waiting_for_the_next_agent_once(make_floor: MakeFloor) -> None:
    floor = make_floor()
    floor.start(agents=1, leads=1)
    attempt = floor.last(c.Originate).attempt
    floor.answer(attempt)
    floor.seat("bob")
    floor.log.clear()
    floor.send(e.BridgeFailed(attempt=attempt, agent=ANN, reason="busy"), after=0.5)
    (bridge,) = floor.all(c.Bridge)
    assert bridge.agent == "bob", "who has waited for longer now"
    assert floor.engine.checkpoint().campaigns["spring"].pools[""].waiting == [attempt]


# --- the message ------------------------------------------------------------------------------------------


def test_a_message_is_left_by_who_talks_and_on_the_call_they_mean(make_floor: MakeFloor) -> None:
    floor, attempt = talking(make_floor, voice=VoicePlan(voicemail=VoicemailPlan(texts=(DROP,))))
    changes_nothing(floor, e.VoicemailDropRequested(agent=BOB, attempt=attempt))
    changes_nothing(floor, e.VoicemailDropRequested(agent=ANN, attempt=NEVER_MADE))
    floor.send(e.VoicemailDropRequested(agent=ANN, attempt=attempt))
    assert floor.last(c.LeaveMessage) == c.LeaveMessage(attempt=attempt, sound="drop")
    changes_nothing(floor, e.VoicemailDropRequested(agent=ANN, attempt=attempt))


def test_nothing_is_asked_for_on_a_talk_that_its_agent_is_ending(make_floor: MakeFloor) -> None:
    floor, attempt = talking(make_floor, voice=VoicePlan(voicemail=VoicemailPlan(texts=(DROP,))))
    floor.send(e.AgentHungUp(agent=ANN))
    changes_nothing(floor, e.VoicemailDropRequested(agent=ANN, attempt=attempt))
    changes_nothing(floor, e.TransferRequested(attempt=attempt, to=BOB, by="x"))
    changes_nothing(floor, e.ThirdPartyRequested(agent=ANN, number=NumberId("n9")))
