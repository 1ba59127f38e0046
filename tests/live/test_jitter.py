"""An agent behind 100 ms of jitter and 2 % of loss: understood, measured, not dropped."""

from __future__ import annotations

import asyncio
import shutil
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import melody
import pytest
from bad_network import BadNetwork, Fate
from baresip import Phone, reason_missing
from floor import Floor
from lab.laboratory import Laboratory
from sound import read_closed

from dialer.domain.events import AgentLegLost, CallAnswered, CallBridged
from dialer.domain.ids import AgentId
from dialer.domain.sound import AgentSound

pytestmark = pytest.mark.skipif(reason_missing() is not None, reason=str(reason_missing()))

MELODY_S = 60.0
TALK_S = 12.0
# Without a jitter buffer 0.3 of the notes are where they belong; noise scores 0.2.
UNDERSTOOD = 0.7


@pytest.fixture
async def network(laboratory: Laboratory) -> AsyncIterator[BadNetwork]:
    made = BadNetwork(
        phone=f"{laboratory.net}.11",
        near=f"{laboratory.net}.21",
        far=f"{laboratory.net}.22",
        server=laboratory.address,
        fate=Fate(),
    )
    await made.open()
    yield made
    made.close()


@pytest.fixture
async def phone(laboratory: Laboratory, network: BadNetwork, tmp_path: Path) -> AsyncIterator[Phone]:
    voice = tmp_path / "melody.wav"
    melody.write(voice, seconds=MELODY_S)
    shutil.copy(voice, laboratory.heard / "melody.wav")
    made = Phone(
        tmp_path / "phone",
        address=f"{laboratory.net}.11",
        server=network.near,
        user="101",
        secret=laboratory.secret_of("101"),
        voice=voice,
    )
    await made.start()
    yield made
    await made.die()


async def talk(floor: Floor, agent: AgentId, ending: str) -> None:
    """One call, joined, for a while."""
    attempt = await floor.call(ending)
    await floor.wait(CallAnswered, attempt=attempt)
    await floor.bridge(attempt, agent)
    await floor.wait(CallBridged, attempt=attempt)
    await asyncio.sleep(TALK_S)
    await floor.hang_up(attempt)
    await floor.over(attempt)


async def talk_over(network: BadNetwork, floor: Floor, agent: AgentId, ending: str) -> None:
    """The same over a network that kept its times: a machine too busy to be that network shows nothing."""
    for _ in range(3):
        network.begin()
        await talk(floor, agent, ending)
        if network.kept_its_times():
            return
    pytest.fail("this machine was three times too busy to keep the times of a bad network")


def legs_lost(floor: Floor) -> list[AgentLegLost]:
    return [event for event in floor.told if isinstance(event, AgentLegLost)]


async def test_with_jitter_and_loss_both_understand_each_other_and_the_leg_stays(
    floor: Floor, laboratory: Laboratory, network: BadNetwork, phone: Phone
) -> None:
    network.fate.jitter_s, network.fate.lost = 0.1, 0.02
    agent = await floor.agent("anna", "101")
    await talk_over(network, floor, agent, "050")
    await read_closed(laboratory.heard / "person.wav")
    person = melody.understood(melody.read(laboratory.heard / "person.wav"), seconds=MELODY_S)
    await talk_over(network, floor, agent, "051")
    figures = floor.system.sound()[agent]
    assert not legs_lost(floor)
    assert agent in (await floor.system.reconcile()).agents
    await phone.die(signal.SIGTERM)
    heard = melody.read(next(phone.heard.glob("*-dec.wav")))
    collector = melody.understood(heard[-round((TALK_S - 2.0) * melody.RATE) :], seconds=MELODY_S)
    print(f"\nperson {person:.2f}, agent {collector:.2f} of the notes; {figures}")
    assert network.fate.dropped > 20
    assert person > UNDERSTOOD
    assert collector > UNDERSTOOD
    assert_bad(figures)


def assert_bad(figures: AgentSound) -> None:
    """What was done to the sound is what was measured of it."""
    assert figures.lost is not None
    assert 0.005 < figures.lost < 0.06
    assert figures.jitter_s is not None
    assert 0.03 < figures.jitter_s < 0.15
    assert figures.jitter_there_s is not None
    assert 0.02 < figures.jitter_there_s < 0.15
    assert figures.rating is not None
    assert 1.0 < figures.rating < 4.0


@pytest.mark.usefixtures("phone")
async def test_a_good_line_is_measured_as_one(floor: Floor) -> None:
    agent = await floor.agent("bert", "101")
    await talk(floor, agent, "050")
    figures = floor.system.sound()[agent]
    print(f"\n{figures}")
    assert figures.lost is not None
    assert figures.lost < 0.01
    assert figures.rating is not None
    assert figures.rating > 3.8
