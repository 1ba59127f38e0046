"""How many are launched, whom, and who is not: the numbers that bound a decision."""

from collections.abc import Callable
from typing import Any

import pytest

from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.attempt import Outcome
from dialer.domain.ids import AgentId, DebtId, InboundId, LeadId, NumberId, PersonId
from dialer.domain.inbound import Caller
from dialer.domain.lead import Target
from dialer.engine.context import DENIALS_KEPT, Context
from dialer.engine.state import EngineState
from pacing.policy import LaunchDecision
from simulator.open_gate import OpenGate

Floor = Any
Script = Any
MakeFloor = Callable[..., Floor]


def scripted(make_floor: MakeFloor, script: Script, **settings: Any) -> Floor:
    """One agent, twenty leads, and nothing launched but what the script says."""
    floor = make_floor(script=script, **settings)
    floor.start(agents=1)
    return floor


def ask(floor: Floor) -> None:
    """Something happened that pacing wants to know; it is asked, unless its interval still runs."""
    floor.send(e.AgentGotReady(agent=AgentId("agent0")))


def decide(floor: Floor, script: Script, launches: int) -> None:
    """The script's next decision, a second later."""
    floor.now += 1.0
    script.next = [LaunchDecision(launches=launches, reason="as told")]
    ask(floor)


def rests(floor: Floor) -> dict[LeadId, tuple[float, str]]:
    return {rest.lead: (rest.not_before, rest.reason) for rest in floor.all(c.RestLead)}


# --- taken back -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rang_s", "taken_back"), [(14.0, 0), (14.99, 0), (15.0, 1), (15.01, 1)])
def test_a_telephone_rings_fifteen_seconds_before_the_guard_may_take_it_back(
    make_floor: MakeFloor, script: Script, rang_s: float, taken_back: int
) -> None:
    """47 CFR 64.1200(a)(6): at least 15 s or four rings."""
    floor = scripted(make_floor, script)
    decide(floor, script, 1)
    order = floor.last(c.Originate)
    floor.send(e.CallRinging(attempt=order.attempt), after=3.0)
    rings_since = floor.now
    script.next = [LaunchDecision(launches=0, reason="take it back", cancel_ringing=1)]
    floor.now = rings_since + rang_s
    ask(floor)
    assert [hangup.reason for hangup in floor.all(c.Hangup)] == [c.HangupReason.GUARD] * taken_back


def test_what_does_not_ring_yet_is_not_taken_back(make_floor: MakeFloor, script: Script) -> None:
    """The seconds are of ringing: a carrier may take many until a telephone rings."""
    floor = scripted(make_floor, script)
    decide(floor, script, 1)
    floor.wait(16.0)
    script.next = [LaunchDecision(launches=0, reason="take it back", cancel_ringing=1)]
    ask(floor)
    assert floor.all(c.Hangup) == []


def test_a_ring_keeps_its_length_when_the_clock_steps(make_floor: MakeFloor, script: Script) -> None:
    floor = scripted(make_floor, script)
    decide(floor, script, 1)
    order = floor.last(c.Originate)
    floor.send(e.CallRinging(attempt=order.attempt))
    floor.now += 100.0
    floor.send(e.ClockStepped(seconds=100.0))
    script.next = [LaunchDecision(launches=0, reason="take it back", cancel_ringing=1)]
    floor.now += 14.9
    ask(floor)
    assert floor.all(c.Hangup) == []


def test_those_that_rang_longest_are_taken_back_first_and_no_more_than_are_wanted(
    make_floor: MakeFloor, script: Script
) -> None:
    floor = scripted(make_floor, script)
    decide(floor, script, 3)
    first, second, third = [order.attempt for order in floor.all(c.Originate)]
    for attempt in (first, second, third):
        floor.send(e.CallRinging(attempt=attempt))
    floor.wait(16.0)
    script.next = [LaunchDecision(launches=0, reason="take two back", cancel_ringing=2)]
    ask(floor)
    assert [hangup.attempt for hangup in floor.all(c.Hangup)] == [first, second]


# --- how many ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("launches", "looks"), [(1, 30), (2, 36), (5, 54)])
def test_a_decision_looks_at_six_leads_for_each_launch_and_twenty_four_more(
    make_floor: MakeFloor, script: Script, launches: int, looks: int
) -> None:
    floor = make_floor(script=script)
    floor.start(agents=1, leads=0)
    floor.wait(61.0)
    floor.gate.denied = {f"p{i}" for i in range(100)}
    script.launch(launches)
    floor.feed(100)
    floor.wait(1.0)
    first = floor.gate.asked[:looks]
    assert len(floor.gate.asked) == looks, "then pacing is asked again"
    assert len({request.person.file.person for request in first}) == looks
    assert floor.all(c.StorePacing)[-1].launched == 0


