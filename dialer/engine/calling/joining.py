"""Who answered gets an agent: the one held for them, or who has waited longest; another one when theirs goes.

An agent is held from the order to the bridge until the telephone system says what became of it.
"""

from dialer.domain.agent import AgentMove, AgentState
from dialer.domain.attempt import UNANSWERED, AttemptMove, AttemptState
from dialer.domain.campaign import CampaignSettings
from dialer.domain.commands import Bridge, HangupReason
from dialer.domain.cue import Cue
from dialer.domain.ids import AgentId, AttemptId
from dialer.engine.calling import phases
from dialer.engine.calling.ending import Ending
from dialer.engine.calling.guests import asked_of, hang_up_guest, send_guest_away
from dialer.engine.calling.spans import answered_at, waited_s
from dialer.engine.context import Context, place_of
from dialer.engine.handling import answer_limit_s
from dialer.engine.roster import Roster
from dialer.engine.state import AgentRow, CallRow, CampaignRow

CUE_MARGIN_S = 0.3
"""Seconds that a cue may take beyond its own length, on a busy telephone system, and still be in time."""


class Joining:
    """Brings callers and agents together."""

    def __init__(self, context: Context, roster: Roster, ending: Ending) -> None:
        self._context = context
        self._roster = roster
        self._ending = ending

    def connect_waiting(self, campaign: CampaignRow) -> None:
        """Give every waiting caller, the oldest first, the able agent who has waited longest."""
        if not any([pool.waiting for pool in campaign.pools.values()]):
            return
        calls = self._context.state.calls
        waiting = sorted(
            (answered_at(calls[name]), name, key)
            for key, pool in campaign.pools.items()
            for name in pool.waiting
        )
        for _answered_at, name, key in waiting:
            call = calls[name]
            if call.state is not AttemptState.WAITING or not self._in_time(campaign, call):
                continue
            agent = self._roster.longest_available(campaign, key, campaign.pools[key])
            if agent is not None:
                self.join(call, agent)

    def _in_time(self, campaign: CampaignRow, call: CallRow) -> bool:
        return waited_s(call, self._context.now) < _join_within_s(campaign.settings, call)

    def join(self, call: CallRow, agent: AgentRow) -> None:
        """Hold the agent and order the bridge."""
        if agent.state is AgentState.AVAILABLE:
            self._roster.move(agent, AgentMove.RESERVE, quiet=True)
        agent.attempt = call.launch.attempt
        phases.bridge(call, agent.agent)
        cue = self._cue_for(call)
        if cue is not None:
            agent.notice = cue.text
        self._context.emit(Bridge(attempt=call.launch.attempt, agent=agent.agent, cue=cue))

    def join_or_queue(self, call: CallRow) -> None:
        """The person may be joined: to the agent who is held for them, or to the next who is free."""
        if call.agent is not None:
            self.join(call, self._context.state.agents[call.agent])
            return
        self._context.unconnected.add(call.launch.campaign)

    def _cue_for(self, call: CallRow) -> Cue | None:
        """What the agent hears first, where the person may wait that long and still be in time."""
        settings = self._context.state.campaigns[call.launch.campaign].settings
        cue = settings.cue
        if cue is None or call.state is not AttemptState.BRIDGING:
            return None
        left = _join_within_s(settings, call) - waited_s(call, self._context.now)
        return cue if left >= cue.most_s + CUE_MARGIN_S else None

    def holds(self, agent: AgentRow, call: CallRow) -> bool:
        """Whether a bridge of the two is no surprise: the agent is held for it, or both are free."""
        held = agent.state is AgentState.RESERVED and agent.attempt == call.launch.attempt
        return held or (agent.state is AgentState.AVAILABLE and call.agent is None)

    def connect(self, call: CallRow, agent: AgentRow, *, at: float) -> None:
        """Both hear each other since POSIX seconds `at`."""
        _campaign, pool = place_of(self._context.state, call)
        phases.connect(call, agent.agent, at=at)
        forget(pool.waiting, call.launch.attempt)
        agent.attempt = call.launch.attempt
        self._roster.move(agent, AgentMove.CONNECT)

    def let_go(self, call: CallRow) -> None:
        """The agent who was held for a call that is joined to nobody is free again."""
        held = None if call.agent is None else self._context.state.agents[call.agent]
        phases.let_go(call)
        self.release(call, held)

    def release(self, call: CallRow, agent: AgentRow | None) -> None:
        """Free the agent, if they are held for this call."""
        if agent is None or agent.attempt != call.launch.attempt:
            return
        if agent.state is AgentState.RESERVED:
            self._roster.release(agent)

    def queue(self, call: CallRow) -> None:
        """The person waits for whoever is free."""
        _campaign, pool = place_of(self._context.state, call)
        if call.launch.attempt not in pool.waiting:
            pool.waiting.append(call.launch.attempt)
        self._context.unconnected.add(call.launch.campaign)

    # --- an agent is gone --------------------------------------------------------------------------------

    def agent_gone(self, agent: AgentRow) -> None:
        """Their leg or they themselves left: a caller on the line is given to another agent, or let go."""
        guest = asked_of(self._context.state, agent)
        attempt, agent.attempt = agent.attempt, None
        if guest is not None:  # the talk stays with whom it was
            hang_up_guest(self._context, guest, HangupReason.AGENT_GONE)
            return
        call = self._context.state.calls.get(attempt) if attempt is not None else None
        if call is not None:
            self._lose(call, agent)

    def _lose(self, call: CallRow, agent: AgentRow) -> None:
        match call.state:
            case AttemptState.PASSING if call.next_agent == agent.agent:
                phases.unbridge(call)  # the talk stays with whom it was
            case AttemptState.PASSING:
                phases.lose_agent(call)  # the bridge to the other agent is on its way
            case AttemptState.CONNECTED | AttemptState.HELD:
                send_guest_away(self._context, call)
                phases.lose_agent(call)
                self._rescue(call)
            case AttemptState.REJOINING:
                phases.unbridge(call)
                self._rescue(call)
            case AttemptState.WRAPPING:
                self._ending.without_disposition(call)
            case AttemptState.BRIDGING:
                phases.unbridge(call)
                self.queue(call)
            case AttemptState.HEARING_NOTICE | AttemptState.WAITING:
                phases.let_go(call)
                self.queue(call)
            case AttemptState.LAUNCHED | AttemptState.RINGING:
                phases.let_go(call)
            case _:  # they had left the talk to others, or were let go before
                pass

    def _rescue(self, call: CallRow) -> None:
        campaign, pool = place_of(self._context.state, call)
        other = self._roster.longest_available(campaign, call.launch.pool, pool)
        if other is None:
            phases.hang_up(self._context, call, HangupReason.AGENT_GONE)
            return
        self.join(call, other)

    # --- found by a reconciliation -----------------------------------------------------------------------

    def found_talking(self, call: CallRow, name: AgentId) -> None:
        """A reconciliation found the call joined to an agent though we had not heard of it."""
        context = self._context
        agent = context.state.agents.get(name)
        if agent is None or agent.attempt not in (None, call.launch.attempt) or agent.inbound is not None:
            phases.hang_up(context, call, HangupReason.UNACCOUNTED)
            return
        if agent.state is AgentState.AVAILABLE:
            self._roster.move(agent, AgentMove.RESERVE, quiet=True)
        if agent.state is not AgentState.RESERVED:
            phases.hang_up(context, call, HangupReason.UNACCOUNTED)
            return
        if call.agent not in (None, name):
            self.let_go(call)
        campaign, pool = place_of(context.state, call)
        if call.state in UNANSWERED:
            phases.answer(call, AttemptMove.ANSWER, at=context.now)
            forget(pool.ringing, call.launch.attempt)
        self.connect(call, agent, at=context.now)
        context.wake_pools(campaign)


def forget(names: list[AttemptId], attempt: AttemptId) -> None:
    """Take the attempt off a list of a pool's, if it is there."""
    if attempt in names:
        names.remove(attempt)


def _join_within_s(settings: CampaignSettings, call: CallRow) -> float:
    """Seconds from the answer within which a join is still ordered: the race is never cut fine."""
    return answer_limit_s(settings, call.launch.handling) - settings.bridge_margin_s
