"""The network's process: lines, its log, and scripted collectors if it is told of a floor."""

import asyncio
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import structlog

from dialer import clock
from telephony.in_memory.network import InMemoryNetwork
from telephony.in_memory.public import Public, PublicPlan
from telephony.simulated.agents import AgentsPlan, ScriptedAgents
from telephony.simulated.client import Address
from telephony.simulated.log_file import LogFile
from telephony.simulated.server import NetworkServer

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkOrder:
    """What the process is to be. It is read from a file of JSON.

    Args:
        began, shows, factor: the floor's clock: at `began` (the machine's POSIX seconds) it showed `shows`,
            and it runs `factor` times as fast. The dialer is given the same three numbers.
        log: the append-only log.
    """

    address: Address
    log: str
    seed: int = 1
    lines: int = 3000
    began: float = 0.0
    shows: float = 0.0
    factor: float = 1.0
    public: PublicPlan = field(default_factory=PublicPlan)
    agents: AgentsPlan | None = None

    def clock(self) -> Callable[[], float]:
        """POSIX seconds by the floor's clock."""
        return lambda: self.shows + (clock.posix_now() - self.began) * self.factor


async def run_network(order: NetworkOrder, *, parent: TextIO | None = None) -> None:
    """Work until SIGTERM. SIGUSR1 cuts the listener's connection; the lines go on.

    Args:
        parent: a pipe that nothing is written to; its end is the end of whoever started the network, and so
            the network's own. None = the network outlives whom it serves.
    """
    file = LogFile(Path(order.log))
    public = Public(order.public, seed=order.seed)
    network = InMemoryNetwork(public, now=order.clock(), factor=order.factor, lines=order.lines, witness=file)
    server = NetworkServer(network, order.address)
    await server.start()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    loop.add_signal_handler(signal.SIGUSR1, server.cut)
    if parent is not None:
        loop.add_reader(parent, stop.set)
    log.info("network.started", seed=order.seed)
    working: asyncio.Task[None] | None = None
    async with asyncio.TaskGroup() as group:
        if order.agents is not None:
            agents = ScriptedAgents(
                order.agents,
                network=network,
                public=public,
                file=file,
                now=order.clock(),
                pace=lambda: order.factor,
            )
            working = group.create_task(agents.run())
        await stop.wait()
        if working is not None:
            working.cancel()
        await server.stop()
    if parent is not None:
        loop.remove_reader(parent)
    network.end_all()
    file.close()
