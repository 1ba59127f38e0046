"""What becomes of a lead, its record and its agent when a call is over: rests, passes, holds, in numbers."""

from collections.abc import Callable
from typing import Any

import pytest

from compliance_gate.findings import Recording
from compliance_gate.words import HoldKind
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.agent import AgentState
from dialer.domain.attempt import AttemptState, Outcome
from dialer.domain.campaign import DetectionMode
from dialer.domain.detection import Detected
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.ids import AgentId, AttemptId, LeadId
from dialer.domain.record import AttemptRecord
from dialer.domain.voice import ApprovedText, Unserved, VoicemailPlan, VoicePlan

Floor = Any
MakeFloor = Callable[..., Floor]
ANN, BOB = AgentId("agent0"), AgentId("agent1")
DROP = ApprovedText(
    sound="drop", version="1", words="Hello.", approved_by="C", approved_on="2026-11-01", client="acme"
)


def one_call(make_floor: MakeFloor, *, passes: int = 0, **settings: Any) -> tuple[Floor, AttemptId]:
    """One lead with so many passes is called, with Ann free for it; Bob is free too."""
    floor = make_floor(**settings)
    floor.gate.may_play = frozenset(Recording)
    floor.send(e.CampaignStarted(campaign=floor.settings.campaign))
    floor.feed(1, passes=passes)
    for name in ("agent0", "agent1"):
        floor.seat(name)
    floor.wait(1.0)
    (order,) = floor.all(c.Originate)
    return floor, order.attempt


def talking(make_floor: MakeFloor, *, passes: int = 0, **settings: Any) -> tuple[Floor, AttemptId]:
    floor, attempt = one_call(make_floor, passes=passes, **settings)
    floor.answer(attempt)
    floor.send(e.CallBridged(attempt=attempt, agent=ANN, bridged_at=floor.now))
    floor.log.clear()
    return floor, attempt


def records(floor: Floor) -> list[AttemptRecord]:
    return [row.record for row in floor.all(c.StoreOutcome)]


def agents(floor: Floor) -> dict[str, AgentState]:
    return {view.agent: view.state for view in floor.engine.snapshot().agents}


# --- the lead ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "rest_s", "passes"),
    [
        (Outcome.NO_ANSWER, 3 * 3600.0, 1),
        (Outcome.BUSY, 900.0, 1),
        (Outcome.CONGESTION, 300.0, 1),
        (Outcome.CONNECTED, 4 * 3600.0, 1),
    ],
)
def test_a_lead_that_nobody_answered_rests_by_what_came_of_it_and_has_made_a_pass(
    make_floor: MakeFloor, outcome: Outcome, rest_s: float, passes: int
) -> None:
    """Connected is nobody's word while nobody was joined: it counts as unknown."""
    floor, attempt = one_call(make_floor)
    floor.send(e.CallEnded(attempt=attempt, outcome=outcome, cause="as told"), after=20.0)
    rest = floor.last(c.RestLead)
    assert (rest.not_before, rest.passes) == (floor.now + rest_s, passes)
    assert (records(floor)[-1].cause, records(floor)[-1].ended_at) == ("as told", floor.now)


def test_a_lead_whose_call_was_refused_rests_a_minute_and_has_made_no_pass(make_floor: MakeFloor) -> None:
    floor, attempt = one_call(make_floor, passes=3)
    floor.send(e.CallNotAttempted(attempt=attempt, reason="no channel"))
    rest = floor.last(c.RestLead)
    assert (rest.not_before, rest.passes) == (floor.now + 60.0, 3)
    assert records(floor)[-1].cause == "no channel"


def test_a_lead_rests_as_long_as_its_campaign_says(make_floor: MakeFloor) -> None:
    floor, attempt = one_call(make_floor, rest_s={"busy": 77.0})
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.BUSY), after=20.0)
    assert floor.last(c.RestLead).not_before == floor.now + 77.0


@pytest.mark.parametrize(("passes", "is_closed"), [(1, False), (2, True), (3, True)])
def test_a_lead_is_closed_with_its_last_pass(make_floor: MakeFloor, passes: int, is_closed: bool) -> None:
    """Three are made at most; this is the next after so many."""
    floor, attempt = one_call(make_floor, passes=passes, max_passes=3)
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.NO_ANSWER), after=20.0)
    if is_closed:
        assert floor.last(c.CloseLead) == c.CloseLead(lead=LeadId("l0000"), reason="every pass was made")
        assert floor.all(c.RestLead) == []
    else:
        assert floor.last(c.RestLead).passes == passes + 1


