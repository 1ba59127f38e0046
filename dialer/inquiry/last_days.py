"""What follows from a debt's last day to sue, and what a person asked for about it and still waits for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, time

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.asking.person_index import PreparedPerson
from compliance_gate.book.rulebook import Rulebook
from compliance_gate.request import Debt, PersonFile, PersonRequest
from compliance_gate.rules.limitation import LimitationRule
from compliance_gate.words import Action, RequestKind
from dialer.domain.record import instant
from dialer.inquiry.asking import asked_again, proposed_contact
from dialer.inquiry.errors import NotKnownError
from dialer.inquiry.instants import law_at
from dialer.results.person_standing import AfterLastDay, Awaited
from dialer.storage.store import Store

_ANSWERS = {
    RequestKind.DOCUMENTS_REQUESTED: RequestKind.DOCUMENTS_PROVIDED,
    RequestKind.DISPUTE: RequestKind.DISPUTE_ANSWERED,
    RequestKind.ORIGINAL_CREDITOR_REQUESTED: RequestKind.ORIGINAL_CREDITOR_NAMED,
}
"""What is asked for in writing, and what answers it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastDays:
    """What follows for each debt. `as_of`: POSIX seconds; `why_not`: why it was not asked, '' = it was."""

    by_debt: dict[str, tuple[AfterLastDay, ...]]
    as_of: float | None
    why_not: str


def last_days(store: Store, file: PersonFile, at: float) -> LastDays:
    """What the law of an instant (POSIX seconds) says of each debt from its last day to sue on."""
    try:
        law = law_at(store, at)
    except NotKnownError as error:
        return LastDays(by_debt={}, as_of=None, why_not=error.what)
    return LastDays(by_debt=after_last_days(law.book, file, at), as_of=at, why_not="")


def after_last_days(book: Rulebook, file: PersonFile, at: float) -> dict[str, tuple[AfterLastDay, ...]]:
    """What a rulebook says of each debt of a file at a POSIX second, by debt."""
    gate, person = ComplianceGate(book), PreparedPerson(file)
    return {debt.debt: tuple(_after(gate, book, person, debt, at)) for debt in file.debts}


def _after(
    gate: ComplianceGate, book: Rulebook, person: PreparedPerson, debt: Debt, at: float
) -> Iterator[AfterLastDay]:
    """Asked of a call and of a letter, as places name either; on which telephone makes no difference."""
    numbers = person.file.numbers
    ways = [(Action.SEND_LETTER, None), *((Action.PLACE_CALL, each.number) for each in numbers[:1])]
    told = set[str]()
    for action, number in ways:
        proposed = proposed_contact(None, number=number, debts=(debt.debt,), action=action)
        for finding in asked_again(gate, person, proposed, at=instant(at), rings_s=None).findings:
            rule = book.rule(finding.rule, instant(at).date())
            if isinstance(rule, LimitationRule) and finding.rule not in told:
                told.add(finding.rule)
                yield AfterLastDay(
                    rule=finding.rule,
                    citation=finding.citation,
                    says=rule.header.what,
                    follows=tuple(f"{name}: {value}" for name, value in rule.values()),
                    why="; ".join(value for _, value in finding.facts),
                )


def awaited_of(file: PersonFile, debt: str) -> tuple[Awaited, ...]:
    """What the person asked for about a debt and has not had, the first first."""
    return tuple(
        Awaited(
            what=each.type.value.replace("_", " "),
            asked_at=each.at.timestamp(),
            is_day=each.at.astimezone(UTC).time() == time(0),
        )
        for each in sorted(file.requests, key=lambda each: each.at)
        if each.type in _ANSWERS
        and each.withdrawn_at is None
        and _is_about(each.debts, debt)
        and not any(_answers(one, each, debt) for one in file.requests)
    )


def _answers(one: PersonRequest, asked: PersonRequest, debt: str) -> bool:
    is_later = one.at >= asked.at and one.withdrawn_at is None
    return one.type is _ANSWERS[asked.type] and is_later and _is_about(one.debts, debt)


def _is_about(debts: tuple[str, ...] | None, debt: str) -> bool:
    return debts is None or debt in debts
