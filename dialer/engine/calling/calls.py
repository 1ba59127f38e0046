"""What the telephone system says of attempts in flight, taken into their rows.

The telephone system's word is the truth of who won a race: a bridge is a bridge when `CallBridged` says so,
an abandonment when `CallTimedOut` does. Events that come late, twice or about something unknown change
nothing and are counted.
"""

from dialer.domain.agent import AgentState
from dialer.domain.attempt import (
    ATTEMPT,
    OVER,
    UNANSWERED,
    UNJOINED,
    AttemptMove,
    AttemptState,
    Outcome,
)
from dialer.domain.campaign import DetectionMode
from dialer.domain.commands import HangupReason, RaiseAlarm
from dialer.domain.detection import Detected, Detection
from dialer.domain.events import (
    BridgeFailed,
    CallAnswered,
    CallBridged,
    CallEnded,
    CallNotAttempted,
    CallRinging,
    CallTimedOut,
)
from dialer.engine.calling import phases
from dialer.engine.calling.channel_gone import ChannelGone
from dialer.engine.calling.joining import Joining, forget
from dialer.engine.calling.judging import Judging
from dialer.engine.calling.watching import Watching
from dialer.engine.context import Context, place_of
from dialer.engine.handling import answer_limit_s
from dialer.engine.launching.pacing_port import PacingPort
from dialer.engine.state import AgentRow, CallRow, CampaignRow

HOLD_AFTER_REFUSAL_S = 2.0
LONGEST_HOLD_S = 60.0
"""After a launch that was refused without a channel, launching holds for 2 s, doubling up to a minute."""


