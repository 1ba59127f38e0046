"""The public check: a worked case in, the gate's decision out, compared with what was expected.

The check asks the law alone: house policy would deny what the law permits, and a case is about the law. A
case that names a policy among its packs (`house-defaults`), or says `with_house`, is asked with policy on
top. A case that names packs is asked its jurisdiction's own pack too, if there is one by now: what is in
force for it is not less because the case was written before the pack.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.book.rulebook import Rulebook
from compliance_gate.calendar import zone_days
from compliance_gate.findings import Finding, GateDecision, Layer
from compliance_gate.told.case_language import Case, CaseError, read_case


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedCase:
    """One case decided.

    Attributes:
        result: the public answer: `id`, `decision`, `warnings`, `retry_at`, `findings`.
        differences: what is not as the case expected, in words; empty if all is.
        unlawful_allow: the case expected a denial and the gate allowed: the worst kind of difference.
    """

    result: dict[str, object]
    differences: tuple[str, ...]
    unlawful_allow: bool


def law_gate(rulebook: Rulebook) -> ComplianceGate:
    """A gate that asks the law alone."""
    return ComplianceGate(rulebook, layers=(Layer.LAW,))


def check_case(
    gate: ComplianceGate, case: Mapping[str, object], *, packs: Sequence[str] | None = None
) -> CheckedCase:
    """Decide one case of the public language.

    A case that cannot be read is denied, and the finding `facts-readable` says why.

    Args:
        packs: law packs instead of those the case names.
    """
    try:
        read = read_case(case, packs=None if packs is None else tuple(packs))
    except CaseError as error:
        return _unreadable(case, str(error))
    decision = _decide(gate, read if packs is not None else _with_own_pack(gate, read, case))
    result: dict[str, object] = {
        "id": read.name,
        "decision": "allow" if decision.is_allowed else "deny",
        "warnings": [finding.rule for finding in decision.warnings],
        "retry_at": None if decision.retry_at is None else _local(read, decision.retry_at),
        "findings": [_public(finding) for finding in decision.findings],
    }
    differences = _differences(read, decision)
    worst = read.expected == "deny" and decision.is_allowed
    return CheckedCase(result=result, differences=differences, unlawful_allow=worst)


def _with_own_pack(gate: ComplianceGate, read: Case, case: Mapping[str, object]) -> Case:
    """The case with the pack of its jurisdiction, where it names packs and leaves that one out."""
    own, named = case.get("jurisdiction"), read.request.packs
    if named is None or not isinstance(own, str) or own in named or own not in gate.rulebook.packs:
        return read
    return replace(read, request=replace(read.request, packs=(*named, own)))


def _decide(gate: ComplianceGate, case: Case) -> GateDecision:
    packs = case.request.packs or ()
    policies = {policy.name for policy in gate.rulebook.policies}
    if policies.isdisjoint(packs) and not case.with_house:
        return gate.evaluate(case.request, at=case.at)
    law = None if case.request.packs is None else tuple(name for name in packs if name not in policies)
    with_house = ComplianceGate(gate.rulebook, layers=(Layer.LAW, Layer.HOUSE))
    return with_house.evaluate(replace(case.request, packs=law), at=case.at)


def _differences(case: Case, decision: GateDecision) -> tuple[str, ...]:
    found: list[str] = []
    decided = "allow" if decision.is_allowed else "deny"
    if case.expected is not None and case.expected != decided:
        why = ", ".join(finding.rule for finding in decision.denials) or "no rule denies"
        found.append(f"expected {case.expected}, decided {decided} ({why})")
    if case.earliest_next_allowed is not None and decision.retry_at != case.earliest_next_allowed:
        shown = "never" if decision.retry_at is None else decision.retry_at.isoformat()
        found.append(f"expected next at {case.earliest_next_allowed.isoformat()}, found {shown}")
    return tuple(found)


def _local(case: Case, at: datetime) -> str:
    """`retry_at` as the case tells time: in the offset of the person's zone, else in UTC."""
    zones = case.request.person.zone_set(int(at.timestamp())).zones
    return (at if len(zones) != 1 else at.astimezone(zone_days(zones[0].name).zone)).isoformat()


def _public(finding: Finding) -> dict[str, object]:
    return {
        "rule": finding.rule,
        "verdict": finding.verdict.value,
        "citation": finding.citation,
        "facts": {name: value for name, value in finding.facts},
    }


def _unreadable(case: Mapping[str, object], why: str) -> CheckedCase:
    result: dict[str, object] = {
        "id": str(case.get("id", "")),
        "decision": "deny",
        "warnings": [],
        "retry_at": None,
        "findings": [
            {
                "rule": "facts-readable",
                "verdict": "denied",
                "citation": "A fact that was told and not understood could be the one that forbids",
                "facts": {"error": why},
            }
        ],
    }
    differences = (f"not readable: {why}",) if case.get("expected") != "deny" else ()
    return CheckedCase(result=result, differences=differences, unlawful_allow=False)
