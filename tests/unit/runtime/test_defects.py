"""A defect of ours ends no floor: the state is as before the step, whom it names are held, others go on."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from compliance_gate.asking.person_index import ContactRequest
from compliance_gate.findings import GateDecision
from compliance_gate.request import PersonRequest
from compliance_gate.words import HoldKind, RequestKind
from dialer.domain.agent import AgentState
from dialer.domain.attempt import Outcome
from dialer.domain.commands import StoreHold, StoreOutcome
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.errors import QuarantinedError
from dialer.domain.events import (
    AgentPauseRequested,
    CallAnswered,
    CallBridged,
    CallEnded,
    DispositionRecorded,
    Event,
    EventQuarantined,
    FloorReleased,
    FloorStopped,
    HoldLifted,
    PaymentReceived,
    RequestReceived,
)
from dialer.domain.ids import AgentId, AttemptId, DebtId, PersonId
from dialer.domain.money import Money
from dialer.domain.ports import Fate
from dialer.domain.record import instant
from dialer.engine.engine import DialerEngine
from dialer.engine.state import EngineState
from dialer.runtime.checkpoint import encode_state
from dialer.runtime.floor import Floor
from dialer.runtime.recovery import RecoveryRefusedError

AGENT = AgentId("agent0")
P1 = PersonId("p1")


@asynccontextmanager
async def at_work(floor: Floor) -> AsyncGenerator[Floor]:
    """The floor runs while the block does, and is then killed: no goodbye, no last commit."""
    task = asyncio.create_task(floor.run())
    await asyncio.sleep(0)
    try:
        yield floor
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.wait({task})


class Planted(DialerEngine):
    """An engine that falls over some events, after it has begun to change its state."""

    def __init__(self, gate: Any, state: EngineState, falls_over: Callable[[Event], bool]) -> None:
        super().__init__(gate, state=state)
        for kind, handle in list(self._handlers.items()):
            self._handlers[kind] = self._planted(handle, falls_over)

    def _planted(
        self, handle: Callable[..., None], falls_over: Callable[[Event], bool]
    ) -> Callable[[Event], None]:
        def handler(event: Event) -> None:
            handle(event)
            if falls_over(event):
                self._context.state.agents.clear()
                raise KeyError("a planted defect")

        return handler


def plant(world: Any, falls_over: Callable[[Event], bool]) -> None:
    def make(state: EngineState) -> DialerEngine:
        return Planted(world.gate, state, falls_over)

    world.make = make


def is_request_of_p1(event: Event) -> bool:
    return isinstance(event, RequestReceived) and event.person == P1


def stop_calling(world: Any) -> RequestReceived:
    request = PersonRequest(at=instant(world.clock.wall), type=RequestKind.STOP_CALLING)
    return RequestReceived(person=P1, request=request)


def persons_called(world: Any) -> list[str]:
    return [command.person for command in world.network.originates()]


def notes(world: Any) -> list[EventQuarantined]:
    return [event for event in world.store.events() if isinstance(event, EventQuarantined)]


async def work_through(world: Any, floor: Floor, calls: int) -> None:
    """Calls are answered, talked and wrapped up until so many have been placed."""
    handled = 0
    async with asyncio.timeout(60.0):
        while len(world.network.originates()) < calls:
            for command in world.network.originates()[handled:]:
                handled += 1
                world.network.said.put_nowait(
                    CallEnded(attempt=command.attempt, outcome=Outcome.NO_ANSWER, cause="")
                )
            world.clock.pass_(0.5)
            await asyncio.sleep(0.001)


async def test_who_an_event_names_is_held_and_the_others_are_called(world: Any) -> None:
    plant(world, is_request_of_p1)
    async with at_work(world.floor()) as floor:
        await floor.submit(hold_launching())
        await world.open(floor)
        with pytest.raises(QuarantinedError, match=r"RequestReceived was put aside.*KeyError"):
            await floor.submit(stop_calling(world))
        await floor.submit(FloorReleased(by="boss"))
        await work_through(world, floor, calls=12)
        assert len(floor.snapshot().agents) == 2, "nothing of the half step is left"
        health = floor.health()
        assert health.is_fit
        assert health.defects == 1
        assert any("1 people are held" in reason for reason in health.reasons)
    assert "p1" not in persons_called(world)
    assert {"p0", "p2", "p3"} <= set(persons_called(world))
    (note,) = notes(world)
    assert (note.kind, note.persons, note.is_lost, note.skipped) == ("RequestReceived", (P1,), True, None)
    assert not any(isinstance(event, RequestReceived) for event in world.store.events())
    (hold,) = [command for command in world.store.commands() if isinstance(command, StoreHold)]
    assert (hold.person, hold.hold.kind) == (P1, HoldKind.QUARANTINED)
    assert any("a defect was met" in text for text in world.alarms)


def hold_launching() -> Event:
    return FloorStopped(by="test", reason="until it is prepared")


async def test_the_next_start_has_the_same_state_with_the_defect_and_without(world: Any) -> None:
    plant(world, is_request_of_p1)
    async with at_work(world.floor()) as floor:
        await world.open(floor)
        with pytest.raises(QuarantinedError):
            await floor.submit(stop_calling(world))
        await work_through(world, floor, calls=8)
    with_it = world.rebuild()
    world.make = None
    without = world.rebuild()
    assert with_it.put_aside == without.put_aside == ()
    assert with_it.sequence == len(world.store.entries)
    assert encode_state(with_it.engine.checkpoint()) == encode_state(without.engine.checkpoint())
    async with at_work(world.floor()) as floor:
        await world.until(lambda: floor.health().written > 0)
        assert any("1 people are held" in reason for reason in floor.health().reasons)


async def test_a_person_who_was_held_is_called_again_when_somebody_lifts_it(world: Any) -> None:
    plant(world, is_request_of_p1)
    async with at_work(world.floor()) as floor:
        await floor.submit(hold_launching())
        await world.open(floor)
        with pytest.raises(QuarantinedError):
            await floor.submit(stop_calling(world))
        await floor.submit(HoldLifted(person=P1, kind=HoldKind.QUARANTINED, by="compliance"))
        await floor.submit(FloorReleased(by="boss"))
        await work_through(world, floor, calls=6)
    assert "p1" in persons_called(world)


class StumblingGate:
    """A gate with a defect about one person."""

    def __init__(self, gate: Any) -> None:
        self._gate = gate

    def evaluate(self, request: ContactRequest, *, at: datetime) -> GateDecision:
        if request.person.file.person == P1:
            raise ZeroDivisionError("a planted defect")
        return self._gate.evaluate(request, at=at)


async def test_a_launch_that_falls_over_one_person_holds_that_person_and_loses_no_event(world: Any) -> None:
    """What raised was no event's fault: whatever came at the instant at which they were to be dialed."""
    world.gate = StumblingGate(world.gate)
    async with at_work(world.floor()) as floor:
        await world.open(floor)
        await work_through(world, floor, calls=12)
        assert floor.health().defects == 1
    (note,) = notes(world)
    assert (note.persons, note.is_lost, note.holds_launching) == ((P1,), False, False)
    assert "p1" not in persons_called(world)
    assert {"p0", "p2", "p3"} <= set(persons_called(world))
    place = next(i for i, entry in enumerate(world.store.entries) if entry.event == note)
    following = world.store.entries[place + 1]
    assert type(following.event).__name__ == note.kind, "the event itself was taken after all"
    assert following.fate is Fate.TAKEN
    assert world.rebuild().put_aside == ()


