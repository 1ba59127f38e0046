"""Agents kept for leads that must have one: how many are wanted, and whether one is to spare.

A call that rings counts on an agent too. Taking the free agent for a reserved lead would leave the ringing
one to be abandoned or taken back. So pacing is told how many agents are wanted and launches for the others;
and calls that were launched before a lead began to wait, of which pacing could not know, keep their agents
until they have ended. A reserved lead thus waits for one ring at most while agents are free.
"""

from dialer.domain.agent import AgentState
from dialer.domain.ids import LeadId
from dialer.domain.lead import Lead
from dialer.engine.context import Context
from dialer.engine.roster import Roster
from dialer.engine.state import CampaignRow, PoolRow

PREFERRED_AGENT_WAIT_S = 600.0
"""A promised call back waits this long for the very agent who promised it, while they are logged in."""


def keep_for(pool: PoolRow, lead: LeadId, *, since: float) -> None:
    """Put the lead among those that need an agent reserved; it waits from `since` on."""
    pool.reserved.append(lead)
    pool.reserved_since[lead] = since


def waits_for_its_own(context: Context, lead: Lead) -> bool:
    """Whether the lead still waits for the agent who promised the call back."""
    if lead.reserve_for is None:
        return False
    own = context.state.agents.get(lead.reserve_for)
    if own is None or own.state in (AgentState.LOGGED_OUT, AgentState.LEG_LOST):
        return False
    since = lead.not_before if lead.not_before is not None else context.now
    return context.now - since < PREFERRED_AGENT_WAIT_S


def agents_kept(context: Context, pool: PoolRow, ready: int) -> int:
    """Of the ready agents, how many pacing must leave to reserved leads that are due.

    As long as each call in the air has a free agent of its own, it keeps that agent. On a floor that dials
    ahead of its agents no agent is any one call's, and the reserved leads come first.
    """
    if not pool.reserved:
        return 0
    leads = context.state.leads
    wanted = sum(
        pool.reserved_since.get(name, 0.0) <= context.now and not waits_for_its_own(context, leads[name])
        for name in pool.reserved
    )
    waiting = sum(not context.state.calls[name].is_bridging for name in pool.waiting)
    unclaimed = ready - len(pool.ringing) - waiting
    return min(wanted, unclaimed if unclaimed >= 0 else ready)


def any_free(context: Context, roster: Roster, campaign: CampaignRow, key: str, pool: PoolRow) -> bool:
    """Whether any able agent is free at all."""
    agents = context.state.agents
    return any(agents[name].state is AgentState.AVAILABLE for name in roster.able(campaign, key, pool))


def has_agent_to_spare(
    context: Context, roster: Roster, campaign: CampaignRow, key: str, pool: PoolRow, lead: LeadId
) -> bool:
    """Whether an agent is free on whom no call counts that waits, or was launched before the lead waited."""
    state = context.state
    free = sum(state.agents[name].state is AgentState.AVAILABLE for name in roster.able(campaign, key, pool))
    if free == 0:
        return False
    since = pool.reserved_since.get(lead, 0.0)
    counted_on = sum(state.calls[name].launched_at <= since for name in pool.ringing)
    waiting = sum(not state.calls[name].is_bridging for name in pool.waiting)
    return free > counted_on + waiting
