"""The term in which this engine is in charge, as Asterisk is told of it and holds it against older ones.

Theory of operation. The written dialplan keeps the greatest term that it was told, over its own restarts,
and raises it only. Every connection tells the term first (`claim`). Every call is ordered with it, and the
dialplan looks before anything is dialed: an engine that was stopped, and wakes with an order on its way,
rings nobody. Whoever is told of a later term is in charge no more, and ends.
"""

from __future__ import annotations

import asyncio

from dialer.domain.errors import OlderTermError
from telephony.asterisk.connection import AmiConnection
from telephony.asterisk.errors import CannotConnectError
from telephony.asterisk.wire import Action, AmiMessage

LOOK_S = 0.02
CLAIM_S = 3.0
"""Between two looks whether the term was taken, and most seconds for it."""

_HELD = Action(name="Getvar", fields={"Variable": "PRESENCE_STATE(CustomPresence:fairdial-term,message)"})


class Term:
    """Of one Asterisk. `number` 0 = this engine has none, and nothing is held against any other."""

    def __init__(self) -> None:
        self.number = 0

    async def claim(self, link: AmiConnection) -> None:
        """Tell the term; returns when Asterisk holds it.

        Raises:
            OlderTermError: it holds a later one.
            CannotConnectError: its dialplan does not know of terms.
            AmiError: it cannot be asked now.
        """
        if not self.number:
            return
        where = {"Channel": f"Local/{self.number}@fairdial-term/n", "Context": "fairdial-term"}
        await link.send(
            Action(name="Originate", fields={**where, "Exten": "told", "Priority": 1, "Async": True})
        )
        loop = asyncio.get_running_loop()
        until = loop.time() + CLAIM_S
        while loop.time() < until:
            held = _number((await link.send(_HELD)).get("value"))
            if held == self.number:
                return
            self._demand_mine(held)
            await asyncio.sleep(LOOK_S)
        raise CannotConnectError(
            "Asterisk does not take the term of this engine: write its files again (`fairdial asterisk "
            "config`), and restart it"
        )

    def feed(self, message: AmiMessage) -> None:
        """Hear what the dialplan says of terms.

        Raises:
            OlderTermError: somebody has told it a later one.
            CannotConnectError: it refused a call of ours, since it has forgotten our term (its database was
                emptied): to be claimed anew, as by every connection.
        """
        if not self.number or message.event != "UserEvent" or message.get("userevent") != "FairdialTerm":
            return
        asked, held = _number(message.get("asked")), _number(message.get("held"))
        self._demand_mine(held)
        if asked == self.number and held < self.number:
            raise CannotConnectError(f"Asterisk has forgotten that this engine's term is {self.number}")

    def on(self, order: Action) -> Action:
        """The order to call, as Asterisk holds it against the term before it dials."""
        look = {"PreDialGoSub": f"fairdial-term,look,1({self.number})", "Async": False}
        return Action(name=order.name, fields={**order.fields, **look}, variables=order.variables)

    def _demand_mine(self, held: int) -> None:
        if held > self.number:
            raise OlderTermError(mine=self.number, held=held)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
