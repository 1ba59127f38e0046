"""Which telephone a consent is for, and until when it stands: what several kinds of rule ask of it."""

from datetime import datetime

from compliance_gate.asking.question import Question
from compliance_gate.request import Consent


def is_for_number(question: Question, consent: Consent) -> bool:
    """Whether a consent is for the number that would be used.

    One that names no number is so only where the person has but one: of several it is not known which was
    meant (47 CFR 64.1200(c)(2)(ii), (f)(9) want the number in the consent itself).
    """
    if consent.number is None:
        return question.proposed.number is None or len(question.person.file.numbers) == 1
    return consent.number == question.proposed.number


def has_ended(taken_back: datetime | None, second: int) -> bool:
    """Whether what lets a contact go was taken back by a second: the second in which it was is over already.

    A rule is asked of whole seconds. What was given counts from the first one after it.
    """
    return taken_back is not None and int(taken_back.timestamp()) <= second
