"""The engine's mutable tables: all state there is, in one place, made of plain rows so that a checkpoint is
this object written down and nothing else.

Nothing outside `dialer.engine` touches these rows. Derived lookups (prepared persons, pacing policies,
agents of a pool) are caches rebuilt from them and live in `Context`, never in a checkpoint.
"""

from dataclasses import dataclass, field
from datetime import date

from compliance_gate.call_handling import UNBOUND, UNTIL_CARRIED, CallHandling
from compliance_gate.findings import Statement
from compliance_gate.request import (
    Consent,
    HistoryEntry,
    Hold,
    KnownLocation,
    Notice,
    PersonFile,
    PersonRequest,
)
from compliance_gate.words import HoldKind
from dialer.domain.agent import AgentState
from dialer.domain.attempt import AttemptState, Outcome
from dialer.domain.caller_id import CallBackTest, CallerIdPool, OwnedNumber
from dialer.domain.campaign import CampaignSettings, CampaignState
from dialer.domain.commands import HangupReason
from dialer.domain.detection import Detection
from dialer.domain.disposition import Disposition
from dialer.domain.facts import Attestation, LineKind, Tie
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
from dialer.domain.inbound import ANSWER_WITHIN_S, Caller, InboundRecord, InboundState
from dialer.domain.lead import Lead
from dialer.domain.record import AttemptRecord
from dialer.domain.third_party import ThirdPartyState
from dialer.domain.transitions import Word
from dialer.domain.voice import PlannedVoice, Played, RecordingNote
from dialer.engine.launching.answering import AnswerBook
from pacing.policy import NumberProfile

LAYOUT = 3
"""Of the tables as they are written down; `older_state` knows the earlier ones."""


class TimerKind(Word):
    """What a timer wakes the engine for; its name is of the thing in brackets."""

    WATCH = "watch"
    """Nothing was heard of a call (attempt)."""
    GUEST = "guest"
    """Nothing was heard of a third party (attempt)."""
    HOLD = "hold"
    """Somebody is on hold for too long, or is not back from it (attempt)."""
    WRAP = "wrap"
    """After-call work takes too long (attempt)."""
    INBOUND_WRAP = "inbound_wrap"
    """The same after somebody called us (inbound call)."""
    INBOUND_PLACE = "inbound_place"
    """Who waits is told where they stand (inbound call)."""
    CALL_BACK = "call_back"
    """A call back from the queue has waited too long for its turn (inbound call)."""
    SHIFT = "shift"
    """A shift ends (agent)."""
    RESERVED = "reserved"
    """A lead that needs an agent reserved is due (campaign)."""


Needs = tuple[str, ...]
"""Tags a call demands of its agent, sorted; names a pool within a campaign."""


@dataclass(slots=True, kw_only=True)
class LedgerRow:
    """Abandonment of the running window. `window_ends` is POSIX seconds; None = the whole campaign.

    handling: the strictest of what the calls of the window were cleared under.
    """

    live_answers: int = 0
    abandoned: int = 0
    window_ends: float | None = None
    handling: CallHandling = UNBOUND


@dataclass(slots=True, kw_only=True)
class PoolRow:
    """Leads of one campaign that the same agents can take, in order, and when pacing looked last.

    queue: leads that pacing may launch; reserved: leads that need an agent reserved first, and since when
    each has waited for one (POSIX seconds; in the future for a call back that is not due yet);
    reserved_turn: when one of them was dialed last; held_from: from when on an agent may be held again for
        one that nobody was promised.
    box, base: of a lane (see `lanes`): the telephone system it calls through, the pool whose leads it calls.
    """

    needs: Needs
    queue: list[LeadId] = field(default_factory=list[LeadId])
    reserved: list[LeadId] = field(default_factory=list[LeadId])
    reserved_since: dict[LeadId, float] = field(default_factory=dict[LeadId, float])
    reserved_turn: float = -1e18
    held_from: float = -1e18
    waiting: list[AttemptId] = field(default_factory=list[AttemptId])
    ringing: list[AttemptId] = field(default_factory=list[AttemptId])
    is_dirty: bool = True
    decided_at: float = -1e18
    reconsider_at: float | None = None
    reason: str = ""
    launches: int = 0
    policy_state: str = ""
    box: BoxId = NO_BOX
    base: str | None = None


