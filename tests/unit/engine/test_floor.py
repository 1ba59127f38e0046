"""Campaigns, agents, locks, suppression: who is dialed when, and who never."""

from collections.abc import Callable
from typing import Any

import pytest

from compliance_gate.findings import Recording
from compliance_gate.request import Hold
from compliance_gate.words import HoldKind
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.agent import AgentState
from dialer.domain.attempt import Outcome
from dialer.domain.campaign import CampaignState
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.errors import IllegalTransitionError, UnknownThingError
from dialer.domain.ids import AgentId, AttemptId, CampaignId, DebtId, LeadId, NumberId, PersonId
from dialer.domain.lead import NEVER, Target
from dialer.domain.money import Money
from dialer.domain.record import instant

Floor = Any
SPRING = CampaignId("spring")


def state_of(floor: Floor, name: str) -> AgentState:
    return next(view.state for view in floor.engine.snapshot().agents if view.agent == name)


def test_zero_live_agents_means_zero_launches(make_floor: Callable[..., Floor]) -> None:
    floor = make_floor()
    floor.start(agents=0)
    floor.seat("resting", ready=False)
    floor.wait(300.0)
    assert floor.all(c.Originate) == []
    assert "no agent" in floor.engine.snapshot().campaigns[0].reason


def test_a_break_asked_for_during_a_call_comes_after_it_and_is_no_supply_meanwhile(floor: Floor) -> None:
    attempt = floor.all(c.Originate)[0].attempt
    floor.answer(attempt)
    agent = floor.last(c.Bridge).agent
    floor.send(e.CallBridged(attempt=attempt, agent=agent, bridged_at=floor.now))
    floor.send(e.AgentPauseRequested(agent=agent, reason="lunch"))
    assert state_of(floor, agent) is AgentState.TALKING
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.CONNECTED), after=30.0)
    floor.send(
        e.DispositionRecorded(
            agent=agent,
            attempt=attempt,
            disposition=Disposition(kind=DispositionKind.REFUSED_TO_PAY),
        ),
        after=5.0,
    )
    assert state_of(floor, agent) is AgentState.NOT_READY
    (view,) = (view for view in floor.engine.snapshot().agents if view.agent == agent)
    assert (view.reason, view.is_leaving) == ("lunch", False)


def test_when_the_last_agent_leaves_what_rings_is_cancelled(floor: Floor) -> None:
    ringing = {originate.attempt for originate in floor.all(c.Originate)}
    floor.send(e.AgentPauseRequested(agent=AgentId("agent0"), reason="break"))
    floor.send(e.AgentLoggedOut(agent=AgentId("agent1")))
    cancelled = {hangup.attempt for hangup in floor.all(c.Hangup)}
    assert cancelled == ringing


def test_a_lost_leg_gives_the_caller_to_another_agent(floor: Floor) -> None:
    attempt = floor.all(c.Originate)[0].attempt
    floor.answer(attempt)
    first = floor.last(c.Bridge).agent
    floor.send(e.CallBridged(attempt=attempt, agent=first, bridged_at=floor.now))
    floor.send(e.AgentLegLost(agent=first), after=10.0)
    rescue = floor.last(c.Bridge)
    assert rescue.attempt == attempt
    assert rescue.agent != first
    floor.send(e.CallBridged(attempt=attempt, agent=rescue.agent, bridged_at=floor.now))
    assert state_of(floor, rescue.agent) is AgentState.TALKING


def test_a_lost_leg_without_another_agent_ends_the_call(make_floor: Callable[..., Floor]) -> None:
    floor = make_floor()
    floor.start(agents=1)
    attempt = floor.all(c.Originate)[0].attempt
    floor.answer(attempt)
    floor.send(e.CallBridged(attempt=attempt, agent=AgentId("agent0"), bridged_at=floor.now))
    floor.send(e.AgentLegLost(agent=AgentId("agent0")), after=10.0)
    assert floor.last(c.Hangup) == c.Hangup(attempt=attempt, reason=c.HangupReason.AGENT_GONE)


