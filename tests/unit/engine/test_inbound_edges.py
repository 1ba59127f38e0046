"""People who call us where something goes otherwise: agents who leave, news that contradict."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from compliance_gate.words import Outcome as GateOutcome
from dialer.domain import commands as c
from dialer.domain import events as e
from dialer.domain.agent import AgentState
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.ids import AgentId, BoxId, CampaignId, DebtId, EndpointId, InboundId, NumberId, PersonId
from dialer.domain.inbound import Caller, InboundState
from dialer.domain.telephone_events import BoxFound
from dialer.engine.engine import DialerEngine
from simulator.open_gate import OpenGate

Floor = Any
MakeFloor = Callable[..., Floor]
CALL, SECOND = InboundId("in-1"), InboundId("in-2")
ANN, BOB = PersonId("ann"), PersonId("bob")
FIRST, OTHER = AgentId("agent0"), AgentId("agent1")
TALK = Disposition(kind=DispositionKind.NO_COMMITMENT, debts_spoken_of=("d",))
NO_TALK = Disposition(kind=DispositionKind.HUNG_UP_UNVERIFIED)


@pytest.fixture
def quiet(make_floor: MakeFloor) -> Floor:
    """Two agents, nobody to call."""
    floor = make_floor()
    floor.start(agents=2, leads=0)
    return floor


def arrive(floor: Floor, *persons: PersonId, call: InboundId = CALL, box: str = "", dialed: str = "") -> None:
    floor.send(e.InboundArrived(call=call, dialed=dialed, box=BoxId(box)))
    callers = tuple(Caller(person=person, debts=(DebtId(f"d-{person}"),)) for person in persons)
    floor.send(e.InboundIdentified(call=call, number=NumberId("n"), callers=callers))


def wait(floor: Floor, call: InboundId = CALL) -> list[AgentId]:
    """They ask for an agent: whose bridge is ordered."""
    out = floor.send(e.InboundWaiting(call=call))
    return [row.agent for row in out if isinstance(row, c.BridgeInbound)]


def talk(floor: Floor, *persons: PersonId) -> None:
    """The first agent talks to them."""
    arrive(floor, *persons)
    assert wait(floor) == [FIRST]
    floor.send(e.InboundBridged(call=CALL, agent=FIRST, bridged_at=floor.now))


def states(floor: Floor) -> dict[str, AgentState]:
    return {view.agent: view.state for view in floor.engine.snapshot().agents}


def found(floor: Floor, *calls: tuple[InboundId, AgentId | None]) -> tuple[c.Command, ...]:
    """The telephone system was lost, and tells what lives now."""
    floor.send(e.NetworkLost(reason="cut"))
    floor.log.clear()
    out: tuple[c.Command, ...] = floor.send(
        e.NetworkReconciled(live=(), talking={}, agents=(FIRST, OTHER), inbound=calls), after=3.0
    )
    return out


def stored(floor: Floor) -> Any:
    return floor.last(c.StoreInbound).record


# --- news that contradict ---------------------------------------------------------------------------------


def test_a_bridge_to_an_agent_who_is_not_held_for_them_is_none(quiet: Floor) -> None:
    arrive(quiet, ANN)
    wait(quiet)
    quiet.send(e.InboundBridged(call=CALL, agent=OTHER, bridged_at=quiet.now))
    assert quiet.engine.was_ignored
    quiet.send(e.InboundBridged(call=CALL, agent=AgentId("nobody"), bridged_at=quiet.now))
    assert quiet.engine.was_ignored
    assert states(quiet) == {FIRST: AgentState.RESERVED, OTHER: AgentState.AVAILABLE}
    assert quiet.all(c.StoreConversation) == []


def test_a_bridge_is_told_once(quiet: Floor) -> None:
    talk(quiet, ANN)
    out = quiet.send(e.InboundBridged(call=CALL, agent=FIRST, bridged_at=quiet.now), after=1.0)
    assert (out, quiet.engine.was_ignored) == ((), True)


def test_a_bridge_is_dated_by_the_telephone_system_and_never_after_now(quiet: Floor) -> None:
    arrive(quiet, ANN)
    wait(quiet)
    quiet.now += 2.0
    quiet.send(e.InboundBridged(call=CALL, agent=FIRST, bridged_at=quiet.now - 1.5))
    assert stored(quiet).bridged_at == quiet.now - 1.5


def test_a_bridge_told_ahead_of_its_time_is_dated_now(quiet: Floor) -> None:
    arrive(quiet, ANN)
    wait(quiet)
    quiet.send(e.InboundBridged(call=CALL, agent=FIRST, bridged_at=quiet.now + 9.0))
    assert stored(quiet).bridged_at == quiet.now


def test_the_first_join_dates_the_talk(quiet: Floor) -> None:
    talk(quiet, ANN)
    began = quiet.now
    quiet.send(e.AgentLegLost(agent=FIRST), after=10.0)
    quiet.send(e.InboundBridged(call=CALL, agent=OTHER, bridged_at=quiet.now))
    assert (stored(quiet).bridged_at, stored(quiet).agent) == (began, OTHER)


def test_another_agent_s_failure_takes_nobody_away(quiet: Floor) -> None:
    arrive(quiet, ANN)
    wait(quiet)
    assert quiet.send(e.InboundBridgeFailed(call=CALL, agent=OTHER, reason="not theirs")) == ()
    assert states(quiet)[FIRST] is AgentState.RESERVED


def test_a_failure_after_the_join_and_a_limit_after_it_change_nothing(quiet: Floor) -> None:
    talk(quiet, ANN)
    assert quiet.send(e.InboundBridgeFailed(call=CALL, agent=FIRST, reason="late")) == ()
    assert quiet.send(e.InboundUnserved(call=CALL)) == ()
    assert states(quiet)[FIRST] is AgentState.TALKING
    quiet.send(e.InboundEnded(call=CALL))
    assert not stored(quiet).unserved


def test_somebody_in_the_menu_is_not_unserved(quiet: Floor) -> None:
    arrive(quiet, ANN)
    quiet.send(e.InboundUnserved(call=CALL))
    quiet.send(e.InboundEnded(call=CALL))
    assert not stored(quiet).unserved


def test_the_limit_frees_the_agent_who_was_held(quiet: Floor) -> None:
    arrive(quiet, ANN)
    wait(quiet)
    quiet.send(e.InboundUnserved(call=CALL))
    assert states(quiet)[FIRST] is AgentState.AVAILABLE
    quiet.send(e.AgentGotReady(agent=OTHER))
    assert len(quiet.all(c.BridgeInbound)) == 1, "who was told that nobody is free is given to nobody"


# --- the agent's hand -------------------------------------------------------------------------------------


def test_a_click_does_not_end_a_call_whose_bridge_is_on_its_way(quiet: Floor) -> None:
    arrive(quiet, ANN)
    wait(quiet)
    assert quiet.send(e.AgentHungUp(agent=FIRST)) == ()
    assert quiet.engine.was_ignored


def test_the_click_that_ends_a_talk_is_no_late_one(quiet: Floor) -> None:
    talk(quiet, ANN)
    assert quiet.send(e.AgentHungUp(agent=FIRST)) == (c.HangupInbound(call=CALL),)
    assert not quiet.engine.was_ignored


def test_what_came_of_it_is_said_by_who_talked_and_when_it_is_over(quiet: Floor) -> None:
    talk(quiet, ANN)
    quiet.send(e.InboundDisposed(agent=FIRST, call=CALL, person=ANN, disposition=TALK))
    assert quiet.engine.was_ignored, "they still talk"
    quiet.send(e.InboundEnded(call=CALL), after=9.0)
    quiet.send(e.InboundDisposed(agent=OTHER, call=CALL, person=ANN, disposition=TALK))
    assert quiet.engine.was_ignored, "it was not their call"
    quiet.send(e.InboundDisposed(agent=FIRST, call=CALL, person=ANN, disposition=TALK))
    assert not quiet.engine.was_ignored
    assert states(quiet)[FIRST] is AgentState.AVAILABLE


@pytest.mark.parametrize(
    ("said", "person", "outcomes"),
    [
        (TALK, ANN, {ANN: GateOutcome.CONVERSATION, BOB: GateOutcome.ANSWERED_THEN_DROPPED}),
        (NO_TALK, None, {ANN: GateOutcome.ANSWERED_THEN_DROPPED, BOB: GateOutcome.ANSWERED_THEN_DROPPED}),
        (TALK, None, {ANN: GateOutcome.CONVERSATION, BOB: GateOutcome.CONVERSATION}),
    ],
)
def test_the_doubt_is_over_for_whom_it_was_not_and_stays_where_nobody_was_named(
    quiet: Floor, said: Disposition, person: PersonId | None, outcomes: dict[PersonId, GateOutcome]
) -> None:
    talk(quiet, ANN, BOB)
    quiet.send(e.InboundEnded(call=CALL), after=9.0)
    quiet.send(e.InboundDisposed(agent=FIRST, call=CALL, person=person, disposition=said))
    last = {row.person: row.entry.outcome for row in quiet.all(c.StoreConversation)}
    assert last == outcomes


@pytest.mark.parametrize(
    ("ready_after", "state"), [(True, AgentState.AVAILABLE), (False, AgentState.NOT_READY)]
)
def test_the_agent_is_ready_or_not_as_they_say(quiet: Floor, ready_after: bool, state: AgentState) -> None:
    talk(quiet, ANN)
    quiet.send(e.InboundEnded(call=CALL), after=9.0)
    said = e.InboundDisposed(agent=FIRST, call=CALL, person=ANN, disposition=TALK, ready_after=ready_after)
    quiet.send(said)
    assert states(quiet)[FIRST] is state


# --- agents who leave -------------------------------------------------------------------------------------


def test_a_caller_whose_agent_left_before_the_bridge_is_given_to_another_at_once(quiet: Floor) -> None:
    arrive(quiet, ANN)
    wait(quiet)
    out = quiet.send(e.AgentLegLost(agent=FIRST))
    assert [row.agent for row in out if isinstance(row, c.BridgeInbound)] == [OTHER]
    assert quiet.engine.snapshot().inbound[0].agent == OTHER


def test_a_talk_that_is_over_is_closed_when_its_agent_leaves_without_a_word(quiet: Floor) -> None:
    talk(quiet, ANN)
    quiet.send(e.InboundEnded(call=CALL), after=9.0)
    quiet.send(e.AgentLoggedOut(agent=FIRST))
    assert quiet.engine.snapshot().inbound == ()
    assert stored(quiet).disposition is None


def test_after_call_work_that_was_done_is_not_ended_by_its_limit(make_floor: MakeFloor) -> None:
    floor = make_floor(wrap_up_limit_s=30.0)
    floor.start(agents=2, leads=0)
    talk(floor, ANN)
    floor.send(e.InboundEnded(call=CALL), after=9.0)
    floor.send(e.InboundDisposed(agent=FIRST, call=CALL, person=ANN, disposition=TALK), after=5.0)
    before = len(floor.all(c.StoreInbound))
    floor.wait(60.0)
    assert states(floor)[FIRST] is AgentState.AVAILABLE
    assert len(floor.all(c.StoreInbound)) == before


def test_a_caller_taken_back_by_the_dialplan_frees_the_agent_for_a_break(quiet: Floor) -> None:
    """Their telephone's leg went without a word: they are not given the next one at once."""
    talk(quiet, ANN)
    out = quiet.send(e.InboundWaiting(call=CALL), after=5.0)
    assert states(quiet)[FIRST] is AgentState.NOT_READY
    assert [row.agent for row in out if isinstance(row, c.BridgeInbound)] == [OTHER]
    views = {view.agent: view for view in quiet.engine.snapshot().agents}
    assert (views[FIRST].inbound, views[OTHER].inbound) == (None, CALL)


