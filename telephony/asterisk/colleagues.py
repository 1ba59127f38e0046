"""Two agents who talk with each other while a person is on hold: their own legs joined, and nobody called.

What is told of it is told under an id that the engine gave it, as of a call: joined, and over as soon as one
of the two legs is out of it again, whoever took it out.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from dialer.domain.attempt import Outcome
from dialer.domain.commands import JoinAgents, PartAgents
from dialer.domain.events import BridgeFailed, CallBridged, CallEnded
from dialer.domain.ids import AgentId, AttemptId
from telephony.asterisk import orders
from telephony.asterisk.acts import Told
from telephony.asterisk.connection import AmiConnection, why_refused
from telephony.asterisk.wire import AmiMessage
from telephony.softphone.legs import LegBook


@dataclass(slots=True, kw_only=True)
class _Pair:
    consultation: AttemptId
    agent: AgentId
    leg: str
    other: str
    bridges: dict[str, str]
    is_joined: bool = False

    def is_together(self) -> bool:
        there = self.bridges.get(self.leg)
        return there is not None and there == self.bridges.get(self.other)


class Colleagues:
    """The consultations between agents of one Asterisk.

    Args:
        link: gives the present connection.
        is_on_call: whether an agent talks with a person.
        tell: passes on what is to be told.
    """

    def __init__(
        self,
        link: Callable[[], AmiConnection],
        legs: LegBook,
        is_on_call: Callable[[AgentId], bool],
        tell: Callable[[Iterable[Told]], Awaitable[None]],
    ) -> None:
        self._link = link
        self._legs = legs
        self._is_on_call = is_on_call
        self._tell = tell
        self._pairs: dict[AttemptId, _Pair] = {}

    def __len__(self) -> int:
        return len(self._pairs)

    async def perform(self, command: JoinAgents | PartAgents) -> None:
        """Join, or part; what comes of it is told by events."""
        if isinstance(command, JoinAgents):
            await self._join(command)
        else:
            await self._part(command)

    def feed(self, message: AmiMessage, now: float) -> tuple[Told, ...]:
        """One event of Asterisk's, at POSIX seconds `now`."""
        if not self._pairs or message.event not in {"BridgeEnter", "BridgeLeave", "Hangup"}:
            return ()
        channel = message.get("uniqueid")
        told: list[Told] = []
        for pair in tuple(self._pairs.values()):
            if channel in (pair.leg, pair.other):
                told += self._moved(pair, channel, message, now)
        return tuple(told)

    def lost(self) -> None:
        """Who talks with whom is not known any more."""
        self._pairs.clear()

    def _moved(self, pair: _Pair, channel: str, message: AmiMessage, now: float) -> list[Told]:
        is_in = message.event == "BridgeEnter" and message.get("bridgetechnology") != "holding_bridge"
        if is_in:
            pair.bridges[channel] = message.get("bridgeuniqueid")
        else:
            pair.bridges.pop(channel, None)
        if pair.is_together() and not pair.is_joined:
            pair.is_joined = True
            return [CallBridged(attempt=pair.consultation, agent=pair.agent, bridged_at=now)]
        if (pair.is_joined and not pair.is_together()) or message.event == "Hangup":
            return [self._over(pair.consultation)]
        return []

    def _over(self, consultation: AttemptId) -> CallEnded:
        self._pairs.pop(consultation, None)
        return CallEnded(attempt=consultation, outcome=Outcome.CONNECTED, cause="the agents are apart")

    async def _join(self, command: JoinAgents) -> None:
        leg, other = self._legs.channel_of(command.agent), self._legs.channel_of(command.colleague)
        reason = ""
        if leg is None or other is None:
            reason = "a phone is not on the line"
        elif self._is_on_call(command.agent) or self._is_on_call(command.colleague):
            reason = "one of the agents is on another call"
        else:
            name = command.consultation
            self._pairs[name] = _Pair(
                consultation=name, agent=command.agent, leg=leg, other=other, bridges={}
            )
            reason = await why_refused(self._link(), orders.join(leg, other))
        if reason:
            self._pairs.pop(command.consultation, None)
            failed = BridgeFailed(attempt=command.consultation, agent=command.agent, reason=reason)
            await self._tell((failed,))

    async def _part(self, command: PartAgents) -> None:
        """Take the other agent out. Of one that is not there, that it is over is told all the same."""
        pair = self._pairs.get(command.consultation)
        if pair is None or not pair.is_joined or await why_refused(self._link(), orders.release(pair.other)):
            await self._tell((self._over(command.consultation),))
