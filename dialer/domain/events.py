"""Events: what happened. Past tense, frozen, valid from birth; all the engine ever learns is one of these.

Journals hold them in the order in which the engine took them, so they carry ids and numbers, never names or
telephone numbers. The instant of an event is the `now` it was stepped with; a time of its own is carried only
where the outside knows it better (`answered_at` of a telephone system's clock).
"""

from dataclasses import dataclass
from enum import Enum
from typing import Annotated

from compliance_gate.request import Consent, Hold, MadeIn, PersonFile, PersonRequest
from compliance_gate.valid import Name, Words
from dialer.domain.caller_id_events import CallerIdReleased, CallerIdsDeclared, CallerIdTested
from dialer.domain.campaign import CampaignSettings
from dialer.domain.disposition import Disposition
from dialer.domain.errors import InvalidFactError
from dialer.domain.fact_events import (
    AccountHeld,
    ContactRecorded,
    HistoryAttested,
    HoldLifted,
    LimitationFound,
    LineKindFound,
    LocationTold,
    NoticeRecorded,
    PersonJoined,
    PersonParted,
)
from dialer.domain.ids import (
    NO_BOX,
    AgentId,
    AttemptId,
    BoxId,
    CampaignId,
    DebtId,
    EndpointId,
    InboundId,
    LeadId,
    NumberId,
    PersonId,
)
from dialer.domain.inbound_events import (
    InboundArrived,
    InboundBridged,
    InboundBridgeFailed,
    InboundCallBackAsked,
    InboundDisposed,
    InboundEnded,
    InboundFollowedUp,
    InboundIdentified,
    InboundLanguageChosen,
    InboundMessageLeft,
    InboundOptedOut,
    InboundUnserved,
    InboundWaiting,
)
from dialer.domain.lead import Lead
from dialer.domain.ledger_events import EntryPosted, PaymentReceived
from dialer.domain.past_talk import PastTalk
from dialer.domain.telephone_events import (
    BoxGivenUp,
    BridgeFailed,
    CallAnswered,
    CallBridged,
    CallEnded,
    CallNotAttempted,
    CallRinging,
    CallTimedOut,
    HoldFailed,
    LinesChanged,
    NetworkLost,
    NetworkReconciled,
    OptOutPressed,
    OverflowAnswered,
    PersonHeld,
    RecordingBegan,
    RecordingNoticeSpoken,
    RecordingObjected,
    RecordingStopped,
    VoicemailDropRequested,
    VoicePlayed,
)
from dialer.domain.third_party_events import (
    ConferenceLeft,
    ConsultationOpened,
    ConsultationRequested,
    ThirdPartyReleased,
    ThirdPartyRequested,
)
from dialer.domain.valid import Count, Instant, InstantOrNever, Said, Step, Tags, valid

# --- the floor and its campaigns -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class TimeReached:
    """Nothing happened but time: the wake-up that was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class CampaignConfigured:
    """A campaign exists, or its settings changed. Takes effect at once; states are kept.

    Args:
        by: who changed it on the running floor, and `reason`: why; '' = it is as the settings file has it.
    """

    settings: CampaignSettings
    by: Annotated[str, Words(most=200)] = ""
    reason: Annotated[str, Words(most=2_000)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class CampaignStarted:
    campaign: CampaignId


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class CampaignPaused:
    campaign: CampaignId


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class CampaignDrained:
    """Somebody asked the campaign to finish what rings and talks, then stop."""

    campaign: CampaignId


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class CampaignStopped:
    """Stop now: what rings is cancelled, what talks goes on."""

    campaign: CampaignId


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class FloorStopped:
    """The red button: no launch anywhere and everything that rings is cancelled, until `FloorReleased`."""

    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class FloorReleased:
    by: str


# --- agents ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class AgentLoggedIn:
    """An agent took a seat; their leg is up and they are not ready yet.

    Args:
        tags: what they may take, e.g. 'client:acme', 'language:es', 'licence:NY'. Sorted.
        campaign: the one campaign they serve.
        shift_ends_at: POSIX seconds; from then on they finish their call and leave. None = open.
    """

    agent: AgentId
    campaign: CampaignId
    endpoint: EndpointId
    tags: Tags = ()
    shift_ends_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class AgentGotReady:
    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class AgentPauseRequested:
    """A break, asked for with a reason: at once when free, after the current call otherwise."""

    agent: AgentId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class AgentHungUp:
    """The agent ended the call they are on; after-call work begins when the channel is gone.

    Args:
        attempt: the call they saw when they did; None = whatever they are on now. Between the click and this
            event another call may have come.
    """

    agent: AgentId
    attempt: AttemptId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class TransferRequested:
    """A talk is to go on with another agent: its own agent asks, or somebody who supervises takes it over.

    Args:
        to: who takes it; free, or on a break and ready to take it all the same.
        by: who asked, for the record.
    """

    attempt: AttemptId
    to: AgentId
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class AgentLoggedOut:
    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class AgentLegLost:
    """The agent's telephone went away, or was never reached. `reason`: how, what to do; '' = not known."""

    agent: AgentId
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class AgentLegRestored:
    """The agent's telephone is on the line. `box`: at which of several telephone systems."""

    agent: AgentId
    box: BoxId = NO_BOX


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class DialRequested:
    """An agent asks to call one number of one person now (preview accepted, click-to-dial, typed number that
    was attached to a person). The gate decides as for every other call."""

    agent: AgentId
    campaign: CampaignId
    lead: LeadId
    person: PersonId
    number: NumberId


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class DispositionRecorded:
    """What the collector says came of an attempt. `ready_after`: goes back to available, not on a break."""

    agent: AgentId
    attempt: AttemptId
    disposition: Disposition
    ready_after: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class DispositionAdded:
    """What an agent says of a talk of theirs that is over and written down: the first word, where it ended at
    their own phone, a second thought, or what the person asked for. `talk`: as the store has it."""

    agent: AgentId
    talk: PastTalk
    disposition: Disposition


