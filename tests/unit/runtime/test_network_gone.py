"""The network's process goes and comes back: nobody is forgotten, nobody is called twice."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from dialer import clock
from dialer.domain.attempt import Outcome
from dialer.domain.commands import StoreOutcome
from dialer.domain.events import AgentGotReady, AgentLegRestored, NetworkLost, NetworkReconciled
from dialer.domain.ids import AgentId, AttemptId
from dialer.runtime.clocks import RehearsalClock
from dialer.runtime.floor import Floor
from telephony.in_memory.network import InMemoryNetwork
from telephony.in_memory.public import Public, PublicPlan
from telephony.simulated.client import Address, SimulatedNetwork
from telephony.simulated.log_file import LogFile, read_log
from telephony.simulated.server import NetworkServer

FACTOR = 20.0


@asynccontextmanager
async def a_network(folder: Path, time: RehearsalClock) -> AsyncGenerator[InMemoryNetwork]:
    """A network behind a socket, with a log, until the block ends; then its power goes."""
    file = LogFile(folder / "network.log")
    network = InMemoryNetwork(
        Public(PublicPlan(person=0.3, machine=0.0, talk_s=20.0), seed=5),
        now=time.posix,
        factor=FACTOR,
        witness=file,
    )
    server = NetworkServer(network, Address(path=str(folder / "network.sock")))
    await server.start()
    try:
        yield network
    finally:
        await server.stop()
        network.end_all()
        file.close()


async def until(is_so: Any) -> None:
    async with asyncio.timeout(120.0):
        while not is_so():
            await asyncio.sleep(0.01)


async def test_after_the_network_died_everything_is_accounted_for(world: Any, tmp_path: Path) -> None:
    time = RehearsalClock(began=clock.posix_now(), shows=1_780_000_000.0, factor=FACTOR)
    world.clock = time
    world.network = SimulatedNetwork(Address(path=str(tmp_path / "network.sock")))
    log = tmp_path / "network.log"

    def rung() -> int:
        return sum(1 for line in read_log(log) if line.what == "rung") if log.exists() else 0

    async with a_network(tmp_path, time):
        floor: Floor = world.floor()
        task = asyncio.create_task(floor.run())
        await until(lambda: floor.health().is_fit)
        await world.open(floor, agents=4)
        await until(lambda: rung() >= 4)
    await until(lambda: any(isinstance(event, NetworkLost) for event in world.store.events()))
    before = rung()
    assert not floor.health().is_fit
    async with a_network(tmp_path, time) as network:
        await until(lambda: floor.health().is_fit)
        found = [event for event in world.store.events() if isinstance(event, NetworkReconciled)]
        assert found[-1].live == ()
        await until(lambda: not any(row.in_flight for row in floor.snapshot().campaigns))
        assert not any(agent.state.value == "available" for agent in floor.snapshot().agents)
        assert rung() == before, "without an agent at a telephone nobody is called"
        network.take_unheard()
        for place in range(4):
            agent = AgentId(f"agent{place}")
            await floor.submit(AgentLegRestored(agent=agent))
            await floor.submit(AgentGotReady(agent=agent))
        await until(lambda: rung() > before)
        task.cancel()
        await asyncio.wait({task})
    attempts = Counter(line.attempt for line in read_log(log) if line.what == "rung")
    assert set(attempts.values()) == {1}
    ended = {
        row.record.attempt: row.record.outcome
        for row in world.store.commands()
        if isinstance(row, StoreOutcome)
    }
    first = [AttemptId(line.attempt) for line in read_log(log) if line.what == "rung"][:before]
    assert all(ended.get(attempt) is not None for attempt in first)
    assert Outcome.UNKNOWN in ended.values()
