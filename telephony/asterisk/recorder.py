"""Recordings that begin in the middle of a talk, and those that end there.

Recording begins in the dialplan, for the manager's user has no right to begin one. So the person is taken out
of the talk into the dialplan, which begins it and lets them wait, and is joined to the agent again as soon as
they do: a few hundredths of a second without sound. When that join fails they wait as anybody whose agent
went away. Stopping needs no such detour.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable

import structlog

from dialer.domain.commands import StartRecording, StopRecording
from dialer.domain.events import RecordingBegan, RecordingStopped
from dialer.domain.ids import AgentId, AttemptId
from telephony.asterisk import orders
from telephony.asterisk.acts import Told
from telephony.asterisk.connection import AmiConnection, why_refused
from telephony.asterisk.errors import AmiError
from telephony.asterisk.names import call_channel
from telephony.asterisk.wire import AmiMessage
from telephony.softphone.legs import LegBook

_log = structlog.get_logger(__name__)

# Until the dialplan has the person waiting; the limit that it keeps for them is longer.
_WAITS_WITHIN_S = 1.0
_JOIN_TRIES = 4
_STOP_TRIES = 12
_AGAIN_S = 0.25


class Recorder:
    """Begins and ends recordings at one Asterisk.

    Args:
        link: gives the present connection.
        talk_of: the attempt that an agent is joined to.
        tell: passes on what is to be told.
    """

    def __init__(
        self,
        *,
        link: Callable[[], AmiConnection],
        legs: LegBook,
        talk_of: Callable[[AgentId], AttemptId | None],
        tell: Callable[[Iterable[Told]], Awaitable[None]],
    ) -> None:
        self._link = link
        self._legs = legs
        self._talk_of = talk_of
        self._tell = tell
        self._awaited: dict[str, asyncio.Event] = {}

    async def perform(self, command: StartRecording | StopRecording) -> None:
        """Begin, or end; what comes of it is told by events."""
        if isinstance(command, StartRecording):
            await self._start(command)
        else:
            await self._stop(command)

    def feed(self, message: AmiMessage) -> None:
        """One event of Asterisk's: the person waits in the dialplan."""
        if self._awaited and message.event == "BridgeEnter":
            waits = self._awaited.get(message.get("uniqueid"))
            if waits is not None and message.get("bridgetechnology") == "holding_bridge":
                waits.set()

    async def _start(self, command: StartRecording) -> None:
        channel, leg = call_channel(command.attempt), self._legs.channel_of(command.agent)
        if leg is None or channel in self._awaited:
            return
        if self._talk_of(command.agent) == command.attempt and await self._runs(channel):
            # The word is told again, as after a lost connection: nobody loses any of the talk to it.
            await self._tell((RecordingBegan(attempt=command.attempt),))
            return
        waits = self._awaited[channel] = asyncio.Event()
        try:
            for action in orders.begin_recording(channel, command.attempt):
                if await why_refused(self._link(), action):
                    return  # the call is over
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_WAITS_WITHIN_S):
                    await waits.wait()
        finally:
            del self._awaited[channel]
        await self._join_again(command, channel, leg)

    async def _runs(self, channel: str) -> bool:
        """Whether the dialplan has begun the recording."""
        with contextlib.suppress(AmiError):
            answer = await self._link().send(orders.is_recorded(channel), within=2.0)
            return answer.get("value") == "1"
        return False

    async def _join_again(self, command: StartRecording, channel: str, leg: str) -> None:
        why = ""
        for _try in range(_JOIN_TRIES):
            why = await why_refused(self._link(), orders.join(channel, leg))
            if not why:
                return
            await asyncio.sleep(_AGAIN_S)
        _log.error("recording.talk_not_joined_again", attempt=command.attempt, agent=command.agent, why=why)

    async def _stop(self, command: StopRecording) -> None:
        """Again for a while: one that has only just been asked for cannot be stopped until it runs."""
        action, why = orders.stop_recording(call_channel(command.attempt)), ""
        for nth in range(_STOP_TRIES):
            if nth:
                await asyncio.sleep(_AGAIN_S)
            why = await why_refused(self._link(), action)
            if not why:
                await self._tell((RecordingStopped(attempt=command.attempt),))
                return
        await self._tell((RecordingStopped(attempt=command.attempt, is_stopped=False, reason=why),))
