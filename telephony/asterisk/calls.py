"""The calls in flight at one Asterisk: its events in, the engine's events out. Pure.

Theory of operation. A call is *placed* when its Originate was handed over. `Newchannel` says that it
exists: from then on it ends with a `Hangup` event. A failure without a channel is *not attempted*. When the
connection was lost in between, what was not heard cannot be told from what did not happen, and doubt counts
as a call placed. `OriginateResponse` and `Hangup` come in either order; a call is forgotten when both were
seen.

An answered call is told at once; with detection, when the verdict came (or the call moved on without one).
Joined means: this call and an agent's leg entered the same bridge that is no waiting room. The dialplan alone
says that the limit passed; if a bridge still came after it, both are told in their order.

A trunk that refuses a call at once, before any ringing, may have the call taken by another: its end is
*withheld* until no other takes it. Only the carrier's own word that it did not take the call counts for that
(`REFUSED_UNRUNG`), and only when the refused Originate was heard out: its response and its hang-up.
Everything else, silence and doubt, may have rung somewhere, and ends the attempt.

The time to ring is counted from the network's word that it rings. Of a call that was taken over ringing, the
part before is not known and not counted: it may ring longer, never shorter than was ordered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from compliance_gate.findings import Recording
from dialer.domain.attempt import Outcome
from dialer.domain.campaign import DetectionMode
from dialer.domain.detection import Detected
from dialer.domain.events import (
    CallAnswered,
    CallBridged,
    CallEnded,
    CallNotAttempted,
    CallRinging,
    CallTimedOut,
    OptOutPressed,
    OverflowAnswered,
    PersonHeld,
    RecordingBegan,
    VoicePlayed,
)
from dialer.domain.ids import AgentId, AttemptId, NumberId
from dialer.domain.voice import Unserved
from telephony.amd import verdict
from telephony.asterisk.acts import (
    EndRingingIn,
    HangUpChannel,
    MarkServed,
    OffHold,
    Snapshot,
    Told,
    TrunkNews,
    TryElsewhere,
)
from telephony.asterisk.names import agent_of, attempt_of, call_channel
from telephony.asterisk.outcomes import Ending, outcome_of, refused_with
from telephony.asterisk.wire import AmiMessage, stamp_of

_MOST_DIGITS = 9
"""Of a cause, a code, a delay in milliseconds; what is longer was not written by Asterisk."""
_KINDS = {kind.value: kind for kind in Recording}
REFUSED_UNRUNG = frozenset({401, 402, 407, 488, 503})
"""The carrier says that it did not take the call: login, money, codecs, overload (RFC 3261 21)."""
AT_ONCE_S = 2.0
"""A carrier that takes longer to refuse may have asked others, and a telephone may have rung there."""
_NEVER_REACHED = frozenset({Outcome.CARRIER_FAILURE, Outcome.CONGESTION})


@dataclass(slots=True, kw_only=True)
class Call:
    """One call of ours. A row of the book; changed only by it."""

    attempt: AttemptId
    trunk: str | None = None
    number: NumberId | None = None
    detection: DetectionMode = DetectionMode.OFF
    ring_s: float | None = None
    may_go_elsewhere: bool = False
    is_refused: bool = False
    began_at: float | None = None
    withheld: CallEnded | CallNotAttempted | None = None
    is_rung_out: bool = False
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
    is_held: bool = False
    is_timed_out: bool = False
    is_overflowing: bool = False
    has_early_media: bool = False
    detection_cause: str = ""
    detection_s: float | None = None
    playing: tuple[Recording, str] | None = None
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
        self._user_events: dict[str, Callable[[Call, AmiMessage, float], list[Told]]] = {
            "FairdialAmd": self._on_verdict,
            "FairdialMachine": self._on_machine,
            "FairdialAbandoned": self._on_unserved,
            "FairdialPlaying": self._on_playing,
            "FairdialPlayed": self._on_played,
            "FairdialRecording": self._on_recording,
            "FairdialOptOut": self._on_opt_out,
            "FairdialHeld": self._on_held,
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

    def goes_by(self, attempt: AttemptId, trunk: str, *, may_go_elsewhere: bool) -> None:
        """An Originate by this trunk is about to be sent, the first or the next.

        Args:
            may_go_elsewhere: another trunk may be asked when this one refuses.
        """
        call = self._calls[attempt]
        call.trunk, call.may_go_elsewhere = trunk, may_go_elsewhere
        call.is_refused = call.is_settled = call.is_replied = call.has_channel = False

    def give_up(self, attempt: AttemptId) -> tuple[Told, ...]:
        """No other trunk takes what one refused: how that ended is the call's end."""
        call = self._calls.pop(attempt, None)
        return () if call is None or call.withheld is None else (call.withheld,)

    def refused(self, attempt: AttemptId, reason: str) -> tuple[Told, ...]:
        """Asterisk refused the Originate, or it was never sent: nobody's telephone rang. What another trunk
        had said before stands."""
        call = self._calls.pop(attempt, None)
        if call is None or call.is_over:
            return ()
        news = () if call.trunk is None else (TrunkNews(trunk=call.trunk, worked=None, released=True),)
        return (*news, call.withheld or CallNotAttempted(attempt=attempt, reason=reason))

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

    def rung_out(self, attempt: AttemptId) -> bool:
        """Its time to ring is up: whether it is to be hung up now."""
        call = self.get(attempt)
        if call is None or call.answered_at is not None or call.is_cancelled:
            return False
        call.is_rung_out = True
        return True

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
        self._bridges.clear()
        for fact in snapshot.channels.values():
            if fact.bridge:
                self._enter(fact.bridge, fact.channel)
        for attempt, fact in listed.items():
            # of one that another process placed, what was before is not known
            call = self._calls.setdefault(attempt, Call(attempt=attempt, is_doubtful=True))
            call.has_channel = True
            call.agent = agent_of(fact.partner) if fact.partner else None
            call.was_joined = call.was_joined or call.agent is not None
            call.is_held = fact.is_held
            call.was_joined = call.was_joined or fact.is_held
            if fact.is_up and call.answered_at is None:
                call.answered_at, call.is_answer_told = now, True
                told.append(CallAnswered(attempt=attempt, answered_at=now))
            elif fact.is_ringing:
                told += self._ringing(call)
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

    def _on_newchannel(self, call: Call, message: AmiMessage, now: float) -> list[Told]:
        call.has_channel, call.began_at, call.withheld = True, self._stamp(message, now), None
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
        match message.get("dialstatus"):
            case "RINGING":
                return self._ringing(call)
            case "PROGRESS":
                return self._ringing(call, early_media=True)
            case _:
                return []

    def _on_reply(self, call: Call, message: AmiMessage, now: float) -> list[Told]:
        if message.get("dialstatus") != "ANSWER":
            call.is_replied = True
        elif call.is_overflowing and message.get("uniqueid") == call_channel(call.attempt):
            call.is_overflowing = False
            return [OverflowAnswered(attempt=call.attempt, at=self._stamp(message, now))]
        return []

    def _on_response(self, call: Call, message: AmiMessage, _: float) -> list[Told]:
        call.is_settled = True
        if call.is_refused:
            return [TryElsewhere(call.attempt)]
        if call.is_over:
            del self._calls[call.attempt]
            return []
        if message.get("response") == "Success" or call.has_channel:
            return []
        reason = f"Asterisk made no channel on trunk {call.trunk}"
        none = call.withheld or CallNotAttempted(attempt=call.attempt, reason=reason)
        if call.may_go_elsewhere and not call.is_doubtful:
            return self._withhold(call, none)
        del self._calls[call.attempt]
        told: list[Told] = []
        if call.trunk is not None:
            told.append(TrunkNews(trunk=call.trunk, worked=False, released=True))
        if call.is_doubtful:
            text = "the connection was lost meanwhile"
            return [*told, CallEnded(attempt=call.attempt, outcome=Outcome.UNKNOWN, cause=text)]
        return [*told, none]

    def _withhold(self, call: Call, ended: CallEnded | CallNotAttempted) -> list[Told]:
        """The trunk did not take it: its line is free, and another may be asked once all of it was heard."""
        told: list[Told] = []
        if call.trunk is not None:
            told.append(TrunkNews(trunk=call.trunk, worked=False, released=True))
        call.trunk, call.withheld, call.is_refused = None, ended, True
        return [*told, TryElsewhere(call.attempt)] if call.is_settled else told

    def _on_hangup(self, call: Call, message: AmiMessage, now: float) -> list[Told]:
        if call.is_over or call.is_refused:
            return []
        told = [*self._tell_answer(call, call.detected), *self._played(call, complete=False)]
        ending = _ending(call, message)
        heard = _heard_outcome(call)
        outcome = outcome_of(ending) if heard is None else heard
        code = refused_with(ending) if heard is None else None
        over = CallEnded(attempt=call.attempt, outcome=outcome, cause=_words(message), sip_code=code)
        if call.may_go_elsewhere and _is_refused_unrung(call, ending, self._stamp(message, now)):
            return self._withhold(call, over)
        call.is_over = True
        if call.is_settled:
            del self._calls[call.attempt]
        if call.trunk is not None:
            told.append(TrunkNews(trunk=call.trunk, worked=_worked(call, outcome), released=True))
        return [*told, over]

    def _on_user_event(self, call: Call, message: AmiMessage, now: float) -> list[Told]:
        handler = self._user_events.get(message.get("userevent"))
        return [] if handler is None else handler(call, message, now)

    def _on_verdict(self, call: Call, message: AmiMessage, _: float) -> list[Told]:
        call.detected = verdict(message.get("status"), message.get("why"))
        call.detection_cause = f"{message.get('status')} {message.get('why')}".strip()
        call.detection_s = _seconds(message.get("delayms"))
        return self._tell_answer(call, call.detected)

    def _on_machine(self, call: Call, _message: AmiMessage, _: float) -> list[Told]:
        call.is_machine = True
        return []

    def _on_unserved(self, call: Call, message: AmiMessage, _: float) -> list[Told]:
        if call.was_joined:
            return []
        call.is_timed_out = True
        unserved = message.get("unserved")
        call.is_overflowing = unserved == Unserved.OVERFLOW.value
        answer = self._tell_answer(call, call.detected)
        played = unserved == Unserved.MESSAGE.value
        late = CallTimedOut(attempt=call.attempt, message_played=played, overflow=call.is_overflowing)
        return [*answer, late]

    def _on_recording(self, call: Call, _message: AmiMessage, _: float) -> list[Told]:
        return [RecordingBegan(attempt=call.attempt)]

    def _on_held(self, call: Call, _message: AmiMessage, _: float) -> list[Told]:
        call.is_held = True
        return [PersonHeld(attempt=call.attempt)]

    def _on_opt_out(self, call: Call, message: AmiMessage, _: float) -> list[Told]:
        return [OptOutPressed(attempt=call.attempt, key=message.get("key"))]

    def _on_played(self, call: Call, message: AmiMessage, _: float) -> list[Told]:
        return self._played(call, complete=message.get("status") == "SUCCESS")

    def _on_playing(self, call: Call, message: AmiMessage, _: float) -> list[Told]:
        kind = _KINDS.get(message.get("kind"))
        call.playing = None if kind is None else (kind, message.get("sound"))
        return []

    def _played(self, call: Call, *, complete: bool) -> list[Told]:
        """The end of what was playing; told as cut off when the line ended first."""
        if call.playing is None:
            return []
        (recording, sound), call.playing = call.playing, None
        return [VoicePlayed(attempt=call.attempt, recording=recording, sound=sound, complete=complete)]

    def _on_bridge_enter(self, message: AmiMessage, now: float) -> list[Told]:
        if message.get("bridgetechnology") == "holding_bridge":
            return []
        bridge = self._enter(message.get("bridgeuniqueid"), message.get("uniqueid"))
        if bridge is None:
            return []
        told: list[Told] = []
        for one in bridge.calls:
            call = self.get(one)
            if call is not None and call.agent is None and bridge.agents:
                told += self._joined(call, bridge.agents[0], self._stamp(message, now))
        return told

    def _enter(self, name: str, channel: str) -> _Bridge | None:
        """The bridge, with one of ours in it; None = it is nobody of ours."""
        attempt, agent = attempt_of(channel), agent_of(channel)
        if attempt is None and agent is None:
            return None
        bridge = self._bridges.setdefault(name, _Bridge())
        if attempt is not None and attempt not in bridge.calls:
            bridge.calls.append(attempt)
        if agent is not None and agent not in bridge.agents:
            bridge.agents.append(agent)
        return bridge

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

    def _ringing(self, call: Call, *, early_media: bool = False) -> list[Told]:
        is_news = early_media and not call.has_early_media
        if (call.has_rung and not is_news) or call.answered_at is not None or call.is_over:
            return []
        news: list[Told] = []
        if call.trunk is not None and not call.has_rung:
            news.append(TrunkNews(trunk=call.trunk, worked=True))
        if call.ring_s is not None and not call.has_rung:
            news.append(EndRingingIn(attempt=call.attempt, seconds=call.ring_s))
        call.has_rung, call.has_early_media = True, call.has_early_media or early_media
        return [*news, CallRinging(attempt=call.attempt, early_media=early_media)]

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
        answer = CallAnswered(
            attempt=call.attempt,
            answered_at=call.answered_at,
            detected=detected,
            cause=call.detection_cause,
            delay_s=call.detection_s,
        )
        return [answer]

    def _joined(self, call: Call, agent: AgentId, at: float) -> list[Told]:
        call.agent, call.was_joined = agent, True
        off_hold = [OffHold(channel=call_channel(call.attempt))] if call.is_held else []
        call.is_held = False
        answer = self._tell_answer(call, call.detected)
        served = MarkServed(channel=call_channel(call.attempt))
        return [*answer, CallBridged(attempt=call.attempt, agent=agent, bridged_at=at), served, *off_hold]

    def _stamp(self, message: AmiMessage, now: float) -> float:
        """Asterisk's own time of the event on the floor's clock, never later than now."""
        return stamp_of(message, now, self._ahead)


