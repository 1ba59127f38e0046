"""Third party and take-over through the whole floor: engine, gate, store and a real Asterisk."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from lab.laboratory import Laboratory
from whole import SHOWS, make_order, make_store, make_system, staff

from compliance_gate.book.shipped import sample_rulebook
from compliance_gate.words import PersonRole
from dialer.clock import posix_now
from dialer.domain.agent import AgentState
from dialer.domain.events import (
    ConferenceLeft,
    ConsultationOpened,
    ConsultationRequested,
    ThirdPartyReleased,
    ThirdPartyRequested,
    TransferRequested,
)
from dialer.domain.ids import AgentId, AttemptId
from dialer.domain.snapshot import AgentView
from dialer.domain.third_party import OutsideLine
from dialer.floor.live import running_floor
from dialer.runtime.clocks import RehearsalClock
from dialer.runtime.floor import Floor
from telephony.asterisk.adapter import AsteriskSystem

LINE = OutsideLine(
    name="creditor", number="+12125550111", role=PersonRole.CREDITOR, zones=("America/New_York",)
)


async def until(is_so: Callable[[], object], within: float = 40.0) -> None:
    async with asyncio.timeout(within):
        while not is_so():
            await asyncio.sleep(0.02)


def fresh_talker(floor: Floor) -> AgentView | None:
    """Somebody who has just begun to talk: there is time left."""
    agents = floor.snapshot().agents
    return next((row for row in agents if row.state is AgentState.TALKING and row.for_s < 1.0), None)


def view(floor: Floor, name: str) -> AgentView:
    return next(row for row in floor.snapshot().agents if row.agent == name)


def talker_and_free(floor: Floor) -> tuple[AttemptId, AgentId] | None:
    """A talk that has only just begun, and an agent who could take it."""
    talker = fresh_talker(floor)
    free = next((row.agent for row in floor.snapshot().agents if row.state is AgentState.AVAILABLE), None)
    if talker is None or talker.attempt is None or free is None:
        return None
    return talker.attempt, free


async def taken_over(floor: Floor) -> tuple[AttemptId, AgentId]:
    """A talk that somebody else takes; again where a call came to them, or the talk ended, in that moment."""
    while True:
        await until(lambda: talker_and_free(floor))
        found = talker_and_free(floor)
        if found is None:
            continue
        attempt, free = found
        taken = await floor.submit(TransferRequested(attempt=attempt, to=free, by="boss"))
        if not taken.was_ignored:
            return attempt, free


@pytest.mark.timeout(180)
async def test_a_line_is_called_into_a_talk_the_agent_leaves_and_another_talk_is_taken_over(
    laboratory: Laboratory, tmp_path: Path
) -> None:
    clock = RehearsalClock(began=posix_now(), shows=SHOWS)
    database = str(tmp_path / "floor.db")
    make_store(database, now=clock.posix())
    order = make_order(database)
    order = replace(order, campaigns=(replace(order.campaigns[0], outside_lines=(LINE,)),))
    system = make_system(clock, host=laboratory.address)
    async with running_floor(order, network=system, clock=clock, rulebook=sample_rulebook()) as running:
        floor = running.floor
        work = asyncio.create_task(staff(running))
        await until(lambda: fresh_talker(floor))
        agent = fresh_talker(floor)
        assert agent is not None
        talk = agent.attempt
        taken = await floor.submit(ThirdPartyRequested(agent=agent.agent, line="nobody"))
        assert taken.was_ignored
        assert "no outside line" in view(floor, agent.agent).notice
        taken = await floor.submit(ThirdPartyRequested(agent=agent.agent, line="creditor"))
        assert not taken.was_ignored, view(floor, agent.agent).notice
        await until(lambda: view(floor, agent.agent).third_party == "creditor: joined")
        await floor.submit(ConferenceLeft(agent=agent.agent))
        await until(lambda: view(floor, agent.agent).attempt != talk)
        assert talk in (await system.reconcile()).live
        attempt, free = await taken_over(floor)
        await until(lambda: view(floor, free).attempt == attempt)
        work.cancel()
    with sqlite3.connect(database) as store:
        assert store.execute("select count(*) from attempts where outcome is null").fetchone() == (0,)


@pytest.mark.timeout(180)
async def test_a_line_is_asked_in_private_and_the_person_is_taken_back_or_left_to_it(
    laboratory: Laboratory, tmp_path: Path
) -> None:
    clock = RehearsalClock(began=posix_now(), shows=SHOWS)
    database = str(tmp_path / "floor.db")
    make_store(database, now=clock.posix())
    order = make_order(database)
    order = replace(order, campaigns=(replace(order.campaigns[0], outside_lines=(LINE,)),))
    system = make_system(clock, host=laboratory.address)
    async with running_floor(order, network=system, clock=clock, rulebook=sample_rulebook()) as running:
        work = asyncio.create_task(staff(running))
        while not await is_taken_back(running.floor, system):
            pass
        while not await is_left_to_it(running.floor, system):
            pass
        work.cancel()
    with sqlite3.connect(database) as store:
        assert store.execute("select count(*) from attempts where outcome is null").fetchone() == (0,)


async def consulted(floor: Floor) -> tuple[AgentId, AttemptId]:
    """An agent alone with the line; again where the talk ended before."""
    while True:
        await until(lambda: fresh_talker(floor))
        found = fresh_talker(floor)
        if found is None or found.attempt is None:
            continue
        name, talk = found.agent, found.attempt
        taken = await floor.submit(ConsultationRequested(agent=name, line="creditor"))
        if taken.was_ignored:
            continue
        await until(lambda who=name: view(floor, who).third_party in ("creditor: consulted", ""))
        if view(floor, name).third_party:
            return name, talk


async def is_taken_back(floor: Floor, system: AsteriskSystem) -> bool:
    """A consultation whose end the person lived to see: they are with their agent again."""
    agent, talk = await consulted(floor)
    living = await system.reconcile()
    assert talk not in living.talking, "the person is on hold, or gone"
    await floor.submit(ThirdPartyReleased(agent=agent))
    await until(lambda: view(floor, agent).third_party == "")
    async with asyncio.timeout(10.0):
        while talk in living.live and living.talking.get(talk) != agent:
            await asyncio.sleep(0.05)
            living = await system.reconcile()
    return living.talking.get(talk) == agent


async def is_left_to_it(floor: Floor, system: AsteriskSystem) -> bool:
    """A consultation whose person was let in: they talk on with the third party, the agent has left."""
    agent, talk = await consulted(floor)
    taken = await floor.submit(ConsultationOpened(agent=agent, leaves=True))
    if taken.was_ignored:
        return False
    await until(
        lambda: view(floor, agent).state is not AgentState.TALKING or view(floor, agent).attempt != talk
    )
    living = await system.reconcile()
    return talk in living.live and talk not in living.talking
