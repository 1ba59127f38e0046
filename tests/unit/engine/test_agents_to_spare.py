"""Agents for leads that must have one: how many pacing leaves, when one is to spare, whose turn it is."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.agent import AgentState
from dialer.domain.attempt import Outcome
from dialer.domain.ids import AgentId, BoxId, InboundId
from dialer.domain.lead import Lead
from dialer.domain.telephone_events import BoxFound
from pacing.policy import LaunchDecision

Floor = Any
Script = Any
MakeFloor = Callable[..., Floor]
ANN, BOB = AgentId("agent0"), AgentId("agent1")


def bring(floor: Floor, *leads: Lead) -> tuple[c.Command, ...]:
    """The answer to the last asking."""
    refill = floor.last(c.RefillHopper)
    persons = tuple(floor.person(int(lead.lead[1:])) for lead in leads)
    out: tuple[c.Command, ...] = floor.send(
        e.LeadsFetched(
            campaign=floor.settings.campaign,
            request=refill.request,
            as_of=refill.sequence,
            leads=leads,
            persons=persons,
            leads_left=1000,
        )
    )
    return out


def waiting(make_floor: MakeFloor, script: Script, *, agents: int, **settings: Any) -> Floor:
    """So many agents are free and have no leads; an asking for some is under way."""
    floor = make_floor(script=script, **settings)
    floor.start(agents=agents, leads=0)
    floor.wait(61.0)
    return floor


def plain(floor: Floor, count: int) -> tuple[Lead, ...]:
    return tuple(floor.lead(i) for i in range(count))


def wanting(floor: Floor, *numbers: int, **more: Any) -> tuple[Lead, ...]:
    return tuple(floor.lead(i, reserve_agent=True, **more) for i in numbers)


def reserved(floor: Floor) -> list[str]:
    """Whom an agent was held for, in order."""
    return [order.number for order in floor.all(c.Originate) if order.reserved_agent is not None]


def ask(floor: Floor, script: Script, at: float, *, launches: int = 0) -> None:
    """Pacing is asked at that instant and says so many."""
    floor.now = at
    script.next = [LaunchDecision(launches=launches, reason="as told")]
    floor.send(e.AgentGotReady(agent=ANN))
    assert script.next == []


# --- what pacing leaves -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("agents", "ringing", "leads", "kept"),
    [
        (3, 0, 1, 1),
        (3, 0, 3, 3),
        (3, 0, 5, 3),
        (3, 1, 5, 2),
        (3, 2, 5, 1),
        (3, 3, 5, 0),
        (3, 4, 5, 0),
        (1, 0, 2, 1),
    ],
)
def test_pacing_leaves_an_agent_to_each_lead_while_there_are_more_than_calls_that_ring(
    make_floor: MakeFloor, script: Script, agents: int, ringing: int, leads: int, kept: int
) -> None:
    floor = waiting(make_floor, script, agents=agents)
    script.launch(ringing)
    bring(floor, *plain(floor, ringing + 1))
    assert len(floor.all(c.Originate)) == ringing
    floor.wait(6.0)
    bring(floor, *wanting(floor, *range(50, 50 + leads)))
    assert script.shown[-1].reserved_agents == kept


@pytest.mark.parametrize(
    ("not_before_in_s", "reserve_for", "kept"), [(0.0, None, 1), (0.5, None, 0), (0.0, AgentId("away"), 0)]
)
def test_pacing_leaves_nobody_to_a_lead_that_is_not_due_or_waits_for_its_own_agent(
    make_floor: MakeFloor,
    script: Script,
    not_before_in_s: float,
    reserve_for: AgentId | None,
    kept: int,
) -> None:
    floor = waiting(make_floor, script, agents=2)
    floor.seat("away", ready=False)
    due = floor.now + not_before_in_s
    bring(floor, *plain(floor, 1), *wanting(floor, 50, not_before=due, reserve_for=reserve_for))
    assert script.shown[-1].reserved_agents == kept


def test_where_every_agent_is_claimed_pacing_leaves_one_and_no_more_after_a_minute(
    make_floor: MakeFloor, script: Script
) -> None:
    floor = waiting(make_floor, script, agents=2)
    script.launch(3)
    bring(floor, *plain(floor, 4))
    floor.wait(6.0)
    came_at = floor.now
    bring(floor, *wanting(floor, 50, 51, 52))
    ask(floor, script, came_at + 59.0)
    assert script.shown[-1].reserved_agents == 0
    ask(floor, script, came_at + 60.0)
    assert script.shown[-1].reserved_agents == 1


# --- when one is to spare ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("agents", "ringing", "is_called"),
    [
        (1, 0, True),
        (1, 1, False),
        (2, 1, True),
        (2, 2, False),
        (2, 3, False),  # 2 - 3 · 0.35 = 0.95
        (3, 3, False),
        (3, 4, True),  # 3 - 4 · 0.35 = 1.6
        (3, 5, True),
        (3, 6, False),  # 3 - 6 · 0.35 = 0.9
        (3, 9, False),
    ],
)
def test_an_agent_is_held_while_free_ones_outnumber_what_rings_or_by_probability_where_more_rings(
    make_floor: MakeFloor, script: Script, agents: int, ringing: int, is_called: bool
) -> None:
    """Each call that rings needs an agent by 0.35."""
    floor = waiting(make_floor, script, agents=agents)
    script.launch(ringing)
    bring(floor, *plain(floor, ringing + 1), *wanting(floor, 50))
    assert reserved(floor) == (["n50"] if is_called else [])


@pytest.mark.parametrize(
    ("chances", "is_called"), [((0.5, 0.5, 0.0), True), ((0.5, 0.5, 2**-20), False), ((1.0, 1.0, 1.0), False)]
)
def test_a_whole_agent_must_be_left_over(
    make_floor: MakeFloor, script: Script, chances: tuple[float, ...], is_called: bool
) -> None:
    floor = waiting(make_floor, script, agents=2)
    script.launch(len(chances))
    bring(floor, *plain(floor, len(chances) + 1))
    for call, chance in zip(floor.engine.checkpoint().calls.values(), chances, strict=True):
        call.launch = replace(call.launch, needs_agent=chance)
    floor.wait(6.0)
    bring(floor, *wanting(floor, 50))
    assert reserved(floor) == (["n50"] if is_called else [])


def test_who_became_busy_is_counted_on_no_more(make_floor: MakeFloor, script: Script) -> None:
    """Of two free agents one talks now, and on the other counts a call that rings."""
    floor = waiting(make_floor, script, agents=2)
    script.launch(2)
    bring(floor, *plain(floor, 3))
    first, _second = [order.attempt for order in floor.all(c.Originate)]
    floor.wait(6.0)
    bring(floor, *wanting(floor, 50))
    assert reserved(floor) == []
    floor.answer(first, after=0.5)
    assert reserved(floor) == []
    floor.send(e.CallBridged(attempt=first, agent=floor.last(c.Bridge).agent, bridged_at=floor.now))
    floor.wait(5.0)
    assert reserved(floor) == []


def test_who_is_free_again_is_held_at_once(make_floor: MakeFloor, script: Script) -> None:
    """While the other agent is at work, the floor has somebody all along."""
    floor = waiting(make_floor, script, agents=2)
    script.launch(1)
    bring(floor, *plain(floor, 1))
    attempt = floor.last(c.Originate).attempt
    agent = floor.talk(attempt)
    floor.send(e.AgentPauseRequested(agent=BOB if agent == ANN else ANN, reason="lunch"))
    floor.wait(60.0)
    bring(floor, *wanting(floor, 50))
    floor.wait(5.0)
    assert reserved(floor) == []
    floor.send(e.AgentGotReady(agent=BOB if agent == ANN else ANN))
    assert reserved(floor) == ["n50"]


def test_several_are_held_in_one_step_where_several_are_free(make_floor: MakeFloor, script: Script) -> None:
    floor = waiting(make_floor, script, agents=2)
    out = bring(floor, *wanting(floor, 50, 51, 52))
    orders = [row for row in out if isinstance(row, c.Originate)]
    assert [(row.number, row.reserved_agent) for row in orders] == [("n50", ANN), ("n51", BOB)]
    assert [view.state for view in floor.engine.snapshot().agents] == [AgentState.RESERVED] * 2


def test_a_lead_that_nobody_free_may_take_keeps_out_no_other(make_floor: MakeFloor, script: Script) -> None:
    floor = waiting(make_floor, script, agents=1)
    floor.seat("away", ready=False)
    bring(floor, *wanting(floor, 50, reserve_for=AgentId("away")), *wanting(floor, 51))
    floor.send(e.TimeReached())
    assert reserved(floor) == ["n51"]


def test_leads_of_every_pool_are_served_in_the_step(make_floor: MakeFloor, script: Script) -> None:
    floor = make_floor(script=script)
    floor.start(agents=1, leads=0)
    floor.seat("spanish", tags=("es",))
    floor.wait(61.0)
    bring(floor, *wanting(floor, 50), *wanting(floor, 51, needs=("es",)), *wanting(floor, 52, needs=("fr",)))
    floor.send(e.TimeReached())
    assert sorted(reserved(floor)) == ["n50", "n51"]


def test_they_are_served_while_somebody_calls_us_too(make_floor: MakeFloor, script: Script) -> None:
    """The caller first, then the lead."""
    floor = waiting(make_floor, script, agents=2)
    call = InboundId("in")
    floor.send(e.InboundArrived(call=call))
    floor.send(e.InboundIdentified(call=call, number=None, callers=()))
    floor.send(e.InboundWaiting(call=call))
    bring(floor, *wanting(floor, 50))
    floor.send(e.TimeReached())
    assert floor.last(c.BridgeInbound).agent == ANN
    assert [order.reserved_agent for order in floor.all(c.Originate)] == [BOB]


# --- whose turn it is -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("second_at", "is_called"), [(59.0, False), (60.0, False), (60.5, True)])
def test_a_call_launched_since_the_turn_began_counts_on_nobody(
    make_floor: MakeFloor, script: Script, second_at: float, is_called: bool
) -> None:
    """One agent; a call that rang before is over a second later, and another rings by then."""
    floor = waiting(make_floor, script, agents=1)
    script.launch(1)
    bring(floor, *plain(floor, 4))
    first = floor.last(c.Originate).attempt
    floor.wait(6.0)
    came_at = floor.now
    bring(floor, *wanting(floor, 50))
    ask(floor, script, came_at + second_at, launches=1)
    assert len(floor.all(c.Originate)) == 2
    floor.now = came_at + 61.0
    floor.send(e.CallEnded(attempt=first, outcome=Outcome.NO_ANSWER))
    assert reserved(floor) == (["n50"] if is_called else [])


def test_the_next_turn_begins_when_the_last_one_was_served(make_floor: MakeFloor, script: Script) -> None:
    """Both have waited long; a call launched before the first was served counts against the second."""
    floor = waiting(make_floor, script, agents=2)
    script.launch(2)
    bring(floor, *plain(floor, 6))
    old = [order.attempt for order in floor.all(c.Originate)]
    floor.wait(6.0)
    came_at = floor.now
    bring(floor, *wanting(floor, 50, 51))
    ask(floor, script, came_at + 70.0, launches=1)
    floor.now = came_at + 71.0
    floor.send(e.CallEnded(attempt=old[0], outcome=Outcome.NO_ANSWER))
    assert reserved(floor) == ["n50"]
    floor.now = came_at + 72.0
    floor.send(e.CallEnded(attempt=old[1], outcome=Outcome.NO_ANSWER))
    assert reserved(floor) == ["n50"], "one agent is free, and the call of a second ago counts on them"


def test_who_has_waited_long_is_served_though_somebody_who_came_later_stands_before_them(
    make_floor: MakeFloor, script: Script
) -> None:
    floor = waiting(make_floor, script, agents=1)
    script.launch(1)
    bring(floor, *plain(floor, 4))
    first = floor.last(c.Originate).attempt
    floor.wait(6.0)
    came_at = floor.now
    bring(floor, *wanting(floor, 50))
    floor.wait(56.0)
    bring(floor, *wanting(floor, 51, priority=9.0))
    assert list(floor.engine.checkpoint().campaigns["spring"].pools[""].reserved) == ["l0051", "l0050"]
    ask(floor, script, came_at + 63.0, launches=1)
    floor.now = came_at + 64.0
    floor.send(e.CallEnded(attempt=first, outcome=Outcome.NO_ANSWER))
    assert reserved(floor) == ["n50"]


# --- lines and calls per second ---------------------------------------------------------------------------


def test_a_lead_for_which_no_line_is_left_is_looked_at_again_within_the_interval(
    make_floor: MakeFloor, script: Script
) -> None:
    floor = waiting(make_floor, script, agents=2, lines=1)
    bring(floor, *wanting(floor, 50, 51))
    floor.send(e.TimeReached())
    assert reserved(floor) == ["n50"]
    assert floor.engine.next_wakeup() <= floor.now + 1.0
    floor.send(e.CallEnded(attempt=floor.last(c.Originate).attempt, outcome=Outcome.NO_ANSWER), after=0.25)
    assert reserved(floor) == ["n50", "n51"]


def test_calls_per_second_bound_them_too(make_floor: MakeFloor, script: Script) -> None:
    floor = waiting(make_floor, script, agents=3, launches_per_second=0.5)
    began = floor.now
    bring(floor, *wanting(floor, 50, 51, 52))
    for _ in range(4):
        floor.send(e.TimeReached(), after=1.0)
    launched_at = [row.record.launched_at for row in floor.all(c.StoreAttempt)]
    assert launched_at == [began, began + 2.0, began + 4.0]


def test_half_a_call_a_second_is_one_every_two_seconds(make_floor: MakeFloor, script: Script) -> None:
    """The bucket holds one whole call at least."""
    floor = waiting(make_floor, script, agents=1, launches_per_second=0.5)
    script.launch(3)
    bring(floor, *plain(floor, 5))
    began = floor.now
    assert (len(floor.all(c.Originate)), script.shown[-1].launch_limit) == (1, 1)
    ask(floor, script, began + 1.0, launches=3)
    assert (len(floor.all(c.Originate)), script.shown[-1].launch_limit) == (1, 0)
    ask(floor, script, began + 2.0, launches=3)
    assert (len(floor.all(c.Originate)), script.shown[-1].launch_limit) == (2, 1)


# --- several telephone systems ----------------------------------------------------------------------------


def test_a_promised_call_back_goes_out_where_the_agent_who_promised_it_is(make_floor: MakeFloor) -> None:
    """Whoever is free at another box is not asked."""
    floor = make_floor()
    found = tuple(BoxFound(box=BoxId(name), lines=30) for name in ("north", "south"))
    floor.send(e.NetworkReconciled(live=(), talking={}, agents=(), boxes=found))
    floor.start(agents=0, leads=0)
    for name, box in (("n0", "north"), ("s0", "south")):
        floor.send(e.AgentLegRestored(agent=floor.seat(name), box=BoxId(box)))
    floor.wait(61.0)
    bring(floor, *wanting(floor, 50, reserve_for=AgentId("s0")))
    floor.wait(2.0)
    assert [(order.box, order.reserved_agent) for order in floor.all(c.Originate)] == [("south", "s0")]
