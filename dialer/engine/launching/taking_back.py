"""When a call that rings may be taken back: nobody's telephone rings for a moment only."""

from collections.abc import Iterable

from dialer.engine.handling import may_be_taken_back as has_rung_enough
from dialer.engine.state import CallRow


def may_be_taken_back(call: CallRow, now: float) -> bool:
    """Whether it has rung as long as its clearance demands, and was not taken back yet."""
    launch = call.launch
    return call.hangup is None and has_rung_enough(launch.handling, rung_s=now - launch.launched_at)


def how_many_may_be_taken_back(ringing: Iterable[CallRow], now: float) -> int:
    """Of calls that ring: those that may be taken back. Asked at every decision, of all of them at once."""
    return sum(
        [
            call.hangup is None
            and now - (row := call.launch).launched_at >= (row.handling.shortest_ring_s or 0.0)
            for call in ringing
        ]
    )
