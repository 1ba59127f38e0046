"""What people on hold hear on a real Asterisk: the file of their own campaign, proved by sound."""

from __future__ import annotations

import array
import asyncio
import dataclasses
import math
import wave
from collections.abc import AsyncIterator, Iterator
from itertools import groupby
from pathlib import Path

import pytest
from floor import Floor
from lab.laboratory import AMI_SECRET, PUBLIC_SECRET, Laboratory, reason_missing
from sound import read_closed, tone_share

from dialer.clock import posix_now
from dialer.domain.commands import DropAgentLeg, HangupInbound, HoldPerson
from dialer.domain.events import CallAnswered, CallBridged, InboundEnded, InboundWaiting, PersonHeld
from dialer.domain.ids import AgentId, AttemptId, CampaignId
from dialer.domain.inbound_line import InboundLine
from telephony.asterisk.connection import AmiAddress, AmiConnection
from telephony.asterisk.doctor import examine
from telephony.asterisk.opening import voices_of
from telephony.asterisk.settings import LinkSettings, VoiceSettings
from telephony.asterisk.sound_check import sounds_found
from telephony.asterisk.wire import Action, Value

RATE = 8000
LOW, HIGH = 600.0, 1500.0
LISTENS, SILENT = "050", "002"
"""Whose owner records what they hear; whose owner does nothing."""
OURS = "+15550100199"
SPRING, AUTUMN, NOTHING = CampaignId("spring"), CampaignId("autumn"), CampaignId("nothing")
FILES = {SPRING: ("low", LOW), AUTUMN: ("high", HIGH)}


def write_tone(path: Path, hertz: float, *, seconds: float = 0.5, rate: int = RATE) -> None:
    """Shorter than anybody listens, so that it has to be heard over and over."""
    samples = array.array(
        "h", (int(8000 * math.sin(2 * math.pi * hertz * n / rate)) for n in range(int(rate * seconds)))
    )
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """Two Asterisks; ours has a folder of sounds of its own, with one file for each of two campaigns."""
    missing = reason_missing()
    if missing:
        pytest.skip(missing)
    folder = tmp_path_factory.mktemp("sounds")
    for name, hertz in FILES.values():
        write_tone(folder / f"{name}.wav", hertz)
    made = Laboratory()
    voices = tuple(VoiceSettings(campaign=campaign, hold=name) for campaign, (name, _) in FILES.items())
    line = InboundLine(number=OURS, hold=FILES[AUTUMN][0])
    made.settings = dataclasses.replace(
        made.settings, sounds=str(folder), voices=voices, inbound_lines=(line,)
    )
    with made as running:
        yield running


@pytest.fixture
async def floor(laboratory: Laboratory) -> AsyncIterator[Floor]:
    """The adapter, with these campaigns' voices."""
    running = Floor(laboratory, voices=voices_of(laboratory.settings))
    await running.start()
    yield running
    await running.stop()


async def talking(floor: Floor, ending: str, agent: AgentId, campaign: CampaignId) -> AttemptId:
    attempt = await floor.call(ending, campaign=campaign)
    await floor.wait(CallAnswered, attempt=attempt)
    await floor.bridge(attempt, agent)
    await floor.wait(CallBridged, attempt=attempt, agent=agent)
    return attempt


async def heard_on_hold(
    floor: Floor, laboratory: Laboratory, campaign: CampaignId, other: CampaignId
) -> list[int]:
    """What a person of one campaign hears while one of another is on hold too."""
    agent, colleague = await floor.agent("anna", "toneseat"), await floor.agent("berta", "seat2")
    neighbour = await talking(floor, SILENT, colleague, other)
    talk = await talking(floor, LISTENS, agent, campaign)
    for attempt, who in ((neighbour, colleague), (talk, agent)):
        await floor.system.perform(HoldPerson(attempt=attempt, agent=who))
        await floor.wait(PersonHeld, attempt=attempt)
    await asyncio.sleep(3.0)
    seen = len(floor.told)
    await floor.bridge(talk, agent)
    await floor.wait(CallBridged, attempt=talk, agent=agent, since=seen)
    await asyncio.sleep(1.0)
    for attempt in (talk, neighbour):
        await floor.hang_up(attempt)
        await floor.over(attempt)
    return await read_closed(laboratory.heard / "person.wav")


def longest(heard: list[int], hertz: float) -> float:
    """Seconds for which the tone was heard without a break, in quarters. Where a file begins again Asterisk
    leaves out 22 of its samples, and that tenth of a second is no pure tone."""
    part = RATE // 4
    toned = [tone_share(heard[at : at + part], hertz=hertz) > 0.4 for at in range(0, len(heard), part)]
    return max((len(list(run)) / 4 for is_toned, run in groupby(toned) if is_toned), default=0.0)