class Calls:
    """Moves attempts by what the telephone system says."""

    def __init__(
        self,
        context: Context,
        pacing: PacingPort,
        joining: Joining,
        judging: Judging,
        gone: ChannelGone,
        watching: Watching,
    ) -> None:
        self._context = context
        self._pacing = pacing
        self._joining = joining
        self._judging = judging
        self._gone = gone
        self._watching = watching

    # --- ringing, answered -------------------------------------------------------------------------------

    def ringing(self, event: CallRinging) -> None:
        """A channel exists; or sound came from the network before any answer."""
        call = self._context.state.calls.get(event.attempt)
        if event.early_media and call is not None and call.state is AttemptState.RINGING:
            phases.hear_early_media(call)
        elif call is None or not ATTEMPT.may(call.state, AttemptMove.RING):
            self._context.ignore("late_ringing")
        else:
            phases.ring(call, early_media=event.early_media, at=self._context.now)

    def answered(self, event: CallAnswered) -> None:
        """Somebody, or something, picked up. The reserved agent, or the one who waited longest, is joined."""
        context = self._context
        call = context.state.calls.get(event.attempt)
        if call is None or call.state not in UNANSWERED:
            context.ignore("late_answer")
            return
        campaign, pool = place_of(context.state, call)
        detection = None
        if event.detected is not Detected.NONE:
            detection = Detection(verdict=event.detected, cause=event.cause, delay_s=event.delay_s)
        met = _met(campaign, call, detection)
        phases.answer(call, met, at=min(event.answered_at, context.now), detection=detection)
        forget(pool.ringing, call.launch.attempt)
        context.wake_pools(campaign)
        if met is AttemptMove.MEET_MACHINE:
            self._meet_machine(call, event.detected)
            return
        self._pacing.handed_over(campaign, call)
        if call.agent is None:
            pool.waiting.append(call.launch.attempt)
        if call.agent is None or met is AttemptMove.ANSWER:
            self._joining.join_or_queue(call)

    def _meet_machine(self, call: CallRow, detected: Detected) -> None:
        """End it, or let the telephone system leave the message that it was given for it."""
        self._joining.let_go(call)
        voice = call.launch.voice
        if detected is Detected.MACHINE and voice is not None and voice.drop_on_detection:
            self._watching.message(call)
            return
        phases.hang_up(self._context, call, HangupReason.MACHINE)

    # --- joined, or not in time --------------------------------------------------------------------------

    def bridged(self, event: CallBridged) -> None:
        """Both can hear each other."""
        context = self._context
        call = context.state.calls.get(event.attempt)
        agent = context.state.agents.get(event.agent)
        if call is None or agent is None:
            context.ignore("late_bridge")
        elif agent.attempt == event.attempt and agent.state is AgentState.TALKING:
            context.ignore("doubled_bridge")
        elif not self._may_connect(call, agent):
            context.ignore("late_bridge")
        else:
            is_first = call.state in UNJOINED
            self._joining.connect(call, agent, at=min(event.bridged_at, context.now))
            if is_first:
                self._judging.bridged(context.state.campaigns[call.launch.campaign], call)

    def _may_connect(self, call: CallRow, agent: AgentRow) -> bool:
        if call.state in UNJOINED:
            return self._joining.holds(agent, call)
        return call.state is AttemptState.REJOINING and call.next_agent == agent.agent

    def bridge_failed(self, event: BridgeFailed) -> None:
        """The bridge did not happen; another agent is tried while there is time."""
        context = self._context
        call = context.state.calls.get(event.attempt)
        agent = context.state.agents.get(event.agent)
        if call is not None and call.state is AttemptState.BRIDGING and call.agent == event.agent:
            phases.unbridge(call)
            self._joining.release(call, agent)
            self._joining.queue(call)
        elif call is not None and call.state is AttemptState.REJOINING and call.next_agent == event.agent:
            phases.unbridge(call)
            self._joining.release(call, agent)
            phases.hang_up(context, call, HangupReason.AGENT_GONE)
        else:
            context.ignore("late_bridge_failure")

    def timed_out(self, event: CallTimedOut) -> None:
        """The limit passed in the telephone system with no agent: abandoned, unless known to be a machine."""
        context = self._context
        call = context.state.calls.get(event.attempt)
        move = AttemptMove.OVERFLOW if event.overflow else AttemptMove.TIME_OUT
        is_late = call is None or call.abandoned is not None
        if call is None or is_late or not (call.state in UNANSWERED or ATTEMPT.may(call.state, move)):
            context.ignore("late_timeout")
            return
        self.pass_limit(call, message_played=event.message_played, overflow=event.overflow)

    def pass_limit(self, call: CallRow, *, message_played: bool, overflow: bool) -> None:
        """Nobody was joined in time, by the telephone system's word."""
        context = self._context
        campaign, pool = place_of(context.state, call)
        if call.state in UNANSWERED:  # the news of the answer was lost on its way
            limit_s = answer_limit_s(campaign.settings, call.launch.handling)
            phases.answer(call, AttemptMove.ANSWER, at=context.now - limit_s)
            forget(pool.ringing, call.launch.attempt)
        forget(pool.waiting, call.launch.attempt)
        held = None if call.agent is None else context.state.agents[call.agent]
        phases.pass_limit(call, message_played=message_played, overflow=overflow)
        self._joining.release(call, held)
        self._judging.passed_limit(campaign, call)

    # --- over --------------------------------------------------------------------------------------------

    def ended(self, event: CallEnded) -> None:
        """The channel is gone; what it was says what came of it."""
        call = self._context.state.calls.get(event.attempt)
        if call is None or call.state in OVER:
            self._context.ignore("late_end")
            return
        is_cancelled = call.hangup is not None and event.outcome is Outcome.NO_ANSWER
        told = Outcome.CANCELLED if is_cancelled else event.outcome
        self._gone.over(call, told, cause=event.cause, sip_code=event.sip_code)

    def close_unknown(self, call: CallRow) -> None:
        """The telephone system does not know it, or does not say: it counts as a call placed."""
        if call.state not in OVER:
            self._gone.over(call, Outcome.UNKNOWN)

    def not_attempted(self, event: CallNotAttempted) -> None:
        """Refused without a channel: the lead is left alone, and launching holds, longer each time."""
        context = self._context
        call = context.state.calls.get(event.attempt)
        if call is None or call.state not in UNANSWERED:
            context.ignore("late_refusal")
            return
        # Where there are several telephone systems, the one that refused rests and the others go on.
        box = context.state.boxes.get(call.launch.box)
        row = box if box is not None else context.state.campaigns[call.launch.campaign]
        row.refused += 1
        hold = min(HOLD_AFTER_REFUSAL_S * 2 ** (row.refused - 1), LONGEST_HOLD_S)
        row.hold_until = context.now + hold
        who = "the telephone system" if box is None else f"telephone system {box.box}"
        row.hold_reason = f"{who} refused a call ({event.reason}); launching holds {hold:.0f} s"
        if row.refused == 1:
            subject = f"campaign {call.launch.campaign}" if box is None else "telephone system"
            context.emit(RaiseAlarm(subject=subject, text=row.hold_reason))
        self._gone.over(call, Outcome.NOT_ATTEMPTED, cause=event.reason)


def _met(campaign: CampaignRow, call: CallRow, detection: Detection | None) -> AttemptMove:
    """What an answer met: a person, as far as anybody knows; one who hears an announcement; a machine."""
    asked = campaign.settings.detects(call.launch.segment) is DetectionMode.ON
    if asked and detection is not None and detection.verdict in (Detected.MACHINE, Detected.FAX):
        return AttemptMove.MEET_MACHINE
    voice = call.launch.voice
    return AttemptMove.ANNOUNCE if voice is not None and voice.notice is not None else AttemptMove.ANSWER
