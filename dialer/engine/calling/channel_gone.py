"""The channel is gone: what the call was says what came of it, for agents, pools and pacing."""

from dialer.domain.agent import AgentMove
from dialer.domain.attempt import UNANSWERED, UNJOINED, AttemptState, Outcome
from dialer.domain.commands import StoreOutcome
from dialer.engine.calling import phases
from dialer.engine.calling.ending import Ending, record_of
from dialer.engine.calling.guests import send_guest_away
from dialer.engine.calling.joining import Joining, forget
from dialer.engine.calling.judging import Judging
from dialer.engine.calling.spans import talked_s
from dialer.engine.context import Context, place_of
from dialer.engine.launching import caller_id_rest
from dialer.engine.launching.lanes import leads_of
from dialer.engine.launching.pacing_port import PacingPort
from dialer.engine.roster import Roster
from dialer.engine.state import AgentRow, CallRow, TimerKind
from pacing.policy import LaunchOutcome, TalkEnded

PACING_OUTCOME: dict[Outcome, LaunchOutcome] = {
    Outcome.NO_ANSWER: LaunchOutcome.NO_ANSWER,
    Outcome.BUSY: LaunchOutcome.BUSY,
    Outcome.REJECTED: LaunchOutcome.NO_ANSWER,
    Outcome.BLOCKED: LaunchOutcome.FAILED,
    Outcome.UNWANTED: LaunchOutcome.NO_ANSWER,
    Outcome.CANCELLED: LaunchOutcome.CANCELLED,
    Outcome.UNKNOWN: LaunchOutcome.FAILED,
    Outcome.INVALID_NUMBER: LaunchOutcome.FAILED,
    Outcome.CONGESTION: LaunchOutcome.FAILED,
    Outcome.CARRIER_FAILURE: LaunchOutcome.FAILED,
    Outcome.NOT_ATTEMPTED: LaunchOutcome.FAILED,
}


class ChannelGone:
    """Takes a call out of the air."""

    def __init__(
        self,
        context: Context,
        roster: Roster,
        pacing: PacingPort,
        ending: Ending,
        joining: Joining,
        judging: Judging,
    ) -> None:
        self._context = context
        self._roster = roster
        self._pacing = pacing
        self._ending = ending
        self._joining = joining
        self._judging = judging

    def over(
        self, call: CallRow, told: Outcome, *, cause: str | None = None, sip_code: int | None = None
    ) -> None:
        """The channel of a call is gone.

        Args:
            told: the telephone system's word, which counts only while nobody had answered: what it joined,
                abandoned or cancelled the engine knows better.
            cause: the telephone system's own words; None leaves what was told before.
            sip_code: what the far end refused it with.
        """
        if cause is not None:
            phases.tell_cause(call, cause, sip_code)
        if call.state in UNANSWERED:
            self._unanswered(call, told)
        elif call.state in UNJOINED:
            self._unjoined(call)
        else:
            self._joined(call)

    def _unanswered(self, call: CallRow, outcome: Outcome) -> None:
        campaign, pool = place_of(self._context.state, call)
        forget(pool.ringing, call.launch.attempt)
        self._joining.let_go(call)
        if outcome is not Outcome.NOT_ATTEMPTED:
            campaign.refused = 0
            if (box := self._context.state.boxes.get(call.launch.box)) is not None:
                box.refused = 0
            self._pacing.resolved(campaign, call, PACING_OUTCOME.get(outcome, LaunchOutcome.FAILED))
        self._end(call, outcome if outcome in PACING_OUTCOME else Outcome.UNKNOWN)
        self._ending.finish(call)

    def _unjoined(self, call: CallRow) -> None:
        campaign, pool = place_of(self._context.state, call)
        forget(pool.waiting, call.launch.attempt)
        self._joining.let_go(call)
        outcome = self._judging.outcome_unjoined(campaign, call)
        is_machine = outcome is Outcome.MACHINE
        resolved = LaunchOutcome.MACHINE if is_machine else LaunchOutcome.ANSWERED_LIVE
        self._pacing.resolved(campaign, call, resolved, is_identified=is_machine)
        self._end(call, outcome)
        self._ending.finish(call)

    def _joined(self, call: CallRow) -> None:
        agents = self._context.state.agents
        phases.end_talk(call, at=self._context.now)
        if call.next_agent is not None:
            self._joining.release(call, agents[call.next_agent])
        if call.abandoned is None:
            phases.judge(call, abandoned=False)
        agent = agents.get(call.agent) if call.agent is not None else None
        is_at_it = agent is not None and agent.attempt == call.launch.attempt
        match call.state:
            case AttemptState.LEAVING_MESSAGE:
                self._end(call, Outcome.CONNECTED)
                self._ending.after_message(call)
            case AttemptState.HANDED_ON:
                self._end(call, Outcome.CONNECTED, wraps=is_at_it)
                self._ending.after_agent_left(call)
            case AttemptState.CONNECTED | AttemptState.HELD | AttemptState.PASSING if (
                agent is not None and is_at_it
            ):
                self._end(call, Outcome.CONNECTED, wraps=True)
                self._wrap_up(call, agent)
            case _:
                self._end(call, Outcome.CONNECTED)
                self._ending.after_agent_left(call)

    def _wrap_up(self, call: CallRow, agent: AgentRow) -> None:
        """After-call work begins, or is done already."""
        context = self._context
        campaign, _pool = place_of(context.state, call)
        self._roster.move(agent, AgentMove.CALL_OVER)
        talk = TalkEnded(agent_id=agent.agent, talk_s=talked_s(call, context.now))
        self._pacing.observe(campaign, call.launch.pool, talk)
        if call.said is not None:
            self._ending.with_disposition(call, agent)
            return
        context.emit(StoreOutcome(record=record_of(call)))
        if campaign.settings.wrap_up_limit_s is not None:
            context.set_timer(
                context.now + campaign.settings.wrap_up_limit_s, TimerKind.WRAP, call.launch.attempt
            )

    def _end(self, call: CallRow, outcome: Outcome, *, wraps: bool = False) -> None:
        state = self._context.state
        phases.end(call, outcome, at=self._context.now, wraps=wraps)
        caller_id_rest.over(self._context, call, outcome)
        send_guest_away(self._context, call)
        campaign, pool = place_of(state, call)
        campaign.in_flight -= 1
        if (box := state.boxes.get(call.launch.box)) is not None:
            box.in_flight -= 1
        if leads_of(campaign, pool).reserved:  # the agent it counted on may be to spare for one of them
            self._context.unconnected.add(call.launch.campaign)
