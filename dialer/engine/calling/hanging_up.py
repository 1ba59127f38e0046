"""The agent ends the call. What the telephone system then says (`CallEnded`) is what ends the attempt."""

from dialer.domain.attempt import JOINED, UNANSWERED
from dialer.domain.commands import HangupReason
from dialer.domain.events import AgentHungUp
from dialer.engine.calling import phases
from dialer.engine.calling.guests import asked_of, hang_up_guest
from dialer.engine.context import Context
from dialer.engine.inbound.calls import Inbound

_ENDS = UNANSWERED | JOINED
"""Not while an answered person's bridge is on its way: a click cannot mean them yet."""


class HangingUp:
    """The agent's own hand on the hook."""

    def __init__(self, context: Context, inbound: Inbound) -> None:
        self._context = context
        self._inbound = inbound

    def by_agent(self, event: AgentHungUp) -> None:
        """End what they talk on, or what rings for them alone. Asked again, it is sent again: the first order
        may have been lost with the connection."""
        context = self._context
        agent = context.agent(event.agent)
        if agent.inbound is not None and event.attempt in (None, str(agent.inbound)):
            if not self._inbound.hang_up(agent):
                context.ignore("late_agent_hangup", _late(event))
            return
        call = context.state.calls.get(agent.attempt) if agent.attempt is not None else None
        if call is None or event.attempt not in (None, call.launch.attempt) or call.state not in _ENDS:
            context.ignore("late_agent_hangup", _late(event))
            return
        guest = asked_of(context.state, agent)
        if guest is not None:  # the person is not theirs to hang up
            hang_up_guest(context, guest, HangupReason.AGENT)
            return
        phases.hang_up_again(context, call, HangupReason.AGENT)


def _late(event: AgentHungUp) -> str:
    if event.attempt is None:
        return f"agent {event.agent} is on no call that can be ended"
    return f"agent {event.agent} is not on {event.attempt} any more"
