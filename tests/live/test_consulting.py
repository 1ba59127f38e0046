"""Private consultations on a real Asterisk: who hears whom, proved by sound, and what is recorded of it."""

from __future__ import annotations

import asyncio
from itertools import groupby
from pathlib import Path

import pytest
from floor import Floor
from lab.laboratory import Laboratory
from sound import read_closed, seconds_of, tape_so_far, tone_share, until_recorded, until_toned, until_written

from dialer.domain.commands import Bridge, HoldPerson, JoinAgents, JoinThirdParty, PartAgents, ReleaseAgent
from dialer.domain.events import (
    AgentLegLost,
    BridgeFailed,
    CallAnswered,
    CallBridged,
    CallEnded,
    HoldFailed,
    PersonHeld,
)
from dialer.domain.ids import AgentId, AttemptId

RATE = 8000
LISTENS, SPEAKS_TONE = "050", "009"
"""Whose owner records what they hear; whose owner speaks a tone."""


async def talking(floor: Floor, ending: str, agent: AgentId) -> AttemptId:
    attempt = await floor.call(ending)
    await floor.wait(CallAnswered, attempt=attempt)
    await floor.bridge(attempt, agent)
    await floor.wait(CallBridged, attempt=attempt, agent=agent)
    return attempt


async def consulting(floor: Floor, talk: AttemptId, agent: AgentId, ending: str) -> AttemptId:
    """The person on hold, the agent alone with who was called."""
    await floor.system.perform(HoldPerson(attempt=talk, agent=agent))
    third = await floor.call(ending, joins=talk, is_private=True)
    await floor.wait(PersonHeld, attempt=talk)
    await floor.wait(CallAnswered, attempt=third)
    await floor.bridge(third, agent)
    await floor.wait(CallBridged, attempt=third, agent=agent)
    return third


async def test_the_person_hears_nothing_of_the_consultation_and_everything_once_let_in(
    floor: Floor, laboratory: Laboratory
) -> None:
    agent = await floor.agent("anna", "seat1")
    talk = await talking(floor, LISTENS, agent)
    await asyncio.sleep(1.0)
    third = await consulting(floor, talk, agent, SPEAKS_TONE)
    living = await floor.system.reconcile()
    assert (set(living.live), living.talking) == ({talk, third}, {third: agent})
    await asyncio.sleep(2.0)
    seen = len(floor.told)
    await floor.system.perform(JoinThirdParty(attempt=talk, agent=agent, third=third))
    await floor.wait(CallBridged, attempt=talk, agent=agent, since=seen)
    await asyncio.sleep(2.0)
    await floor.system.perform(ReleaseAgent(attempt=talk, agent=agent))
    await asyncio.sleep(2.0)
    living = await floor.system.reconcile()
    assert (set(living.live), living.talking) == ({talk, third}, {})
    await talking(floor, "000", agent)
    await floor.hang_up(talk)
    await floor.over(talk)
    assert not [event for event in floor.told if isinstance(event, AgentLegLost | HoldFailed | BridgeFailed)]
    heard = await read_closed(laboratory.heard / "person.wav")
    assert tone_share(heard[: int(2.5 * RATE)]) < 0.05, "while the agent asks"
    assert tone_share(heard[-RATE:]) > 0.3, "also when the agent has left"
    assert tone_share(heard[-3 * RATE : -2 * RATE]) > 0.3, "all three"


async def test_the_private_part_is_not_recorded_and_a_pause_of_the_agents_outlives_it(
    floor: Floor, laboratory: Laboratory
) -> None:
    agent = await floor.agent("anna", "toneseat")
    talk = await talking(floor, SPEAKS_TONE, agent)
    file = laboratory.recordings / f"{talk}.raw"
    await until_both_sound(file)
    third = await consulting(floor, talk, agent, SPEAKS_TONE)
    await until_recorded(file, 2.0)
    await floor.hang_up(third)
    await floor.over(third)
    seen = len(floor.told)
    await floor.bridge(talk, agent)
    await floor.wait(CallBridged, attempt=talk, since=seen)
    joined_s = seconds_of(file)
    await until_both_sound(file)
    lost_s = seconds_of(file) - joined_s - 1.0
    print(f"recorded again {lost_s:.2f} s after they were joined")
    assert lost_s < BACK_WITHIN_S
    await floor.system.controls.pause_recording(talk)
    third = await consulting(floor, talk, agent, SPEAKS_TONE)
    await floor.hang_up(third)
    await floor.over(third)
    seen = len(floor.told)
    await floor.bridge(talk, agent)
    await floor.wait(CallBridged, attempt=talk, since=seen)
    await until_recorded(file, 1.5)
    await floor.hang_up(talk)
    await floor.over(talk)
    await until_written(laboratory, file)
    raw = memoryview(file.read_bytes()).cast("h")
    for side in (raw[0::2].tolist(), raw[1::2].tolist()):
        toned = windows(side)
        assert [is_toned for is_toned, _ in groupby(toned)] == [True, False, True, False], toned
        assert not any(side[-RATE:]), "paused before the second consultation, and still after it"
    assert not (laboratory.recordings / f"{third}.raw").exists()


BACK_WITHIN_S = 1.0
"""Seconds of sound that a recording may lose when the talk goes on after a consultation; it loses 0.02."""


async def until_both_sound(file: Path) -> None:
    """Wait until the last second of a recording that goes on holds the tone on either side."""
    for side in (0, 1):
        await until_toned(lambda side=side: tape_so_far(file)[side::2][-RATE:], share=0.8)


