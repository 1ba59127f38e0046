"""The one back-off: how long to wait before what failed is tried again.

For connections, commits and their like only. Nothing that dials is ever tried again by a transport.
"""


class BackOff:
    """Growing pauses: the first, then twice the one before, never above the longest.

    Args:
        first, longest: seconds.
    """

    def __init__(self, first: float, longest: float) -> None:
        self._first = min(first, longest)
        self._longest = longest
        self._next = self._first

    def pause(self) -> float:
        """Seconds to wait now; the next pause is twice as long."""
        now = self._next
        self._next = min(now * 2.0, self._longest)
        return now

    def reset(self) -> None:
        """It worked: the next pause is the first again."""
        self._next = self._first
