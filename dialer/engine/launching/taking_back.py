"""When a call that rings may be taken back: nobody's telephone rings for a moment only."""

from dialer.engine import handling
from dialer.engine.state import CallRow


def may_be_taken_back(call: CallRow, now: float) -> bool:
    """Whether it has rung as long as its clearance demands, and was not taken back yet."""
    rung_s = now - call.launch.launched_at
    return call.hangup is None and handling.may_be_taken_back(call.launch.handling, rung_s=rung_s)
