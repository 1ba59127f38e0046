"""A fleet of two in-memory telephone systems keeps every duty of the port, in virtual time."""

from collections.abc import AsyncIterator

import pytest

from dialer.domain.ids import BoxId, EndpointId
from telephony.conformance.bench import ENDPOINT, Bench
from telephony.conformance.consulting import *  # noqa: F403 - as below
from telephony.conformance.inbound import *  # noqa: F403 - as below
from telephony.conformance.numbers import NUMBERS, planned_public
from telephony.conformance.passing import VirtualTime
from telephony.conformance.suite import *  # noqa: F403 - the suite's tests become this module's
from telephony.conformance.visitors import Visitor, our_lines
from telephony.fleet.box import BoxPlan
from telephony.fleet.fleet import Fleet
from telephony.in_memory.network import InMemoryNetwork


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    time = VirtualTime()
    ours = our_lines(time.now())
    networks = [
        InMemoryNetwork(planned_public(seed), now=time.now, alarm=time.alarm(), our_lines=ours)
        for seed in (1, 2)
    ]
    # The suite's agents share a telephone; two of them at two boxes could never pass a talk on.
    phones = (frozenset({ENDPOINT}), frozenset[EndpointId]())
    plans = [
        BoxPlan(box=BoxId(f"box{place}"), system=system, phones=phones[place])
        for place, system in enumerate(networks)
    ]

    async def call_in(visitor: Visitor) -> None:
        networks[0].call_in(visitor.number, visitor.dialed, visitor.planned())

    async def cut() -> None:
        for network in networks:
            network.lose_connection("cut by the test")

    made = Bench(system=Fleet(plans), numbers=NUMBERS, now=time.now, cut=cut, call_in=call_in, passing=time)
    await made.connect()
    yield made
    await made.close()
