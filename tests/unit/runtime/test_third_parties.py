"""A third party's call passes the same doors as every other, and a line's number comes from the campaign."""

import asyncio
from typing import Any

from compliance_gate.words import PersonRole
from dialer.domain.campaign import CampaignSettings
from dialer.domain.commands import Originate, StoreThirdParty
from dialer.domain.events import (
    CallAnswered,
    CallBridged,
    CallRinging,
    CampaignConfigured,
    ConferenceLeft,
    ThirdPartyRequested,
)
from dialer.domain.ids import CampaignId, ClientId
from dialer.domain.third_party import OutsideLine
from dialer.runtime.floor import Floor

LINE = OutsideLine(
    name="creditor", number="+12125550111", role=PersonRole.CREDITOR, zones=("America/New_York",)
)
CAMPAIGN = CampaignId("spring")


async def test_a_line_is_written_down_then_dialed_and_the_agent_leaves_it_to_the_person(world: Any) -> None:
    floor: Floor = world.floor()
    task = asyncio.create_task(floor.run())
    await world.until(lambda: floor.health().is_fit)
    await world.open(floor, agents=1)
    campaign = floor.snapshot().campaigns[0].campaign
    settings = CampaignSettings(
        campaign=campaign, client=ClientId("acme"), policy=world.policy, outside_lines=(LINE,)
    )
    await floor.submit(CampaignConfigured(settings=settings))
    await world.until(lambda: len(world.network.originates()) == 1)
    talk = world.network.originates()[0].attempt
    agent = floor.snapshot().agents[0].agent
    said = world.network.said
    said.put_nowait(CallRinging(attempt=talk))
    said.put_nowait(CallAnswered(attempt=talk, answered_at=world.clock.posix()))
    said.put_nowait(CallBridged(attempt=talk, agent=agent, bridged_at=world.clock.posix()))
    await world.until(lambda: floor.snapshot().agents[0].state.value == "talking")
    taken = await floor.submit(ThirdPartyRequested(agent=agent, line="creditor"))
    assert not taken.was_ignored
    await world.until(lambda: len(world.network.originates()) == 2)
    third = world.network.originates()[1]
    assert world.network.dialed[world.network.performed.index(third)] == "+12125550111"
    written = [row for row in world.store.commands() if isinstance(row, (StoreThirdParty, Originate))]
    assert [type(row) for row in written[-2:]] == [StoreThirdParty, Originate]
    said.put_nowait(CallAnswered(attempt=third.attempt, answered_at=world.clock.posix()))
    said.put_nowait(CallBridged(attempt=third.attempt, agent=agent, bridged_at=world.clock.posix()))
    await world.until(lambda: floor.snapshot().agents[0].third_party == "creditor: joined")
    await floor.submit(ConferenceLeft(agent=agent))
    await world.until(lambda: "ReleaseAgent" in {type(row).__name__ for row in world.network.performed})
    task.cancel()
    await asyncio.wait({task})
