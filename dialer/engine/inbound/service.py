"""How people who call us are served today, by the number they dialed: what the floor sees while it happens.

The history answers the same from its records (`dialer.measures.inbound` has the definitions). A wait counts
when it is over: with an agent, by hanging up, or by hearing that nobody is free.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dialer.domain.campaign import CampaignSettings
from dialer.domain.record import instant
from dialer.engine.state import EngineState, InboundRow, ServiceRow

MOST_NUMBERS = 1000
"""Numbers of ours that are counted apart; callers of more are counted under '', not told."""

ROUNDING_S = 1e-6
"""Differences of instants carry rounding of this order; twenty seconds sharp is in time."""


def asked(state: EngineState, row: InboundRow, campaigns: Iterable[CampaignSettings], *, now: float) -> None:
    """They want an agent: the goal is that of the strictest campaign that takes the call."""
    goals = [(settings.inbound_answer_s, -settings.inbound_answer_share) for settings in campaigns]
    if not goals:
        return
    row.answer_within_s, share = min(goals)
    counts = _today(state, row.dialed, campaigns, now)
    counts.answer_within_s, counts.goal = row.answer_within_s, -share


def answered(state: EngineState, row: InboundRow, *, now: float) -> None:
    """An agent is there for the first time."""
    counts, waited = _counts(state, row, now), _waited(row, now)
    if counts is None or waited is None:
        return
    counts.answered += 1
    counts.answered_in_time += waited <= row.answer_within_s + ROUNDING_S
    counts.answered_wait_s += waited
    counts.longest_s = max(counts.longest_s, waited)


def gone(state: EngineState, row: InboundRow, *, now: float) -> None:
    """The channel is gone, and no agent ever was there."""
    counts, waited = _counts(state, row, now), _waited(row, now)
    if counts is None or waited is None or row.bridged_at is not None:
        return
    if row.asked_back_at is not None:
        counts.asked_back += 1
        return
    if row.is_unserved or row.is_dismissed:
        counts.unserved += 1
    else:
        counts.left += 1
    counts.longest_s = max(counts.longest_s, waited)


def _waited(row: InboundRow, now: float) -> float | None:
    until = row.bridged_at if row.bridged_at is not None else now
    return None if row.waited_since is None else max(until - row.waited_since, 0.0)


def _counts(state: EngineState, row: InboundRow, now: float) -> ServiceRow | None:
    """Today's counts; a wait that began the day before counts nowhere but in the history."""
    found = state.service.get(row.dialed, state.service.get(""))
    if found is None or row.waited_since is None or now >= found.day_ends:
        return None
    return found if row.waited_since >= found.day_begins else None


def _today(state: EngineState, dialed: str, campaigns: Iterable[CampaignSettings], now: float) -> ServiceRow:
    """The number's counts, begun anew when the day of its first campaign's zone has ended."""
    name = dialed if dialed in state.service or len(state.service) < MOST_NUMBERS else ""
    found = state.service.setdefault(name, ServiceRow())
    if now < found.day_ends:
        return found
    zone = ZoneInfo(min(campaigns, key=lambda settings: settings.campaign).time_zone)
    day = instant(now).astimezone(zone).date()
    begins, ends = (
        datetime.combine(one, datetime.min.time(), tzinfo=zone).timestamp()
        for one in (day, day + timedelta(days=1))
    )
    state.service[name] = fresh = ServiceRow(day_begins=begins, day_ends=ends)
    return fresh