def test_a_suppression_hangs_up_what_rings_to_that_person_in_the_same_step(floor: Floor) -> None:
    out = floor.send(
        e.SuppressionAdded(scope=e.SuppressionScope.PERSON, source="cease letter", person=PersonId("p0"))
    )
    attempt = floor.all(c.Originate)[0].attempt
    assert c.Hangup(attempt=attempt, reason=c.HangupReason.SUPPRESSED) in out
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.NO_ANSWER))
    assert floor.last(c.StoreOutcome).record.outcome is Outcome.CANCELLED


def test_a_suppressed_person_in_the_hopper_is_denied_at_launch(floor: Floor) -> None:
    floor.send(e.SuppressionAdded(scope=e.SuppressionScope.NUMBER, source="list", number=NumberId("n2")))
    for originate in floor.all(c.Originate)[:2]:
        floor.send(e.CallEnded(attempt=originate.attempt, outcome=Outcome.NO_ANSWER), after=2.0)
    floor.wait(5.0)
    dialed = {originate.number for originate in floor.all(c.Originate)}
    assert "n2" not in dialed
    assert "n3" in dialed
    assert floor.last(c.StoreDenial).person == "p2"


@pytest.mark.parametrize(
    ("event", "how"),
    [
        (e.AccountRecalled(debt=DebtId("d2")), "recalled"),
        (e.PaymentReceived(debt=DebtId("d2"), amount=Money(cents=100), settles=True), "settled"),
        (
            e.SuppressionAdded(scope=e.SuppressionScope.DEBT, source="list", debt=DebtId("d2")),
            "suppressed",
        ),
    ],
)
def test_what_ends_an_account_gives_its_lead_back_at_once(floor: Floor, event: e.Event, how: str) -> None:
    (rest,) = floor.send(event)
    assert rest == c.RestLead(lead=LeadId("l0002"), not_before=NEVER, reason=how, passes=0)
    for originate in floor.all(c.Originate)[:2]:
        floor.send(e.CallEnded(attempt=originate.attempt, outcome=Outcome.NO_ANSWER), after=2.0)
    floor.wait(5.0)
    assert "n2" not in {originate.number for originate in floor.all(c.Originate)}


def test_a_part_payment_leaves_the_lead_where_it_is(floor: Floor) -> None:
    paid = e.PaymentReceived(debt=DebtId("d2"), amount=Money(cents=100), settles=False)
    assert floor.send(paid) == ()


def test_a_fact_that_comes_during_a_fetch_binds_what_the_fetch_brings(
    make_floor: Callable[..., Floor],
) -> None:
    floor = make_floor()
    floor.send(e.CampaignStarted(campaign=SPRING))
    floor.seat("agent0")
    floor.send(e.SuppressionAdded(scope=e.SuppressionScope.PERSON, source="list", person=PersonId("p0")))
    floor.feed(2)
    floor.wait(2.0)
    assert {originate.person for originate in floor.all(c.Originate)} == {"p1"}


def test_one_person_and_one_number_never_have_two_calls(make_floor: Callable[..., Floor]) -> None:
    floor = make_floor()
    shared = (Target(person=PersonId("p0"), number=NumberId("n0")),)
    floor.start(agents=4, leads=0)
    floor.wait(70.0)
    floor.feed(3, targets=shared)
    floor.wait(5.0)
    assert len(floor.all(c.Originate)) == 1


def test_where_nothing_may_be_played_an_agent_is_reserved_first(make_floor: Callable[..., Floor]) -> None:
    floor = make_floor(policy="fixed_ratio", policy_parameters={"lines_per_agent": 3.0})
    floor.gate.may_play = frozenset[Recording]()
    floor.start(agents=2, leads=10)
    floor.wait(10.0)
    originates = floor.all(c.Originate)
    assert len(originates) == 2
    assert {originate.reserved_agent for originate in originates} == {"agent0", "agent1"}
    floor.answer(originates[0].attempt)
    assert floor.last(c.Bridge).agent == originates[0].reserved_agent


def test_a_reserved_agent_is_free_again_when_nobody_answers(make_floor: Callable[..., Floor]) -> None:
    floor = make_floor()
    floor.gate.may_play = frozenset[Recording]()
    floor.start(agents=1, leads=1)
    attempt = floor.last(c.Originate).attempt
    assert state_of(floor, "agent0") is AgentState.RESERVED
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.NO_ANSWER), after=22.0)
    assert state_of(floor, "agent0") is AgentState.AVAILABLE


