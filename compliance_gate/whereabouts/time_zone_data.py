"""Whether the time-zone rules in use are the ones in force.

`zoneinfo` prefers the host's files, which on a server a year old are wrong by an hour for British Columbia
and Alberta. Entry points call `zoneinfo.reset_tzpath(to=())` first, so that the pinned `tzdata` package is
used, and then ask here. The version belongs into the rulebook's hash.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# tz 2026a/b: British Columbia stays at UTC-7 for good after 1 November 2026; Alberta at UTC-6.
PROBES: tuple[tuple[str, datetime, timedelta], ...] = (
    ("America/Vancouver", datetime(2026, 11, 25, 20, tzinfo=UTC), timedelta(hours=-7)),
    ("America/Edmonton", datetime(2026, 11, 25, 20, tzinfo=UTC), timedelta(hours=-6)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeZoneData:
    """What zone rules are in use.

    Attributes:
        version: of the installed `tzdata` package (`2026.6`), or `None` when it is not installed.
        is_current: every probe answers as the law now stands.
        wrong: the probes that did not, in words.
    """

    version: str | None
    is_current: bool
    wrong: tuple[str, ...]


def probe_time_zone_data(
    probes: tuple[tuple[str, datetime, timedelta], ...] = PROBES,
) -> TimeZoneData:
    """Ask a few instants whose offset changed lately. A zone that is missing counts as wrong."""
    wrong: list[str] = []
    for zone, instant, expected in probes:
        try:
            found = instant.astimezone(ZoneInfo(zone)).utcoffset()
        except ZoneInfoNotFoundError:
            found = None
        if found != expected:
            wrong.append(
                f"{zone} on {instant.date().isoformat()}: UTC{_hours(found)}, not UTC{_hours(expected)}"
            )
    try:
        installed = version("tzdata")
    except PackageNotFoundError:
        installed = None
    return TimeZoneData(version=installed, is_current=not wrong and installed is not None, wrong=tuple(wrong))


def _hours(offset: timedelta | None) -> str:
    return " unknown" if offset is None else f"{offset.total_seconds() / 3600:+g}"
