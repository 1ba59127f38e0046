"""How often somebody may: a bucket of tokens each, refilled steadily, of a bounded number of somebodies."""

from collections import OrderedDict
from collections.abc import Callable

from dialer.clock import monotonic_now

MOST_KEPT = 10_000
"""Addresses that are remembered; who was not heard of for longest is forgotten first."""


class Rates:
    """How often each of many may do one thing.

    Args:
        per_s: in the long run.
        at_once: together, after a pause.
        now: seconds that only grow.
    """

    def __init__(self, *, per_s: float, at_once: float, now: Callable[[], float] = monotonic_now) -> None:
        self._per_s = per_s
        self._at_once = at_once
        self._now = now
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def may(self, who: str) -> bool:
        """Whether they may, this time; if so it is counted."""
        now = self._now()
        left, since = self._left.pop(who, (self._at_once, now))
        left = min(self._at_once, left + (now - since) * self._per_s)
        is_free = left >= 1.0
        self._left[who] = (left - 1.0 if is_free else left, now)
        if len(self._left) > MOST_KEPT:
            self._left.popitem(last=False)
        return is_free
