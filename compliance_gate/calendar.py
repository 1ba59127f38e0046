"""Local days and local hours as POSIX seconds.

The law counts in the consumer's local calendar days, which are 23, 24 or 25 hours long. Everything here
turns a zone and a day into whole seconds once and remembers it, so that deciding a contact is integer
comparison and never arithmetic on datetimes.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from compliance_gate.book.texts import load_zone

EASTERNMOST = "Pacific/Kiritimati"
"""No local day begins earlier, so none is later at any instant."""

# Two local days are kept per zone and year at most a few thousand times; a bound, not a tuning.
_MOST_MIDNIGHTS = 4096
_MIDNIGHT = time(0)


class ZoneDays:
    """The local days of one zone. Days are proleptic Gregorian ordinals (`date.toordinal`)."""

    __slots__ = ("_day", "_from", "_midnights", "_until", "name", "zone")

    def __init__(self, name: str, zone: ZoneInfo) -> None:
        self.name = name
        self.zone = zone
        self._midnights: dict[int, int] = {}
        # The day last asked for: a floor asks for "today" again and again.
        self._day, self._from, self._until = 0, 0, 0

    def midnight(self, day: int) -> int:
        """First second of a local day (where midnight is skipped by a clock change, the first there is)."""
        known = self._midnights.get(day)
        if known is None:
            if len(self._midnights) >= _MOST_MIDNIGHTS:
                self._midnights.clear()
            # fold=0: the earlier of two midnights, and the instant of the jump when there is none.
            known = int(datetime.combine(date.fromordinal(day), _MIDNIGHT, self.zone).timestamp())
            self._midnights[day] = known
        return known

    def day_of(self, at: int) -> int:
        """Local day that holds a POSIX second."""
        if self._from <= at < self._until:
            return self._day
        day = datetime.fromtimestamp(at, self.zone).toordinal()
        self._day, self._from, self._until = day, self.midnight(day), self.midnight(day + 1)
        return day

    def wall_clock(self, day: int, second_of_day: int, *, latest: bool) -> int:
        """POSIX second at which the wall clock shows a time of day.

        Around a clock change a time exists twice or not at all; `latest` picks the later reading, so a
        caller can always take the one that permits less.
        """
        if second_of_day >= 86400:
            return self.midnight(day + 1)
        if second_of_day == 0 and not latest:
            return self.midnight(day)
        naive = datetime.combine(date.fromordinal(day), _MIDNIGHT) + timedelta(seconds=second_of_day)
        first = naive.replace(tzinfo=self.zone, fold=0).timestamp()
        second = naive.replace(tzinfo=self.zone, fold=1).timestamp()
        return int(max(first, second) if latest else min(first, second))

    def local(self, at: int) -> datetime:
        """The local wall clock at a POSIX second."""
        return datetime.fromtimestamp(at, self.zone)


@lru_cache(maxsize=1024)
def zone_days(name: str) -> ZoneDays:
    """The local days of a zone, made once.

    Raises:
        UnknownZoneError: the pinned zone data has no such zone.
    """
    return ZoneDays(name, load_zone(name))


def utc(at: int) -> datetime:
    """A POSIX second as an aware datetime."""
    return datetime.fromtimestamp(at, UTC)


def seconds_of(value: time) -> int:
    """Seconds since midnight of a wall-clock time."""
    return value.hour * 3600 + value.minute * 60 + value.second


@lru_cache(maxsize=4096)
def day_text(day: int) -> str:
    """A day as `2026-05-17`."""
    return date.fromordinal(day).isoformat()
