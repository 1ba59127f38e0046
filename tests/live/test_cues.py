"""The agent hears alone who the client is, and the person waits no longer than that takes."""

from __future__ import annotations

import asyncio

import pytest
from floor import Floor
from lab.laboratory import Laboratory
from sound import read_closed

from dialer.domain.cue import Cue
from dialer.domain.events import AgentLegLost, BridgeFailed, CallAnswered, CallBridged, CallTimedOut
from dialer.domain.ids import AgentId

LOUD = 1000


async def joined_after(floor: Floor, agent: AgentId, cue: Cue | None, ending: str = "000") -> float:
    """Seconds from the answer until both hear each other."""
    attempt = await floor.call(ending)
    answered = await floor.wait(CallAnswered, attempt=attempt)
    await floor.bridge(attempt, agent, cue=cue)
    bridged = await floor.wait(CallBridged, attempt=attempt)
    await asyncio.sleep(0.3)
    await floor.hang_up(attempt)
    await floor.over(attempt)
    assert not floor.of(attempt, CallTimedOut)
    return bridged.bridged_at - answered.answered_at


@pytest.mark.timeout(120)
async def test_a_cue_costs_its_own_length_and_is_cut_at_its_bound(floor: Floor) -> None:
    agent = await floor.agent("anna", "seat1")
    plain = sorted([await joined_after(floor, agent, None) for _ in range(5)])
    short = sorted([await joined_after(floor, agent, Cue(sound="client", most_s=1.4)) for _ in range(5)])
    cut = sorted([await joined_after(floor, agent, Cue(sound="recording", most_s=0.5)) for _ in range(5)])
    print(
        f"\nanswer to joined, median: plain {plain[2]:.3f}, client {short[2]:.3f}, cut at 0.5 {cut[2]:.3f} s"
    )
    assert plain[2] < 0.2
    assert plain[2] + 0.2 < short[2] < 1.5
    assert 0.5 <= cut[2] < 0.8
    assert not [event for event in floor.told if isinstance(event, AgentLegLost)]


async def test_only_the_agent_hears_the_cue(floor: Floor, laboratory: Laboratory) -> None:
    agent = await floor.agent("berta", "recordseat")
    await joined_after(floor, agent, Cue(sound="client", most_s=1.2), "050")
    await floor.stop_agents()
    heard_by_agent = await read_closed(laboratory.heard / "recordseat.wav")
    heard_by_person = await read_closed(laboratory.heard / "person.wav")
    assert max(map(abs, heard_by_agent)) > LOUD
    assert max(map(abs, heard_by_person)) < LOUD


async def test_a_cue_that_is_not_there_joins_at_once(floor: Floor) -> None:
    agent = await floor.agent("carla", "seat2")
    assert await joined_after(floor, agent, Cue(sound="no-such-sound", most_s=1.0)) < 0.5


async def test_a_person_who_hangs_up_during_the_cue_leaves_the_agent_free(floor: Floor) -> None:
    agent = await floor.agent("dora", "seat3")
    attempt = await floor.call("000")
    await floor.wait(CallAnswered, attempt=attempt)
    await floor.bridge(attempt, agent, cue=Cue(sound="recording", most_s=1.0))
    await asyncio.sleep(0.2)
    await floor.hang_up(attempt)
    await floor.wait(BridgeFailed, attempt=attempt)
    assert await joined_after(floor, agent, None) < 0.5