@dataclass(slots=True, kw_only=True)
class BoxRow:
    """One of several telephone systems.

    Args:
        lines: most calls at once, None = not told.
        over: the other one whose trunks its calls leave by, while none of its own works.
        trunks: what is wrong with its own trunks.
    """

    box: BoxId
    is_up: bool = False
    reason: str = ""
    lines: int | None = None
    in_flight: int = 0
    refused: int = 0
    hold_until: float = -1e18
    hold_reason: str = ""
    over: BoxId = NO_BOX
    trunks: str = ""


@dataclass(slots=True, kw_only=True)
class CampaignRow:
    """A campaign.

    learned: what its calls taught pacing, as JSON.
    answers: the same in a state that an earlier version wrote, until pacing takes it up.
    """

    settings: CampaignSettings
    state: CampaignState
    ledger: LedgerRow = field(default_factory=LedgerRow)
    answers: AnswerBook | None = None
    learned: str = ""
    pools: dict[str, PoolRow] = field(default_factory=dict[str, PoolRow])
    in_flight: int = 0
    leads_left: int | None = None
    refill: int | None = None
    refill_sequence: int = 0
    refill_at: float = -1e18
    refill_wanted: int = 0
    tokens: float = 0.0
    tokens_at: float = -1e18
    refused: int = 0
    hold_until: float = -1e18
    hold_reason: str = ""
    is_held_by_caller_ids: bool = False
    handled: int = 0
    handling_s: float = 0.0


@dataclass(slots=True, kw_only=True)
class AgentRow:
    """An agent.

    Args:
        attempt, inbound: what they are held for, or on, or writing down.
        notice: what they must be told, until the next.
        owes: a talk that ended at their own phone, and they have said nothing of it yet.
        wants_ready: they asked to be ready while their phone was away.
    """

    agent: AgentId
    campaign: CampaignId
    endpoint: EndpointId
    tags: tuple[str, ...]
    state: AgentState
    since: float
    shift_ends_at: float | None = None
    is_leaving: bool = False
    leaving_reason: str = ""
    attempt: AttemptId | None = None
    inbound: InboundId | None = None
    reason: str = ""
    box: BoxId = NO_BOX
    notice: str = ""
    busy_since: float | None = None
    owes: AttemptId | None = None
    wants_ready: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchRow:
    """What was decided when an attempt was launched; nothing of it changes later.

    Args:
        pool: key of the pool, or of its lane, through which it was called.
        needs_agent, live: what pacing was told of it, 0-1 each: that it will occupy an agent, that it will
            count as a live answer.
        is_guaranteed: an agent was held for it before it was dialed.
        caller_id: which of our numbers it shows; '' = the campaign names none.
        handling: what law and policy ask for on this very call, as its clearance said.
        statements: what must be said on it, and what may not be, as its clearance said.
        ring_s: seconds for which it was to ring; None = it was launched before that was kept.
    """

    attempt: AttemptId
    campaign: CampaignId
    pool: str
    lead: Lead
    person: PersonId
    number: NumberId
    debts: tuple[DebtId, ...]
    zones: tuple[str, ...]
    rulebook: str
    launched_at: float
    needs_agent: float
    live: float
    is_guaranteed: bool = False
    segment: str = ""
    profile: NumberProfile | None = None
    box: BoxId = NO_BOX
    caller_id: str = ""
    voice: PlannedVoice | None = None
    handling: CallHandling = UNTIL_CARRIED
    statements: tuple[Statement, ...] = ()
    ring_s: float | None = None


