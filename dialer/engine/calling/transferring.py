"""A talk goes on with another agent: its own agent passes it on, or somebody who supervises takes it over.

Theory of operation. The other agent is held, and the bridge is asked for; until the telephone system says
that it is, the talk stays with whom it was. Then the first agent is free at once, and what is left to write
down is the other one's. A bridge that fails leaves everything as it was.
"""

from dialer.domain.agent import AgentMove, AgentState
from dialer.domain.attempt import AttemptState
from dialer.domain.commands import Bridge
from dialer.domain.events import BridgeFailed, CallBridged, TransferRequested
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
        to.attempt = call.attempt
        call.passing_to = to.agent
        context.emit(Bridge(attempt=call.attempt, agent=to.agent, from_agent=call.agent))

    def _may(self, call: CallRow, to: AgentRow) -> bool:
        talks = call.state is AttemptState.CONNECTED and not call.is_bridging and call.hangup is None
        is_whole = not call.is_handed_on and not call.is_leaving_message and call.passing_to is None
        has_guest = any(guest.talk == call.attempt for guest in self._context.state.guests.values())
        if not talks or not is_whole or has_guest or to.state not in _FREE:
            return False
        settings = self._context.state.campaigns[call.campaign].settings
        needs = {*settings.needs, *call.lead.needs}
        return to.box == call.box and needs.issubset(to.tags)

    def takes_bridge(self, event: CallBridged) -> bool:
        """The other agent hears the person: the first one is free. False when it is no transfer's bridge."""
        context = self._context
        call = context.state.calls.get(event.attempt)
        if call is None or call.passing_to is None or call.passing_to != event.agent:
            return False
        first = None if call.agent is None else context.state.agents[call.agent]
        to = context.state.agents[event.agent]
        call.agent, call.passing_to = to.agent, None
        self._roster.move(to, AgentMove.CONNECT)
        if first is not None and first.attempt == call.attempt and first.state is AgentState.TALKING:
            self._roster.move(first, AgentMove.CALL_OVER)
            talk_s = max(context.now - (call.bridged_at or context.now), 0.0)
            campaign = context.state.campaigns[call.campaign]
            self._pacing.observe(campaign, call.pool, TalkEnded(agent_id=first.agent, talk_s=talk_s))
            self._roster.finish(first, ready=True)
        return True

    def takes_failure(self, event: BridgeFailed) -> bool:
        """The bridge did not happen: the talk stays where it is. False when it was no transfer's."""
        context = self._context
        call = context.state.calls.get(event.attempt)
        if call is None or call.passing_to is None or call.passing_to != event.agent:
            return False
        call.passing_to = None
        self._roster.release(context.state.agents[event.agent])
        if call.agent is not None:
            context.state.agents[call.agent].notice = f"the transfer failed: {event.reason}"
        return True


_FREE = frozenset({AgentState.AVAILABLE, AgentState.NOT_READY})
