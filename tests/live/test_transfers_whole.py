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
from dialer.domain.events import ConferenceLeft, ThirdPartyRequested, TransferRequested
from dialer.domain.ids import AgentId, AttemptId
from dialer.domain.snapshot import AgentView
from dialer.domain.third_party import OutsideLine
from dialer.floor.live import running_floor
from dialer.runtime.clocks import RehearsalClock
from dialer.runtime.floor import Floor

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