async def test_a_defect_that_names_nobody_holds_every_launch_until_the_floor_is_released(world: Any) -> None:
    plant(world, lambda event: isinstance(event, AgentPauseRequested))
    async with at_work(world.floor()) as floor:
        await world.open(floor)
        await world.until(lambda: len(world.network.originates()) == 2)
        with pytest.raises(QuarantinedError):
            await floor.submit(AgentPauseRequested(agent=AGENT, reason="lunch"))
        snapshot = floor.snapshot()
        assert snapshot.is_floor_stopped
        placed = len(world.network.originates())
        for command in world.network.originates():
            world.network.said.put_nowait(CallEnded(attempt=command.attempt, outcome=Outcome.BUSY, cause=""))
        for _ in range(200):
            world.clock.pass_(0.5)
            await asyncio.sleep(0.001)
        assert len(world.network.originates()) == placed
        assert not any(command.reason.value == "floor_stopped" for command in hangups(world))
        await floor.submit(FloorReleased(by="boss"))
        await world.until(lambda: len(world.network.originates()) > placed)


def hangups(world: Any) -> list[Any]:
    return [command for command in world.network.performed if type(command).__name__ == "Hangup"]


async def test_a_payment_that_falls_over_holds_everybody_who_owes_the_debt(world: Any) -> None:
    plant(world, lambda event: isinstance(event, PaymentReceived))
    async with at_work(world.floor()) as floor:
        await floor.submit(hold_launching())
        await world.open(floor)
        with pytest.raises(QuarantinedError):
            await floor.submit(PaymentReceived(debt=DebtId("d3"), amount=Money(cents=1), settles=False))
        (hold,) = [command for command in world.store.commands() if isinstance(command, StoreHold)]
        assert (hold.debt, hold.person, hold.number) == (DebtId("d3"), None, None)