@dataclass(slots=True, kw_only=True)
class HeardRow:
    """What was heard on a call, for its record."""

    early_media: bool = False
    detection: Detection | None = None
    message_played: bool = False
    played: tuple[Played, ...] = ()
    is_recorded: bool = False
    note: RecordingNote | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidRow:
    """What the agent said came of a call, and whether they are ready for the next one."""

    disposition: Disposition
    ready_after: bool = True


@dataclass(slots=True, kw_only=True)
class CallRow:
    """An attempt that is not yet wholly over: in flight, or connected and awaiting its disposition.

    `state` says where it stands (see `dialer.domain.attempt`); `calling.phases` alone writes here.

    Args:
        agent: held for it until it is joined; from then on, who talks or talked with the person.
        next_agent: held to take the talk over, while it is passed on or joined again; None in every other
            state.
        hangup: why its end was asked for; it may stand in any state until the channel is gone.
        rang_at, answered_at, bridged_at, talk_ended_at, ended_at: POSIX seconds; None = did not happen yet.
        overflow_at: when somebody of the live overflow took it.
        held_until: POSIX seconds by which who is on hold must be off it; None in every other state.
        abandoned: judged by the campaign's limit; None = not judged yet.
        outcome, cause, sip_code: set when the channel is gone.
    """

    launch: LaunchRow
    state: AttemptState
    agent: AgentId | None = None
    next_agent: AgentId | None = None
    hangup: HangupReason | None = None
    rang_at: float | None = None
    answered_at: float | None = None
    bridged_at: float | None = None
    talk_ended_at: float | None = None
    ended_at: float | None = None
    overflow_at: float | None = None
    abandoned: bool | None = None
    outcome: Outcome | None = None
    cause: str = ""
    heard: HeardRow = field(default_factory=HeardRow)
    said: SaidRow | None = None
    sip_code: int | None = None
    held_until: float | None = None


@dataclass(slots=True, kw_only=True)
class CallerIdRow:
    """A number of ours and what it did on its present day, from `day_begins` until `day_ends` (POSIX
    seconds): attempts that rang somewhere, and those of them that were answered, blocked on the way, refused
    as unwanted, declined.

    pool: '' = none.
    fresh_attempts, fresh_blocks: of this day, since its last rest; blocks are blocked and unwanted together.
    reached, live: attempts that got as far as a telephone, and those of them that a person answered, since
        its last rest; both are halved when there are many, so that old ones weigh less.
    rests_until: POSIX seconds; rests: how often it had to.
    """

    owned: OwnedNumber
    day_begins: float = -1e18
    day_ends: float = -1e18
    attempts: int = 0
    answered: int = 0
    pool: str = ""
    blocked: int = 0
    unwanted: int = 0
    declined: int = 0
    fresh_attempts: int = 0
    fresh_blocks: int = 0
    reached: int = 0
    live: int = 0
    rests_until: float = -1e18
    rest_reason: str = ""
    rests: int = 0
    test: CallBackTest | None = None


@dataclass(slots=True, kw_only=True)
class InboundRow:
    """A call that somebody else began, until its channel is gone and an agent's last word is written down.

    agent: held for it, or talking with them; talked_to: the last who did.
    takers: campaigns whose agents take it, as they were when an agent was asked for.
    told: the place and minutes that they were told last.
    """

    call: InboundId
    dialed: str
    arrived_at: float
    state: InboundState
    box: BoxId = NO_BOX
    number: NumberId | None = None
    callers: tuple[Caller, ...] = ()
    is_identified: bool = False
    opted_out: bool = False
    key: str = ""
    waited_since: float | None = None
    is_dismissed: bool = False
    is_unserved: bool = False
    agent: AgentId | None = None
    talked_to: AgentId | None = None
    bridged_at: float | None = None
    ended_at: float | None = None
    person: PersonId | None = None
    disposition: Disposition | None = None
    answer_within_s: float = ANSWER_WITHIN_S
    is_closed: bool = False
    language: str = ""
    needs_language: bool = False
    message: str = ""
    message_s: float | None = None
    asked_back_at: float | None = None
    takers: tuple[CampaignId, ...] = ()
    told: tuple[int, int | None] | None = None
    campaign: CampaignId | None = None