# --- who takes them ---------------------------------------------------------------------------------------


def campaign(floor: Floor, name: str, **more: Any) -> None:
    floor.send(e.CampaignConfigured(settings=replace(floor.settings, campaign=CampaignId(name), **more)))


def sit(floor: Floor, agent: str, name: str) -> None:
    known = e.AgentLoggedIn(
        agent=AgentId(agent), campaign=CampaignId(name), endpoint=EndpointId(f"sip-{agent}")
    )
    floor.send(known)
    floor.send(e.AgentGotReady(agent=AgentId(agent)))


@pytest.mark.parametrize(("first", "taken_by"), [("early", "early"), ("late", "late")])
def test_of_the_agents_of_all_campaigns_who_waited_longest_takes_the_call(
    make_floor: MakeFloor, first: str, taken_by: str
) -> None:
    floor = make_floor()
    campaign(floor, "autumn")
    homes = {"early": "autumn", "late": "spring"}
    for name in (first, *(homes.keys() - {first})):
        sit(floor, name, homes[name])
        floor.now += 1.0
    arrive(floor)
    assert wait(floor) == [taken_by]


def test_of_two_who_waited_as_long_the_first_campaign_s_takes_it(make_floor: MakeFloor) -> None:
    floor = make_floor()
    campaign(floor, "autumn")
    sit(floor, "x", "spring")
    sit(floor, "y", "autumn")
    arrive(floor)
    assert wait(floor) == ["y"]


