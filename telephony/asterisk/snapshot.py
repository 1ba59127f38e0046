"""Asks an Asterisk what lives there: after every (re)connect, before anything is dialed."""

from __future__ import annotations

from collections.abc import Iterable

from dialer.domain.events import NetworkReconciled
from dialer.domain.ids import AgentId, AttemptId, InboundId
from telephony.asterisk.acts import ChannelFact, InboundFact, Snapshot
from telephony.asterisk.connection import AmiConnection
from telephony.asterisk.names import agent_of, attempt_of
from telephony.asterisk.wire import Action, AmiMessage

# Where the dialplan keeps everybody who called us, joined to an agent or not.
_INBOUND = "fairdial-inbound"
# And where it keeps a person on hold.
_CUSTOMER, _HOLD = "fairdial-customer", "hold"


async def take_snapshot(link: AmiConnection) -> Snapshot:
    """All our channels, who is up, and who is joined to whom.

    Raises:
        AmiError: the connection went away meanwhile.
    """
    bridges = await link.send_list(Action(name="BridgeList"))
    channels = await link.send_list(Action(name="Status"))
    return snapshot_of(bridges, channels)


def snapshot_of(bridges: tuple[AmiMessage, ...], channels: tuple[AmiMessage, ...]) -> Snapshot:
    """The same from the two lists: `BridgeListItem` and `Status` events."""
    waiting_rooms = {
        item.get("bridgeuniqueid") for item in bridges if item.get("bridgetechnology") == "holding_bridge"
    }
    members: dict[str, list[str]] = {}
    for item in channels:
        bridge = item.get("bridgeid")
        if bridge and bridge not in waiting_rooms:
            members.setdefault(bridge, []).append(item.get("uniqueid"))
    facts: dict[str, ChannelFact] = {}
    for item in channels:
        channel = item.get("uniqueid")
        if attempt_of(channel) is None and agent_of(channel) is None:
            continue
        others = [one for one in members.get(item.get("bridgeid"), []) if one != channel]
        facts[channel] = ChannelFact(
            channel=channel,
            is_up=item.get("channelstatedesc") == "Up",
            is_ringing=item.get("channelstatedesc") == "Ringing",
            partner=_ours(others),
            endpoint=_endpoint(item.get("channel")),
            bridge="" if item.get("bridgeid") in waiting_rooms else item.get("bridgeid"),
            is_held=item.get("context") == _CUSTOMER and item.get("exten") == _HOLD,
        )
    inbound = tuple(_inbound(item, members) for item in channels if item.get("context") == _INBOUND)
    return Snapshot(channels=facts, inbound=inbound)


def _inbound(item: AmiMessage, members: dict[str, list[str]]) -> InboundFact:
    channel = item.get("uniqueid")
    others = [one for one in members.get(item.get("bridgeid"), []) if one != channel]
    return InboundFact(
        channel=channel,
        caller=item.get("calleridnum"),
        dialed=item.get("dnid"),
        waits=item.get("application").lower() == "bridgewait",
        partner=_ours(others),
    )


def reconciled(snapshot: Snapshot, *, also: Iterable[AttemptId] = ()) -> NetworkReconciled:
    """The engine's event: everything that lives there, by our ids.

    Args:
        also: attempts handed over since the connection came back, whose channel may not be listed yet.
    """
    talking: dict[AttemptId, AgentId] = {}
    for fact in snapshot.channels.values():
        attempt = attempt_of(fact.channel)
        agent = agent_of(fact.partner) if fact.partner else None
        if attempt is not None and agent is not None:
            talking[attempt] = agent
    listed = {attempt for name in snapshot.channels if (attempt := attempt_of(name))}
    live = sorted(listed | set(also))
    agents = {agent for name, fact in snapshot.channels.items() if fact.is_up and (agent := agent_of(name))}
    inbound = [
        (InboundId(fact.channel), agent_of(fact.partner) if fact.partner else None)
        for fact in sorted(snapshot.inbound, key=lambda fact: fact.channel)
    ]
    return NetworkReconciled(
        live=tuple(live),
        talking=dict(sorted(talking.items())),
        agents=tuple(sorted(agents)),
        inbound=tuple(inbound),
    )


def _endpoint(name: str) -> str:
    """`seat-7` of Asterisk's own name of a channel, `PJSIP/seat-7-0000002a`."""
    technology, _, rest = name.partition("/")
    return rest.rpartition("-")[0] if technology == "PJSIP" else ""


def _ours(channels: list[str]) -> str | None:
    """The partner that matters: an agent, else a call; supervisors and third parties may be there too."""
    calls = [channel for channel in channels if attempt_of(channel) is not None]
    agents = [channel for channel in channels if agent_of(channel) is not None]
    return next(iter((*agents, *calls)), None)
