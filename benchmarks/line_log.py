"""Every call to every line as the journal has it, and what was wrong with their succession.

It knows no file, no gate and no auditor: only which number was dialed when, and what came of it. So it finds
what all three would miss alike, if the history of a line failed to reach somebody's file.
"""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise

from dialer.domain.attempt import Outcome
from dialer.domain.record import AttemptRecord

APART_S = 300.0
"""House policy 4: never two calls to one number within five minutes."""
RESTS_S = 72 * 3600.0
"""House policy 5: for three days after an abandoned call the number is called with a collector there."""


class LineLog:
    """Attempts by number; `take` each as it is written down, again whenever more is known of it.

    Attributes:
        found: every breach that was seen when a shift was closed, once.
    """

    def __init__(self) -> None:
        self.found: dict[str, None] = {}
        self._lines: dict[str, dict[str, AttemptRecord]] = {}
        self._people: dict[str, set[str]] = {}

    def take(self, record: AttemptRecord) -> None:
        """An attempt as it stands."""
        line = self._lines.setdefault(record.number, {})
        if record.outcome is Outcome.NOT_ATTEMPTED:  # no telephone rang
            line.pop(record.attempt, None)
        else:
            line[record.attempt] = record
            self._people.setdefault(record.number, set()).add(record.person)

    @property
    def shared(self) -> int:
        """Lines on which more than one person was called."""
        return sum(len(people) > 1 for people in self._people.values())

    def close_shift(self, posix: float) -> None:
        """Keep what was wrong so far, and forget calls older than any limit looks back.

        Args:
            posix: the end of the shift, POSIX seconds.
        """
        self.found.update(dict.fromkeys(self.breaches()))
        oldest = posix - RESTS_S - 86_400.0
        for number, line in self._lines.items():
            self._lines[number] = {name: call for name, call in line.items() if call.launched_at > oldest}

    def breaches(self) -> Iterator[str]:
        """What breaks the house's word about lines, a sentence each, by number and time."""
        for number in sorted(self._lines):
            calls = sorted(self._lines[number].values(), key=lambda call: (call.launched_at, call.attempt))
            yield from _too_close(calls)
            yield from _not_rested(calls)


def _too_close(calls: list[AttemptRecord]) -> Iterator[str]:
    for first, second in pairwise(calls):
        apart = second.launched_at - first.launched_at
        if apart < APART_S:
            whose = "the same person" if first.person == second.person else "another person"
            yield f"{second.number}: {second.attempt} {apart:.0f} s after {first.attempt}, {whose}"


def _not_rested(calls: list[AttemptRecord]) -> Iterator[str]:
    launched = [call.launched_at for call in calls]
    for call in calls:
        if call.outcome is not Outcome.ABANDONED or call.disposition is not None:
            continue
        known_from = call.launched_at if call.ended_at is None else call.ended_at
        for later in calls[bisect_left(launched, known_from) :]:
            since = later.launched_at - call.launched_at
            if since < RESTS_S and not later.guaranteed:
                told = f"without a collector {since:.0f} s after {call.attempt} was abandoned"
                yield f"{later.number}: {later.attempt} {told}"
