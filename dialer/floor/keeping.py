"""Keepers beside a floor: what one of them gets wrong is told, and it is begun anew; the floor goes on.

Theory of operation. A keeper looks after something that no call waits for: recordings, the daily tests of our
numbers, room on the disk. A defect in it must not end the floor, and must not be silent either: it is logged
with where it happened, is an alarm, and the keeper begins anew after a while, which doubles as long as it
does not keep going.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from dialer.clock import monotonic_now

log = structlog.get_logger(__name__)

FIRST_S, MOST_S = 5.0, 600.0
"""Until it is begun anew: at first, and at most."""
STEADY_S = 900.0
"""After so long without a defect the next one counts as the first."""

Sleep = Callable[[float], Awaitable[object]]


async def kept_going(
    keep: Callable[[], Awaitable[None]],
    *,
    name: str,
    sleep: Sleep = asyncio.sleep,
    now: Callable[[], float] = monotonic_now,
) -> None:
    """Run the keeper for ever.

    Args:
        keep: runs it; it is called again after every defect.
        name: of what it looks after, for people.
        now: seconds of a clock that nobody sets.
    """
    wait_s = FIRST_S
    while True:
        began = now()
        try:
            await keep()
            why = "it came to an end"
        except Exception as defect:
            why = f"{type(defect).__name__}: {defect}"
            log.exception("keeper.defect", keeper=name)
        if now() - began >= STEADY_S:
            wait_s = FIRST_S
        text = f"{name} went unattended: {why}; begun anew in {wait_s:g} s"
        log.warning("alarm", subject=name, text=text)
        await sleep(wait_s)
        wait_s = min(2 * wait_s, MOST_S)
