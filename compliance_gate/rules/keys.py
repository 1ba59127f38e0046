"""What a count or pause is kept per: a debt, an account, a creditor, a line, a person, a household."""

from collections.abc import Callable, Mapping
from enum import StrEnum

from compliance_gate.asking.past import Past, PastEvent
from compliance_gate.asking.question import Question, was_covered
from compliance_gate.words import Outcome


class Key(StrEnum):
    """The thing that a limit belongs to.

    `debt` and `account` both take student loans under one servicer account number as one: Regulation F
    says so, and it is one account. `creditor` is all of a person's debts to one creditor; a debt whose
    creditor is not known may be anybody's. `line` is the telephone number, whoever was called on it: it is
    the one key that reaches beyond the person's own file. `household` adds calls to a spouse and others
    reached through this person's file.
    """

    DEBT = "debt"
    ACCOUNT = "account"
    CREDITOR = "creditor"
    LINE = "line"
    PERSON = "person"
    HOUSEHOLD = "household"


def subjects(key: Key, question: Question) -> tuple[str, ...]:
    """The things the proposed contact would count for."""
    return SUBJECTS[key](question)


def _groups(question: Question) -> tuple[str, ...]:
    return question.groups or ("any debt",)


def _creditors(question: Question) -> tuple[str, ...]:
    creditors = question.person.creditors_of(question.proposed.debts)
    return (_ANY_CREDITOR,) if creditors is None else tuple(sorted(creditors))


def _line(question: Question) -> tuple[str, ...]:
    return (question.proposed.number or "any number",)


def _person(question: Question) -> tuple[str, ...]:
    return (question.person.file.person,)


SUBJECTS: Mapping[Key, Callable[[Question], tuple[str, ...]]] = {
    Key.DEBT: _groups,
    Key.ACCOUNT: _groups,
    Key.CREDITOR: _creditors,
    Key.LINE: _line,
    Key.PERSON: _person,
    Key.HOUSEHOLD: _person,
}


def past_of(key: Key, question: Question) -> Past:
    """What is counted: what happened with the person, or on the line that would be called."""
    return question.line if key is Key.LINE else question.past


_ANY_CREDITOR = "any creditor"


def is_exempt(key: Key, subject: str, question: Question, *, any_consent: bool) -> bool:
    """Whether the proposed contact is covered by a consent, or (without `any_consent`) was asked for.

    What is kept per person, creditor or line is exempt only if every debt concerned is covered.
    """
    if not question.person.call_consents:
        return False
    groups = (subject,) if key in (Key.DEBT, Key.ACCOUNT) else question.groups
    return bool(groups) and all(question.is_covered(group, asked_for=not any_consent) for group in groups)


def was_exempt(key: Key, subject: str, event: PastEvent, question: Question, *, any_consent: bool) -> bool:
    """Whether a past call was covered by a consent, or (without `any_consent`) was the call back asked for.

    Of calls that were asked for only the completed one is exempt; the recorder's `counted: true` is believed.
    """
    person = question.person
    if not person.call_consents or event.entry.counted is True or event.for_another:
        return False
    if not any_consent and event.entry.outcome is not Outcome.CONVERSATION:
        return False
    groups = (subject,) if key in (Key.DEBT, Key.ACCOUNT) else tuple(event.groups or person.all_groups)
    number = event.number
    if number is None and event.entry.counted is False and len(person.numbers) == 1:
        # The recorder took it out of the count, and there is but one number the consent can have been for.
        number = next(iter(person.numbers))
    return bool(groups) and all(
        was_covered(person, question.zones, group, number, event.at, asked_for=not any_consent)
        for group in groups
    )


def belongs(key: Key, subject: str, event: PastEvent, question: Question) -> bool:
    """Whether an event counts for a subject. An event whose debt or number is not known counts for all."""
    return BELONGS[key](subject, event, question)


def _of_debt(subject: str, event: PastEvent, question: Question) -> bool:
    del question
    return event.own and (event.groups is None or subject in event.groups or subject == "any debt")


def _of_creditor(subject: str, event: PastEvent, question: Question) -> bool:
    if not event.own:
        return False
    debts = event.entry.debts or event.entry.intended_debts
    creditors = question.person.creditors_of(debts) if debts else None
    return creditors is None or subject == _ANY_CREDITOR or subject in creditors


def _of_line(subject: str, event: PastEvent, question: Question) -> bool:
    del question
    return event.number is None or subject in (event.number, "any number")


def _of_person(subject: str, event: PastEvent, question: Question) -> bool:
    del subject, question
    return event.own


def _of_household(subject: str, event: PastEvent, question: Question) -> bool:
    del subject, event, question
    return True


BELONGS: Mapping[Key, Callable[[str, PastEvent, Question], bool]] = {
    Key.DEBT: _of_debt,
    Key.ACCOUNT: _of_debt,
    Key.CREDITOR: _of_creditor,
    Key.LINE: _of_line,
    Key.PERSON: _of_person,
    Key.HOUSEHOLD: _of_household,
}
