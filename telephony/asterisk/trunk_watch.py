"""Keeps the book of trunks told of what Asterisk's own periodic checks find."""

from __future__ import annotations

from collections.abc import Iterable

import structlog

from telephony.asterisk.connection import AmiConnection
from telephony.asterisk.trunk_check import REACHABLE, device_states
from telephony.asterisk.trunks import TrunkBook
from telephony.asterisk.wire import AmiMessage

_log = structlog.get_logger(__name__)

CHECKED_WITHIN_S = 4.0
"""Seconds after its start in which Asterisk has looked for each trunk: it begins in one, and waits two."""

_STATUS = {"Reachable": True, "Unreachable": False}
_UNREACHABLE = "UNAVAILABLE"


class TrunkWatch:
    """The checks of one Asterisk.

    Args:
        names: of the trunks that are watched.
    """

    def __init__(self, book: TrunkBook, names: Iterable[str]) -> None:
        self._book = book
        self._names = tuple(names)

    def feed(self, message: AmiMessage) -> None:
        """One event of Asterisk's."""
        if message.event != "ContactStatus":
            return
        is_reached = _STATUS.get(message.get("contactstatus"))
        if is_reached is not None:
            self._found(message.get("endpointname"), is_reached=is_reached)

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
