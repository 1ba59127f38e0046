"""Talks passed on, third parties called in, agents who leave: with sound, on a real Asterisk."""

from __future__ import annotations

import asyncio

from floor import Floor
from lab.laboratory import Laboratory
from sound import read_closed, tone_share

from dialer.domain.attempt import Outcome
from dialer.domain.commands import Bridge, ReleaseAgent
from dialer.domain.events import AgentLegLost, CallAnswered, CallBridged, CallEnded
from dialer.domain.ids import AgentId, AttemptId


async def talking(floor: Floor, ending: str, agent: AgentId) -> AttemptId:
    attempt = await floor.call(ending)
    await floor.wait(CallAnswered, attempt=attempt)
    await floor.bridge(attempt, agent)
    await floor.wait(CallBridged, attempt=attempt, agent=agent)
    return attempt


async def join_third(floor: Floor, ending: str, talk: AttemptId) -> AttemptId:
    third = await floor.call(ending, joins=talk)
    await floor.wait(CallBridged, attempt=third)
    return third


async def test_person_and_third_party_hear_each_other_also_when_the_agent_has_left(
    floor: Floor, laboratory: Laboratory
) -> None:
    agent = await floor.agent("anna", "seat1")
    talk = await talking(floor, "050", agent)
    third = await join_third(floor, "009", talk)
    await asyncio.sleep(2.0)
    await floor.system.perform(ReleaseAgent(attempt=talk, agent=agent))
    await asyncio.sleep(2.0)
    living = await floor.system.reconcile()
    assert set(living.live) == {talk, third}
    assert living.talking == {}
    assert living.agents == (agent,)
    other = await talking(floor, "000", agent)
    await floor.hang_up(other)
    await floor.hang_up(third)
    over = await floor.over(third)
    assert isinstance(over, CallEnded)
    assert over.outcome is Outcome.CONNECTED
    await floor.hang_up(talk)
    await floor.over(talk)
    assert not [event for event in floor.told if isinstance(event, AgentLegLost)]
    heard = await read_closed(laboratory.heard / "person.wav")
    assert tone_share(heard) > 0.3
    assert tone_share(heard[-16_000:]) > 0.3, "also when the agent has left"


async def test_a_third_party_who_leaves_leaves_the_talk_as_it_was(floor: Floor) -> None:
    agent = await floor.agent("anna", "seat2")
    talk = await talking(floor, "000", agent)
    third = await join_third(floor, "000", talk)
    assert (await floor.system.reconcile()).talking[talk] == agent
    await floor.hang_up(third)
    await floor.over(third)
    await asyncio.sleep(0.5)  # and it stays so
    assert (await floor.system.reconcile()).talking == {talk: agent}


async def test_a_person_who_leaves_does_not_keep_agent_and_third_party_from_the_next(floor: Floor) -> None:
    agent = await floor.agent("anna", "seat3")
    talk = await talking(floor, "000", agent)
    third = await join_third(floor, "000", talk)
    await floor.hang_up(talk)
    await floor.over(talk)
    await floor.hang_up(third)
    await floor.over(third)
    await talking(floor, "000", agent)


async def test_a_third_party_who_answers_when_the_talk_is_over_is_hung_up(floor: Floor) -> None:
    agent = await floor.agent("anna", "seat4")
    talk = await talking(floor, "000", agent)
    await floor.hang_up(talk)
    await floor.over(talk)
    third = await floor.call("000", joins=talk)
    over = await floor.over(third)
    assert isinstance(over, CallEnded)
    assert over.outcome is not Outcome.CONNECTED


async def test_a_talk_passed_on_is_heard_by_the_other_agent_and_the_first_is_free(floor: Floor) -> None:
    first, second = await floor.agent("anna", "seat5"), await floor.agent("berta", "seat6")
    talk = await talking(floor, "000", first)
    await floor.system.perform(Bridge(attempt=talk, agent=second, from_agent=first))
    await floor.wait(CallBridged, attempt=talk, agent=second)
    assert (await floor.system.reconcile()).talking == {talk: second}
    await talking(floor, "000", first)
