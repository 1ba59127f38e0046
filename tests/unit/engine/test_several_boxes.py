"""Several telephone systems under one engine: agents and calls meet at one; one failing stops no other."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.agent import AgentState
from dialer.domain.attempt import Outcome
from dialer.domain.ids import AgentId, AttemptId, BoxId, CampaignId
from dialer.domain.snapshot import AgentView, BoxView
from dialer.domain.telephone_events import BoxFound

Floor = Any
Build = Callable[..., Any]
CAMPAIGN = CampaignId("spring")
NORTH, SOUTH = BoxId("north"), BoxId("south")


def found(*boxes: BoxId, elsewhere: tuple[BoxId, ...] = (), **more: object) -> e.NetworkReconciled:
    values: dict[str, object] = {"live": (), "talking": {}, "agents": (), **more}
    known = tuple(BoxFound(box=box, lines=30) for box in boxes)
    return e.NetworkReconciled(boxes=known, elsewhere=elsewhere, **values)  # pyright: ignore[reportArgumentType]


@pytest.fixture
def two_boxes(make_floor: Build) -> Build:
    """Makes a running floor with agents n0, n1... at one box and s0, s1... at the other."""

    def make(*, north: int = 1, south: int = 1, leads: int = 40) -> Floor:
        return _seated(make_floor(), north, south, leads)

    return make


def _seated(floor: Floor, north: int, south: int, leads: int) -> Floor:
    floor.send(found(NORTH, SOUTH))
    floor.send(e.CampaignStarted(campaign=CAMPAIGN))
    floor.feed(leads)
    for letter, count, box in (("n", north, NORTH), ("s", south, SOUTH)):
        for i in range(count):
            agent = floor.seat(f"{letter}{i}")
            floor.send(e.AgentLegRestored(agent=agent, box=box))
    floor.wait(1.0)
    return floor


def launched(floor: Floor, box: BoxId) -> list[AttemptId]:
    return [order.attempt for order in floor.all(c.Originate) if order.box == box]


def agent(floor: Floor, name: str) -> AgentView:
    return next(row for row in floor.engine.snapshot().agents if row.agent == name)


def box(floor: Floor, name: BoxId) -> BoxView:
    return next(row for row in floor.engine.snapshot().boxes if row.box == name)


def answer(floor: Floor, attempt: AttemptId) -> list[c.Bridge]:
    floor.send(e.CallRinging(attempt=attempt))
    out = floor.send(e.CallAnswered(attempt=attempt, answered_at=floor.now))
    return [command for command in out if isinstance(command, c.Bridge)]


def outcomes(commands: Iterable[c.Command]) -> list[Outcome | None]:
    return [row.record.outcome for row in commands if isinstance(row, c.StoreOutcome)]


def test_each_box_gets_as_many_calls_as_its_own_agents_can_take(two_boxes: Build) -> None:
    floor = two_boxes(north=3, south=1)
    assert len(launched(floor, NORTH)) == 3
    assert len(launched(floor, SOUTH)) == 1


def test_a_box_without_an_agent_gets_no_call(two_boxes: Build) -> None:
    floor = two_boxes(north=2, south=0)
    assert len(launched(floor, NORTH)) == 2
    assert launched(floor, SOUTH) == []


def test_an_agent_whose_telephone_is_nowhere_is_not_counted(make_floor: Build) -> None:
    floor = make_floor()
    floor.send(found(NORTH, SOUTH))
    floor.start(agents=2)
    assert floor.all(c.Originate) == []


def test_an_answered_call_is_joined_to_an_agent_of_its_own_box(two_boxes: Build) -> None:
    floor = two_boxes(north=2, south=2)
    for name in (*launched(floor, SOUTH), *launched(floor, NORTH)):
        bridges = answer(floor, name)
        side = "n" if name in launched(floor, NORTH) else "s"
        assert [bridge.agent[0] for bridge in bridges] == [side]


def test_an_answered_call_is_not_given_to_a_free_agent_of_another_box(two_boxes: Build) -> None:
    floor = two_boxes(north=1, south=1)
    (name,) = launched(floor, SOUTH)
    floor.send(e.AgentLegLost(agent=AgentId("s0")))
    assert answer(floor, name) == []


def test_what_rings_at_a_box_whose_last_agent_left_is_cancelled(two_boxes: Build) -> None:
    floor = two_boxes(north=1, south=1)
    out = floor.send(e.AgentLoggedOut(agent=AgentId("s0")))
    cancelled = [row.attempt for row in out if isinstance(row, c.Hangup)]
    assert cancelled == launched(floor, SOUTH)


def test_a_lost_box_launches_nothing_and_the_other_goes_on(two_boxes: Build) -> None:
    floor = two_boxes(north=1, south=1)
    floor.send(e.NetworkLost(reason="cut", box=SOUTH))
    north, south = launched(floor, NORTH), launched(floor, SOUTH)
    for name in north:
        floor.send(e.CallEnded(attempt=name, outcome=Outcome.NO_ANSWER))
    floor.wait(5.0)
    assert len(launched(floor, NORTH)) > len(north)
    assert launched(floor, SOUTH) == south
    assert floor.engine.snapshot().is_network_up
    assert (box(floor, SOUTH).is_up, box(floor, SOUTH).reason) == (False, "cut")


def test_a_box_that_is_given_up_leaves_every_call_an_outcome_and_every_agent_told(two_boxes: Build) -> None:
    floor = two_boxes(north=1, south=2)
    talking, ringing = launched(floor, SOUTH)
    (bridge,) = answer(floor, talking)
    floor.send(e.CallBridged(attempt=talking, agent=bridge.agent, bridged_at=floor.now))
    floor.send(e.NetworkLost(reason="gone", box=SOUTH))
    out = floor.send(e.BoxGivenUp(box=SOUTH, reason="killed"), after=20.0)
    assert sorted(str(row) for row in outcomes(out)) == sorted(
        str(row) for row in (Outcome.CONNECTED, Outcome.CONNECTED, Outcome.UNKNOWN)
    )  # the talk's record is written twice: over, and over without a disposition
    assert {agent(floor, name).state for name in ("s0", "s1")} == {AgentState.LEG_LOST}
    assert agent(floor, "n0").state is not AgentState.LEG_LOST
    assert box(floor, SOUTH).in_flight == 0
    assert ringing not in {row.attempt for row in floor.all(c.Hangup)}


def test_nobody_of_a_box_that_died_is_called_again_at_once(two_boxes: Build) -> None:
    floor = two_boxes(north=2, south=2)
    dead = {order.person for order in floor.all(c.Originate) if order.box == SOUTH}
    floor.send(e.BoxGivenUp(box=SOUTH, reason="killed"))
    floor.wait(30.0)
    called = [order.person for order in floor.all(c.Originate)]
    assert all(called.count(person) == 1 for person in dead)


def test_an_agent_of_a_dead_box_serves_the_box_where_their_telephone_is_up_again(two_boxes: Build) -> None:
    floor = two_boxes(north=0, south=1)
    floor.send(e.BoxGivenUp(box=SOUTH, reason="killed"))
    floor.send(e.AgentLegRestored(agent=AgentId("s0"), box=NORTH))
    assert agent(floor, "s0").state is AgentState.NOT_READY
    floor.send(e.AgentGotReady(agent=AgentId("s0")))
    floor.wait(2.0)
    assert len(launched(floor, NORTH)) == 1


def test_a_box_that_comes_back_keeps_what_lived_on_and_loses_what_did_not(two_boxes: Build) -> None:
    floor = two_boxes(north=1, south=2)
    first, second = launched(floor, SOUTH)
    floor.send(e.NetworkLost(reason="cut", box=SOUTH))
    seats = (("s0", SOUTH), ("s1", SOUTH))
    out = floor.send(
        found(SOUTH, elsewhere=(NORTH,), live=(first,), agents=("s0", "s1"), seats=seats), after=3.0
    )
    assert outcomes(out) == [Outcome.UNKNOWN]
    assert box(floor, SOUTH).in_flight >= 1
    assert answer(floor, first) != []
    assert answer(floor, second) == []
    assert launched(floor, NORTH)[0] not in {row.record.attempt for row in floor.all(c.StoreOutcome)}


def test_a_refusal_rests_the_box_that_refused_and_no_other(two_boxes: Build) -> None:
    floor = two_boxes(north=1, south=1)
    (south,) = launched(floor, SOUTH)
    (north,) = launched(floor, NORTH)
    floor.send(e.CallNotAttempted(attempt=south, reason="its trunk is down"))
    floor.send(e.CallEnded(attempt=north, outcome=Outcome.NO_ANSWER))
    floor.wait(1.5)
    assert len(launched(floor, SOUTH)) == 1
    assert len(launched(floor, NORTH)) == 2
    assert "its trunk is down" in box(floor, SOUTH).reason
    floor.wait(3.0)
    assert len(launched(floor, SOUTH)) == 2


def test_a_box_never_has_more_calls_than_lines(make_floor: Build) -> None:
    floor = make_floor(policy="fixed_ratio", policy_parameters={"lines_per_agent": 3.0})
    floor.send(e.NetworkReconciled(live=(), talking={}, agents=(), boxes=(BoxFound(box=NORTH, lines=2),)))
    floor.send(e.CampaignStarted(campaign=CAMPAIGN))
    floor.feed(30)
    for i in range(4):
        floor.send(e.AgentLegRestored(agent=floor.seat(f"n{i}"), box=NORTH))
    floor.wait(10.0)
    assert len(launched(floor, NORTH)) == 2


def test_a_lead_that_wants_an_agent_is_called_through_the_box_of_that_agent(two_boxes: Build) -> None:
    floor = two_boxes(north=0, south=1, leads=0)
    floor.wait(70.0)
    floor.feed(1, reserve_agent=True)
    floor.wait(5.0)
    (order,) = floor.all(c.Originate)
    assert (order.box, order.reserved_agent) == (SOUTH, "s0")


def test_a_box_that_is_not_configured_any_more_keeps_nothing_in_flight(two_boxes: Build) -> None:
    floor = two_boxes(north=1, south=1)
    floor.send(e.EngineRestarted(checkpoint="", generation=2))
    live = tuple(launched(floor, NORTH))
    out = floor.send(found(NORTH, live=live, agents=("n0",), seats=(("n0", NORTH),)))
    assert outcomes(out) == [Outcome.UNKNOWN]
    assert [row.box for row in floor.engine.snapshot().boxes] == [NORTH]
    assert agent(floor, "s0").state is AgentState.LEG_LOST


def test_a_new_process_launches_at_a_box_only_when_it_has_heard_of_it(two_boxes: Build) -> None:
    floor = two_boxes(north=1, south=1)
    floor.send(e.EngineRestarted(checkpoint="", generation=2))
    before = len(floor.all(c.Originate))
    north = tuple(launched(floor, NORTH))
    floor.send(found(NORTH, elsewhere=(SOUTH,), live=north, agents=("n0",), seats=(("n0", NORTH),)))
    for name in north:
        floor.send(e.CallEnded(attempt=name, outcome=Outcome.NO_ANSWER))
    floor.wait(5.0)
    after = floor.all(c.Originate)[before:]
    assert after
    assert {order.box for order in after} == {NORTH}
