"""`judge` one call, or `audit` every call on a person's file with what was known at the time."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from compliance_gate.auditor import federal, requests
from compliance_gate.auditor.facts import AuditedContact, AuditedPerson, Judgement, Proposal, Reason
from compliance_gate.auditor.house import HouseLimits, house
from compliance_gate.auditor.question import CALLS, Question
from compliance_gate.auditor.recorded_voice import recorded_voice
from compliance_gate.auditor.states import states

NEVER_DIALED_TO_COLLECT = frozenset({"reference", "relative"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the law is read.

    Attributes:
        literal: Regulation F as written (08:00:00 is lawful) instead of the statute's open interval.
        max_ring_s: seconds of ringing that must fit before the window closes.
        house: the house's own limits, or `None` to judge by law alone.
    """

    literal: bool = False
    max_ring_s: float = 0.0
    house: HouseLimits | None = HouseLimits()  # noqa: RUF009 (frozen, without arguments)


STANDARD = Reading()


def judge(person: AuditedPerson, proposal: Proposal, reading: Reading = STANDARD) -> Judgement:
    """Whether a call would be lawful, with every reason against it."""
    question = Question(person=person, proposal=proposal)
    return Judgement(reasons=tuple(_reasons(question, reading)))


def _reasons(question: Question, reading: Reading) -> Iterator[Reason]:
    yield from federal.suppressions(question)
    if question.person.role not in federal.OUTSIDE_THE_LIMITS:
        yield from federal.known_place(question)
        yield from federal.hours(question, max_ring_s=reading.max_ring_s, literal=reading.literal)
        yield from federal.seven_calls(question)
        yield from federal.pause_after_conversation(question)
        yield from federal.third_parties(question)
        yield from requests.inconvenient_times(question, max_ring_s=reading.max_ring_s)
        yield from requests.opt_outs(question)
        yield from requests.silence(question)
        yield from requests.places(question)
        yield from states(question)
    yield from recorded_voice(question)
    yield from _number_on_file(question)
    if reading.house is not None:
        yield from house(question, reading.house)


def _number_on_file(question: Question) -> Iterator[Reason]:
    number = question.number
    if number is None:
        yield Reason(
            rule="number-not-on-file",
            citation="house policy: a number is attached to a person, with its source, before it is dialed",
            found=f"{question.proposal.number} is not on {question.person.person}'s file",
        )
    elif number.role in NEVER_DIALED_TO_COLLECT and question.proposal.purpose == "collection":
        yield Reason(
            rule="reference-number",
            citation="12 CFR 1006.6(d)(1); house policy",
            found=f"the number is a {number.role}'s",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedAttempt:
    """One outbound call on file and what the auditor says of it."""

    contact: AuditedContact
    judgement: Judgement


def audit(person: AuditedPerson, reading: Reading = STANDARD) -> tuple[AuditedAttempt, ...]:
    """Every call placed to a person, judged with what had happened and been asked before it."""
    attempts: list[AuditedAttempt] = []
    for contact in sorted(person.contacts, key=lambda c: c.at):
        if contact.inbound or contact.medium not in CALLS:
            continue
        proposal = Proposal(
            at=contact.at,
            number=contact.number or "",
            debts=contact.debts,
            recorded=contact.recorded,
            purpose=contact.purpose,
        )
        before = replace(person, contacts=tuple(c for c in person.contacts if c.at < contact.at))
        attempts.append(AuditedAttempt(contact=contact, judgement=judge(before, proposal, reading)))
    return tuple(attempts)
