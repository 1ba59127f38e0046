"""How long a lead rests after an attempt, before it may be fetched again. A campaign may set its own times.

These are manners and list economy, not law: the gate is asked again at the next launch whatever stands here.
"""

from collections.abc import Mapping

from dialer.domain.attempt import Outcome
from dialer.domain.commands import NumberStatus

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


def number_after(outcome: Outcome) -> NumberStatus | None:
    """What the telephone system's word on an attempt says of the number itself; None = nothing."""
    return NumberStatus.INVALID if outcome is Outcome.INVALID_NUMBER else None


def makes_a_pass(outcome: Outcome) -> bool:
    """Whether an attempt with this outcome was one of the lead's turns: nobody's telephone rang if not."""
    return outcome is not Outcome.NOT_ATTEMPTED