@dataclass(slots=True, kw_only=True)
class CallBackRow:
    """Somebody who is called back from the queue when their turn comes.

    Args:
        record: of the call on which they asked.
        looked_for_in: campaigns in which their account may still be found.
        sequence: of the step in which it was begun; a refill that was asked for in it, or later, knows of it.
    """

    record: InboundRecord
    person: PersonId
    number: NumberId
    debt: DebtId
    looked_for_in: tuple[CampaignId, ...]
    sequence: int


@dataclass(slots=True, kw_only=True)
class OwedRow:
    """Something that somebody of us owes to a caller, until it is followed up; `why` in words."""

    record: InboundRecord
    why: str


@dataclass(slots=True, kw_only=True)
class ServiceRow:
    """How callers of one of our numbers were served on its present day, from `day_begins` until `day_ends`
    (POSIX seconds): whose wait is over, and how long they waited.

    Args:
        answer_within_s, goal: as the campaign that takes the calls says now.
        answered_in_time: of `answered`.
        left: hung up while they waited. unserved: heard that nobody was free.
        asked_back: chose to be called back, which ends no wait.
        answered_wait_s: sum over those who were answered; longest_s: over all.
    """

    day_begins: float = -1e18
    day_ends: float = -1e18
    answer_within_s: float = ANSWER_WITHIN_S
    goal: float = 0.8
    answered: int = 0
    answered_in_time: int = 0
    left: int = 0
    unserved: int = 0
    asked_back: int = 0
    answered_wait_s: float = 0.0
    longest_s: float = 0.0


@dataclass(slots=True, kw_only=True)
class GuestRow:
    """A third party of a talk.

    Args:
        record: of an attempt on the person's other number; None for a line.
        is_private: called to talk with the agent alone, while the person is on hold.
        is_answered: they picked up; joined as soon as the person is on hold.
        leaves: the agent goes when the person was let in.
        colleague: it is another agent, and nobody was called.
        is_untold: nobody told them of a recording, and they or the person would have to be: the talk's ends
            before they come into it.
        is_opened: the person was let in to them, or is about to be: they are in the person's talk.
    """

    attempt: AttemptId
    talk: AttemptId
    agent: AgentId
    state: ThirdPartyState
    name: str
    record: AttemptRecord | None = None
    number: NumberId | None = None
    box: BoxId = NO_BOX
    hangup: HangupReason | None = None
    is_private: bool = False
    is_answered: bool = False
    leaves: bool = False
    colleague: AgentId | None = None
    is_untold: bool = False
    is_opened: bool = False


