"""A small law of one's own: a kind of rule, some facts, and what the gate says of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pytest

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.book.rulebook import Rulebook, load_rulebook
from compliance_gate.findings import GateDecision
from compliance_gate.told.case_language import read_case

_RULE = """
pack: TEST
title: A law for tests
rules:
  - rule: test-rule
    kind: {kind}
    what: A rule for tests
    unit: whatever it counts
    citation: test
    checked: primary
    checked_on: 2026-01-01
    effective: {{from: 2000-01-01}}
    scope: {{{scope}}}
    values: {{{values}}}
"""


def rulebook_of(kind: str, values: str, scope: str = "") -> Rulebook:
    """A rulebook of one rule."""
    return load_rulebook([("test.yaml", _RULE.format(kind=kind, values=values, scope=scope))])


@dataclass(frozen=True)
class Law:
    """A law of one rule, and a person in New York with one mobile and one debt to ask it about."""

    gate: ComplianceGate

    def decide(self, now: str, *, profile: str = "literal", ring: float = 0, **facts: object) -> GateDecision:
        """Decide a call at `now`; `facts` replace those of the plain case."""
        case: dict[str, object] = {
            "id": "T",
            "packs": ["TEST"],
            "facts": {
                "collector_type": "third_party",
                "person": {"id": "P1", "addresses": [{"country": "US", "tz": "America/New_York"}]},
                "numbers": [
                    {"e164": "+12125550123", "kind": "mobile", "area_code_tzs": ["America/New_York"]},
                ],
                "debts": [{"id": "D1", "type": "credit_card"}],
                "history": [],
                "consents": [],
                "requests": [],
                "proposed": {"action": "place_call", "number": "+12125550123", "debts": ["D1"]},
                "now": now,
                "profile": profile,
                "max_ring_s": ring,
                **facts,
            },
        }
        read = read_case(case)
        decision = self.gate.evaluate(read.request, at=read.at)
        failed = [
            fact for finding in decision.findings for fact in finding.facts if fact[0] == "the rule failed"
        ]
        assert failed == [], "a rule that raises denies, which must not pass for its answer"
        return decision

    def allows(self, now: str, **facts: object) -> bool:
        """Whether a call at `now` is allowed."""
        return self.decide(now, **facts).is_allowed  # pyright: ignore[reportArgumentType] - passed through

    def retry(self, now: str, **facts: object) -> datetime | None:
        """When a call denied at `now` is allowed."""
        decision = self.decide(now, **facts)  # pyright: ignore[reportArgumentType] - passed through
        assert not decision.is_allowed
        return decision.retry_at


@pytest.fixture
def law() -> Callable[..., Law]:
    """`law(kind, values, scope)` makes a law of one rule."""

    def make(kind: str, values: str, scope: str = "") -> Law:
        return Law(gate=ComplianceGate(rulebook_of(kind, values, scope)))

    return make