def test_a_denied_lead_rests_until_the_gate_would_allow_it_and_is_told_once(floor: Floor) -> None:
    floor.gate.denied = {"p2", "p3"}
    for originate in floor.all(c.Originate)[:2]:
        floor.send(e.CallEnded(attempt=originate.attempt, outcome=Outcome.NO_ANSWER), after=2.0)
    floor.wait(3.0)
    rests = {rest.lead: rest.not_before for rest in floor.all(c.RestLead)}
    assert rests[LeadId("l0002")] == pytest.approx(floor.now + 3600.0, abs=10.0)
    assert len([denial for denial in floor.all(c.StoreDenial) if denial.lead == "l0002"]) == 1


def test_stop_cancels_what_rings_and_gives_the_hopper_back(floor: Floor) -> None:
    floor.send(e.CampaignStopped(campaign=SPRING))
    assert {hangup.reason for hangup in floor.all(c.Hangup)} == {c.HangupReason.CAMPAIGN_STOPPED}
    assert floor.engine.snapshot().campaigns[0].hopper == 0
    launched = len(floor.all(c.Originate))
    floor.wait(60.0)
    assert len(floor.all(c.Originate)) == launched


def test_pause_lets_ring_and_drain_stops_when_all_is_over(floor: Floor) -> None:
    floor.send(e.CampaignPaused(campaign=SPRING))
    assert floor.all(c.Hangup) == []
    floor.send(e.CampaignDrained(campaign=SPRING))
    for originate in floor.all(c.Originate):
        floor.send(e.CallEnded(attempt=originate.attempt, outcome=Outcome.NO_ANSWER), after=2.0)
    assert floor.engine.snapshot().campaigns[0].state is CampaignState.STOPPED


def test_the_red_button_stops_every_launch_until_released(floor: Floor) -> None:
    floor.send(e.FloorStopped(by="ana", reason="complaint"))
    launched = len(floor.all(c.Originate))
    assert {hangup.reason for hangup in floor.all(c.Hangup)} == {c.HangupReason.FLOOR_STOPPED}
    for originate in floor.all(c.Originate):
        floor.send(e.CallEnded(attempt=originate.attempt, outcome=Outcome.NO_ANSWER))
    floor.wait(60.0)
    assert len(floor.all(c.Originate)) == launched
    floor.send(e.FloorReleased(by="ana"))
    floor.wait(2.0)
    assert len(floor.all(c.Originate)) > launched


def test_an_illegal_move_raises_and_changes_nothing(floor: Floor) -> None:
    before = floor.engine.snapshot().campaigns
    with pytest.raises(IllegalTransitionError, match="START is not possible in RUNNING"):
        floor.send(e.CampaignStarted(campaign=SPRING))
    with pytest.raises(UnknownThingError):
        floor.send(e.AgentGotReady(agent=AgentId("nobody")))
    assert floor.engine.snapshot().campaigns == before


def test_commands_that_a_refused_event_kept_back_come_with_the_next_step(floor: Floor) -> None:
    attempt = floor.all(c.Originate)[0].attempt
    floor.now += 22.0 + 61.0  # the watch over both attempts is due
    with pytest.raises(UnknownThingError):
        floor.send(e.AgentGotReady(agent=AgentId("nobody")))
    out = floor.send(e.TimeReached())
    assert c.Hangup(attempt=attempt, reason=c.HangupReason.UNACCOUNTED) in out


def test_agents_only_take_what_they_may(make_floor: Callable[..., Floor]) -> None:
    floor = make_floor(needs=("client:acme",))
    floor.send(e.CampaignStarted(campaign=SPRING))
    floor.feed(4, needs=("language:es",))
    floor.seat("english", tags=("client:acme", "language:en"))
    floor.wait(5.0)
    assert floor.all(c.Originate) == []
    floor.seat("spanish", tags=("client:acme", "language:es"))
    floor.wait(5.0)
    assert len(floor.all(c.Originate)) == 1
    floor.answer(floor.last(c.Originate).attempt)
    assert floor.last(c.Bridge).agent == "spanish"


