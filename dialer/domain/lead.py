"""Leads: one account's turn in a campaign. Ids and numbers only; names stay in the store.

A lead names its debt and, in order of preference, the telephone numbers that may reach somebody tied to
it. Which of them is dialed is decided at the moment of launch, by the gate.

Theory of operation. A lead is held by the store or by the engine, and the state says by whom. With the store:
DUE (may be claimed), RESTING (not before an instant), CLAIMED (picked for the engine, which has not written
it down yet; a start without its word gives it back). With the engine: QUEUED (in a hopper), IN_FLIGHT (being
called, or talked on, until the collector is done). CLOSED: no more turns in this campaign. The engine's word
reaches the store as the journal's events and commands; nothing else moves a lead that it holds, so an account
that is over closes its leads only where the store has them (`CLOSE_ACCOUNT`), and the others come back by
themselves. The same where something was said about an account while no lead of it was in flight: the engine
gives back what it has queued, and the store rests or closes it with the others (`REST_ACCOUNT`). Nothing but
an account that was settled by money which then went back leaves CLOSED (`REOPEN`).
"""

from dataclasses import dataclass

from dialer.domain.ids import AgentId, CampaignId, DebtId, LeadId, NumberId, PersonId
from dialer.domain.transitions import Machine, Word
from dialer.domain.valid import NEVER, Count, InstantOrNever, valid

__all__ = ["LEAD", "NEVER", "Lead", "LeadMove", "LeadState", "Target"]


class LeadState(Word):
    DUE = "due"
    CLAIMED = "claimed"
    QUEUED = "queued"
    IN_FLIGHT = "in_flight"
    RESTING = "resting"
    CLOSED = "closed"


class LeadMove(Word):
    CLAIM = "claim"
    RELEASE = "release"
    """The claim came to nothing: nobody heard of it."""
    SET_ASIDE = "set_aside"
    """There is no number that may be called: looked at again later."""
    BRING = "bring"
    """`LeadsFetched`: the engine has it."""
    LAUNCH = "launch"
    """`StoreAttempt`."""
    REST = "rest"
    """`RestLead`: given back."""
    CLOSE = "close"
    """`CloseLead`."""
    WAKE = "wake"
    """Its instant has come, or what it waited for changed."""
    REST_ACCOUNT = "rest_account"
    """`RestLeads`: something was said about it while it was with the store."""
    CLOSE_ACCOUNT = "close_account"
    """Recalled, settled, suppressed or `CloseLeads` while it was with the store."""
    REOPEN = "reopen"
    """The money that settled the account went back: it has turns again."""


_S = LeadState
_M = LeadMove

LEAD = Machine(
    name="lead",
    initial=_S.DUE,
    moves={
        _S.DUE: {_M.CLAIM: _S.CLAIMED, _M.REST_ACCOUNT: _S.RESTING, _M.CLOSE_ACCOUNT: _S.CLOSED},
        _S.CLAIMED: {_M.BRING: _S.QUEUED, _M.RELEASE: _S.DUE, _M.SET_ASIDE: _S.RESTING},
        _S.QUEUED: {_M.LAUNCH: _S.IN_FLIGHT, _M.REST: _S.RESTING},
        _S.IN_FLIGHT: {_M.REST: _S.RESTING, _M.CLOSE: _S.CLOSED},
        _S.RESTING: {_M.WAKE: _S.DUE, _M.REST_ACCOUNT: _S.RESTING, _M.CLOSE_ACCOUNT: _S.CLOSED},
        _S.CLOSED: {_M.REOPEN: _S.DUE},
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class Target:
    """One way to reach one person for a lead.

    Args:
        answer_segment: see `dialer.domain.targets.answer_segment`; "" = not told yet.
    """

    person: PersonId
    number: NumberId
    answer_segment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class Lead:
    """A lead as the hopper receives it.

    Args:
        targets: at least one; in order of preference.
        needs: tags an agent must carry beyond the campaign's own, e.g. 'language:es'. Sorted.
        priority: larger is sooner.
        passes: attempts already made on this lead in this campaign.
        reserve_agent: only dial with an agent reserved: a call back was promised.
        reserve_for: the one agent who promised to call back; None = any who is able.
    """

    lead: LeadId
    campaign: CampaignId
    debt: DebtId
    targets: tuple[Target, ...]
    needs: tuple[str, ...] = ()
    priority: float = 0.0
    passes: Count = 0
    reserve_agent: bool = False
    reserve_for: AgentId | None = None
    not_before: InstantOrNever | None = None
    """POSIX seconds: a promised call back is not dialed earlier. None = whenever the gate allows."""
