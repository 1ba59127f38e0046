"""How old Asterisk's events are when they arrive: while they are too old, nothing is launched."""

from __future__ import annotations

from collections.abc import Callable

from telephony.asterisk.wire import AmiMessage

LIMIT_S = 1.5
"""Events older than this: the box or we are overloaded."""
REST_S = 2.0
"""Seconds without launches after one."""


class Lag:
    """Of one Asterisk.

    Args:
        wall: the clock that Asterisk's machine shares.
        steady: seconds that only grow.
    """

    def __init__(self, wall: Callable[[], float], steady: Callable[[], float]) -> None:
        self._wall = wall
        self._steady = steady
        self._until = 0.0

    def feed(self, message: AmiMessage) -> None:
        """Look at an event's own time."""
        try:
            lag = self._wall() - float(message.get("timestamp"))
        except ValueError:
            return
        if lag > LIMIT_S:
            self._until = self._steady() + REST_S

    def why_not(self) -> str | None:
        """Why nothing may be launched now; None when it may."""
        if self._steady() < self._until:
            return f"Asterisk's events are over {LIMIT_S:g} s old: overloaded, or its clock is wrong"
        return None
