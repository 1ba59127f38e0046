"""What was heard on a call that nobody said: announcements, messages, drops, keys, the live overflow.

The telephone system tells; the attempt keeps it. An announcement before the agent holds the join until it was
heard; a key that opts out binds at once and is acknowledged when it is written down; a message for a machine
frees the agent while it is being left.
"""

from compliance_gate.findings import Recording
from dialer.casework.consequences import Channel, Occasion, opted_out
from dialer.domain.agent import AgentMove
from dialer.domain.attempt import ATTEMPT, UNANSWERED, AttemptMove, AttemptState
from dialer.domain.commands import ConfirmOptOut, LeaveMessage, StoreRequest
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.events import (
    OptOutPressed,
    OverflowAnswered,
    VoicemailDropRequested,
    VoicePlayed,
)
from dialer.domain.ids import AttemptId
from dialer.domain.machine import TAKES_RECORDING, SaidToMachine
from dialer.domain.voice import Played
from dialer.engine.calling import phases
from dialer.engine.calling.calls import Calls
from dialer.engine.calling.guests import talk_of
from dialer.engine.calling.joining import Joining
from dialer.engine.calling.judging import Judging
from dialer.engine.calling.spans import talked_s
from dialer.engine.calling.watching import Watching
from dialer.engine.context import Context
from dialer.engine.following import Following
from dialer.engine.launching.pacing_port import PacingPort
from dialer.engine.roster import Roster
from dialer.engine.state import CallRow
from pacing.policy import TalkEnded

_IN_TIME = UNANSWERED | {AttemptState.HEARING_NOTICE, AttemptState.WAITING, AttemptState.BRIDGING}


class Heard:
    """Takes the telephone system's word on recordings, and agents' on machines."""

    def __init__(
        self,
        context: Context,
        roster: Roster,
        pacing: PacingPort,
        following: Following,
        joining: Joining,
        judging: Judging,
        calls: Calls,
        watching: Watching,
    ) -> None:
        self._context = context
        self._roster = roster
        self._pacing = pacing
        self._following = following
        self._joining = joining
        self._judging = judging
        self._calls = calls
        self._watching = watching

    def played(self, event: VoicePlayed) -> None:
        """A recording was heard; after an announcement the person may be joined."""
        call = self._known(event.attempt, "late_voice")
        if call is None:
            return
        version = self._version(call, event.sound)
        heard = Played(recording=event.recording, sound=event.sound, complete=event.complete, version=version)
        phases.hear(call, heard, is_message=event.recording is Recording.ABANDONMENT_MESSAGE)
        is_notice = event.recording is Recording.RECORDED_NOTICE
        if is_notice and call.state is AttemptState.HEARING_NOTICE:  # also when it failed: no recording then
            phases.hear_notice(call)
            self._joining.join_or_queue(call)

    def overflow_answered(self, event: OverflowAnswered) -> None:
        """Somebody took the person: in time by the declared definition, or too late."""
        call = self._known(event.attempt, "late_overflow")
        if call is None or call.state is AttemptState.OVERFLOWED:
            return
        if call.state in _IN_TIME:  # the news that the limit passed was lost on its way
            self._calls.pass_limit(call, message_played=False, overflow=True)
        if not ATTEMPT.may(call.state, AttemptMove.BE_TAKEN):
            self._context.ignore("late_overflow")
            return
        phases.be_taken(call, at=min(event.at, self._context.now))
        self._judging.taken(self._context.state.campaigns[call.launch.campaign], call)

    def opted_out(self, event: OptOutPressed) -> None:
        """The number is closed from this step on; the acknowledgement waits until that is written down."""
        call = self._known(event.attempt, "late_opt_out")
        if call is None:
            return
        occasion = Occasion(
            channel=Channel.OUTBOUND,
            at=self._context.now,
            source=event.attempt,
            caller_id=call.launch.caller_id,
            recording=event.attempt if call.heard.is_recorded else "",
        )
        request = opted_out(call.launch.number, event.key, occasion)
        self._following.learn(StoreRequest(person=call.launch.person, request=request))
        self._context.emit(ConfirmOptOut(attempt=event.attempt))

    def leave_message(self, event: VoicemailDropRequested) -> None:
        """The agent goes on; the approved message is left, if this very call may have it."""
        context = self._context
        agent = context.agent(event.agent)
        call = talk_of(context.state, agent)
        drop = None if call is None else self._drop_by_agent(call)
        if call is None or drop is None or call.launch.attempt != event.attempt:
            context.ignore("drop_refused", self._why_no_drop(agent.agent, call, event.attempt))
            return
        if event.machine is not None and event.machine not in TAKES_RECORDING:
            agent.notice = f"no recorded message is left on a machine of this kind ({event.machine.value})"
            context.ignore("drop_refused", agent.notice)
            return
        said = Disposition(
            kind=DispositionKind.MESSAGE_LEFT,
            machine=event.machine,
            said_to_machine=SaidToMachine.RECORDED,
        )
        phases.leave_message(call, said, at=context.now)
        talk = TalkEnded(agent_id=agent.agent, talk_s=talked_s(call, context.now))
        self._roster.move(agent, AgentMove.CALL_OVER)
        campaign = context.state.campaigns[call.launch.campaign]
        self._pacing.observe(campaign, call.launch.pool, talk)
        self._roster.finish(agent, ready=True)
        context.emit(LeaveMessage(attempt=event.attempt, sound=drop))
        self._watching.message(call)

    def _why_no_drop(self, agent: str, call: CallRow | None, attempt: AttemptId) -> str:
        if call is None or call.launch.attempt != attempt:
            return f"agent {agent} is not on {attempt}"
        plan = self._context.state.campaigns[call.launch.campaign].settings.voice
        if plan is None or plan.voicemail is None or not plan.voicemail.by_agent:
            return "the campaign lets agents leave no message"
        return "no approved message may be left on this call"

    def _drop_by_agent(self, call: CallRow) -> str | None:
        plan = self._context.state.campaigns[call.launch.campaign].settings.voice
        if plan is None or plan.voicemail is None or not plan.voicemail.by_agent:
            return None
        return None if call.launch.voice is None else call.launch.voice.drop

    def _known(self, attempt: AttemptId, otherwise: str) -> CallRow | None:
        call = self._context.state.calls.get(attempt)
        if call is None:
            self._context.ignore(otherwise)
        return call

    def _version(self, call: CallRow, sound: str) -> str:
        plan = self._context.state.campaigns[call.launch.campaign].settings.voice
        texts = () if plan is None else plan.texts()
        return next((text.version for text in texts if text.sound == sound), "")
