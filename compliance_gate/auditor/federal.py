"""Regulation F and the FDCPA, read for telephone calls of a third-party debt collector.

Source: 12 CFR 1006 with Supplement I (eCFR, 2025-12-08); 15 USC 1692c.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from compliance_gate.auditor.facts import AuditedConsent, AuditedContact, AuditedSuppression, Medium, Reason
from compliance_gate.auditor.question import (
    CALLS,
    NOT_CONNECTED,
    Question,
    consents_in_force,
    day_after,
    is_for_the_number,
    local_day,
    was_conversation,
    was_had,
    zone_rules,
)

OWES_OR_ANSWERS_FOR_IT = frozenset(
    {"consumer", "joint_debtor", "guarantor", "spouse", "guardian", "parent_of_minor", "executor",
     "administrator_of_estate", "successor_in_interest"}
)  # fmt: skip
"""1006.6(a): "consumer" takes in spouse, parent of a minor, guardian, executor or administrator, and (5) a
confirmed successor in interest.
"""
CALL_CONSENTS = frozenset({"call", "call_back"})
EIGHT, NINE = time(8), time(21)


def known_place(question: Question) -> Iterator[Reason]:
    """No hour is convenient in every place of the world (comment 6(b)(1)(i)-2)."""
    if question.person.may_be_anywhere:
        yield Reason(
            rule="place-unknown",
            citation="12 CFR 1006.6(b)(1)(i), comment 6(b)(1)(i)-2",
            found="something on file may lie anywhere in the world",
        )


def hours(question: Question, *, max_ring_s: float, literal: bool) -> Iterator[Reason]:
    """Convenient is after eight and before nine where the person is, in every place they may be.

    The statute's interval is open (15 USC 1692c(a)(1)); `literal` reads the regulation, by which both
    instants themselves are lawful. The telephone must have stopped ringing by then.
    """
    for zone in question.zones:
        wrong = first_inconvenient(question, zone, max_ring_s=max_ring_s, literal=literal)
        if wrong is not None:
            yield Reason(
                rule="hours",
                citation="12 CFR 1006.6(b)(1)(i); 15 USC 1692c(a)(1)",
                found=f"{wrong:%H:%M:%S} in {zone}",
            )


def first_inconvenient(
    question: Question, zone: str, *, max_ring_s: float, literal: bool = False
) -> datetime | None:
    """First second of ringing that is neither in the usual hours nor in hours the person agreed to."""
    for second in range(int(max_ring_s) + 1):
        # Added on the UTC line: adding to local wall time is wrong in the hour that the clocks change.
        local = (question.at + timedelta(seconds=second)).astimezone(question.local(zone).tzinfo)
        clock = local.time()
        usual = EIGHT <= clock <= NINE if literal else EIGHT < clock < NINE
        if not usual and not _hours_agreed(question, clock):
            return local
    return None


def _hours_agreed(question: Question, clock: time) -> bool:
    """1006.6(b)(4)(i): the person's own consent, given directly to this collector, to these hours."""
    for consent in consents_in_force(question, "time_window"):
        for_number = is_for_the_number(question, consent)
        if not consent.to_collector or not for_number or consent.hours is None:
            continue
        if consent.hours[0] <= clock < consent.hours[1]:
            return True
    return False


def consented(question: Question, contact: AuditedContact, debt: str, zone: str) -> bool:
    """Whether a call on `debt` is excluded by consent, 1006.14(b)(3)(i) and its comments 1-3.

    Given directly to this collector; the day of the consent is day one of at most seven; a shorter period if
    the person named one; over when it is withdrawn or when a conversation on that debt takes place.
    """
    for consent in _consents_to_calls(question):
        if (
            consent.at <= contact.at
            and (consent.withdrawn_at is None or contact.at < consent.withdrawn_at)
            and not _revoked(question, consent, contact)
            and (consent.number is None or consent.number == contact.number)
            and _is_for(question, consent, debt)
            and _on_a_day_agreed(consent, contact.at, zone)
            and not _spoken_between(question, debt, consent.at, contact.at)
        ):
            return True
    return False


def _consents_to_calls(question: Question) -> Iterator[AuditedConsent]:
    """Consents given directly to this collector; asking to be called back is one (comment 14(b)(3)(i)-1)."""
    for consent in question.person.consents:
        if consent.scope in CALL_CONSENTS and consent.to_collector:
            yield consent
    for asked in question.person.requests:
        if asked.kind != "callback_request" or asked.at > question.at:
            continue
        yield AuditedConsent(
            at=asked.at,
            scope="call_back",
            debts=asked.debts,
            number=asked.number,
            withdrawn_at=asked.withdrawn_at,
        )


def _revoked(question: Question, consent: AuditedConsent, contact: AuditedContact) -> bool:
    return any(
        question.is_after(request, consent) and question.was_made(request, contact.at)
        for request in question.requests_in_force("revoke_consent")
    )


def _is_for(question: Question, consent: AuditedConsent, debt: str) -> bool:
    """A consent of which the debt is not known is for a debt only if the person has but one."""
    if consent.debts is None:
        return {question.particular(owed.debt) for owed in question.person.debts} == {debt}
    return debt in {question.particular(named) for named in consent.debts}


def _on_a_day_agreed(consent: AuditedConsent, at: datetime, zone: str) -> bool:
    given, day = local_day(consent.at, zone), local_day(at, zone)
    if consent.only_on is not None and day != consent.only_on:
        return False
    if consent.first_day is not None and day < consent.first_day:
        return False
    if consent.last_day is not None and day > consent.last_day:
        return False
    clock = at.astimezone(zone_rules(zone)).time()
    if consent.hours is not None and not consent.hours[0] <= clock < consent.hours[1]:
        return False
    return given <= day <= day_after(given, 6)


