"""The in-memory telephone system keeps every duty of the port, in virtual time."""

from collections.abc import AsyncIterator

import pytest

from telephony.conformance.bench import Bench
from telephony.conformance.consulting import *  # noqa: F403 - as below
from telephony.conformance.inbound import *  # noqa: F403 - as below
from telephony.conformance.numbers import NUMBERS, planned_public
from telephony.conformance.passing import VirtualTime
from telephony.conformance.suite import *  # noqa: F403 - the suite's tests become this module's
from telephony.conformance.visitors import Visitor, our_lines
from telephony.in_memory.network import InMemoryNetwork


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    time = VirtualTime()
    network = InMemoryNetwork(
        planned_public(), now=time.now, alarm=time.alarm(), our_lines=our_lines(time.now())
    )

    async def call_in(visitor: Visitor) -> None:
        network.call_in(visitor.number, visitor.dialed, visitor.planned())

    async def cut() -> None:
        network.lose_connection("cut by the test")

    made = Bench(system=network, numbers=NUMBERS, now=time.now, cut=cut, call_in=call_in, passing=time)
    await made.connect()
    yield made
    await made.close()