def test_agents_of_a_stopped_campaign_take_no_call_and_those_of_the_next_one_do(
    make_floor: MakeFloor,
) -> None:
    floor = make_floor()
    campaign(floor, "autumn")
    floor.send(e.CampaignStopped(campaign=CampaignId("autumn")))
    sit(floor, "x", "autumn")
    sit(floor, "y", "spring")
    arrive(floor)
    assert wait(floor) == ["y"]


def test_the_least_queue_of_the_campaigns_that_may_take_them_bounds_who_waits(make_floor: MakeFloor) -> None:
    floor = make_floor(inbound_queue=5)
    campaign(floor, "autumn", inbound_queue=1)
    for i in range(2):
        arrive(floor, call=InboundId(f"in-{i}"))
        wait(floor, InboundId(f"in-{i}"))
    assert [row.call for row in floor.all(c.DismissInbound)] == ["in-1"]


def test_who_was_told_that_too_many_wait_is_given_to_nobody(make_floor: MakeFloor) -> None:
    floor = make_floor(inbound_queue=0)
    floor.start(agents=1, leads=0)
    arrive(floor, ANN)
    assert floor.send(e.InboundWaiting(call=CALL)) == (c.DismissInbound(call=CALL),)
    floor.send(e.InboundEnded(call=CALL), after=4.0)
    assert stored(floor).unserved


