"""Places calls: by which trunk, whether at all, and by another when one refused before any ringing.

Asterisk is given an Originate once for each trunk that is asked. The next is asked only on the carrier's own
word that it did not take the call (`calls.REFUSED_UNRUNG`), at once and with no ringing heard of; silence,
doubt and a lost connection end the attempt, since a telephone may ring.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

from dialer.domain.attempt import Outcome
from dialer.domain.commands import Originate
from dialer.domain.events import CallEnded
from dialer.domain.ids import AttemptId
from telephony.asterisk import orders
from telephony.asterisk.acts import Told
from telephony.asterisk.adapter_settings import EVERY_CAMPAIGN, AdapterSettings
from telephony.asterisk.calls import Call, CallBook
from telephony.asterisk.connection import AmiConnection
from telephony.asterisk.errors import ActionTimeoutError, AmiError, NotConnectedError, UnsafeValueError
from telephony.asterisk.lag import LIMIT_S
from telephony.asterisk.launch_lines import LaunchLines
from telephony.asterisk.names import call_channel
from telephony.asterisk.orders import Voice
from telephony.asterisk.shut import ShutNumbers
from telephony.asterisk.terms import Term
from telephony.asterisk.trunks import Chosen, TrunkBook
from telephony.asterisk.wire import Action, AmiMessage

_log = structlog.get_logger(__name__)

# Attempts remembered against a second order: more than an hour of the fastest floor.
_MOST_SEEN = 200_000
MOST_TRUNKS = 3
"""Trunks that one attempt is given to at most."""
_SETTLES_S = LIMIT_S + 0.5
"""What became of a call comes over two connections; the one with the events is waited for so long, which is
longer than they may be late."""
_LONGEST_S = 30.0
"""Beyond Asterisk's own time for a call, before it counts as unknown."""


@dataclass(slots=True)
class _Order:
    command: Originate
    dial: str
    asked: frozenset[str] = field(default_factory=frozenset[str])


