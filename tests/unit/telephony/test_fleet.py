"""A fleet of in-memory telephone systems: what goes where, and what becomes of it when one is lost."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest

from compliance_gate.findings import Clearance
from dialer.domain.campaign import DetectionMode
from dialer.domain.commands import Bridge, ConnectAgentLeg, DropAgentLeg, Hangup, HangupReason, Originate
from dialer.domain.errors import OlderTermError, TelephoneSystemUnavailableError
from dialer.domain.events import (
    AgentLegLost,
    AgentLegRestored,
    BoxGivenUp,
    BridgeFailed,
    CallAnswered,
    CallBridged,
    CallEnded,
    Event,
    LinesChanged,
    NetworkLost,
    NetworkReconciled,
)
from dialer.domain.ids import AgentId, AttemptId, BoxId, CampaignId, EndpointId, NumberId, PersonId
from telephony.fleet.box import BoxPlan, FleetTimings
from telephony.fleet.fleet import Fleet
from telephony.in_memory.network import InMemoryNetwork
from telephony.in_memory.public import Answerer, Fate, Public, PublicPlan

NORTH, SOUTH = BoxId("north"), BoxId("south")
AGENT, PHONE = AgentId("ann"), EndpointId("phone-1")
QUICK = FleetTimings(first_wait=0.002, most_wait=0.01, give_up=0.1, start=0.5, connect=1.0)
E = TypeVar("E")
ANSWERS = Fate(after_s=0.01, answerer=Answerer.PERSON, talk_s=60.0)


def floor_now() -> float:
    """POSIX seconds by the virtual loop's clock."""
    return 1_780_000_000.0 + asyncio.get_running_loop().time()


class Power(InMemoryNetwork):
    """An in-memory telephone system that can be switched off for good."""

    is_off = False

    async def start(self) -> None:
        if self.is_off:
            raise TelephoneSystemUnavailableError("no power")
        await super().start()

    def die(self) -> None:
        """Everything is gone and stays gone."""
        self.is_off = True
        self.lose_connection("killed")
        self.end_all()


@dataclass
class Stage:
    """A fleet of two and what it told."""

    fleet: Fleet
    boxes: dict[BoxId, Power]
    told: list[Event] = field(default_factory=list[Event])

    async def listen(self) -> None:
        async for event in self.fleet.events():
            self.told.append(event)

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.told if isinstance(event, kind)]

    async def until(self, is_so: Callable[[], object]) -> None:
        async with asyncio.timeout(5.0):  # of the virtual loop
            while not is_so():
                await asyncio.sleep(0.002)

    async def seat(self, agent: AgentId = AGENT, phone: EndpointId = PHONE) -> BoxId:
        """Ring the telephone; where the leg is up."""
        await self.fleet.perform(ConnectAgentLeg(agent=agent, endpoint=phone))
        await self.until(lambda: any(event.agent == agent for event in self.of(AgentLegRestored)))
        return next(event.box for event in self.of(AgentLegRestored) if event.agent == agent)

    async def call(self, name: str, box: BoxId) -> AttemptId:
        """Place a call that is answered, and wait for the answer."""
        await self.fleet.perform(order(name, box), dial="+1000")
        await self.until(lambda: any(event.attempt == name for event in self.of(CallAnswered)))
        return AttemptId(name)

    def places(self, attempt: AttemptId) -> list[BoxId]:
        return [name for name, box in self.boxes.items() if attempt in box.living().live]


def order(name: str, box: BoxId) -> Originate:
    at = datetime.fromtimestamp(floor_now(), UTC)
    return Originate(
        attempt=AttemptId(name),
        campaign=CampaignId("c"),
        person=PersonId("p"),
        number=NumberId("n"),
        clearance=Clearance(
            clearance=name,
            person="p",
            number="n",
            debts=(),
            issued_at=at,
            expires_at=at + timedelta(seconds=5),
            rulebook="test",
            may_play=frozenset(),
        ),
        caller_id="+12025550100",
        ring_s=15.0,
        answer_limit_s=30.0,
        detection=DetectionMode.OFF,
        box=box,
    )


