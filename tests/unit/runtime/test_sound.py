"""How well telephones are heard stands beside their agents, on the floor and in the metrics."""

import asyncio
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest

from dialer.domain.ids import AgentId
from dialer.domain.sound import AgentSound
from dialer.runtime.sound_gauges import SoundGauges

BAD = AgentSound(
    measured_at=1.0,
    lost=0.02,
    lost_there=None,
    jitter_s=0.1,
    jitter_there_s=None,
    round_trip_s=None,
    rating=3.1,
)


async def test_the_floor_shows_the_sound_of_the_agents_that_are_measured(world: Any) -> None:
    world.network.sound = lambda: {AgentId("agent0"): BAD}
    floor = world.floor()
    running = asyncio.create_task(floor.run())
    await world.open(floor)
    shown = {view.agent: view.sound for view in floor.snapshot().agents}
    floor.stop()
    floor.stop()
    await running
    assert shown == {"agent0": BAD, "agent1": None}


async def test_a_telephone_system_that_measures_nothing_is_no_obstacle(world: Any) -> None:
    floor = world.floor()
    running = asyncio.create_task(floor.run())
    await world.open(floor)
    assert [view.sound for view in floor.snapshot().agents] == [None, None]
    floor.stop()
    floor.stop()
    await running


def test_the_metrics_name_agent_and_way_and_forget_who_is_gone() -> None:
    registry = CollectorRegistry()
    gauges = SoundGauges(registry)
    gauges.show({AgentId("agent0"): BAD})
    text = generate_latest(registry).decode()
    assert 'fairdial_agent_lost_per_packet{agent="agent0",way="here"} 0.02' in text
    assert 'way="there"' not in text
    assert 'fairdial_agent_sound_rating{agent="agent0"} 3.1' in text
    gauges.show({})
    assert "agent0" not in generate_latest(registry).decode()
