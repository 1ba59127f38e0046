"""What the floor looks like: a frozen picture for pages, for what-if, for tests. Ids and numbers only."""

from dataclasses import dataclass

from compliance_gate.findings import Statement
from dialer.domain.agent import AgentState
from dialer.domain.caller_id import Attestation, CallBackTest
from dialer.domain.campaign import CampaignState
from dialer.domain.ids import NO_BOX, AgentId, AttemptId, BoxId, CampaignId, InboundId, NumberId
from dialer.domain.inbound import Caller, InboundState
from dialer.domain.sound import AgentSound
from dialer.domain.voice import RecordingState


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentView:
    """One agent. `for_s`: seconds in the present state. `notice`: what they must be told, until the next.

    recording: of their talk; `to_say`: the words that they must say before it is recorded.
    owes: a talk that ended at their own phone, of which they have said nothing yet.
    statements: what they must say to the person on their call, and what they may not say or do, with whose
        word it is; from the reservation until the call ends.
    sound: of the telephone, put in by the runtime where the telephone system measures it.
    """

    agent: AgentId
    campaign: CampaignId
    state: AgentState
    for_s: float
    reason: str
    is_leaving: bool
    attempt: AttemptId | None
    box: BoxId = NO_BOX
    third_party: str = ""
    notice: str = ""
    sound: AgentSound | None = None
    inbound: InboundId | None = None
    recording: RecordingState = RecordingState.NONE
    to_say: str = ""
    owes: AttemptId | None = None
    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignView:
    """One campaign: what is in flight, what the ledger says, why it dials or does not.

    abandoned_per_live_answer: 0-1 in the running window; None while nobody has answered.
    headroom: live answers that could be abandoned before the limit is passed; may be negative.
    time_zone: in which its day is declared; '' = not told.
    """

    campaign: CampaignId
    state: CampaignState
    reason: str
    ringing: int
    waiting: int
    talking: int
    in_flight: int
    hopper: int
    reserved: int
    leads_left: int | None
    live_answers: int
    abandoned: int
    abandoned_per_live_answer: float | None
    headroom: float
    time_zone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxView:
    """One of several telephone systems. `reason`: why nothing is launched through it; '' when it may be.

    agents: those whose leg is up there; `lines`: None = not told.
    """

    box: BoxId
    is_up: bool
    reason: str
    agents: int
    in_flight: int
    lines: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerIdView:
    """A number of ours on its present day, how people take its calls, and whether it leads back to us.

    answered_per_attempt: 0-1; answered by anybody or anything ÷ attempts that were not refused without a
        channel; what is still in flight counts as not answered yet. None while there is no attempt.
    blocked, unwanted, declined: of this day's attempts, what somebody refused.
    reached, live: attempts that got as far as a telephone, and those of them that a person answered, lately
        and since its last rest.
    live_per_reached, live_low, live_high: 0-1, and between which two it lies (Wilson, 95 %); None = unknown.
    rests_until: POSIX seconds; None = it does not rest. rests: how often it had to.
    flag: why it should not be shown, or is not; '' = nothing speaks against it.
    """

    number: str
    calls_back_to: str
    areas: tuple[str, ...]
    attempts: int
    answered: int
    answered_per_attempt: float | None
    daily_ceiling: int | None
    is_full: bool
    pool: str = ""
    cnam: str = ""
    attestation_wanted: Attestation | None = None
    attestation_granted: Attestation | None = None
    blocked: int = 0
    unwanted: int = 0
    declined: int = 0
    reached: int = 0
    live: int = 0
    live_per_reached: float | None = None
    live_low: float | None = None
    live_high: float | None = None
    rests_until: float | None = None
    rest_reason: str = ""
    rests: int = 0
    test: CallBackTest | None = None
    is_tested: bool = False
    is_shown: bool = True
    flag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundView:
    """Somebody who called us.

    number: None = withheld, or not looked up yet; callers: everybody on file who has it, () = an unknown
    caller. waited_s: seconds since they asked for an agent until they had one, so far; None = did not ask.
    """

    call: InboundId
    state: InboundState
    dialed: str
    number: NumberId | None
    callers: tuple[Caller, ...]
    opted_out: bool
    waited_s: float | None
    agent: AgentId | None
    language: str = ""
    is_closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedView:
    """Something that somebody of us owes to a caller, the oldest first: to listen to a message, to call by
    hand.

    why: in words. since: POSIX seconds at which their call ended. message: file of what they spoke; '' = no
        message.
    """

    call: InboundId
    why: str
    since: float
    dialed: str
    number: NumberId | None
    callers: tuple[Caller, ...]
    language: str
    message: str
    message_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceView:
    """How people who call one of our numbers are served today; `dialer.measures.inbound` has the definitions.

    answer_within_s, goal: the share `goal` (0-1) of those who want an agent should have one so soon.
    service_level: 0-1, of those whose wait is over; None while nobody's is.
    left: hung up while they waited; unserved: heard that nobody was free; asked_back: chose to be called
        back, and are in no denominator.
    average_wait_s: of those who were answered. longest_wait_s: of all whose wait is over or goes on.
    """

    dialed: str
    answer_within_s: float
    goal: float
    service_level: float | None
    asked: int
    answered: int
    answered_in_time: int
    left: int
    unserved: int
    asked_back: int
    average_wait_s: float | None
    longest_wait_s: float
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorSnapshot:
    now: float
    sequence: int
    is_floor_stopped: bool
    is_network_up: bool
    agents: tuple[AgentView, ...]
    campaigns: tuple[CampaignView, ...]
    ignored: tuple[tuple[str, int], ...]
    boxes: tuple[BoxView, ...] = ()
    caller_ids: tuple[CallerIdView, ...] = ()
    inbound: tuple[InboundView, ...] = ()
    service: tuple[ServiceView, ...] = ()
    owed: tuple[OwedView, ...] = ()