async def test_the_end_of_a_call_that_falls_over_closes_it_as_unknown_and_frees_its_agent(world: Any) -> None:
    """Nobody will tell of it again."""
    plant(world, lambda event: isinstance(event, CallEnded))
    async with at_work(world.floor()) as floor:
        await world.open(floor, agents=1)
        await world.until(lambda: len(world.network.originates()) == 1)
        first = world.network.originates()[0]
        world.network.said.put_nowait(CallEnded(attempt=first.attempt, outcome=Outcome.BUSY, cause=""))
        await world.until(lambda: len(world.network.originates()) == 2)
        outcomes = [
            command.record.outcome
            for command in world.store.commands()
            if isinstance(command, StoreOutcome) and command.record.attempt == first.attempt
        ]
        assert outcomes == [Outcome.UNKNOWN]
        (note,) = notes(world)
        assert (note.attempts, note.persons) == ((first.attempt,), ())
        assert world.network.originates()[1].person != first.person


class StumblingTimers(DialerEngine):
    """Falls over every after-call work that takes too long."""

    def _end_wrap_up(self, attempt: AttemptId) -> None:
        raise RuntimeError(f"a planted defect about {attempt}")


async def test_a_timer_that_falls_over_is_served_no_more_and_nothing_else_is_lost(world: Any) -> None:
    def make(state: EngineState) -> DialerEngine:
        return StumblingTimers(world.gate, state=state)

    world.make = make
    world.wrap_up_limit_s = 5.0
    async with at_work(world.floor()) as floor:
        await world.open(floor, agents=1)
        await world.until(lambda: len(world.network.originates()) == 1)
        call = world.network.originates()[0]
        say = world.network.said.put_nowait
        say(CallAnswered(attempt=call.attempt, answered_at=world.clock.wall))
        say(CallBridged(attempt=call.attempt, agent=AGENT, bridged_at=world.clock.wall))
        say(CallEnded(attempt=call.attempt, outcome=Outcome.CONNECTED, cause=""))
        await world.until(lambda: bool(notes(world)))
        (note,) = notes(world)
        assert note.timer == ("wrap", call.attempt)
        assert (note.is_lost, note.attempts) == (False, (call.attempt,))
        said = Disposition(kind=DispositionKind.REFUSED_TO_PAY)
        await floor.submit(DispositionRecorded(agent=AGENT, attempt=call.attempt, disposition=said))
        await world.until(lambda: len(world.network.originates()) == 2)
        assert len(notes(world)) == 1


async def test_a_step_that_a_journal_cannot_hold_is_put_aside_like_a_defect(world: Any) -> None:
    def check(entry: Any) -> None:
        if isinstance(entry.event, RequestReceived):
            raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed")

    world.check = check
    async with at_work(world.floor()) as floor:
        await world.open(floor)
        with pytest.raises(QuarantinedError, match="UnwritableError: UnicodeEncodeError"):
            await floor.submit(stop_calling(world))
        (note,) = notes(world)
        assert note.persons == (P1,)