@asynccontextmanager
async def stage(
    *, south_phones: frozenset[EndpointId] | None = None, north_phones: frozenset[EndpointId] | None = None
) -> AsyncGenerator[Stage]:
    boxes = {
        name: Power(Public(PublicPlan(fixed={"+1000": ANSWERS}), seed=1), now=floor_now)
        for name in (NORTH, SOUTH)
    }
    plans = [
        BoxPlan(box=NORTH, system=boxes[NORTH], phones=north_phones, lines=10),
        BoxPlan(box=SOUTH, system=boxes[SOUTH], phones=south_phones, lines=10),
    ]
    made = Stage(fleet=Fleet(plans, timings=QUICK), boxes=boxes)
    await made.fleet.start()
    made.told.append(await made.fleet.reconcile())
    listening = asyncio.create_task(made.listen())
    yield made
    await made.fleet.stop()
    await asyncio.wait({listening})


async def test_telephones_are_rung_from_the_box_with_the_fewest_agents() -> None:
    async with stage() as floor:
        places = [await floor.seat(AgentId(f"a{i}"), EndpointId(f"phone-{i}")) for i in range(4)]
    assert sorted(places) == [NORTH, NORTH, SOUTH, SOUTH]


async def test_a_telephone_is_rung_from_a_box_that_has_it() -> None:
    async with stage(north_phones=frozenset()) as floor:
        assert await floor.seat() == SOUTH


async def test_a_call_goes_to_the_box_it_names_and_is_joined_there() -> None:
    async with stage(north_phones=frozenset()) as floor:
        await floor.seat()
        attempt = await floor.call("a1", SOUTH)
        assert floor.places(attempt) == [SOUTH]
        await floor.fleet.perform(Bridge(attempt=attempt, agent=AGENT))
        await floor.until(lambda: floor.of(CallBridged))


async def test_a_call_is_not_joined_to_an_agent_at_another_box() -> None:
    async with stage(north_phones=frozenset()) as floor:
        await floor.seat()
        attempt = await floor.call("a1", NORTH)
        await floor.fleet.perform(Bridge(attempt=attempt, agent=AGENT))
        await floor.until(lambda: floor.of(BridgeFailed))
        assert floor.of(BridgeFailed)[0].reason == "the agent's phone is at another telephone system"


async def test_an_attempt_that_is_ordered_at_two_boxes_is_called_once() -> None:
    async with stage() as floor:
        attempt = await floor.call("a1", NORTH)
        await floor.fleet.perform(order("a1", SOUTH), dial="+1000")
        assert floor.places(attempt) == [NORTH]
        assert floor.boxes[SOUTH].living().live == ()


async def test_a_box_that_is_lost_takes_nothing_and_the_other_goes_on() -> None:
    async with stage() as floor:
        floor.boxes[SOUTH].is_off = True
        floor.boxes[SOUTH].lose_connection("cut")
        await floor.until(lambda: floor.of(NetworkLost))
        assert [event.box for event in floor.of(NetworkLost)] == [SOUTH]
        with pytest.raises(TelephoneSystemUnavailableError):
            await floor.fleet.perform(order("a1", SOUTH), dial="+1000")
        assert floor.places(await floor.call("a2", NORTH)) == [NORTH]


async def test_a_box_that_died_is_given_up_once_and_its_agents_are_rung_from_the_other() -> None:
    async with stage(north_phones=frozenset({PHONE}), south_phones=frozenset({PHONE})) as floor:
        first = await floor.seat()
        other = SOUTH if first == NORTH else NORTH
        floor.boxes[first].die()
        await floor.until(lambda: len(floor.of(AgentLegRestored)) == 2)
        assert [event.box for event in floor.of(BoxGivenUp)] == [first]
        assert floor.of(AgentLegRestored)[1].box == other
        given_up = floor.told.index(floor.of(BoxGivenUp)[0])
        assert given_up < floor.told.index(floor.of(AgentLegRestored)[1])


async def test_a_box_that_comes_back_loses_the_legs_of_agents_who_sit_elsewhere_by_now() -> None:
    async with stage() as floor:
        first = await floor.seat()
        floor.boxes[first].is_off = True
        floor.boxes[first].lose_connection("cut")
        await floor.until(lambda: len(floor.of(AgentLegRestored)) == 2)
        floor.boxes[first].is_off = False
        await floor.until(lambda: floor.of(NetworkReconciled)[-1].boxes[0].box == first)
        await floor.until(lambda: floor.boxes[first].living().agents == ())
        assert floor.of(NetworkReconciled)[-1].agents == ()


