"""Who was refused at Asterisk's doors: guessed names and passwords, addresses that may not come in.

Asterisk says each in its security events, thousands a second while somebody guesses. They come over a
connection of their own, so that an attack is seen and the calls' events do not wait behind it.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import structlog

from dialer.back_off import BackOff
from telephony.asterisk.connection import AmiAddress, AmiConnection
from telephony.asterisk.errors import AmiError
from telephony.asterisk.wire import AmiMessage

_log = structlog.get_logger(__name__)

EVENTS = "system,security"
"""Classes of events this connection is sent; `system` has `FullyBooted`."""
SAY_EVERY_S = 60.0
_MOST_ADDRESSES = 1000


class Door(Enum):
    """Where somebody tried."""

    SIP = "sip"
    MANAGER = "manager"
    OTHER = "other"


class Why(Enum):
    """Why they were refused."""

    UNKNOWN_NAME = "unknown name"
    WRONG_PASSWORD = "wrong password"
    ADDRESS = "address not permitted"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One try that Asterisk refused.

    Args:
        address: that it came from, without its port; '' = not told.
    """

    door: Door
    why: Why
    address: str


_WHY = {
    "InvalidAccountID": Why.UNKNOWN_NAME,
    "InvalidPassword": Why.WRONG_PASSWORD,
    "ChallengeResponseFailed": Why.WRONG_PASSWORD,
    "FailedACL": Why.ADDRESS,
    "UnexpectedAddress": Why.ADDRESS,
    "InvalidTransport": Why.OTHER,
    "AuthMethodNotAllowed": Why.OTHER,
    "RequestBadFormat": Why.OTHER,
    "RequestNotAllowed": Why.OTHER,
    "SessionLimit": Why.OTHER,
}
_DOORS = {"PJSIP": Door.SIP, "AMI": Door.MANAGER}


def refusal_of(message: AmiMessage) -> Refusal | None:
    """The refusal that an event tells of; None for every other event."""
    why = _WHY.get(message.event)
    if why is None:
        return None
    parts = message.get("remoteaddress").split("/")
    return Refusal(
        door=_DOORS.get(message.get("service"), Door.OTHER),
        why=why,
        address=parts[2] if len(parts) == 4 else "",
    )


class RefusalWatch:
    """Listens at one Asterisk, for ever.

    Args:
        told: called with each refusal; must not block.
    """

    def __init__(self, address: AmiAddress, told: Callable[[Refusal], None]) -> None:
        self._address = dataclasses.replace(address, events=EVENTS)
        self._told = told
        self._addresses: Counter[str] = Counter()
        self._said_at = 0.0

    async def run(self) -> None:
        """Connect, listen, and connect anew when the connection is over; until cancelled."""
        back_off = BackOff(1.0, 30.0)
        while True:
            link = AmiConnection(self._address)
            try:
                await link.connect()
                back_off.reset()
                async for item in link.events:
                    if isinstance(item, AmiMessage):
                        self._take(item)
            except AmiError as error:
                # The floor's own connection says loudly that Asterisk is away or refuses the login.
                _log.info("refusals.unheard", host=self._address.host, why=str(error))
            finally:
                await link.close()
            await asyncio.sleep(back_off.pause())

    def _take(self, message: AmiMessage) -> None:
        refusal = refusal_of(message)
        if refusal is None:
            return
        self._told(refusal)
        if refusal.address in self._addresses or len(self._addresses) < _MOST_ADDRESSES:
            self._addresses[refusal.address] += 1
        now = asyncio.get_running_loop().time()
        if now - self._said_at >= SAY_EVERY_S:
            most = self._addresses.most_common(3)
            _log.warning("asterisk.refused", host=self._address.host, most=most)
            self._said_at = now
            self._addresses.clear()