def _ending(call: Call, message: AmiMessage) -> Ending:
    return Ending(
        cause=_whole(message.get("cause")) or 0,
        sip_code=_whole(message.get("techcause")),
        rang=call.has_rung,
        replied=call.is_replied,
        cancelled=call.is_cancelled,
    )


def _is_refused_unrung(call: Call, ending: Ending, at: float) -> bool:
    """Whether the carrier said at once that it did not take the call, and no telephone can have rung."""
    heard = ending.rang or call.answered_at is not None or call.has_early_media or call.is_answer_told
    if heard or ending.cancelled or call.is_doubtful or call.is_rung_out or call.began_at is None:
        return False
    return ending.replied and ending.sip_code in REFUSED_UNRUNG and at - call.began_at <= AT_ONCE_S


def _heard_outcome(call: Call) -> Outcome | None:
    """What is known of its end without the network's code; None = the code decides."""
    known = (
        (call.was_joined, Outcome.CONNECTED),
        (call.is_machine, Outcome.MACHINE),
        (call.is_timed_out, Outcome.ABANDONED),
        (call.answered_at is not None, Outcome.HUNG_UP_WAITING),
        (call.is_rung_out, Outcome.NO_ANSWER),
        (call.is_doubtful and not call.is_replied and not call.has_rung, Outcome.UNKNOWN),
    )
    return next((outcome for holds, outcome in known if holds), None)


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


def _seconds(milliseconds: str) -> float | None:
    whole = _whole(milliseconds)
    return None if whole is None else whole / 1000.0


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None
