"""A supervisor's phone is free when they have heard enough, whatever the agent's phone sends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from floor import Floor
from lab.laboratory import AMI_SECRET, Laboratory

from dialer.domain.ids import EndpointId
from dialer.domain.listening import Ear
from telephony.asterisk.connection import AmiAddress, AmiConnection
from telephony.asterisk.event_stream import EventStream
from telephony.asterisk.wire import AmiMessage


@pytest.mark.parametrize("ear", [Ear.LISTEN, Ear.WHISPER])
async def test_a_listening_ends_although_the_agent_s_phone_sends_no_sound(
    floor: Floor, laboratory: Laboratory, ear: Ear
) -> None:
    """Asterisk waited for the next sound at the leg: the supervisor's phone was taken until the next talk."""
    agent = await floor.agent("otto", "echoseat")
    async with told_by(laboratory) as events:
        channel = await floor.system.controls.listen(agent, EndpointId("seat38"), ear)
        async with asyncio.timeout(20):
            async for item in events:
                if isinstance(item, AmiMessage) and item.event == "ChanSpyStart":
                    break
    await floor.system.controls.stop_listening(channel)
    assert "ChanSpy" not in laboratory.pbx.command("core show channels concise")
    assert (await floor.system.reconcile()).agents == (agent,)
    async with asyncio.timeout(20):  # and the moment of silence is over, too
        while channels(laboratory) != {"echoseat"}:
            await asyncio.sleep(0.05)


@asynccontextmanager
async def told_by(laboratory: Laboratory) -> AsyncGenerator[EventStream]:
    """What Asterisk tells while the block runs."""
    link = AmiConnection(AmiAddress(user="fairdial", secret=AMI_SECRET, host=laboratory.address))
    await link.connect()
    try:
        yield link.events
    finally:
        await link.close()


def channels(laboratory: Laboratory) -> set[str]:
    """Whose telephones have a channel."""
    listed = laboratory.pbx.command("core show channels concise").splitlines()
    return {line.partition("/")[2].partition("-")[0] for line in listed if "/" in line}
