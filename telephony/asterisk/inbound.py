"""People who call us: what they pressed, and who waits. Pure.

The engine's port has no word for an inbound call, since who calls is a question for the store. So this is
told to a listener of its own: the composition root finds the person by the number, lets the engine know
of an opt-out before it is acknowledged anywhere, and finds an agent for who waits.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from telephony.asterisk.wire import AmiMessage


class InboundStep(Enum):
    CALLED = "called"
    """Somebody called, and hears the menu."""
    OPTED_OUT = "opted_out"
    """They pressed 9: this number is never to be called again."""
    WAITING = "waiting"
    """They wait for an agent."""
    UNSERVED = "unserved"
    """Nobody was free in time; they hear so."""
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundNews:
    """One step of one inbound call.

    Args:
        channel: Asterisk's id of the call; what actions need.
        caller: the caller's number as the network gives it; '' when withheld. Not proved to be theirs.
        dialed: which of our numbers they called.
    """

    channel: str
    step: InboundStep
    caller: str
    dialed: str


_STEPS = {
    "FairdialInbound": InboundStep.CALLED,
    "FairdialOptOut": InboundStep.OPTED_OUT,
    "FairdialInboundWaiting": InboundStep.WAITING,
    "FairdialInboundUnserved": InboundStep.UNSERVED,
}


class InboundBook:
    """Inbound calls at one Asterisk, from the menu to the hang-up."""

    def __init__(self) -> None:
        self._numbers: dict[str, tuple[str, str]] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def feed(self, message: AmiMessage) -> InboundNews | None:
        """One event of Asterisk's; None when it is no news of an inbound call."""
        channel = message.get("uniqueid")
        if message.event == "Hangup" and channel in self._numbers:
            return self._news(channel, InboundStep.ENDED, self._numbers.pop(channel))
        if message.event != "UserEvent" or message.get("userevent") not in _STEPS:
            return None
        step = _STEPS[message.get("userevent")]
        if step is InboundStep.CALLED:
            self._numbers[channel] = (message.get("caller"), message.get("dialed"))
        numbers = self._numbers.get(channel)
        return None if numbers is None else self._news(channel, step, numbers)

    def lost(self) -> None:
        """The connection went: who still waits is not known; the dialplan sees to them."""
        self._numbers.clear()

    @staticmethod
    def _news(channel: str, step: InboundStep, numbers: tuple[str, str]) -> InboundNews:
        return InboundNews(channel=channel, step=step, caller=numbers[0], dialed=numbers[1])