def test_nobody_s_agents_wait_for_who_calls_a_floor_without_campaigns() -> None:
    """No campaign, no queue."""
    engine = DialerEngine(OpenGate())
    engine.step(e.InboundArrived(call=CALL), now=1.0)
    assert engine.step(e.InboundWaiting(call=CALL), now=2.0) == (c.DismissInbound(call=CALL),)


# --- what is found after a loss ---------------------------------------------------------------------------


def test_a_caller_who_is_found_alone_lost_their_agent(quiet: Floor) -> None:
    """The first to be served again; the agent has a break, since their telephone may be dead."""
    talk(quiet, ANN)
    out = found(quiet, (CALL, None))
    assert [row.agent for row in out if isinstance(row, c.BridgeInbound)] == [OTHER]
    assert states(quiet)[FIRST] is AgentState.NOT_READY
    assert quiet.engine.snapshot().inbound[0].state is InboundState.WAITING


def test_a_bridge_of_which_the_news_were_lost_is_a_talk(quiet: Floor) -> None:
    arrive(quiet, ANN)
    wait(quiet)
    found(quiet, (CALL, FIRST))
    assert states(quiet)[FIRST] is AgentState.TALKING
    assert stored(quiet).bridged_at == quiet.now
    assert [row.person for row in quiet.all(c.StoreConversation)] == [ANN]


