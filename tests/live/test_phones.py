"""Agents on real SIP phones: rung, heard, dead, back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from baresip import Phone, reason_missing
from floor import Floor
from lab.laboratory import Laboratory, voices_folder
from sound import read_closed

from dialer.domain.events import AgentLegLost, AgentLegRestored, CallAnswered, CallBridged
from dialer.domain.ids import AgentId

pytestmark = pytest.mark.skipif(reason_missing() is not None, reason=str(reason_missing()))


@pytest.fixture
async def phone(laboratory: Laboratory, tmp_path: Path) -> AsyncIterator[Phone]:
    made = Phone(
        tmp_path / "phone",
        address=f"{laboratory.net}.11",
        server=laboratory.address,
        user="101",
        secret=laboratory.secret_of("101"),
        voice=voices_folder() / "agent.wav",
    )
    yield made
    await made.die()


async def test_a_registered_phone_is_rung_and_joined_and_stays_on_the_line(
    floor: Floor, phone: Phone
) -> None:
    await phone.start()
    agent = await floor.agent("anna", "101")
    for _ in range(2):
        attempt = await floor.call("000")
        await floor.wait(CallAnswered, attempt=attempt)
        await floor.bridge(attempt, agent)
        await floor.wait(CallBridged, attempt=attempt)
        await floor.hang_up(attempt)
        await floor.over(attempt)
    # Another test's phone that died may still have its leg, until Asterisk misses its sound.
    assert agent in (await floor.system.reconcile()).agents


async def test_a_dead_phone_is_noticed_within_seconds_and_rung_again_when_it_is_back(
    floor: Floor, phone: Phone
) -> None:
    await phone.start()
    agent = await floor.agent("bert", "101")
    seen = len(floor.told)
    began = asyncio.get_running_loop().time()
    await phone.die()
    await floor.wait(AgentLegLost, agent=AgentId("bert"), since=seen)
    assert asyncio.get_running_loop().time() - began < 9.0
    seen = len(floor.told)
    await phone.start()
    await floor.wait(AgentLegRestored, agent=agent, since=seen)


async def test_the_agent_s_voice_reaches_the_person(
    floor: Floor, phone: Phone, laboratory: Laboratory
) -> None:
    await phone.start()
    agent = await floor.agent("carl", "101")
    attempt = await floor.call("050")
    await floor.wait(CallAnswered, attempt=attempt)
    await floor.bridge(attempt, agent)
    await floor.wait(CallBridged, attempt=attempt)
    await asyncio.sleep(3.0)
    await floor.hang_up(attempt)
    await floor.over(attempt)
    heard = await read_closed(laboratory.heard / "person.wav")
    loud = [abs(sample) for sample in heard if abs(sample) > 1000]
    assert len(loud) > 1000
