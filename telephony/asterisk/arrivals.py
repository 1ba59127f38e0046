"""Calls that are not where an agent may be joined to them yet: just answered, or just left by their agent.

A Bridge takes a channel out of the dialplan wherever it stands. Asterisk tells of an answer a few steps
before the dialplan has begun the recording that was ordered: of talks that were joined at once, one in six
was not recorded. So a join waits for the dialplan's own word that it is done, a few milliseconds later.

An agent who goes in the middle of a talk is followed by another in the same step of the engine, when Asterisk
has not ended the first one's leg yet: that join, too, waits until the person stands alone.
"""

from __future__ import annotations

import asyncio
import contextlib

import structlog

from telephony.asterisk.names import attempt_of
from telephony.asterisk.wire import AmiMessage

_log = structlog.get_logger(__name__)

MOST_S = 0.5
"""A dialplan that says nothing for so long keeps nobody waiting: the join goes ahead."""
LEFT_MOST_S = 2.0
"""An agent's leg that is ended has gone within milliseconds; on a box that is busy, within this."""

_STANDS = frozenset({"FairdialStands", "FairdialOrphaned"})


class Arrivals:
    """The channels of one Asterisk that are on their way, until their dialplan says that they stand."""

    def __init__(self) -> None:
        self._arriving: dict[str, asyncio.Event] = {}

    def __len__(self) -> int:
        return len(self._arriving)

    def feed(self, message: AmiMessage) -> None:
        """One event of Asterisk's."""
        channel = message.get("uniqueid")
        match message.event:
            case "Newstate" if message.get("channelstatedesc") == "Up" and attempt_of(channel) is not None:
                self._arriving.setdefault(channel, asyncio.Event())
            case "UserEvent" if message.get("userevent") in _STANDS:
                self._stands(channel)
            case "Hangup":
                self._stands(channel)
            case _:
                pass

    def leaves(self, channel: str) -> None:
        """The leg of the agent whom the channel is joined to is being ended."""
        self._arriving.setdefault(channel, asyncio.Event())

    def lost(self) -> None:
        """The connection is gone, and with it the word of those that were on their way."""
        for channel in tuple(self._arriving):
            self._stands(channel)

    def is_standing(self, channel: str) -> bool:
        """Whether an agent may be joined to it now; of a channel whose answer was not heard: yes."""
        return channel not in self._arriving

    async def wait(self, channel: str, *, most_s: float = MOST_S) -> None:
        """Return when the channel stands, is gone, or after so many seconds."""
        arriving = self._arriving.get(channel)
        if arriving is None:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(most_s):
                await arriving.wait()
                return
        _log.error(
            "call.dialplan_silent",
            channel=channel,
            mend="write the dialplan anew: `fairdial asterisk config`",
        )
        self._stands(channel)

    def _stands(self, channel: str) -> None:
        arriving = self._arriving.pop(channel, None)
        if arriving is not None:
            arriving.set()