def test_a_call_back_keeps_the_passes_that_were_made(make_floor: MakeFloor) -> None:
    floor, attempt = talking(make_floor, passes=4)
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=9.0)
    back = floor.now + 86_400.0
    floor.dispose(attempt, ANN, DispositionKind.CALL_BACK, call_back_at=back)
    rest = floor.last(c.RestLead)
    assert (rest.passes, rest.not_before, rest.reserve_for) == (5, back, ANN)


def test_a_talk_of_which_nothing_was_said_rests_as_one_and_has_made_a_pass(make_floor: MakeFloor) -> None:
    floor, attempt = talking(make_floor, passes=4)
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=9.0)
    floor.send(e.AgentLoggedOut(agent=ANN), after=5.0)
    rest = floor.last(c.RestLead)
    assert (rest.passes, rest.not_before, rest.reason) == (5, floor.now + 86_400.0, "no disposition")
    assert (records(floor)[-1].wrapped_at, records(floor)[-1].disposition) == (floor.now, None)


def test_a_hold_that_was_said_binds_the_person_at_once(make_floor: MakeFloor) -> None:
    floor, attempt = talking(make_floor)
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=9.0)
    floor.dispose(attempt, ANN, DispositionKind.DECEASED)
    (stored,) = floor.all(c.StoreHold)
    assert (stored.person, stored.hold.kind) == ("p0", HoldKind.DECEASED)


def test_nothing_is_said_of_a_number_on_which_the_right_person_was(make_floor: MakeFloor) -> None:
    floor, attempt = talking(make_floor)
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=9.0)
    floor.dispose(attempt, ANN, DispositionKind.NO_COMMITMENT)
    assert floor.all(c.StoreNumberStatus) == []


# --- the record -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("has_plan", "is_answered", "began", "recorded"),
    [
        (False, True, False, None),
        (False, True, True, True),
        (True, False, False, None),
        (True, True, False, False),
        (True, True, True, True),
    ],
)
def test_whether_it_was_recorded_is_known_where_it_was_ours_to_say(
    make_floor: MakeFloor, has_plan: bool, is_answered: bool, began: bool, recorded: bool | None
) -> None:
    settings: dict[str, Any] = {"voice": VoicePlan()} if has_plan else {}
    floor, attempt = one_call(make_floor, **settings)
    if is_answered:
        floor.answer(attempt)
        floor.send(e.CallBridged(attempt=attempt, agent=ANN, bridged_at=floor.now))
    if began:
        floor.send(e.RecordingBegan(attempt=attempt))
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.NO_ANSWER), after=9.0)
    assert records(floor)[-1].recorded is recorded


@pytest.mark.parametrize(
    ("recording", "is_message"), [(Recording.ABANDONMENT_MESSAGE, True), (Recording.RECORDED_NOTICE, False)]
)
def test_only_the_message_for_whom_nobody_was_free_counts_as_one(
    make_floor: MakeFloor, recording: Recording, is_message: bool
) -> None:
    floor, attempt = one_call(make_floor)
    floor.answer(attempt)
    played = e.VoicePlayed(attempt=attempt, recording=recording, sound="s", complete=False)
    floor.send(played)
    heard = floor.engine.checkpoint().calls[attempt].heard
    assert (heard.message_played, len(heard.played), heard.played[0].complete) == (is_message, 1, False)


def test_who_hung_up_waiting_in_time_was_not_abandoned(make_floor: MakeFloor) -> None:
    floor, attempt = one_call(make_floor)
    floor.send(e.NetworkLost(reason="cut"))
    floor.answer(attempt)
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.HUNG_UP_WAITING), after=1.0)
    assert (records(floor)[-1].outcome, records(floor)[-1].abandoned) == (Outcome.HUNG_UP_WAITING, False)


def test_a_machine_that_was_hung_up_on_was_nobody_abandoned(make_floor: MakeFloor) -> None:
    floor, attempt = one_call(make_floor, detection=DetectionMode.ON)
    floor.send(e.CallAnswered(attempt=attempt, answered_at=floor.now, detected=Detected.MACHINE), after=5.0)
    floor.send(e.CallTimedOut(attempt=attempt, message_played=False), after=2.0)
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.MACHINE), after=1.0)
    assert (records(floor)[-1].outcome, records(floor)[-1].abandoned) == (Outcome.MACHINE, None)
    assert floor.engine.snapshot().campaigns[0].live_answers == 0


