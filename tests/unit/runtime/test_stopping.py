"""An orderly stop leaves no telephone on the line that the next start could take for somebody at work."""

import asyncio
from typing import Any

from dialer.domain.agent import AgentState
from dialer.domain.commands import DropAgentLeg
from dialer.domain.events import AgentLoggedOut, EngineRestarted
from dialer.domain.ids import AgentId


async def test_a_stop_logs_everybody_out_and_takes_their_telephones_off_the_line(world: Any) -> None:
    floor = world.floor()
    running = asyncio.create_task(floor.run())
    await world.open(floor, agents=3)
    floor.stop()
    async with asyncio.timeout(20.0):
        await running
    agents = {AgentId(f"agent{place}") for place in range(3)}
    assert {view.state for view in floor.snapshot().agents} == {AgentState.LOGGED_OUT}
    assert {event.agent for event in world.store.events() if isinstance(event, AgentLoggedOut)} == agents
    assert {row.agent for row in world.network.performed if isinstance(row, DropAgentLeg)} == agents


async def test_every_start_of_a_floor_asks_who_is_there(world: Any) -> None:
    floor = world.floor()
    running = asyncio.create_task(floor.run())
    await world.until(lambda: any(isinstance(event, EngineRestarted) for event in world.store.events()))
    floor.stop()
    async with asyncio.timeout(20.0):
        await running
    starts = [event for event in world.store.events() if isinstance(event, EngineRestarted)]
    assert [event.asks_presence for event in starts] == [True]


async def test_a_cancellation_that_comes_with_the_leads_is_not_lost(world: Any) -> None:
    """Whoever ends the floor's task ends the floor, whatever had just come in: `asyncio.wait_for` of Python
    3.11 gives the result and forgets that it was cancelled."""
    asked, answers = asyncio.Event(), asyncio.Event()
    fetch = world.store.fetch

    async def slow(command: Any) -> Any:
        asked.set()
        await answers.wait()
        return await fetch(command)

    world.store.fetch = slow
    floor = world.floor()
    running = asyncio.create_task(floor.run())
    opening = asyncio.create_task(world.open(floor))
    async with asyncio.timeout(20.0):
        await asked.wait()
        answers.set()
        await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait({running})
    opening.cancel()
    assert running.cancelled()
