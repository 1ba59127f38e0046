"""Which of a lead's people and numbers is called, what becomes of the lead when none may be."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from compliance_gate.words import Mode, Tech
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.attempt import Outcome
from dialer.domain.caller_id import OwnedNumber
from dialer.domain.ids import DebtId, InboundId, LeadId, NumberId, PersonId
from dialer.domain.inbound import Caller
from dialer.domain.lead import Lead, Target
from pacing.policy import LaunchDecision

Floor = Any
Script = Any
MakeFloor = Callable[..., Floor]


def target(i: int, number: str = "") -> Target:
    return Target(person=PersonId(f"p{i}"), number=NumberId(number or f"n{i}"), answer_segment="mobile")


def quiet(make_floor: MakeFloor, script: Script, **settings: Any) -> Floor:
    """Two agents, no leads; an asking is under way."""
    floor = make_floor(script=script, **settings)
    floor.start(agents=2, leads=0)
    floor.wait(61.0)
    return floor


def launch(floor: Floor, script: Script, *leads: Lead, launches: int = 1) -> list[str]:
    """The leads come, pacing wants so many: the numbers that are dialed."""
    floor.log[:] = [row for row in floor.log if isinstance(row, c.RefillHopper)]
    refill = floor.last(c.RefillHopper)
    names = sorted({one.person for lead in leads for one in lead.targets})
    script.next = [LaunchDecision(launches=launches, reason="as told")]
    floor.send(
        e.LeadsFetched(
            campaign=floor.settings.campaign,
            request=refill.request,
            as_of=refill.sequence,
            leads=leads,
            persons=tuple(floor.person(int(name[1:])) for name in names),
            leads_left=1000,
        )
    )
    assert script.next == []
    return [order.number for order in floor.all(c.Originate)]


def joint(floor: Floor, *people: int) -> Lead:
    """One account that these people owe."""
    lead: Lead = floor.lead(people[0], targets=tuple(target(i) for i in people))
    return lead


# --- whom -------------------------------------------------------------------------------------------------


def test_the_first_who_may_be_called_is(make_floor: MakeFloor, script: Script) -> None:
    floor = quiet(make_floor, script)
    assert launch(floor, script, joint(floor, 1, 2, 3)) == ["n1"]


def test_who_may_not_is_passed_over(make_floor: MakeFloor, script: Script) -> None:
    floor = quiet(make_floor, script)
    floor.gate.denied = {"p1", "p2"}
    assert launch(floor, script, joint(floor, 1, 2, 3)) == ["n3"]
    assert floor.all(c.StoreDenial) == []


def test_who_is_on_a_call_is_passed_over_and_so_is_a_number_that_is(
    make_floor: MakeFloor, script: Script
) -> None:
    floor = quiet(make_floor, script)
    shared = replace(floor.lead(5), targets=(target(5, "n1"), target(6)))
    leads = (floor.lead(1), joint(floor, 1, 2), shared)
    leads = (leads[0], replace(leads[1], lead=LeadId("l0044"), debt=DebtId("d44")), leads[2])
    assert launch(floor, script, *leads, launches=3) == ["n1", "n6", "n2"]


def test_who_is_held_for_a_defect_is_passed_over(make_floor: MakeFloor, script: Script) -> None:
    floor = quiet(make_floor, script)
    floor.send(e.EventQuarantined(kind="k", text="", error="E", persons=(PersonId("p1"),)))
    assert launch(floor, script, joint(floor, 1, 2)) == ["n2"]


def test_who_is_calling_us_is_passed_over(make_floor: MakeFloor, script: Script) -> None:
    floor = quiet(make_floor, script)
    call = InboundId("in")
    floor.send(e.InboundArrived(call=call))
    callers = (Caller(person=PersonId("p1"), debts=()),)
    floor.send(e.InboundIdentified(call=call, number=NumberId("elsewhere"), callers=callers))
    assert launch(floor, script, joint(floor, 1, 2)) == ["n2"]


def test_a_number_that_no_number_of_ours_may_be_shown_to_is_passed_over(
    make_floor: MakeFloor, script: Script
) -> None:
    """Ours is declared for Ontario; the first of them lives in New York."""
    floor = make_floor(script=script)
    number = "+14165550100"
    owned = OwnedNumber(number=number, calls_back_to="menu", areas=("CA",))
    floor.send(e.CallerIdsDeclared(numbers=(owned,)))
    floor.send(e.CampaignConfigured(settings=replace(floor.settings, caller_ids=(number,))))
    floor.start(agents=1, leads=0)
    floor.wait(61.0)
    refill = floor.last(c.RefillHopper)
    canadian = floor.person(2)
    canadian = replace(canadian, numbers=(replace(canadian.numbers[0], country="CA"),))
    script.next = [LaunchDecision(launches=1, reason="as told")]
    floor.send(
        e.LeadsFetched(
            campaign=floor.settings.campaign,
            request=refill.request,
            as_of=refill.sequence,
            leads=(joint(floor, 1, 2),),
            persons=(floor.person(1), canadian),
            leads_left=5,
        )
    )
    assert [(order.number, order.caller_id) for order in floor.all(c.Originate)] == [("n2", number)]


def test_a_lead_for_which_there_is_no_number_of_ours_rests_a_day_and_stops_no_other(
    make_floor: MakeFloor, script: Script
) -> None:
    floor = make_floor(script=script)
    number = "+14165550100"
    owned = OwnedNumber(number=number, calls_back_to="menu", areas=("CA",))
    floor.send(e.CallerIdsDeclared(numbers=(owned,)))
    floor.settings = replace(floor.settings, caller_ids=(number,))
    floor.send(e.CampaignConfigured(settings=floor.settings))
    floor.start(agents=1, leads=0)
    floor.wait(61.0)
    assert launch(floor, script, floor.lead(1)) == []
    rest = floor.last(c.RestLead)
    assert (rest.lead, rest.not_before) == ("l0001", floor.now + 86_400.0)
    assert floor.all(c.RaiseAlarm) == []


# --- nobody -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("retry_s", "rests_s"),
    [
        ({"p1": 600.0, "p2": 300.0}, 300.0),
        ({"p1": 300.0, "p2": 600.0}, 300.0),
        ({"p1": None, "p2": 600.0}, 600.0),
        ({"p1": 600.0, "p2": None}, 600.0),
        ({"p1": None, "p2": None}, None),
    ],
)
def test_a_lead_rests_until_the_first_of_its_people_may_be_called(
    make_floor: MakeFloor, script: Script, retry_s: dict[str, float | None], rests_s: float | None
) -> None:
    floor = quiet(make_floor, script)
    floor.gate.denied = {"p1", "p2"}
    floor.gate.retry_of = {
        person: None if seconds is None else timedelta(seconds=seconds) for person, seconds in retry_s.items()
    }
    assert launch(floor, script, joint(floor, 1, 2)) == []
    denial = floor.last(c.StoreDenial)
    rest = floor.last(c.RestLead)
    assert (denial.person, denial.number) == ("p1", "n1")
    if rests_s is None:
        assert denial.retry_at is None
        assert rest.not_before > floor.now + 1e8
    else:
        assert (denial.retry_at, rest.not_before) == (floor.now + rests_s, floor.now + rests_s)


def test_a_lead_that_no_waiting_makes_lawful_rests_for_ever_and_says_no_instant(
    make_floor: MakeFloor, script: Script
) -> None:
    floor = quiet(make_floor, script)
    floor.gate.denied, floor.gate.retry_after = {"p1"}, None
    launch(floor, script, floor.lead(1))
    assert floor.last(c.StoreDenial).retry_at is None


def test_a_lead_of_held_and_of_denied_people_rests_as_the_gate_says(
    make_floor: MakeFloor, script: Script
) -> None:
    floor = quiet(make_floor, script)
    floor.send(e.EventQuarantined(kind="k", text="", error="E", persons=(PersonId("p1"),)))
    floor.gate.denied = {"p2"}
    assert launch(floor, script, joint(floor, 1, 2)) == []
    assert floor.last(c.RestLead).reason == "test-rule"
    assert floor.last(c.StoreDenial).person == "p2"


def test_a_lead_that_must_have_an_agent_launches_none_of_what_pacing_wanted(
    make_floor: MakeFloor, script: Script
) -> None:
    """The next one is launched in its place."""
    floor = quiet(make_floor, script)
    floor.gate.wanting_agent = {"p1"}
    launch(floor, script, floor.lead(1), floor.lead(2))
    predictive = [order.number for order in floor.all(c.Originate) if order.reserved_agent is None]
    assert predictive == ["n2"]
    assert floor.all(c.StorePacing)[-1].launched == 1


# --- what is asked and written down -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reserve", "tech", "mode"),
    [
        (False, Tech.PREDICTIVE_LIVE, Mode.PREDICTIVE),
        (True, Tech.MANUAL_LIVE, Mode.PREVIEW_AGENT_GUARANTEED),
    ],
)
def test_the_gate_hears_whether_an_agent_is_certain(
    make_floor: MakeFloor, script: Script, reserve: bool, tech: Tech, mode: Mode
) -> None:
    floor = quiet(make_floor, script)
    floor.gate.asked.clear()
    if reserve:
        floor.feed(1, reserve_agent=True)
    else:
        launch(floor, script, floor.lead(0))
    (asked,) = floor.gate.asked
    assert (asked.proposed.tech, asked.proposed.mode) == (tech, mode)
    assert floor.last(c.StoreAttempt).record.guaranteed is reserve


@pytest.mark.parametrize(("cleared", "debts"), [(("d1", "d9"), ("d1", "d9")), ((), ("d1",))])
def test_an_attempt_counts_for_the_debts_of_its_clearance_or_for_the_lead_s(
    make_floor: MakeFloor, script: Script, cleared: tuple[str, ...], debts: tuple[str, ...]
) -> None:
    floor = quiet(make_floor, script)
    floor.gate.debts = cleared
    launch(floor, script, floor.lead(1))
    assert floor.last(c.StoreAttempt).record.debts == debts


def test_the_next_leads_are_shown_by_the_first_of_their_people(make_floor: MakeFloor, script: Script) -> None:
    """Once a segment has answered better than others, its leads are shown with better chances."""
    floor = quiet(make_floor, script)
    attempts = [floor.lead(i) for i in range(8)]
    launch(floor, script, *attempts, launches=2)
    for order in floor.all(c.Originate):
        floor.send(e.CallEnded(attempt=order.attempt, outcome=Outcome.NO_ANSWER), after=1.0)
    floor.wait(6.0)
    other = Target(person=PersonId("p31"), number=NumberId("n31"), answer_segment="landline")
    lead = floor.lead(30, targets=(target(30), other), priority=9.0)
    launch(floor, script, lead, launches=0)
    first, second = script.shown[-1].candidate_live[:2]
    assert first == second, "both are mobiles"


def test_more_tokens_than_a_second_s_worth_are_never_saved(make_floor: MakeFloor, script: Script) -> None:
    floor = quiet(make_floor, script, launches_per_second=3.0)
    launch(floor, script, *(floor.lead(i) for i in range(9)), launches=9)
    assert len(floor.all(c.Originate)) == 3
    assert script.shown[-1].launch_limit == 3


def test_a_clock_set_back_costs_no_calls(make_floor: MakeFloor, script: Script) -> None:
    """The bucket's own instant moves with the clock."""
    floor = quiet(make_floor, script, launches_per_second=1.0)
    launch(floor, script, *(floor.lead(i) for i in range(9)))
    floor.now -= 3600.0
    floor.send(e.ClockStepped(seconds=-3600.0))
    floor.now += 1.0
    script.next = [LaunchDecision(launches=1, reason="as told")]
    floor.send(e.AgentGotReady(agent=floor.engine.snapshot().agents[0].agent))
    assert len(floor.all(c.Originate)) == 2


