"""How long people waited and talked: the one place that reads it off an attempt's row, in seconds."""

from dialer.engine.state import CallRow


def answered_at(call: CallRow) -> float:
    """POSIX seconds of the answer. Asked only of calls that somebody, or something, answered."""
    assert call.answered_at is not None, "no state after the answer is entered without it"
    return call.answered_at


def waited_s(call: CallRow, now: float) -> float:
    """Since the answer; negative where the news of what came then is dated before it."""
    return now - answered_at(call)


def joined_after_s(call: CallRow) -> float:
    """From the answer to the first join. Asked only of calls that an agent was joined to."""
    assert call.bridged_at is not None, "no state after the join is entered without it"
    return waited_s(call, call.bridged_at)


def talked_s(call: CallRow, now: float) -> float:
    """Since the first join; 0 at least, also where the clock was set back. Asked only of joined calls."""
    assert call.bridged_at is not None, "no state after the join is entered without it"
    return max(now - call.bridged_at, 0.0)


def talk_ended_at(call: CallRow) -> float:
    """POSIX seconds at which the agent and the person heard each other no more. Asked only after that."""
    assert call.talk_ended_at is not None, "no agent is done with a talk before it has ended"
    return call.talk_ended_at
