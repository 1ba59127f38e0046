"""Engine's commands as actions for Asterisk. Pure; every value is checked where the action is made."""

from __future__ import annotations

from dataclasses import dataclass

from compliance_gate.findings import Recording
from dialer.domain.campaign import DetectionMode
from dialer.domain.commands import (
    SETUP_MOST_S,
    Bridge,
    HoldPerson,
    JoinThirdParty,
    Originate,
    TellInboundPlace,
)
from dialer.domain.events import BridgeFailed, HoldFailed
from dialer.domain.ids import AttemptId, EndpointId
from dialer.domain.voice import PlannedVoice, Unserved, begins_by_itself
from telephony.asterisk.names import call_channel, endpoint, phone_number, sound
from telephony.asterisk.wire import Action, Value

# What an agent's own phone shows while it is rung. The name tells a page that no earlier leg of it lives.
_OWN_CALLER_ID = "<100>"
_ANEW_CALLER_ID = '"anew" <100>'


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What a campaign without a plan of its own may have played, by names of Asterisk's sound files.

    Args:
        message: for a person nobody was free for; None hangs up instead.
        drop: for an answering machine.
        overflow: send unserved people to the live overflow instead of playing the message.
        record: whether calls are recorded.
        hold: heard by a person on hold, whatever the campaign's plan is; None = what every campaign has.
    """

    message: str | None = None
    drop: str | None = None
    overflow: bool = False
    record: bool = False
    hold: str | None = None


def originate(command: Originate, *, dial: str, trunk: str, voice: Voice) -> Action:
    """Place the call. What may be played is the campaign's, as far as this call's clearance allows it.

    Raises:
        UnsafeValueError: the number, the caller id, the attempt's id or a sound's name is not as it should.
    """
    if command.joins is not None:
        return _third_party(command, command.joins, dial=dial, trunk=trunk)
    plan = command.voice if command.voice is not None else _by_settings(command, voice)
    may_play = command.clearance.may_play
    message = plan.message if Recording.ABANDONMENT_MESSAGE in may_play else None
    drop = plan.drop if Recording.VOICEMAIL_DROP in may_play else None
    notice = plan.notice if Recording.RECORDED_NOTICE in may_play else None
    may_record = command.clearance.handling.recording
    records = begins_by_itself(plan.record and notice == plan.notice, notice, may_record)
    unserved = plan.unserved
    if unserved is Unserved.MESSAGE and message is None:
        unserved = Unserved.HANGUP
    variables = {
        "FD_LIMIT": str(max(1, int(command.answer_limit_s))),
        "FD_UNSERVED": unserved.value,
        "FD_MESSAGE": sound(message),
        "FD_AMD": command.detection.value,
        "FD_MACHINE": "message" if drop and plan.drop_on_detection else "hangup",
        "FD_DROP": sound(drop),
        "FD_RECORD": command.attempt if records else "",
        "FD_CONSENT": sound(notice) if records else "",
        "FD_HOLD": sound(voice.hold),
    }
    fields: dict[str, Value] = {
        "Channel": f"PJSIP/{phone_number(dial)}@{trunk}",
        "Context": "fairdial-customer",
        "Exten": "answered",
        "Priority": 1,
        "Timeout": _most_ms(command),
        "CallerID": f"<{phone_number(command.caller_id)}>",
        "Async": True,
        "ChannelId": call_channel(command.attempt),
    }
    return Action(name="Originate", fields=fields, variables=variables)


def _most_ms(command: Originate) -> int:
    """Asterisk counts from the order. The adapter ends the ringing in time; this holds when it is dead."""
    return int((SETUP_MOST_S + command.ring_s) * 1000)


def _third_party(command: Originate, talk: AttemptId, *, dial: str, trunk: str) -> Action:
    """A call whose answer joins a talk that goes on; nothing is played to it or recorded of it alone."""
    fields: dict[str, Value] = {
        "Channel": f"PJSIP/{phone_number(dial)}@{trunk}",
        "Context": "fairdial-third",
        "Exten": "alone" if command.is_private else "answered",
        "Priority": 1,
        "Timeout": _most_ms(command),
        "CallerID": f"<{phone_number(command.caller_id)}>",
        "Async": True,
        "ChannelId": call_channel(command.attempt),
    }
    return Action(name="Originate", fields=fields, variables={"FD_TALK": call_channel(talk)})


def hold(channel: str, leg: str) -> Action:
    """Take the person to where hold music plays and the agent's leg to where it hears a ringing tone."""
    return Action(
        name="Redirect",
        fields={
            "Channel": channel,
            "Context": "fairdial-customer",
            "Exten": "hold",
            "Priority": 1,
            "ExtraChannel": leg,
            "ExtraContext": "fairdial-agent",
            "ExtraExten": "consult",
            "ExtraPriority": 1,
        },
    )


