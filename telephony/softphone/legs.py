"""Agents' own telephones at one Asterisk: which legs are up. Pure.

An agent's phone, a SIP phone or a browser, is rung once and stays on the line (nailed up), waiting in a
holding bridge between customers. Each ringing is a leg with a channel id of its own. A phone that stops
answering its checks is dead: its leg is ended at once instead of waiting for the sound to time out, and
rung again when the phone is back, as long as the agent still wants it.

A browser that reloads its page, or whose socket breaks, is gone for a second: its contact is removed at once.
Its leg is then *missing*, and the engine is not told yet. When the browser is back it is rung: one that lost
only its socket says that it is busy, and the old leg goes on; one that lost its voice path too answers, and
the new leg takes the place of the old. One that does not come back in time has lost its leg like any phone,
and so has one that a person was to be joined to meanwhile.

A phone may say that it is busy although its leg is dead: a page whose Asterisk was restarted takes seconds to
notice that nothing comes any more. A ring for a leg of which nothing lives is therefore marked as such, so
that a page may let the dead one go, and a phone that is busy all the same is rung again soon.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dialer.domain.events import AgentLegLost, AgentLegRestored
from dialer.domain.ids import AgentId, EndpointId
from telephony.asterisk.acts import AwaitPhone, HangUpChannel, RingAgain, RingSoon, Snapshot, TakeOver, Told
from telephony.asterisk.names import agent_channel, agent_of
from telephony.asterisk.wire import AmiMessage

_DEAD = frozenset({"Unreachable", "Removed"})
_BUSY = "17"
"""Asterisk's cause for SIP 486."""
_BUSY_REASON = "5"
"""The same as an `OriginateResponse` says it (AST_CONTROL_BUSY)."""
_HUNG_UP = "was hung up: get ready again to be rung"
_AWAY = "is not reached any more; it is rung when it is back"
_NOT_REGISTERED = "is not registered: switch it on, or mend its password; it is rung when it registers"
_NOT_RUNG: Mapping[str, str] = {
    "3": "was rung and not answered: get ready again to be rung again",
    _BUSY_REASON: "is busy: end its other call; it is rung again in a moment",
}
"""Why a ring came to nothing, by the reason of an `OriginateResponse` (AST_CONTROL_RINGING and _BUSY); every
other means that there was nothing to ring."""


@dataclass(slots=True, kw_only=True)
class _Leg:
    agent: AgentId
    endpoint: EndpointId | None
    channel: str | None = None
    contact: str | None = None
    is_up: bool = False
    is_lost: bool = False
    is_missing: bool = False
    next: str | None = None
    next_contact: str | None = None
    next_rung: str | None = None


