"""When leads are asked for, and how many of them pacing is shown."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dialer.domain import commands as c
from dialer.domain.events import AgentLoggedOut, CampaignStarted, LeadsFetched, TimeReached
from dialer.domain.ids import LeadId
from dialer.domain.lead import Lead

Floor = Any


def asked(floor: Floor) -> int:
    """How often leads were asked for so far."""
    return len(floor.all(c.RefillHopper))


def bring(floor: Floor, count: int) -> None:
    """An answer of so many leads that turn out to be of no use, so that the hopper stays as low as it was."""
    refill = floor.last(c.RefillHopper)
    held = floor.engine.checkpoint().leads.values()
    useless = tuple(replace(next(iter(held)), lead=LeadId(f"useless{i}"), targets=()) for i in range(count))
    floor.send(
        LeadsFetched(
            campaign=refill.campaign,
            request=refill.request,
            as_of=refill.sequence,
            leads=useless,
            persons=(),
            leads_left=1000,
        )
    )


@pytest.mark.parametrize(("short_by", "is_asked_at_once"), [(0, True), (1, False)])
def test_a_low_hopper_asks_again_at_once_where_the_list_has_more(
    make_floor: Callable[..., Floor], short_by: int, is_asked_at_once: bool
) -> None:
    """All that was asked for came and it is not enough; where less came, the list has no more for now."""
    floor = make_floor(hopper_size=40)
    floor.start(agents=2, leads=4)
    floor.wait(6.0)
    before = asked(floor)

    bring(floor, floor.last(c.RefillHopper).wanted - short_by)

    floor.wait(0.1)
    assert (asked(floor) > before) == is_asked_at_once
    floor.wait(6.0)
    assert asked(floor) > before


@pytest.mark.parametrize(("per_second", "launched"), [(20.0, 20), (40.0, 40), (200.0, 50)])
def test_pacing_is_shown_as_many_leads_as_may_be_launched_at_once(
    make_floor: Callable[..., Floor], per_second: float, launched: int
) -> None:
    """More than the usual two dozen, and never more than one step can launch in good time."""
    floor = make_floor(
        policy="fixed_ratio",
        policy_parameters={"lines_per_agent": 5.0},
        launches_per_second=per_second,
        lines=500,
        hopper_size=200,
        abandonment_limit=1.0,
    )
    for i in range(40):
        floor.seat(f"agent{i:02d}")
    floor.send(CampaignStarted(campaign=floor.settings.campaign))

    floor.feed(200)

    assert len(floor.all(c.Originate)) == launched


# --- when leads are asked for again ------------------------------------------------------------------------


def answer(floor: Floor, leads: tuple[Lead, ...] = (), *, retry_at: float | None = None) -> None:
    """The store's answer to the last asking."""
    refill = floor.last(c.RefillHopper)
    persons = tuple(floor.person(int(lead.lead[1:])) for lead in leads)
    floor.send(
        LeadsFetched(
            campaign=refill.campaign,
            request=refill.request,
            as_of=refill.sequence,
            leads=leads,
            persons=persons,
            leads_left=1000,
            retry_at=retry_at,
        )
    )


def idle(make_floor: Callable[..., Floor], **settings: Any) -> Floor:
    """A running campaign that has asked for leads; nobody is there to call them."""
    floor = make_floor(**settings)
    floor.send(CampaignStarted(campaign=floor.settings.campaign))
    assert asked(floor) == 1
    return floor


def asks_after(floor: Floor, seconds: float) -> bool:
    """Whether leads are asked for when this many seconds have passed, and not before."""
    before = asked(floor)
    began = floor.now
    floor.now = began + seconds - 0.01
    floor.send(TimeReached())
    early = asked(floor) > before
    floor.now = began + seconds
    floor.send(TimeReached())
    return not early and asked(floor) == before + 1


def test_a_refill_of_which_nothing_is_heard_is_asked_again_after_two_minutes(
    make_floor: Callable[..., Floor],
) -> None:
    floor = idle(make_floor)
    assert floor.engine.next_wakeup() == floor.now + 120.0
    assert asks_after(floor, 120.0)
    assert asks_after(floor, 120.0)


def test_the_answer_to_an_asking_that_was_given_up_comes_back_to_the_store(
    make_floor: Callable[..., Floor],
) -> None:
    floor = idle(make_floor)
    old = floor.last(c.RefillHopper)
    floor.wait(120.0)
    answered = LeadsFetched(
        campaign=old.campaign,
        request=old.request,
        as_of=old.sequence,
        leads=(floor.lead(7),),
        persons=(floor.person(7),),
        leads_left=5,
    )
    floor.send(answered)
    (rest,) = floor.all(c.RestLead)
    assert (rest.lead, rest.not_before, rest.reason) == ("l0007", floor.now, "late")
    assert not floor.engine.checkpoint().leads