@pytest.mark.parametrize(("served_within_s", "is_abandoned"), [(None, True), (2.0, True), (2.5, None)])
def test_where_the_overflow_cannot_be_in_time_the_limit_is_an_abandonment(
    make_floor: MakeFloor, served_within_s: float | None, is_abandoned: bool | None
) -> None:
    voice = VoicePlan(unserved=Unserved.OVERFLOW)
    floor, attempt = one_call(make_floor, voice=voice, served_within_s=served_within_s)
    floor.send(e.NetworkLost(reason="cut"))
    floor.answer(attempt)
    floor.send(e.CallTimedOut(attempt=attempt, message_played=False, overflow=True), after=2.0)
    call = floor.engine.checkpoint().calls[attempt]
    assert (call.state, call.abandoned) == (AttemptState.OVERFLOWING, is_abandoned)


@pytest.mark.parametrize("overflow", [True, False])
def test_a_limit_with_an_overflow_is_told_from_one_with_a_message(
    make_floor: MakeFloor, overflow: bool
) -> None:
    floor, attempt = one_call(make_floor, voice=VoicePlan(unserved=Unserved.OVERFLOW))
    floor.send(e.NetworkLost(reason="cut"))
    floor.answer(attempt)
    floor.send(e.CallTimedOut(attempt=attempt, message_played=not overflow, overflow=overflow), after=2.0)
    call = floor.engine.checkpoint().calls[attempt]
    assert call.state is (AttemptState.OVERFLOWING if overflow else AttemptState.UNSERVED)
    assert call.heard.message_played is not overflow


def test_after_a_limit_without_an_overflow_somebody_of_it_may_still_be_rung(make_floor: MakeFloor) -> None:
    """A second word of the telephone system: late for the judgement, and not for the talk."""
    floor, attempt = one_call(make_floor, voice=VoicePlan(unserved=Unserved.OVERFLOW))
    floor.send(e.NetworkLost(reason="cut"))
    floor.answer(attempt)
    floor.send(e.CallTimedOut(attempt=attempt, message_played=True), after=2.0)
    floor.send(e.OverflowAnswered(attempt=attempt, at=floor.now), after=1.0)
    assert floor.engine.checkpoint().calls[attempt].state is AttemptState.OVERFLOWED


# --- the agent --------------------------------------------------------------------------------------------


def test_a_campaign_counts_what_is_in_flight_and_no_call_twice(make_floor: MakeFloor) -> None:
    floor, attempt = talking(make_floor)
    assert floor.engine.snapshot().campaigns[0].in_flight == 1
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=9.0)
    assert floor.engine.snapshot().campaigns[0].in_flight == 0
    floor.dispose(attempt, ANN, DispositionKind.NO_COMMITMENT)
    assert floor.engine.snapshot().campaigns[0].in_flight == 0


def test_a_talk_that_lost_its_agent_is_over_without_after_call_work(make_floor: MakeFloor) -> None:
    """Ann's telephone went and Bob has theirs away too: nobody is left to say what came of it."""
    floor, attempt = talking(make_floor)
    floor.send(e.AgentLoggedOut(agent=BOB))
    floor.send(e.AgentLegLost(agent=ANN), after=5.0)
    floor.send(e.AgentLegRestored(agent=ANN))
    floor.send(e.AgentGotReady(agent=ANN))
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=1.0)
    assert agents(floor)[ANN] is AgentState.AVAILABLE
    assert (records(floor)[-1].outcome, records(floor)[-1].agent) == (Outcome.CONNECTED, ANN)
    assert attempt not in floor.engine.checkpoint().calls


def test_who_said_it_before_the_end_is_ready_or_not_as_they_said(make_floor: MakeFloor) -> None:
    floor, attempt = talking(make_floor)
    said = Disposition(kind=DispositionKind.NO_COMMITMENT)
    floor.send(e.DispositionRecorded(agent=ANN, attempt=attempt, disposition=said, ready_after=False))
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=9.0)
    assert agents(floor)[ANN] is AgentState.NOT_READY
    assert (records(floor)[-1].disposition, records(floor)[-1].wrapped_at) == (said, floor.now)


def test_after_call_work_that_was_done_is_not_ended_by_its_limit(make_floor: MakeFloor) -> None:
    floor, attempt = talking(make_floor, wrap_up_limit_s=30.0)
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=9.0)
    floor.dispose(attempt, ANN, DispositionKind.NO_COMMITMENT)
    floor.wait(60.0)
    assert agents(floor)[ANN] is AgentState.AVAILABLE
    assert len(records(floor)) == 2


def test_who_is_over_the_limit_is_on_a_break_that_says_why(make_floor: MakeFloor) -> None:
    floor, attempt = talking(make_floor, wrap_up_limit_s=30.0)
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=9.0)
    floor.wait(30.0)
    view = floor.engine.snapshot().agents[0]
    assert (view.state, view.reason) == (AgentState.NOT_READY, "after-call work over the limit")
    assert floor.last(c.RestLead).reason == "no disposition"