@pytest.mark.parametrize(
    ("campaign", "other", "low", "high"),
    [
        (SPRING, AUTUMN, True, False),
        (AUTUMN, SPRING, False, True),
        (NOTHING, SPRING, False, False),
    ],
)
async def test_a_person_on_hold_hears_their_campaigns_own_file_over_and_over(
    floor: Floor, laboratory: Laboratory, campaign: CampaignId, other: CampaignId, low: bool, high: bool
) -> None:
    heard = await heard_on_hold(floor, laboratory, campaign, other)
    found = (longest(heard, LOW), longest(heard, HIGH))
    assert [seconds >= 2.0 for seconds in found] == [low, high], found
    assert [seconds == 0.0 for seconds in found] == [not low, not high], found
    assert longest(heard[-int(0.75 * RATE) :], 1000.0) >= 0.5, "their agent again, and nothing beside"


async def test_a_person_whose_agent_is_gone_waits_with_the_same_file(
    floor: Floor, laboratory: Laboratory
) -> None:
    agent = await floor.agent("anna", "toneseat")
    talk = await talking(floor, LISTENS, agent, SPRING)
    await asyncio.sleep(1.5)
    await floor.system.perform(DropAgentLeg(agent=agent))
    await floor.over(talk)
    heard = await read_closed(laboratory.heard / "person.wav")
    assert longest(heard, 1000.0) >= 0.5, "while they talked"
    assert longest(heard, LOW) >= 1.25
    assert longest(heard, HIGH) == 0.0


async def test_who_calls_us_waits_with_the_file_of_the_number_that_they_dialed(
    floor: Floor, laboratory: Laboratory
) -> None:
    public = AmiConnection(AmiAddress(user="public", secret=PUBLIC_SECRET, host=f"{laboratory.net}.2"))
    await public.connect()
    place: dict[str, Value] = {"Context": "does", "Exten": LISTENS[1:], "Priority": 1, "Async": True}
    ways = {"__FROM": "+12025550123", "__TO": OURS, "__KEY": ""}
    calls = Action(name="Originate", fields={"Channel": "Local/1@call-back/n", **place}, variables=ways)
    assert (await public.send(calls)).is_success
    await public.close()
    waits = await floor.wait(InboundWaiting)
    await asyncio.sleep(2.5)
    await floor.system.perform_inbound(HangupInbound(call=waits.call))
    await floor.wait(InboundEnded, call=waits.call)
    heard = await read_closed(laboratory.heard / "person.wav")
    assert longest(heard, HIGH) >= 1.5


async def test_the_doctor_looks_at_each_file(laboratory: Laboratory) -> None:
    link = LinkSettings(host=laboratory.address, tls=False)
    asked = dataclasses.replace(laboratory.settings, link=link)
    voices = (*asked.voices, VoiceSettings(campaign="winter", hold="gone"))
    found = await examine(dataclasses.replace(asked, voices=voices), wall=posix_now)
    told = {one.name: one.ok for one in found if one.name.endswith("people on hold")}
    assert told == {
        "sound gone for people on hold": False,
        "sound high for people on hold": True,
        "sound low for people on hold": True,
    }


async def test_a_doctor_on_another_machine_has_asterisk_try_each_file(
    laboratory: Laboratory, tmp_path: Path
) -> None:
    """The folder in the doctor's settings is not on its machine; Asterisk plays from its own."""
    folder = Path(laboratory.settings.sounds)
    write_tone(folder / "wide.wav", LOW, rate=16000)
    link = AmiConnection(AmiAddress(user="fairdial", secret=AMI_SECRET, host=laboratory.address))
    names = ("gone", "high", "low", "wide")
    kinds = [VoiceSettings(campaign=name, hold=name) for name in names[:2]]
    kinds += [
        VoiceSettings(campaign=names[2], message=names[2]),
        VoiceSettings(campaign=names[3], drop=names[3]),
    ]
    voices = tuple(kinds)
    away = dataclasses.replace(laboratory.settings, voices=voices, sounds=str(tmp_path / "away"))
    await link.connect()
    try:
        found = await sounds_found(link, away, wall=posix_now)
    finally:
        await link.close()
    assert [one.ok for one in found] == [False, True, True, False], found
    async with asyncio.timeout(5):
        while "0 active channels" not in laboratory.pbx.command("core show channels count"):
            await asyncio.sleep(0.1)
