"""How one call is handled: as its clearance says, or as the campaign wants it where that is stricter.

A setting that is looser than the law or policy in force never takes effect; the floor refuses it before, and
says why.
"""

from compliance_gate.call_handling import CallHandling
from dialer.domain.campaign import CampaignSettings


def ring_s(settings: CampaignSettings, handling: CallHandling) -> float:
    """Seconds of ringing after which we give up."""
    shortest = handling.shortest_ring_s
    return settings.ring_s if shortest is None else max(settings.ring_s, shortest)


def answer_limit_s(settings: CampaignSettings, handling: CallHandling) -> float:
    """Seconds from the answer after which the telephone system acts when nobody was joined."""
    limit = handling.answer_limit_s
    return settings.answer_limit_s if limit is None else min(settings.answer_limit_s, limit)


def served_within_s(settings: CampaignSettings, handling: CallHandling) -> float:
    """Seconds from the answer within which a person must have somebody for the call not to be abandoned."""
    limit = handling.answer_limit_s
    within = settings.served_within_s
    if within is None:
        return answer_limit_s(settings, handling)
    return within if limit is None else min(within, limit)


def may_be_taken_back(handling: CallHandling, *, rung_s: float) -> bool:
    """Whether a call that has rung so long may be ended by us, for want of an agent to answer for it."""
    return handling.shortest_ring_s is None or rung_s >= handling.shortest_ring_s
