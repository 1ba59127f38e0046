"""People on hold at one Asterisk while their agent consults somebody, and what is recorded of it: nothing.

The talk of agent and third party is on channels that nobody records. The person's own channel may be, and
what they say to whoever stands beside them while they wait is nobody's affair: silence is written from the
hold until they are in a talk again. A recording that the agent had paused stays paused; word of that is left
at the channel itself, since whoever takes the person off hold may be another process.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable

from dialer.domain.commands import HoldPerson, JoinAgents, JoinThirdParty, PartAgents
from telephony.asterisk import orders
from telephony.asterisk.acts import Told
from telephony.asterisk.calls import CallBook
from telephony.asterisk.colleagues import Colleagues
from telephony.asterisk.connection import AmiConnection, why_refused
from telephony.asterisk.errors import AmiError
from telephony.asterisk.names import call_channel
from telephony.asterisk.wire import Action
from telephony.softphone.legs import LegBook

_MUTE_TRIES = 4
_AGAIN_S = 0.25


class Holds:
    """Puts people on hold and lets them in.

    Args:
        link: gives the present connection.
        tell: passes on what is to be told.
    """

    def __init__(
        self,
        link: Callable[[], AmiConnection],
        calls: CallBook,
        legs: LegBook,
        colleagues: Colleagues,
        tell: Callable[[Iterable[Told]], Awaitable[None]],
    ) -> None:
        self._link = link
        self._calls = calls
        self._legs = legs
        self._colleagues = colleagues
        self._tell = tell

    async def perform(self, command: HoldPerson | JoinThirdParty | JoinAgents | PartAgents) -> None:
        """Put on hold, or let in, or see to the agents; what comes of it is told by events."""
        match command:
            case HoldPerson():
                await self._hold(command)
            case JoinThirdParty():
                await self._let_in(command)
            case JoinAgents() | PartAgents():
                await self._colleagues.perform(command)

    async def _hold(self, command: HoldPerson) -> None:
        """The person hears music, the agent that it rings; the dialplan tells when they do."""
        channel, leg = call_channel(command.attempt), self._legs.channel_of(command.agent)
        call = self._calls.get(command.attempt)
        reason = ""
        if leg is None:
            reason = "the agent's phone is not on the line"
        elif call is None or call.agent != command.agent:
            reason = "the agent does not talk with them"
        else:
            mute = orders.mute_recording(channel, is_muted=True)
            is_muted = not await why_refused(self._link(), mute)
            reason = await why_refused(self._link(), orders.hold(channel, leg))
            if reason:
                await self.off_hold(channel)
            elif not is_muted:
                await self._again(mute)
        if reason:
            await self._tell((orders.not_held(command, reason),))

    async def _let_in(self, command: JoinThirdParty) -> None:
        """The person joins the talk of agent and third party."""
        call, third = self._calls.get(command.attempt), self._calls.get(command.third)
        if call is None or third is None:
            await self._tell((orders.not_joined(command, "one of the calls is over"),))
            return
        for action in orders.let_in(command):
            reason = await why_refused(self._link(), action)
            if reason:
                await self._tell((orders.not_joined(command, reason),))
                return

    async def off_hold(self, channel: str) -> None:
        """Record again what was recorded before, unless the agent had paused it."""
        with contextlib.suppress(AmiError):
            answer = await self._link().send(orders.is_paused(channel))
            if answer.get("value") != "1":
                await self._again(orders.mute_recording(channel, is_muted=False))

    async def _again(self, action: Action) -> None:
        """Try for a while: a channel that is just being moved has no recording that could be found. Where
        nothing is recorded it is refused every time, and that is well."""
        for nth in range(_MUTE_TRIES):
            if nth:
                await asyncio.sleep(_AGAIN_S)
            if not await why_refused(self._link(), action):
                return
