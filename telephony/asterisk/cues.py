"""Cues that are being played to agents' legs: begun, heard to the end, or cut short by the bound."""

from __future__ import annotations

import asyncio
import contextlib

from telephony.asterisk.wire import AmiMessage


class Cues:
    """The legs that hear a cue now."""

    def __init__(self) -> None:
        self._playing: dict[str, asyncio.Event] = {}

    def begin(self, leg: str) -> bool:
        """A cue is about to be played to the leg. False when one is being played already."""
        if leg in self._playing:
            return False
        self._playing[leg] = asyncio.Event()
        return True

    async def wait(self, leg: str, most_s: float) -> None:
        """Return when the cue was heard to its end, or after `most_s` seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(most_s):
                await self._playing[leg].wait()

    def end(self, leg: str) -> None:
        """Whatever came of it, it is over."""
        self._playing.pop(leg, None)

    def feed(self, message: AmiMessage) -> None:
        """One event of Asterisk's."""
        if message.event == "UserEvent" and message.get("userevent") == "FairdialCued":
            over = self._playing.get(message.get("uniqueid"))
            if over is not None:
                over.set()
