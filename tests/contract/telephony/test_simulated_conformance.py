"""The simulated network, behind a socket, keeps every duty of the port.

Its time is virtual: it passes only while a test waits, and then no faster than what was said is heard.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from telephony.conformance.bench import Bench
from telephony.conformance.consulting import *  # noqa: F403 - as below
from telephony.conformance.inbound import *  # noqa: F403 - as below
from telephony.conformance.numbers import NUMBERS, planned_public
from telephony.conformance.passing import VirtualTime
from telephony.conformance.suite import *  # noqa: F403 - the suite's tests become this module's
from telephony.conformance.terms import *  # noqa: F403 - as above
from telephony.conformance.visitors import Visitor, our_lines
from telephony.in_memory.network import InMemoryNetwork
from telephony.simulated.client import Address, SimulatedNetwork
from telephony.simulated.server import NetworkServer


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    time = VirtualTime()
    network = InMemoryNetwork(
        planned_public(), now=time.now, alarm=time.alarm(), our_lines=our_lines(time.now())
    )
    server = NetworkServer(network, Address(path=str(tmp_path / "network.sock")))
    address = await server.start()

    async def call_in(visitor: Visitor) -> None:
        network.call_in(visitor.number, visitor.dialed, visitor.planned())

    async def cut() -> None:
        server.cut()

    made = Bench(
        system=SimulatedNetwork(address),
        numbers=NUMBERS,
        now=time.now,
        cut=cut,
        call_in=call_in,
        rival=lambda: SimulatedNetwork(address),
        passing=time,
    )
    await made.connect()
    yield made
    await made.close()
    await server.stop()