@pytest.mark.parametrize("with_whom", [OTHER, AgentId("nobody")])
def test_a_caller_found_with_somebody_who_was_not_held_for_them_is_let_go(
    quiet: Floor, with_whom: AgentId
) -> None:
    arrive(quiet, ANN)
    wait(quiet)
    out = found(quiet, (CALL, with_whom))
    assert c.HangupInbound(call=CALL) in out
    assert quiet.all(c.StoreConversation) == []


def test_a_caller_found_as_they_were_stays(quiet: Floor) -> None:
    arrive(quiet, ANN)
    arrive(quiet, BOB, call=SECOND)
    wait(quiet)
    out = found(quiet, (CALL, None), (SECOND, None))
    assert not [row for row in out if isinstance(row, c.HangupInbound | c.StoreInbound)]
    assert [row.state for row in quiet.engine.snapshot().inbound] == [
        InboundState.WAITING,
        InboundState.HEARS_MENU,
    ]


def test_a_talk_that_nobody_knows_of_is_ended_and_who_hears_the_menu_is_let_be(quiet: Floor) -> None:
    out = found(quiet, (CALL, FIRST), (SECOND, None))
    assert [row for row in out if isinstance(row, c.HangupInbound)] == [c.HangupInbound(call=CALL)]


def test_every_caller_who_is_not_found_is_over_whoever_is(quiet: Floor) -> None:
    """One talks no more and is being written down, one is found, two are not."""
    talk(quiet, ANN)
    quiet.send(e.InboundEnded(call=CALL), after=5.0)
    for name in ("in-2", "in-3", "in-4"):
        arrive(quiet, call=InboundId(name))
    found(quiet, (InboundId("in-3"), None))
    rows = {row.call: row.state for row in quiet.engine.snapshot().inbound}
    assert rows == {CALL: InboundState.OVER, "in-3": InboundState.HEARS_MENU}
    assert [row.record.call for row in quiet.all(c.StoreInbound)] == ["in-2", "in-4"]


def test_callers_at_a_box_that_is_elsewhere_are_not_spoken_of(make_floor: MakeFloor) -> None:
    floor = make_floor()
    boxes = tuple(BoxFound(box=BoxId(name), lines=30) for name in ("north", "south"))
    floor.send(e.NetworkReconciled(live=(), talking={}, agents=(), boxes=boxes))
    arrive(floor, call=CALL, box="north")
    arrive(floor, call=SECOND, box="south")
    floor.send(
        e.NetworkReconciled(live=(), talking={}, agents=(), boxes=boxes[:1], elsewhere=(BoxId("south"),))
    )
    assert [row.call for row in floor.engine.snapshot().inbound] == [SECOND]


def without_first(floor: Floor, *calls: tuple[InboundId, AgentId | None]) -> tuple[c.Command, ...]:
    """The first agent's telephone is not found any more."""
    floor.send(e.NetworkLost(reason="cut"))
    floor.log.clear()
    out: tuple[c.Command, ...] = floor.send(
        e.NetworkReconciled(live=(), talking={}, agents=(OTHER,), inbound=calls), after=3.0
    )
    return out


def test_a_caller_whose_agent_is_not_found_any_more_is_given_to_another(quiet: Floor) -> None:
    talk(quiet, ANN)
    out = without_first(quiet, (CALL, None))
    assert [row.agent for row in out if isinstance(row, c.BridgeInbound)] == [OTHER]
    assert states(quiet) == {FIRST: AgentState.LEG_LOST, OTHER: AgentState.RESERVED}
    quiet.send(e.InboundBridged(call=CALL, agent=OTHER, bridged_at=quiet.now))
    assert states(quiet)[OTHER] is AgentState.TALKING


