"""Recordings that an agent begins and a person ends.

Theory of operation. Where everybody on the line must know and no announcement may be played, the agent says
it: their word that they did is written down, and only then is the telephone system told to record. Nothing is
recorded on a call whose person objects, from the objection on, whoever told them and how: what was recorded
before is kept or deleted as the campaign says, when the call is over. An objection is final for its call.

A beginning that was asked for while somebody outside is in the talk is refused: the telephone system takes
the person out of the talk for a moment to begin it. One that runs ends before somebody outside comes in,
where they or the person would have to know of it: nobody told them. Where it cannot be stopped, they go.
"""

from dialer.domain.agent import AgentState
from dialer.domain.attempt import JOINED
from dialer.domain.commands import RaiseAlarm, StartRecording, StopRecording
from dialer.domain.events import RecordingBegan, RecordingNoticeSpoken, RecordingObjected, RecordingStopped
from dialer.engine.calling import phases
from dialer.engine.calling.guests import end_recording, guest_of, is_in_talk, keep_out, talk_of
from dialer.engine.context import Context
from dialer.engine.state import AgentRow, CallRow


class Recordings:
    """Takes agents' word on notices and objections, and the telephone system's on recordings."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def notice_spoken(self, event: RecordingNoticeSpoken) -> None:
        """Everybody on the line knows: recording may begin."""
        context = self._context
        agent = context.agent(event.agent)
        call = talk_of(context.state, agent)
        agent.notice = ""
        if call is None or call.launch.attempt != event.attempt:
            context.ignore("late_recording_notice", f"agent {agent.agent} is not on {event.attempt}")
            return
        if call.heard.is_recorded:
            context.ignore("late_recording_notice", f"{event.attempt} is recorded already")
            return
        why = self._why_not(call)
        if why is not None:
            agent.notice = f"not recorded: {why}"
            context.ignore("recording_refused", agent.notice)
            return
        assert call.launch.voice is not None, "refused above"
        phases.tell_of_recording(call, version=call.launch.voice.spoken_version, at=context.now)
        context.emit(StartRecording(attempt=event.attempt, agent=agent.agent))

    def _why_not(self, call: CallRow) -> str | None:
        if call.launch.voice is None or not call.launch.voice.spoken:
            return "this call is not recorded on an agent's word"
        if call.heard.note is not None and call.heard.note.objected_at is not None:
            return "the person objected"
        if guest_of(self._context.state, call.launch.attempt) is not None:
            return "somebody outside is in the talk, or being called into it"
        return None

    def objected(self, event: RecordingObjected) -> None:
        """Stop, and do not begin any more on this call."""
        context = self._context
        agent = context.agent(event.agent)
        call = context.state.calls.get(event.attempt)
        if call is None or not _is_on(agent, call):
            context.ignore("late_objection", f"agent {agent.agent} does not talk on {event.attempt}")
            return
        if call.heard.note is not None and call.heard.note.objected_at is not None:
            context.ignore("doubled_objection", "the person's objection is written down already")
            return
        may_run = call.heard.is_recorded or call.heard.note is not None
        phases.object_to_recording(call, at=context.now)
        if may_run:
            context.emit(StopRecording(attempt=event.attempt))

    def began(self, event: RecordingBegan) -> None:
        """Noted in the attempt; one that began as it was objected to is stopped again."""
        call = self._context.state.calls.get(event.attempt)
        if call is None:
            self._context.ignore("late_recording")
            return
        phases.record(call)
        guest = guest_of(self._context.state, event.attempt)
        if call.heard.note is not None and call.heard.note.objected_at is not None:
            self._context.emit(StopRecording(attempt=event.attempt))
        elif guest is not None and is_in_talk(guest):  # asked into the talk while it was about to begin
            end_recording(self._context, call, guest)

    def stopped(self, event: RecordingStopped) -> None:
        """It is stopped; or it is not, which the agent must know while they talk."""
        context = self._context
        call = context.state.calls.get(event.attempt)
        if call is None:
            context.ignore("late_recording_stop")
            return
        if event.is_stopped:
            phases.stop_recording(call, at=context.now)
            return
        if not call.heard.is_recorded:
            context.ignore("nothing_to_stop")  # it had not begun, and does not begin any more
            return
        guest = guest_of(context.state, event.attempt)
        notice = "the recording could not be stopped: end the call, or say so"
        if guest is not None and keep_out(context, guest):
            notice = f"{notice}; {guest.name} was not told of it, and is hung up on"
        agent = None if call.agent is None else context.state.agents.get(call.agent)
        if agent is not None:
            agent.notice = notice
        text = f"the recording of {event.attempt} could not be stopped: {event.reason}"
        context.emit(RaiseAlarm(subject="recordings", text=text))


def _is_on(agent: AgentRow, call: CallRow) -> bool:
    """Whether the agent talks on the call."""
    is_theirs = agent.attempt == call.launch.attempt and agent.state is AgentState.TALKING
    return is_theirs and call.state in JOINED
