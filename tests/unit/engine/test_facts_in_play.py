"""Facts about people in play: what a fetch brings with them, what rings to them, what is kept."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from compliance_gate.request import Consent, NumberOnFile, PersonFile, PersonRequest
from compliance_gate.words import ConsentScope, HoldKind, RequestKind
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.attempt import Outcome
from dialer.domain.errors import InvalidFactError
from dialer.domain.ids import DebtId, LeadId, NumberId, PersonId
from dialer.domain.lead import Lead
from dialer.domain.record import instant

Floor = Any
Script = Any
MakeFloor = Callable[..., Floor]
AT = datetime(2026, 5, 28, 20, tzinfo=UTC)
P0, P19 = PersonId("p0"), PersonId("p19")
STOP = PersonRequest(at=AT, type=RequestKind.STOP_CALLING)


def file_of(floor: Floor, person: PersonId) -> PersonFile:
    found: PersonFile = floor.engine.checkpoint().persons[person].file
    return found


def suppress(floor: Floor, number: str) -> None:
    scope = e.SuppressionScope.NUMBER
    floor.send(e.SuppressionAdded(scope=scope, source="list", number=NumberId(number)))


def bring(
    floor: Floor, *leads: Lead, persons: tuple[PersonFile, ...] | None = None, as_of: int | None = None
) -> None:
    refill = floor.last(c.RefillHopper)
    files = persons if persons is not None else tuple(floor.person(int(lead.lead[1:])) for lead in leads)
    floor.send(
        e.LeadsFetched(
            campaign=floor.settings.campaign,
            request=refill.request,
            as_of=refill.sequence if as_of is None else as_of,
            leads=leads,
            persons=files,
            leads_left=1000,
        )
    )


def idle(make_floor: MakeFloor, **settings: Any) -> Floor:
    """A campaign that asked for leads; somebody is there, on a break."""
    floor = make_floor(**settings)
    floor.send(e.CampaignStarted(campaign=floor.settings.campaign))
    floor.seat("resting", ready=False)
    return floor


# --- what a fetch brings ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("read_after", "requests"), [(False, 1), (True, 0)])
def test_a_fact_is_added_to_what_was_read_before_it_and_to_nothing_that_was_read_after(
    make_floor: MakeFloor, read_after: bool, requests: int
) -> None:
    floor = idle(make_floor)
    floor.send(e.RequestReceived(person=P0, request=STOP))
    of_the_fact = floor.engine.checkpoint().sequence
    bring(floor, floor.lead(0), floor.lead(1), as_of=of_the_fact if read_after else of_the_fact - 1)
    assert len(file_of(floor, P0).requests) == requests
    assert file_of(floor, PersonId("p1")).requests == ()


def test_who_is_in_play_stays_as_they_are_and_whoever_comes_with_them_is_taken_in(
    make_floor: MakeFloor,
) -> None:
    floor = idle(make_floor)
    bring(floor, floor.lead(0))
    floor.send(e.RequestReceived(person=P0, request=STOP))
    floor.wait(6.0)
    bring(floor, floor.lead(2), persons=(floor.person(0), floor.person(2)))
    assert file_of(floor, P0).requests == (STOP,)
    assert file_of(floor, PersonId("p2")) == floor.person(2)


def test_files_that_no_lead_took_up_are_forgotten(make_floor: MakeFloor) -> None:
    floor = idle(make_floor)
    bring(floor, floor.lead(0), persons=(floor.person(8), floor.person(0), floor.person(9)))
    assert floor.engine.persons_in_play == (P0,)


def test_a_lead_in_hand_and_one_in_flight_are_not_taken_twice(make_floor: MakeFloor) -> None:
    floor = make_floor()
    floor.start(agents=1, leads=2)
    assert floor.last(c.Originate).person == P0
    floor.wait(6.0)
    before = len(floor.all(c.RestLead))
    bring(floor, floor.lead(0), floor.lead(1), floor.lead(2))
    assert len(floor.all(c.RestLead)) == before
    assert sorted(floor.engine.checkpoint().leads) == ["l0001", "l0002"]
    uses = {name: row.uses for name, row in floor.engine.checkpoint().persons.items()}
    assert uses == {"p0": 1, "p1": 1, "p2": 1}


def test_leads_stand_in_order_and_those_alike_as_they_came(make_floor: MakeFloor) -> None:
    floor = idle(make_floor)
    first = [floor.lead(i, priority=p) for i, p in ((5, 2.0), (6, 2.0), (7, 0.0))]
    bring(floor, *first)
    floor.wait(6.0)
    bring(floor, floor.lead(8, priority=9.0), floor.lead(9, priority=1.0))
    queue = floor.engine.checkpoint().campaigns["spring"].pools[""].queue
    priorities = [floor.engine.checkpoint().leads[name].priority for name in queue]
    assert priorities == sorted(priorities, reverse=True)
    assert queue == ["l0008", "l0005", "l0006", "l0009", "l0007"]


def test_reserved_leads_fill_a_hopper_too(make_floor: MakeFloor) -> None:
    """Ten of either kind are half of twenty: no more are asked for; and forty are the most of both."""
    floor = idle(make_floor, hopper_size=20)
    later = floor.now + 1e6
    some = [floor.lead(i) for i in range(5)]
    more = [floor.lead(i, reserve_agent=True, not_before=later) for i in range(5, 10)]
    bring(floor, *some, *more)
    asked = len(floor.all(c.RefillHopper))
    floor.wait(30.0)
    assert len(floor.all(c.RefillHopper)) == asked
    floor.send(e.AgentLoggedOut(agent=floor.engine.snapshot().agents[0].agent))
    floor.wait(30.0)
    assert len(floor.all(c.RefillHopper)) == asked, "nor while nobody is there and some are in hand"


def test_no_more_reserved_leads_are_kept_than_the_most(make_floor: MakeFloor) -> None:
    floor = idle(make_floor, hopper_size=20)
    later = floor.now + 1e6
    bring(floor, *(floor.lead(i, reserve_agent=True, not_before=later) for i in range(43)))
    assert len(floor.engine.checkpoint().leads) == 40
    assert len(floor.all(c.RestLead)) == 3


def test_a_lead_of_a_new_kind_takes_the_agent_whom_few_can_replace(
    make_floor: MakeFloor, script: Script
) -> None:
    """Only Ana speaks French: from now on she is the French pool's, and Bob alone the others'."""
    floor = make_floor(script=script)
    floor.start(agents=0, leads=0)
    floor.seat("ana", tags=("es", "fr"))
    floor.seat("bob", tags=("es",))
    floor.wait(61.0)
    bring(floor, floor.lead(0), floor.lead(1, needs=("es",)))
    floor.wait(6.0)
    assert script.shown[-1].ready_agents == 2
    script.shown.clear()
    bring(floor, floor.lead(50, needs=("fr",)))
    assert [shown.ready_agents for shown in script.shown] == [1, 1]


# --- what rings -------------------------------------------------------------------------------------------


def test_a_fact_about_a_number_ends_every_ring_that_it_forbids_and_no_talk(make_floor: MakeFloor) -> None:
    """Three owe the debt: one talks, one was hung up on already, one rings."""
    floor = make_floor()
    floor.send(e.CampaignStarted(campaign=floor.settings.campaign))
    floor.feed(4)
    debtors = [replace(floor.person(i), debts=floor.person(0).debts) for i in range(4)]
    for file in debtors:
        floor.send(e.PersonEdited(person=file))
    for i in range(3):
        floor.seat(f"agent{i}")
        floor.wait(1.0)
    first, second, third = [order.attempt for order in floor.all(c.Originate)]
    floor.answer(first)
    floor.send(e.CallBridged(attempt=first, agent=floor.last(c.Bridge).agent, bridged_at=floor.now))
    floor.send(e.RequestReceived(person=PersonId("p1"), request=STOP))
    floor.log.clear()
    floor.gate.denied = {"p0", "p1", "p2"}
    floor.send(e.AccountRecalled(debt=DebtId("d0")))
    assert [(row.attempt, row.reason) for row in floor.all(c.Hangup)] == [(third, c.HangupReason.SUPPRESSED)]
    assert second in floor.engine.checkpoint().calls


def test_a_consent_ends_no_ring_though_the_gate_would_not_place_the_call_now(floor: Floor) -> None:
    """Nothing that gives leave takes any away."""
    floor.gate.denied.add("p0")
    consent = Consent(at=AT, scope=ConsentScope.CALL_BACK, debts=("d0",))
    floor.send(e.ConsentGiven(person=P0, consent=consent))
    assert floor.all(c.Hangup) == []
    floor.send(e.RequestReceived(person=P0, request=PersonRequest(at=AT, type=RequestKind.STOP_MEDIUM)))
    assert [row.attempt for row in floor.all(c.Hangup)] == [floor.all(c.Originate)[0].attempt]


def test_a_fact_about_somebody_whom_nobody_calls_ends_no_ring(floor: Floor) -> None:
    floor.gate.denied |= {"p0", "p1"}
    floor.send(e.RequestReceived(person=P19, request=STOP))
    floor.send(e.RequestReceived(person=PersonId("p-unknown"), request=STOP))
    assert floor.all(c.Hangup) == []


def test_a_ring_is_asked_about_as_it_was_launched(floor: Floor) -> None:
    """The same number, the first of its debts, with or without an agent held."""
    floor.gate.asked.clear()
    floor.send(e.RequestReceived(person=P0, request=PersonRequest(at=AT, type=RequestKind.STOP_MEDIUM)))
    (asked,) = floor.gate.asked
    assert (asked.proposed.number, asked.proposed.debts) == ("n0", ("d0",))
    assert asked.max_ring_s == 32.0


# --- what is kept -----------------------------------------------------------------------------------------


def changes(floor: Floor) -> list[Any]:
    return [row.number for row in floor.engine.checkpoint().changes]


def test_facts_by_number_are_kept_until_there_are_2048_and_then_the_newest_1024(floor: Floor) -> None:
    floor.feed(0)  # no fetch is under way
    for n in range(2047):
        suppress(floor, f"x{n}")
    assert len(changes(floor)) == 2047
    assert floor.engine.checkpoint().changes_forgotten == 0
    of_the_last_dropped = floor.engine.checkpoint().changes[1023].sequence
    suppress(floor, "x2047")
    assert changes(floor) == [f"x{n}" for n in range(1024, 2048)]
    assert floor.engine.checkpoint().changes_forgotten == of_the_last_dropped


@pytest.mark.parametrize(("as_of_s", "is_taken"), [(-1, False), (0, True), (1, True)])
def test_a_file_must_be_as_new_as_the_last_fact_that_was_forgotten(
    floor: Floor, as_of_s: int, is_taken: bool
) -> None:
    floor.feed(0)
    for n in range(2048):
        suppress(floor, f"x{n}")
    forgotten = floor.engine.checkpoint().changes_forgotten
    placed = e.PersonPlacedAgain(person=file_of(floor, P19), as_of=forgotten + as_of_s)
    if is_taken:
        floor.send(placed)
    else:
        with pytest.raises(InvalidFactError, match="read it again"):
            floor.send(placed)


def test_while_a_fetch_is_under_way_everything_since_its_asking_is_kept(make_floor: MakeFloor) -> None:
    """Also facts about one person, which nobody needs afterwards."""
    floor = idle(make_floor)
    for n in range(2400):
        suppress(floor, f"x{n}")
    floor.send(e.RequestReceived(person=P0, request=STOP))
    assert len(floor.engine.checkpoint().changes) == 2401
    bring(floor, floor.lead(0))
    assert len(floor.engine.checkpoint().changes) == 1024
    assert changes(floor)[-1] == "x2399"
    assert file_of(floor, P0).requests == (STOP,)


def test_a_request_of_one_person_is_kept_for_nobody_when_no_fetch_is_under_way(floor: Floor) -> None:
    floor.feed(0)
    floor.send(e.RequestReceived(person=P19, request=STOP))
    assert floor.engine.checkpoint().changes == []
    floor.send(e.HoldLifted(person=P19, kind=HoldKind.MANUAL, by="x"))
    assert len(floor.engine.checkpoint().changes) == 1, "what takes away may be undone by a placed file"


def test_what_is_kept_for_others_is_not_added_to_a_placed_file(floor: Floor) -> None:
    """Of what came since it was read: only what binds its numbers, and that once."""
    floor.feed(0)
    read = replace(file_of(floor, P19), numbers=(NumberOnFile(number="n19"), NumberOnFile(number="new")))
    as_of = floor.engine.checkpoint().sequence
    suppress(floor, "new")
    suppress(floor, "somebody else's")
    floor.send(e.HoldLifted(person=P0, kind=HoldKind.MANUAL, by="x"))
    floor.send(e.PersonPlacedAgain(person=read, as_of=as_of))
    once = file_of(floor, P19)
    assert [asked.number for asked in once.requests] == ["new"]
    floor.send(e.PersonPlacedAgain(person=once, as_of=as_of))
    assert file_of(floor, P19) == once


def test_a_fact_of_the_step_that_a_file_was_read_at_is_in_it(floor: Floor) -> None:
    floor.feed(0)
    suppress(floor, "new")
    as_of = floor.engine.checkpoint().sequence
    read = replace(file_of(floor, P19), numbers=(NumberOnFile(number="n19"), NumberOnFile(number="new")))
    floor.send(e.PersonPlacedAgain(person=read, as_of=as_of))
    assert file_of(floor, P19).requests == ()


def test_the_last_use_of_a_file_forgets_it(make_floor: MakeFloor) -> None:
    floor = make_floor()
    floor.start(agents=1, leads=1)
    attempt = floor.last(c.Originate).attempt
    assert floor.engine.persons_in_play == (P0,)
    floor.send(e.CallEnded(attempt=attempt, outcome=Outcome.NO_ANSWER))
    assert floor.engine.persons_in_play == ()
    assert LeadId("l0000") not in floor.engine.checkpoint().leads


# --- whatever time it carries -----------------------------------------------------------------------------


def test_an_opt_out_dated_ahead_binds_at_once_and_whoever_told_it_hears_so(make_floor: MakeFloor) -> None:
    floor = idle(make_floor)
    bring(floor, floor.lead(0))
    ahead = replace(STOP, at=instant(floor.now + 120.0))
    floor.send(e.RequestReceived(person=P0, request=ahead))
    assert file_of(floor, P0).requests == (replace(STOP, at=instant(floor.now)),)
    assert floor.engine.remarked == (
        "what was told is dated 120.000 s ahead of the floor's clock: it binds from now on"
    )
    assert not floor.engine.was_ignored
    floor.send(e.RequestReceived(person=P0, request=replace(STOP, at=instant(floor.now))))
    assert floor.engine.remarked == ""


def test_an_opt_out_outlives_a_clock_that_is_set_back(make_floor: MakeFloor) -> None:
    floor = idle(make_floor)
    bring(floor, floor.lead(0))
    floor.send(e.RequestReceived(person=P0, request=replace(STOP, at=instant(floor.now))))
    floor.now -= 3600.0
    floor.send(e.ClockStepped(seconds=-3600.0))
    assert [request.at for request in file_of(floor, P0).requests] == [instant(floor.now)]