def test_a_message_is_watched_from_when_it_was_asked_for(make_floor: MakeFloor) -> None:
    floor, attempt = talking(make_floor, voice=VoicePlan(voicemail=VoicemailPlan(texts=(DROP,))))
    floor.send(e.VoicemailDropRequested(agent=ANN, attempt=attempt), after=10.0)
    watches = [timer for timer in floor.engine.checkpoint().timers if timer[3] == attempt]
    assert floor.now + 180.0 in {at for at, _order, _kind, _name in watches}
    assert all(at > floor.now for at, _order, _kind, _name in watches)
    assert agents(floor)[ANN] is AgentState.AVAILABLE


# --- passed on --------------------------------------------------------------------------------------------


def test_a_talk_is_passed_on_to_somebody_of_all_its_needs_only(make_floor: MakeFloor) -> None:
    floor = make_floor(needs=("acme",))
    floor.send(e.CampaignStarted(campaign=floor.settings.campaign))
    floor.feed(1, needs=("es",))
    floor.seat(ANN, tags=("acme", "es"))
    for name, tags in (("only acme", ("acme",)), ("only es", ("es",)), ("both", ("acme", "es"))):
        floor.seat(name, tags=tags)
    floor.wait(1.0)
    attempt = floor.last(c.Originate).attempt
    floor.answer(attempt)
    first = floor.last(c.Bridge).agent
    floor.send(e.CallBridged(attempt=attempt, agent=first, bridged_at=floor.now))
    for name in ("only acme", "only es"):
        floor.send(e.TransferRequested(attempt=attempt, to=AgentId(name), by="x"))
        assert floor.engine.was_ignored
    to = AgentId("both") if first == ANN else ANN
    floor.send(e.TransferRequested(attempt=attempt, to=to, by="x"))
    assert floor.last(c.Bridge).agent == to


def test_a_talk_with_a_third_party_and_one_that_is_being_passed_on_are_not_passed_on(
    make_floor: MakeFloor,
) -> None:
    floor, attempt = talking(make_floor)
    floor.seat("carl")
    floor.send(e.TransferRequested(attempt=attempt, to=BOB, by="x"))
    floor.send(e.TransferRequested(attempt=attempt, to=AgentId("carl"), by="x"))
    assert floor.engine.was_ignored
    assert [bridge.agent for bridge in floor.all(c.Bridge)] == [BOB]
    assert agents(floor)["carl"] is AgentState.AVAILABLE


def test_news_of_a_transfer_s_bridge_are_that_and_no_late_news(make_floor: MakeFloor) -> None:
    floor, attempt = talking(make_floor)
    floor.send(e.TransferRequested(attempt=attempt, to=BOB, by="x"))
    floor.send(e.BridgeFailed(attempt=attempt, agent=BOB, reason="busy"))
    assert not floor.engine.was_ignored
    floor.send(e.TransferRequested(attempt=attempt, to=BOB, by="x"))
    floor.send(e.CallBridged(attempt=attempt, agent=BOB, bridged_at=floor.now))
    assert not floor.engine.was_ignored
    assert floor.engine.snapshot().ignored == ()


def test_a_talk_is_joined_in_the_order_of_the_answers(make_floor: MakeFloor) -> None:
    """Whoever answered first gets the next agent, whoever was called first."""
    floor = make_floor(
        policy="fixed_ratio", policy_parameters={"lines_per_agent": 3.0}, abandonment_limit=1.0
    )
    floor.start(agents=1)
    first, second, third = [order.attempt for order in floor.all(c.Originate)]
    floor.send(e.CampaignPaused(campaign=floor.settings.campaign))
    floor.answer(first)
    floor.send(e.CallBridged(attempt=first, agent=ANN, bridged_at=floor.now))
    floor.answer(third)
    floor.answer(second, after=0.5)
    floor.seat("bob")
    assert floor.last(c.Bridge) == c.Bridge(attempt=third, agent=AgentId("bob"))


@pytest.mark.parametrize(("waited_s", "is_joined"), [(1.25, True), (1.5, False), (1.75, False)])
def test_a_person_is_joined_while_more_than_the_margin_is_left(
    make_floor: MakeFloor, waited_s: float, is_joined: bool
) -> None:
    """Two seconds less half a second."""
    floor, attempt = one_call(make_floor, bridge_margin_s=0.5)
    for agent in (ANN, BOB):
        floor.send(e.AgentPauseRequested(agent=agent, reason="break"))
    floor.seat("late", ready=False)
    floor.send(e.CallAnswered(attempt=attempt, answered_at=floor.now))
    floor.log.clear()
    floor.send(e.AgentGotReady(agent=AgentId("late")), after=waited_s)
    assert len(floor.all(c.Bridge)) == int(is_joined)
