"""People of the public call the floor back."""

from __future__ import annotations

import asyncio

import pytest
from floor import Floor
from lab.laboratory import Laboratory
from public import PublicWatch

from telephony.asterisk.inbound import InboundStep


@pytest.mark.parametrize(("key", "step"), [("9", InboundStep.OPTED_OUT), ("1", InboundStep.WAITING)])
async def test_who_calls_back_opts_out_or_waits_for_an_agent(
    floor: Floor, laboratory: Laboratory, key: str, step: InboundStep
) -> None:
    async with PublicWatch(laboratory) as public:
        await public.call_back("+15550177123", "+15550100199", key=key)
        called = await asyncio.wait_for(floor.inbound.get(), 20)
        assert called.step is InboundStep.CALLED
        assert (called.caller, called.dialed) == ("+15550177123", "+15550100199")
        pressed = await asyncio.wait_for(floor.inbound.get(), 20)
        assert pressed.step is step
        assert pressed.caller == "+15550177123"
    laboratory.carrier.command("channel request hangup all")