# --- leads and facts about people ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class LeadsFetched:
    """The store's answer to `RefillHopper`.

    Args:
        request: the number of the `RefillHopper` this answers.
        as_of: the engine's sequence that the facts include; later changes are applied on top by the engine.
        persons: everybody tied to the leads, each once, facts whole.
        leads_left: leads of the campaign that may still come, these included.
        retry_at: POSIX seconds when the store knows more leads to become due; None = not known.
    """

    campaign: CampaignId
    request: Count
    as_of: Count
    leads: tuple[Lead, ...]
    persons: tuple[PersonFile, ...]
    leads_left: Count
    retry_at: InstantOrNever | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class RequestReceived:
    """A person asked for something that binds us: stop calling, not at work, not before noon."""

    person: PersonId
    request: PersonRequest


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class ConsentGiven:
    person: PersonId
    consent: Consent


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class HoldPlaced:
    """Deceased, bankruptcy, active duty, vulnerability and their like."""

    person: PersonId
    hold: Hold


MOST_IN_A_FILE = 10_000
"""Addresses, numbers, debts, requests and so on of one person, together, that may be handed in at once."""


class SuppressionScope(Enum):
    PERSON = "person"
    NUMBER = "number"
    DEBT = "debt"


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class SuppressionAdded:
    """A do-not-call entry. Exactly the id that `scope` names is set; no `made_in`: it is of a list."""

    scope: SuppressionScope
    source: str
    person: PersonId | None = None
    number: NumberId | None = None
    debt: DebtId | None = None
    made_in: MadeIn | None = None

    def __post_init__(self) -> None:
        ids = {
            SuppressionScope.PERSON: self.person,
            SuppressionScope.NUMBER: self.number,
            SuppressionScope.DEBT: self.debt,
        }
        given = [scope for scope, value in ids.items() if value is not None]
        if given != [self.scope]:
            raise InvalidFactError(
                f"a suppression of scope {self.scope.value} needs the id of a {self.scope.value} and no other"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class AccountRecalled:
    """The creditor took the account back: nobody is called about it from this step on."""

    debt: DebtId
    reason: str = "recall"


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class PersonEdited:
    """The whole file of a person, replaced (a new address, another number). In-flight calls stay counted."""

    person: PersonFile

    def __post_init__(self) -> None:
        file = self.person
        parts = (
            file.addresses,
            file.numbers,
            file.debts,
            file.history,
            file.consents,
            file.requests,
            file.holds,
            file.notices,
            file.line_history,
        )
        things = sum(len(part) for part in parts)
        if things > MOST_IN_A_FILE:
            raise InvalidFactError(
                f"a file of {things:,} things; an edited file has at most {MOST_IN_A_FILE:,}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class PersonPlacedAgain:
    """The store holds more of a person than the floor may know: a placement brought debts, numbers,
    addresses, requests. It is added to what the floor knows and takes nothing away. It makes no row of its
    own: the store had it first.

    Args:
        person: the file as the store had it.
        as_of: the engine's sequence that the file includes; the engine adds what came later.
    """

    person: PersonFile
    as_of: Count


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class InboundConversation:
    """The person called us and we spoke of debts: a conversation that we did not launch."""

    person: PersonId
    number: NumberId | None
    debts: tuple[DebtId, ...]


# --- the machine under us --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class ClockStepped:
    """The wall clock jumped by `seconds` against the steady clock. Spans in flight are kept, not the jump."""

    seconds: Step


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class LaunchingHeld:
    """The machine under us must not launch: the store cannot be written, the process is about to stop, the
    loop is too late. What rings and talks goes on. Ends with `LaunchingResumed` or a restart.

    Args:
        by: whose hold it is ('store', 'shutdown', 'overload'); each holds and resumes for itself.
    """

    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class LaunchingResumed:
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class EngineRestarted:
    """A new process took over from a checkpoint.

    Args:
        checkpoint: hash of the checkpoint's bytes ('' for a first start).
        generation: counts the starts on this store; part of every later attempt id.
        asks_presence: agents who were free are free again only when they say so. Journals from before this
            was asked have False.
    """

    checkpoint: str
    generation: Count
    asks_presence: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class EventQuarantined:
    """A defect of ours: a step raised what nobody expected. The floor is as if that step had not been, and
    whom it names are held until a person has looked.

    Args:
        kind, text: the event that was stepped and what it said, for whoever mends the defect.
        error: class and message of what was raised.
        persons, numbers, debts, leads, attempts, calls: whom the event, or what was being done, names.
        timer: kind and name of a timer that raised: it is not served any more.
        is_lost: the event itself was put aside, and will not be heard of again.
        holds_launching: nobody is launched, also where somebody is named.
        skipped: a step of the journal that is not stepped again, though it was stepped once; None = it is
            none of the journal's.
    """

    kind: Name
    text: str
    error: Said
    persons: tuple[PersonId, ...] = ()
    numbers: tuple[NumberId, ...] = ()
    debts: tuple[DebtId, ...] = ()
    leads: tuple[LeadId, ...] = ()
    attempts: tuple[AttemptId, ...] = ()
    calls: tuple[InboundId, ...] = ()
    timer: tuple[Name, Name] | None = None
    is_lost: bool = True
    holds_launching: bool = False
    skipped: Count | None = None


Event = (
    TimeReached
    | CampaignConfigured
    | CallerIdsDeclared
    | CallerIdTested
    | CallerIdReleased
    | CampaignStarted
    | CampaignPaused
    | CampaignDrained
    | CampaignStopped
    | FloorStopped
    | FloorReleased
    | AgentLoggedIn
    | AgentGotReady
    | AgentPauseRequested
    | AgentHungUp
    | TransferRequested
    | ThirdPartyRequested
    | ThirdPartyReleased
    | ConferenceLeft
    | ConsultationRequested
    | ConsultationOpened
    | AgentLoggedOut
    | AgentLegLost
    | AgentLegRestored
    | DialRequested
    | DispositionRecorded
    | DispositionAdded
    | LeadsFetched
    | RequestReceived
    | ConsentGiven
    | HoldPlaced
    | HoldLifted
    | SuppressionAdded
    | AccountRecalled
    | PaymentReceived
    | EntryPosted
    | PersonEdited
    | PersonPlacedAgain
    | InboundConversation
    | NoticeRecorded
    | ContactRecorded
    | LocationTold
    | LimitationFound
    | LineKindFound
    | AccountHeld
    | HistoryAttested
    | PersonJoined
    | PersonParted
    | CallRinging
    | CallAnswered
    | CallBridged
    | BridgeFailed
    | PersonHeld
    | HoldFailed
    | CallTimedOut
    | OverflowAnswered
    | VoicePlayed
    | RecordingBegan
    | RecordingNoticeSpoken
    | RecordingObjected
    | RecordingStopped
    | OptOutPressed
    | VoicemailDropRequested
    | CallEnded
    | CallNotAttempted
    | InboundArrived
    | InboundIdentified
    | InboundLanguageChosen
    | InboundMessageLeft
    | InboundFollowedUp
    | InboundCallBackAsked
    | InboundOptedOut
    | InboundWaiting
    | InboundBridged
    | InboundBridgeFailed
    | InboundUnserved
    | InboundEnded
    | InboundDisposed
    | NetworkLost
    | NetworkReconciled
    | LinesChanged
    | BoxGivenUp
    | ClockStepped
    | LaunchingHeld
    | LaunchingResumed
    | EngineRestarted
    | EventQuarantined
)
