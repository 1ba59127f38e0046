"""Commands: what is to be done. Verbs, frozen; returned by `step` in the order in which they must happen.

What is to be stored is committed before the step's other commands take effect outside, but for those that
somebody on the line waits for (`dialer.runtime.outbox`): these never wait for the disk.
"""

from dataclasses import dataclass
from enum import Enum

from compliance_gate.findings import Clearance, Finding
from compliance_gate.request import Consent, HistoryEntry, Hold, PersonRequest
from dialer.domain.campaign import CampaignSettings, CampaignState, DetectionMode
from dialer.domain.cue import Cue
from dialer.domain.disposition import Disposition
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
from dialer.domain.inbound import InboundRecord
from dialer.domain.money import Money
from dialer.domain.promised import Parts
from dialer.domain.record import AttemptRecord
from dialer.domain.voice import PlannedVoice


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreAttempt:
    """Write down that we are about to call, and why we may. Committed before its `Originate`."""

    record: AttemptRecord
    findings: tuple[Finding, ...]


SETUP_MOST_S = 10.0
"""Seconds within which a call must have begun to ring; carriers take from 0.1 to some 8 s. A telephone that
was not reached by then does not ring any more, so a ring ends at most this plus `ring_s` after its order."""


def silent_within_s(ring_s: float) -> float:
    """Seconds after its order by which a telephone has stopped ringing, however slow the way there was: what
    must fit before a time of day at which nobody may be called."""
    return SETUP_MOST_S + ring_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Originate:
    """Call one number, once, under one clearance.

    Args:
        attempt: also the channel's id in the telephone system.
        clearance: single use, seconds valid; the outbox looks at both just before the wire.
        ring_s: give up after this many seconds of ringing, counted from the network's word that it rings (SIP
            180 or 183), not from the order: the way there takes up to `SETUP_MOST_S` besides.
        answer_limit_s: the telephone system itself acts this many seconds after the answer, when nobody was
            joined: it plays the message if the clearance allows it, then hangs up.
        reserved_agent: who waits for this call; None for predictive launches.
        box: which of several telephone systems places it: the one where its agents are. '' = there is one.
        joins: the talk that it joins when it is answered, as a third party; None = it is a call of its own.
        is_private: of a third party: who answers waits to be joined to the agent alone.
        line: E.164 of the business line that is called, where it is no number of a person.
        voice: what may be played and recorded; None = the campaign has no plan, and the telephone system's
            own settings hold.
    """

    attempt: AttemptId
    campaign: CampaignId
    person: PersonId
    number: NumberId
    clearance: Clearance
    caller_id: str
    ring_s: float
    answer_limit_s: float
    detection: DetectionMode
    reserved_agent: AgentId | None = None
    box: BoxId = NO_BOX
    voice: PlannedVoice | None = None
    joins: AttemptId | None = None
    line: str = ""
    is_private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveMessage:
    """Take the machine from the agent and speak this sound file onto it after its greeting, then hang up."""

    attempt: AttemptId
    sound: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRecording:
    """Record the talk from here on: everybody on the line knows. `agent`: who talks with the person."""

    attempt: AttemptId
    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRecording:
    """Record nothing more of the call; never waits for the disk."""

    attempt: AttemptId


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmOptOut:
    """The opt-out is written down: it may be acknowledged on the line."""

    attempt: AttemptId


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """Join the answered call to the agent's leg.

    Args:
        from_agent: it is taken from this one, who is free then.
        cue: what the agent hears alone first; the person waits that long.
    """

    attempt: AttemptId
    agent: AgentId
    from_agent: AgentId | None = None
    cue: Cue | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldPerson:
    """Take the person from the agent to where they hear hold music; nothing of it is recorded. The agent
    hears that it rings, until a `Bridge`."""

    attempt: AttemptId
    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinThirdParty:
    """Let the person on hold into the talk between the agent and the third party."""

    attempt: AttemptId
    agent: AgentId
    third: AttemptId


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinAgents:
    """Let two agents hear each other while the person is on hold. `CallBridged` and `CallEnded` of the
    consultation say what came of it.

    Args:
        attempt: of the person.
        consultation: an id of its own, which nobody is called by.
    """

    attempt: AttemptId
    consultation: AttemptId
    agent: AgentId
    colleague: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class PartAgents:
    """The consultation of two agents is over; of one that is not there it is told that it ended."""

    attempt: AttemptId
    consultation: AttemptId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseAgent:
    """Take the agent's leg out of the talk, which goes on between the others."""

    attempt: AttemptId
    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreThirdParty:
    """A line of the campaign is about to be called into a talk, and why it may be; journaled before."""

    attempt: AttemptId
    joins: AttemptId
    agent: AgentId
    line: str
    findings: tuple[Finding, ...]


