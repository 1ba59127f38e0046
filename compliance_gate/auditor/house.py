"""The house's own limits, which bind beside the law. Source: house policy.

At most seven attempts on a person in seven local days over all debts, two a day, three hours apart;
references and relatives are never called to collect; not two calls within five minutes (comment
14(b)(2)(i)-2.i names it as a pattern that defeats the safe count).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from compliance_gate.auditor.facts import Reason
from compliance_gate.auditor.question import CALLS, Question


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseLimits:
    """Limits per person, over all numbers and debts."""

    attempts_in_seven_days: int = 7
    attempts_a_day: int = 2
    between_attempts_s: float = 3 * 3600.0


def house(question: Question, limits: HouseLimits) -> Iterator[Reason]:
    """Every limit of the house that a call would pass."""
    attempts = [c for c in question.earlier() if c.medium in CALLS and not c.inbound]
    for zone in question.zones:
        week = sum(1 for c in attempts if 0 <= question.days_ago(c.at, zone) <= 6)
        today = sum(1 for c in attempts if question.days_ago(c.at, zone) == 0)
        if week >= limits.attempts_in_seven_days:
            yield _reason("house-seven-in-seven", f"{week} attempts in seven days in {zone}")
        if today >= limits.attempts_a_day:
            yield _reason("house-two-a-day", f"{today} attempts today in {zone}")
    for contact in attempts:
        if question.at - contact.at < timedelta(seconds=limits.between_attempts_s):
            yield _reason("house-three-hours-apart", f"attempt at {contact.at.isoformat()}")
            break


def _reason(rule: str, found: str) -> Reason:
    return Reason(rule=rule, citation="house policy", found=found)
