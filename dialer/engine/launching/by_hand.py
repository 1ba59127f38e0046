"""An agent dials: preview, click-to-dial. The same gate as for every call, and the asking agent is held."""

from dataclasses import replace

from dialer.domain.agent import AgentState
from dialer.domain.commands import RestLead
from dialer.domain.events import DialRequested
from dialer.domain.lead import Target
from dialer.engine.context import Context
from dialer.engine.launching.hopper import take_off
from dialer.engine.launching.lanes import base_pools, lane_for
from dialer.engine.launching.launcher import Launcher
from dialer.engine.state import AgentRow, CampaignRow, PoolRow

_MAY_DIAL = (AgentState.AVAILABLE, AgentState.NOT_READY)


class ByHand:
    """Dials what agents ask for."""

    def __init__(self, context: Context, launcher: Launcher) -> None:
        self._context = context
        self._launcher = launcher

    def requested(self, event: DialRequested) -> None:
        """Dial, or say what hinders it."""
        campaign = self._context.campaign(event.campaign)
        agent = self._context.agent(event.agent)
        why = self._hindrance(campaign, agent) or self._dial(campaign, agent, event)
        if why is not None:
            self._context.ignore("dial_refused", why)

    def _hindrance(self, campaign: CampaignRow, agent: AgentRow) -> str | None:
        """Why this agent dials nobody at all now; None when they may."""
        if agent.state not in _MAY_DIAL:
            return f"agent {agent.agent} is {agent.state.value.replace('_', ' ')}: dial when free"
        return self._launcher.why_not_at_all(campaign)

    def _dial(self, campaign: CampaignRow, agent: AgentRow, event: DialRequested) -> str | None:
        """Place the call; why not, when it is not placed."""
        state = self._context.state
        lead = state.leads.get(event.lead)
        found = None if lead is None else self._held_in(campaign, event)
        if lead is None or found is None:
            return f"lead {event.lead} is not in hand for {event.campaign}: it rests, or is being called"
        lane = lane_for(state, campaign, found[0], agent.box)
        if lane is None:
            return f"nothing is launched from where agent {agent.agent}'s phone is"
        if self._launcher.limit(campaign) < 1:
            return "every line is in use, or the calls of this second were placed: again in a moment"
        pool = found[1]
        take_off(pool.queue, event.lead)
        take_off(pool.reserved, event.lead)
        pool.reserved_since.pop(event.lead, None)
        target = Target(person=event.person, number=event.number)
        asked = tuple(row for row in lead.targets if row.number == target.number) or (target,)
        was_away = agent.state is AgentState.NOT_READY
        if was_away:  # back to their break when the call is over
            agent.is_leaving, agent.leaving_reason = True, agent.reason
        one = replace(lead, targets=asked)
        if self._launcher.try_launch(campaign, lane[0], lane[1], one, agent=agent):
            return None
        if was_away:
            agent.is_leaving, agent.leaving_reason = False, ""
        return self._why_rested(event)

    def _held_in(self, campaign: CampaignRow, event: DialRequested) -> tuple[str, PoolRow] | None:
        for key, pool in base_pools(campaign):
            if event.lead in pool.queue or event.lead in pool.reserved:
                return key, pool
        return None

    def _why_rested(self, event: DialRequested) -> str:
        """The word of the gate, or of whoever else gave the lead back in this very step."""
        for command in reversed(self._context.out):
            if isinstance(command, RestLead) and command.lead == event.lead:
                return f"not called now: {command.reason}"
        return "not called now: the person or the number is being called already"
