"""How long a lead rests after an attempt, before it may be fetched again. A campaign may set its own times.

These are manners and list economy, not law: the gate is asked again at the next launch whatever stands here.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from dialer.domain.attempt import Outcome
from dialer.domain.commands import NumberStatus
from dialer.domain.record import instant
from dialer.domain.valid import CENTURY_ENDS

REST_S: dict[Outcome, float] = {
    Outcome.CONNECTED: 24 * 3600.0,
    Outcome.ABANDONED: 24 * 3600.0,
    Outcome.OVERFLOWED: 24 * 3600.0,
    Outcome.HUNG_UP_WAITING: 4 * 3600.0,
    Outcome.MACHINE: 4 * 3600.0,
    Outcome.NO_ANSWER: 3 * 3600.0,
    Outcome.BUSY: 15 * 60.0,
    Outcome.REJECTED: 24 * 3600.0,
    Outcome.BLOCKED: 24 * 3600.0,
    Outcome.UNWANTED: 7 * 24 * 3600.0,
    Outcome.INVALID_NUMBER: 60.0,
    Outcome.CONGESTION: 5 * 60.0,
    Outcome.CARRIER_FAILURE: 5 * 60.0,
    Outcome.CANCELLED: 30 * 60.0,
    Outcome.NOT_ATTEMPTED: 60.0,
    Outcome.UNKNOWN: 4 * 3600.0,
}
"""Seconds. Invalid: the next number of the lead may be tried soon; the bad one is no target any more."""


def rest_after(rest_s: Mapping[str, float], outcome: Outcome) -> float:
    """Seconds of rest after `outcome`, where a campaign's own times are `rest_s`, by the outcome's name."""
    return rest_s.get(outcome.value, REST_S[outcome])


def rests_until(due_at: float, grace_days: int | None, zones: Sequence[str]) -> float:
    """POSIX seconds until which nobody is called about money that was promised.

    Args:
        due_at: of what is to come first.
        grace_days: on which it still counts; None = nobody says, and the account rests until it is due.
        zones: where the person may be; () = not known, then by UTC.

    Returns:
        the first instant at which the last day on which it counts is over wherever they may be: the day by
        which the promise is judged.
    """
    if grace_days is None:
        return due_at
    days = [instant(due_at).astimezone(ZoneInfo(zone)).date() for zone in zones] or [instant(due_at).date()]
    over = max(days) + timedelta(days=grace_days + 1)
    ends = (datetime.combine(over, time(0), tzinfo=ZoneInfo(zone)) for zone in zones or ("UTC",))
    return min(max(end.timestamp() for end in ends), CENTURY_ENDS)


def number_after(outcome: Outcome) -> NumberStatus | None:
    """What the telephone system's word on an attempt says of the number itself; None = nothing."""
    return NumberStatus.INVALID if outcome is Outcome.INVALID_NUMBER else None


def makes_a_pass(outcome: Outcome) -> bool:
    """Whether an attempt with this outcome was one of the lead's turns: nobody's telephone rang if not."""
    return outcome is not Outcome.NOT_ATTEMPTED
