"""The runtime keeps its promises: what is committed before what, what never waits, what is refused."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from dialer.domain.attempt import Outcome
from dialer.domain.commands import Bridge, Hangup, Originate, StoreAttempt
from dialer.domain.errors import NotTakenError, StoreUnavailableError, UnknownThingError
from dialer.domain.events import (
    AgentGotReady,
    AgentLoggedIn,
    CallAnswered,
    CallBridged,
    CallEnded,
    CallNotAttempted,
    CampaignStopped,
    ClockStepped,
    EngineRestarted,
    LaunchingHeld,
    LaunchingResumed,
    NetworkLost,
    NetworkReconciled,
    SuppressionAdded,
    SuppressionScope,
)
from dialer.domain.ids import AgentId, AttemptId, CampaignId, EndpointId, PersonId
from dialer.runtime.floor import Floor


@asynccontextmanager
async def at_work(floor: Floor) -> AsyncGenerator[Floor]:
    """The floor runs while the block does, and is then killed: no goodbye, no last commit."""
    task = asyncio.create_task(floor.run())
    await asyncio.sleep(0)
    try:
        yield floor
    finally:
        task.cancel()
        await asyncio.wait({task})


async def test_an_attempt_is_committed_before_its_telephone_rings(world: Any) -> None:
    stored: list[bool] = []

    async def look(command: object) -> None:
        if isinstance(command, Originate):
            stored.append(
                any(
                    isinstance(row, StoreAttempt) and row.record.attempt == command.attempt
                    for row in world.store.commands()
                )
            )

    world.network.before_perform = look
    async with at_work(world.floor()) as floor:
        await world.open(floor)
        await world.until(lambda: len(stored) >= 2)
    assert all(stored)


async def test_nothing_rings_before_the_commit_is_through(world: Any) -> None:
    async with at_work(world.floor()) as floor:
        await launch_without_commit(world, floor)
        for _ in range(50):
            await asyncio.sleep(0)
        assert not world.network.originates()
        world.store.gate.set()
        await world.until(lambda: bool(world.network.originates()))


async def test_a_bridge_does_not_wait_for_the_disk(world: Any) -> None:
    async with at_work(world.floor()) as floor:
        await world.open(floor)
        await world.until(lambda: bool(world.network.originates()))
        attempt = world.network.originates()[0].attempt
        world.store.gate = asyncio.Event()  # no commit from here on
        world.network.said.put_nowait(CallAnswered(attempt=attempt, answered_at=world.clock.wall))
        await world.until(lambda: any(isinstance(row, Bridge) for row in world.network.performed))
        assert not any(isinstance(event, CallAnswered) for event in world.store.events())
        world.store.gate.set()


async def test_an_answer_to_the_outside_means_that_it_is_committed(world: Any) -> None:
    async with at_work(world.floor()) as floor:
        await world.open(floor)
        taken = await floor.submit(
            SuppressionAdded(scope=SuppressionScope.PERSON, source="letter", person=PersonId("p1"))
        )
        assert world.store.entries[-1].sequence >= taken.sequence
        assert isinstance(world.store.entries[taken.sequence - 1].event, SuppressionAdded)


async def test_an_impossible_event_is_refused_and_journaled(world: Any) -> None:
    async with at_work(world.floor()) as floor:
        await world.open(floor)
        with pytest.raises(UnknownThingError):
            await floor.submit(CampaignStopped(campaign=CampaignId("nobody knows it")))
        assert any(isinstance(event, CampaignStopped) for event in world.store.events())


async def test_what_changed_nothing_is_told_so(world: Any) -> None:
    async with at_work(world.floor()) as floor:
        await world.open(floor)
        taken = await floor.submit(CallEnded(attempt=AttemptId("never"), outcome=Outcome.NO_ANSWER))
        assert taken.was_ignored


async def test_a_full_inbox_refuses_and_takes_nothing(world: Any) -> None:
    world.settings = replace(world.settings, inbox=1)
    floor = world.floor()  # not at work: nothing is taken out
    waiting = asyncio.create_task(floor.submit(AgentGotReady(agent=AgentId("a")), within=0.05))
    await asyncio.sleep(0)
    with pytest.raises(NotTakenError):
        await floor.submit(AgentGotReady(agent=AgentId("b")))
    with pytest.raises(TimeoutError):
        await waiting


async def test_a_broken_store_stops_launches_at_once_and_is_said_in_health(world: Any) -> None:
    async with at_work(world.floor()) as floor:
        await world.open(floor, agents=1)
        await world.until(lambda: bool(world.network.originates()))
        attempt = world.network.originates()[0].attempt
        world.store.broken = "no space left on device"
        world.network.said.put_nowait(CallAnswered(attempt=attempt, answered_at=world.clock.wall))
        await world.until(lambda: not floor.health().is_fit)
        assert "the store cannot be written" in floor.health().reasons
        with pytest.raises(StoreUnavailableError):
            await floor.submit(AgentGotReady(agent=AgentId("agent0")))
        rung = len(world.network.originates())
        await world.until(lambda: any(isinstance(row, Bridge) for row in world.network.performed))
        bridge = next(row for row in world.network.performed if isinstance(row, Bridge))
        world.network.said.put_nowait(
            CallBridged(attempt=attempt, agent=bridge.agent, bridged_at=world.clock.wall)
        )
        await world.until(lambda: floor.snapshot().campaigns[0].talking == 1)
        assert "cannot be written" in floor.snapshot().campaigns[0].reason
        assert len(world.network.originates()) == rung
        world.store.broken = None
        await world.until(lambda: floor.health().is_fit)
        await world.until(lambda: any(isinstance(event, LaunchingResumed) for event in world.store.events()))
        kinds: list[type[object]] = [type(event) for event in world.store.events()]
        assert kinds.index(CallAnswered) < kinds.index(LaunchingHeld)


async def test_a_clearance_that_ran_out_on_the_way_is_not_dialed(world: Any) -> None:
    async with at_work(world.floor()) as floor:
        await launch_without_commit(world, floor)
        world.clock.pass_(30.0)
        world.store.gate.set()
        await world.until(lambda: any(isinstance(event, CallNotAttempted) for event in world.store.events()))
        first = next(event for event in world.store.events() if isinstance(event, CallNotAttempted))
        assert first.reason == "the clearance is no longer valid"
        assert not world.network.originates()


async def test_a_call_that_is_suppressed_on_its_way_is_never_dialed(world: Any) -> None:
    async with at_work(world.floor()) as floor:
        await launch_without_commit(world, floor)
        with pytest.raises(TimeoutError):
            await floor.submit(
                SuppressionAdded(scope=SuppressionScope.PERSON, source="letter", person=PersonId("p0")),
                within=0.05,
            )
        world.store.gate.set()
        await world.until(lambda: any(isinstance(event, CallNotAttempted) for event in world.store.events()))
        assert all(command.person != "p0" for command in world.network.originates())
        assert not any(isinstance(row, Hangup) for row in world.network.performed)


async def test_a_call_decided_before_a_loss_is_not_dialed_after_it(world: Any) -> None:
    async with at_work(world.floor()) as floor:
        await launch_without_commit(world, floor)
        decided = floor.snapshot().campaigns[0].in_flight
        world.network.living = replace(world.network.living, agents=(AgentId("agent0"),))
        world.network.said.put_nowait(NetworkLost(reason="cut"))
        await world.until(lambda: world.network.starts >= 2)
        world.store.gate.set()
        await world.until(
            lambda: sum(isinstance(event, NetworkReconciled) for event in world.store.events()) >= 2
        )
        assert decided == 1
        for command in world.network.originates():
            assert command.attempt != "a1-00000001"


async def test_a_number_that_is_gone_is_not_dialed(world: Any) -> None:
    world.store.numbers_gone = True
    async with at_work(world.floor()) as floor:
        await world.open(floor)
        await world.until(lambda: any(isinstance(event, CallNotAttempted) for event in world.store.events()))
    assert not world.network.originates()


@pytest.mark.parametrize("seconds", [3600.0, -3600.0])
async def test_a_step_of_the_wall_clock_is_told_before_anything_else(world: Any, seconds: float) -> None:
    async with at_work(world.floor()) as floor:
        await world.open(floor)
        world.clock.step(seconds)
        await floor.submit(AgentGotReady(agent=AgentId("agent0")))
        stepped = [entry for entry in world.store.entries if isinstance(entry.event, ClockStepped)]
        assert len(stepped) == 1
        event = stepped[0].event
        assert isinstance(event, ClockStepped)
        assert event.seconds == pytest.approx(seconds, abs=1.0)
        assert stepped[0].now == pytest.approx(world.clock.wall, abs=5.0)


async def test_an_orderly_stop_leaves_a_checkpoint_and_nothing_to_step_again(world: Any) -> None:
    floor = world.floor()
    task = asyncio.create_task(floor.run())
    await asyncio.sleep(0)
    await world.open(floor)
    floor.stop()
    await world.until(task.done)
    await task
    assert world.store.checkpoints[-1].sequence == world.store.entries[-1].sequence
    assert world.rebuild().replayed == 0
    with pytest.raises(NotTakenError):
        await floor.submit(AgentGotReady(agent=AgentId("agent0")))


async def test_a_process_that_takes_over_counts_what_it_cannot_account_for(world: Any) -> None:
    async with at_work(world.floor()) as floor:
        await world.open(floor)
        await world.until(lambda: bool(world.network.originates()))
    rung = {command.attempt for command in world.network.originates()}
    async with at_work(world.floor()) as floor:
        await world.until(lambda: floor.health().is_fit)
        await world.until(
            lambda: sum(isinstance(event, EngineRestarted) for event in world.store.events()) == 2
        )
        await world.until(lambda: outcomes(world).keys() >= rung)
    assert {outcomes(world)[attempt] for attempt in rung} == {Outcome.UNKNOWN}
    later = [command.attempt for command in world.network.originates() if command.attempt not in rung]
    assert all(attempt.startswith("a2-") for attempt in later)


def outcomes(world: Any) -> dict[str, Outcome | None]:
    return {
        row.record.attempt: row.record.outcome
        for row in world.store.commands()
        if type(row).__name__ == "StoreOutcome"
    }


async def launch_without_commit(world: Any, floor: Floor) -> None:
    """One agent is ready and one call decided; no commit goes through until `world.store.gate` is set."""
    await world.open(floor, agents=0)
    await world.until(lambda: floor.snapshot().campaigns[0].hopper > 0)
    await floor.submit(LaunchingHeld(by="test", reason="until the agents sit"))
    await seat(floor)
    world.store.gate = asyncio.Event()
    with pytest.raises(TimeoutError):
        await floor.submit(LaunchingResumed(by="test"), within=0.05)
    await world.until(lambda: floor.snapshot().campaigns[0].in_flight > 0)


async def seat(floor: Floor) -> None:
    """One agent who is ready."""
    agent = AgentId("agent0")
    await floor.submit(
        AgentLoggedIn(agent=agent, campaign=CampaignId("spring"), endpoint=EndpointId("sip-0"))
    )
    await floor.submit(AgentGotReady(agent=agent))
