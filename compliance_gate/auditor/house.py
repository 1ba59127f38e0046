"""The house's own policy, which binds beside the law. Source: `compliance_gate/law/house/defaults.yaml`,
by number.

It is read here from its text, as a collector would read it, not from the gate's understanding of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from compliance_gate.auditor.facts import AuditedContact, Reason
from compliance_gate.auditor.federal import first_inconvenient, holds_in_force
from compliance_gate.auditor.lines import house_lines
from compliance_gate.auditor.question import CALLS, Question, call_back_is_owed, was_conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseLimits:
    """Limits per person and household, over all numbers and debts (policy 1 to 5; 4 and 5 per number)."""

    attempts_in_seven_days: int = 7
    attempts_a_day: int = 2
    between_attempts_s: float = 3 * 3600.0
    between_calls_to_a_number_s: float = 300.0
    agent_after_abandoned_s: float = 72 * 3600.0


def house(question: Question, limits: HouseLimits, *, max_ring_s: float) -> Iterator[Reason]:
    """Everything in the house's policy that speaks against the call."""
    for zone in question.zones:
        wrong = first_inconvenient(question, zone, max_ring_s=max_ring_s)
        if wrong is not None:
            yield _reason("house-hours", f"{wrong:%H:%M:%S} in {zone}")
    attempts = list(_attempts(question))
    if not call_back_is_owed(question):
        yield from _too_many(question, attempts, limits)
    yield from house_lines(
        question,
        apart_s=limits.between_calls_to_a_number_s,
        agent_after_abandoned_s=limits.agent_after_abandoned_s,
    )
    yield from _after_abandoned(question, limits)
    yield from _persons_and_numbers(question)


def _attempts(question: Question) -> Iterator[AuditedContact]:
    for contact in question.with_the_household():
        if contact.medium in CALLS and not contact.inbound:
            yield contact


def _too_many(question: Question, attempts: list[AuditedContact], limits: HouseLimits) -> Iterator[Reason]:
    """Policy 1 to 3. Calls to a number found to be another's, and a call back that was asked for, are
    not counted. Attempts are kept apart, and not a talk from the other number that is called into it.
    """
    wrong = question.wrong_numbers()
    counted = [c for c in attempts if c.number not in wrong and not _was_asked_for(question, c)]
    for zone in question.zones:
        week = sum(1 for c in counted if 0 <= question.days_ago(c.at, zone) <= 6)
        today = sum(1 for c in counted if question.days_ago(c.at, zone) == 0)
        if week >= limits.attempts_in_seven_days:
            yield _reason("house-seven-in-seven", f"{week} attempts in seven days in {zone}")
        if today >= limits.attempts_a_day:
            yield _reason("house-two-a-day", f"{today} attempts today in {zone}")
    for contact in counted:
        since = question.at - contact.at
        if since < timedelta(seconds=limits.between_attempts_s) and not contact.goes_on:
            yield _reason("house-three-hours-apart", f"attempt at {contact.at.isoformat()}")
            break


def _was_asked_for(question: Question, contact: AuditedContact) -> bool:
    """The first conversation after a request to be called back."""
    if not was_conversation(contact) or contact.outcome is None:
        return False
    return any(
        request.at < contact.at
        and not any(
            was_conversation(c) and not c.inbound and request.at < c.at < contact.at
            for c in question.earlier()
        )
        for request in question.requests_in_force("callback_request")
    )


def _after_abandoned(question: Question, limits: HouseLimits) -> Iterator[Reason]:
    """Policy 5. What came of a call not being known, it may have been abandoned."""
    if question.proposal.agent_guaranteed:
        return
    for contact in _attempts(question):
        since = question.at - contact.at
        if contact.outcome in {"abandoned", None} and since < timedelta(
            seconds=limits.agent_after_abandoned_s
        ):
            yield _reason("house-after-abandoned", f"abandoned at {contact.at.isoformat()}")


def _persons_and_numbers(question: Question) -> Iterator[Reason]:
    """Policy 6 to 9; and a number is attached to a person, with its source, before it is dialed."""
    number = question.number
    if number is None:
        yield _reason("number-not-on-file", question.proposal.number)
    elif number.role in {"reference", "relative"} and not question.proposal.agent_guaranteed:
        yield _reason("house-numbers-of-others", f"the number is a {number.role}'s")
    if number is not None and number.on_own_list:
        yield _reason("house-do-not-call", number.number)
    if "minor" in question.roles():
        yield _reason("house-minors", "the parent or guardian is called instead")
    for hold in holds_in_force(question):
        yield _reason("house-holds", f"{hold.kind} since {hold.since.isoformat()}")


def _reason(rule: str, found: str) -> Reason:
    return Reason(rule=rule, citation="house policy", found=found)