class HelplessAboutNames(Planted):
    """Cannot even note whom a defect concerns."""

    def __init__(self, gate: Any, state: EngineState) -> None:
        super().__init__(
            gate,
            state,
            lambda event: (
                is_request_of_p1(event) or (isinstance(event, EventQuarantined) and bool(event.persons))
            ),
        )


async def test_where_not_even_the_names_can_be_noted_nobody_is_launched(world: Any) -> None:
    def make(state: EngineState) -> DialerEngine:
        return HelplessAboutNames(world.gate, state)

    world.make = make
    async with at_work(world.floor()) as floor:
        await world.open(floor)
        with pytest.raises(QuarantinedError):
            await floor.submit(stop_calling(world))
        assert floor.snapshot().is_floor_stopped
        (note,) = notes(world)
        assert (note.persons, note.holds_launching) == ((), True)


async def test_a_floor_that_falls_over_everything_ends(world: Any) -> None:
    plant(world, lambda event: isinstance(event, (RequestReceived, EventQuarantined)))
    floor = world.floor()
    task = asyncio.create_task(floor.run())
    await asyncio.sleep(0)
    await world.open(floor)
    with pytest.raises(TimeoutError):
        await floor.submit(stop_calling(world), within=0.5)
    with pytest.raises(ExceptionGroup):
        await task


# --- at a start -------------------------------------------------------------------------------------------


async def journal_with_a_request(world: Any, *, calls: int = 6) -> int:
    """A floor that took the request without trouble, and was killed; returns the request's step."""
    async with at_work(world.floor()) as floor:
        await world.open(floor)
        taken = await floor.submit(stop_calling(world))
        await work_through(world, floor, calls=calls)
    return taken.sequence


async def test_a_step_of_the_journal_that_raises_at_a_start_is_left_out_and_everybody_is_held(
    world: Any,
) -> None:
    """A newer program has the defect."""
    sequence = await journal_with_a_request(world)
    plant(world, is_request_of_p1)
    recovered = world.rebuild()
    assert recovered.sequence == len(world.store.entries)
    (note,) = recovered.put_aside
    assert (note.skipped, note.persons, note.holds_launching) == (sequence, (P1,), True)
    async with at_work(world.floor()) as floor:
        await world.until(lambda: floor.health().written >= len(world.store.entries) > 0)
        await world.until(lambda: bool(notes(world)))
        assert floor.snapshot().is_floor_stopped
        assert any("a defect was met" in text for text in world.alarms)
    assert world.store.checkpoints, "the next start begins behind it"


async def test_later_starts_leave_the_same_step_out_with_the_defect_and_without(world: Any) -> None:
    await journal_with_a_request(world)
    plant(world, is_request_of_p1)
    async with at_work(world.floor()) as floor:
        await world.until(lambda: bool(notes(world)))
        await world.until(lambda: floor.health().unwritten == 0)
    world.store.checkpoints.clear()  # as if it were damaged: the whole journal is stepped again
    with_it = world.rebuild()
    world.make = None
    without = world.rebuild()
    assert with_it.put_aside == without.put_aside == ()
    assert encode_state(with_it.engine.checkpoint()) == encode_state(without.engine.checkpoint())


async def test_a_journal_whose_steps_all_raise_is_refused(world: Any) -> None:
    await journal_with_a_request(world, calls=16)
    plant(world, lambda event: not isinstance(event, EventQuarantined))
    with pytest.raises(RecoveryRefusedError, match="10 steps raise"):
        world.rebuild()


async def test_a_state_in_memory_is_renewed_so_that_few_steps_are_taken_again(world: Any) -> None:
    world.settings = replace(world.settings, remembered_steps=10)
    plant(world, is_request_of_p1)
    async with at_work(world.floor()) as floor:
        await world.open(floor)
        await work_through(world, floor, calls=12)
        stepper = floor._stepper  # pyright: ignore[reportPrivateUsage]
        assert len(stepper._since) <= 20  # pyright: ignore[reportPrivateUsage]
        with pytest.raises(QuarantinedError):
            await floor.submit(stop_calling(world))
        assert stepper._since == []  # pyright: ignore[reportPrivateUsage]
        assert [agent.state for agent in floor.snapshot().agents] != [AgentState.LOGGED_OUT] * 2
    assert world.rebuild().sequence == len(world.store.entries)
