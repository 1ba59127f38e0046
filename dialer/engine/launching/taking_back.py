"""When a call that rings may be taken back: nobody's telephone rings for a moment only.

The seconds run from the network's word that it rings, not from our order: what the person hears is what the
rule is about (47 CFR 64.1200(a)(6)).
"""

from collections.abc import Iterable

from dialer.engine.handling import may_be_taken_back as has_rung_enough
from dialer.engine.state import CallRow


def may_be_taken_back(call: CallRow, now: float) -> bool:
    """Whether it has rung as long as its clearance demands, and was not taken back yet."""
    if call.hangup is not None or call.rang_at is None:
        return False
    return has_rung_enough(call.launch.handling, rung_s=now - call.rang_at)


def how_many_may_be_taken_back(ringing: Iterable[CallRow], now: float) -> int:
    """Of calls that ring: those that may be taken back. Asked at every decision, of all of them at once."""
    return sum(
        [
            call.hangup is None
            and call.rang_at is not None
            and now - call.rang_at >= (call.launch.handling.shortest_ring_s or 0.0)
            for call in ringing
        ]
    )
