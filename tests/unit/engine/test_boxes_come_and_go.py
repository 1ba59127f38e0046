"""Telephone systems that are lost, come back, are given up or taken out: what is told, what is left."""

from collections.abc import Callable
from typing import Any

import pytest

from compliance_gate.words import PersonRole
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.agent import AgentState
from dialer.domain.attempt import Outcome
from dialer.domain.ids import AgentId, AttemptId, BoxId, InboundId
from dialer.domain.snapshot import AgentView, BoxView
from dialer.domain.telephone_events import BoxFound
from dialer.domain.third_party import OutsideLine

Floor = Any
Build = Callable[..., Floor]
NORTH, SOUTH = BoxId("north"), BoxId("south")
LINE = OutsideLine(
    name="creditor", number="+12125550111", role=PersonRole.CREDITOR, zones=("America/New_York",)
)


def found(*boxes: BoxId, elsewhere: tuple[BoxId, ...] = (), **more: Any) -> e.NetworkReconciled:
    values: dict[str, Any] = {"live": (), "talking": {}, "agents": (), **more}
    known = tuple(BoxFound(box=box, lines=30) for box in boxes)
    return e.NetworkReconciled(boxes=known, elsewhere=elsewhere, **values)


def seated(make_floor: Build, *, north: int = 1, south: int = 1, leads: int = 40, **settings: Any) -> Floor:
    """A running floor with agents n0, n1... at one box and s0, s1... at the other."""
    floor = make_floor(outside_lines=(LINE,), **settings)
    floor.send(found(NORTH, SOUTH))
    floor.send(e.CampaignStarted(campaign=floor.settings.campaign))
    floor.feed(leads)
    for letter, count, box in (("n", north, NORTH), ("s", south, SOUTH)):
        for i in range(count):
            floor.send(e.AgentLegRestored(agent=floor.seat(f"{letter}{i}"), box=box))
    floor.wait(1.0)
    return floor


def launched(floor: Floor, box: BoxId) -> list[AttemptId]:
    return [order.attempt for order in floor.all(c.Originate) if order.box == box]


def alarms(floor: Floor) -> list[str]:
    return [alarm.text for alarm in floor.all(c.RaiseAlarm)]


def agent(floor: Floor, name: str) -> AgentView:
    return next(row for row in floor.engine.snapshot().agents if row.agent == name)


def boxes(floor: Floor) -> dict[BoxId, BoxView]:
    return {row.box: row for row in floor.engine.snapshot().boxes}


def outcomes(floor: Floor) -> dict[AttemptId, Outcome | None]:
    return {row.record.attempt: row.record.outcome for row in floor.all(c.StoreOutcome)}


def talk(floor: Floor, attempt: AttemptId) -> None:
    floor.answer(attempt)
    bridge = floor.last(c.Bridge)
    floor.send(e.CallBridged(attempt=attempt, agent=bridge.agent, bridged_at=floor.now))


# --- lost -------------------------------------------------------------------------------------------------


def test_a_box_that_is_lost_is_told_once_until_it_comes_back(make_floor: Build) -> None:
    floor = seated(make_floor)
    floor.send(e.NetworkLost(reason="cut", box=SOUTH))
    floor.send(e.NetworkLost(reason="still cut", box=SOUTH), after=5.0)
    assert alarms(floor) == ["south is not heard: cut"]
    assert (boxes(floor)[SOUTH].is_up, boxes(floor)[SOUTH].reason) == (False, "still cut")
    assert (boxes(floor)[NORTH].is_up, boxes(floor)[NORTH].reason) == (True, "")
    floor.send(found(SOUTH, elsewhere=(NORTH,), agents=("s0",), seats=(("s0", SOUTH),)))
    assert (boxes(floor)[SOUTH].is_up, boxes(floor)[SOUTH].reason) == (True, "")
    floor.send(e.NetworkLost(reason="cut again", box=SOUTH))
    assert alarms(floor) == ["south is not heard: cut", "south is not heard: cut again"]


def test_a_box_that_a_new_process_never_heard_is_told_when_its_connection_fails(make_floor: Build) -> None:
    floor = seated(make_floor)
    floor.send(e.EngineRestarted(checkpoint="", generation=2))
    floor.send(e.NetworkLost(reason="refused", box=SOUTH))
    floor.send(e.NetworkLost(reason="refused", box=SOUTH))
    assert alarms(floor) == ["south is not heard: refused"]


