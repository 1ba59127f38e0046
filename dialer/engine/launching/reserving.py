"""Agents kept for leads that must have one: how many are wanted, and whether one is to spare.

A call that rings counts on an agent too. Taking the free agent for a reserved lead would leave the ringing
one to be abandoned or taken back, which wastes an attempt. So an agent is held only when the free ones
outnumber what rings and waits: call by call as long as each has a free agent of its own, by probability on a
floor that dials ahead of its agents. Pacing leaves alone what is to spare. A lead that has waited a minute
gets its turn all the same, one lead at a time: pacing is told to keep an agent, and calls that were launched
since the turn began do not count.
"""

from math import inf

from dialer.domain.agent import AgentState
from dialer.domain.attempt import AttemptState
from dialer.domain.ids import LeadId
from dialer.domain.lead import Lead
from dialer.engine.context import Context
from dialer.engine.roster import Roster
from dialer.engine.state import CampaignRow, PoolRow

_BRIDGING = AttemptState.BRIDGING

LONGEST_WAIT_S = 60.0
"""Seconds after which a reserved lead gets the next free agent, though pacing would have had use for them."""

PREFERRED_AGENT_WAIT_S = 600.0
"""A promised call back waits this long for the very agent who promised it, while they are logged in."""


def keep_for(pool: PoolRow, lead: LeadId, *, since: float) -> None:
    """Put the lead among those that need an agent reserved; it waits from `since` on."""
    pool.reserved.append(lead)
    pool.reserved_since[lead] = since


def is_beyond_budget(context: Context, held: PoolRow, lead: Lead) -> bool:
    """Whether an agent may not be held for it yet: its share of the floor's time is used up for now. What was
    promised is never held back by that."""
    return not lead.reserve_agent and context.now < held.held_from


def waits_for_its_own(context: Context, lead: Lead) -> bool:
    """Whether the lead still waits for the agent who promised the call back."""
    if lead.reserve_for is None:
        return False
    own = context.state.agents.get(lead.reserve_for)
    if own is None or own.state in (AgentState.LOGGED_OUT, AgentState.LEG_LOST):
        return False
    since = lead.not_before if lead.not_before is not None else context.now
    return context.now - since < PREFERRED_AGENT_WAIT_S


def agents_kept(context: Context, held: PoolRow, pool: PoolRow, ready: int) -> int:
    """Of the ready agents, how many pacing must leave to reserved leads that are due.

    Args:
        held: where the leads wait; `pool` itself, unless that is a lane.
    """
    unclaimed = ready - len(pool.ringing) - _unjoined(context, pool)
    # Where every agent is claimed, one is kept all the same for a lead that has waited long.
    most, shortest_wait = min(ready, max(unclaimed, 1)), 0.0 if unclaimed > 0 else LONGEST_WAIT_S
    kept = 0
    for name in held.reserved:
        if kept >= most:
            break
        waited = context.now - held.reserved_since[name]
        lead = context.state.leads[name]
        if is_beyond_budget(context, held, lead):
            continue
        if waited >= shortest_wait and not waits_for_its_own(context, lead):
            kept += 1
    return kept


def _unjoined(context: Context, pool: PoolRow) -> int:
    return sum(context.state.calls[name].state is not _BRIDGING for name in pool.waiting)


def turn_of(context: Context, pool: PoolRow, lead: Lead) -> float:
    """Since when it is the lead's turn (POSIX seconds); infinite while it has not waited long enough.

    While its share of the floor's time is used up pacing keeps nobody for it, so its turn has not begun.
    """
    turn = max(pool.reserved_since[lead.lead] + LONGEST_WAIT_S, pool.reserved_turn)
    if not lead.reserve_agent:
        turn = max(turn, pool.held_from)
    return turn if context.now >= turn else inf


def earliest_turn(context: Context, pool: PoolRow) -> float:
    """The turn of the lead that has waited longest; infinite while none has waited long enough."""
    waiting_since = min(pool.reserved_since.values(), default=inf)
    turn = max(waiting_since + LONGEST_WAIT_S, pool.reserved_turn)
    return turn if context.now >= turn else inf


def has_agent_to_spare(
    context: Context, roster: Roster, campaign: CampaignRow, key: str, pool: PoolRow, turn: float
) -> bool:
    """Whether an agent is free on whom no call counts that waits, or rang before `turn`.

    The later the turn, the more calls count: what is refused at one turn is refused at every later one.
    """
    free = roster.free(campaign, key, pool) - _unjoined(context, pool)
    if free < 1:
        return False
    calls = context.state.calls
    ringing, claimed = 0, 0.0
    for name in pool.ringing:
        call = calls[name]
        if call.launch.launched_at <= turn:
            ringing += 1
            claimed += call.launch.needs_agent
            if claimed > free and ringing > free:
                return False  # more calls claim no less
    if ringing <= free:
        return free > ringing
    return free - claimed >= 1.0
