"""Attempts in flight: ringing, answered and waiting, joined, over.

The telephone system's word is the truth of who won a race: a bridge is a bridge when `CallBridged` says so,
an abandonment when `CallTimedOut` does. Events that come late, twice or about something unknown change
nothing and are counted.
"""

from dialer.domain.agent import AgentMove, AgentState
from dialer.domain.attempt import ATTEMPT, AttemptMove, AttemptState, Outcome
from dialer.domain.campaign import DetectionMode
from dialer.domain.commands import Bridge, Hangup, HangupReason, RaiseAlarm, StoreOutcome
from dialer.domain.cue import Cue
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
from dialer.domain.ids import AgentId, AttemptId
from dialer.engine.calling.ending import Ending, record_of
from dialer.engine.calling.guests import is_alone_with_guest, send_guest_away
from dialer.engine.context import Context
from dialer.engine.launching import caller_id, ledger
from dialer.engine.launching.lanes import leads_of
from dialer.engine.launching.pacing_port import PacingPort
from dialer.engine.roster import Roster
from dialer.engine.state import AgentRow, CallRow, CampaignRow, PoolRow
from pacing.policy import LaunchOutcome, LiveAnswerAbandoned, TalkEnded

WATCH_S = 60.0
"""Seconds beyond the longest ring after which an attempt of which nothing was heard is ended by us."""

LAST_WATCH_S = 30.0
"""Seconds after that hang-up at which an attempt still unheard of is closed with an unknown outcome."""

PACING_OUTCOME: dict[Outcome, LaunchOutcome] = {
    Outcome.NO_ANSWER: LaunchOutcome.NO_ANSWER,
    Outcome.BUSY: LaunchOutcome.BUSY,
    Outcome.REJECTED: LaunchOutcome.NO_ANSWER,
    Outcome.CANCELLED: LaunchOutcome.CANCELLED,
    Outcome.UNKNOWN: LaunchOutcome.FAILED,
    Outcome.INVALID_NUMBER: LaunchOutcome.FAILED,
    Outcome.CONGESTION: LaunchOutcome.FAILED,
    Outcome.CARRIER_FAILURE: LaunchOutcome.FAILED,
    Outcome.NOT_ATTEMPTED: LaunchOutcome.FAILED,
}

HOLD_AFTER_REFUSAL_S = 2.0
LONGEST_HOLD_S = 60.0
"""After a launch that was refused without a channel, launching holds for 2 s, doubling up to a minute."""

MESSAGE_WATCH_S = 180.0
"""A machine's greeting (30 s at most are waited for), the message, and time to spare."""

OVERFLOW_WATCH_S = 2 * 3600.0
"""A talk with somebody of the live overflow is not ours to end; the telephone system's own limit does."""

_WATCHED = frozenset({AttemptState.LAUNCHED, AttemptState.RINGING, AttemptState.WAITING})

CUE_MARGIN_S = 0.3
"""Seconds that a cue may take beyond its own length, on a busy telephone system, and still be in time."""

UNANSWERED = frozenset({AttemptState.LAUNCHED, AttemptState.RINGING})