@pytest.mark.parametrize("how", ["not answered", "hung up"])
async def test_a_third_party_who_goes_leaves_the_person_to_be_taken_back(
    floor: Floor, laboratory: Laboratory, how: str
) -> None:
    agent = await floor.agent("anna", "recordseat")
    talk = await talking(floor, SPEAKS_TONE, agent)
    if how == "hung up":
        third = await consulting(floor, talk, agent, "000")
        await floor.hang_up(third)
    else:
        await floor.system.perform(HoldPerson(attempt=talk, agent=agent))
        third = await floor.call("008", joins=talk, is_private=True, ring_s=2.0)
        await floor.wait(PersonHeld, attempt=talk)
    await floor.over(third)
    await asyncio.sleep(1.0)
    assert (await floor.system.reconcile()).live == (talk,)
    seen = len(floor.told)
    await floor.bridge(talk, agent)
    await floor.wait(CallBridged, attempt=talk, agent=agent, since=seen)
    await asyncio.sleep(2.0)
    await floor.hang_up(talk)
    await floor.over(talk)
    await floor.stop_agents()
    assert tone_share((await read_closed(laboratory.heard / "recordseat.wav"))[-RATE:]) > 0.3


async def test_when_the_person_or_the_agents_phone_goes_nobody_is_left_in_silence(floor: Floor) -> None:
    agent = await floor.agent("anna", "seat3")
    talk = await talking(floor, "000", agent)
    third = await consulting(floor, talk, agent, "000")
    await floor.hang_up(talk)
    await floor.over(talk)
    assert (await floor.system.reconcile()).talking == {third: agent}
    await floor.hang_up(third)
    await floor.over(third)
    talk = await talking(floor, "000", agent)
    third = await consulting(floor, talk, agent, "000")
    await floor.stop_agents()
    over = await floor.over(third)
    assert isinstance(over, CallEnded)
    other = await floor.agent("berta", "seat4")
    await floor.bridge(talk, other)
    await floor.wait(CallBridged, attempt=talk, agent=other)
    assert (await floor.system.reconcile()).talking == {talk: other}


async def test_a_new_process_finds_the_person_on_hold_and_the_agent_with_the_third_party(
    floor: Floor, laboratory: Laboratory
) -> None:
    agent = await floor.agent("anna", "seat5")
    talk = await talking(floor, SPEAKS_TONE, agent)
    third = await consulting(floor, talk, agent, "000")
    await floor.system.stop()
    successor = Floor(laboratory)
    await successor.start()
    living = await successor.system.reconcile()
    assert (set(living.live), living.talking, living.agents) == ({talk, third}, {third: agent}, (agent,))
    await successor.system.perform(JoinThirdParty(attempt=talk, agent=agent, third=third))
    await successor.wait(CallBridged, attempt=talk, agent=agent)
    await asyncio.sleep(1.5)
    await successor.stop()
    await until_written(laboratory, laboratory.recordings / f"{talk}.raw")
    raw = memoryview((laboratory.recordings / f"{talk}.raw").read_bytes()).cast("h")
    assert tone_share(raw[0::2].tolist()[-RATE:]) > 0.3, "recorded again, by word of the new process"


@pytest.mark.parametrize("is_handed_over", [True, False])
async def test_two_agents_talk_alone_then_one_of_them_has_the_person(
    floor: Floor, laboratory: Laboratory, is_handed_over: bool
) -> None:
    first, second = await floor.agent("anna", "toneseat"), await floor.agent("berta", "recordseat")
    talk = await talking(floor, LISTENS, first)
    await asyncio.sleep(2.0)
    between = AttemptId(f"{talk}-between")
    await floor.system.perform(HoldPerson(attempt=talk, agent=first))
    await floor.wait(PersonHeld, attempt=talk)
    join = JoinAgents(attempt=talk, consultation=between, agent=first, colleague=second)
    await floor.system.perform(join)
    await floor.wait(CallBridged, attempt=between, agent=first)
    await asyncio.sleep(2.0)
    seen = len(floor.told)
    if is_handed_over:
        await floor.system.perform(Bridge(attempt=talk, agent=second, from_agent=first))
        await floor.wait(CallBridged, attempt=talk, agent=second, since=seen)
        await floor.wait(CallEnded, attempt=between)
    else:
        await floor.system.perform(PartAgents(attempt=talk, consultation=between))
        await floor.wait(CallEnded, attempt=between)
        await floor.bridge(talk, first)
        await floor.wait(CallBridged, attempt=talk, agent=first, since=seen)
    await asyncio.sleep(2.0)
    living = await floor.system.reconcile()
    assert (living.live, living.talking) == ((talk,), {talk: second if is_handed_over else first})
    await talking(floor, "000", first if is_handed_over else second)
    await floor.hang_up(talk)
    await floor.over(talk)
    await floor.stop_agents()
    assert tone_share(await read_closed(laboratory.heard / "recordseat.wav")) > 0.1, (
        "the agents heard each other"
    )
    heard = await read_closed(laboratory.heard / "person.wav")
    runs = [(is_toned, len(list(run))) for is_toned, run in groupby(windows(heard))]
    long = [is_toned for is_toned, quarters in runs if quarters >= 3]
    assert long[:2] == [True, False], "and the person did not"
    assert long[2:] == ([] if is_handed_over else [True]), runs


def windows(samples: list[int]) -> list[bool]:
    """Whether each quarter of a second holds the tone, from the first one on that does."""
    toned = [
        tone_share(samples[at : at + RATE // 4]) > 0.3 for at in range(0, len(samples) - RATE // 4, RATE // 4)
    ]
    return toned[toned.index(True) :] if True in toned else toned
