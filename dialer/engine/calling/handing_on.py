"""The agent leaves the person with a third party. The talk goes on as long as both do, unrecorded: nobody of
ours is a party to it any more."""

from dialer.domain.agent import AgentMove
from dialer.domain.commands import ReleaseAgent, StopRecording
from dialer.engine.calling import phases
from dialer.engine.calling.guests import is_recorded_now
from dialer.engine.calling.spans import talked_s
from dialer.engine.context import Context
from dialer.engine.launching.pacing_port import PacingPort
from dialer.engine.roster import Roster
from dialer.engine.state import AgentRow, CallRow, TimerKind
from pacing.policy import TalkEnded


class HandingOn:
    """Takes agents out of talks that go on without them."""

    def __init__(self, context: Context, roster: Roster, pacing: PacingPort) -> None:
        self._context = context
        self._roster = roster
        self._pacing = pacing

    def hand_on(self, call: CallRow, agent: AgentRow) -> None:
        """The agent goes; after-call work begins."""
        context = self._context
        attempt = call.launch.attempt
        phases.hand_on(call, at=context.now)
        campaign = context.state.campaigns[call.launch.campaign]
        talk = TalkEnded(agent_id=agent.agent, talk_s=talked_s(call, context.now))
        self._roster.move(agent, AgentMove.CALL_OVER)
        self._pacing.observe(campaign, call.launch.pool, talk)
        if campaign.settings.wrap_up_limit_s is not None:
            context.set_timer(context.now + campaign.settings.wrap_up_limit_s, TimerKind.WRAP, attempt)
        if is_recorded_now(call):
            context.emit(StopRecording(attempt=attempt))
        context.emit(ReleaseAgent(attempt=attempt, agent=agent.agent))
