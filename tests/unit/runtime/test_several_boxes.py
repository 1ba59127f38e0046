"""Several telephone systems behind the one port: each is lost and found for itself."""

import asyncio
from typing import Any

from dialer.domain.commands import Originate
from dialer.domain.events import AgentLegRestored, CallNotAttempted, NetworkLost, NetworkReconciled
from dialer.domain.ids import AgentId, BoxId
from dialer.domain.telephone_events import BoxFound
from dialer.runtime.floor import Floor

NORTH, SOUTH = BoxId("north"), BoxId("south")
BOTH = NetworkReconciled(
    live=(), talking={}, agents=(), boxes=(BoxFound(box=NORTH), BoxFound(box=SOUTH)), seats=()
)
BACK = NetworkReconciled(
    live=(),
    talking={},
    agents=(AgentId("agent1"),),
    boxes=(BoxFound(box=SOUTH),),
    elsewhere=(NORTH,),
    seats=((AgentId("agent1"), SOUTH),),
)


def decided(floor: Floor) -> int:
    return sum(row.in_flight for row in floor.snapshot().boxes)


async def test_what_was_decided_before_one_was_lost_is_not_dialed_after_it_and_the_rest_is(
    world: Any,
) -> None:
    world.network.living = BOTH
    floor: Floor = world.floor()
    task = asyncio.create_task(floor.run())
    await world.until(lambda: floor.health().is_fit)
    await world.open(floor, agents=2)
    await world.until(lambda: len(world.store.events()) >= 7)
    world.store.gate = asyncio.Event()
    for place, box in enumerate((NORTH, SOUTH)):
        world.network.said.put_nowait(AgentLegRestored(agent=AgentId(f"agent{place}"), box=box))
    await world.until(lambda: decided(floor) == 2)
    world.network.said.put_nowait(NetworkLost(reason="cut", box=SOUTH))
    await world.until(lambda: not floor.snapshot().boxes[1].is_up)
    assert floor.health().is_fit
    assert floor.health().reasons == ("telephone system south is not heard: cut",)
    world.network.said.put_nowait(BACK)
    await world.until(lambda: floor.snapshot().boxes[1].is_up)
    ordered = floor.snapshot()
    world.store.gate.set()
    await world.until(lambda: any(isinstance(event, CallNotAttempted) for event in world.store.events()))
    refused = {event.attempt for event in world.store.events() if isinstance(event, CallNotAttempted)}
    first = [row for row in world.store.commands() if isinstance(row, Originate)][:2]
    dialed = {row.attempt for row in world.network.originates()}
    assert {row.attempt for row in first if row.box == SOUTH} == refused
    assert {row.attempt for row in first if row.box == NORTH} <= dialed
    assert not refused & dialed
    assert ordered.is_network_up
    task.cancel()
    await asyncio.wait({task})


async def test_an_idle_floor_shows_the_time_that_it_is(world: Any) -> None:
    world.network.living = BOTH
    floor: Floor = world.floor()
    task = asyncio.create_task(floor.run())
    await world.until(lambda: floor.health().is_fit)
    before = floor.snapshot()
    world.clock.pass_(30.0)
    after = floor.snapshot()
    assert after.sequence == before.sequence
    assert after.now - before.now >= 30.0
    task.cancel()
    await asyncio.wait({task})