def test_a_caller_who_waited_for_an_agent_who_is_not_found_is_given_to_another(quiet: Floor) -> None:
    arrive(quiet, ANN)
    wait(quiet)
    out = without_first(quiet, (CALL, None))
    assert [row.agent for row in out if isinstance(row, c.BridgeInbound)] == [OTHER]


def test_a_talk_of_which_neither_end_is_found_is_over(quiet: Floor) -> None:
    talk(quiet, ANN)
    without_first(quiet)
    assert quiet.engine.snapshot().inbound == ()
    assert (stored(quiet).agent, stored(quiet).ended_at) == (FIRST, quiet.now)


def test_what_an_agent_who_is_not_found_was_writing_down_is_closed(make_floor: MakeFloor) -> None:
    floor = make_floor(wrap_up_limit_s=30.0)
    floor.start(agents=2, leads=0)
    talk(floor, ANN)
    floor.send(e.InboundEnded(call=CALL), after=9.0)
    without_first(floor)
    assert floor.engine.snapshot().inbound == ()
    floor.wait(60.0)
    assert states(floor)[FIRST] is AgentState.LEG_LOST


def at_a_box(make_floor: MakeFloor) -> Floor:
    floor = make_floor(wrap_up_limit_s=30.0)
    boxes = tuple(BoxFound(box=BoxId(name), lines=30) for name in ("north", "south"))
    floor.send(e.NetworkReconciled(live=(), talking={}, agents=(), boxes=boxes))
    floor.start(agents=0, leads=0)
    for name in (FIRST, OTHER):
        floor.send(e.AgentLegRestored(agent=floor.seat(name), box=BoxId("north")))
    arrive(floor, ANN, box="north")
    assert wait(floor) == [FIRST]
    floor.send(e.InboundBridged(call=CALL, agent=FIRST, bridged_at=floor.now))
    return floor


@pytest.mark.parametrize("is_over", [False, True])
def test_a_talk_at_a_box_that_is_given_up_is_closed_since_its_agent_has_no_telephone(
    make_floor: MakeFloor, is_over: bool
) -> None:
    floor = at_a_box(make_floor)
    if is_over:
        floor.send(e.InboundEnded(call=CALL), after=5.0)
    floor.send(e.BoxGivenUp(box=BoxId("north"), reason="killed"))
    assert floor.engine.snapshot().inbound == ()
    assert states(floor)[FIRST] is AgentState.LEG_LOST
    floor.wait(60.0)
    assert states(floor)[FIRST] is AgentState.LEG_LOST


def test_what_is_written_down_at_one_box_goes_on_when_another_is_given_up(make_floor: MakeFloor) -> None:
    floor = at_a_box(make_floor)
    floor.send(e.InboundEnded(call=CALL), after=5.0)
    floor.log.clear()
    floor.send(e.BoxGivenUp(box=BoxId("south"), reason="killed"))
    assert [row.call for row in floor.engine.snapshot().inbound] == [CALL]
    assert floor.all(c.StoreInbound) == []


def test_only_who_is_there_and_has_what_is_needed_takes_the_call(make_floor: MakeFloor) -> None:
    """Not who sits at another box, nor who lacks a tag, nor who is another campaign's."""
    floor = make_floor(needs=("acme",))
    boxes = tuple(BoxFound(box=BoxId(name), lines=30) for name in ("north", "south"))
    floor.send(e.NetworkReconciled(live=(), talking={}, agents=(), boxes=boxes))
    for name, tags, box in (("a", ("acme",), "south"), ("b", (), "north"), ("z", ("acme",), "north")):
        floor.send(e.AgentLegRestored(agent=floor.seat(name, tags=tags), box=BoxId(box)))
        floor.now += 1.0
    arrive(floor, box="north")
    assert wait(floor) == ["z"]