def test_pacing_is_asked_again_after_a_decision_that_found_too_few(
    make_floor: MakeFloor, script: Script
) -> None:
    floor = make_floor(script=script)
    floor.start(agents=1, leads=40)
    floor.gate.denied = {f"p{i}" for i in range(30)}
    decide(floor, script, 1)
    assert floor.all(c.Originate) == []
    script.next = [LaunchDecision(launches=1, reason="as told")]
    floor.wait(1.0)
    assert [order.person for order in floor.all(c.Originate)] == ["p30"]


def test_pacing_is_asked_once_in_its_interval_whatever_happens(make_floor: MakeFloor, script: Script) -> None:
    floor = scripted(make_floor, script)
    floor.wait(1.0)
    asked = len(script.shown)
    for _ in range(6):
        ask(floor)
        floor.now += 0.19
    assert len(script.shown) == asked + 1
    assert floor.engine.next_wakeup() == pytest.approx(floor.now - 1.14 + 1.0)
    ask(floor)
    assert len(script.shown) == asked + 2


@pytest.mark.parametrize(("wait_s", "launched"), [(0.0, 4), (0.49, 5), (0.51, 6), (2.0, 8)])
def test_calls_per_second_are_a_bucket_that_one_second_fills(
    make_floor: MakeFloor, script: Script, wait_s: float, launched: int
) -> None:
    """Four at once, then one each quarter of a second; never more than a second's worth together."""
    floor = scripted(make_floor, script, launches_per_second=4.0, pacing_interval_s=0.001)
    decide(floor, script, 20)
    assert len(floor.all(c.Originate)) == 4
    floor.now += wait_s
    script.next = [LaunchDecision(launches=20, reason="as told")]
    ask(floor)
    assert len(floor.all(c.Originate)) == launched


@pytest.mark.parametrize(("lines", "launched"), [(0, 0), (1, 1), (3, 3)])
def test_never_more_calls_than_lines(
    make_floor: MakeFloor, script: Script, lines: int, launched: int
) -> None:
    floor = scripted(make_floor, script, lines=lines)
    for _ in range(3):
        decide(floor, script, 5)
    assert len(floor.all(c.Originate)) == launched
    assert script.shown[-1].launch_limit == 0


@pytest.mark.parametrize(
    ("per_second", "lines", "leads", "shown"), [(2.0, 300, 60, 24), (30.0, 300, 60, 30), (80.0, 300, 60, 50)]
)
def test_pacing_is_shown_two_dozen_leads_or_as_many_as_may_be_launched_at_most_fifty(
    make_floor: MakeFloor, script: Script, per_second: float, lines: int, leads: int, shown: int
) -> None:
    floor = make_floor(script=script, launches_per_second=per_second, lines=lines)
    floor.start(agents=1, leads=leads)
    floor.wait(2.0)
    floor.seat("another")
    floor.wait(2.0)
    assert script.shown[-1].candidate_live.shape == (shown,)


# --- whom not ---------------------------------------------------------------------------------------------


def test_nobody_is_dialed_who_is_calling_us_and_they_are_when_they_are_not(
    make_floor: MakeFloor, script: Script
) -> None:
    floor = make_floor(script=script)
    floor.start(agents=2, leads=0)
    floor.wait(61.0)
    call = InboundId("in")
    floor.send(e.InboundArrived(call=call))
    callers = (Caller(person=PersonId("p0"), debts=(DebtId("d0"),)),)
    floor.send(e.InboundIdentified(call=call, number=NumberId("elsewhere"), callers=callers))
    script.launch(5)
    floor.feed(1)
    floor.wait(1.0)
    assert floor.all(c.Originate) == []
    floor.send(e.InboundEnded(call=call))
    floor.wait(130.0)
    script.launch(5)
    floor.feed(1)
    floor.wait(1.0)
    assert [order.person for order in floor.all(c.Originate)] == ["p0"]


def test_a_number_that_rings_for_one_person_is_not_dialed_for_another(
    make_floor: MakeFloor, script: Script
) -> None:
    floor = scripted(make_floor, script)
    decide(floor, script, 1)
    shared = floor.last(c.Originate).number
    target = Target(person=PersonId("p50"), number=shared)
    floor.feed(1, first=50, targets=(target,), priority=9.0)
    decide(floor, script, 1)
    assert "p50" not in {order.person for order in floor.all(c.Originate)}
    assert rests(floor)[LeadId("l0050")][1] == "in flight through another lead"


