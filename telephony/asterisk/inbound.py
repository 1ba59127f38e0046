"""People who call us: what they pressed, who waits, who is joined. Pure.

A call's id is Asterisk's own of its channel, since we did not choose one. The number that called is kept here
as long as the call lives and goes into no event: who has it is a question for the store.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import phonenumbers

from dialer.domain.events import (
    InboundArrived,
    InboundBridged,
    InboundCallBackAsked,
    InboundEnded,
    InboundLanguageChosen,
    InboundMessageLeft,
    InboundOptedOut,
    InboundUnserved,
    InboundWaiting,
)
from dialer.domain.ids import AgentId, InboundId
from telephony.asterisk.acts import InboundFact, MarkServed, Snapshot, Told
from telephony.asterisk.names import agent_of
from telephony.asterisk.wire import AmiMessage, stamp_of


@dataclass(slots=True)
class _Call:
    caller: str | None
    agent: AgentId | None = None


@dataclass(slots=True)
class _Bridge:
    calls: list[InboundId] = field(default_factory=list[InboundId])
    agents: list[AgentId] = field(default_factory=list[AgentId])


class InboundBook:
    """Inbound calls at one Asterisk, from the menu to the hang-up.

    Args:
        region: country (ISO 3166) that numbers without a country code are read by.
    """

    def __init__(self, *, region: str = "US") -> None:
        self._region = region
        self._calls: dict[InboundId, _Call] = {}
        self._bridges: dict[str, _Bridge] = {}
        self._steps: dict[str, Callable[[InboundId, AmiMessage], Told]] = {
            "FairdialOptOut": lambda call, item: InboundOptedOut(call=call, key=item.get("key")),
            "FairdialInboundWaiting": lambda call, _item: InboundWaiting(call=call),
            "FairdialInboundLanguage": lambda call, item: InboundLanguageChosen(
                call=call, language=item.get("tag"), is_required=item.get("required") == "1"
            ),
            "FairdialMessageLeft": lambda call, item: InboundMessageLeft(
                call=call, recording=item.get("file"), seconds=_seconds(item.get("seconds"))
            ),
            "FairdialCallBack": lambda call, item: InboundCallBackAsked(call=call, key=item.get("key")),
            "FairdialInboundUnserved": lambda call, _item: InboundUnserved(call=call),
        }

    def __len__(self) -> int:
        return len(self._calls)

    def caller_of(self, call: InboundId) -> str | None:
        """The number that called, in E.164; None = withheld, or over."""
        known = self._calls.get(call)
        return None if known is None else known.caller

    def is_alive(self, call: InboundId) -> bool:
        """Whether the call's channel exists, as far as was heard."""
        return call in self._calls

    def with_agent(self, agent: AgentId) -> InboundId | None:
        """The inbound call that this agent is joined to."""
        return next((name for name, call in self._calls.items() if call.agent == agent), None)

    def feed(self, message: AmiMessage, now: float, *, ahead: float = 0.0) -> tuple[Told, ...]:
        """One event of Asterisk's; times as in `CallBook.feed`."""
        match message.event:
            case "UserEvent":
                return self._user_event(message)
            case "Hangup":
                return self._hangup(message)
            case "BridgeEnter":
                return self._bridge_enter(message, stamp_of(message, now, ahead))
            case "BridgeLeave":
                self._bridge_leave(message)
                return ()
            case _:
                return ()

    def lost(self) -> None:
        """From here on events are missing."""
        self._bridges.clear()

    def resync(self, snapshot: Snapshot) -> tuple[Told, ...]:
        """Take over what Asterisk lists; who came while nobody listened is told anew."""
        told: list[Told] = []
        listed = {InboundId(fact.channel): fact for fact in snapshot.inbound}
        self._calls = {name: call for name, call in self._calls.items() if name in listed}
        for name, fact in listed.items():
            known = self._calls.get(name)
            if known is None:
                known = self._calls[name] = _Call(self._e164(fact.caller))
                told += self._arrival(name, fact)
            known.agent = agent_of(fact.partner) if fact.partner else None
        return tuple(told)

    def _arrival(self, call: InboundId, fact: InboundFact) -> tuple[Told, ...]:
        arrived = InboundArrived(call=call, dialed=self._e164(fact.dialed) or "")
        return (arrived, InboundWaiting(call=call)) if fact.waits else (arrived,)

    def _user_event(self, message: AmiMessage) -> tuple[Told, ...]:
        call, name = InboundId(message.get("uniqueid")), message.get("userevent")
        if name == "FairdialInbound":
            self._calls[call] = _Call(self._e164(message.get("caller")))
            dialed = self._e164(message.get("dialed")) or ""
            return (InboundArrived(call=call, dialed=dialed, is_closed=message.get("closed") == "1"),)
        step = self._steps.get(name)
        return () if step is None or call not in self._calls else (step(call, message),)

    def _hangup(self, message: AmiMessage) -> tuple[Told, ...]:
        call = InboundId(message.get("uniqueid"))
        return () if self._calls.pop(call, None) is None else (InboundEnded(call=call),)

    def _bridge_enter(self, message: AmiMessage, at: float) -> tuple[Told, ...]:
        if message.get("bridgetechnology") == "holding_bridge":
            return ()
        channel = message.get("uniqueid")
        agent = agent_of(channel)
        if agent is None and channel not in self._calls:
            return ()
        bridge = self._bridges.setdefault(message.get("bridgeuniqueid"), _Bridge())
        if agent is not None:
            bridge.agents.append(agent)
        else:
            bridge.calls.append(InboundId(channel))
        told: list[Told] = []
        for name in bridge.calls:
            call = self._calls.get(name)
            if call is not None and call.agent is None and bridge.agents:
                call.agent = bridge.agents[0]
                told += [
                    InboundBridged(call=name, agent=call.agent, bridged_at=at),
                    MarkServed(channel=name),
                ]
        return tuple(told)

    def _bridge_leave(self, message: AmiMessage) -> None:
        bridge = self._bridges.get(message.get("bridgeuniqueid"))
        if bridge is None:
            return
        channel = message.get("uniqueid")
        agent = agent_of(channel)
        for name in bridge.calls:
            call = self._calls.get(name)
            if call is not None and (name == channel or call.agent == agent):
                call.agent = None
        bridge.calls = [name for name in bridge.calls if name != channel]
        bridge.agents = [name for name in bridge.agents if name != agent]
        if not bridge.calls and not bridge.agents:
            del self._bridges[message.get("bridgeuniqueid")]

    def _e164(self, number: str) -> str | None:
        """The number in E.164; None when it is none: withheld, or an exchange's own."""
        try:
            parsed = phonenumbers.parse(number, self._region)
        except phonenumbers.NumberParseException:
            return None
        if not phonenumbers.is_possible_number(parsed):
            return None
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _seconds(text: str) -> float:
    """Whole seconds that the dialplan counted; 0 where it told none."""
    return float(text) if text.isdecimal() else 0.0
