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
        why = f"{event.attempt} is over" if call is None else self.why_not(call, to)
        if call is None or why is not None:
            context.ignore("transfer_refused", why or "")
            return
        self.keep(to, call, why=f"transfer by {event.by}")
        phases.pass_on(call, to.agent)
        context.emit(Bridge(attempt=event.attempt, agent=to.agent, from_agent=call.agent))

    def keep(self, to: AgentRow, call: CallRow, *, why: str) -> None:
        """Hold the other agent for the call."""
        if to.state is AgentState.NOT_READY:  # back to their break when it fails, and after the talk
            to.is_leaving, to.leaving_reason = True, to.reason
        self._roster.move(to, AgentMove.RESERVE, reason=why)
        to.attempt = call.launch.attempt

    def give(self, call: CallRow, first: AgentRow) -> None:
        """The talk is another agent's now: the first one is free."""
        self._roster.move(first, AgentMove.CALL_OVER)
        talk_s = talked_s(call, self._context.now)
        campaign = self._context.state.campaigns[call.launch.campaign]
        self._pacing.observe(campaign, call.launch.pool, TalkEnded(agent_id=first.agent, talk_s=talk_s))
        self._roster.finish(first, ready=True)

    def why_not(self, call: CallRow, to: AgentRow) -> str | None:
        """Why the other agent cannot come into this talk now; None when they can."""
        state, attempt, other = self._context.state, call.launch.attempt, f"agent {to.agent}"
        lacks = {*state.campaigns[call.launch.campaign].settings.needs, *call.launch.lead.needs}.difference(
            to.tags
        )
        why: str | None = None
        if call.state is not AttemptState.CONNECTED or call.hangup is not None:
            why = f"nobody talks on {attempt} now, or it is being passed on already"
        elif guest_of(state, attempt) is not None:
            why = "a third party is on the line: end their call first"
        elif to.state not in _FREE:
            why = f"{other} is {to.state.value.replace('_', ' ')}: pick somebody who is free"
        elif to.box != call.launch.box:
            why = f"{other}'s phone is at another telephone system than the call"
        elif lacks:
            why = f"{other} may not take this call: it needs {', '.join(sorted(lacks))}"
        return why

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
        self.give(call, first)
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
