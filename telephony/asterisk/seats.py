"""Agents' phones at one Asterisk: rung, rung again, taken off the line; the shell around the book of legs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable

import structlog

from dialer.domain.ids import AgentId, AttemptId, EndpointId
from telephony.asterisk import orders
from telephony.asterisk.acts import AwaitPhone, RingAgain, RingSoon, TakeOver, Told
from telephony.asterisk.connection import AmiConnection
from telephony.asterisk.errors import AmiError
from telephony.asterisk.names import call_channel
from telephony.asterisk.wire import Action
from telephony.softphone.legs import LegBook

_log = structlog.get_logger(__name__)

# A page is loaded, registered and rung in about a second; a person in mid-call waits no longer than this.
_PHONE_BACK_S = 4.0
# A phone that is busy without a leg of ours is asked again so often, as long as its agent is logged in.
_BUSY_AGAIN_S = 1.0

LegAct = RingAgain | RingSoon | AwaitPhone | TakeOver


class Seats:
    """Carries out what the book of legs wants done.

    Args:
        link: the present connection.
        tell: hands on what the book says of it.
        spawn: runs work beside, owned by the adapter.
        talk_of: the call that an agent is joined to.
        serial: a number that no leg had before.
    """

    def __init__(
        self,
        *,
        legs: LegBook,
        ring_s: float,
        link: Callable[[], AmiConnection],
        tell: Callable[[Iterable[Told]], Awaitable[None]],
        spawn: Callable[[Coroutine[object, object, None]], None],
        quietly: Callable[[Action], Coroutine[object, object, None]],
        talk_of: Callable[[AgentId], AttemptId | None],
        serial: Callable[[], int],
    ) -> None:
        self._legs = legs
        self._ring_s = ring_s
        self._link = link
        self._tell = tell
        self._spawn = spawn
        self._quietly = quietly
        self._talk_of = talk_of
        self._serial = serial

    def ring(self, agent: AgentId, phone: EndpointId) -> None:
        """Ring the agent's phone, unless it is on the line or being rung."""
        is_anew = self._legs.is_anew(agent)
        channel = self._legs.ring(agent, phone, self._serial())
        if channel is not None:
            action = orders.ring(phone, channel=channel, ring_s=self._ring_s, is_anew=is_anew)
            self._spawn(self._send_ring(agent, action, channel))

    def drop(self, agent: AgentId) -> None:
        """Take the agent's phone off the line."""
        channel = self._legs.drop(agent)
        if channel is not None:
            self._spawn(self._quietly(orders.hang_up(channel)))

    def see_to(self, act: LegAct) -> None:
        """What the book wants done."""
        match act:
            case RingAgain():
                phone = self._legs.endpoint_of(act.agent)
                if phone is not None:
                    self.ring(act.agent, phone)
            case RingSoon():
                self._spawn(self._ring_soon(act.agent))
            case AwaitPhone():
                self._spawn(self._await_phone(act.channel))
            case TakeOver():
                self._spawn(self._take_over(act))

    async def _ring_soon(self, agent: AgentId) -> None:
        await asyncio.sleep(_BUSY_AGAIN_S)
        phone = self._legs.endpoint_of(agent)
        if phone is not None and self._legs.is_anew(agent):
            self.ring(agent, phone)

    async def _send_ring(self, agent: AgentId, action: Action, channel: str) -> None:
        try:
            answer = await self._link().send(action)
        except AmiError as error:
            _log.warning("agent.leg_failed", agent=agent, reason=str(error))
            await self._tell(self._legs.failed(channel))
            return
        if not answer.is_success:
            await self._tell(self._legs.failed(channel))

    async def _await_phone(self, channel: str) -> None:
        await asyncio.sleep(_PHONE_BACK_S)
        await self._tell(self._legs.given_up(channel))

    async def _take_over(self, change: TakeOver) -> None:
        attempt = self._talk_of(change.agent)
        if attempt is not None:
            await self._quietly(orders.join(call_channel(attempt), change.new))
        await self._quietly(orders.hang_up(change.old))