def let_in(command: JoinThirdParty) -> tuple[Action, ...]:
    """Take the person off hold, into the talk that the third party is in."""
    channel = call_channel(command.attempt)
    place: dict[str, Value] = {"Context": "fairdial-customer", "Exten": "let-in", "Priority": 1}
    return (
        _set(channel, "FD_TALK", call_channel(command.third)),
        Action(name="Redirect", fields={"Channel": channel, **place}),
    )


def mute_recording(channel: str, *, is_muted: bool) -> Action:
    """Write silence into a recording from here on, or sound again."""
    fields: dict[str, Value] = {"Channel": channel, "Direction": "both", "State": 1 if is_muted else 0}
    return Action(name="MixMonitorMute", fields=fields)


def mark_paused(channel: str, *, is_paused: bool) -> Action:
    """Leave word at the channel that the agent paused its recording: it outlives whoever gave the order."""
    return _set(channel, "FD_PAUSED", "1" if is_paused else "")


def is_paused(channel: str) -> Action:
    """Ask for that word."""
    return Action(name="Getvar", fields={"Channel": channel, "Variable": "FD_PAUSED"})


def cue(leg: str, name: str) -> tuple[Action, ...]:
    """Play the sound to the agent's leg, alone.

    Raises:
        UnsafeValueError: no name of a sound file.
    """
    place: dict[str, Value] = {"Context": "fairdial-agent", "Exten": "cue", "Priority": 1}
    return (
        _set(leg, "FD_CUE", sound(name)),
        Action(name="Redirect", fields={"Channel": leg, **place}),
    )


def breath(channel: str) -> Action:
    """A moment of silence to every agent's leg that waits; nobody is taken out of anything for it.

    Args:
        channel: id of the channel that it comes from.
    """
    whom: dict[str, Value] = {"Channel": "Local/all@fairdial-supervise/n", "ChannelId": channel}
    place: dict[str, Value] = {"Context": "fairdial-supervise", "Exten": "breath", "Priority": 1}
    return Action(name="Originate", fields={**whom, **place, "Async": True})


def release(leg: str) -> Action:
    """Take an agent's leg out of a talk, back to where it waits; the others talk on."""
    place: dict[str, Value] = {"Context": "fairdial-agent", "Exten": "back", "Priority": 1}
    return Action(name="Redirect", fields={"Channel": leg, **place})


def _by_settings(command: Originate, voice: Voice) -> PlannedVoice:
    """The plan of a campaign that has none of its own."""
    unserved = Unserved.OVERFLOW if voice.overflow else Unserved.MESSAGE if voice.message else Unserved.HANGUP
    return PlannedVoice(
        unserved=unserved,
        message=voice.message,
        drop=voice.drop,
        drop_on_detection=command.detection is DetectionMode.ON,
        record=voice.record,
    )


