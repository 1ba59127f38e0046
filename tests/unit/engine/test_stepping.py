"""One step after the other: instants, numbers, what is owed, when the engine wants to be woken."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.agent import AgentState
from dialer.domain.attempt import Outcome
from dialer.domain.campaign import CampaignState
from dialer.domain.errors import InvalidFactError, UnknownThingError
from dialer.domain.ids import AgentId, CampaignId, EndpointId
from dialer.domain.ports import Fate
from dialer.engine.context import Context
from dialer.engine.engine import DialerEngine
from dialer.engine.state import EngineState, TimerKind
from dialer.engine.taking import take
from pacing.policy import LaunchDecision
from simulator.open_gate import OpenGate

Floor = Any
Script = Any
MakeFloor = Callable[..., Floor]
ANN, BOB = AgentId("agent0"), AgentId("agent1")
SPRING = CampaignId("spring")


# --- instants and numbers ---------------------------------------------------------------------------------


def test_steps_are_numbered_one_by_one_and_so_are_those_that_are_left_out() -> None:
    engine = DialerEngine(OpenGate())
    for number in (1, 2, 3):
        engine.step(e.TimeReached(), now=float(number))
        assert engine.checkpoint().sequence == number
    engine.leave_out(now=2.0)
    assert (engine.checkpoint().sequence, engine.checkpoint().now) == (4, 3.0)
    engine.leave_out(now=9.0)
    assert (engine.checkpoint().sequence, engine.checkpoint().now) == (5, 9.0)


def test_time_never_runs_back_but_by_a_step_of_the_clock() -> None:
    engine = DialerEngine(OpenGate())
    engine.step(e.TimeReached(), now=100.0)
    engine.step(e.TimeReached(), now=40.0)
    assert engine.checkpoint().now == 100.0
    engine.step(e.ClockStepped(seconds=-60.0), now=40.0)
    assert engine.checkpoint().now == 40.0
    engine.step(e.TimeReached(), now=41.0)
    assert engine.checkpoint().now == 41.0


def test_a_state_begins_with_nothing_counted() -> None:
    state = EngineState()
    counted = (state.sequence, state.attempts_made, state.requests_made, state.timers_made)
    assert (counted, state.generation, state.changes_forgotten) == ((0, 0, 0, 0), 1, 0)


def test_askings_for_leads_are_numbered_one_by_one(make_floor: MakeFloor) -> None:
    floor = make_floor()
    floor.send(e.CampaignStarted(campaign=SPRING))
    for _ in range(2):
        floor.wait(120.0)
    assert [row.request for row in floor.all(c.RefillHopper)] == [1, 2, 3]
    assert next(row.sequence for row in floor.all(c.RefillHopper)) == 2


def test_timers_of_one_instant_are_served_in_the_order_in_which_they_were_set() -> None:
    context = Context(OpenGate(), EngineState())
    for name in ("first", "second", "third"):
        context.set_timer(5.0, TimerKind.SHIFT, name)
    assert sorted(context.state.timers) == [
        (5.0, 1, TimerKind.SHIFT, "first"),
        (5.0, 2, TimerKind.SHIFT, "second"),
        (5.0, 3, TimerKind.SHIFT, "third"),
    ]


def test_whether_the_last_event_was_ignored_is_of_the_last_event_alone(floor: Floor) -> None:
    assert not DialerEngine(OpenGate()).was_ignored
    floor.send(e.AgentLegLost(agent=ANN))
    floor.send(e.AgentLegLost(agent=ANN))
    assert floor.engine.was_ignored
    floor.send(e.TimeReached())
    assert not floor.engine.was_ignored
    assert floor.engine.ignored == 1


@pytest.mark.parametrize(
    ("event", "fate"),
    [
        (e.AgentGotReady(agent=ANN), Fate.TAKEN),
        (e.AgentHungUp(agent=ANN), Fate.IGNORED),
        (e.AgentGotReady(agent=AgentId("nobody")), Fate.REFUSED),
    ],
)
def test_a_step_is_written_down_with_its_fate(floor: Floor, event: e.Event, fate: Fate) -> None:
    entry, error = take(floor.engine, event, now=floor.now + 1.0, sequence=77)
    assert (entry.fate, entry.sequence, entry.now, entry.event) == (fate, 77, floor.now + 1.0, event)
    assert (error is not None) == (fate is Fate.REFUSED) == (entry.error == "UnknownThingError")


# --- what is owed -----------------------------------------------------------------------------------------


def test_a_state_is_whole_when_nothing_is_owed_and_nobody_is_to_be_connected(floor: Floor) -> None:
    assert floor.engine.is_whole
    floor.now += 22.0 + 61.0  # both watches are due
    with pytest.raises(UnknownThingError):
        floor.send(e.AgentGotReady(agent=AgentId("nobody")))
    assert not floor.engine.is_whole, "their orders come with the next step"
    floor.send(e.TimeReached())
    assert floor.engine.is_whole


def test_a_state_is_not_whole_while_whoever_waits_cannot_be_connected(floor: Floor) -> None:
    attempt = floor.all(c.Originate)[0].attempt
    floor.send(e.NetworkLost(reason="cut"))
    floor.answer(attempt)
    assert not floor.engine.is_whole
    floor.send(e.NetworkReconciled(live=(attempt,), talking={}, agents=(ANN, BOB)))
    assert floor.engine.is_whole
    assert floor.last(c.Bridge).attempt == attempt


# --- when it wants to be woken ----------------------------------------------------------------------------


def test_an_engine_with_nothing_to_do_asks_for_nothing() -> None:
    assert DialerEngine(OpenGate()).next_wakeup() is None


def test_it_is_woken_for_the_first_of_all_timers(make_floor: MakeFloor) -> None:
    floor = make_floor()
    for name, in_s in (("late", 300.0), ("early", 100.0), ("later", 500.0)):
        floor.seat(name, shift_ends_at=floor.now + in_s)
    assert floor.engine.next_wakeup() == floor.now + 100.0
    floor.now += 700.0
    assert floor.engine.next_wakeup() == floor.now - 600.0, "overdue: at once, by the last step's instant"


def test_a_campaign_that_does_not_run_hides_no_other(make_floor: MakeFloor) -> None:
    """The first is paused, the second has a hopper to fill."""
    floor = make_floor()
    autumn = CampaignId("autumn")
    floor.send(e.CampaignConfigured(settings=replace(floor.settings, campaign=autumn)))
    floor.send(e.CampaignStarted(campaign=autumn))
    assert [view.state for view in floor.engine.snapshot().campaigns] == [
        CampaignState.RUNNING,
        floor.engine.checkpoint().campaigns[SPRING].state,
    ]
    assert floor.engine.next_wakeup() == floor.now + 120.0


def test_it_is_woken_when_a_pool_that_changed_may_be_decided_on_again(
    make_floor: MakeFloor, script: Script
) -> None:
    floor = make_floor(script=script)
    floor.start(agents=1, leads=30)
    floor.now += 5.0
    floor.send(e.AgentGotReady(agent=ANN))
    decided_at = floor.now
    floor.send(e.AgentGotReady(agent=ANN), after=0.25)
    assert floor.engine.next_wakeup() == decided_at + 1.0


@pytest.mark.parametrize(("asked_in_s", "woken_in_s"), [(30.0, 30.0), (0.25, 1.0)])
def test_it_is_woken_when_pacing_wants_to_be_asked_and_not_before_its_interval(
    make_floor: MakeFloor, script: Script, asked_in_s: float, woken_in_s: float
) -> None:
    floor = make_floor(script=script)
    floor.start(agents=1, leads=30)
    floor.now += 5.0
    script.next = [LaunchDecision(launches=0, reason="wait", reconsider_at=floor.now + asked_in_s)]
    floor.send(e.AgentGotReady(agent=ANN))
    assert floor.engine.next_wakeup() == floor.now + woken_in_s


def test_it_is_woken_when_a_hold_is_over(make_floor: MakeFloor, script: Script) -> None:
    floor = make_floor(script=script)
    script.launch(1)
    floor.start(agents=1, leads=30)
    floor.send(e.CallNotAttempted(attempt=floor.last(c.Originate).attempt, reason="no channel"))
    assert floor.engine.next_wakeup() == floor.now + 2.0


# --- seats ------------------------------------------------------------------------------------------------


def log_in(agent: str, endpoint: str, campaign: str = "spring", **more: Any) -> e.AgentLoggedIn:
    return e.AgentLoggedIn(
        agent=AgentId(agent), endpoint=EndpointId(endpoint), campaign=CampaignId(campaign), **more
    )


def views(floor: Floor) -> dict[str, Any]:
    return {view.agent: view for view in floor.engine.snapshot().agents}


def test_a_seat_is_taken_once(floor: Floor) -> None:
    """Said twice is said once; elsewhere, or for another campaign, is refused."""
    floor.send(e.CampaignConfigured(settings=replace(floor.settings, campaign=CampaignId("autumn"))))
    assert floor.send(log_in("agent0", "sip-agent0")) == ()
    assert floor.engine.was_ignored
    for wrong in (log_in("agent0", "sip-x"), log_in("agent0", "sip-agent0", "autumn")):
        with pytest.raises(InvalidFactError, match="is logged in already, at sip-agent0"):
            floor.send(wrong)
    with pytest.raises(UnknownThingError):
        floor.send(log_in("new", "sip-new", "winter"))


def test_whoever_went_home_may_sit_down_elsewhere(floor: Floor) -> None:
    floor.send(e.AgentLoggedOut(agent=ANN))
    assert floor.last(c.DropAgentLeg).agent == ANN
    out = floor.send(log_in("agent0", "sip-x"))
    assert c.ConnectAgentLeg(agent=ANN, endpoint=EndpointId("sip-x")) in out


def test_a_shift_that_was_lengthened_ends_when_it_does(make_floor: MakeFloor) -> None:
    """They logged in anew since, for longer: the first end is none."""
    floor = make_floor()
    floor.start(agents=0, leads=0)
    began = floor.now
    floor.send(log_in("early", "sip-1", shift_ends_at=began + 100.0))
    floor.send(e.AgentLoggedOut(agent=AgentId("early")))
    floor.send(log_in("early", "sip-1", shift_ends_at=began + 300.0))
    floor.send(e.AgentGotReady(agent=AgentId("early")))
    floor.now = began + 299.0
    floor.send(e.TimeReached())
    assert views(floor)["early"].state is AgentState.AVAILABLE
    floor.now = began + 300.0
    floor.send(e.TimeReached())
    assert (views(floor)["early"].state, views(floor)["early"].reason) == (AgentState.NOT_READY, "shift ends")


def test_a_shift_without_an_end_outlives_the_one_before(make_floor: MakeFloor) -> None:
    floor = make_floor()
    floor.start(agents=0, leads=0)
    floor.send(log_in("early", "sip-1", shift_ends_at=floor.now + 100.0))
    floor.send(e.AgentLoggedOut(agent=AgentId("early")))
    floor.send(log_in("early", "sip-1"))
    floor.send(e.AgentGotReady(agent=AgentId("early")))
    floor.send(e.TimeReached(), after=200.0)
    assert views(floor)["early"].state is AgentState.AVAILABLE


def test_a_break_asked_for_while_held_comes_when_nobody_answers(make_floor: MakeFloor) -> None:
    floor = make_floor()
    floor.gate.may_play = frozenset()
    floor.start(agents=2, leads=1)
    attempt = floor.last(c.Originate).attempt
    held = floor.last(c.Originate).reserved_agent
    floor.send(e.AgentPauseRequested(agent=held, reason="lunch"))
    assert (views(floor)[held].state, views(floor)[held].is_leaving) == (AgentState.RESERVED, True)
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.NO_ANSWER), after=20.0)
    view = views(floor)[held]
    assert (view.state, view.reason, view.is_leaving) == (AgentState.NOT_READY, "lunch", False)
    floor.send(e.AgentGotReady(agent=held))
    assert views(floor)[held].state is AgentState.AVAILABLE


def test_who_thinks_better_of_a_break_has_none(make_floor: MakeFloor) -> None:
    floor = make_floor()
    floor.start(agents=1, leads=1)
    attempt = floor.last(c.Originate).attempt
    floor.answer(attempt)
    floor.send(e.CallBridged(attempt=attempt, agent=ANN, bridged_at=floor.now))
    floor.send(e.AgentPauseRequested(agent=ANN, reason="lunch"))
    assert views(floor)[ANN].is_leaving
    floor.send(e.AgentGotReady(agent=ANN))
    assert (views(floor)[ANN].is_leaving, views(floor)[ANN].state) == (False, AgentState.TALKING)


def test_a_change_is_told_to_the_store_with_its_reason_and_dates_the_state(floor: Floor) -> None:
    floor.send(e.AgentPauseRequested(agent=ANN, reason="lunch"), after=7.0)
    stored = floor.last(c.StoreAgentState)
    assert (stored.agent, stored.campaign, stored.state, stored.reason) == (ANN, SPRING, "not_ready", "lunch")
    assert views(floor)[ANN].for_s == 0.0
    assert floor.engine.snapshot(now=floor.now + 5.0).agents[0].for_s == 5.0
    assert floor.engine.snapshot(now=floor.now - 5.0).agents[0].for_s == 0.0


def test_who_is_held_for_a_bridge_is_dated_from_before_and_not_told(floor: Floor) -> None:
    """A moment between the answer and the join is no state of theirs."""
    attempt = floor.all(c.Originate)[0].attempt
    since = floor.engine.checkpoint().agents[ANN].since
    floor.log.clear()
    floor.answer(attempt)
    assert views(floor)[ANN].state is AgentState.RESERVED
    assert floor.engine.checkpoint().agents[ANN].since == since
    assert floor.all(c.StoreAgentState) == []


def test_whoever_is_at_another_campaign_does_not_open_this_one_s_hopper(make_floor: MakeFloor) -> None:
    """Before anybody of the campaign has logged in, whatever comes is kept, up to the hopper."""
    floor = make_floor(hopper_size=30)
    autumn = replace(floor.settings, campaign=CampaignId("autumn"))
    floor.send(e.CampaignConfigured(settings=autumn))
    floor.send(log_in("x", "sip-x", "autumn"))
    floor.send(e.CampaignStarted(campaign=SPRING))
    floor.feed(25)
    assert len(floor.engine.checkpoint().leads) == 25


# --- the picture ------------------------------------------------------------------------------------------


def test_a_campaign_s_talks_are_its_own_and_those_that_go_on(floor: Floor) -> None:
    first, second = [order.attempt for order in floor.all(c.Originate)]
    floor.answer(first)
    floor.send(e.CallBridged(attempt=first, agent=floor.last(c.Bridge).agent, bridged_at=floor.now))
    floor.send(e.CampaignConfigured(settings=replace(floor.settings, campaign=CampaignId("autumn"))))
    shown = {view.campaign: view for view in floor.engine.snapshot().campaigns}
    assert (shown["spring"].talking, shown["spring"].ringing, shown["spring"].in_flight) == (1, 1, 2)
    assert (shown["autumn"].talking, shown["autumn"].ringing, shown["autumn"].in_flight) == (0, 0, 0)
    floor.send(e.CallEnded(attempt=first, outcome=Outcome.CONNECTED), after=5.0)
    assert floor.engine.snapshot().campaigns[1].talking == 0
    assert second in floor.engine.checkpoint().calls


def test_reasons_of_several_pools_are_told_together_and_empty_ones_left_out(make_floor: MakeFloor) -> None:
    floor = make_floor()
    floor.send(e.CampaignStarted(campaign=SPRING))
    floor.seat("ann")
    refill = floor.last(c.RefillHopper)
    leads = (floor.lead(0), floor.lead(1, needs=("es",)))
    floor.send(
        e.LeadsFetched(
            campaign=SPRING,
            request=refill.request,
            as_of=refill.sequence,
            leads=leads,
            persons=(floor.person(0), floor.person(1)),
            leads_left=2,
        )
    )
    floor.wait(2.0)
    pools = floor.engine.checkpoint().campaigns[SPRING].pools
    assert floor.engine.snapshot().campaigns[0].reason == (
        "for anybody: One line for each free agent: 1 free, 0 ringing; "
        "es: no agent on the floor can take these calls, which need es"
    )
    for pool in pools.values():
        pool.reason = ""
    assert floor.engine.snapshot().campaigns[0].reason == ""
