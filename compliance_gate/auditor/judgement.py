"""`judge` one call, or `audit` every call on a person's file with what was known at the time."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from compliance_gate.auditor import federal, requests
from compliance_gate.auditor.collecting import AuditedCollector, licences, taping
from compliance_gate.auditor.facts import AuditedContact, AuditedPerson, Judgement, Proposal, Reason
from compliance_gate.auditor.house import HouseLimits, house
from compliance_gate.auditor.lines import ofcom
from compliance_gate.auditor.places import patient_room
from compliance_gate.auditor.question import CALLS, Question
from compliance_gate.auditor.recorded_voice import recorded_voice
from compliance_gate.auditor.states import states


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the law is read.

    Attributes:
        literal: Regulation F as written (08:00:00 is lawful) instead of the statute's open interval.
        max_ring_s: seconds of ringing that must fit before the window closes.
        house: the house's own limits, or `None` to judge by law alone.
        collector: who calls, to judge licences and recording too; `None` leaves them out.
    """

    literal: bool = False
    max_ring_s: float = 0.0
    house: HouseLimits | None = HouseLimits()  # noqa: RUF009 (frozen, without arguments)
    collector: AuditedCollector | None = None


STANDARD = Reading()


def judge(person: AuditedPerson, proposal: Proposal, reading: Reading = STANDARD) -> Judgement:
    """Whether a call would be lawful, with every reason against it."""
    question = Question(person=person, proposal=proposal)
    return Judgement(reasons=tuple(_reasons(question, reading)))


def _reasons(question: Question, reading: Reading) -> Iterator[Reason]:
    if question.person.role not in federal.OUTSIDE_THE_LIMITS:
        # A person whose country is not known is protected as one who lives here.
        if "US" in question.person.countries or not question.person.countries:
            yield from _united_states(question, reading)
        if "GB" in question.person.countries:
            yield from ofcom(question)
        yield from requests.inconvenient_times(question, max_ring_s=reading.max_ring_s)
        yield from requests.silence(question)
        yield from requests.places(question)
        yield from federal.third_parties(question)
        if reading.house is not None:
            yield from house(question, reading.house, max_ring_s=reading.max_ring_s)
    if reading.collector is not None:
        yield from licences(question, reading.collector)
        yield from taping(question, reading.collector)
    yield from requests.opt_outs(question)  # 1006.14(h) protects any person, an attorney too
    yield from recorded_voice(question)


def _united_states(question: Question, reading: Reading) -> Iterator[Reason]:
    yield from federal.bankruptcy(question)
    yield from federal.known_place(question)
    yield from federal.hours(question, max_ring_s=reading.max_ring_s, literal=reading.literal)
    yield from federal.seven_calls(question)
    yield from federal.pause_after_conversation(question)
    yield from patient_room(question)
    yield from states(question)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedAttempt:
    """One outbound call on file and what the auditor says of it."""

    contact: AuditedContact
    judgement: Judgement


def audit(person: AuditedPerson, reading: Reading = STANDARD) -> tuple[AuditedAttempt, ...]:
    """Every call placed to a person, judged with what had happened and been asked before it.

    Of two in one instant the second, as they are told, is judged by the first; one to another who has the
    line may have been first.
    """
    attempts: list[AuditedAttempt] = []
    ordered = sorted(person.contacts, key=lambda c: c.at)
    for place, contact in enumerate(ordered):
        if contact.inbound or contact.medium not in CALLS:
            continue
        proposal = Proposal(
            at=contact.at,
            number=contact.number or "",
            debts=contact.debts,
            recorded=contact.recorded,
            purpose=contact.purpose,
        )
        before = replace(
            person,
            contacts=tuple(ordered[:place]),
            line_contacts=tuple(c for c in person.line_contacts if c.at <= contact.at),
        )
        attempts.append(AuditedAttempt(contact=contact, judgement=judge(before, proposal, reading)))
    return tuple(attempts)
