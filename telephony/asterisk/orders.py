"""Engine's commands as actions for Asterisk. Pure; every value is checked where the action is made."""

from __future__ import annotations

from dataclasses import dataclass

from compliance_gate.findings import Recording
from dialer.domain.commands import Originate
from dialer.domain.ids import EndpointId
from telephony.asterisk.names import call_channel, endpoint, phone_number
from telephony.asterisk.wire import Action, Value

# What an agent's own phone shows while it is rung.
_OWN_CALLER_ID = "<100>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What a campaign may have played, by the names of sound files in Asterisk's sounds folder.

    Args:
        message: for a person nobody was free for; None hangs up instead.
        drop: for an answering machine.
        overflow: send unserved people to the live overflow instead of playing the message.
        record: whether calls are recorded.
    """

    message: str | None = None
    drop: str | None = None
    overflow: bool = False
    record: bool = False


def originate(command: Originate, *, dial: str, trunk: str, voice: Voice) -> Action:
    """Place the call. What may be played is the campaign's, as far as this call's clearance allows it.

    Raises:
        UnsafeValueError: the number, the caller id or the attempt's id is not what it should be.
    """
    may_play = command.clearance.may_play
    message = voice.message if Recording.ABANDONMENT_MESSAGE in may_play else None
    drop = voice.drop if Recording.VOICEMAIL_DROP in may_play else None
    variables = {
        "FD_LIMIT": str(max(1, int(command.answer_limit_s))),
        "FD_UNSERVED": "overflow" if voice.overflow else "message" if message else "hangup",
        "FD_MESSAGE": message or "",
        "FD_AMD": command.detection.value,
        "FD_MACHINE": "message" if drop else "hangup",
        "FD_DROP": drop or "",
        "FD_RECORD": command.attempt if voice.record else "",
    }
    fields: dict[str, Value] = {
        "Channel": f"PJSIP/{phone_number(dial)}@{trunk}",
        "Context": "fairdial-customer",
        "Exten": "answered",
        "Priority": 1,
        "Timeout": int(command.ring_s * 1000),
        "CallerID": f"<{phone_number(command.caller_id)}>",
        "Async": True,
        "ChannelId": call_channel(command.attempt),
    }
    return Action(name="Originate", fields=fields, variables=variables)


def ring(phone: EndpointId, *, channel: str, ring_s: float) -> Action:
    """Ring an agent's own phone and keep it on the line.

    Raises:
        UnsafeValueError: no name of a phone.
    """
    fields: dict[str, Value] = {
        "Channel": f"PJSIP/{endpoint(phone)}",
        "Context": "fairdial-agent",
        "Exten": "ready",
        "Priority": 1,
        "Timeout": int(ring_s * 1000),
        "CallerID": _OWN_CALLER_ID,
        "Async": True,
        "ChannelId": channel,
    }
    return Action(name="Originate", fields=fields)


def join(one: str, other: str) -> Action:
    """Let two channels hear each other."""
    return Action(name="Bridge", fields={"Channel1": one, "Channel2": other, "Tone": "no"})


def hang_up(channel: str) -> Action:
    """End a channel in the normal way."""
    return Action(name="Hangup", fields={"Channel": channel, "Cause": 16})


def mark_served(channel: str) -> Action:
    """Tell the dialplan that this person was joined to an agent."""
    return Action(name="Setvar", fields={"Channel": channel, "Variable": "FD_SERVED", "Value": "1"})
