"""The rehearsed network keeps every duty of the port: the suite stands where the engine stands."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable

import pytest

from dialer.domain.commands import Command, Originate
from dialer.domain.errors import TelephoneSystemUnavailableError
from dialer.domain.events import Event, NetworkLost, NetworkReconciled, TimeReached
from dialer.domain.ids import InboundId
from dialer.domain.ports import InboundCommand, TelephoneCommand
from simulator.plans import RecordingsPlan
from simulator.scenario import NetworkPlan
from simulator.streams import Streams
from simulator.telephone_network import TelephoneNetwork
from simulator.world import World
from telephony.conformance.bench import Bench
from telephony.conformance.consulting import *  # noqa: F403 - as below
from telephony.conformance.inbound import *  # noqa: F403 - as below
from telephony.conformance.numbers import NUMBERS, planned_public
from telephony.conformance.passing import VirtualTime
from telephony.conformance.suite import *  # noqa: F403 - the suite's tests become this module's
from telephony.conformance.visitors import Visitor, our_lines
from telephony.in_memory.public import Fate
from telephony.lines.watching import Unwatched


class Ear:
    """An engine that says what the suite orders, and passes on what it hears."""

    was_ignored = False

    def __init__(self, hear: Callable[[Event], None]) -> None:
        self._hear = hear
        self.ordered: tuple[Command, ...] = ()

    def step(self, event: Event, *, now: float) -> tuple[Command, ...]:
        ordered, self.ordered = self.ordered, ()
        if not isinstance(event, TimeReached):
            self._hear(event)
        return ordered

    def next_wakeup(self) -> float | None:
        return None


class Dialed:
    """The planned public, by the number that was dialed last: a rehearsal dials ids, the suite numbers."""

    def __init__(self) -> None:
        self._public = planned_public()
        self.dial = ""

    def behaviour(self, order: Originate, *, dial: str, now: float) -> Fate:
        return self._public.behaviour(order, dial=dial or self.dial, now=now)


class RehearsedSystem:
    """A rehearsal's network as a telephone system."""

    def __init__(self, time: VirtualTime) -> None:
        self._time = time
        self._alarm = time.alarm()
        self._heard: deque[Event] = deque()
        self._news = asyncio.Event()
        self._ear = Ear(self._hear)
        self._called = Dialed()
        self._is_up = False
        self.world = World(engine=self._ear, starts_at=time.now())
        self.network = TelephoneNetwork(
            world=self.world,
            plan=NetworkPlan(leg_s=0.1, message_s=3.0, our_lines=our_lines(time.now())),
            recordings=RecordingsPlan(notice_s=1.2, drop_s=3.0),
            public=self._called,
            floor=Unwatched(),
            chance=Streams(1).stream("network"),
            is_strict=False,
        )

    async def start(self) -> None:
        self._is_up, self.network.is_deaf = True, False

    async def stop(self) -> None:
        self._is_up = False

    def _hear(self, event: Event) -> None:
        if self._is_up:
            self._heard.append(event)
            self._news.set()

    def cut(self) -> None:
        self._hear(NetworkLost(reason="cut by the test"))
        self._is_up, self.network.is_deaf = False, True

    async def perform(self, command: TelephoneCommand, *, dial: str | None = None) -> None:
        self._called.dial = dial or ""
        self._order(command)

    async def perform_inbound(self, command: InboundCommand) -> None:
        self._order(command)

    def _order(self, command: Command) -> None:
        if not self._is_up:
            raise TelephoneSystemUnavailableError("not connected")
        self._pass_time()
        self._ear.ordered = (command,)
        self.world.tell(TimeReached())
        self._pass_time()

    def caller_of(self, call: InboundId) -> str | None:
        return self.network.caller_of(call)

    def call_in(self, visitor: Visitor) -> None:
        self._pass_time()
        self.network.call_in(number=visitor.number, dialed=visitor.dialed, behaviour=visitor.planned())
        self._pass_time()

    def _pass_time(self) -> None:
        self.world.run(self._time.now())
        self._alarm.set(self.world.next_due(), self._pass_time)

    async def events(self) -> AsyncIterator[Event]:
        while True:
            while self._heard:
                event = self._heard.popleft()
                yield event
                if isinstance(event, NetworkLost):
                    return
            self._news.clear()
            await self._news.wait()

    async def reconcile(self) -> NetworkReconciled:
        return self.network.reconciled()


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    time = VirtualTime()
    system = RehearsedSystem(time)

    async def call_in(visitor: Visitor) -> None:
        system.call_in(visitor)

    async def cut() -> None:
        system.cut()

    made = Bench(system=system, numbers=NUMBERS, now=time.now, cut=cut, call_in=call_in, passing=time)
    await made.connect()
    yield made
    await made.close()