@pytest.mark.parametrize(
    ("due_in_s", "asks_in_s"),
    [(None, 60.0), (1.0, 5.0), (5.0, 5.0), (20.0, 20.0), (600.0, 600.0), (1e8, 600.0)],
)
def test_an_empty_list_is_asked_when_the_next_lead_is_due_within_five_seconds_and_ten_minutes(
    make_floor: Callable[..., Floor], due_in_s: float | None, asks_in_s: float
) -> None:
    floor = idle(make_floor)
    answer(floor, retry_at=None if due_in_s is None else floor.now + due_in_s)
    assert floor.engine.next_wakeup() == floor.now + asks_in_s
    assert asks_after(floor, asks_in_s)


def test_a_list_that_brought_fewer_than_were_wanted_is_asked_again_five_seconds_later(
    make_floor: Callable[..., Floor],
) -> None:
    floor = idle(make_floor, hopper_size=40)
    floor.seat("agent0", ready=False)
    answer(floor, tuple(floor.lead(i) for i in range(3)))
    assert asks_after(floor, 5.0)


# --- how many ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("held", "wanted"), [(0, 40), (10, 30), (19, 21), (20, 0)])
def test_a_hopper_is_filled_up_when_it_is_less_than_half_full(
    make_floor: Callable[..., Floor], held: int, wanted: int
) -> None:
    floor = idle(make_floor, hopper_size=40)
    floor.seat("agent0", ready=False)
    answer(floor, tuple(floor.lead(i) for i in range(held)))
    floor.wait(61.0)
    again = floor.all(c.RefillHopper)[1:]
    assert [refill.wanted for refill in again[-1:]] == ([wanted] if wanted else [])


def test_what_a_pool_has_too_much_of_rests_ten_minutes(make_floor: Callable[..., Floor]) -> None:
    """Twice its share is kept in hand; what comes beyond it makes room for others."""
    floor = idle(make_floor, hopper_size=20)
    floor.seat("agent0", ready=False)
    answer(floor, tuple(floor.lead(i) for i in range(43)))
    assert len(floor.engine.checkpoint().leads) == 40
    assert {(rest.not_before - floor.now, rest.reason) for rest in floor.all(c.RestLead)} == {
        (600.0, "enough of its kind in hand")
    }
    assert [rest.lead for rest in floor.all(c.RestLead)] == ["l0040", "l0041", "l0042"]


def test_a_pool_of_one_agent_among_many_keeps_ten_leads_all_the_same(
    make_floor: Callable[..., Floor],
) -> None:
    """Its share of a hopper of forty would be two."""
    floor = idle(make_floor, hopper_size=40)
    floor.seat("spanish", tags=("es",), ready=False)
    for i in range(19):
        floor.seat(f"agent{i:02d}", ready=False)
    english = floor.lead(90)
    answer(floor, (english, *(floor.lead(i, needs=("es",)) for i in range(23))))
    assert len(floor.engine.checkpoint().leads) == 1 + 20, "twice ten"
    assert len(floor.all(c.RestLead)) == 3


def test_leads_whose_people_did_not_come_with_them_are_given_back(make_floor: Callable[..., Floor]) -> None:
    floor = idle(make_floor)
    bring_one = replace(floor.lead(3), targets=())
    refill = floor.last(c.RefillHopper)
    floor.send(
        LeadsFetched(
            campaign=refill.campaign,
            request=refill.request,
            as_of=refill.sequence,
            leads=(bring_one,),
            persons=(),
            leads_left=1,
        )
    )
    (rest,) = floor.all(c.RestLead)
    assert (rest.lead, rest.not_before) == ("l0003", floor.now + 600.0)


def test_a_refill_that_was_lost_is_asked_again_for_one_lead_at_least(
    make_floor: Callable[..., Floor],
) -> None:
    """Nobody is there any more who would want one: the answer says how many are left."""
    floor = idle(make_floor, hopper_size=40)
    agent = floor.seat("agent0", ready=False)
    answer(floor, tuple(floor.lead(i) for i in range(3)))
    floor.wait(5.0)
    assert floor.last(c.RefillHopper).wanted == 37
    floor.send(AgentLoggedOut(agent=agent))
    assert asks_after(floor, 120.0)
    assert floor.last(c.RefillHopper).wanted == 1