class Placing:
    """The orders of one Asterisk.

    Args:
        link: gives the present connection.
        why_not: why nothing is ordered at all now; None when it may be.
        term, lines: of an engine that may be overtaken: what its orders carry, and how they leave.
        now: the floor's clock, POSIX seconds; steady: seconds that only grow.
        tell, spawn: the adapter's own.
    """

    def __init__(
        self,
        settings: AdapterSettings,
        *,
        link: Callable[[], AmiConnection],
        calls: CallBook,
        trunks: TrunkBook,
        why_not: Callable[[], str | None],
        term: Term,
        lines: LaunchLines,
        now: Callable[[], float],
        steady: Callable[[], float],
        tell: Callable[[Iterable[Told]], Awaitable[None]],
        spawn: Callable[[Coroutine[object, object, None]], None],
    ) -> None:
        self._settings = settings
        self._link = link
        self._calls = calls
        self._trunks = trunks
        self._why_not = why_not
        self._term = term
        self._lines = lines
        self._now = now
        self._steady = steady
        self._tell = tell
        self._spawn = spawn
        self._shut = ShutNumbers(shut=settings.shut, opened=settings.opened)
        self._orders: dict[AttemptId, _Order] = {}
        self._seen: dict[AttemptId, None] = {}

    def __len__(self) -> int:
        return len(self._orders)

    async def place(self, command: Originate, dial: str | None) -> None:
        """Carry out the engine's order, once whatever the caller does."""
        if self._is_known(command.attempt):
            _log.error("call.ordered_twice", attempt=command.attempt)
            return
        call = Call(
            attempt=command.attempt,
            number=command.number,
            detection=command.detection,
            ring_s=command.ring_s,
        )
        self._calls.placed(call)
        self._orders[command.attempt] = _Order(command, dial or "")
        shut = self._shut.why(dial or "")
        if shut is not None:
            await self._never(command.attempt, Outcome.INVALID_NUMBER, shut)
            return
        await self._ask(call, self._orders[command.attempt])

    async def elsewhere(self, attempt: AttemptId) -> None:
        """A trunk refused the call before it rang: ask the next, or tell how it ended."""
        call, order = self._calls.get(attempt), self._orders.get(attempt)
        if call is None:
            return
        if order is None or call.is_cancelled or len(order.asked) >= MOST_TRUNKS:
            await self._tell(self._calls.give_up(attempt))
            return
        await self._ask(call, order)

    def over(self, attempt: AttemptId) -> None:
        """The attempt has ended; nothing is kept of its order."""
        self._orders.pop(attempt, None)

    async def _ask(self, call: Call, order: _Order) -> None:
        command, refusal = order.command, self._refusal(order.command)
        chosen = None
        if refusal is None:
            chosen = self._trunks.choose(self._steady(), number=order.dial, without=order.asked)
            if not isinstance(chosen, Chosen) and chosen.for_ever:
                await self._never(command.attempt, Outcome.CARRIER_FAILURE, chosen.reason)
                return
        if not isinstance(chosen, Chosen):
            reason = refusal or ("" if chosen is None else chosen.reason)
            await self._tell(self._calls.refused(command.attempt, reason))
            return
        order.asked |= {chosen.trunk}
        self._calls.goes_by(call.attempt, chosen.trunk, may_go_elsewhere=self._has_others(order))
        try:
            voices = self._settings.voices
            voice = voices.get(command.campaign) or voices.get(EVERY_CAMPAIGN) or Voice()
            action = orders.originate(command, dial=order.dial, trunk=chosen.trunk, voice=voice)
        except UnsafeValueError as error:
            await self._tell(self._calls.refused(command.attempt, str(error)))
            return
        self._spawn(self._send(command, action, chosen.at))

    async def _send(self, command: Originate, action: Action, at: float) -> None:
        wait = at - self._steady()
        if wait > 0:
            await asyncio.sleep(wait)
        call = self._calls.get(command.attempt)
        if call is None:
            return
        refusal = self._refusal_at_last(call, command)
        if refusal:
            await self._tell(self._calls.refused(command.attempt, refusal))
            return
        link = self._link()
        try:
            if self._term.number:
                answer = await self._send_of_term(call, command, action)
            else:
                answer = await link.send(action)
        except NotConnectedError as error:
            await self._tell(self._calls.refused(command.attempt, str(error)))
        except AmiError as error:
            # Sent, and no answer: it may ring. With the connection gone, reconciling tells what lives.
            if link.is_up:
                await self._tell(self._calls.doubtful(command.attempt, str(error)))
        else:
            if not answer.is_success:
                await self._tell(self._calls.refused(command.attempt, answer.get("message")))

    async def _send_of_term(self, call: Call, command: Originate, action: Action) -> AmiMessage:
        """Returns when the call is answered or over, and has told the book of calls so.

        Raises:
            NotConnectedError: nothing was sent.
            ConnectionLostError, ActionTimeoutError: what became of it is not known.
        """
        timeout = int(action.fields["Timeout"]) / 1000
        answer = await self._lines.place(
            self._term.on(action),
            why_not=lambda: self._refusal_at_last(call, command),
            within=timeout + _LONGEST_S,
        )
        if not answer.is_success:
            until = self._steady() + _SETTLES_S
            while not call.is_over and not call.is_refused and self._steady() < until:
                await asyncio.sleep(0.01)
            late = self._why_not()
            if late is not None and not call.has_channel:
                raise ActionTimeoutError(f"whether it rang is not known: {late}")
        said = {
            "event": "OriginateResponse",
            "response": "Success" if answer.is_success else "Failure",
            "uniqueid": call_channel(command.attempt),
        }
        await self._tell(self._calls.feed(AmiMessage(said), self._now()))
        return AmiMessage({"response": "Success"})

    def _refusal_at_last(self, call: Call, command: Originate) -> str | None:
        return "cancelled before it was sent" if call.is_cancelled else self._refusal(command)

    async def _never(self, attempt: AttemptId, outcome: Outcome, reason: str) -> None:
        """Waiting does not help: the attempt ends, and the floor goes on with the next."""
        self._calls.refused(attempt, reason)
        await self._tell((CallEnded(attempt=attempt, outcome=outcome, cause=reason),))

    def _has_others(self, order: _Order) -> bool:
        others = self._trunks.taking(order.dial) - order.asked
        return bool(others) and len(order.asked) < MOST_TRUNKS

    def _is_known(self, attempt: AttemptId) -> bool:
        """Whether it was ordered before, or lives there from before: an attempt is carried out at most once,
        whatever the caller does."""
        if attempt in self._seen or self._calls.get(attempt) is not None:
            return True
        self._seen[attempt] = None
        if len(self._seen) > _MOST_SEEN:
            del self._seen[next(iter(self._seen))]
        return False

    def _refusal(self, command: Originate) -> str | None:
        """Why this must not go over the wire now; None when it may."""
        refusal = self._why_not()
        if refusal is not None:
            return refusal
        if datetime.fromtimestamp(self._now(), UTC) > command.clearance.expires_at:
            return "the clearance had expired"
        if self._settings.owned is not None and command.caller_id not in self._settings.owned:
            return f"caller id {command.caller_id or '(none)'} is not declared as ours"
        return None
