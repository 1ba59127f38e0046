"""Times of logs: seconds since 1970 are believed; local ones need the zone that somebody says."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from compliance_gate.valid import FIRST, LAST
from dialer.intake.values import BadValueError

_EPOCH = re.compile(r"\d{9,10}(\.\d+)?")
_LOCAL = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(:\d{2})?(\.\d+)?)")


def instant_of(text: str, zone: ZoneInfo | None) -> datetime:
    """The instant, UTC. Of an hour that comes twice, the later one: there a call binds longest.

    Raises:
        BadValueError: no instant, or a local one and nobody said of which zone.
    """
    try:
        if _EPOCH.fullmatch(text):
            at = datetime.fromtimestamp(float(text), UTC)
        elif _LOCAL.fullmatch(text):
            at = _local(text, zone)
        else:
            at = _with_offset(text)
    except OverflowError as error:  # the last or the first day of the calendar, which stands for none
        raise BadValueError("not an instant") from error
    if not FIRST <= at.date() < LAST:
        raise BadValueError(f"a day that is not between {FIRST.year} and {LAST.year}")
    return at


def _local(text: str, zone: ZoneInfo | None) -> datetime:
    if zone is None:
        raise BadValueError("a local time of nobody knows which zone: say it with --zone")
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone, fold=1).astimezone(UTC)
    except ValueError as error:
        raise BadValueError("not an instant") from error


def _with_offset(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadValueError("not an instant (use 2026-11-18T15:04-05:00)") from error
    if at.tzinfo is None:
        raise BadValueError("not an instant (use 2026-11-18T15:04-05:00)")
    return at.astimezone(UTC)