def test_a_new_process_has_heard_no_box_and_holds_none_for_what_it_refused_before(make_floor: Build) -> None:
    floor = seated(make_floor)
    (south,) = launched(floor, SOUTH)
    floor.send(e.CallNotAttempted(attempt=south, reason="its trunk is down"))
    floor.send(e.EngineRestarted(checkpoint="", generation=2))
    assert {name: (row.is_up, row.reason) for name, row in boxes(floor).items()} == {
        NORTH: (False, ""),
        SOUTH: (False, ""),
    }
    assert not floor.engine.snapshot().is_network_up
    rows = floor.engine.checkpoint().boxes
    assert [(rows[name].refused, rows[name].hold_until < 0.0) for name in (NORTH, SOUTH)] == [(0, True)] * 2


def test_a_loss_that_names_no_box_is_of_all_of_them(make_floor: Build) -> None:
    floor = seated(make_floor)
    floor.send(e.NetworkLost(reason="the switch is off"))
    floor.send(e.NetworkLost(reason="the switch is off"))
    assert alarms(floor) == ["not heard: the switch is off"]
    assert {(row.is_up, row.reason) for row in boxes(floor).values()} == {(False, "the switch is off")}
    assert not floor.engine.snapshot().is_network_up


def test_the_floor_is_heard_while_one_box_is(make_floor: Build) -> None:
    floor = seated(make_floor)
    floor.send(e.NetworkLost(reason="cut", box=SOUTH))
    assert floor.engine.snapshot().is_network_up
    floor.send(e.NetworkLost(reason="cut", box=NORTH))
    assert not floor.engine.snapshot().is_network_up
    floor.send(found(SOUTH, elsewhere=(NORTH,), agents=("s0",), seats=(("s0", SOUTH),)))
    assert floor.engine.snapshot().is_network_up


def test_a_report_keeps_the_calls_and_agents_of_boxes_that_it_does_not_speak_of(make_floor: Build) -> None:
    floor = seated(make_floor)
    (north,), (south,) = launched(floor, NORTH), launched(floor, SOUTH)
    floor.send(found(SOUTH, elsewhere=(NORTH,), agents=(), live=()))
    assert outcomes(floor) == {south: Outcome.UNKNOWN}
    assert (agent(floor, "n0").state, agent(floor, "s0").state) == (AgentState.AVAILABLE, AgentState.LEG_LOST)
    assert agent(floor, "s0").box == ""
    assert north in floor.engine.checkpoint().calls


def test_a_report_of_all_boxes_speaks_of_who_sits_at_none_too(make_floor: Build) -> None:
    floor = seated(make_floor)
    floor.seat("nowhere")
    floor.send(found(NORTH, elsewhere=(SOUTH,), agents=("n0",), seats=(("n0", NORTH),)))
    assert agent(floor, "nowhere").state is AgentState.AVAILABLE
    seats = (("n0", NORTH), ("s0", SOUTH))
    floor.send(found(NORTH, SOUTH, agents=("n0", "s0"), seats=seats))
    assert agent(floor, "nowhere").state is AgentState.LEG_LOST


def test_whoever_is_found_at_another_box_than_before_sits_there(make_floor: Build) -> None:
    floor = seated(make_floor)
    seats = (("n0", NORTH), ("s0", NORTH))
    floor.send(found(NORTH, SOUTH, agents=("n0", "s0"), seats=seats))
    assert [agent(floor, name).box for name in ("n0", "s0")] == [NORTH, NORTH]
    assert (boxes(floor)[NORTH].agents, boxes(floor)[SOUTH].agents) == (2, 0)


def test_everybody_who_is_logged_in_is_rung_again_when_boxes_are_found(make_floor: Build) -> None:
    """A leg that is up is not rung twice: the telephone system sees to that."""
    floor = seated(make_floor)
    floor.send(e.AgentLoggedOut(agent=AgentId("s0")))
    out = floor.send(found(NORTH, SOUTH, agents=("n0",), seats=(("n0", NORTH),)))
    assert [row for row in out if isinstance(row, c.ConnectAgentLeg)] == [
        c.ConnectAgentLeg(agent=AgentId("n0"), endpoint=floor.engine.checkpoint().agents["n0"].endpoint)
    ]


# --- refusals ---------------------------------------------------------------------------------------------


def test_a_call_that_is_placed_ends_a_box_s_row_of_refusals(make_floor: Build) -> None:
    """Each in a row doubles the hold; the first of a new row holds two seconds and is told again."""
    floor = seated(make_floor, north=0)
    held: list[float] = []

    def refuse() -> None:
        floor.send(e.CallNotAttempted(attempt=launched(floor, SOUTH)[-1], reason="no trunk"))
        row = floor.engine.checkpoint().boxes[SOUTH]
        held.append(row.hold_until - floor.now)
        floor.wait(held[-1] + 1.0)

    refuse()
    refuse()
    floor.send(e.CallEnded(attempt=launched(floor, SOUTH)[-1], outcome=Outcome.NO_ANSWER))
    floor.wait(1.5)
    refuse()
    assert held == pytest.approx([2.0, 4.0, 2.0])
    assert [text for text in alarms(floor) if "refused" in text] == [
        "telephone system south refused a call (no trunk); launching holds 2 s"
    ] * 2


