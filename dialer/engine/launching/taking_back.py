"""When a call that rings may be taken back: nobody's telephone rings for a moment only."""

from dialer.engine.state import CallRow

SHORTEST_RING_S = 15.0
"""Seconds a telephone rings at least before the guard may take its call back (47 CFR 64.1200(a)(6))."""


def may_be_taken_back(call: CallRow, now: float) -> bool:
    """Whether it has rung long enough, and was not taken back yet."""
    return call.hangup is None and now - call.launch.launched_at >= SHORTEST_RING_S
