"""Proves that sound flows both ways over a trunk: calls a number of one's own that sends back what it hears.

A tone is played to it, and Asterisk listens whether a tone comes back; the counters of the sound's packets
and the codec agreed upon come with the answer. The number is the operator's own (`test_number` of the trunk),
set down for this; nobody's telephone is rung, so no clearance is asked for.
"""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass

from telephony.asterisk.connection import AmiConnection
from telephony.asterisk.errors import AmiError
from telephony.asterisk.names import phone_number
from telephony.asterisk.wire import Action, AmiMessage, Value

RING_S = 20.0
ALL_S = RING_S + 15.0
"""Seconds for the answer, and for the whole test."""

_serials = itertools.count(1)


class NoMediaError(AmiError):
    """The test call did not show that sound flows both ways; the message says how far it came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaProof:
    """What the test call measured.

    Args:
        codec: agreed with the trunk.
        sent, received: packets of sound.
        lost_share: 0-1 of those that should have come.
        round_trip_s: None = the far end did not tell.
    """

    codec: str
    sent: int
    received: int
    lost_share: float
    round_trip_s: float | None


async def prove_media(
    link: AmiConnection, *, trunk: str, number: str, caller_id: str, serial: str
) -> MediaProof:
    """Call, play, listen, hang up.

    Args:
        link: a connection whose events nobody else reads.
        number: E.164; answers and sends back what it hears.
        caller_id: E.164, shown to it.
        serial: part of the channel's id; never used twice.

    Raises:
        NoMediaError: not answered, or nothing came back.
        AmiError: the connection went away.
    """
    channel = f"fd.probe.{serial}.{next(_serials)}"
    fields: dict[str, Value] = {
        "Channel": f"PJSIP/{phone_number(number)}@{trunk}",
        "Context": "fairdial-probe",
        "Exten": "tone",
        "Priority": 1,
        "Timeout": int(RING_S * 1000),
        "CallerID": f"<{phone_number(caller_id)}>",
        "Async": True,
        "ChannelId": channel,
    }
    answer = await link.send(Action(name="Originate", fields=fields))
    if not answer.is_success:
        raise NoMediaError(f"Asterisk refused the test call: {answer.get('message')}")
    try:
        async with asyncio.timeout(ALL_S):
            return await _wait(link, channel)
    except TimeoutError:
        raise NoMediaError(f"nothing was heard of the test call for {ALL_S:g} s") from None


async def _wait(link: AmiConnection, channel: str) -> MediaProof:
    was_answered = has_channel = False
    async for item in link.events:
        if not isinstance(item, AmiMessage) or item.get("uniqueid") != channel:
            continue
        if item.event == "UserEvent" and item.get("userevent") == "FairdialProbe":
            return _proof(item)
        has_channel = has_channel or item.event == "Newchannel"
        if item.event == "Newstate" and item.get("channelstatedesc") == "Up":
            was_answered = True
        if item.event == "Hangup":
            words = (
                f"cause {item.get('cause')} {item.get('cause-txt')}, SIP {item.get('techcause') or 'none'}"
            )
            came = "answered and hung up at once" if was_answered else "not answered"
            raise NoMediaError(f"the test number was {came} ({words})")
        if item.event == "OriginateResponse" and item.get("response") == "Failure" and not has_channel:
            raise NoMediaError("no call could be placed on the trunk")
    raise NoMediaError("the connection to Asterisk ended meanwhile")


def _proof(item: AmiMessage) -> MediaProof:
    sent, received = _whole(item, "sent"), _whole(item, "received")
    if item.get("heard") != "NOISE":
        raise NoMediaError(
            f"the test number answered, {sent} packets of sound were sent and {received} came back, "
            + ("but no tone was in them" if received else "none of ours was heard")
        )
    whole = received + _whole(item, "lost")
    trip = _number(item, "roundtrip")
    return MediaProof(
        codec=item.get("codec").strip("()"),
        sent=sent,
        received=received,
        lost_share=_whole(item, "lost") / whole if whole else 0.0,
        round_trip_s=trip if trip > 0.0 else None,
    )


def _whole(item: AmiMessage, name: str) -> int:
    return int(_number(item, name))


def _number(item: AmiMessage, name: str) -> float:
    try:
        return max(float(item.get(name)), 0.0)
    except ValueError:
        return 0.0
