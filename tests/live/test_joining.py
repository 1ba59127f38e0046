"""Customer and agent: joined in milliseconds, both hearing each other, and never left in silence."""

from __future__ import annotations

import asyncio

import pytest
from floor import Floor
from lab.laboratory import Laboratory
from sound import read_closed, read_wave, tone_share, until_recorded, until_written

from compliance_gate.findings import Recording
from dialer.domain.attempt import Outcome
from dialer.domain.commands import DropAgentLeg
from dialer.domain.events import (
    AgentLegLost,
    BridgeFailed,
    CallAnswered,
    CallBridged,
    CallEnded,
    CallTimedOut,
    OptOutPressed,
    RecordingBegan,
)
from dialer.domain.ids import AgentId
from telephony.asterisk.recordings import finish


async def test_a_live_answer_is_joined_to_the_agent_whose_leg_stays_for_the_next(floor: Floor) -> None:
    agent = await floor.agent("anna", "seat1")
    for _ in range(2):
        attempt = await floor.call("000")
        answered = await floor.wait(CallAnswered, attempt=attempt)
        await floor.bridge(attempt, agent)
        bridged = await floor.wait(CallBridged, attempt=attempt)
        assert bridged.agent == agent
        assert 0 <= bridged.bridged_at - answered.answered_at < 1.0
        reconciled = await floor.system.reconcile()
        assert reconciled.talking == {attempt: agent}
        assert reconciled.agents == (agent,)
        await floor.hang_up(attempt)
        over = await floor.over(attempt)
        assert isinstance(over, CallEnded)
        assert over.outcome is Outcome.CONNECTED
    assert not [event for event in floor.told if isinstance(event, AgentLegLost)]
    await floor.system.perform(DropAgentLeg(agent=agent))


async def test_nobody_free_within_the_limit_hears_the_message_and_is_told_as_timed_out(floor: Floor) -> None:
    attempt = await floor.call("000")
    answered = await floor.wait(CallAnswered, attempt=attempt)
    timed_out = await floor.wait(CallTimedOut, attempt=attempt)
    assert timed_out.message_played
    over = await floor.over(attempt)
    assert isinstance(over, CallEnded)
    assert over.outcome is Outcome.ABANDONED
    assert answered.answered_at > 0


async def test_without_leave_to_play_the_line_is_hung_up_in_silence(floor: Floor) -> None:
    attempt = await floor.call("000", may_play=frozenset())
    timed_out = await floor.wait(CallTimedOut, attempt=attempt)
    assert not timed_out.message_played
    over = await floor.over(attempt, within=2.0)
    assert isinstance(over, CallEnded)


async def test_key_nine_during_the_message_opts_out(floor: Floor) -> None:
    attempt = await floor.call("040")
    asked = await floor.wait(OptOutPressed)
    assert (asked.attempt, asked.key) == (attempt, "9")
    await floor.over(attempt)


async def test_a_call_that_timed_out_is_not_joined_any_more(floor: Floor) -> None:
    agent = await floor.agent("bert", "seat2")
    attempt = await floor.call("000")
    await floor.wait(CallTimedOut, attempt=attempt)
    await floor.bridge(attempt, agent)
    failed = await floor.wait(BridgeFailed, attempt=attempt)
    assert failed.agent == agent
    assert not floor.of(attempt, CallBridged)
    await floor.hang_up(attempt)
    await floor.system.perform(DropAgentLeg(agent=agent))


