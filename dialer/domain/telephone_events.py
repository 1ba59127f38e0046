"""Events of the telephone system: what it says of its own accord about calls, legs and itself."""

from collections.abc import Mapping
from dataclasses import dataclass

from compliance_gate.findings import Recording
from dialer.domain.attempt import Outcome
from dialer.domain.detection import Detected
from dialer.domain.ids import NO_BOX, AgentId, AttemptId, BoxId, InboundId
from dialer.domain.machine import MachineKind
from dialer.domain.valid import Count, Duration, Instant, Key, SipCode, valid


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class CallRinging:
    """A channel exists.

    Args:
        early_media: the network sent sound before any answer (its own ringing tone, an announcement): nobody
            has picked up, and no detection may listen to it.
    """

    attempt: AttemptId
    early_media: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class CallAnswered:
    """The telephone was picked up (or a machine did). The abandonment clock runs from `answered_at`.

    Args:
        answered_at: POSIX seconds by the telephone system, at most the step's `now`.
        detected: verdict, when detection ran before this event was sent.
        cause: the detector's own words.
        delay_s: seconds from the answer to the verdict; None = not told.
    """

    attempt: AttemptId
    answered_at: Instant
    detected: Detected = Detected.NONE
    cause: str = ""
    delay_s: Duration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class CallBridged:
    """Both can hear each other. The telephone system's word on who won the race with the limit."""

    attempt: AttemptId
    agent: AgentId
    bridged_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class BridgeFailed:
    """The bridge we asked for did not happen; the call still waits unless another event says otherwise."""

    attempt: AttemptId
    agent: AgentId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class PersonHeld:
    """The person is on hold: they hear music, and nobody hears them."""

    attempt: AttemptId


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class HoldFailed:
    """The person could not be put on hold: they are where they were."""

    attempt: AttemptId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class CallTimedOut:
    """The limit passed in the telephone system with no agent: the message plays, the live overflow is rung,
    or the line is hung up.

    Args:
        message_played: the message has begun; how it went on is told by `VoicePlayed`.
        overflow: the live overflow is being rung.
    """

    attempt: AttemptId
    message_played: bool
    overflow: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class OverflowAnswered:
    """Somebody of the live overflow took the person whom no agent was free for; at POSIX seconds `at`."""

    attempt: AttemptId
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class VoicePlayed:
    """A recording was heard on the line, to its end or not.

    Args:
        sound: name of the sound file, as ordered.
    """

    attempt: AttemptId
    recording: Recording
    sound: str
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class RecordingBegan:
    """From here on the call is recorded; after the announcement, where one is due."""

    attempt: AttemptId


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class RecordingStopped:
    """Nothing more of the call is recorded; or it could not be stopped, and `reason` says why."""

    attempt: AttemptId
    is_stopped: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class RecordingNoticeSpoken:
    """The agent has told everybody on the line that the call is recorded, where no announcement may."""

    agent: AgentId
    attempt: AttemptId


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class RecordingObjected:
    """The person does not want to be recorded, the agent says."""

    agent: AgentId
    attempt: AttemptId


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class OptOutPressed:
    """The person pressed the key that the message offers: this number is not to be called again."""

    attempt: AttemptId
    key: Key


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class VoicemailDropRequested:
    """An agent hears a machine and asks that the approved message be left, and goes on to the next call.

    Args:
        machine: what kind it is; None = nobody said.
    """

    agent: AgentId
    attempt: AttemptId
    machine: MachineKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class CallEnded:
    """The channel is gone.

    Args:
        outcome: by the telephone system; the engine knows better for what it joined, abandoned or cancelled.
        cause: the telephone system's own words (Q.850 cause, SIP code), for the record.
        sip_code: what the far end refused it with; None = it did not, or that was not told.
    """

    attempt: AttemptId
    outcome: Outcome
    cause: str = ""
    sip_code: SipCode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class CallNotAttempted:
    """Refused without a channel: no telephone rang. The lead is left alone and launching slows down."""

    attempt: AttemptId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class NetworkLost:
    """We cannot hear the telephone system. No launches there until `NetworkReconciled`.

    Args:
        box: the one of several that is lost; '' = all there is.
    """

    reason: str
    box: BoxId = NO_BOX


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class BoxFound:
    """One of several telephone systems is heard. `lines`: most calls at once it carries; None = not told."""

    box: BoxId
    lines: Count | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class NetworkReconciled:
    """We hear it again, and this is all that lives there; what we thought alive and is not here is over.

    Args:
        boxes: the ones of several telephone systems that this speaks of; () = all there is is one, nameless.
        elsewhere: those of which it says nothing. A box in neither is no longer one of ours.
        seats: at which box each of `agents` has their leg.
        inbound: calls of people who called us, with the agent who talks to them, if one does.
    """

    live: tuple[AttemptId, ...]
    talking: Mapping[AttemptId, AgentId]
    agents: tuple[AgentId, ...]
    boxes: tuple[BoxFound, ...] = ()
    elsewhere: tuple[BoxId, ...] = ()
    seats: tuple[tuple[AgentId, BoxId], ...] = ()
    inbound: tuple[tuple[InboundId, AgentId | None], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class LinesChanged:
    """How many calls one of several telephone systems carries has changed, or by whose trunks they leave.

    Args:
        box: the one of several; '' = all there is.
        lines: most calls at once that it can place now.
        over: the other telephone system whose trunks carry its calls, since none of its own works; '' = none.
        reason: what is wrong with its own trunks; '' = nothing.
    """

    lines: Count
    box: BoxId = NO_BOX
    over: BoxId = NO_BOX
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class BoxGivenUp:
    """One of several telephone systems was not heard for so long that nobody waits for it: what became of its
    calls is not known (each counts as placed), and its agents have no leg there."""

    box: BoxId
    reason: str
