"""Agents: who is there, what they may take, who has waited longest.

Within a campaign, an agent who can take calls of several pools is counted as supply in only one of them,
their home: the pool that fewest agents can take. Counting them in each would promise the same person to
two callers. For an answered call any able agent will do, those at home in its pool first.
"""

from dialer.domain.agent import AGENT, AgentMove, AgentState
from dialer.domain.commands import ConnectAgentLeg, DropAgentLeg, StoreAgentState
from dialer.domain.errors import InvalidFactError, PhoneTakenError
from dialer.domain.events import (
    AgentGotReady,
    AgentLegLost,
    AgentLegRestored,
    AgentLoggedIn,
    AgentLoggedOut,
    AgentPauseRequested,
)
from dialer.domain.ids import NO_BOX, AgentId, BoxId, CampaignId
from dialer.engine.context import Context
from dialer.engine.state import AgentRow, CampaignRow, PoolRow, TimerKind

SERVING = frozenset({AgentState.AVAILABLE, AgentState.RESERVED, AgentState.TALKING, AgentState.WRAPPING})


HANDLINGS_REMEMBERED = 50
"""Handlings that the mean forgets the earlier ones by: an hour or so of a small floor."""


class Roster:
    """The agents' table and its moves."""

    def __init__(self, context: Context) -> None:
        self._context = context

    # --- moves ---------------------------------------------------------------------------------------

    def move(self, agent: AgentRow, move: AgentMove, *, reason: str = "", quiet: bool = False) -> None:
        """Move by the table, date it, tell the store (unless `quiet`) and wake pacing.

        Raises:
            IllegalTransitionError: not possible in the agent's state; nothing changed.
        """
        context = self._context
        before = agent.state
        agent.state = AGENT.move(before, move)
        if (before in SERVING) is not (agent.state in SERVING):
            context.serving.pop(agent.campaign, None)
        if agent.state is AgentState.TALKING and agent.busy_since is None:
            agent.busy_since = context.now
        if before is AgentState.AVAILABLE or agent.state is AgentState.AVAILABLE:
            context.free.clear()
        agent.reason = reason
        if not quiet:
            agent.since = context.now
            context.emit(
                StoreAgentState(
                    agent=agent.agent, campaign=agent.campaign, state=agent.state.value, reason=reason
                )
            )
        campaign = context.state.campaigns.get(agent.campaign)
        if campaign is not None:
            context.wake_pools(campaign)
            if agent.state is AgentState.AVAILABLE:
                context.unconnected.add(agent.campaign)

    def log_in(self, event: AgentLoggedIn) -> None:
        """Take a seat. A second log-in of an agent who is logged in is a defect of the caller."""
        context = self._context
        context.campaign(event.campaign)
        known = context.state.agents.get(event.agent)
        if known is not None and known.state is not AgentState.LOGGED_OUT:
            if known.endpoint == event.endpoint and known.campaign == event.campaign:
                context.ignore(
                    "agent_already_logged_in",
                    f"agent {event.agent} is logged in already, at this very phone: nothing to do",
                )
                return
            raise InvalidFactError(
                f"agent {event.agent} is logged in already, at {known.endpoint} for {known.campaign}; "
                f"log out there first"
            )
        self._demand_free(event)
        agent = AgentRow(
            agent=event.agent,
            campaign=event.campaign,
            endpoint=event.endpoint,
            tags=event.tags,
            state=AgentState.LOGGED_OUT,
            since=context.now,
            shift_ends_at=event.shift_ends_at,
            owes=None if known is None else known.owes,
        )
        context.state.agents[event.agent] = agent
        self.forget_capabilities()
        if event.shift_ends_at is not None:
            context.set_timer(event.shift_ends_at, TimerKind.SHIFT, event.agent)
        self.move(agent, AgentMove.LOG_IN)
        context.emit(ConnectAgentLeg(agent=event.agent, endpoint=event.endpoint))

    def _demand_free(self, event: AgentLoggedIn) -> None:
        """One telephone is one agent's."""
        for other in sorted(self._context.state.agents.values(), key=lambda row: row.agent):
            is_there = other.endpoint == event.endpoint and other.agent != event.agent
            if is_there and other.state is not AgentState.LOGGED_OUT:
                raise PhoneTakenError(
                    f"phone {event.endpoint} is taken: agent {other.agent} is logged in at it; "
                    f"log them out, or take another phone"
                )

    def get_ready(self, event: AgentGotReady) -> None:
        """Available from now on. During a call it only takes back a break; a disposition ends a call. Whose
        phone is away is rung again, and ready when it is back."""
        agent = self._context.agent(event.agent)
        if agent.state is AgentState.LEG_LOST:
            agent.wants_ready = True
            self._context.emit(ConnectAgentLeg(agent=agent.agent, endpoint=agent.endpoint))
            return
        if agent.state in (AgentState.TALKING, AgentState.WRAPPING, AgentState.RESERVED):
            agent.is_leaving = False  # changed their mind about the break
            return
        agent.is_leaving = False
        self.move(agent, AgentMove.GET_READY)

    def pause(self, event: AgentPauseRequested) -> None:
        """A break: now when free, after the call otherwise. From this step on they are not supply."""
        self._context.agent(event.agent).wants_ready = False
        self.ask_to_leave(self._context.agent(event.agent), event.reason)

    def ask_to_leave(self, agent: AgentRow, reason: str) -> None:
        """As `pause`, also for the end of a shift."""
        context = self._context
        if agent.state in (AgentState.AVAILABLE, AgentState.NOT_READY):
            self.move(agent, AgentMove.PAUSE, reason=reason)
            return
        if agent.state in SERVING:
            agent.is_leaving = True
            agent.leaving_reason = reason
            campaign = context.state.campaigns.get(agent.campaign)
            if campaign is not None:
                context.wake_pools(campaign)

    def log_out(self, event: AgentLoggedOut) -> AgentRow:
        """Leave the seat; the caller sees to what they were doing."""
        agent = self._context.agent(event.agent)
        self.move(agent, AgentMove.LOG_OUT)
        agent.is_leaving = False
        self._context.emit(DropAgentLeg(agent=agent.agent))
        self.forget_capabilities()
        return agent

    def lose_leg(self, event: AgentLegLost) -> AgentRow:
        """The telephone is gone; the caller sees to what they were doing."""
        agent = self._context.agent(event.agent)
        if agent.state in (AgentState.TALKING, AgentState.WRAPPING) and agent.attempt is not None:
            agent.owes = agent.attempt
        self.move(agent, AgentMove.LOSE_LEG, reason=event.reason)
        self.sit(agent, NO_BOX)
        return agent

    def restore_leg(self, event: AgentLegRestored) -> None:
        """The telephone is back; the agent says when they are ready, or did so while it was away."""
        agent = self._context.agent(event.agent)
        self.sit(agent, event.box)
        if agent.state is AgentState.LEG_LOST:
            self.move(agent, AgentMove.REGAIN_LEG)
            if agent.wants_ready:
                self.move(agent, AgentMove.GET_READY)
        agent.wants_ready = False

    def sit(self, agent: AgentRow, box: BoxId) -> None:
        """The agent's leg is at this one of several telephone systems."""
        if agent.box == box:
            return
        agent.box = box
        self.forget_capabilities()
        campaign = self._context.state.campaigns.get(agent.campaign)
        if campaign is not None:
            self._context.wake_pools(campaign)
            self._context.unconnected.add(agent.campaign)

    def release(self, agent: AgentRow) -> None:
        """Free an agent who was held for a call that did not come to them."""
        if agent.state is AgentState.RESERVED:
            agent.attempt = None
            self.move(agent, AgentMove.UNRESERVE)
            if agent.is_leaving:
                self.leave(agent)

    def finish(self, agent: AgentRow, *, ready: bool) -> None:
        """After-call work is done."""
        self._learn_handling(agent)
        agent.attempt = None
        agent.inbound = None
        if agent.is_leaving or not ready:
            self.move(agent, AgentMove.FINISH_TO_PAUSE, reason=agent.leaving_reason or "asked")
            agent.is_leaving = False
            agent.leaving_reason = ""
        else:
            self.move(agent, AgentMove.FINISH_TO_READY)

    def _learn_handling(self, agent: AgentRow) -> None:
        """How long a call keeps an agent, talk and after-call work: a mean that the last fifty carry."""
        began, agent.busy_since = agent.busy_since, None
        campaign = self._context.state.campaigns.get(agent.campaign)
        if began is None or campaign is None:
            return
        campaign.handled = min(campaign.handled + 1, HANDLINGS_REMEMBERED)
        campaign.handling_s += (self._context.now - began - campaign.handling_s) / campaign.handled

    def leave(self, agent: AgentRow) -> None:
        """Carry out a break that was asked for earlier."""
        self.move(agent, AgentMove.PAUSE, reason=agent.leaving_reason)
        agent.is_leaving = False
        agent.leaving_reason = ""

    # --- who can take what ---------------------------------------------------------------------------

    def forget_capabilities(self) -> None:
        """Agents or pools changed: who can take what is worked out anew when next asked."""
        self._context.capable.clear()
        self._context.free.clear()
        self._context.shares.clear()

    def able(self, campaign: CampaignRow, key: str, pool: PoolRow) -> tuple[AgentId, ...]:
        """Agents of the campaign who may take the pool's calls, logged in, in order of their ids."""
        cache = self._context.capable
        name = (campaign.settings.campaign, key)
        known = cache.get(name)
        if known is None and pool.base is not None:
            known = self._at_box(self.able(campaign, pool.base, campaign.pools[pool.base]), pool)
            cache[name] = known
        if known is None:
            needs = {*campaign.settings.needs, *pool.needs}
            known = tuple(
                agent.agent
                for agent in sorted(self._context.state.agents.values(), key=lambda row: row.agent)
                if agent.campaign == campaign.settings.campaign
                and agent.state is not AgentState.LOGGED_OUT
                and needs.issubset(agent.tags)
            )
            cache[name] = known
        return known

    def at_home(self, campaign: CampaignRow, key: str, pool: PoolRow) -> tuple[AgentId, ...]:
        """Agents counted as this pool's supply: the able ones whose home it is."""
        if len(campaign.pools) == 1:
            return self.able(campaign, key, pool)
        cache = self._context.capable
        name = (campaign.settings.campaign, f"home of {key}")
        known = cache.get(name)
        if known is None and pool.base is not None:
            known = self._at_box(self.at_home(campaign, pool.base, campaign.pools[pool.base]), pool)
            cache[name] = known
        if known is None:
            self._share_out(campaign)
            known = cache.get(name, ())
        return known

    def _at_box(self, names: tuple[AgentId, ...], lane: PoolRow) -> tuple[AgentId, ...]:
        agents = self._context.state.agents
        return tuple(name for name in names if agents[name].box == lane.box)

    def _share_out(self, campaign: CampaignRow) -> None:
        able = {
            key: self.able(campaign, key, pool)
            for key, pool in sorted(campaign.pools.items())
            if pool.base is None
        }
        scarcest_first = sorted(able, key=lambda key: (len(able[key]), key))
        taken: set[AgentId] = set()
        for key in scarcest_first:
            home = tuple(agent for agent in able[key] if agent not in taken)
            taken.update(home)
            self._context.capable[(campaign.settings.campaign, f"home of {key}")] = home

    def free(self, campaign: CampaignRow, key: str, pool: PoolRow) -> int:
        """Agents who may take the pool's calls and are available; counted anew when one becomes so or not."""
        cache = self._context.free
        name = (campaign.settings.campaign, key)
        known = cache.get(name)
        if known is None:
            agents = self._context.state.agents
            able = self.able(campaign, key, pool)
            known = cache[name] = sum(agents[agent].state is AgentState.AVAILABLE for agent in able)
        return known

    def longest_available(self, campaign: CampaignRow, key: str, pool: PoolRow) -> AgentRow | None:
        """The able agent who has waited longest, those at home in the pool first; None when none is free."""
        for names in (self.at_home(campaign, key, pool), self.able(campaign, key, pool)):
            best = self._longest(names)
            if best is not None:
                return best
        return None

    def longest_able(self, campaign: CampaignRow, box: BoxId, *, also: str = "") -> AgentRow | None:
        """Who is at the box, may take the campaign's calls (and carries the tag `also`) and has waited
        longest; None = nobody is free."""
        needs = {*campaign.settings.needs, also} - {""}
        agents = self._context.state.agents
        return self._longest(
            tuple(
                name
                for name in sorted(agents)
                if agents[name].campaign == campaign.settings.campaign
                and agents[name].box == box
                and needs.issubset(agents[name].tags)
            )
        )

    def _longest(self, names: tuple[AgentId, ...]) -> AgentRow | None:
        agents = self._context.state.agents
        best: AgentRow | None = None
        for name in names:
            agent = agents[name]
            if agent.state is AgentState.AVAILABLE and (best is None or agent.since < best.since):
                best = agent
        return best

    @staticmethod
    def is_free(agent: AgentRow) -> bool:
        """Whether the agent waits for a call."""
        return agent.state is AgentState.AVAILABLE

    def anybody(self, campaign: CampaignId) -> bool:
        """Whether anybody of the campaign is logged in, on a break or not."""
        return any(
            agent.campaign == campaign and agent.state is not AgentState.LOGGED_OUT
            for agent in self._context.state.agents.values()
        )

    def serving(self, campaign: CampaignId) -> int:
        """Agents of the campaign who are on the floor for calls: available, held, talking or wrapping."""
        known = self._context.serving.get(campaign)
        if known is None:
            known = 0
            for agent in self._context.state.agents.values():
                if agent.campaign == campaign and agent.state in SERVING:
                    known += 1
            self._context.serving[campaign] = known
        return known
