"""The real Asterisk keeps what every telephone system owes the dialer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from lab.laboratory import AMI_SECRET, Laboratory
from proxy import Wire
from public import PublicWatch

from dialer.clock import posix_now
from dialer.domain.commands import DropAgentLeg, Hangup, HangupInbound, HangupReason
from dialer.domain.ids import CampaignId, EndpointId
from telephony.asterisk.adapter import AdapterSettings, AsteriskSystem
from telephony.asterisk.connection import AmiAddress
from telephony.asterisk.orders import Voice
from telephony.asterisk.trunks import TrunkPlan
from telephony.conformance.bench import Bench, Numbers
from telephony.conformance.consulting import *  # noqa: F403  # the tests
from telephony.conformance.inbound import *  # noqa: F403  # the tests
from telephony.conformance.suite import *  # noqa: F403  # the tests
from telephony.conformance.terms import *  # noqa: F403  # the tests
from telephony.conformance.visitors import Visitor

NUMBERS = Numbers(
    answers="+15550101000",
    answers_and_leaves="+15550101041",
    busy="+15550101110",
    invalid="+15550101012",
    blocked="+15550101029",
    unwanted="+15550101125",
    rings="+15550101011",
    presses="+15550101040",
    machine="+15550101031",
    short_tape="+15550101045",
)


@pytest.fixture
async def bench(laboratory: Laboratory, wire: Wire) -> AsyncIterator[Bench]:
    address = AmiAddress(user="fairdial", secret=AMI_SECRET, port=wire.port)
    settings = AdapterSettings(
        trunks=(TrunkPlan(name="trunk"),), voices={CampaignId("c1"): Voice(message="sorry")}
    )
    system = AsteriskSystem(address, settings, now=posix_now)

    async def cut() -> None:
        wire.cut()

    async def call_in(visitor: Visitor) -> None:
        async with PublicWatch(laboratory) as public:
            await public.call_back(visitor.number, visitor.dialed, key=visitor.keys())

    running = Bench(
        system=system,
        numbers=NUMBERS,
        now=posix_now,
        endpoint=EndpointId("seat21"),
        cut=cut,
        patience_s=30.0,
        call_in=call_in,
        rival=lambda: AsteriskSystem(address, settings, now=posix_now),
    )
    await running.connect()
    yield running
    await running.close()
    await clear(system)


async def clear(system: AsteriskSystem) -> None:
    """The next test uses the same names of attempts and agents: end what lives."""
    await system.start()
    for attempt in (await system.reconcile()).live:
        await system.perform(Hangup(attempt=attempt, reason=HangupReason.UNACCOUNTED))
    for agent in (await system.reconcile()).agents:
        await system.perform(DropAgentLeg(agent=agent))
    for call, _agent in (await system.reconcile()).inbound:
        await system.perform_inbound(HangupInbound(call=call))
    async with asyncio.timeout(10):
        while (living := await system.reconcile()).live or living.agents or living.inbound:
            await asyncio.sleep(0.02)
    await system.stop()
