"""A floor that was told to end is gone after a while, whatever it waits for.

An end in order waits for calls, commits, goodbyes, and at last for threads: one of them may read a disk that
does not answer, or ask a server behind a wire that was cut, and Python ends no thread by force. What a floor
must not lose is written down before it takes effect, so that leaving at once is what a kill is: harmless.
"""

from __future__ import annotations

import faulthandler
import os
import sys
import threading
from collections.abc import Callable

from dialer.cli import console

STARTING_S = 30.0
"""For a floor that is stopped while it starts: it has nothing to end, but may be taking a store in."""

AFTER_DRAIN_S = 60.0
"""For all that follows when calls were let end: more than its bounds come to, and with them less than the
120 s after which `config/service` has the service killed."""


def leave_now() -> None:
    """End the process at once, as a kill would; where it hangs is told, to mend it."""
    faulthandler.dump_traceback(file=sys.stderr, all_threads=True)
    os._exit(1)


class Deadline:
    """Until when whatever was told to end has ended; one a process.

    Args:
        leave: what is done then.
    """

    def __init__(self, leave: Callable[[], None] = leave_now) -> None:
        self._leave = leave
        self._timer: threading.Timer | None = None

    def begins(self, within_s: float) -> None:
        """It was told to end, and has so many seconds; told again, it has no more."""
        if self._timer is not None:
            return
        self._timer = threading.Timer(within_s, self._passed, (within_s,))
        self._timer.daemon = True
        self._timer.start()

    def is_kept(self) -> None:
        """It has ended in order."""
        if self._timer is not None:
            self._timer.cancel()

    def _passed(self, within_s: float) -> None:
        console.say(
            f"the floor did not end within {within_s:g} s and leaves at once; what was acknowledged is kept, "
            "and the next start finds the rest"
        )
        self._leave()
