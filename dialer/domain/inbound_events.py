"""Events of people who call us: what the telephone system says of them, and whoever talked with them."""

from dataclasses import dataclass

from compliance_gate.valid import Name
from dialer.domain.disposition import Disposition
from dialer.domain.ids import NO_BOX, AgentId, BoxId, InboundId, NumberId, PersonId
from dialer.domain.inbound import Caller, InboundRecord
from dialer.domain.valid import Duration, Instant, Key, Said, valid


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class InboundArrived:
    """Somebody calls one of our numbers and hears the menu. Who, is told by `InboundIdentified`.

    Args:
        dialed: which of our numbers, E.164; '' = not told.
        box: at which of several telephone systems.
        is_closed: nobody is there by the hours of the number dialed, and they hear so.
    """

    call: InboundId
    dialed: str = ""
    box: BoxId = NO_BOX
    is_closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class InboundIdentified:
    """What the store knows of the number that called.

    Args:
        number: None = withheld, or the store could not be asked.
        callers: everybody on file who has it; () = an unknown caller.
    """

    call: InboundId
    number: NumberId | None
    callers: tuple[Caller, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class InboundLanguageChosen:
    """They chose a language by key.

    Args:
        language: the tag of agents who speak it.
        is_required: no other agent takes the call.
    """

    call: InboundId
    language: Name
    is_required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class InboundMessageLeft:
    """They spoke a message, for somebody of us to listen to.

    Args:
        recording: name of its file in the telephone system's folder of recordings.
        seconds: how long it was spoken; an upper bound, since the pause after it counts.
    """

    call: InboundId
    recording: Name
    seconds: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class InboundCallBackAsked:
    """Who waits would rather be called back, and keep their place; told by key."""

    call: InboundId
    key: Key = ""


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class InboundFollowedUp:
    """Somebody of us did what was owed to a caller: listened to the message, called by hand, or let it be.

    by: who says so, in words.
    """

    call: InboundId
    by: Said


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class InboundOptedOut:
    """They pressed the key that says: never call this number again."""

    call: InboundId
    key: Key = ""


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class InboundWaiting:
    """They want an agent, and wait; again after theirs went away."""

    call: InboundId


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class InboundBridged:
    """Caller and agent hear each other since POSIX seconds `bridged_at`."""

    call: InboundId
    agent: AgentId
    bridged_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class InboundBridgeFailed:
    """The bridge we asked for did not happen; the caller still waits unless another event says otherwise."""

    call: InboundId
    agent: AgentId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class InboundUnserved:
    """Nobody was free in time: the caller hears so, and the line is hung up."""

    call: InboundId


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class InboundEnded:
    """The caller's channel is gone."""

    call: InboundId


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class InboundDisposed:
    """What the agent says came of a call that somebody else began.

    Args:
        person: who it was, as the agent found out: one of the callers on file, or somebody else who said who
            they are (then the disposition names the debts spoken of). None = nobody of ours, or not said.
        talk: as the store has it, of a call that is over and written down; None = it is not.
    """

    agent: AgentId
    call: InboundId
    person: PersonId | None
    disposition: Disposition
    ready_after: bool = True
    talk: InboundRecord | None = None