class HangupReason(Enum):
    SUPPRESSED = "suppressed"
    CAMPAIGN_STOPPED = "campaign_stopped"
    FLOOR_STOPPED = "floor_stopped"
    GUARD = "guard"
    MACHINE = "machine"
    AGENT = "agent"
    """The agent ended it."""
    CALLS_US = "calls_us"
    """The person is calling us this very moment."""
    AGENT_GONE = "agent_gone"
    NO_AGENT_LEFT = "no_agent_left"
    TALK_OVER = "talk_over"
    """The talk that it had joined is over, or nobody of ours is left in it."""
    HELD_TOO_LONG = "held_too_long"
    """The person was on hold for this one, longer than anybody is left there."""
    RECORDED = "recorded"
    """The talk goes on being recorded, and this one was not told of it."""
    UNACCOUNTED = "unaccounted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hangup:
    """End the attempt's channel, whatever it does."""

    attempt: AttemptId
    reason: HangupReason


@dataclass(frozen=True, slots=True, kw_only=True)
class RefillHopper:
    """Send about `wanted` leads of the campaign that may be due, the store's best guess first.

    Args:
        request: number of this asking; the answer repeats it.
        sequence: the engine's sequence at the asking; the answer's facts must include at least that.
    """

    campaign: CampaignId
    request: int
    wanted: int
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RestLead:
    """Give the lead back to the store until `not_before` (POSIX seconds; a hint, the gate is asked again).

    Args:
        passes: attempts made on it so far in this campaign.
        reserve_agent: next time only with an agent reserved: a call back the person asked for, or somebody
            who was abandoned. `reserve_for` is the agent who promised, if one did.
    """

    lead: LeadId
    not_before: float
    reason: str
    passes: int
    reserve_agent: bool = False
    reserve_for: AgentId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseLead:
    """The lead has no more turns in this campaign."""

    lead: LeadId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RestLeads:
    """Something was said about an account on another contact than its own call: its leads, in whatever
    campaign, rest where the store has them. Leads that rest longer already go on resting, unless a call back
    was promised, which has its instant.

    Args:
        debt: the account's.
        not_before, reserve_agent, reserve_for: as of `RestLead`.
    """

    debt: DebtId
    not_before: float
    reason: str
    reserve_agent: bool = False
    reserve_for: AgentId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseLeads:
    """The same where the account has no more turns: its leads close where the store has them."""

    debt: DebtId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreOutcome:
    """The attempt is over, or its disposition came: the whole record, replacing the one before."""

    record: AttemptRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreDenial:
    """A lead was not called, for these reasons, which are not the ones of the last time."""

    lead: LeadId
    person: PersonId
    number: NumberId
    at: float
    findings: tuple[Finding, ...]
    retry_at: float | None
    rulebook: str


