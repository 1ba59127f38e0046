"""What was heard on a call that nobody said: announcements, messages, drops, keys, the live overflow.

The telephone system tells; the attempt keeps it. An announcement before the agent holds the join until it was
heard; a key that opts out binds at once and is acknowledged when it is written down; a message for a machine
frees the agent while it is being left.
"""

from compliance_gate.findings import Recording
from dialer.casework.consequences import Channel, opted_out
from dialer.domain.agent import AgentMove, AgentState
from dialer.domain.attempt import AttemptState
from dialer.domain.commands import ConfirmOptOut, LeaveMessage, StoreRequest
from dialer.domain.disposition import Disposition, DispositionKind
from dialer.domain.events import (
    OptOutPressed,
    OverflowAnswered,
    RecordingBegan,
    VoicemailDropRequested,
    VoicePlayed,
)
from dialer.domain.ids import AttemptId
from dialer.domain.voice import Played
from dialer.engine.calling.calls import Calls
from dialer.engine.context import Context
from dialer.engine.following import Following
from dialer.engine.launching import ledger
from dialer.engine.launching.pacing_port import PacingPort
from dialer.engine.roster import Roster
from dialer.engine.state import CallRow
from pacing.policy import TalkEnded


class Heard:
    """Takes the telephone system's word on recordings, and agents' on machines."""

    def __init__(
        self, context: Context, roster: Roster, pacing: PacingPort, following: Following, calls: Calls
    ) -> None:
        self._context = context
        self._roster = roster
        self._pacing = pacing
        self._following = following
        self._calls = calls

    def played(self, event: VoicePlayed) -> None:
        """A recording was heard; after an announcement the person may be joined."""
        call = self._known(event.attempt, "late_voice")
        if call is None:
            return
        version = self._version(call, event.sound)
        heard = Played(recording=event.recording, sound=event.sound, complete=event.complete, version=version)
        call.played = (*call.played, heard)
        if event.recording is Recording.ABANDONMENT_MESSAGE:
            call.message_played = True
        elif event.recording is Recording.RECORDED_NOTICE and call.awaits_notice:
            call.awaits_notice = False
            if call.state is AttemptState.WAITING:  # also when it failed: then nothing is recorded
                self._calls.notice_heard(call)

    def recording_began(self, event: RecordingBegan) -> None:
        """Noted in the attempt."""
        call = self._known(event.attempt, "late_recording")
        if call is not None:
            call.is_recorded = True

    def overflow_answered(self, event: OverflowAnswered) -> None:
        """Somebody took the person: in time by the declared definition, or too late."""
        call = self._known(event.attempt, "late_overflow")
        if call is None or call.overflow_at is not None:
            return
        call.overflow_at = min(event.at, self._context.now)
        if call.abandoned is not None:
            return
        campaign = self._context.state.campaigns[call.campaign]
        waited = call.overflow_at - (call.answered_at or call.overflow_at)
        if waited <= campaign.settings.served_within():
            call.abandoned = False
            ledger.count_live(campaign, self._context.now)
        else:
            self._calls.abandon(campaign, call)

    def opted_out(self, event: OptOutPressed) -> None:
        """The number is closed from this step on; the acknowledgement waits until that is written down."""
        call = self._known(event.attempt, "late_opt_out")
        if call is None:
            return
        request = opted_out(Channel.OUTBOUND, call.number, event.key, at=self._context.now)
        self._following.learn(StoreRequest(person=call.person, request=request))
        self._context.emit(ConfirmOptOut(attempt=call.attempt))

    def leave_message(self, event: VoicemailDropRequested) -> None:
        """The agent goes on; the approved message is left, if this very call may have it."""
        context = self._context
        call = context.state.calls.get(event.attempt)
        agent = context.agent(event.agent)
        drop = None if call is None else self._drop_by_agent(call)
        held = call is not None and call.agent == agent.agent and agent.attempt == call.attempt
        if call is None or drop is None or not held or agent.state is not AgentState.TALKING:
            context.ignore("drop_refused")
            return
        call.is_leaving_message = True
        call.talk_ended_at = context.now
        call.disposition = Disposition(kind=DispositionKind.MESSAGE_LEFT)
        talk = TalkEnded(
            agent_id=agent.agent, talk_s=max(context.now - (call.bridged_at or context.now), 0.0)
        )
        self._roster.move(agent, AgentMove.CALL_OVER)
        self._pacing.observe(context.state.campaigns[call.campaign], call.pool, talk)
        self._roster.finish(agent, ready=True)
        context.emit(LeaveMessage(attempt=call.attempt, sound=drop))
        self._calls.watch_message(call)

    def _drop_by_agent(self, call: CallRow) -> str | None:
        plan = self._context.state.campaigns[call.campaign].settings.voice
        if plan is None or plan.voicemail is None or not plan.voicemail.by_agent or call.voice is None:
            return None
        fits = call.state is AttemptState.CONNECTED and not call.is_bridging and call.hangup is None
        return call.voice.drop if fits and not call.is_leaving_message else None

    def _known(self, attempt: AttemptId, otherwise: str) -> CallRow | None:
        call = self._context.state.calls.get(attempt)
        if call is None:
            self._context.ignore(otherwise)
        return call

    def _version(self, call: CallRow, sound: str) -> str:
        plan = self._context.state.campaigns[call.campaign].settings.voice
        texts = () if plan is None else plan.texts()
        return next((text.version for text in texts if text.sound == sound), "")
