"""The gate: asks every rule, keeps every finding, clears only when nothing denies."""

from collections.abc import Iterable
from datetime import datetime

from compliance_gate.findings import Finding, GateDecision, Screening, Verdict
from compliance_gate.prepared import ContactRequest
from compliance_gate.rulebook import Rulebook

CLEARANCE_VALID_S = 5.0


class ComplianceGate:
    """Decides contacts under one rulebook."""

    def __init__(self, rulebook: Rulebook, *, clearance_valid_s: float = CLEARANCE_VALID_S) -> None:
        self.rulebook = rulebook
        self.clearance_valid_s = clearance_valid_s

    def evaluate(self, request: ContactRequest, *, at: datetime) -> GateDecision:
        """Ask every rule that applies. Fails closed: without law there is no clearance."""
        finding = Finding("no-law", Verdict.DENIED, "no rule is in force for this contact")
        return GateDecision(findings=(finding,), clearance=None, retry_at=None, rulebook=self.rulebook.hash)

    def screen(self, requests: Iterable[ContactRequest], *, at: datetime) -> tuple[Screening, ...]:
        """Bulk look that may stop at the first denial; never clears."""
        return tuple(
            Screening(r.person.file.person, self.evaluate(r, at=at).denials[0].rule) for r in requests
        )
