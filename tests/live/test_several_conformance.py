"""A fleet of two real Asterisks keeps what every telephone system owes the dialer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from lab.laboratory import AMI_SECRET, Laboratory
from proxy import Wire
from test_conformance import NUMBERS, clear

from dialer.clock import posix_now
from dialer.domain.ids import BoxId, CampaignId, EndpointId
from telephony.asterisk.adapter import AdapterSettings, AsteriskSystem
from telephony.asterisk.connection import AmiAddress
from telephony.asterisk.orders import Voice
from telephony.asterisk.trunks import TrunkPlan
from telephony.conformance.bench import Bench
from telephony.conformance.consulting import *  # noqa: F403  # the tests
from telephony.conformance.suite import *  # noqa: F403  # the tests
from telephony.fleet.box import BoxPlan, FleetTimings
from telephony.fleet.fleet import Fleet

SEAT = EndpointId("seat21")


@pytest.fixture(scope="module")
def second() -> Iterator[Laboratory]:
    with Laboratory() as running:
        yield running


@pytest.fixture
async def bench(laboratory: Laboratory, second: Laboratory) -> AsyncIterator[Bench]:
    wires = [Wire(laboratory.address, 5038), Wire(second.address, 5038)]
    systems: list[AsteriskSystem] = []
    for wire in wires:
        await wire.open()
        address = AmiAddress(user="fairdial", secret=AMI_SECRET, port=wire.port)
        settings = AdapterSettings(
            trunks=(TrunkPlan(name="trunk"),), voices={CampaignId("c1"): Voice(message="sorry")}
        )
        systems.append(AsteriskSystem(address, settings, now=posix_now))
    # The suite's agents share a telephone; two of them at two boxes could never pass a talk on.
    phones = (frozenset({SEAT}), frozenset[EndpointId]())
    plans = [
        BoxPlan(box=BoxId(f"box{place}"), system=system, phones=phones[place])
        for place, system in enumerate(systems)
    ]

    async def cut() -> None:
        for wire in wires:
            wire.cut()

    running = Bench(
        system=Fleet(plans, timings=FleetTimings(first_wait=1.0)),
        numbers=NUMBERS,
        now=posix_now,
        endpoint=SEAT,
        cut=cut,
        patience_s=20.0,
    )
    await running.connect()
    yield running
    await running.close()
    for system in systems:
        await clear(system)
    for wire in wires:
        await wire.close()