def test_a_lead_in_flight_through_another_rests_a_minute(make_floor: MakeFloor, script: Script) -> None:
    floor = make_floor(script=script)
    floor.start(agents=1, leads=0)
    floor.wait(61.0)
    script.launch(2)
    floor.feed(2, targets=(Target(person=PersonId("p0"), number=NumberId("n0")),))
    floor.wait(1.0)
    launched_at = floor.last(c.StoreAttempt).record.launched_at
    assert len(floor.all(c.Originate)) == 1
    assert rests(floor)[LeadId("l0001")][0] == launched_at + 60.0


def test_with_no_agent_on_the_floor_nothing_is_launched_and_pacing_is_not_even_asked(
    make_floor: MakeFloor, script: Script
) -> None:
    floor = make_floor(script=script)
    floor.start(agents=0)
    script.launch(3)
    floor.seat("agent0", ready=False)
    floor.wait(5.0)
    assert (floor.all(c.Originate), script.shown) == ([], [])
    floor.send(e.AgentGotReady(agent=floor.seat("agent1")))
    assert len(floor.all(c.Originate)) == 3


# --- what is remembered -----------------------------------------------------------------------------------


def test_fifty_thousand_denials_are_remembered_and_the_oldest_is_forgotten_first() -> None:
    context = Context(OpenGate(), EngineState())
    assert DENIALS_KEPT == 50_000
    for i in range(50_000):
        assert context.remember_denial(LeadId(f"l{i}"), "rule")
    assert not context.remember_denial(LeadId("l0"), "rule"), "nothing new is said of it"
    assert context.remember_denial(LeadId("one more"), "rule")
    assert len(context.state.denials) == 50_000
    assert context.remember_denial(LeadId("l0"), "rule"), "the oldest was forgotten: it is told again"
    assert not context.remember_denial(LeadId("l2"), "rule")


def test_a_denial_that_is_new_again_is_the_youngest() -> None:
    context = Context(OpenGate(), EngineState())
    for i in range(50_000):
        context.remember_denial(LeadId(f"l{i}"), "rule")
    context.remember_denial(LeadId("l0"), "another rule")
    context.remember_denial(LeadId("one more"), "rule")
    assert not context.remember_denial(LeadId("l0"), "another rule")
    assert context.remember_denial(LeadId("l1"), "rule")


# --- holds after refusals ---------------------------------------------------------------------------------


def test_each_refusal_in_a_row_doubles_the_hold_up_to_a_minute(make_floor: MakeFloor, script: Script) -> None:
    floor = make_floor(script=script)
    floor.start(agents=1, leads=40)
    held: list[float] = []
    for _ in range(8):
        decide(floor, script, 1)
        floor.send(e.CallNotAttempted(attempt=floor.last(c.Originate).attempt, reason="no channel"))
        row = floor.engine.checkpoint().campaigns[floor.settings.campaign]
        held.append(row.hold_until - floor.now)
        floor.now = row.hold_until
    assert held == pytest.approx([2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0])
    assert len([alarm for alarm in floor.all(c.RaiseAlarm) if "refused" in alarm.text]) == 1
    decide(floor, script, 1)
    floor.send(e.CallEnded(attempt=floor.last(c.Originate).attempt, outcome=Outcome.BUSY))
    decide(floor, script, 1)
    assert len(floor.all(c.Originate)) == 10
    floor.send(e.CallNotAttempted(attempt=floor.last(c.Originate).attempt, reason="no channel"))
    row = floor.engine.checkpoint().campaigns[floor.settings.campaign]
    assert row.hold_until - floor.now == pytest.approx(2.0), "a call that was placed ends the row"


@pytest.mark.parametrize(("after_s", "launched"), [(1.99, 1), (2.0, 2)])
def test_launching_goes_on_when_the_hold_is_over(
    make_floor: MakeFloor, script: Script, after_s: float, launched: int
) -> None:
    floor = scripted(make_floor, script)
    decide(floor, script, 1)
    floor.send(e.CallNotAttempted(attempt=floor.last(c.Originate).attempt, reason="no channel"))
    script.next = [LaunchDecision(launches=1, reason="as told")]
    floor.now += after_s
    ask(floor)
    assert len(floor.all(c.Originate)) == launched
