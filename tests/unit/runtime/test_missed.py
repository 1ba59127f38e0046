"""What the telephone system's own record says of the time nobody listened is told before calls are closed."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from dialer.domain.attempt import Outcome
from dialer.domain.commands import Bridge, StoreOutcome
from dialer.domain.events import CallAnswered, CallEnded, CallTimedOut, Event, NetworkReconciled
from dialer.domain.ids import AttemptId
from dialer.domain.ports import Unended
from dialer.runtime.floor import Floor


@dataclass
class Recorder:
    """A network of the conftest's kind that keeps a record."""

    inside: Any
    says: dict[str, list[Event]] = field(default_factory=dict[str, list[Event]])
    asked: list[tuple[Unended, ...]] = field(default_factory=list[tuple[Unended, ...]])

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inside, name)

    async def what_became(self, unended: Sequence[Unended]) -> tuple[Event, ...]:
        self.asked.append(tuple(unended))
        return tuple(event for one in unended for event in self.says.get(one.attempt, []))


def outcomes(world: Any) -> dict[AttemptId, Outcome | None]:
    return {
        row.record.attempt: row.record.outcome
        for row in world.store.commands()
        if isinstance(row, StoreOutcome)
    }


@asynccontextmanager
async def at_work(floor: Floor) -> AsyncGenerator[Floor]:
    running = asyncio.create_task(floor.run())
    try:
        yield floor
    finally:
        running.cancel()  # as a kill ends it: no orderly stop
        await asyncio.wait({running})


async def test_a_person_abandoned_while_the_engine_was_dead_is_counted_and_the_rest_is_unknown(
    world: Any,
) -> None:
    """Seven people heard silence once, and were stored as unknown: the rate was 3 where it was 10."""
    inside = world.network
    recorder = world.network = Recorder(inside)
    async with at_work(world.floor()) as floor:
        await world.open(floor)
        await world.until(lambda: len(inside.originates()) >= 2)
    one, other = [order.attempt for order in inside.originates()][:2]
    recorder.says[one] = [
        CallAnswered(attempt=one, answered_at=world.clock.wall),
        CallTimedOut(attempt=one, message_played=False),
        CallEnded(attempt=one, outcome=Outcome.ABANDONED, cause="by the record"),
    ]
    recorder.asked.clear()
    async with at_work(world.floor()):
        await world.until(lambda: {one, other} <= set(outcomes(world)))
    assert {one, other} <= {unended.attempt for unended in recorder.asked[0]}
    assert outcomes(world)[one] is Outcome.ABANDONED
    assert outcomes(world)[other] is Outcome.UNKNOWN
    abandoned = [row.record for row in world.store.commands() if isinstance(row, StoreOutcome)]
    assert [record.abandoned for record in abandoned if record.attempt == one] == [True]
    assert not [row for row in inside.performed if isinstance(row, Bridge)]


async def test_what_lives_there_still_is_not_asked_for(world: Any) -> None:
    inside = world.network
    recorder = world.network = Recorder(inside)
    async with at_work(world.floor()) as floor:
        await world.open(floor)
        await world.until(lambda: len(inside.originates()) >= 2)
    one, other = [order.attempt for order in inside.originates()][:2]
    inside.living = NetworkReconciled(live=(one,), talking={}, agents=())
    recorder.asked.clear()
    async with at_work(world.floor()):
        await world.until(lambda: other in outcomes(world))
    assert [unended.attempt for unended in recorder.asked[0]] == [other]
    assert one not in outcomes(world)
