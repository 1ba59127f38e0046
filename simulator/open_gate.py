"""A gate without law, for made-up floors that are measured, not for floors that call anybody.

Queueing theory, pacing studies and what-if runs ask how a floor moves, thousands of times; there the law's
cost buys nothing. It clears every contact and says so in its rulebook's name, which is in every record.
"""

from datetime import datetime, timedelta

from compliance_gate.asking.person_index import ContactRequest
from compliance_gate.call_handling import UNBOUND
from compliance_gate.findings import Clearance, Finding, GateDecision, Recording, Verdict

RULEBOOK = "no law: a rehearsal of the floor only"
_VALID = timedelta(seconds=5.0)
_FINDINGS = (Finding("no-law", Verdict.CLEARED, "no law is asked in this rehearsal"),)
_MAY_PLAY = frozenset({Recording.ABANDONMENT_MESSAGE})


class OpenGate:
    """Clears everything, once each."""

    def __init__(self) -> None:
        self._given = 0

    def evaluate(self, request: ContactRequest, *, at: datetime) -> GateDecision:
        """A clearance, whatever is asked."""
        self._given += 1
        proposed = request.proposed
        clearance = Clearance(
            clearance=f"open-{self._given}",
            person=request.person.file.person,
            number=proposed.number,
            debts=proposed.debts or (),
            issued_at=at,
            expires_at=at + _VALID,
            rulebook=RULEBOOK,
            may_play=_MAY_PLAY,
            handling=UNBOUND,
        )
        return GateDecision(findings=_FINDINGS, clearance=clearance, retry_at=None, rulebook=RULEBOOK)
