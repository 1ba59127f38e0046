"""Keeps the book of trunks told: of what Asterisk's own checks find, of our calls and of those of others.

The shell around `trunks` and `guests`: it logs what an operator must see, and tells the floor when another
number of calls has a way out, or by another telephone system of ours.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

import structlog

from dialer.domain.events import LinesChanged
from dialer.domain.ids import BoxId
from telephony.asterisk.acts import Told, TrunkNews
from telephony.asterisk.connection import AmiConnection
from telephony.asterisk.guests import Guests
from telephony.asterisk.trunk_check import REACHABLE, device_states
from telephony.asterisk.trunks import TrunkBook
from telephony.asterisk.wire import AmiMessage

_log = structlog.get_logger(__name__)

CHECKED_WITHIN_S = 4.0
"""Seconds after its start in which Asterisk has looked for each trunk: it begins in one, and waits two."""

_STATUS = {"Reachable": True, "Unreachable": False}
_UNREACHABLE = "UNAVAILABLE"


class TrunkWatch:
    """The trunks of one Asterisk.

    Args:
        names: of the trunks that are watched.
        steady: seconds that only grow.
        tell: hands events to the floor.
    """

    def __init__(
        self,
        book: TrunkBook,
        names: Iterable[str],
        *,
        steady: Callable[[], float],
        tell: Callable[[Iterable[Told]], Awaitable[None]],
    ) -> None:
        self._book = book
        self._names = tuple(names)
        self._guests = Guests(book)
        self._steady = steady
        self._tell = tell
        self._told = book.way_out()

    async def feed(self, message: AmiMessage) -> None:
        """One event of Asterisk's."""
        self._guests.feed(message, self._steady())
        if message.event != "ContactStatus":
            return
        is_reached = _STATUS.get(message.get("contactstatus"))
        if is_reached is not None:
            self._found(message.get("endpointname"), is_reached=is_reached)
            await self.look()

    async def ask(self, link: AmiConnection) -> None:
        """After a connect: Asterisk tells of changes only, so what a trunk became while nobody listened has
        to be asked for. One that has just started has found none yet, and tells of each when it has.

        Raises:
            AmiError: the connection went away meanwhile.
        """
        if link.stood_s is not None and link.stood_s < CHECKED_WITHIN_S:
            return
        states = await device_states(link)
        for name in self._names:
            state = states.get(f"PJSIP/{name}", "")
            if state in REACHABLE or state == _UNREACHABLE:
                self._found(name, is_reached=state in REACHABLE)

    def _found(self, name: str, *, is_reached: bool) -> None:
        if self._book.reachable(name, is_reached):
            _log.warning("trunk.check", trunk=name, status="Reachable" if is_reached else "Unreachable")

    async def take(self, news: TrunkNews) -> None:
        """What a call of ours says of its trunk."""
        if news.worked:
            self._book.succeeded(news.trunk)
        elif news.worked is False and self._book.failed(news.trunk, self._steady()):
            _log.error("trunk.broken", trunk=news.trunk)
        if news.released:
            self._book.released(news.trunk)
        await self.look()

    async def look(self) -> None:
        """Tell when another number of calls has a way out than was told last, or by other trunks."""
        found = self._book.way_out()
        if found == self._told:
            return
        self._told = found
        _log.warning("trunks.changed", lines=found.lines, over=found.over, reason=found.reason)
        news = LinesChanged(lines=found.lines, over=BoxId(found.over), reason=found.reason)
        await self._tell((news,))

    def lost(self) -> None:
        """The connection is gone."""
        self._guests.lost()
