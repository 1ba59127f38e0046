"""Calls of another telephone system of ours that leave by our trunks: which lines they take. Pure.

They come in by a trunk of ours to that system and are placed by the dialplan, so nobody here ordered them;
but the carrier counts them, and our own calls must leave them room. After a loss of the connection they are
not known any more: the carrier then says when it is full.
"""

from __future__ import annotations

from telephony.asterisk.trunks import TrunkBook
from telephony.asterisk.wire import AmiMessage

_BETWEEN = "fairdial-between"


class Guests:
    """Lines that calls of others take.

    Args:
        trunks: where they are counted.
    """

    def __init__(self, trunks: TrunkBook) -> None:
        self._trunks = trunks
        self._taken: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._taken)

    def feed(self, message: AmiMessage, now: float) -> None:
        """One event of Asterisk's; `now`: seconds that only grow."""
        if message.event == "DialBegin" and message.get("context") == _BETWEEN:
            trunk = message.get("destchannel").removeprefix("PJSIP/").rpartition("-")[0]
            self._taken[message.get("destuniqueid")] = trunk
            self._trunks.taken(trunk, now)
        elif message.event == "Hangup" and (trunk := self._taken.pop(message.get("uniqueid"), None)):
            self._trunks.released(trunk)

    def lost(self) -> None:
        """The connection is gone, and with it what is known of them."""
        for trunk in self._taken.values():
            self._trunks.released(trunk)
        self._taken.clear()
