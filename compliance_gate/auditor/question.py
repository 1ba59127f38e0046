"""One proposed call, with what was known at that instant and in which zones it must be judged."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from compliance_gate.auditor.facts import (
    AuditedConsent,
    AuditedContact,
    AuditedNumber,
    AuditedPerson,
    AuditedRequest,
    Medium,
    Proposal,
)

NOT_CONNECTED = frozenset({"busy", "not_in_service", "no_connection"})
"""Comment 14(b)(3)(ii)-1: not connected to the dialed number, so no call was placed to the person."""
ANYWHERE = (
    "Pacific/Guam", "Pacific/Honolulu", "Pacific/Pago_Pago", "America/Adak", "America/Anchorage",
    "America/Los_Angeles", "America/Phoenix", "America/Denver", "America/Chicago", "America/New_York",
    "America/Puerto_Rico",
)  # fmt: skip
"""One zone for each clock of the United States with their territories."""
CALLS = frozenset({Medium.CALL, Medium.VOICEMAIL_WITHOUT_RINGING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A proposal about a person. Everything here is looked up afresh; nothing is remembered."""

    person: AuditedPerson
    proposal: Proposal

    @property
    def at(self) -> datetime:
        """The instant of the call."""
        return self.proposal.at

    @property
    def zones(self) -> tuple[str, ...]:
        """Every zone the person may be in.

        A number or address whose zone was not found out may be anywhere in the United States, and is taken to
        be everywhere there; so is a person of whom nothing tells a place.
        """
        known = [*self.person.address_zones, *(n.zones for n in self.person.numbers)]
        found = {zone for zones in known for zone in (ANYWHERE if zones is None else zones)}
        return tuple(sorted(found or ANYWHERE))

    @property
    def number(self) -> AuditedNumber | None:
        """The file's record of the number dialed."""
        return next((n for n in self.person.numbers if n.number == self.proposal.number), None)

    def local(self, zone: str) -> datetime:
        """The instant on the person's wall clock."""
        return self.at.astimezone(zone_rules(zone))

    def days_ago(self, at: datetime, zone: str) -> int:
        """Local calendar days between `at` and the call."""
        return (self.local(zone).date() - local_day(at, zone)).days

    def on_the_line(self) -> Iterator[AuditedContact]:
        """What happened before the call on the number that would be called, whoever of those who have it was
        meant; a contact of which the number is not known may have been on it.
        """
        for contact in (*self.person.contacts, *self.person.line_contacts):
            if contact.at <= self.at and contact.number in {None, self.proposal.number}:
                yield contact

    def particular_debts(self) -> frozenset[str]:
        """The debts proposed, each as the particular debt it belongs to."""
        named = self.proposal.debts
        return frozenset(
            self.particular(debt) for debt in (named if named is not None else self._every_debt())
        )

    def _every_debt(self) -> tuple[str, ...]:
        return tuple(debt.debt for debt in self.person.debts)

    def particular(self, name: str) -> str:
        """1006.14(b)(4): student loans under one account number were one debt when they were obtained."""
        for debt in self.person.debts:
            if debt.debt == name and debt.is_student_loan and debt.servicer_account:
                return f"student loans {debt.servicer_account}"
        return name

    def roles(self) -> frozenset[str]:
        """Who the person is to the debts proposed: to each debt as the file says, else as the person's
        file.
        """
        named = self.proposal.debts
        to_debts = {
            debt.role
            for debt in self.person.debts
            if debt.role is not None and (named is None or debt.debt in named)
        }
        return frozenset({self.person.role} | to_debts)

    def touches(self, debts: tuple[str, ...] | None) -> bool:
        """Whether something said of `debts` bears on this call; not said of which means of all."""
        if debts is None:
            return True
        return bool(self.particular_debts() & {self.particular(debt) for debt in debts})

    def earlier(self) -> Iterator[AuditedContact]:
        """What had happened with the person by the call."""
        for contact in self.with_the_household():
            if contact.reached is None:
                yield contact

    def with_the_household(self) -> Iterator[AuditedContact]:
        """What had happened by the call, its own second included, with the person or another of the
        household.
        """
        for contact in self.person.contacts:
            if contact.at <= self.at:
                yield contact

    def wrong_numbers(self) -> frozenset[str]:
        """Numbers known by now not to be the person's (comment 14(b)(2)(i)-3)."""
        return frozenset(r.number for r in self.requests_in_force("wrong_number_learned") if r.number)

    def requests_in_force(self, *kinds: str) -> Iterator[AuditedRequest]:
        """Requests of these kinds made before the call and not withdrawn.

        A letter had been made when it came, however late it was written down.
        """
        for request in self.person.requests:
            withdrawn = request.withdrawn_at is not None and request.withdrawn_at <= self.at
            made = request.at <= self.at or self.has_arrived(request)
            if request.kind in kinds and made and not withdrawn:
                yield request

    def has_arrived(self, request: AuditedRequest) -> bool:
        """Comment 6(c)(1)-1: complete on receipt, wherever that day begins first; without a day of receipt,
        when it was made.
        """
        return self.was_made(request, self.at)

    def was_made(self, request: AuditedRequest, at: datetime) -> bool:
        """Whether a request had been made by an instant, by texts that count from receipt."""
        received = request.received
        if received is None:
            return request.at <= at
        return any(local_day(at, zone) >= received for zone in self.zones)

    def is_after(self, request: AuditedRequest, consent: AuditedConsent) -> bool:
        """Whether a request came after a consent or with it; a letter comes on a day."""
        received = request.received
        if received is None:
            return consent.at <= request.at
        return any(local_day(consent.at, zone) <= received for zone in self.zones)


