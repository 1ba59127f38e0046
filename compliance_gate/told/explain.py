"""A decision, or a rule, in sentences that a person without this program can read and check."""

from datetime import datetime

from compliance_gate.book.rulebook import Rulebook
from compliance_gate.calendar import zone_days
from compliance_gate.findings import Finding, GateDecision, Layer, Recording, Verdict

_LAYER_NAMES = {
    Layer.LAW: "law",
    Layer.HOUSE: "house policy",
    Layer.CLIENT: "client's contract",
    Layer.CAMPAIGN: "campaign",
}
_VERDICTS = {
    Verdict.CLEARED: "has nothing against it",
    Verdict.DENIED: "forbids it",
    Verdict.WARNED: "warns",
}


def explain(
    decision: GateDecision, rulebook: Rulebook, *, at: datetime, zones: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Tell a decision: the outcome, every rule asked with its facts and citation, when next, under which law.

    Args:
        at: the instant that was decided.
        zones: zones in which to show the times beside UTC.
    """
    count = len(decision.findings)
    outcome = "allowed" if decision.is_allowed else "denied"
    lines = [f"The contact at {_shown(at, zones)} is {outcome}; {count} rules were asked."]
    order = (Verdict.DENIED, Verdict.WARNED, Verdict.CLEARED)
    for finding in sorted(decision.findings, key=lambda f: order.index(f.verdict)):
        lines.append(explain_finding(finding, rulebook, at=at))
    lines.append(_next(decision, zones))
    if decision.clearance is not None:
        lines.append(_playable(decision.clearance.may_play))
    lines.append(f"Law in force: rulebook {decision.rulebook}.")
    return tuple(lines)


def explain_finding(finding: Finding, rulebook: Rulebook, *, at: datetime) -> str:
    """Tell one finding in a sentence, with the rule in words where the rulebook has it."""
    rule = rulebook.rule(finding.rule, at.date()) or rulebook.rule(finding.rule)
    words = f": {rule.header.what}" if rule is not None else ""
    facts = "; ".join(f"{name}: {value}" for name, value in finding.facts)
    told = f" Facts: {facts}." if facts else ""
    layer = _LAYER_NAMES[finding.layer]
    return f"{finding.rule} ({layer}) {_VERDICTS[finding.verdict]}{words}.{told} [{finding.citation}]"


def _next(decision: GateDecision, zones: tuple[str, ...]) -> str:
    if decision.is_allowed:
        return "Nothing needs to be waited for."
    if decision.retry_at is None:
        return "Waiting alone does not make it lawful; a fact must change."
    return f"All rules pass together first at {_shown(decision.retry_at, zones)}, if nothing else changes."


def _playable(may_play: frozenset[Recording]) -> str:
    if not may_play:
        return "Nothing recorded may be played to this number: dial only with a collector certain to be free."
    names = ", ".join(sorted(word.value.replace("_", " ") for word in may_play))
    return f"May be played to this number: {names}."


def _shown(at: datetime, zones: tuple[str, ...]) -> str:
    local = [
        at.astimezone(zone_days(name).zone).strftime(f"%a %Y-%m-%d %H:%M:%S in {name}") for name in zones
    ]
    return ", ".join([*local, at.strftime("%Y-%m-%dT%H:%M:%S%z")])