def leave_message(channel: str, name: str) -> tuple[Action, ...]:
    """Take the channel from whoever it is joined to, and leave the message.

    Raises:
        UnsafeValueError: no name of a sound file.
    """
    place: dict[str, Value] = {"Context": "fairdial-customer", "Exten": "drop", "Priority": 1}
    return (
        _set(channel, "FD_DROP", sound(name)),
        Action(name="Redirect", fields={"Channel": channel, **place}),
    )


def begin_recording(channel: str, attempt: AttemptId) -> tuple[Action, ...]:
    """Take the person out of the talk to where the recording begins; they wait there to be joined again."""
    place: dict[str, Value] = {"Context": "fairdial-customer", "Exten": "told", "Priority": 1}
    return (
        _set(channel, "FD_RECORD", attempt),
        Action(name="Redirect", fields={"Channel": channel, **place}),
    )


def is_recorded(channel: str) -> Action:
    """Ask whether the dialplan has begun the recording."""
    return Action(name="Getvar", fields={"Channel": channel, "Variable": "FD_RECORDING"})


def stop_recording(channel: str) -> Action:
    """Record nothing more of the channel."""
    return Action(name="StopMixMonitor", fields={"Channel": channel})


def dismiss(channel: str) -> Action:
    """Tell somebody who called us that nobody is free, and hang up."""
    fields: dict[str, Value] = {"Channel": channel, "Context": "fairdial-inbound", "Exten": "busy"}
    return Action(name="Redirect", fields={**fields, "Priority": 1})


def tell_place(command: TellInboundPlace) -> tuple[Action, ...]:
    """What the dialplan says at its next interval to somebody who waits; the place last, which makes it say
    anything at all."""
    minutes = "" if command.minutes is None else str(command.minutes)
    return (
        _set(command.call, "FD_MINUTES", minutes),
        _set(command.call, "FD_PLACE", str(command.place)),
    )


def call_back_noted(channel: str) -> Action:
    """Tell the dialplan that it is written down that they are called back."""
    return _set(channel, "FD_NOTED", "1")


def opt_out_noted(channel: str) -> Action:
    """Tell the dialplan that the opt-out is written down."""
    return _set(channel, "FD_OPTED", "1")


def ring(phone: EndpointId, *, channel: str, ring_s: float, is_anew: bool = False) -> Action:
    """Ring an agent's own phone and keep it on the line.

    Args:
        is_anew: nothing of an earlier leg lives here.

    Raises:
        UnsafeValueError: no name of a phone.
    """
    fields: dict[str, Value] = {
        "Channel": f"PJSIP/{endpoint(phone)}",
        "Context": "fairdial-agent",
        "Exten": "ready",
        "Priority": 1,
        "Timeout": int(ring_s * 1000),
        "CallerID": _ANEW_CALLER_ID if is_anew else _OWN_CALLER_ID,
        "Async": True,
        "ChannelId": channel,
    }
    return Action(name="Originate", fields=fields)


def join(one: str, other: str) -> Action:
    """Let two channels hear each other."""
    return Action(name="Bridge", fields={"Channel1": one, "Channel2": other, "Tone": "no"})


def not_held(command: HoldPerson, reason: str) -> HoldFailed:
    """What is told of a hold that did not come."""
    return HoldFailed(attempt=command.attempt, reason=reason)


def not_joined(command: Bridge | JoinThirdParty, reason: str) -> BridgeFailed:
    """What is told of a join that did not come."""
    return BridgeFailed(attempt=command.attempt, agent=command.agent, reason=reason)


def hang_up(channel: str) -> Action:
    """End a channel in the normal way."""
    return Action(name="Hangup", fields={"Channel": channel, "Cause": 16})


def mark_served(channel: str) -> Action:
    """Tell the dialplan that this person was joined to an agent."""
    return _set(channel, "FD_SERVED", "1")


def _set(channel: str, name: str, value: str) -> Action:
    return Action(name="Setvar", fields={"Channel": channel, "Variable": name, "Value": value})