@cache
def zone_rules(zone: str) -> ZoneInfo:
    """The rules of a zone, read from the zone data once (`ZoneInfo` itself forgets all but eight)."""
    return ZoneInfo(zone)


def local_day(at: datetime, zone: str) -> date:
    """The calendar day of an instant where the person is."""
    return at.astimezone(zone_rules(zone)).date()


def was_had(contact: AuditedContact) -> bool:
    """A conversation that is over: after "having had" one (1006.14(b)(2)(i)(B)) calls pause, and D.C. has no
    "calling back" before. What joins a talk is a part of it.
    """
    return was_conversation(contact) and not contact.goes_on


def was_conversation(contact: AuditedContact) -> bool:
    """A telephone conversation, whoever began it. What came of the call not being known, it may have
    been one.
    """
    return contact.medium is Medium.CALL and contact.outcome in {"conversation", None}


def day_after(day: date, days: int) -> date:
    """The calendar day `days` later."""
    return day + timedelta(days=days)


def call_back_is_owed(question: Question) -> bool:
    """Whether the person asked to be called back within the last seven days and was not spoken to since."""
    return any(
        not any(was_conversation(c) and c.at > request.at for c in question.earlier())
        and all(0 <= question.days_ago(request.at, zone) <= 6 for zone in question.zones)
        and request.number in {None, question.proposal.number}
        for request in question.requests_in_force("callback_request")
    )


def is_for_the_number(question: Question, consent: AuditedConsent) -> bool:
    """A consent of which the number is not known is for the number only if the person has but one."""
    if consent.number is None:
        return len(question.person.numbers) == 1
    return consent.number == question.proposal.number


def consents_in_force(question: Question, *scopes: str) -> Iterator[AuditedConsent]:
    """Consents of these scopes given before the call and not withdrawn, nor taken back with every other."""
    for consent in question.person.consents:
        withdrawn = consent.withdrawn_at is not None and consent.withdrawn_at <= question.at
        given = consent.scope in scopes and consent.at <= question.at
        if given and not withdrawn and not _is_taken_back(question, consent):
            yield consent


def _is_taken_back(question: Question, consent: AuditedConsent) -> bool:
    return any(
        question.is_after(request, consent)
        and question.has_arrived(request)
        and (request.number is None or consent.number in {None, request.number})
        and (not request.debts or not consent.debts or not set(request.debts).isdisjoint(consent.debts))
        for request in question.requests_in_force("revoke_consent")
    )