def test_an_agent_who_can_take_two_pools_is_supply_in_the_scarcer_one_only(
    make_floor: Callable[..., Floor],
) -> None:
    floor = make_floor()
    floor.send(e.CampaignStarted(campaign=SPRING))
    floor.seat("both", tags=("language:en", "language:es"))
    floor.feed(4)
    floor.wait(10.0)
    floor.send(
        e.LeadsFetched(
            campaign=SPRING,
            request=floor.last(c.RefillHopper).request,
            as_of=0,
            leads=(),
            persons=(),
            leads_left=0,
        )
    )
    assert len(floor.all(c.Originate)) == 1, "one agent, one line, whatever the pools"


def test_a_shift_that_ends_takes_the_agent_off_supply(make_floor: Callable[..., Floor]) -> None:
    floor = make_floor()
    floor.start(agents=0)
    floor.seat("early", shift_ends_at=floor.now + 100.0)
    attempt = floor.last(c.Originate).attempt
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.NO_ANSWER), after=20.0)
    floor.wait(200.0)
    assert state_of(floor, "early") is AgentState.NOT_READY


def test_a_hold_placed_during_ringing_hangs_up(floor: Floor) -> None:
    floor.send(
        e.HoldPlaced(person=PersonId("p1"), hold=Hold(kind=HoldKind.DECEASED, since=instant(floor.now)))
    )
    assert [hangup.attempt for hangup in floor.all(c.Hangup)] == [floor.all(c.Originate)[1].attempt]


def test_no_launch_while_the_telephone_system_is_not_heard_and_reconciling_closes_what_is_gone(
    floor: Floor,
) -> None:
    first, second = (originate.attempt for originate in floor.all(c.Originate)[:2])
    floor.send(e.NetworkLost(reason="closed"))
    floor.wait(30.0)
    assert len(floor.all(c.Originate)) == 2
    floor.send(
        e.NetworkReconciled(live=(second,), talking={}, agents=(AgentId("agent0"), AgentId("agent1"))),
        after=1.0,
    )
    outcomes = {command.record.attempt: command.record.outcome for command in floor.all(c.StoreOutcome)}
    assert outcomes == {first: Outcome.UNKNOWN}
    floor.wait(5.0)
    assert len(floor.all(c.Originate)) == 3


def test_a_channel_nobody_knows_is_hung_up(floor: Floor) -> None:
    floor.send(e.NetworkReconciled(live=(AttemptId("stray"),), talking={}, agents=()))
    assert c.Hangup(attempt=AttemptId("stray"), reason=c.HangupReason.UNACCOUNTED) in floor.log


def test_a_stepped_clock_keeps_spans(floor: Floor) -> None:
    attempt = floor.all(c.Originate)[0].attempt
    floor.now += 7200.0
    out = floor.send(e.ClockStepped(seconds=7200.0))
    assert not [command for command in out if isinstance(command, c.Hangup)], "the watch did not fire early"
    floor.wait(84.0)
    assert c.Hangup(attempt=attempt, reason=c.HangupReason.UNACCOUNTED) in floor.log


def test_lines_and_calls_per_second_are_bounds(make_floor: Callable[..., Floor]) -> None:
    floor = make_floor(lines=3, launches_per_second=2.0)
    floor.start(agents=0)
    before = floor.now
    for i in range(10):
        floor.seat(f"agent{i}")
    assert len(floor.all(c.Originate)) <= 2, "at most one second's worth at once"
    floor.wait(10.0)
    assert floor.now > before
    assert len(floor.all(c.Originate)) == 3


def test_leads_that_nobody_can_take_never_keep_out_those_that_somebody_can(
    make_floor: Callable[..., Floor],
) -> None:
    floor = make_floor(hopper_size=20)
    floor.send(e.CampaignStarted(campaign=SPRING))
    floor.seat("english", tags=("language:en",))
    floor.feed(20, needs=("language:es",))
    given_back = [rest for rest in floor.all(c.RestLead) if rest.not_before > floor.now]
    assert len(given_back) == 20, "they go back, to come again when somebody may be able"
    floor.wait(10.0)
    floor.feed(5, first=20, needs=("language:en",))
    floor.wait(2.0)
    assert floor.last(c.Originate).number == "n20"
