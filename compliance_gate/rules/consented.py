"""Which telephone a consent is for, and until when it stands: what several kinds of rule ask of it."""

from datetime import datetime

from compliance_gate.asking.question import Question
from compliance_gate.request import Consent
from compliance_gate.revocations import revocation


def is_for_number(question: Question, consent: Consent) -> bool:
    """Whether a consent is for the number that would be used.

    One that names no number is so only where the person has but one: of several it is not known which was
    meant (47 CFR 64.1200(c)(2)(ii), (f)(9) want the number in the consent itself).
    """
    if consent.number is None:
        return question.proposed.number is None or len(question.person.file.numbers) == 1
    return consent.number == question.proposed.number


def stands(question: Question, consent: Consent) -> bool:
    """Whether a consent is given by now, and was taken back neither by itself nor by a request."""
    return (
        has_begun(consent.at, question.at)
        and not has_ended(consent.revoked_at, question.at)
        and revocation(consent, question.person.requests, question.at, question.zones) is None
    )


def has_begun(given: datetime, second: int) -> bool:
    """Whether what lets a contact go was given before a second began: of its own, some was before it."""
    return given.timestamp() <= second


def has_ended(taken_back: datetime | None, second: int) -> bool:
    """Whether what lets a contact go was taken back by a second: the second in which it was is over already.

    A rule is asked of whole seconds.
    """
    return taken_back is not None and int(taken_back.timestamp()) <= second
