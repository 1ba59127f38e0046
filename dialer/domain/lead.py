"""Leads: one account's turn in a campaign. Ids and numbers only; names stay in the store.

A lead names its debt and, in order of preference, the telephone numbers that may reach somebody tied to
it. Which of them is dialed is decided at the moment of launch, by the gate.
"""

from dataclasses import dataclass

from dialer.domain.ids import AgentId, CampaignId, DebtId, LeadId, NumberId, PersonId
from dialer.domain.transitions import Machine, Word

NEVER = 253402300799.0
"""POSIX seconds of the year 9999: `not_before` of a lead that no waiting makes lawful. A change of facts or
of law clears it."""


class LeadState(Word):
    QUEUED = "queued"
    IN_FLIGHT = "in_flight"
    CLOSED = "closed"
    RESTING = "resting"


class LeadMove(Word):
    LAUNCH = "launch"
    REST = "rest"
    QUEUE = "queue"
    CLOSE = "close"


LEAD = Machine(
    name="lead",
    initial=LeadState.QUEUED,
    moves={
        LeadState.QUEUED: {
            LeadMove.LAUNCH: LeadState.IN_FLIGHT,
            LeadMove.REST: LeadState.RESTING,
            LeadMove.CLOSE: LeadState.CLOSED,
        },
        LeadState.IN_FLIGHT: {LeadMove.REST: LeadState.RESTING, LeadMove.CLOSE: LeadState.CLOSED},
        LeadState.RESTING: {LeadMove.QUEUE: LeadState.QUEUED, LeadMove.CLOSE: LeadState.CLOSED},
        LeadState.CLOSED: {LeadMove.QUEUE: LeadState.QUEUED},
    },
    final=frozenset({LeadState.CLOSED}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One way to reach one person for a lead.

    Args:
        answer_segment: see `dialer.domain.targets.answer_segment`; "" = not told yet.
    """

    person: PersonId
    number: NumberId
    answer_segment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """A lead as the hopper receives it.

    Args:
        targets: at least one; in order of preference.
        needs: tags an agent must carry beyond the campaign's own, e.g. 'language:es'. Sorted.
        priority: larger is sooner.
        passes: attempts already made on this lead in this campaign.
        reserve_agent: only dial with an agent reserved: a promised call back, or a person who was abandoned
            in the last 72 hours.
        reserve_for: the one agent who promised to call back; None = any who is able.
    """

    lead: LeadId
    campaign: CampaignId
    debt: DebtId
    targets: tuple[Target, ...]
    needs: tuple[str, ...] = ()
    priority: float = 0.0
    passes: int = 0
    reserve_agent: bool = False
    reserve_for: AgentId | None = None
    not_before: float | None = None
    """POSIX seconds: a promised call back is not dialed earlier. None = whenever the gate allows."""
