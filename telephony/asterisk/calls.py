"""The calls in flight at one Asterisk: its events in, the engine's events out. Pure.

Theory of operation. A call is *placed* when its Originate was handed over. `Newchannel` says that it
exists: from then on it ends with a `Hangup` event. A failure without a channel is *not attempted*. When the
connection was lost in between, what was not heard cannot be told from what did not happen, and doubt counts
as a call placed. `OriginateResponse` and `Hangup` come in either order; a call is forgotten when both were
seen.

An answered call is told at once; with detection, when the verdict came (or the call moved on without one).
Joined means: this call and an agent's leg entered the same bridge that is no waiting room. The dialplan alone
says that the limit passed; if a bridge still came after it, both are told in their order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from dialer.domain.attempt import Outcome
from dialer.domain.campaign import DetectionMode
from dialer.domain.events import (
    CallAnswered,
    CallBridged,
    CallEnded,
    CallNotAttempted,
    CallRinging,
    CallTimedOut,
    Detected,
    SuppressionAdded,
    SuppressionScope,
)
from dialer.domain.ids import AgentId, AttemptId, NumberId
from telephony.amd import verdict
from telephony.asterisk.acts import HangUpChannel, MarkServed, Snapshot, Told, TrunkNews
from telephony.asterisk.names import agent_of, attempt_of, call_channel
from telephony.asterisk.outcomes import Ending, outcome_of
from telephony.asterisk.wire import AmiMessage

_NEVER_REACHED = frozenset({Outcome.CARRIER_FAILURE, Outcome.CONGESTION})


@dataclass(slots=True, kw_only=True)
class Call:
    """One call of ours. A row of the book; changed only by it."""

    attempt: AttemptId
    trunk: str | None = None
    number: NumberId | None = None
    detection: DetectionMode = DetectionMode.OFF
    has_channel: bool = False
    has_rung: bool = False
    is_replied: bool = False
    is_cancelled: bool = False
    is_doubtful: bool = False
    answered_at: float | None = None
    is_answer_told: bool = False
    detected: Detected = Detected.NONE
    agent: AgentId | None = None
    was_joined: bool = False
    is_timed_out: bool = False
    is_machine: bool = False
    is_over: bool = False
    is_settled: bool = False


@dataclass(slots=True)
class _Bridge:
    calls: list[AttemptId] = field(default_factory=list[AttemptId])
    agents: list[AgentId] = field(default_factory=list[AgentId])


class CallBook:
    """All calls of one Asterisk."""

    def __init__(self) -> None:
        self._calls: dict[AttemptId, Call] = {}
        self._bridges: dict[str, _Bridge] = {}
        self._ahead = 0.0
        self._handlers: dict[str, Callable[[Call, AmiMessage, float], list[Told]]] = {
            "Newchannel": self._on_newchannel,
            "Newstate": self._on_newstate,
            "DialState": self._on_dial_state,
            "DialEnd": self._on_reply,
            "HangupRequest": self._on_reply,
            "OriginateResponse": self._on_response,
            "Hangup": self._on_hangup,
            "UserEvent": self._on_user_event,
        }

    def __len__(self) -> int:
        return sum(1 for call in self._calls.values() if not call.is_over)

    def get(self, attempt: AttemptId) -> Call | None:
        """The call in flight, if there is one."""
        call = self._calls.get(attempt)
        return None if call is None or call.is_over else call

    def with_agent(self, agent: AgentId) -> AttemptId | None:
        """The call that this agent is joined to."""
        for call in self._calls.values():
            if call.agent == agent and not call.is_over:
                return call.attempt
        return None

    def placed(self, call: Call) -> None:
        """An Originate is about to be sent."""
        assert call.attempt not in self._calls, "an attempt is placed once"
        self._calls[call.attempt] = call

    def refused(self, attempt: AttemptId, reason: str) -> tuple[Told, ...]:
        """Asterisk refused the Originate, or it was never sent: nobody's telephone rang."""
        call = self._calls.pop(attempt, None)
        if call is None or call.is_over:
            return ()
        news = () if call.trunk is None else (TrunkNews(trunk=call.trunk, worked=None, released=True),)
        return (*news, CallNotAttempted(attempt=attempt, reason=reason))

    def doubtful(self, attempt: AttemptId, reason: str) -> tuple[Told, ...]:
        """The Originate was sent and no answer came: it may ring. A channel that still comes is ended."""
        call = self.get(attempt)
        if call is None or call.has_channel:
            return ()
        del self._calls[attempt]
        news = () if call.trunk is None else (TrunkNews(trunk=call.trunk, worked=False, released=True),)
        return (*news, CallEnded(attempt=attempt, outcome=Outcome.UNKNOWN, cause=reason))

    def cancel(self, attempt: AttemptId) -> None:
        """We are about to hang up."""
        call = self._calls.get(attempt)
        if call is not None:
            call.is_cancelled = True

    def link_lost(self) -> None:
        """From here on events are missing."""
        for attempt in [call.attempt for call in self._calls.values() if call.is_over]:
            del self._calls[attempt]
        for call in self._calls.values():
            call.is_doubtful = True
        self._bridges.clear()

    def pending(self) -> tuple[AttemptId, ...]:
        """Calls handed over since the connection came back that are not over, sorted."""
        return tuple(sorted(c.attempt for c in self._calls.values() if not c.is_doubtful and not c.is_over))

    def resync(self, snapshot: Snapshot, now: float) -> tuple[Told, ...]:
        """Take over what Asterisk lists; what is not listed is gone, and the engine is told so elsewhere."""
        told: list[Told] = []
        listed = {
            attempt: fact for fact in snapshot.channels.values() if (attempt := attempt_of(fact.channel))
        }
        missing = [one for one in self._calls.values() if one.is_doubtful and one.attempt not in listed]
        for gone in missing:
            del self._calls[gone.attempt]
            if gone.trunk is not None:
                told.append(TrunkNews(trunk=gone.trunk, released=True))
        for attempt, fact in listed.items():
            call = self._calls.setdefault(attempt, Call(attempt=attempt))
            call.has_channel = True
            call.agent = agent_of(fact.partner) if fact.partner else None
            call.was_joined = call.was_joined or call.agent is not None
            if fact.is_up and call.answered_at is None:
                call.answered_at, call.is_answer_told = now, True
                told.append(CallAnswered(attempt=attempt, answered_at=now))
        return tuple(told)

    def feed(self, message: AmiMessage, now: float, *, ahead: float = 0.0) -> tuple[Told, ...]:
        """One event of Asterisk's.

        Args:
            now: POSIX seconds of the floor's clock; no time told is later.
            ahead: seconds by which the floor's clock is ahead of Asterisk's.
        """
        self._ahead = ahead
        match message.event:
            case "BridgeEnter":
                return tuple(self._on_bridge_enter(message, now))
            case "BridgeLeave":
                self._on_bridge_leave(message)
                return ()
            case name:
                handler = self._handlers.get(name)
        if handler is None:
            return ()
        channel = message.get("uniqueid") or message.get("destuniqueid")
        attempt = attempt_of(channel)
        if attempt is None:
            return ()
        call = self._calls.get(attempt)
        if call is None:
            # a channel of ours that nobody knows: its Originate was given up, or its dialer died
            return (HangUpChannel(channel=channel),) if name == "Newchannel" else ()
        return tuple(handler(call, message, now))

    # ------------------------------------------------------------------------------- one event each

    def _on_newchannel(self, call: Call, message: AmiMessage, _: float) -> list[Told]:
        call.has_channel = True
        return [HangUpChannel(channel=message.get("uniqueid"))] if call.is_cancelled else []

    def _on_newstate(self, call: Call, message: AmiMessage, now: float) -> list[Told]:
        match message.get("channelstatedesc"):
            case "Ringing":
                return self._ringing(call)
            case "Up":
                return self._answered(call, self._stamp(message, now))
            case _:
                return []

    def _on_dial_state(self, call: Call, message: AmiMessage, _: float) -> list[Told]:
        return self._ringing(call) if message.get("dialstatus") in {"RINGING", "PROGRESS"} else []

    def _on_reply(self, call: Call, message: AmiMessage, _: float) -> list[Told]:
        if message.get("dialstatus") != "ANSWER":
            call.is_replied = True
        return []

    def _on_response(self, call: Call, message: AmiMessage, _: float) -> list[Told]:
        call.is_settled = True
        if call.is_over:
            del self._calls[call.attempt]
            return []
        if message.get("response") == "Success" or call.has_channel:
            return []
        del self._calls[call.attempt]
        told: list[Told] = []
        if call.trunk is not None:
            told.append(TrunkNews(trunk=call.trunk, worked=False, released=True))
        if call.is_doubtful:
            text = "the connection was lost meanwhile"
            return [*told, CallEnded(attempt=call.attempt, outcome=Outcome.UNKNOWN, cause=text)]
        reason = f"Asterisk made no channel on trunk {call.trunk}"
        return [*told, CallNotAttempted(attempt=call.attempt, reason=reason)]

    def _on_hangup(self, call: Call, message: AmiMessage, _: float) -> list[Told]:
        if call.is_over:
            return []
        told = self._tell_answer(call, call.detected)
        outcome = self._outcome(call, message)
        call.is_over = True
        if call.is_settled:
            del self._calls[call.attempt]
        if call.trunk is not None:
            told.append(TrunkNews(trunk=call.trunk, worked=_worked(call, outcome), released=True))
        return [*told, CallEnded(attempt=call.attempt, outcome=outcome, cause=_words(message))]

    def _on_user_event(self, call: Call, message: AmiMessage, _: float) -> list[Told]:
        match message.get("userevent"):
            case "FairdialAmd":
                call.detected = verdict(message.get("status"), message.get("why"))
                return self._tell_answer(call, call.detected)
            case "FairdialMachine":
                call.is_machine = True
                return []
            case "FairdialAbandoned" if not call.was_joined:
                call.is_timed_out = True
                played = message.get("unserved") == "message"
                answer = self._tell_answer(call, call.detected)
                return [*answer, CallTimedOut(attempt=call.attempt, message_played=played)]
            case "FairdialOptOut" if call.number is not None:
                scope = SuppressionScope.NUMBER
                return [SuppressionAdded(scope=scope, source="key 9 in the message", number=call.number)]
            case _:
                return []

    def _on_bridge_enter(self, message: AmiMessage, now: float) -> list[Told]:
        if message.get("bridgetechnology") == "holding_bridge":
            return []
        channel = message.get("uniqueid")
        attempt, agent = attempt_of(channel), agent_of(channel)
        if attempt is None and agent is None:
            return []
        bridge = self._bridges.setdefault(message.get("bridgeuniqueid"), _Bridge())
        if attempt is not None:
            bridge.calls.append(attempt)
        if agent is not None:
            bridge.agents.append(agent)
        told: list[Told] = []
        for one in bridge.calls:
            call = self.get(one)
            if call is not None and call.agent is None and bridge.agents:
                told += self._joined(call, bridge.agents[0], self._stamp(message, now))
        return told

    def _on_bridge_leave(self, message: AmiMessage) -> None:
        name = message.get("bridgeuniqueid")
        bridge = self._bridges.get(name)
        if bridge is None:
            return
        channel = message.get("uniqueid")
        attempt, agent = attempt_of(channel), agent_of(channel)
        for one in list(bridge.calls):
            call = self._calls.get(one)
            if call is not None and (one == attempt or call.agent == agent):
                call.agent = None
        bridge.calls = [one for one in bridge.calls if one != attempt]
        bridge.agents = [one for one in bridge.agents if one != agent]
        if not bridge.calls and not bridge.agents:
            del self._bridges[name]

    # -------------------------------------------------------------------------------- small parts

    def _ringing(self, call: Call) -> list[Told]:
        if call.has_rung or call.answered_at is not None or call.is_over:
            return []
        call.has_rung = True
        news: list[Told] = [] if call.trunk is None else [TrunkNews(trunk=call.trunk, worked=True)]
        return [*news, CallRinging(attempt=call.attempt)]

    def _answered(self, call: Call, at: float) -> list[Told]:
        if call.answered_at is not None or call.is_over:
            return []
        call.answered_at = at
        news: list[Told] = [] if call.trunk is None else [TrunkNews(trunk=call.trunk, worked=True)]
        return (
            news
            if call.detection is not DetectionMode.OFF
            else [*news, *self._tell_answer(call, Detected.NONE)]
        )

    def _tell_answer(self, call: Call, detected: Detected) -> list[Told]:
        if call.answered_at is None or call.is_answer_told:
            return []
        call.is_answer_told = True
        if call.detection is not DetectionMode.OFF and detected is Detected.NONE:
            detected = Detected.UNSURE
        return [CallAnswered(attempt=call.attempt, answered_at=call.answered_at, detected=detected)]

    def _joined(self, call: Call, agent: AgentId, at: float) -> list[Told]:
        call.agent, call.was_joined = agent, True
        answer = self._tell_answer(call, call.detected)
        served = MarkServed(channel=call_channel(call.attempt))
        return [*answer, CallBridged(attempt=call.attempt, agent=agent, bridged_at=at), served]

    def _stamp(self, message: AmiMessage, now: float) -> float:
        """Asterisk's own time of the event on the floor's clock, never later than now."""
        try:
            return min(float(message.get("timestamp")) + self._ahead, now)
        except ValueError:
            return now

    def _outcome(self, call: Call, message: AmiMessage) -> Outcome:
        if call.was_joined:
            return Outcome.CONNECTED
        if call.is_machine:
            return Outcome.MACHINE
        if call.is_timed_out:
            return Outcome.ABANDONED
        if call.answered_at is not None:
            return Outcome.HUNG_UP_WAITING
        if call.is_doubtful and not call.is_replied:
            return Outcome.UNKNOWN
        return outcome_of(
            Ending(
                cause=_whole(message.get("cause")) or 0,
                sip_code=_whole(message.get("techcause")),
                rang=call.has_rung,
                replied=call.is_replied,
                cancelled=call.is_cancelled,
            )
        )


def _worked(call: Call, outcome: Outcome) -> bool | None:
    if call.answered_at is not None or call.has_rung:
        return True
    if outcome in _NEVER_REACHED:
        return False
    return None if outcome in {Outcome.CANCELLED, Outcome.UNKNOWN} else True


def _words(message: AmiMessage) -> str:
    text = f"Q.850 {message.get('cause')} {message.get('cause-txt')}".strip()
    code = _whole(message.get("techcause"))
    return text if code is None else f"{text}, SIP {code}"


def _whole(text: str) -> int | None:
    return int(text) if text.isdigit() else None