def _spoken_between(question: Question, debt: str, since: datetime, until: datetime) -> bool:
    return any(
        since < contact.at < until and was_conversation(contact) and _spoke_of(question, contact, debt)
        for contact in question.earlier()
    )


def _spoke_of(question: Question, contact: AuditedContact, debt: str) -> bool:
    debts = contact.spoken_debts if contact.spoken_debts is not None else contact.debts
    return debts is None or debt in {question.particular(d) for d in debts}


def _proposed_as_contact(question: Question) -> AuditedContact:
    return AuditedContact(at=question.at, number=question.proposal.number, debts=question.proposal.debts)


def seven_calls(question: Question) -> Iterator[Reason]:
    """1006.14(b)(2)(i)(A): more than seven calls on a particular debt within seven consecutive days.

    Day one is the day of a call, so the seven days that end today began six days ago. Not counted: calls by
    consent, calls that were not connected, calls to a number since found to be someone else's.
    """
    for zone in question.zones:
        for debt in sorted(question.particular_debts()):
            if consented(question, _proposed_as_contact(question), debt, zone):
                continue
            counted = [c for c in question.earlier() if _counts(question, c, debt, zone)]
            if len(counted) >= 7:
                yield Reason(
                    rule="seven-calls",
                    citation="12 CFR 1006.14(b)(2)(i)(A); comments 14(b)(2)(i)-1, 14(b)(3), 14(b)(4)",
                    found=f"{len(counted)} calls on {debt} in the seven days in {zone}",
                )


def _counts(question: Question, contact: AuditedContact, debt: str, zone: str) -> bool:
    return (
        contact.medium in CALLS
        and not contact.inbound
        and contact.outcome not in NOT_CONNECTED
        and contact.number not in question.wrong_numbers()
        and 0 <= question.days_ago(contact.at, zone) <= 6
        and (contact.debts is None or debt in {question.particular(d) for d in contact.debts})
        and not consented(question, contact, debt, zone)
    )


def pause_after_conversation(question: Question) -> Iterator[Reason]:
    """1006.14(b)(2)(i)(B): no call within seven consecutive days of a conversation on the debt, that
    day included.
    """
    for zone in question.zones:
        for debt in sorted(question.particular_debts()):
            if consented(question, _proposed_as_contact(question), debt, zone):
                continue
            for contact in question.earlier():
                if (
                    was_had(contact)
                    and contact.number not in question.wrong_numbers()
                    and _spoke_of(question, contact, debt)
                    and 0 <= question.days_ago(contact.at, zone) <= 6
                ):
                    yield Reason(
                        rule="pause-after-conversation",
                        citation="12 CFR 1006.14(b)(2)(i)(B); comments 14(b)(2)(i)-1.ii, 14(b)(4)-2",
                        found=f"conversation on {debt} on {local_day(contact.at, zone)} in {zone}",
                    )


def third_parties(question: Question) -> Iterator[Reason]:
    """1006.6(d) and 1006.10(c): others may be asked only where the person is, and communicated with once."""
    strangers = sorted(question.roles() - OWES_OR_ANSWERS_FOR_IT - OUTSIDE_THE_LIMITS)
    if not strangers:
        return
    role = strangers[0]
    if any(consent.to_collector for consent in consents_in_force(question, "third_party")):
        return  # 1006.6(d)(1): with the consumer's own consent, given directly
    if question.proposal.purpose != "location_information":
        yield Reason(
            rule="third-party",
            citation="12 CFR 1006.6(d)(1)",
            found=f"{role} may not be told of the debt",
        )
        return
    asked_for = [consent.at for consent in consents_in_force(question, "location_repeat")]
    asked_for += [request.at for request in question.requests_in_force("callback_request")]
    for contact in question.earlier():
        if _was_communicated(contact) and not any(contact.at <= at for at in asked_for):
            yield Reason(
                rule="location-once",
                citation="12 CFR 1006.10(c)",
                found=f"already reached by {contact.medium.value} on {contact.at.isoformat()}",
            )


def _was_communicated(contact: AuditedContact) -> bool:
    """1006.2(d): through any medium. A call nobody took, or a limited-content message, is an attempt, (b)."""
    if contact.medium is Medium.CALL:
        return was_conversation(contact) or contact.outcome in {"voicemail_left", "prerecorded_delivered"}
    return not contact.inbound


OUTSIDE_THE_LIMITS = frozenset(
    {"consumer_attorney", "creditor", "creditor_attorney", "collector_attorney", "consumer_reporting_agency"}
)
"""1006.14(b)(3)(iii) with 1006.6(d)(1)(ii)-(vi): calls to these are outside the limits."""


def bankruptcy(question: Question) -> Iterator[Reason]:
    """11 USC 362(a)(6), 524(a)(2): no act to collect while the stay or the discharge protects the person."""
    for hold in holds_in_force(question):
        if hold.kind == "bankruptcy":
            yield Reason(
                rule="bankruptcy",
                citation="11 USC 362(a)(6), 524(a)(2)",
                found=f"{hold.kind} since {hold.since.isoformat()}",
            )


def holds_in_force(question: Question) -> Iterator[AuditedSuppression]:
    """Holds on the person, or on one of the debts proposed, that last at the time of the call."""
    for hold in question.person.suppressions:
        ended = hold.until is not None and hold.until <= question.at
        if hold.since <= question.at and not ended and question.touches(hold.debts):
            yield hold