class LegBook:
    """All agents' legs of one Asterisk."""

    def __init__(self) -> None:
        self._legs: dict[AgentId, _Leg] = {}
        self._contacts: dict[str, list[str]] = {}
        self._unwanted: set[AgentId] = set()

    def channel_of(self, agent: AgentId) -> str | None:
        """Channel of the agent's leg when it is up."""
        leg = self._legs.get(agent)
        return leg.channel if leg is not None and leg.is_up else None

    def endpoint_of(self, agent: AgentId) -> EndpointId | None:
        """The agent's phone, while the agent wants a leg."""
        leg = self._legs.get(agent)
        return None if leg is None else leg.endpoint

    def is_anew(self, agent: AgentId) -> bool:
        """Whether nothing of an earlier leg lives at this Asterisk: a phone that believes in one is wrong."""
        leg = self._legs.get(agent)
        return leg is None or leg.channel is None

    def up(self) -> tuple[AgentId, ...]:
        """Agents whose leg is up, sorted."""
        return tuple(sorted(leg.agent for leg in self._legs.values() if leg.is_up))

    def ring(self, agent: AgentId, endpoint: EndpointId, serial: int) -> str | None:
        """The channel id to ring the phone with; None when the very leg is up or being rung already."""
        self._unwanted.discard(agent)
        leg = self._legs.get(agent)
        reachable = self._contacts.get(endpoint)
        contact = reachable[-1] if reachable else None
        channel = agent_channel(agent, serial)
        if leg is not None and leg.channel is not None and leg.endpoint in {endpoint, None}:
            leg.endpoint = endpoint
            if not leg.is_missing or leg.next is not None:
                return None
            leg.next, leg.next_contact, leg.next_rung = channel, contact, channel
            return channel
        self._legs[agent] = _Leg(agent=agent, endpoint=endpoint, channel=channel, contact=contact)
        return channel

    def want(self, agent: AgentId, endpoint: EndpointId) -> None:
        """The agent wants a leg and Asterisk is not heard: it is rung when what lives there is known."""
        self._unwanted.discard(agent)
        if agent not in self._legs:
            self._legs[agent] = _Leg(agent=agent, endpoint=endpoint, is_lost=True)
        self._legs[agent].endpoint = endpoint

    def drop(self, agent: AgentId) -> str | None:
        """The agent no longer wants a leg: the channel to end, if there is one. A leg that lives all the same
        after a loss of Asterisk is ended when it is heard again, not taken for an agent at work."""
        self._unwanted.add(agent)
        leg = self._legs.pop(agent, None)
        return None if leg is None else leg.channel

    def failed(self, channel: str) -> tuple[Told, ...]:
        """The phone could not be rung."""
        return self._gone(channel, _NOT_REGISTERED)

    def is_missing(self, agent: AgentId) -> bool:
        """Whether the agent's browser is away, its leg still up."""
        leg = self._legs.get(agent)
        return leg is not None and leg.is_missing

    def given_up(self, channel: str) -> tuple[Told, ...]:
        """A browser that went missing with this leg is not waited for any longer."""
        agent = agent_of(channel)
        leg = None if agent is None else self._legs.get(agent)
        if leg is None or leg.channel != channel or not leg.is_missing:
            return ()
        return (*self._gone(channel, _AWAY), HangUpChannel(channel=channel))

    def resync(self, snapshot: Snapshot) -> tuple[Told, ...]:
        """Take over the legs that Asterisk lists; a leg that is not listed is gone."""
        up = {agent: fact for fact in snapshot.channels.values() if (agent := agent_of(fact.channel))}
        told: list[Told] = []
        for agent, leg in self._legs.items():
            if leg.next not in snapshot.channels:
                leg.next = None
            if leg.channel is not None and leg.channel not in snapshot.channels:
                leg.channel, leg.is_up, leg.is_lost, leg.is_missing = None, False, True, False
                told.append(_lost(leg, _AWAY))
            if leg.channel is None and leg.is_lost:  # lost now, or before and not yet back
                told.append(RingAgain(agent=agent))
        for agent, fact in up.items():
            if agent in self._unwanted:
                told.append(HangUpChannel(channel=fact.channel))
                continue
            phone = EndpointId(fact.endpoint) if fact.endpoint else None
            leg = self._legs.setdefault(agent, _Leg(agent=agent, endpoint=phone))
            if leg.channel not in {None, fact.channel}:
                told.append(HangUpChannel(channel=fact.channel))
                continue
            was_up, leg.channel, leg.is_up = leg.is_up, fact.channel, fact.is_up
            if leg.is_up and not was_up:
                told.append(AgentLegRestored(agent=agent))
        return tuple(told)

    def feed(self, message: AmiMessage) -> tuple[Told, ...]:
        """One event of Asterisk's."""
        channel = message.get("uniqueid")
        match message.event:
            case "UserEvent" if message.get("userevent") == "FairdialAgentReady":
                return self._ready(channel)
            case "Hangup" if message.get("cause") == _BUSY:
                return self._busy(channel)
            case "Hangup":
                return self._gone(channel, _HUNG_UP)
            case "OriginateResponse" if message.get("response") != "Success":
                return self._not_taken(channel, message.get("reason"))
            case "ContactStatus":
                return self._on_contact(
                    message.get("endpointname"), message.get("uri"), message.get("contactstatus")
                )
            case _:
                return ()

    def _ready(self, channel: str) -> tuple[Told, ...]:
        agent = agent_of(channel)
        if agent is None:
            return ()
        leg = self._legs.get(agent)
        if leg is not None and leg.next == channel and leg.channel is not None:
            taken = TakeOver(agent=agent, old=leg.channel, new=channel)
            leg.channel, leg.contact, leg.next, leg.is_missing = channel, leg.next_contact, None, False
            return (taken,)
        if leg is None or leg.channel != channel:
            return (HangUpChannel(channel=channel),)
        leg.is_up, leg.is_lost = True, False
        return (AgentLegRestored(agent=agent),)

    def _busy(self, channel: str) -> tuple[Told, ...]:
        """The browser has its voice path still; only its socket was another for a moment.

        Asterisk says that the ringing failed before it says why.
        """
        agent = agent_of(channel)
        leg = None if agent is None else self._legs.get(agent)
        if leg is None or leg.next_rung != channel or leg.channel in {None, channel}:
            return self._gone(channel, _NOT_RUNG[_BUSY_REASON])
        leg.contact, leg.next, leg.is_missing = leg.next_contact, None, False
        return ()

    def _not_taken(self, channel: str, reason: str) -> tuple[Told, ...]:
        """A ring came to nothing. A busy phone without a leg is rung again; others when they are back."""
        told = self._gone(channel, _NOT_RUNG.get(reason, _NOT_REGISTERED))
        agent = agent_of(channel)
        if not told or reason != _BUSY_REASON or agent is None or not self.is_anew(agent):
            return told
        return (*told, RingSoon(agent=agent))

    def _gone(self, channel: str, why: str) -> tuple[Told, ...]:
        agent = agent_of(channel)
        leg = None if agent is None else self._legs.get(agent)
        if agent is None or leg is None:
            return ()
        if leg.next == channel:
            leg.next = None
            return ()
        if leg.channel != channel:
            return ()
        # A browser that is being rung meanwhile has its leg for itself: it is up when the dialplan says so.
        leg.channel, leg.contact, leg.next = leg.next, leg.next_contact, None
        leg.is_up, leg.is_lost, leg.is_missing = False, True, False
        return (_lost(leg, why),)

    def _on_contact(self, endpoint: str, contact: str, status: str) -> tuple[Told, ...]:
        """A phone that comes back registers a new contact around the time at which its old one is removed, in
        either order: only the contact that the leg was rung on ends it, and any other rings it again."""
        reachable = self._contacts.setdefault(endpoint, [])
        if status in {"Reachable", *_DEAD} and contact in reachable:
            reachable.remove(contact)
        if status == "Reachable":
            reachable.append(contact)
        told: list[Told] = []
        for leg in self._legs.values():
            if leg.endpoint != endpoint:
                continue
            is_dead = status in _DEAD and leg.channel is not None and leg.contact in {None, contact}
            if is_dead and leg.channel is not None and leg.is_up and _went_away(status, contact):
                leg.is_missing = True
                told.append(AwaitPhone(channel=leg.channel))
            elif is_dead and leg.channel is not None:
                told += [_lost(leg, _AWAY), HangUpChannel(channel=leg.channel)]
                leg.channel, leg.is_up, leg.is_lost = None, False, True
            is_wanted = leg.is_missing and leg.next is None
            is_wanted = is_wanted or (leg.channel is None and leg.is_lost)
            if reachable and is_wanted and status in {"Reachable", *_DEAD}:
                told.append(RingAgain(agent=leg.agent))
        return tuple(told)


def _lost(leg: _Leg, why: str) -> AgentLegLost:
    return AgentLegLost(agent=leg.agent, reason=f"phone {leg.endpoint} {why}" if leg.endpoint else why)


def _went_away(status: str, contact: str) -> bool:
    """A browser's contact is removed when its socket closes; a phone's own sign of death is another."""
    return status == "Removed" and ";transport=ws" in contact.lower()