# --- given up ---------------------------------------------------------------------------------------------


def test_a_box_that_is_given_up_is_told_and_its_third_parties_are_over_too(make_floor: Build) -> None:
    floor = seated(make_floor)
    (north,), (south,) = launched(floor, NORTH), launched(floor, SOUTH)
    for attempt, name in ((north, "n0"), (south, "s0")):
        talk(floor, attempt)
        floor.send(e.ThirdPartyRequested(agent=AgentId(name), line="creditor"))
    floor.send(e.BoxGivenUp(box=SOUTH, reason="killed"))
    assert alarms(floor) == ["south is given up: killed"]
    assert [guest.box for guest in floor.engine.checkpoint().guests.values()] == [NORTH]
    assert (boxes(floor)[SOUTH].is_up, boxes(floor)[SOUTH].reason) == (False, "killed")
    assert (agent(floor, "s0").state, agent(floor, "s0").reason) == (
        AgentState.LEG_LOST,
        "telephone system south is gone",
    )
    assert agent(floor, "n0").state is AgentState.TALKING


def test_whoever_called_us_at_a_box_that_is_given_up_is_gone(make_floor: Build) -> None:
    floor = seated(make_floor, leads=0)
    for name, box in (("in-n", NORTH), ("in-s", SOUTH)):
        floor.send(e.InboundArrived(call=InboundId(name), box=box))
    floor.send(e.BoxGivenUp(box=SOUTH, reason="killed"))
    assert [row.call for row in floor.engine.snapshot().inbound] == ["in-n"]
    assert [row.record.call for row in floor.all(c.StoreInbound)] == ["in-s"]


def test_somebody_on_a_break_at_a_box_that_is_given_up_has_no_telephone_either(make_floor: Build) -> None:
    floor = seated(make_floor, south=2)
    floor.send(e.AgentPauseRequested(agent=AgentId("s1"), reason="lunch"))
    floor.send(e.AgentLoggedOut(agent=AgentId("s0")))
    floor.send(e.BoxGivenUp(box=SOUTH, reason="killed"))
    assert agent(floor, "s1").state is AgentState.LEG_LOST
    assert agent(floor, "s0").state is AgentState.LOGGED_OUT


def test_a_box_that_is_not_configured_any_more_is_told_and_forgotten(make_floor: Build) -> None:
    floor = seated(make_floor)
    floor.send(found(NORTH, live=tuple(launched(floor, NORTH)), agents=("n0",), seats=(("n0", NORTH),)))
    assert alarms(floor) == ["south is given up: it is not configured any more"]
    assert list(boxes(floor)) == [NORTH]


# --- one again --------------------------------------------------------------------------------------------


def test_where_there_is_one_telephone_system_again_the_floor_goes_on_without_boxes(make_floor: Build) -> None:
    """What rang at a box is not known any more; agents are where they are, and calls are placed."""
    floor = seated(make_floor)
    ringing = [*launched(floor, NORTH), *launched(floor, SOUTH)]
    floor.send(e.EngineRestarted(checkpoint="", generation=2))
    floor.send(found(agents=("n0", "s0"), live=tuple(ringing[:1])))
    assert boxes(floor) == {}
    assert alarms(floor) == [
        f"{name} is given up: there is one telephone system now" for name in (NORTH, SOUTH)
    ]
    assert [row.attempt for row in floor.all(c.Hangup)] == ringing[:1], "it lives, and nobody knows where"
    assert [agent(floor, name).box for name in ("n0", "s0")] == ["", ""]
    assert [agent(floor, name).state for name in ("n0", "s0")] == [AgentState.AVAILABLE] * 2
    assert outcomes(floor) == dict.fromkeys(ringing, Outcome.UNKNOWN)
    assert floor.engine.snapshot().is_network_up
    floor.feed(10, first=50)
    floor.wait(2.0)
    assert [order.box for order in floor.all(c.Originate)][2:] == ["", ""]


def test_an_agent_at_no_box_is_called_for_by_nobody_and_may_not_ask(make_floor: Build) -> None:
    floor = seated(make_floor, south=0)
    floor.seat("nowhere")
    floor.wait(2.0)
    before = len(floor.all(c.Originate))
    lead = next(iter(floor.engine.checkpoint().leads.values()))
    (target,) = lead.targets
    asked = e.DialRequested(
        agent=AgentId("nowhere"),
        campaign=floor.settings.campaign,
        lead=lead.lead,
        person=target.person,
        number=target.number,
    )
    floor.send(asked)
    assert floor.engine.was_ignored
    assert len(floor.all(c.Originate)) == before
    assert agent(floor, "nowhere").state is AgentState.AVAILABLE
