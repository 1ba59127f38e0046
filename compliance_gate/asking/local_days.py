"""The local days in the zones where people may be, worked out once for everybody who may be there."""

from functools import lru_cache

from compliance_gate.calendar import ZoneDays, zone_days

# Days kept per set of zones; a bound, not a tuning. A zone has one new day a day.
_MOST_DAYS = 1024
_EVER = 2**62


class LocalDays:
    """A local day in each of some zones.

    The same object stands for the same days of the same zones, so that what follows from them is found by
    identity.

    Attributes:
        zones: zones where somebody may be.
        today: local day in each of `zones`, same order.
        first, last: the seconds in which these are the days, both included.
    """

    __slots__ = ("_starts", "first", "last", "today", "zones")

    def __init__(self, zones: tuple[ZoneDays, ...], today: tuple[int, ...]) -> None:
        self.zones = zones
        self.today = today
        pairs = tuple(zip(zones, today, strict=True))
        self.first = max((zone.midnight(day) for zone, day in pairs), default=-_EVER)
        self.last = min((zone.midnight(day + 1) - 1 for zone, day in pairs), default=_EVER)
        self._starts: dict[int, int] = {}

    def since(self, days: int) -> int | None:
        """First second of the last so many local days, today included, in whichever zone they begin first;
        `None` where no zone is known."""
        known = self._starts.get(days)
        if known is None and self.zones:
            pairs = zip(self.zones, self.today, strict=True)
            known = self._starts[days] = min([zone.midnight(today - days + 1) for zone, today in pairs])
        return known


class ZoneGroup:
    """Zones taken together, with the local days that were asked for last."""

    __slots__ = ("_days", "_latest", "zones")

    def __init__(self, zones: tuple[ZoneDays, ...]) -> None:
        self.zones = zones
        self._days: dict[tuple[int, ...], LocalDays] = {}
        self._latest: LocalDays | None = None

    def days(self, at: int) -> LocalDays:
        """The local days that hold a POSIX second."""
        latest = self._latest
        if latest is not None and latest.first <= at <= latest.last:
            return latest
        today = tuple([zone.day_of(at) for zone in self.zones])
        known = self._days.get(today)
        if known is None:
            if len(self._days) >= _MOST_DAYS:
                self._days.clear()
            known = self._days[today] = LocalDays(self.zones, today)
        self._latest = known
        return known


@lru_cache(maxsize=4096)
def zone_group(names: frozenset[str]) -> ZoneGroup:
    """The same group for the same names."""
    return ZoneGroup(tuple(zone_days(name) for name in sorted(names)))
