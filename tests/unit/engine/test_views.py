"""The floor's picture of boxes, callers and our own numbers, and how lanes share lines and calls."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.attempt import Outcome
from dialer.domain.ids import AgentId, BoxId, InboundId, NumberId
from dialer.domain.snapshot import BoxView
from dialer.domain.telephone_events import BoxFound
from pacing.policy import LaunchDecision

Floor = Any
Script = Any
MakeFloor = Callable[..., Floor]
NORTH, SOUTH = BoxId("north"), BoxId("south")


def found(floor: Floor, **lines: int | None) -> None:
    known = tuple(BoxFound(box=BoxId(name), lines=most) for name, most in lines.items())
    floor.send(e.NetworkReconciled(live=(), talking={}, agents=(), boxes=known))


def seated(
    make_floor: MakeFloor, *, north: int, south: int, lines: int | None = 30, **settings: Any
) -> Floor:
    """So many agents at each box, and sixty leads."""
    floor = make_floor(**settings)
    found(floor, north=lines, south=lines)
    for letter, count, box in (("n", north, NORTH), ("s", south, SOUTH)):
        for i in range(count):
            floor.send(e.AgentLegRestored(agent=floor.seat(f"{letter}{i}"), box=box))
    floor.send(e.CampaignStarted(campaign=floor.settings.campaign))
    floor.feed(60)
    return floor


def at_box(floor: Floor, box: BoxId) -> list[Any]:
    return [order.attempt for order in floor.all(c.Originate) if order.box == box]


def view(floor: Floor, box: BoxId) -> BoxView:
    return next(row for row in floor.engine.snapshot().boxes if row.box == box)


# --- lanes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("north", "south", "lines", "limits"),
    [
        (3, 1, 30, {3: 8, 1: 3}),  # ceil(10 · 3/4), ceil(10 · 1/4)
        (1, 1, 30, {1: 5}),
        (1, 0, 30, {1: 10}),
        (2, 0, 30, {2: 10}),
        (3, 1, 4, {3: 4, 1: 3}),
        (3, 1, None, {3: 8, 1: 3}),
    ],
)
def test_a_lane_may_launch_as_its_agents_are_of_all_and_no_more_than_its_box_has_lines(
    make_floor: MakeFloor,
    script: Script,
    north: int,
    south: int,
    lines: int | None,
    limits: dict[int, int],
) -> None:
    """Of ten calls a second."""
    floor = seated(make_floor, north=north, south=south, lines=lines, script=script, launches_per_second=10.0)
    told = [shown for shown in script.shown if shown.now == floor.now]
    assert {shown.ready_agents: shown.launch_limit for shown in told} == limits


@pytest.mark.parametrize(("lines", "launched"), [(0, 0), (1, 1), (2, 2), (3, 2)])
def test_a_box_with_all_its_lines_in_use_says_so_and_launches_nothing(
    make_floor: MakeFloor, lines: int, launched: int
) -> None:
    floor = seated(make_floor, north=2, south=0, lines=lines)
    floor.wait(5.0)
    assert len(at_box(floor, NORTH)) == launched
    reason = f"north: all {lines} lines of telephone system north are in use"
    assert (reason in floor.engine.snapshot().campaigns[0].reason) is (lines <= 2)
    assert view(floor, NORTH).in_flight == launched


def test_lanes_take_turns_in_being_first(make_floor: MakeFloor, script: Script) -> None:
    """One call a second is left for both: each has it in turn."""
    floor = seated(make_floor, north=1, south=1, script=script, launches_per_second=1.0)
    floor.wait(1.0)
    for _ in range(6):
        script.next = [LaunchDecision(launches=1, reason="as told")] * 2
        floor.now += 1.0
        floor.send(e.AgentGotReady(agent=AgentId("n0")))
        script.next = []
    assert (len(at_box(floor, NORTH)) > 1, len(at_box(floor, SOUTH)) > 1) == (True, True)


def test_an_agent_dials_by_hand_through_the_box_at_which_they_are(make_floor: MakeFloor) -> None:
    """Not while that box is not heard."""
    floor = seated(make_floor, north=1, south=1)
    floor.wait(1.0)
    floor.send(e.AgentLegRestored(agent=floor.seat("ann", ready=False), box=SOUTH))

    def ask(place: int) -> None:
        floor.send(
            e.DialRequested(
                agent=AgentId("ann"),
                campaign=floor.settings.campaign,
                lead=floor.lead(place).lead,
                person=floor.lead(place).targets[0].person,
                number=floor.lead(place).targets[0].number,
            )
        )

    floor.send(e.NetworkLost(reason="cut", box=SOUTH))
    ask(30)
    assert floor.engine.was_ignored
    seats = {"n0": NORTH, "s0": SOUTH, "ann": SOUTH}
    known = tuple(BoxFound(box=box, lines=30) for box in (NORTH, SOUTH))
    agents = tuple(AgentId(name) for name in seats)
    back = e.NetworkReconciled(
        live=(), talking={}, agents=agents, boxes=known, seats=tuple(zip(agents, seats.values(), strict=True))
    )
    floor.send(back)
    ask(30)
    order = floor.last(c.Originate)
    assert (order.number, order.box, order.reserved_agent) == ("n30", SOUTH, "ann")
    assert floor.engine.checkpoint().calls[order.attempt].launch.pool == "@south"


# --- views ------------------------------------------------------------------------------------------------


def test_a_box_is_shown_with_its_own_agents_and_why_it_rests(make_floor: MakeFloor) -> None:
    floor = seated(make_floor, north=2, south=1)
    floor.wait(1.0)
    assert (view(floor, NORTH).agents, view(floor, SOUTH).agents) == (2, 1)
    floor.send(e.CallNotAttempted(attempt=at_box(floor, SOUTH)[0], reason="no trunk"))
    held = "telephone system south refused a call (no trunk); launching holds 2 s"
    assert (view(floor, SOUTH).reason, view(floor, NORTH).reason) == (held, "")
    floor.send(e.NetworkLost(reason="cut", box=SOUTH))
    assert view(floor, SOUTH).reason == "cut", "what is not heard is not merely resting"
    found(floor, north=30, south=30)
    floor.send(e.TimeReached(), after=2.0)
    assert view(floor, SOUTH).reason == "", "the two seconds are over"


def test_each_lane_tells_its_own_reason_with_the_name_of_its_box(make_floor: MakeFloor) -> None:
    floor = seated(make_floor, north=1, south=0)
    floor.wait(2.0)
    reason = floor.engine.snapshot().campaigns[0].reason
    assert "south: no agent at home in these calls is on the floor" in reason


def test_a_reason_of_a_box_that_is_gone_is_not_told(make_floor: MakeFloor) -> None:
    floor = seated(make_floor, north=1, south=0)
    floor.wait(2.0)
    found(floor, north=30)
    assert "south" not in floor.engine.snapshot().campaigns[0].reason


def test_how_long_a_caller_has_waited_is_shown_until_they_are_joined(make_floor: MakeFloor) -> None:
    floor = make_floor()
    floor.start(agents=1, leads=0)
    call = InboundId("in")
    floor.send(e.InboundArrived(call=call))
    floor.send(e.InboundIdentified(call=call, number=NumberId("n"), callers=()), after=4.0)
    assert floor.engine.snapshot().inbound[0].waited_s is None
    floor.send(e.InboundWaiting(call=call))
    assert floor.engine.snapshot().inbound[0].waited_s == 0.0
    assert floor.engine.snapshot(now=floor.now + 7.0).inbound[0].waited_s == 7.0
    floor.send(e.InboundBridged(call=call, agent=AgentId("agent0"), bridged_at=floor.now + 9.0), after=9.0)
    assert floor.engine.snapshot(now=floor.now + 60.0).inbound[0].waited_s == 9.0


def test_what_a_policy_learned_is_written_down_in_one_order_of_words(make_floor: MakeFloor) -> None:
    """So that the checkpoint of one state is one text."""
    floor = make_floor(policy="predictive")
    floor.start(agents=2)
    floor.send(e.CallEnded(attempt=floor.all(c.Originate)[0].attempt, outcome=Outcome.NO_ANSWER), after=9.0)
    row = floor.engine.checkpoint().campaigns["spring"]
    for text in (row.learned, row.pools[""].policy_state):
        assert text == json.dumps(json.loads(text), sort_keys=True)


# --- how callers are served -------------------------------------------------------------------------------

OURS = "+12025550100"


def called(floor: Floor, name: str, *, dialed: str = OURS) -> InboundId:
    """Somebody asks for an agent."""
    call = InboundId(name)
    floor.send(e.InboundArrived(call=call, dialed=dialed))
    floor.send(e.InboundIdentified(call=call, number=NumberId(name), callers=()))
    floor.send(e.InboundWaiting(call=call))
    return call


def test_waits_are_averaged_over_who_was_answered_and_the_longest_is_anybody_s(make_floor: MakeFloor) -> None:
    """One is answered after four seconds, one after ten; a third gave up after thirty, a fourth waits."""
    floor = make_floor()
    floor.start(agents=0, leads=0)
    agents = [floor.seat(f"agent{i}", ready=False) for i in range(2)]
    for agent, waited_s in zip(agents, (4.0, 10.0), strict=True):
        call = called(floor, f"in-{agent}")
        floor.send(e.AgentGotReady(agent=agent), after=waited_s)
        floor.send(e.InboundBridged(call=call, agent=agent, bridged_at=floor.now))
    gave_up = called(floor, "in-gave-up")
    floor.send(e.InboundEnded(call=gave_up), after=30.0)
    called(floor, "in-waits")
    (view,) = floor.engine.snapshot(now=floor.now + 12.0).service
    assert (view.asked, view.answered, view.left, view.waiting) == (3, 2, 1, 1)
    assert (view.average_wait_s, view.longest_wait_s) == (7.0, 30.0)
    assert view.service_level == 2 / 3
    (later,) = floor.engine.snapshot(now=floor.now + 45.0).service
    assert later.longest_wait_s == 45.0


def test_each_number_of_ours_counts_its_own_callers(make_floor: MakeFloor) -> None:
    floor = make_floor()
    floor.start(agents=0, leads=0)
    called(floor, "in-1")
    called(floor, "in-2", dialed="+12025550199")
    (first, second) = floor.engine.snapshot(now=floor.now).service
    assert {first.dialed: first.waiting, second.dialed: second.waiting} == {OURS: 1, "+12025550199": 1}


def test_a_thousand_numbers_are_counted_apart_and_more_together(make_floor: MakeFloor) -> None:
    floor = make_floor(inbound_queue=1)
    for i in range(1001):
        floor.send(e.InboundEnded(call=called(floor, f"in-{i}", dialed=f"number-{i}")), after=1.0)
    shown = {view.dialed: view.asked for view in floor.engine.snapshot(now=floor.now).service}
    assert len(shown) == 1001
    assert (shown["number-999"], shown.get("number-1000"), shown[""]) == (1, None, 1)
