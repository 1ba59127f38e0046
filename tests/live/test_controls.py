"""What people on the floor do with a call: heard and not heard on a real Asterisk."""

from __future__ import annotations

import asyncio
from itertools import groupby
from pathlib import Path

import pytest
from floor import Floor
from lab.laboratory import Laboratory
from public import PublicWatch
from sound import read_closed, tape_so_far, tone_share, until_recorded, until_toned, until_written

from dialer.domain.events import CallAnswered, CallBridged
from dialer.domain.ids import AgentId, AttemptId, EndpointId
from dialer.domain.listening import Ear
from telephony.asterisk.errors import ActionRefusedError, UnsafeValueError


async def talking(floor: Floor, ending: str, endpoint: str) -> AttemptId:
    agent = await floor.agent(f"agent-{endpoint}", endpoint)
    attempt = await floor.call(ending)
    await floor.wait(CallAnswered, attempt=attempt)
    await floor.bridge(attempt, agent)
    await floor.wait(CallBridged, attempt=attempt)
    return attempt


@pytest.mark.parametrize(
    ("ear", "agent_hears", "person_hears"),
    [(Ear.LISTEN, False, False), (Ear.WHISPER, True, False), (Ear.BARGE, True, True)],
)
async def test_who_hears_a_supervisor(
    floor: Floor, laboratory: Laboratory, ear: Ear, agent_hears: bool, person_hears: bool
) -> None:
    person = laboratory.heard / "person.wav"
    attempt = await talking(floor, "050", "recordseat")
    (agent,) = (await floor.system.reconcile()).agents
    channel = await floor.system.controls.listen(agent, EndpointId("toneseat"), ear)
    await asyncio.sleep(2.5)
    for tape, hears in ((laboratory.heard / "recordseat.wav", agent_hears), (person, person_hears)):
        if hears:
            await until_toned(lambda tape=tape: tape_so_far(tape), share=0.3)
    await floor.system.controls.stop_listening(channel)
    await floor.hang_up(attempt)
    await floor.over(attempt)
    await floor.stop_agents()
    assert await is_toned(laboratory.heard / "recordseat.wav") == agent_hears
    assert await is_toned(person) == person_hears


async def test_only_a_listening_is_ended_as_one_and_only_a_phone_is_rung_for_one(floor: Floor) -> None:
    attempt = await talking(floor, "002", "seat30")
    with pytest.raises(UnsafeValueError):
        await floor.system.stop_listening(f"fd.call.{attempt}")
    with pytest.raises(UnsafeValueError):
        await floor.system.listen(AgentId("agent-seat30"), EndpointId("trunk"), Ear.LISTEN)
    assert (await floor.system.reconcile()).live == (attempt,)


async def test_a_supervisor_hears_the_agent(floor: Floor, laboratory: Laboratory) -> None:
    attempt = await talking(floor, "002", "toneseat")
    (agent,) = (await floor.system.reconcile()).agents
    channel = await floor.system.controls.listen(agent, EndpointId("recordseat"), Ear.LISTEN)
    await until_toned(lambda: tape_so_far(laboratory.heard / "recordseat.wav"), share=0.3)
    await floor.system.controls.stop_listening(channel)
    await floor.hang_up(attempt)
    await floor.over(attempt)
    assert await is_toned(laboratory.heard / "recordseat.wav")


async def test_a_person_on_hold_is_kept_and_taken_back(floor: Floor) -> None:
    attempt = await talking(floor, "002", "seat31")
    (agent,) = (await floor.system.reconcile()).agents
    await floor.system.controls.hold(attempt)
    await floor.living(lambda living: not living.talking)
    await asyncio.sleep(2.5)  # longer than an unserved person is kept
    assert (await floor.system.reconcile()).live == (attempt,)
    seen = len(floor.told)
    await floor.bridge(attempt, agent)
    await floor.wait(CallBridged, attempt=attempt, since=seen)
    assert (await floor.system.reconcile()).talking == {attempt: agent}


async def test_a_person_is_transferred_to_another_agent(floor: Floor) -> None:
    attempt = await talking(floor, "002", "seat32")
    second = await floor.agent("second", "seat33")
    await floor.system.controls.transfer(attempt, second)
    await floor.wait(CallBridged, attempt=attempt, agent=second)
    living = await floor.system.reconcile()
    assert living.talking == {attempt: second}
    assert len(living.agents) == 2


async def test_card_data_is_not_recorded(floor: Floor, laboratory: Laboratory) -> None:
    attempt = await talking(floor, "009", "seat34")
    raw = laboratory.recordings / f"{attempt}.raw"
    await until_recorded(raw, 2.0)
    await floor.system.controls.pause_recording(attempt)
    await until_recorded(raw, 3.0)
    await floor.system.controls.resume_recording(attempt)
    await until_recorded(raw, 2.0)
    await floor.hang_up(attempt)
    await floor.over(attempt)
    await until_written(laboratory, raw)
    theirs = memoryview(raw.read_bytes()).cast("h")[0::2].tolist()
    assert tone_share(theirs[:8000]) > 0.5
    assert longest_silence(theirs) > 2.0
    assert tone_share(theirs[-8000:]) > 0.5


def longest_silence(samples: list[int]) -> float:
    """Seconds without any sound whatever."""
    runs = [len(list(run)) for is_silent, run in groupby(samples, lambda sample: sample == 0) if is_silent]
    return max(runs, default=0) / 8000


async def test_keys_are_pressed_towards_the_called_side(floor: Floor, laboratory: Laboratory) -> None:
    async with PublicWatch(laboratory) as public:
        attempt = await talking(floor, "042", "seat35")
        await floor.system.controls.press(attempt, "12*")
        async with asyncio.timeout(20):
            assert await public.keys.get() == "12*"


async def test_a_call_that_is_over_says_so(floor: Floor) -> None:
    with pytest.raises(ActionRefusedError):
        await floor.system.controls.hold(AttemptId("never"))
    with pytest.raises(UnsafeValueError):
        await floor.system.controls.press(AttemptId("never"), "1\r\n")


async def is_toned(path: Path) -> bool:
    return tone_share(await read_closed(path)) > 0.2


@pytest.mark.parametrize("who", ["dialer", "supervisor first"])
async def test_a_call_ends_at_once_while_a_supervisor_barges_in_and_their_phone_is_free(
    floor: Floor, laboratory: Laboratory, who: str
) -> None:
    """By ChanSpy the person's channel stayed for as long as the supervisor, and the end was never told."""
    attempt = await talking(floor, "050", "seat35")
    agent = AgentId("agent-seat35")
    channel = await floor.system.controls.listen(agent, EndpointId("toneseat"), Ear.BARGE)
    await asyncio.sleep(1.5)
    if who == "supervisor first":
        await floor.system.controls.stop_listening(channel)
    await floor.hang_up(attempt)
    await floor.over(attempt, within=5.0)
    async with asyncio.timeout(5.0):
        while channel in laboratory.pbx.command("core show channels concise"):
            await asyncio.sleep(0.1)


async def test_nobody_barges_in_on_an_agent_who_talks_with_nobody(floor: Floor) -> None:
    agent = await floor.agent("gus", "seat36")
    with pytest.raises(ActionRefusedError, match="talks with nobody"):
        await floor.system.controls.listen(agent, EndpointId("toneseat"), Ear.BARGE)
