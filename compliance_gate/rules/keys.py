"""What a count or pause is kept per: a debt, an account, a number, a person, a household."""

from enum import StrEnum

from compliance_gate.prepared import PastEvent
from compliance_gate.question import Question


class Key(StrEnum):
    """The thing that a limit belongs to.

    `debt` groups student loans as Regulation F does; `account` does not; `household` adds calls to a
    spouse and others reached through this person's file.
    """

    DEBT = "debt"
    ACCOUNT = "account"
    NUMBER = "number"
    PERSON = "person"
    HOUSEHOLD = "household"


def subjects(key: Key, question: Question) -> tuple[str, ...]:
    """The things the proposed contact would count for."""
    if key is Key.DEBT:
        return question.groups or ("any debt",)
    if key is Key.ACCOUNT:
        debts = question.proposed.debts or tuple(debt.debt for debt in question.person.file.debts)
        return debts or ("any debt",)
    if key is Key.NUMBER:
        return (question.proposed.number or "any number",)
    return (question.person.file.person,)


def belongs(key: Key, subject: str, event: PastEvent) -> bool:
    """Whether an event counts for a subject. An event whose debt or number is not known counts for all."""
    if not event.own and key is not Key.HOUSEHOLD:
        return False
    if key is Key.DEBT:
        return event.groups is None or subject in event.groups or subject == "any debt"
    if key is Key.ACCOUNT:
        return event.accounts is None or subject in event.accounts or subject == "any debt"
    if key is Key.NUMBER:
        return event.number is None or subject in (event.number, "any number")
    return True