def test_a_pool_that_wanted_all_that_it_could_is_asked_again_in_a_second(
    make_floor: MakeFloor, script: Script
) -> None:
    floor = quiet(make_floor, script, lines=2)
    launch(floor, script, *(floor.lead(i) for i in range(9)), launches=2)
    assert floor.engine.next_wakeup() == floor.now + 1.0


def test_fewer_lines_than_calls_in_flight_leave_none(make_floor: MakeFloor, script: Script) -> None:
    floor = quiet(make_floor, script)
    launch(floor, script, *(floor.lead(i) for i in range(9)), launches=2)
    floor.send(e.CampaignConfigured(settings=replace(floor.settings, lines=1)), after=1.0)
    assert (script.shown[-1].now, script.shown[-1].launch_limit) == (floor.now, 0)


def test_the_last_lead_of_a_hopper_is_taken_off_it_and_no_other(
    make_floor: MakeFloor, script: Script
) -> None:
    floor = quiet(make_floor, script)
    launch(floor, script, *(floor.lead(i) for i in range(5)), launches=0)
    floor.send(e.AccountRecalled(debt=DebtId("d4")))
    floor.send(e.AccountRecalled(debt=DebtId("d1")))
    assert floor.engine.checkpoint().campaigns["spring"].pools[""].queue == ["l0000", "l0002", "l0003"]
