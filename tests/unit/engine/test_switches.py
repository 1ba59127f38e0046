"""Campaigns that drain, clocks that step, processes that start anew, telephone systems that come back."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.agent import AgentState
from dialer.domain.attempt import AttemptState, Outcome
from dialer.domain.campaign import CampaignState
from dialer.domain.disposition import DispositionKind
from dialer.domain.ids import AgentId, AttemptId, BoxId, CampaignId, EndpointId
from dialer.domain.telephone_events import BoxFound
from pacing.policy import LaunchDecision

Floor = Any
Script = Any
MakeFloor = Callable[..., Floor]
SPRING, AUTUMN = CampaignId("spring"), CampaignId("autumn")
ANN, BOB = AgentId("agent0"), AgentId("agent1")


def states(floor: Floor) -> dict[str, CampaignState]:
    return {view.campaign: view.state for view in floor.engine.snapshot().campaigns}


def agents(floor: Floor) -> dict[str, AgentState]:
    return {view.agent: view.state for view in floor.engine.snapshot().agents}


def launched(floor: Floor) -> int:
    return len(floor.all(c.Originate))


def with_autumn(floor: Floor, *, start: bool = True) -> None:
    """A second campaign with an agent and leads of its own, at work too."""
    settings = replace(floor.settings, campaign=AUTUMN)
    floor.send(e.CampaignConfigured(settings=settings))
    agent = AgentId("autumnal")
    floor.send(e.AgentLoggedIn(agent=agent, campaign=AUTUMN, endpoint=EndpointId("sip-autumnal")))
    floor.send(e.AgentGotReady(agent=agent))
    if start:
        floor.send(e.CampaignStarted(campaign=AUTUMN))
        refill = floor.last(c.RefillHopper)
        assert refill.campaign == AUTUMN
        leads = tuple(replace(floor.lead(i), campaign=AUTUMN) for i in range(70, 75))
        floor.send(
            e.LeadsFetched(
                campaign=AUTUMN,
                request=refill.request,
                as_of=refill.sequence,
                leads=leads,
                persons=tuple(floor.person(i) for i in range(70, 75)),
                leads_left=100,
            )
        )
        floor.wait(1.0)


def of(floor: Floor, campaign: CampaignId) -> list[AttemptId]:
    return [order.attempt for order in floor.all(c.Originate) if order.campaign == campaign]


# --- campaigns --------------------------------------------------------------------------------------------


def test_a_campaign_that_drains_stops_with_its_last_call_and_not_before(floor: Floor) -> None:
    floor.send(e.CampaignDrained(campaign=SPRING))
    first, second = of(floor, SPRING)
    floor.send(e.CallEnded(attempt=first, outcome=Outcome.NO_ANSWER), after=1.0)
    assert states(floor) == {SPRING: CampaignState.DRAINING}
    floor.send(e.CallEnded(attempt=second, outcome=Outcome.NO_ANSWER), after=1.0)
    assert states(floor) == {SPRING: CampaignState.STOPPED}
    assert [row.state for row in floor.all(c.StoreCampaign)][-2:] == [
        CampaignState.DRAINING,
        CampaignState.STOPPED,
    ]


def test_a_campaign_with_nothing_in_flight_is_not_stopped_by_another_that_drains(floor: Floor) -> None:
    with_autumn(floor, start=False)
    floor.send(e.CampaignDrained(campaign=SPRING))
    for attempt in of(floor, SPRING):
        floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.NO_ANSWER))
    assert states(floor)[SPRING] is CampaignState.STOPPED
    assert states(floor)[AUTUMN] is not CampaignState.STOPPED


def test_what_talks_goes_on_when_its_campaign_is_stopped(floor: Floor) -> None:
    first, second = of(floor, SPRING)
    floor.answer(first)
    floor.send(e.CallBridged(attempt=first, agent=floor.last(c.Bridge).agent, bridged_at=floor.now))
    floor.send(e.CampaignStopped(campaign=SPRING))
    assert [row.attempt for row in floor.all(c.Hangup)] == [second]


def test_what_rings_for_another_campaign_goes_on_when_one_is_stopped(floor: Floor) -> None:
    with_autumn(floor)
    floor.send(e.CampaignStopped(campaign=SPRING))
    assert [row.attempt for row in floor.all(c.Hangup)] == of(floor, SPRING)
    floor.send(e.FloorStopped(by="ana", reason="enough"))
    assert [row.attempt for row in floor.all(c.Hangup)][2:] == of(floor, AUTUMN)


def test_leads_are_asked_for_at_once_when_a_paused_campaign_goes_on(make_floor: MakeFloor) -> None:
    """However long it had wanted to wait."""
    floor = make_floor()
    floor.start(agents=1, leads=0)
    floor.send(e.CampaignPaused(campaign=SPRING), after=1.0)
    before = len(floor.all(c.RefillHopper))
    floor.wait(5.0)
    assert len(floor.all(c.RefillHopper)) == before
    floor.send(e.CampaignStarted(campaign=SPRING))
    assert len(floor.all(c.RefillHopper)) == before + 1


def test_leads_that_come_while_a_campaign_is_paused_go_back(make_floor: MakeFloor) -> None:
    floor = make_floor()
    floor.send(e.CampaignStarted(campaign=SPRING))
    floor.send(e.CampaignPaused(campaign=SPRING))
    floor.feed(2)
    assert [(rest.lead, rest.reason) for rest in floor.all(c.RestLead)] == [
        ("l0000", "campaign is not running"),
        ("l0001", "campaign is not running"),
    ]


@pytest.mark.parametrize("same", [True, False])
def test_what_a_policy_has_learned_is_kept_by_the_same_policy_only(make_floor: MakeFloor, same: bool) -> None:
    floor = make_floor(policy="predictive")
    floor.start(agents=2)
    attempt = of(floor, SPRING)[0]
    agent = floor.talk(attempt, seconds=500.0)
    floor.dispose(attempt, agent, DispositionKind.REFUSED_TO_PAY)
    before = floor.engine.checkpoint().campaigns[SPRING].pools[""].policy_state
    assert before
    policy = "predictive" if same else "progressive"
    floor.send(e.CampaignConfigured(settings=replace(floor.settings, policy=policy, lines=299)))
    after = floor.engine.checkpoint().campaigns[SPRING].pools[""].policy_state
    assert (after == before) is same


def test_a_campaign_s_reason_is_shown_and_each_switch_has_its_own(floor: Floor) -> None:
    def reason() -> str:
        return str(floor.engine.snapshot().campaigns[0].reason)

    floor.send(e.LaunchingHeld(by="disk", reason="no room"))
    floor.send(e.LaunchingHeld(by="clock", reason="it is wrong"))
    assert reason() == "no room; it is wrong"
    floor.send(e.NetworkLost(reason="cut"))
    assert reason() == "the telephone system is not heard"
    floor.send(e.FloorStopped(by="ana", reason="enough"))
    assert reason() == "the whole floor is stopped: enough (ana)"
    floor.send(e.CampaignPaused(campaign=SPRING))
    assert reason() == "the campaign is paused"


def test_a_hold_is_told_once_and_the_last_one_s_end_lets_launch(floor: Floor) -> None:
    for by in ("disk", "disk", "clock"):
        floor.send(e.LaunchingHeld(by=by, reason=f"{by} says so"))
    assert [(alarm.subject, alarm.text) for alarm in floor.all(c.RaiseAlarm)] == [
        ("disk", "disk says so"),
        ("clock", "clock says so"),
    ]
    for attempt in of(floor, SPRING):
        floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.NO_ANSWER))
    floor.send(e.LaunchingResumed(by="disk"))
    floor.wait(3.0)
    assert launched(floor) == 2
    floor.send(e.LaunchingResumed(by="unknown"))
    floor.send(e.LaunchingResumed(by="clock"), after=1.0)
    floor.wait(1.0)
    assert launched(floor) == 4


# --- the clock --------------------------------------------------------------------------------------------


def step_clock(floor: Floor, seconds: float) -> None:
    floor.now += seconds
    floor.send(e.ClockStepped(seconds=seconds))


@pytest.mark.parametrize("by", [7200.0, -7200.0])
def test_spans_keep_their_lengths_when_the_clock_steps(make_floor: MakeFloor, by: float) -> None:
    """How long somebody has been what they are, a hold, a pause between decisions, the bucket of calls."""
    floor = make_floor(
        launches_per_second=1.0, policy="fixed_ratio", policy_parameters={"lines_per_agent": 3.0}
    )
    floor.start(agents=1)
    floor.send(e.CallNotAttempted(attempt=of(floor, SPRING)[-1], reason="no channel"))
    before = floor.engine.checkpoint().campaigns[SPRING]
    pool = before.pools[""]
    kept = (before.hold_until, before.refill_at, before.tokens_at, pool.decided_at)
    since = floor.engine.snapshot().agents[0].for_s
    step_clock(floor, by)
    after = floor.engine.checkpoint().campaigns[SPRING]
    pool = after.pools[""]
    assert (after.hold_until, after.refill_at, after.tokens_at, pool.decided_at) == tuple(
        instant + by for instant in kept
    )
    assert floor.engine.snapshot().agents[0].for_s == since
    assert floor.last(c.RaiseAlarm).text == f"the wall clock stepped by {by:+.3f} s"


def test_when_pacing_wants_to_be_asked_again_moves_with_the_clock(
    make_floor: MakeFloor, script: Script
) -> None:
    floor = make_floor(script=script)
    floor.start(agents=1, leads=30)
    floor.now += 1.0
    script.next = [LaunchDecision(launches=0, reason="wait", reconsider_at=floor.now + 30.0)]
    floor.send(e.AgentGotReady(agent=ANN))
    asked = len(script.shown)
    step_clock(floor, 3600.0)
    floor.now += 29.0
    floor.send(e.TimeReached())
    before = len(script.shown)
    assert before - asked <= 1, "the alarm of the clock asks once at most"
    floor.now += 1.0
    floor.send(e.TimeReached())
    assert script.shown[-1].now == floor.now


def test_a_box_s_hold_moves_with_the_clock(make_floor: MakeFloor) -> None:
    floor = make_floor()
    boxes = (BoxFound(box=BoxId("north"), lines=30),)
    floor.send(e.NetworkReconciled(live=(), talking={}, agents=(), boxes=boxes))
    floor.start(agents=0, leads=20)
    floor.send(e.AgentLegRestored(agent=floor.seat("n0"), box=BoxId("north")))
    floor.wait(1.0)
    floor.send(e.CallNotAttempted(attempt=of(floor, SPRING)[0], reason="no trunk"))
    until = floor.engine.checkpoint().boxes["north"].hold_until
    step_clock(floor, 3600.0)
    assert floor.engine.checkpoint().boxes["north"].hold_until == until + 3600.0


def test_who_waits_keeps_waiting_as_long_and_a_talk_keeps_its_beginning(make_floor: MakeFloor) -> None:
    """A launch and a join are facts of the record; a ring and a running limit are spans."""
    floor = make_floor(
        policy="fixed_ratio", policy_parameters={"lines_per_agent": 3.0}, abandonment_limit=1.0
    )
    floor.start(agents=1)
    first, second, third = of(floor, SPRING)
    floor.answer(first)
    floor.send(e.CallBridged(attempt=first, agent=ANN, bridged_at=floor.now))
    floor.answer(second)
    floor.send(e.CallRinging(attempt=third))
    calls = floor.engine.checkpoint().calls
    kept = (
        calls[first].answered_at,
        calls[first].bridged_at,
        calls[second].answered_at,
        calls[third].rang_at,
    )
    launches = [call.launch.launched_at for call in calls.values()]
    step_clock(floor, 3600.0)
    calls = floor.engine.checkpoint().calls
    assert (calls[first].answered_at, calls[first].bridged_at) == kept[:2]
    assert (calls[second].answered_at, calls[third].rang_at) == (kept[2] + 3600.0, kept[3] + 3600.0)
    assert [call.launch.launched_at for call in calls.values()] == launches


# --- a new process ----------------------------------------------------------------------------------------


def test_a_new_process_numbers_its_attempts_from_one_under_its_own_number(floor: Floor) -> None:
    before = of(floor, SPRING)
    floor.send(e.EngineRestarted(checkpoint="", generation=7))
    floor.send(e.NetworkReconciled(live=(), talking={}, agents=(ANN, BOB)))
    floor.wait(3.0)
    assert before == ["a1-00000001", "a1-00000002"]
    floor.feed(10, first=40)
    floor.wait(2.0)
    assert of(floor, SPRING)[2:] == ["a7-00000001", "a7-00000002"]


def test_a_new_process_launches_nothing_until_it_has_heard_what_lives(floor: Floor) -> None:
    floor.send(e.LaunchingHeld(by="disk", reason="no room"))
    floor.send(e.EngineRestarted(checkpoint="", generation=2))
    assert not floor.engine.snapshot().is_network_up
    floor.wait(30.0)
    assert launched(floor) == 2
    floor.feed(10, first=40)
    floor.send(e.NetworkReconciled(live=(), talking={}, agents=(ANN, BOB)))
    floor.wait(2.0)
    assert launched(floor) == 4, "the hold was the old process's"


def test_a_new_process_asks_for_leads_anew_and_tells_how_its_campaigns_are(floor: Floor) -> None:
    old = floor.last(c.RefillHopper).request
    floor.log.clear()
    floor.send(e.EngineRestarted(checkpoint="", generation=2))
    assert [(row.settings.campaign, row.state) for row in floor.all(c.StoreCampaign)] == [
        (SPRING, CampaignState.RUNNING)
    ]
    floor.wait(0.0)
    for attempt in tuple(floor.engine.checkpoint().calls):
        floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.NO_ANSWER))
    refills = floor.all(c.RefillHopper)
    assert all(row.request > old for row in refills)


def test_a_file_read_in_the_last_step_before_a_start_is_new_enough(floor: Floor) -> None:
    """And one of the step before that is not."""
    floor.send(e.EngineRestarted(checkpoint="", generation=2))
    state = floor.engine.checkpoint()
    assert state.changes_forgotten == state.sequence - 1
    assert state.changes == []


# --- what lives -------------------------------------------------------------------------------------------


def talking(floor: Floor) -> AttemptId:
    attempt = of(floor, SPRING)[0]
    floor.answer(attempt)
    floor.send(e.CallBridged(attempt=attempt, agent=ANN, bridged_at=floor.now))
    floor.log.clear()
    return attempt


def reconcile(floor: Floor, **more: Any) -> None:
    values: dict[str, Any] = {"live": (), "talking": {}, "agents": (ANN, BOB), **more}
    floor.send(e.NetworkLost(reason="cut"))
    floor.send(e.NetworkReconciled(**values), after=1.0)


def test_an_agent_who_is_not_found_has_no_telephone_and_one_who_is_found_again_has_a_break(
    floor: Floor,
) -> None:
    reconcile(floor, agents=(BOB,))
    assert agents(floor) == {ANN: AgentState.LEG_LOST, BOB: AgentState.AVAILABLE}
    assert floor.engine.snapshot().agents[0].reason == "not found in the telephone system"
    reconcile(floor)
    assert agents(floor) == {ANN: AgentState.NOT_READY, BOB: AgentState.AVAILABLE}


def test_somebody_who_went_home_is_not_said_to_have_lost_their_telephone(floor: Floor) -> None:
    floor.send(e.AgentLoggedOut(agent=ANN))
    reconcile(floor, agents=(BOB,))
    assert agents(floor)[ANN] is AgentState.LOGGED_OUT


def test_somebody_on_a_break_who_is_not_found_has_no_telephone(floor: Floor) -> None:
    floor.send(e.AgentPauseRequested(agent=ANN, reason="lunch"))
    reconcile(floor, agents=(BOB,))
    assert agents(floor)[ANN] is AgentState.LEG_LOST


def test_a_talk_that_is_found_goes_on_and_one_found_alone_is_let_go(floor: Floor) -> None:
    attempt = talking(floor)
    reconcile(floor, live=(attempt,), talking={attempt: ANN})
    assert floor.all(c.Hangup) == []
    assert agents(floor)[ANN] is AgentState.TALKING
    reconcile(floor, live=(attempt,))
    assert floor.all(c.Hangup) == [c.Hangup(attempt=attempt, reason=c.HangupReason.AGENT_GONE)]


def test_a_talk_of_which_the_news_were_lost_is_one(floor: Floor) -> None:
    """Held for it, joined meanwhile: who talks is found in the telephone system."""
    attempt = of(floor, SPRING)[0]
    floor.answer(attempt)
    reconcile(floor, live=(attempt,), talking={attempt: ANN})
    assert agents(floor)[ANN] is AgentState.TALKING
    call = floor.engine.checkpoint().calls[attempt]
    assert (call.state, call.agent, call.bridged_at) == (AttemptState.CONNECTED, ANN, floor.now)


def test_a_ring_that_is_found_talking_with_a_free_agent_was_answered(floor: Floor) -> None:
    attempt, other = of(floor, SPRING)
    reconcile(floor, live=(attempt, other), talking={attempt: BOB})
    assert agents(floor) == {ANN: AgentState.AVAILABLE, BOB: AgentState.TALKING}
    assert floor.engine.checkpoint().calls[attempt].answered_at == floor.now
    assert floor.engine.checkpoint().campaigns[SPRING].pools[""].ringing == [other]


def test_an_agent_who_was_held_is_free_when_another_is_found_talking(floor: Floor) -> None:
    attempt, other = of(floor, SPRING)
    floor.answer(attempt)
    assert floor.last(c.Bridge).agent == ANN
    reconcile(floor, live=(attempt, other), talking={attempt: BOB})
    assert agents(floor) == {ANN: AgentState.AVAILABLE, BOB: AgentState.TALKING}
    stored = [row.agent for row in floor.all(c.StoreAgentState) if row.state == AgentState.RESERVED.value]
    assert stored == [], "who is held for a moment only is not told to the store"


@pytest.mark.parametrize("with_whom", ["resting", "nobody", "busy"])
def test_a_talk_with_somebody_who_cannot_be_in_it_is_ended(make_floor: MakeFloor, with_whom: str) -> None:
    floor = make_floor()
    floor.start(agents=2)
    floor.seat("resting", ready=False)
    first, second = of(floor, SPRING)
    floor.answer(first)
    floor.send(e.CallBridged(attempt=first, agent=ANN, bridged_at=floor.now))
    name = ANN if with_whom == "busy" else AgentId(with_whom)
    floor.log.clear()
    everybody = (ANN, BOB, AgentId("resting"))
    reconcile(floor, live=(first, second), talking={first: ANN, second: name}, agents=everybody)
    assert floor.all(c.Hangup) == [c.Hangup(attempt=second, reason=c.HangupReason.UNACCOUNTED)]


def test_pacing_is_asked_when_the_telephone_system_is_heard_again(floor: Floor) -> None:
    for attempt in of(floor, SPRING):
        floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.NO_ANSWER))
    floor.send(e.NetworkLost(reason="cut"))
    floor.wait(30.0)
    before = launched(floor)
    floor.send(e.NetworkReconciled(live=(), talking={}, agents=(ANN, BOB)))
    assert launched(floor) == before + 2


def test_who_was_asked_to_hang_up_and_still_lives_is_asked_again(floor: Floor) -> None:
    first, second = of(floor, SPRING)
    floor.send(e.CampaignStopped(campaign=SPRING))
    floor.log.clear()
    reconcile(floor, live=(first, second))
    assert floor.all(c.Hangup) == [
        c.Hangup(attempt=attempt, reason=c.HangupReason.CAMPAIGN_STOPPED) for attempt in (first, second)
    ]


def test_a_call_that_is_over_and_still_lives_is_hung_up(floor: Floor) -> None:
    attempt = talking(floor)
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=5.0)
    reconcile(floor, live=(attempt,))
    assert floor.all(c.Hangup) == [c.Hangup(attempt=attempt, reason=c.HangupReason.UNACCOUNTED)]