class Calls:
    """Moves attempts by what the telephone system says."""

    def __init__(self, context: Context, roster: Roster, pacing: PacingPort, ending: Ending) -> None:
        self._context = context
        self._roster = roster
        self._pacing = pacing
        self._ending = ending

    # --- what the telephone system says ------------------------------------------------------------------

    def ringing(self, event: CallRinging) -> None:
        """A channel exists; or sound came from the network before any answer."""
        known = self._context.state.calls.get(event.attempt)
        if event.early_media and known is not None and known.state is AttemptState.RINGING:
            known.early_media = True
            return
        call = self._in_state(event.attempt, AttemptMove.RING, "late_ringing")
        if call is not None:
            call.state = ATTEMPT.move(call.state, AttemptMove.RING)
            call.early_media = event.early_media

    def answered(self, event: CallAnswered) -> None:
        """Somebody, or something, picked up. The reserved agent, or the one who waited longest, is joined."""
        call = self._in_state(event.attempt, AttemptMove.ANSWER, "late_answer")
        if call is None:
            return
        context = self._context
        campaign, pool = self._place(call)
        call.state = ATTEMPT.move(call.state, AttemptMove.ANSWER)
        call.answered_at = min(event.answered_at, context.now)
        _forget(pool.ringing, call.attempt)
        context.wake_pools(campaign)
        if event.detected is not Detected.NONE:
            call.detection = Detection(verdict=event.detected, cause=event.cause, delay_s=event.delay_s)
        if self._is_machine(campaign, call):
            self._meet_machine(call, event.detected)
            return
        call.awaits_notice = call.voice is not None and call.voice.notice is not None
        if call.agent is not None:
            if not call.awaits_notice:
                self._join(call, context.state.agents[call.agent])
            return
        pool.waiting.append(call.attempt)
        context.unconnected.add(call.campaign)

    @staticmethod
    def _is_machine(campaign: CampaignRow, call: CallRow) -> bool:
        if campaign.settings.detects(call.segment) is not DetectionMode.ON or call.detection is None:
            return False
        return call.detection.verdict in (Detected.MACHINE, Detected.FAX)

    def _meet_machine(self, call: CallRow, detected: Detected) -> None:
        """End it, or let the telephone system leave the message that it was given for it."""
        call.machine_detected = True
        self._let_go_of_agent(call)
        if detected is Detected.MACHINE and call.voice is not None and call.voice.drop_on_detection:
            self.watch_message(call)
            return
        self.hang_up(call, HangupReason.MACHINE)

    def notice_heard(self, call: CallRow) -> None:
        """The announcement is over: now the person may be joined."""
        if call.agent is not None:
            self._join(call, self._context.state.agents[call.agent])
            return
        self._context.unconnected.add(call.campaign)

    def bridged(self, event: CallBridged) -> None:
        """Both can hear each other."""
        context = self._context
        call = context.state.calls.get(event.attempt)
        agent = context.state.agents.get(event.agent)
        if call is None or agent is None:
            context.ignore("late_bridge")
            return
        if agent.attempt == call.attempt and agent.state is AgentState.TALKING and not call.is_bridging:
            context.ignore("doubled_bridge")
            return
        if call.state is AttemptState.CONNECTED and call.is_bridging:
            self._rescued(call, agent, event.bridged_at)
            return
        if not ATTEMPT.may(call.state, AttemptMove.CONNECT) or not self._holds(agent, call):
            context.ignore("late_bridge")
            return
        campaign, pool = self._place(call)
        call.state = ATTEMPT.move(call.state, AttemptMove.CONNECT)
        call.agent = agent.agent
        call.is_bridging = False
        call.bridged_at = min(event.bridged_at, context.now)
        _forget(pool.waiting, call.attempt)
        agent.attempt = call.attempt
        self._roster.move(agent, AgentMove.CONNECT)
        self._judge_wait(campaign, call)

    def bridge_failed(self, event: BridgeFailed) -> None:
        """The bridge did not happen; another agent is tried while there is time."""
        context = self._context
        call = context.state.calls.get(event.attempt)
        if call is None or not call.is_bridging or call.agent != event.agent:
            context.ignore("late_bridge_failure")
            return
        self._let_go_of_agent(call)
        if call.state is AttemptState.WAITING and call.abandoned is None:
            _campaign, pool = self._place(call)
            if call.attempt not in pool.waiting:
                pool.waiting.append(call.attempt)
            context.unconnected.add(call.campaign)
        elif call.state is AttemptState.CONNECTED:
            self.hang_up(call, HangupReason.AGENT_GONE)

    def timed_out(self, event: CallTimedOut) -> None:
        """The limit passed in the telephone system with no agent: abandoned, unless known to be a machine."""
        context = self._context
        call = context.state.calls.get(event.attempt)
        if call is None or call.abandoned is not None or not self._may_time_out(call):
            context.ignore("late_timeout")
            return
        campaign, pool = self._place(call)
        if call.state in UNANSWERED:  # the news of the answer was lost on its way
            call.state = ATTEMPT.move(call.state, AttemptMove.ANSWER)
            call.answered_at = context.now - campaign.settings.answer_limit_s
            _forget(pool.ringing, call.attempt)
        _forget(pool.waiting, call.attempt)
        call.message_played = event.message_played
        call.is_overflowing = event.overflow
        self._let_go_of_agent(call)
        if call.machine_detected:
            return
        if event.overflow and campaign.settings.served_within() > campaign.settings.answer_limit_s:
            return  # judged when the overflow takes the person, or at the end
        self.abandon(campaign, call)

    def _may_time_out(self, call: CallRow) -> bool:
        return call.state in UNANSWERED or call.state is AttemptState.WAITING

    def ended(self, event: CallEnded) -> None:
        """The channel is gone; what it was says what came of it."""
        context = self._context
        call = context.state.calls.get(event.attempt)
        if call is None or not ATTEMPT.may(call.state, AttemptMove.END):
            context.ignore("late_end")
            return
        call.cause = event.cause
        if call.state in UNANSWERED:
            cancelled = call.hangup is not None and event.outcome in (Outcome.NO_ANSWER, Outcome.CANCELLED)
            self._over_unanswered(call, Outcome.CANCELLED if cancelled else event.outcome)
        elif call.state is AttemptState.WAITING:
            self._over_waiting(call)
        else:
            self._over_talked(call)

    def not_attempted(self, event: CallNotAttempted) -> None:
        """Refused without a channel: the lead is left alone, and launching holds, longer each time."""
        context = self._context
        call = context.state.calls.get(event.attempt)
        if call is None or call.state not in UNANSWERED:
            context.ignore("late_refusal")
            return
        # Where there are several telephone systems, the one that refused rests and the others go on.
        box = context.state.boxes.get(call.box)
        row = box if box is not None else context.state.campaigns[call.campaign]
        row.refused += 1
        hold = min(HOLD_AFTER_REFUSAL_S * 2 ** (row.refused - 1), LONGEST_HOLD_S)
        row.hold_until = context.now + hold
        who = "the telephone system" if box is None else f"telephone system {box.box}"
        row.hold_reason = f"{who} refused a call ({event.reason}); launching holds {hold:.0f} s"
        if row.refused == 1:
            subject = f"campaign {call.campaign}" if box is None else "telephone system"
            context.emit(RaiseAlarm(subject=subject, text=row.hold_reason))
        call.cause = event.reason
        self._over_unanswered(call, Outcome.NOT_ATTEMPTED)

    # --- joining -----------------------------------------------------------------------------------------

    def connect_waiting(self, campaign: CampaignRow) -> None:
        """Give every waiting caller, the oldest first, the able agent who has waited longest."""
        if not any([pool.waiting for pool in campaign.pools.values()]):
            return
        calls = self._context.state.calls
        waiting = sorted(
            (
                (calls[name].answered_at or 0.0, name, key)
                for key, pool in campaign.pools.items()
                for name in pool.waiting
            ),
        )
        for _answered, name, key in waiting:
            pool = campaign.pools[key]
            call = calls[name]
            if call.is_bridging or call.awaits_notice or not self._in_time(campaign, call):
                continue
            agent = self._roster.longest_available(campaign, key, pool)
            if agent is not None:
                self._join(call, agent)

    def _in_time(self, campaign: CampaignRow, call: CallRow) -> bool:
        settings = campaign.settings
        answered = call.answered_at if call.answered_at is not None else self._context.now
        return self._context.now - answered < settings.answer_limit_s - settings.bridge_margin_s

    def _join(self, call: CallRow, agent: AgentRow) -> None:
        if agent.state is AgentState.AVAILABLE:
            self._roster.move(agent, AgentMove.RESERVE, quiet=True)
        agent.attempt = call.attempt
        call.agent = agent.agent
        call.is_bridging = True
        cue = self._cue_for(call)
        if cue is not None:
            agent.notice = cue.text
        self._context.emit(Bridge(attempt=call.attempt, agent=agent.agent, cue=cue))

    def _cue_for(self, call: CallRow) -> Cue | None:
        """What the agent hears first, where the person may wait that long and still be in time."""
        settings = self._context.state.campaigns[call.campaign].settings
        cue = settings.cue
        if cue is None or call.state is not AttemptState.WAITING:
            return None
        waited = self._context.now - (call.answered_at or self._context.now)
        left = settings.answer_limit_s - settings.bridge_margin_s - waited
        return cue if left >= cue.most_s + CUE_MARGIN_S else None

    def _holds(self, agent: AgentRow, call: CallRow) -> bool:
        held = agent.state is AgentState.RESERVED and agent.attempt == call.attempt
        return held or (agent.state is AgentState.AVAILABLE and call.agent is None)

    def _let_go_of_agent(self, call: CallRow) -> None:
        if call.agent is None:
            return
        agent = self._context.state.agents[call.agent]
        if agent.state is AgentState.RESERVED and agent.attempt == call.attempt:
            self._roster.release(agent)
        call.agent = None
        call.is_bridging = False

    def _judge_wait(self, campaign: CampaignRow, call: CallRow) -> None:
        """A bridge after the limit is an abandonment by the definition, though somebody is talking."""
        wait = (call.bridged_at or 0.0) - (call.answered_at or 0.0)
        if call.abandoned is None and wait > campaign.settings.answer_limit_s:
            self.abandon(campaign, call)

    def abandon(self, campaign: CampaignRow, call: CallRow) -> None:
        """A person answered and had nobody in time."""
        call.abandoned = True
        ledger.count_abandoned(campaign, self._context.now)
        wait = self._context.now - (call.answered_at or self._context.now)
        self._pacing.observe(campaign, call.pool, LiveAnswerAbandoned(wait_s=max(wait, 0.0)))

    # --- an agent is gone --------------------------------------------------------------------------------

    def agent_gone(self, agent: AgentRow) -> None:
        """Their leg or they themselves left: a caller on the line is given to another agent, or let go."""
        context = self._context
        attempt = agent.attempt
        agent.attempt = None
        call = context.state.calls.get(attempt) if attempt is not None else None
        if call is None:
            return
        if call.passing_to == agent.agent:
            call.passing_to = None  # the talk stays with whom it was
        elif call.passing_to is not None:  # the bridge to the other agent is on its way
            call.agent, call.passing_to, call.is_bridging = call.passing_to, None, True
        elif is_alone_with_guest(call):
            pass
        elif call.state is AttemptState.CONNECTED:
            send_guest_away(context, call)
            self._rescue(call)
        elif call.state is AttemptState.ENDED:
            self._ending.without_disposition(call)
        else:
            call.agent = None
            call.is_bridging = False
            if call.state is AttemptState.WAITING and call.abandoned is None:
                _campaign, pool = self._place(call)
                if call.attempt not in pool.waiting:
                    pool.waiting.append(call.attempt)
                context.unconnected.add(call.campaign)

    def _rescue(self, call: CallRow) -> None:
        campaign, pool = self._place(call)
        other = self._roster.longest_available(campaign, call.pool, pool)
        if other is None:
            self.hang_up(call, HangupReason.AGENT_GONE)
            return
        self._join(call, other)

    def _rescued(self, call: CallRow, agent: AgentRow, bridged_at: float) -> None:
        if not self._holds(agent, call):
            self._context.ignore("late_bridge")
            return
        call.agent = agent.agent
        call.is_bridging = False
        call.bridged_at = call.bridged_at if call.bridged_at is not None else bridged_at
        self._roster.move(agent, AgentMove.CONNECT)

    # --- over --------------------------------------------------------------------------------------------

    def hang_up(self, call: CallRow, reason: HangupReason) -> None:
        """Ask for the end of the channel, once."""
        if call.hangup is None:
            call.hangup = reason
            self._context.emit(Hangup(attempt=call.attempt, reason=reason))

    def _over_unanswered(self, call: CallRow, outcome: Outcome) -> None:
        campaign, pool = self._place(call)
        _forget(pool.ringing, call.attempt)
        self._let_go_of_agent(call)
        if outcome is not Outcome.NOT_ATTEMPTED:
            campaign.refused = 0
            if (box := self._context.state.boxes.get(call.box)) is not None:
                box.refused = 0
            self._pacing.resolved(campaign, call, PACING_OUTCOME.get(outcome, LaunchOutcome.FAILED))
        self._end(call, outcome if outcome in PACING_OUTCOME else Outcome.UNKNOWN)
        self._ending.finish(call)

    def _over_waiting(self, call: CallRow) -> None:
        campaign, pool = self._place(call)
        _forget(pool.waiting, call.attempt)
        self._let_go_of_agent(call)
        wait = self._context.now - (call.answered_at or self._context.now)
        if call.machine_detected:
            outcome = Outcome.MACHINE
        elif call.overflow_at is not None:
            outcome = Outcome.OVERFLOWED
        elif call.abandoned or wait >= campaign.settings.answer_limit_s:
            outcome = Outcome.ABANDONED
            if call.abandoned is None:
                self.abandon(campaign, call)
        else:
            outcome = Outcome.HUNG_UP_WAITING  # no live answer for the ledger: it may have been a machine
            call.abandoned = False
        is_machine = outcome is Outcome.MACHINE
        self._pacing.resolved(
            campaign, call, LaunchOutcome.MACHINE if is_machine else LaunchOutcome.ANSWERED_LIVE
        )
        self._end(call, outcome)
        self._ending.finish(call)

    def _over_talked(self, call: CallRow) -> None:
        context = self._context
        if not call.is_leaving_message and not call.is_handed_on:
            call.talk_ended_at = context.now
        if call.passing_to is not None:
            self._roster.release(context.state.agents[call.passing_to])
            call.passing_to = None
        self._end(call, Outcome.CONNECTED)
        if call.abandoned is None:
            call.abandoned = False
        agent = context.state.agents.get(call.agent) if call.agent is not None else None
        campaign, _pool = self._place(call)
        if call.is_leaving_message:
            self._ending.after_message(call)
            return
        if call.is_handed_on:
            self._ending.after_handing_on(call, agent)
            return
        if agent is None or agent.attempt != call.attempt:
            self._ending.without_disposition(call)
            return
        if agent.state is AgentState.RESERVED:  # the other agent's bridge was still on its way
            self._roster.release(agent)
            self._ending.without_disposition(call)
            return
        self._roster.move(agent, AgentMove.CALL_OVER)
        talk = TalkEnded(
            agent_id=agent.agent, talk_s=max(context.now - (call.bridged_at or context.now), 0.0)
        )
        self._pacing.observe(campaign, call.pool, talk)
        if call.disposition is not None:
            self._ending.with_disposition(call, agent)
            return
        context.emit(StoreOutcome(record=record_of(call)))
        if campaign.settings.wrap_up_limit_s is not None:
            context.set_timer(context.now + campaign.settings.wrap_up_limit_s, "wrap", call.attempt)

    def _end(self, call: CallRow, outcome: Outcome) -> None:
        call.state = ATTEMPT.move(call.state, AttemptMove.END)
        call.outcome = outcome
        call.ended_at = self._context.now
        caller_id.over(self._context.state, call, outcome, now=self._context.now)
        send_guest_away(self._context, call)
        campaign, pool = self._place(call)
        campaign.in_flight -= 1
        if (box := self._context.state.boxes.get(call.box)) is not None:
            box.in_flight -= 1
        if leads_of(campaign, pool).reserved:  # the agent it counted on may be to spare for one of them
            self._context.unconnected.add(call.campaign)

    def watch(self, attempt: AttemptId) -> None:
        """Nothing was heard for too long: end it, then close it."""
        context = self._context
        call = context.state.calls.get(attempt)
        if call is None or (call.state not in _WATCHED and not call.is_leaving_message):
            return
        if call.ended_at is not None:
            return
        until = _may_last_until(call)
        if context.now < until:
            context.set_timer(until, "watch", attempt)
            return
        if call.hangup is not HangupReason.UNACCOUNTED:
            call.hangup = HangupReason.UNACCOUNTED
            context.emit(Hangup(attempt=attempt, reason=HangupReason.UNACCOUNTED))
            context.set_timer(context.now + LAST_WATCH_S, "watch", attempt)
            return
        self.close_unknown(call)

    def watch_message(self, call: CallRow) -> None:
        """A greeting and a message take longer than a ring: look again when both must be over."""
        self._context.set_timer(self._context.now + MESSAGE_WATCH_S, "watch", call.attempt)

    def close_unknown(self, call: CallRow) -> None:
        """The telephone system does not know it, or does not say: it counts as a call placed."""
        if call.state in UNANSWERED:
            self._over_unanswered(call, Outcome.UNKNOWN)
        elif call.state is AttemptState.WAITING:
            self._over_waiting(call)
        elif call.state is AttemptState.CONNECTED:
            self._over_talked(call)

    def found_talking(self, call: CallRow, name: AgentId) -> None:
        """A reconciliation found the call joined to an agent though we had not heard of it."""
        agent = self._context.state.agents.get(name)
        if agent is None or (agent.attempt is not None and agent.attempt != call.attempt):
            self.hang_up(call, HangupReason.UNACCOUNTED)
            return
        if agent.state is AgentState.AVAILABLE:
            self._roster.move(agent, AgentMove.RESERVE, quiet=True)
        if agent.state is not AgentState.RESERVED:
            self.hang_up(call, HangupReason.UNACCOUNTED)
            return
        campaign, pool = self._place(call)
        if call.state in UNANSWERED:
            call.state = ATTEMPT.move(call.state, AttemptMove.ANSWER)
            call.answered_at = self._context.now
            _forget(pool.ringing, call.attempt)
        _forget(pool.waiting, call.attempt)
        call.state = ATTEMPT.move(call.state, AttemptMove.CONNECT)
        call.agent, call.is_bridging, call.bridged_at = name, False, self._context.now
        agent.attempt = call.attempt
        self._roster.move(agent, AgentMove.CONNECT)
        self._context.wake_pools(campaign)

    # --- helpers -----------------------------------------------------------------------------------------

    def _in_state(self, attempt: AttemptId, move: AttemptMove, otherwise: str) -> CallRow | None:
        call = self._context.state.calls.get(attempt)
        if call is None or not ATTEMPT.may(call.state, move):
            self._context.ignore(otherwise)
            return None
        return call

    def _place(self, call: CallRow) -> tuple[CampaignRow, PoolRow]:
        campaign = self._context.state.campaigns[call.campaign]
        return campaign, campaign.pools[call.pool]


def _may_last_until(call: CallRow) -> float:
    """POSIX seconds until which it is no wonder that a call without an agent is still up."""
    if call.is_overflowing:
        return (call.answered_at or 0.0) + OVERFLOW_WATCH_S
    if call.is_leaving_message:
        return (call.talk_ended_at or 0.0) + MESSAGE_WATCH_S
    if call.machine_detected and call.voice is not None and call.voice.drop_on_detection:
        return (call.answered_at or 0.0) + MESSAGE_WATCH_S
    return 0.0


def _forget(names: list[AttemptId], attempt: AttemptId) -> None:
    if attempt in names:
        names.remove(attempt)