@dataclass(slots=True, kw_only=True)
class PersonRow:
    """A person in play: with a lead in a hopper or an attempt not wholly over. `uses` counts both.

    unread: numbers that an edit gave them, and all of whoever was found to have another record, sorted: what
        happened on these lines or under that record, and was asked for there, is in the store and not in the
        file yet. Nobody dials them until it is.
    """

    file: PersonFile
    uses: int = 0
    unread: tuple[NumberId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """A fact to be applied to files that the store read before it had it: those that a fetch under way
    brings, and those that a placement brings."""

    sequence: int
    person: PersonId | None = None
    number: NumberId | None = None
    debt: DebtId | None = None
    entry: HistoryEntry | None = None
    request: PersonRequest | None = None
    consent: Consent | None = None
    hold: Hold | None = None
    lifted: HoldKind | None = None
    replaced: PersonFile | None = None
    placed: PersonFile | None = None
    notice: Notice | None = None
    location: KnownLocation | None = None
    limitation_ends: date | None = None
    on_line: HistoryEntry | None = None
    about: PersonId | None = None
    line_kind: LineKind | None = None
    released: str | None = None
    attested: Attestation | None = None
    joined: Tie | None = None
    parted: Tie | None = None


@dataclass(slots=True, kw_only=True)
class EngineState:
    """Everything. `timers` is a heap of (at, order, kind, id); `changes_forgotten` is the last sequence of
    which `changes` may lack one that a placed file must not miss."""

    layout: int = LAYOUT
    generation: int = 1
    sequence: int = 0
    now: float = -1e18
    attempts_made: int = 0
    requests_made: int = 0
    timers_made: int = 0
    is_floor_stopped: bool = False
    floor_stop_reason: str = ""
    is_network_up: bool = True
    holds: dict[str, str] = field(default_factory=dict[str, str])
    boxes: dict[BoxId, BoxRow] = field(default_factory=dict[BoxId, BoxRow])
    campaigns: dict[CampaignId, CampaignRow] = field(default_factory=dict[CampaignId, CampaignRow])
    agents: dict[AgentId, AgentRow] = field(default_factory=dict[AgentId, AgentRow])
    calls: dict[AttemptId, CallRow] = field(default_factory=dict[AttemptId, CallRow])
    guests: dict[AttemptId, GuestRow] = field(default_factory=dict[AttemptId, GuestRow])
    leads: dict[LeadId, Lead] = field(default_factory=dict[LeadId, Lead])
    persons: dict[PersonId, PersonRow] = field(default_factory=dict[PersonId, PersonRow])
    locked_leads: dict[LeadId, AttemptId] = field(default_factory=dict[LeadId, AttemptId])
    locked_persons: dict[PersonId, AttemptId] = field(default_factory=dict[PersonId, AttemptId])
    locked_numbers: dict[NumberId, AttemptId] = field(default_factory=dict[NumberId, AttemptId])
    changes: list[ChangeRow] = field(default_factory=list[ChangeRow])
    changes_forgotten: int = 0
    denials: dict[LeadId, str] = field(default_factory=dict[LeadId, str])
    timers: list[tuple[float, int, TimerKind, str]] = field(
        default_factory=list[tuple[float, int, TimerKind, str]]
    )
    ignored: dict[str, int] = field(default_factory=dict[str, int])
    inbound: dict[InboundId, InboundRow] = field(default_factory=dict[InboundId, InboundRow])
    caller_ids: dict[str, CallerIdRow] = field(default_factory=dict[str, CallerIdRow])
    caller_id_pools: dict[str, CallerIdPool] = field(default_factory=dict[str, CallerIdPool])
    quarantined: dict[PersonId, str] = field(default_factory=dict[PersonId, str])
    call_backs: dict[InboundId, CallBackRow] = field(default_factory=dict[InboundId, CallBackRow])
    owed: dict[InboundId, OwedRow] = field(default_factory=dict[InboundId, OwedRow])
    service: dict[str, ServiceRow] = field(default_factory=dict[str, ServiceRow])

    def is_called_back(self, lead: Lead) -> bool:
        """Whether the lead is of somebody who is called back from the queue, at their turn there."""
        return (
            bool(self.call_backs)
            and lead.reserve_agent
            and any(
                row.debt == lead.debt and lead.campaign in row.looked_for_in
                for row in self.call_backs.values()
            )
        )

    def is_locked(self, person: PersonId) -> bool:
        """Whether a call to somebody goes on, under whichever record of theirs that is known."""
        if person in self.locked_persons:
            return True
        row = self.persons.get(person)
        return row is not None and any(PersonId(fellow) in self.locked_persons for fellow in row.file.fellows)

    def is_calling_us(self, person: PersonId) -> bool:
        """Whether somebody with a number of this person's is on the line to us."""
        return bool(self.inbound) and any(
            caller.person == person
            for row in self.inbound.values()
            if row.state is not InboundState.OVER
            for caller in row.callers
        )
