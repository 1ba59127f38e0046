"""What leaves for the telephone system, in two lanes.

The quick lane (Bridge, Hangup, hold and its end, StopRecording) takes a command the moment the engine gave
it. The other lane takes commands of committed steps, in order; an Originate passes three doors just before
the wire: it must not be hung up meanwhile, its clearance must be valid now and unused, and the telephone
system must be the one the engine believed in when it decided. What does not pass is told to the engine as
`CallNotAttempted`. Nothing here is ever sent twice.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

from compliance_gate.findings import ClearanceLedger, ClearanceRefusedError
from dialer import clock
from dialer.domain.commands import (
    Bridge,
    ConfirmOptOut,
    ConnectAgentLeg,
    DropAgentLeg,
    Hangup,
    HangupReason,
    HoldPerson,
    JoinAgents,
    JoinThirdParty,
    LeaveMessage,
    Originate,
    PartAgents,
    ReleaseAgent,
    StartRecording,
    StopRecording,
)
from dialer.domain.errors import StoreUnavailableError, TelephoneSystemUnavailableError
from dialer.domain.events import BridgeFailed, CallNotAttempted, Event, HoldFailed, RecordingStopped
from dialer.domain.ids import AttemptId, BoxId, NumberId
from dialer.domain.ports import TelephoneSystem
from dialer.domain.record import instant
from dialer.runtime.instruments import Instruments
from dialer.runtime.ports import Numbers
from dialer.runtime.settings import RuntimeSettings

log = structlog.get_logger(__name__)

LOOKED_UP_TOGETHER = 100

QuickCommand = Bridge | HoldPerson | JoinThirdParty | JoinAgents | PartAgents | Hangup | StopRecording
QUICK = (Bridge, HoldPerson, JoinThirdParty, JoinAgents, PartAgents, Hangup, StopRecording)
"""The same, to look at."""
SlowCommand = (
    Originate | ReleaseAgent | ConnectAgentLeg | DropAgentLeg | LeaveMessage | ConfirmOptOut | StartRecording
)


@dataclass(frozen=True, slots=True)
class _Ordered:
    command: SlowCommand
    link: int


class Outbox:
    """Hands commands over.

    Args:
        now: POSIX seconds, for the clearance's expiry.
        link: number of the present connection to the telephone system (of several, to the one that is named);
            0 = there is none.
        tell: puts the runtime's own news into the inbox.
    """

    def __init__(
        self,
        *,
        network: TelephoneSystem,
        numbers: Numbers,
        settings: RuntimeSettings,
        instruments: Instruments,
        now: Callable[[], float],
        link: Callable[[BoxId], int],
        tell: Callable[[Event], None],
    ) -> None:
        self._network = network
        self._numbers = numbers
        self._settings = settings
        self._instruments = instruments
        self._now = now
        self._link = link
        self._tell = tell
        self._ledger = ClearanceLedger()
        self._quick: asyncio.Queue[tuple[QuickCommand, float]] = asyncio.Queue()
        self._ordered: asyncio.Queue[_Ordered] = asyncio.Queue()
        self._not_sent: set[AttemptId] = set()
        self._taken_back: dict[AttemptId, HangupReason] = {}

    def announce(self, command: Originate) -> None:
        """The engine decided to call; it will be ordered when the step is committed."""
        self._not_sent.add(command.attempt)

    def send_quick(self, command: QuickCommand, *, since: float) -> None:
        """Hand over now. `since`: monotonic seconds at which the reason for it came to us."""
        if isinstance(command, Hangup) and command.attempt in self._not_sent:
            self._taken_back[command.attempt] = command.reason
            return
        self._quick.put_nowait((command, since))

    def order(self, command: SlowCommand, *, link: int) -> None:
        """Hand over in its turn; the step is committed.

        Args:
            link: the connection the engine believed in when it gave the command.
        """
        self._ordered.put_nowait(_Ordered(command, link))

    async def wait_handed_over(self) -> None:
        """Return when everything that was ordered was handed over, or was refused."""
        await self._ordered.join()

    async def run_quick(self) -> None:
        """The quick lane, for ever."""
        while True:
            command, since = await self._quick.get()
            try:
                # Unlike wait_for this costs no turn of the loop, which may be busy.
                async with asyncio.timeout(self._settings.perform_s):
                    await self._network.perform(command)
            except TelephoneSystemUnavailableError as error:
                self._quick_failed(command, str(error))
            except TimeoutError:
                self._quick_failed(command, "the telephone system does not take it")
            took = clock.monotonic_now() - since
            self._instruments.quick_s.labels(type(command).__name__).observe(took)
            if isinstance(command, Bridge):
                self._instruments.recent_quick.add(took)

    def _quick_failed(self, command: QuickCommand, reason: str) -> None:
        log.warning("command.failed", command=type(command).__name__, attempt=command.attempt, why=reason)
        if isinstance(command, Bridge | JoinThirdParty):
            self._tell(BridgeFailed(attempt=command.attempt, agent=command.agent, reason=reason))
        elif isinstance(command, JoinAgents):
            self._tell(BridgeFailed(attempt=command.consultation, agent=command.agent, reason=reason))
        elif isinstance(command, HoldPerson):
            self._tell(HoldFailed(attempt=command.attempt, reason=reason))
        elif isinstance(command, StopRecording):
            self._tell(RecordingStopped(attempt=command.attempt, is_stopped=False, reason=reason))

    async def run_ordered(self) -> None:
        """The other lane, for ever: some numbers are looked up together, then each call goes in its turn."""
        while True:
            some = [await self._ordered.get()]
            while len(some) < LOOKED_UP_TOGETHER and not self._ordered.empty():
                some.append(self._ordered.get_nowait())
            numbers = await self._look_up(some)
            for ordered in some:
                await self._hand_over(ordered, numbers)
                self._ordered.task_done()

    async def _look_up(self, some: list[_Ordered]) -> Mapping[NumberId, str]:
        wanted = [
            row.command.number for row in some if isinstance(row.command, Originate) and not row.command.line
        ]
        if not wanted:
            return {}
        try:
            async with asyncio.timeout(self._settings.perform_s):
                return await self._numbers.dial_numbers(wanted)
        except (StoreUnavailableError, TimeoutError) as error:
            log.warning("numbers.not_read", calls=len(wanted), why=str(error))
            return {}

    async def _hand_over(self, ordered: _Ordered, numbers: Mapping[NumberId, str]) -> None:
        command = ordered.command
        if isinstance(command, Originate):
            await self._dial(command, command.line or numbers.get(command.number), ordered.link)
            return
        try:
            async with asyncio.timeout(self._settings.perform_s):
                await self._network.perform(command)
        except (TelephoneSystemUnavailableError, TimeoutError) as error:
            log.warning("command.failed", command=type(command).__name__, why=str(error))

    async def _dial(self, command: Originate, number: str | None, link: int) -> None:
        """Call, or say why not. There is exactly one try."""
        why = self._why_not(command, number, link)
        if why is None:
            why = await self._try(command, number)
        self._not_sent.discard(command.attempt)
        taken_back = self._taken_back.pop(command.attempt, None)
        if taken_back is not None and why is None:  # the hang-up came while the order was on its way
            hangup = Hangup(attempt=command.attempt, reason=taken_back)
            self._quick.put_nowait((hangup, clock.monotonic_now()))
        if why is not None:
            self._instruments.not_dialed.labels(why).inc()
            log.info("call.not_dialed", attempt=command.attempt, why=why)
            self._tell(CallNotAttempted(attempt=command.attempt, reason=why))

    async def _try(self, command: Originate, number: str | None) -> str | None:
        try:
            async with asyncio.timeout(self._settings.perform_s):
                await self._network.perform(command, dial=number)
        except TelephoneSystemUnavailableError:
            return "the telephone system is not there"
        except TimeoutError:  # whether it dials is not known: it counts, and the engine watches
            log.warning("call.unknown", attempt=command.attempt)
        return None

    def _why_not(self, command: Originate, number: str | None, link: int) -> str | None:
        """The doors; nothing waits between them and the wire."""
        if number is None:
            return "the number is gone, or cannot be read"
        if command.attempt in self._taken_back:
            return "taken back before it was dialed"
        if link == 0 or link != self._link(command.box):
            return "the telephone system was lost meanwhile"
        try:
            self._ledger.consume(command.clearance, number=command.number, at=instant(self._now()))
        except ClearanceRefusedError:
            return "the clearance is no longer valid"
        return None