async def test_a_box_that_comes_back_in_time_keeps_its_agents_and_calls() -> None:
    async with stage(north_phones=frozenset()) as floor:
        await floor.seat()
        attempt = await floor.call("a1", SOUTH)
        floor.boxes[SOUTH].lose_connection("cut")
        await floor.until(lambda: len(floor.of(NetworkReconciled)) == 2)
        back = floor.of(NetworkReconciled)[-1]
        assert (back.live, back.agents, back.seats) == ((attempt,), (AGENT,), ((AGENT, SOUTH),))
        assert back.elsewhere == (NORTH,)
        assert not floor.of(BoxGivenUp)


async def test_an_agent_whose_telephone_no_living_box_has_is_told_and_rung_when_it_is_back() -> None:
    async with stage(north_phones=frozenset()) as floor:
        floor.boxes[SOUTH].is_off = True
        floor.boxes[SOUTH].lose_connection("cut")
        await floor.until(lambda: floor.of(NetworkLost))
        await floor.fleet.perform(ConnectAgentLeg(agent=AGENT, endpoint=PHONE))
        await floor.until(lambda: floor.of(AgentLegLost))
        floor.boxes[SOUTH].is_off = False
        await floor.until(lambda: floor.of(AgentLegRestored))


async def test_a_leg_that_left_while_its_box_was_not_heard_is_ended_when_it_is() -> None:
    async with stage(north_phones=frozenset()) as floor:
        await floor.seat()
        floor.boxes[SOUTH].is_off = True
        floor.boxes[SOUTH].lose_connection("cut")
        await floor.until(lambda: floor.of(NetworkLost))
        await floor.fleet.perform(DropAgentLeg(agent=AGENT))
        floor.boxes[SOUTH].is_off = False
        await floor.until(lambda: floor.boxes[SOUTH].living().agents == ())


async def test_whoever_asks_for_a_leg_that_is_up_is_told_where() -> None:
    async with stage(north_phones=frozenset()) as floor:
        await floor.seat()
        floor.told.clear()
        assert await floor.seat() == SOUTH


async def test_a_call_that_another_process_placed_is_hung_up_wherever_it_is() -> None:
    async with stage() as floor:
        attempt = AttemptId("of-before")
        await floor.boxes[SOUTH].perform(order(attempt, SOUTH), dial="+1000")
        await floor.fleet.perform(Hangup(attempt=attempt, reason=HangupReason.UNACCOUNTED))
        await floor.until(lambda: floor.of(CallEnded))


async def test_it_starts_when_one_box_is_there_and_says_which_is_not() -> None:
    boxes = {name: Power(Public(PublicPlan(), seed=1), now=floor_now) for name in (NORTH, SOUTH)}
    boxes[SOUTH].is_off = True
    fleet = Fleet([BoxPlan(box=name, system=system) for name, system in boxes.items()], timings=QUICK)
    await fleet.start()
    found = await fleet.reconcile()
    assert [box.box for box in found.boxes] == [NORTH]
    assert found.elsewhere == (SOUTH,)
    boxes[NORTH].is_off = True
    await fleet.stop()
    with pytest.raises(TelephoneSystemUnavailableError, match="north: no power; south: no power"):
        await fleet.start()


@pytest.mark.parametrize("names", [(), ("",), ("one", "one")])
def test_boxes_without_names_of_their_own_are_refused(names: tuple[str, ...]) -> None:
    system = InMemoryNetwork(Public(PublicPlan(), seed=1), now=floor_now)
    with pytest.raises(ValueError, match="a name of its own"):
        Fleet([BoxPlan(box=BoxId(name), system=system) for name in names])


async def test_a_box_whose_trunks_fail_keeps_its_seats_and_reports_the_lines_it_now_has() -> None:
    async with stage() as floor:
        box = await floor.seat()
        other = next(name for name in (NORTH, SOUTH) if name != box)
        await floor.fleet.box_said(
            floor.fleet.box(box), LinesChanged(lines=4, over=other, reason="no answer")
        )
        await floor.until(lambda: floor.of(LinesChanged))
        assert floor.of(LinesChanged) == [LinesChanged(box=box, lines=4, over=other, reason="no answer")]
        assert not floor.of(AgentLegLost)
        assert floor.fleet.box_of_agent(AGENT) is floor.fleet.box(box)
        report = await floor.fleet.reconcile()
        assert {one.box: one.lines for one in report.boxes} == {box: 4, other: 10}


async def test_an_engine_that_was_overtaken_at_one_box_is_over_at_all() -> None:
    async with stage() as floor:
        floor.fleet.of_term(5)
        floor.boxes[SOUTH].held = 6
        with pytest.raises(OlderTermError, match="term 6"):
            await floor.fleet.start()
