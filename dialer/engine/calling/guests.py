"""Who is in a talk: lookups that more than one part of the engine needs."""

from dialer.domain.agent import AgentState
from dialer.domain.attempt import AttemptState
from dialer.domain.commands import Hangup, HangupReason, PartAgents, StopRecording
from dialer.domain.ids import AttemptId
from dialer.engine.context import Context
from dialer.engine.state import AgentRow, CallRow, EngineState, GuestRow


def talk_of(state: EngineState, agent: AgentRow) -> CallRow | None:
    """The call on which the agent talks, neither being passed on nor ended by us; None = there is none."""
    call = state.calls.get(agent.attempt) if agent.attempt is not None else None
    if call is None or agent.state is not AgentState.TALKING or call.hangup is not None:
        return None
    return call if call.state is AttemptState.CONNECTED else None


def guest_of(state: EngineState, talk: AttemptId) -> GuestRow | None:
    """The third party of a talk, called or joined; None when there is none."""
    for guest in state.guests.values():
        if guest.talk == talk:
            return guest
    return None


def is_recorded_now(call: CallRow) -> bool:
    """Whether a recording of the call runs, as far as we were told."""
    note = call.heard.note
    return call.heard.is_recorded and (note is None or note.stopped_at is None)


def end_recording(context: Context, call: CallRow, guest: GuestRow) -> None:
    """Before they come into the talk: who was told of no recording is in none."""
    agent = context.state.agents.get(guest.agent)
    if not guest.is_untold or not is_recorded_now(call):
        return
    context.emit(StopRecording(attempt=call.launch.attempt))
    if agent is not None:
        agent.notice = f"the recording ends: {guest.name} was not told of it"


def is_in_talk(guest: GuestRow) -> bool:
    """Whether what is said in the person's talk is theirs, too, now or once they answer; who is consulted
    while the person is on hold is in no talk of theirs."""
    return not guest.is_private or guest.is_opened


def keep_out(context: Context, guest: GuestRow) -> bool:
    """The talk goes on being recorded: who was not told of it goes. False when it is all right to stay."""
    if not guest.is_untold or not is_in_talk(guest):
        return False
    hang_up_guest(context, guest, HangupReason.RECORDED)
    return True


def hang_up_guest(context: Context, guest: GuestRow, reason: HangupReason) -> None:
    """Ask for the end of the third party's call, once."""
    if guest.hangup is not None:
        return
    guest.hangup = reason
    if guest.colleague is not None:
        context.emit(PartAgents(attempt=guest.talk, consultation=guest.attempt))
    else:
        context.emit(Hangup(attempt=guest.attempt, reason=reason))


def send_guest_away(context: Context, call: CallRow) -> None:
    """The person's call is over: a third party has nobody left to talk with."""
    guest = guest_of(context.state, call.launch.attempt) if context.state.guests else None
    if guest is not None:
        hang_up_guest(context, guest, HangupReason.TALK_OVER)


def asked_of(state: EngineState, agent: AgentRow) -> GuestRow | None:
    """The consultation in which the agent is the one who is asked; None when there is none."""
    guest = guest_of(state, agent.attempt) if agent.attempt is not None and state.guests else None
    return guest if guest is not None and guest.colleague == agent.agent else None


def is_heard(state: EngineState, call: CallRow) -> bool:
    """Whether the telephone system that has the call is heard."""
    box = state.boxes.get(call.launch.box)
    return state.is_network_up and (box is None or box.is_up)