class NumberStatus(Enum):
    """What was learned of a number itself."""

    INVALID = "invalid"
    """Not in service, or no such number: no target until somebody corrects it."""
    WRONG = "wrong"
    """In service, but not this person's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreNumberStatus:
    """The number is no target for the person any more (for INVALID: for nobody)."""

    person: PersonId
    number: NumberId
    status: NumberStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreRequest:
    """A request that binds us from this step on."""

    person: PersonId
    request: PersonRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreConsent:
    """What a person agreed to on the line: who asked, when, about which debts (a call back, mostly)."""

    person: PersonId
    consent: Consent


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreHold:
    """A hold on a person, or on everybody who has a number or owes a debt; exactly one is named."""

    hold: Hold
    person: PersonId | None = None
    number: NumberId | None = None
    debt: DebtId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreDisposition:
    """Another word of the agent's on a talk that is over; it stands in the record from now on."""

    attempt: AttemptId
    disposition: Disposition


@dataclass(frozen=True, slots=True, kw_only=True)
class StorePromise:
    """A promise to pay, a plan or a settlement, as the collector recorded it."""

    attempt: AttemptId
    person: PersonId
    debts: tuple[DebtId, ...]
    amount: Money | None
    due_at: float | None
    parts: Parts = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCampaign:
    """A campaign as the engine has it from this step on; replaces the one before."""

    settings: CampaignSettings
    state: CampaignState


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreAgentState:
    """An agent's state changed: the row of which talk time, waits and occupancy are made."""

    agent: AgentId
    campaign: CampaignId
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StorePacing:
    """What pacing decided, when it launched something or its reason changed."""

    campaign: CampaignId
    pool: tuple[str, ...]
    launches: int
    launched: int
    reason: str
    terms: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectAgentLeg:
    """Ring the agent's own registered telephone and keep the leg up."""

    agent: AgentId
    endpoint: EndpointId


@dataclass(frozen=True, slots=True, kw_only=True)
class DropAgentLeg:
    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeInbound:
    """Join the caller who waits to the agent's leg."""

    call: InboundId
    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class HangupInbound:
    """End the caller's channel."""

    call: InboundId


@dataclass(frozen=True, slots=True, kw_only=True)
class DismissInbound:
    """Too many wait already: tell the caller that nobody is free, then hang up."""

    call: InboundId


@dataclass(frozen=True, slots=True, kw_only=True)
class TellInboundPlace:
    """Say to who waits where they stand, at the telephone system's own interval, until told otherwise.

    Args:
        place: the first is 1.
        minutes: about how long it will take, rounded up; None = not known, and nothing is said of it.
    """

    call: InboundId
    place: int
    minutes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmInboundOptOut:
    """The opt-out is written down: it may be acknowledged on the line."""

    call: InboundId


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmCallBack:
    """That they want to be called back is written down: it may be acknowledged on the line."""

    call: InboundId


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreInbound:
    """A call that somebody else began, as it stands; replaces the one before."""

    record: InboundRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreConversation:
    """What the gate must know of a talk that the person began; an entry of the same id is replaced."""

    person: PersonId
    entry: HistoryEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreNumberRequest:
    """A request that binds everybody who has the number, those on file and those who will be."""

    number: NumberId
    request: PersonRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseAlarm:
    """Tell the floor: something a person should look at."""

    subject: str
    text: str


Command = (
    StoreAttempt
    | Originate
    | Bridge
    | HoldPerson
    | JoinThirdParty
    | JoinAgents
    | PartAgents
    | ReleaseAgent
    | StoreThirdParty
    | LeaveMessage
    | StartRecording
    | StopRecording
    | ConfirmOptOut
    | Hangup
    | RefillHopper
    | RestLead
    | CloseLead
    | RestLeads
    | CloseLeads
    | StoreOutcome
    | StoreDenial
    | StoreNumberStatus
    | StoreRequest
    | StoreConsent
    | StoreHold
    | StorePromise
    | StoreDisposition
    | StoreCampaign
    | StoreAgentState
    | StorePacing
    | ConnectAgentLeg
    | DropAgentLeg
    | BridgeInbound
    | HangupInbound
    | DismissInbound
    | TellInboundPlace
    | ConfirmInboundOptOut
    | ConfirmCallBack
    | StoreInbound
    | StoreConversation
    | StoreNumberRequest
    | RaiseAlarm
)