@pytest.mark.parametrize("after", [1.98, 1.99, 1.995, 2.0, 2.005])
async def test_the_race_between_bridge_and_limit_has_one_winner_or_is_told_in_order(
    floor: Floor, after: float
) -> None:
    agent = await floor.agent("carl", "seat3")
    attempt = await floor.call("000")
    answered = await floor.wait(CallAnswered, attempt=attempt)
    late = asyncio.get_running_loop().time() + after - (floor.now() - answered.answered_at)
    await asyncio.sleep(max(0.0, late - asyncio.get_running_loop().time()))
    await floor.bridge(attempt, agent)
    await asyncio.sleep(1.0)
    joined, timed_out = floor.of(attempt, CallBridged), floor.of(attempt, CallTimedOut)
    failed = floor.of(attempt, BridgeFailed)
    assert joined or timed_out
    talking = (await floor.system.reconcile()).talking
    assert (attempt in talking) == bool(joined)
    assert not (joined and failed)
    await floor.hang_up(attempt)
    over = await floor.over(attempt)
    assert isinstance(over, CallEnded)
    assert over.outcome is (Outcome.CONNECTED if joined else Outcome.ABANDONED)
    await floor.system.perform(DropAgentLeg(agent=agent))


async def test_an_agent_who_goes_in_mid_call_leaves_the_person_waiting_for_another(floor: Floor) -> None:
    first, second = await floor.agent("dora", "seat4"), await floor.agent("emil", "seat5")
    attempt = await floor.call("000")
    await floor.wait(CallAnswered, attempt=attempt)
    await floor.bridge(attempt, first)
    await floor.wait(CallBridged, attempt=attempt, agent=first)
    await floor.system.perform(DropAgentLeg(agent=first))
    await floor.bridge(attempt, second)  # in the same step, as the engine orders it
    await floor.wait(CallBridged, attempt=attempt, agent=second)
    assert not floor.of(attempt, CallTimedOut)
    await floor.hang_up(attempt)
    await floor.system.perform(DropAgentLeg(agent=second))


async def test_a_phone_that_is_not_there_is_a_lost_leg(floor: Floor) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(2.0):
            await floor.agent("fred", "101")
    assert await floor.wait(AgentLegLost, agent=AgentId("fred"))


async def test_both_hear_each_other_and_the_recording_has_each_on_its_own_side(
    floor: Floor, laboratory: Laboratory
) -> None:
    agent = await floor.agent("gina", "toneseat")
    await asyncio.sleep(1.0)  # half a second passes before this phone sends its first sound
    attempt = await floor.call("050")
    await floor.wait(CallAnswered, attempt=attempt)
    await floor.bridge(attempt, agent)
    await floor.wait(CallBridged, attempt=attempt)
    raw = laboratory.recordings / f"{attempt}.raw"
    await until_recorded(raw, 2.0)
    await floor.hang_up(attempt)
    await floor.over(attempt)
    await until_written(laboratory, raw)
    heard = laboratory.heard / "person.wav"
    assert tone_share(await read_closed(heard)) > 0.5
    line = finish(laboratory.recordings, attempt, now=floor.now())
    assert line is not None
    assert line.seconds >= 2.0
    samples = read_wave(laboratory.recordings / line.file)
    theirs, ours = samples[0::2], samples[1::2]
    assert tone_share(ours) > 0.3
    assert tone_share(theirs) < 0.05
    await floor.system.perform(DropAgentLeg(agent=agent))


async def test_of_talks_that_are_joined_at_once_none_is_without_its_recording(floor: Floor) -> None:
    """A join took the call out of the dialplan before the recording began, in one talk of six."""
    agent = await floor.agent("gina", "seat1")
    for _ in range(20):
        attempt = await floor.call("000")
        await floor.wait(CallAnswered, attempt=attempt)
        await floor.bridge(attempt, agent)
        await floor.wait(CallBridged, attempt=attempt)
        assert floor.of(attempt, RecordingBegan)
        await floor.hang_up(attempt)
        await floor.over(attempt)


async def test_a_voicemail_drop_needs_the_clearance_s_leave(floor: Floor) -> None:
    attempt = await floor.call("000", may_play=frozenset({Recording.VOICEMAIL_DROP}))
    timed_out = await floor.wait(CallTimedOut, attempt=attempt)
    assert not timed_out.message_played
    await floor.over(attempt)
