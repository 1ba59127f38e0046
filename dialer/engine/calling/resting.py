"""How long a lead rests after an attempt, before it may be fetched again. A campaign may set its own times.

These are manners and list economy, not law: the gate is asked again at the next launch whatever stands here.
"""

from dialer.domain.attempt import Outcome
from dialer.domain.campaign import CampaignSettings

REST_S: dict[Outcome, float] = {
    Outcome.CONNECTED: 24 * 3600.0,
    Outcome.ABANDONED: 24 * 3600.0,
    Outcome.OVERFLOWED: 24 * 3600.0,
    Outcome.HUNG_UP_WAITING: 4 * 3600.0,
    Outcome.MACHINE: 4 * 3600.0,
    Outcome.NO_ANSWER: 3 * 3600.0,
    Outcome.BUSY: 15 * 60.0,
    Outcome.REJECTED: 24 * 3600.0,
    Outcome.INVALID_NUMBER: 60.0,
    Outcome.CONGESTION: 5 * 60.0,
    Outcome.CARRIER_FAILURE: 5 * 60.0,
    Outcome.CANCELLED: 30 * 60.0,
    Outcome.NOT_ATTEMPTED: 60.0,
    Outcome.UNKNOWN: 4 * 3600.0,
}
"""Seconds. Invalid: the next number of the lead may be tried soon; the bad one is no target any more."""


def rest_after(settings: CampaignSettings, outcome: Outcome) -> float:
    """Seconds of rest after `outcome` in this campaign."""
    return settings.rest_s.get(outcome.value, REST_S[outcome])
