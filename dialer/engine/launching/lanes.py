"""Lanes: how the leads of one pool are called through several telephone systems.

Where there is only one telephone system nothing of this exists. Where there are several, an agent's leg is up
at one of them (its box), and a call is joined only to an agent of its own box. So every pool has a lane for
each box: the leads wait together in the pool, what rings and waits belongs to the lane, and pacing is asked
for each lane about the agents of its box alone. No box ever has more calls than its own agents can take,
and a box that fails stops its lanes and no other. A box whose trunks alone fail keeps its lanes and agents:
its calls leave by the trunks of another, within the lines of both.
"""

from math import ceil

from dialer.domain.ids import AgentId, BoxId
from dialer.engine.context import Context
from dialer.engine.roster import SERVING, Roster
from dialer.engine.state import BoxRow, CampaignRow, EngineState, PoolRow

Pools = tuple[tuple[str, PoolRow], ...]


def lane_key(base: str, box: BoxId) -> str:
    """Key of the pool's lane at a box."""
    return f"{base}@{box}"


def leads_of(campaign: CampaignRow, pool: PoolRow) -> PoolRow:
    """The pool in which a lane's leads wait; itself where it is no lane."""
    return pool if pool.base is None else campaign.pools[pool.base]


def base_pools(campaign: CampaignRow) -> Pools:
    """Pools that leads wait in, with their keys."""
    return tuple([(key, pool) for key, pool in campaign.pools.items() if pool.base is None])


def launching_pools(state: EngineState, campaign: CampaignRow) -> Pools:
    """Pools that pacing is asked about: all, or the lanes where there are several telephone systems.

    The lanes take turns in being first: what lines and calls per second are left goes to the first.
    """
    if not state.boxes:
        return base_pools(campaign)
    lanes = tuple((key, pool) for key, pool in campaign.pools.items() if pool.box in state.boxes)
    first = state.sequence % max(len(lanes), 1)
    return (*lanes[first:], *lanes[:first])


def open_lanes(state: EngineState, campaign: CampaignRow) -> None:
    """Give every pool its lanes. The pools themselves no longer launch."""
    for key, pool in base_pools(campaign):
        pool.is_dirty, pool.reconsider_at, pool.reason = False, None, ""
        for box in state.boxes:
            name = lane_key(key, box)
            if name not in campaign.pools:
                campaign.pools[name] = PoolRow(needs=pool.needs, box=box, base=key)


def lane_for(state: EngineState, campaign: CampaignRow, key: str, box: BoxId) -> tuple[str, PoolRow] | None:
    """Where an agent at `box` takes a call of the pool; None when they are at no box that is heard."""
    if not state.boxes:
        return key, campaign.pools[key]
    row = state.boxes.get(box)
    name = lane_key(key, box)
    return (name, campaign.pools[name]) if row is not None and row.is_up and name in campaign.pools else None


def why_not_here(state: EngineState, pool: PoolRow, now: float) -> str | None:
    """Why nothing is launched through the lane's box; None when it may be, or when there is only one."""
    if not state.boxes:
        return None
    row = state.boxes.get(pool.box)
    reason: str | None = None
    if row is None:
        reason = f"telephone system {pool.box} is not one of ours"
    elif not row.is_up:
        reason = f"telephone system {pool.box} is not heard: {row.reason}"
    elif row.hold_until > now:
        reason = row.hold_reason
    elif (left := lines_left(state, row)) is not None and left <= 0:
        reason = f"all {row.lines} lines of telephone system {pool.box} are in use"
        if row.over:
            reason = (
                f"all lines that telephone system {row.over} has for {pool.box} are in use ({row.trunks})"
            )
        elif carried(state, row):
            reason += f", by calls of {', '.join(carried(state, row))} too"
    return reason


def carried(state: EngineState, row: BoxRow) -> tuple[BoxId, ...]:
    """The others whose calls leave by this one's trunks."""
    return tuple(sorted(name for name, other in state.boxes.items() if other.over == row.box))


def lines_left(state: EngineState, row: BoxRow) -> int | None:
    """Calls that still have a line there; None = not told how many it has. Calls that leave by another's
    trunks take its lines as well, so neither plans with what the other one uses."""
    used = row.in_flight + sum(state.boxes[name].in_flight for name in carried(state, row))
    left = None if row.lines is None else row.lines - used
    host = state.boxes.get(row.over) if row.over else None
    there = None if host is None or host.over else lines_left(state, host)
    if left is None or there is None:
        return there if left is None else left
    return min(left, there)


def held_until(state: EngineState, campaign: CampaignRow, pool: PoolRow, now: float) -> float | None:
    """When a hold on the campaign, or on the lane's box, ends; None when there is none."""
    row = state.boxes.get(pool.box)
    until = max(campaign.hold_until, -1e18 if row is None else row.hold_until)
    return until if until > now else None


def lane_limit(
    context: Context, roster: Roster, campaign: CampaignRow, key: str, pool: PoolRow, limit: int
) -> int:
    """Of the launches that the campaign may make now, how many through this lane: as its agents' share."""
    row = context.state.boxes.get(pool.box)
    if row is None:
        return limit
    here = len(serving_here(context, roster, campaign, key, pool))
    share = ceil(limit * here / max(roster.serving(campaign.settings.campaign), 1))
    left = lines_left(context.state, row)
    return min(share, limit) if left is None else max(0, min(share, limit, left))


def serving_here(
    context: Context, roster: Roster, campaign: CampaignRow, key: str, pool: PoolRow
) -> tuple[AgentId, ...]:
    """Agents on the floor for calls who can take this lane's."""
    agents = context.state.agents
    return tuple(name for name in roster.able(campaign, key, pool) if agents[name].state in SERVING)
