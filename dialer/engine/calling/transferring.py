"""A talk goes on with another agent: its own agent passes it on, or somebody who supervises takes it over.

Theory of operation. The other agent is held, and the bridge is asked for; until the telephone system says
that it is, the talk stays with whom it was. Then the first agent is free at once, and what is left to write
down is the other one's. A bridge that fails leaves everything as it was.
"""

from dialer.domain.agent import AgentMove, AgentState
from dialer.domain.attempt import AttemptState
from dialer.domain.commands import Bridge
from dialer.domain.events import BridgeFailed, CallBridged, TransferRequested
from dialer.engine.calling import phases
from dialer.engine.calling.guests import guest_of
from dialer.engine.calling.spans import talked_s
from dialer.engine.context import Context
from dialer.engine.launching.pacing_port import PacingPort
from dialer.engine.roster import Roster
from dialer.engine.state import AgentRow, CallRow
from pacing.policy import TalkEnded


class Transferring:
    """Moves talks between agents."""

    def __init__(self, context: Context, roster: Roster, pacing: PacingPort) -> None:
        self._context = context
        self._roster = roster
        self._pacing = pacing

    def requested(self, event: TransferRequested) -> None:
        """Hold the other agent and ask for the bridge; nothing when it cannot be."""
        context = self._context
        call = context.state.calls.get(event.attempt)
        to = context.agent(event.to)
        if call is None or not self._may(call, to):
            context.ignore("transfer_refused")
            return
        if to.state is AgentState.NOT_READY:  # back to their break when it fails, and after the talk
            to.is_leaving, to.leaving_reason = True, to.reason
        self._roster.move(to, AgentMove.RESERVE, reason=f"transfer by {event.by}")
        to.attempt = event.attempt
        phases.pass_on(call, to.agent)
        context.emit(Bridge(attempt=event.attempt, agent=to.agent, from_agent=call.agent))

    def _may(self, call: CallRow, to: AgentRow) -> bool:
        talks = call.state is AttemptState.CONNECTED and call.hangup is None
        has_guest = guest_of(self._context.state, call.launch.attempt) is not None
        if not talks or has_guest or to.state not in _FREE:
            return False
        settings = self._context.state.campaigns[call.launch.campaign].settings
        needs = {*settings.needs, *call.launch.lead.needs}
        return to.box == call.launch.box and needs.issubset(to.tags)

    def takes_bridge(self, event: CallBridged) -> bool:
        """The other agent hears the person: the first one is free. False when it is no transfer's bridge."""
        context = self._context
        call = context.state.calls.get(event.attempt)
        if call is None or call.state is not AttemptState.PASSING or call.next_agent != event.agent:
            return False
        assert call.agent is not None, "a talk that is passed on is somebody's"
        first, to = context.state.agents[call.agent], context.state.agents[event.agent]
        phases.connect(call, to.agent, at=context.now)
        self._roster.move(to, AgentMove.CONNECT)
        self._roster.move(first, AgentMove.CALL_OVER)
        talk_s = talked_s(call, context.now)
        campaign = context.state.campaigns[call.launch.campaign]
        self._pacing.observe(campaign, call.launch.pool, TalkEnded(agent_id=first.agent, talk_s=talk_s))
        self._roster.finish(first, ready=True)
        return True

    def takes_failure(self, event: BridgeFailed) -> bool:
        """The bridge did not happen: the talk stays where it is. False when it was no transfer's."""
        context = self._context
        call = context.state.calls.get(event.attempt)
        if call is None or call.state is not AttemptState.PASSING or call.next_agent != event.agent:
            return False
        phases.unbridge(call)
        self._roster.release(context.state.agents[event.agent])
        if call.agent is not None:
            context.state.agents[call.agent].notice = f"the transfer failed: {event.reason}"
        return True


_FREE = frozenset({AgentState.AVAILABLE, AgentState.NOT_READY})
