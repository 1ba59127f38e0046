"""What happened, in order of time and made ready for counting: to one person, or on one line."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from operator import gt

from compliance_gate.calendar import ZoneDays, zone_days
from compliance_gate.request import HistoryEntry
from compliance_gate.words import EventKind, Outcome

_OUTCOMES = (None, *Outcome)
_KINDS = tuple(EventKind)
_CODES = {(kind, out): i for i, (kind, out) in enumerate((k, o) for k in _KINDS for o in _OUTCOMES)}
EVENT_CODES = len(_CODES)
MAY_BE_CONVERSATION = (None, Outcome.CONVERSATION)
CALLS_EITHER_WAY = (EventKind.CALL_PLACED, EventKind.CALL_RECEIVED)
CONVERSATIONS = sum(1 << _CODES[kind, out] for kind in CALLS_EITHER_WAY for out in MAY_BE_CONVERSATION)
"""The codes of what was, or may have been, a conversation: a bit for each."""


def event_code(kind: EventKind, outcome: Outcome | None) -> int:
    """A small integer for a kind of event with its outcome, to index the tables of counting rules."""
    return _CODES[kind, outcome]


@dataclass(frozen=True, slots=True)
class PastEvent:
    """A history entry made ready for counting.

    Attributes:
        groups: debts it counts for, grouped as Regulation F groups student loans; `None` = every debt.
        spoken: debts spoken of if it was, or may have been, a conversation; `None` = every debt, empty =
            no conversation.
        own: whether it was with the person of the file, not a spouse or another.
        for_another: it was on a line of this person, for somebody else who has the line.
    """

    at: int
    code: int
    groups: frozenset[str] | None
    spoken: frozenset[str] | None
    number: str | None
    own: bool
    entry: HistoryEntry
    for_another: bool = False


Make = Callable[[HistoryEntry, int], PastEvent]
"""An entry and its POSIX second, made ready."""


class Past:
    """What happened, in order of time. Put in order at once, each event made ready when first asked for.

    Attributes:
        times: POSIX second of each thing that happened, in order of time.
        codes: the codes of all that happened, a bit for each.
    """

    __slots__ = ("_days", "_entries", "_events", "_make", "codes", "times")

    def __init__(self, entries: tuple[HistoryEntry, ...], make: Make) -> None:
        times = [int(entry.at.timestamp()) for entry in entries]
        if any(map(gt, times, times[1:])):
            order = sorted(range(len(times)), key=lambda index: (times[index], entries[index].entry))
            entries = tuple(entries[index] for index in order)
            times = [times[index] for index in order]
        codes = 0
        for entry in entries:
            codes |= 1 << _CODES[entry.event, entry.outcome]
        self._make = make
        self._entries = entries
        self._events: list[PastEvent | None] = [None] * len(times)
        self._days: dict[str, list[int]] = {}
        self.times: list[int] = times
        self.codes = codes

    def with_entry(self, entry: HistoryEntry) -> "Past | None":
        """The same with one more thing that happened last; `None` if it was not the last."""
        at = int(entry.at.timestamp())
        if self.times and at < self.times[-1]:
            return None
        after = Past.__new__(Past)
        after._make = self._make
        after._entries = (*self._entries, entry)
        after._events = [*self._events, self._make(entry, at)]
        after.codes = self.codes | 1 << _CODES[entry.event, entry.outcome]
        after.times = [*self.times, at]
        after._days = {name: [*days, zone_days(name).day_of(at)] for name, days in self._days.items()}
        return after

    def event(self, index: int) -> PastEvent:
        """The thing that happened at an index of `times`."""
        event = self._events[index]
        if event is None:
            event = self._make(self._entries[index], self.times[index])
            self._events[index] = event
        return event

    def events(self, first: int, end: int) -> list[PastEvent]:
        """Events from one index up to, not including, another."""
        return [self._events[index] or self.event(index) for index in range(first, end)]

    def days(self, zone: ZoneDays) -> list[int]:
        """Local day of each event in a zone, in the order of `times`."""
        known = self._days.get(zone.name)
        if known is None:
            known = [zone.day_of(at) for at in self.times]
            self._days[zone.name] = known
        return known

    def since_day(self, zone: ZoneDays, day: int) -> int:
        """Index of the first event on or after a local day."""
        return bisect_left(self.days(zone), day)

    def since_time(self, at: int) -> int:
        """Index of the first event at or after a second."""
        return bisect_left(self.times, at)

    def until_time(self, at: int) -> int:
        """Number of events up to and including a second."""
        return bisect_right(self.times, at)
