"""What must be true before any law is asked: the number and debts are on file, and the place is known."""

from collections.abc import Iterator

from compliance_gate.asking.plan import Plan
from compliance_gate.asking.question import Question
from compliance_gate.book.register import Coverage
from compliance_gate.findings import Finding, Layer, Verdict
from compliance_gate.words import Action

_NUMBERED = frozenset({Action.PLACE_CALL, Action.SEND_SMS})
_JURISDICTION = "Register of jurisdictions: no law known is not no law"
_NUMBER = "A number must be attached to a person, with its source, before it is dialed"
_DEBT = "A contact is about debts on file for that person"
_PLACE = "12 CFR 1006.6(b)(1)(i), comment 2: every place where the consumer may be"

_NUMBER_CLEARED = Finding("gate-number-on-file", Verdict.CLEARED, _NUMBER)
_DEBT_CLEARED = Finding("gate-debt-on-file", Verdict.CLEARED, _DEBT, (), Layer.HOUSE)
_PLACE_CLEARED = Finding("gate-place-known", Verdict.CLEARED, _PLACE)


def structural_findings(question: Question, plan: Plan) -> Iterator[Finding]:
    """Findings that do not depend on any one law."""
    yield _jurisdiction(plan)
    proposed = question.proposed
    if proposed.action in _NUMBERED:
        if question.number is None:
            facts = (("number", proposed.number or "not said"),)
            yield Finding("gate-number-on-file", Verdict.DENIED, _NUMBER, facts)
        else:
            yield _NUMBER_CLEARED
    if plan.with_house:
        yield _debts(question)
    if question.zones:
        yield _PLACE_CLEARED
    else:
        facts = tuple(("not known", fact) for fact in question.unknown)
        yield Finding("gate-place-known", Verdict.DENIED, _PLACE, facts)


def cleared_findings(
    coverage: Coverage | None, packs: tuple[str, ...], action: Action, *, with_house: bool
) -> tuple[Finding, ...]:
    """The structural findings of every contact that `is_sound`: the same for all of one plan."""
    return (
        _covered(coverage, packs),
        *((_NUMBER_CLEARED,) if action in _NUMBERED else ()),
        *((_DEBT_CLEARED,) if with_house else ()),
        _PLACE_CLEARED,
    )


def is_sound(question: Question, plan: Plan) -> bool:
    """Whether none of the structural findings denies."""
    coverage = plan.coverage
    if not question.zones or plan.missing or not plan.packs:
        return False
    if coverage is not None and coverage.absent:
        return False
    if question.number is None and question.proposed.action in _NUMBERED:
        return False
    return not plan.with_house or all(map(question.person.has_debt, question.proposed.debts or ()))


def _debts(question: Question) -> Finding:
    strange = [debt for debt in question.proposed.debts or () if not question.person.has_debt(debt)]
    if not strange:
        return _DEBT_CLEARED
    facts = tuple(("debt not on file", debt) for debt in strange)
    return Finding("gate-debt-on-file", Verdict.DENIED, _DEBT, facts, Layer.HOUSE)


def _jurisdiction(plan: Plan) -> Finding:
    coverage = plan.coverage
    if coverage is not None and coverage.absent:
        facts = tuple(("not covered", name) for name in coverage.absent)
        return Finding("gate-jurisdiction", Verdict.DENIED, _JURISDICTION, facts)
    if plan.missing or not plan.packs:
        names = ", ".join(plan.missing) or "none given"
        return Finding("gate-jurisdiction", Verdict.DENIED, _JURISDICTION, (("law packs not known", names),))
    return _covered(coverage, plan.packs)


def _covered(coverage: Coverage | None, packs: tuple[str, ...]) -> Finding:
    facts = (("law packs", ", ".join(packs)),) if coverage is None else coverage.facts
    return Finding("gate-jurisdiction", Verdict.CLEARED, _JURISDICTION, facts)
