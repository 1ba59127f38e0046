"""Two Asterisks under one engine: agents and calls meet at one, and one failing does not stop the other."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab.laboratory import Laboratory, reason_missing
from proxy import Wire
from two_boxes import AGENTS, LENT, NORTH, SOUTH, break_trunk, mend_trunk, tie, two_boxes

from dialer.domain.attempt import Outcome
from dialer.domain.events import AgentLegLost, CallBridged, CallEnded

UNKNOWN = Outcome.UNKNOWN

pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.skipif(reason_missing() is not None, reason=str(reason_missing())),
]


@pytest.fixture
def north() -> Iterator[Laboratory]:
    """A laboratory of the test's own, so that no agent sits there yet."""
    with Laboratory() as running:
        yield running


@pytest.fixture
def south() -> Iterator[Laboratory]:
    """A second one, to be broken."""
    with Laboratory() as running:
        yield running


async def test_an_asterisk_killed_in_mid_shift_does_not_stop_the_other(
    north: Laboratory, south: Laboratory, tmp_path: Path
) -> None:
    async with two_boxes(north, south, tmp_path) as floor:
        await floor.at_work()
        south.pbx.kill()
        before, _ended = floor.attempts()
        await floor.until(lambda: not floor.box(SOUTH).is_up)
        assert floor.running.floor.health().is_fit
        # Given up: its calls are over, its agents sit at the other.
        await floor.until(lambda: floor.box(SOUTH).in_flight == 0)
        await floor.until(lambda: floor.seated(NORTH) == AGENTS)
        await floor.until(lambda: floor.talking(NORTH) > 0 and floor.attempts()[0] > before + 5)
        south.pbx.start(outlive=False)
        await floor.until(lambda: floor.box(SOUTH).is_up)


async def test_a_manager_connection_that_is_cut_costs_no_call_and_no_agent(
    north: Laboratory, south: Laboratory, tmp_path: Path
) -> None:
    wire = Wire(south.address, 5038)
    await wire.open()
    async with two_boxes(north, south, tmp_path, wire=wire) as floor:
        await floor.at_work()
        seated = floor.seated(SOUTH)
        wire.cut()
        await floor.until(lambda: not floor.box(SOUTH).is_up)
        await floor.until(lambda: floor.box(SOUTH).is_up)
        await asyncio.sleep(1.0)
        assert floor.seated(SOUTH) == seated
        assert floor.seated(NORTH) + seated == AGENTS
    await wire.close()


async def test_a_trunk_that_is_down_rests_its_own_box_only(
    north: Laboratory, south: Laboratory, tmp_path: Path
) -> None:
    async with two_boxes(north, south, tmp_path) as floor:
        await floor.at_work()
        break_trunk(south)
        await floor.until(lambda: "refused a call" in floor.box(SOUTH).reason)
        before, _ended = floor.attempts()
        await floor.until(lambda: floor.attempts()[0] > before + 5)
        assert floor.box(NORTH).reason == ""


@pytest.fixture
def tied() -> Iterator[tuple[Laboratory, Laboratory]]:
    """Two, each with a trunk to the other."""
    north, south = Laboratory(), Laboratory()
    tie(north, south)
    with north, south:
        yield north, south


async def test_agents_of_a_box_whose_trunk_is_down_talk_over_the_other_and_return_without_a_lost_call(
    tied: tuple[Laboratory, Laboratory], tmp_path: Path
) -> None:
    """Their telephones stay on the line throughout, whatever they are; the other carrier rings the people."""
    north, south = tied
    async with two_boxes(north, south, tmp_path, are_tied=True) as floor:
        await floor.at_work()
        seated = floor.seated(SOUTH)
        rung, heard = floor.rung_by, floor.systems[SOUTH].heard
        break_trunk(south)
        await floor.until(lambda: floor.box(SOUTH).reason.endswith("calls leave by north"))
        assert floor.box(SOUTH).lines == LENT
        away = sum(isinstance(event, CallBridged) for event in heard)
        rung_there = rung[SOUTH].total()
        await floor.until(lambda: sum(isinstance(event, CallBridged) for event in heard) >= away + 5)
        assert rung[SOUTH].total() == rung_there
        assert floor.seated(SOUTH) == seated

        mend_trunk(south)
        await floor.until(lambda: floor.box(SOUTH).reason == "")
        assert floor.box(SOUTH).lines == 60
        rung_there = rung[SOUTH].total()
        await floor.until(lambda: rung[SOUTH].total() >= rung_there + 5)
        assert floor.seated(SOUTH) == seated
        assert not [event for event in heard if isinstance(event, AgentLegLost)]
        unknown = [event for event in heard if isinstance(event, CallEnded) and event.outcome is UNKNOWN]
        assert not unknown
