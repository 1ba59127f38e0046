"""What a telephone system brings to the conformance suite, and short words for the tests."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from compliance_gate.findings import Clearance, Recording
from dialer.domain.campaign import DetectionMode
from dialer.domain.commands import ConnectAgentLeg, Originate
from dialer.domain.events import AgentLegRestored, CallAnswered, Event
from dialer.domain.ids import AgentId, AttemptId, CampaignId, EndpointId, NumberId, PersonId
from dialer.domain.ports import TelephoneSystem
from telephony.conformance.passing import Passing, RealTime
from telephony.conformance.visitors import Visitor

T = TypeVar("T")
ENDPOINT = EndpointId("endpoint-1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Numbers to dial, by what they do every time. None = the system cannot be made to do it."""

    answers: str
    """Answers within two seconds and stays on the line for a minute."""
    answers_and_leaves: str
    """Answers within two seconds, stays one second once joined, and does not leave before the limit."""
    busy: str | None = None
    invalid: str | None = None
    blocked: str | None = None
    """Refused with SIP 608 before anything rings."""
    unwanted: str | None = None
    """Rings, and is refused with SIP 607."""
    rings: str = ""
    """Rings and is never answered."""
    presses: str | None = None
    """Answers, stays, and presses 9 once the message plays."""
    machine: str | None = None
    """A machine that detection takes for one, with time for a message."""
    short_tape: str | None = None
    """A machine that hangs up in the middle of a message."""


@dataclass(slots=True, kw_only=True)
class Bench:
    """One telephone system, started and stopped by the tests.

    Args:
        now: POSIX seconds, by the system's own clock.
        endpoint: a registered telephone of an agent that picks up by itself.
        cut: cuts the connection from the far side; None = cannot.
        patience_s: most real seconds to wait for anything.
        rival: another engine's way to the same telephone system; None = cannot have one.
        call_in: has somebody call one of our numbers, of which `visitors.our_lines` are kept; None = cannot.
        factor: seconds of the system's clock in a real one.
        passing: how time passes; None = by itself.
    """

    system: TelephoneSystem
    numbers: Numbers
    now: Callable[[], float]
    endpoint: EndpointId = ENDPOINT
    cut: Callable[[], Awaitable[None]] | None = None
    patience_s: float = 10.0
    rival: Callable[[], TelephoneSystem] | None = None
    call_in: Callable[[Visitor], Awaitable[None]] | None = None
    factor: float = 1.0
    passing: Passing | None = None
    _heard: list[Event] = field(default_factory=list[Event])
    _listening: asyncio.Task[None] | None = None
    _made: int = 0

    async def connect(self) -> None:
        """Start the system and listen."""
        await self.system.start()
        self._listening = asyncio.create_task(self._listen())

    async def reconnect(self) -> None:
        """Connect anew, and listen to the new connection."""
        await self.stop_listening()
        await self.connect()

    async def close(self) -> None:
        """Stop listening and disconnect."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.wait({self._listening})
        await self.system.stop()

    async def _listen(self) -> None:
        async for event in self.system.events():
            self._heard.append(event)

    async def stop_listening(self) -> None:
        """The listener goes; events are left alone."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.wait({self._listening})
            self._listening = None

    def heard(self, kind: type[T]) -> list[T]:
        """Events of a kind so far."""
        return [event for event in self._heard if isinstance(event, kind)]

    def order(self, attempt: str, **changes: object) -> Originate:
        """An order to call, cleared for the next five seconds."""
        at = datetime.fromtimestamp(self.now(), UTC)
        self._made += 1
        clearance = Clearance(
            clearance=f"{attempt}-{self._made}",
            person="p1",
            number="n1",
            debts=("d1",),
            issued_at=at - timedelta(seconds=1),
            expires_at=at + timedelta(seconds=5),
            rulebook="conformance",
            may_play=frozenset({Recording.ABANDONMENT_MESSAGE}),
        )
        values: dict[str, object] = {
            "attempt": AttemptId(attempt),
            "campaign": CampaignId("c1"),
            "person": PersonId("p1"),
            "number": NumberId("n1"),
            "clearance": clearance,
            "caller_id": "+12025550100",
            "ring_s": 15.0,
            "answer_limit_s": 2.0,
            "detection": DetectionMode.OFF,
            **changes,
        }
        return Originate(**values)  # type: ignore[arg-type]  # the values above are its fields

    async def call(self, attempt: str, dial: str, **changes: object) -> None:
        """Hand over an order."""
        await self.system.perform(self.order(attempt, **changes), dial=dial)

    async def seat(self, agent: str) -> AgentId:
        """Ring an agent's telephone and wait until the leg is up."""
        await self.system.perform(ConnectAgentLeg(agent=AgentId(agent), endpoint=self.endpoint))
        await self.wait(lambda: any(event.agent == agent for event in self.heard(AgentLegRestored)))
        return AgentId(agent)

    async def answered(self, attempt: str) -> CallAnswered:
        """Wait until the attempt is answered."""
        await self.wait(lambda: any(event.attempt == attempt for event in self.heard(CallAnswered)))
        return next(event for event in self.heard(CallAnswered) if event.attempt == attempt)

    async def wait(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is so. Raises TimeoutError."""
        await self._time().wait(is_so)

    async def quiet(self, seconds: float) -> None:
        """Let seconds of the floor's clock pass."""
        await self._time().quiet(seconds)

    def _time(self) -> Passing:
        return self.passing or RealTime(factor=self.factor, patience_s=self.patience_s)
