"""What the gate answers: findings with their reasons, and a clearance only when nothing denies."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from compliance_gate.call_handling import UNTIL_CARRIED, CallHandling


class Verdict(StrEnum):
    """What one rule says of one proposed contact."""

    CLEARED = "cleared"
    DENIED = "denied"
    WARNED = "warned"


class Layer(StrEnum):
    """Whose rule it is. Each layer may only be stricter than those above it."""

    LAW = "law"
    HOUSE = "house"
    CLIENT = "client"
    CAMPAIGN = "campaign"


class Recording(StrEnum):
    """Recorded voice that a clearance may allow to be played (it is prerecorded voice in law)."""

    ABANDONMENT_MESSAGE = "abandonment_message"
    VOICEMAIL_DROP = "voicemail_drop"
    RECORDED_NOTICE = "recorded_notice"


class Speech(StrEnum):
    """What a statement asks of whoever speaks."""

    MAY_NOT = "may_not"
    MUST_SAY = "must_say"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What must be said in a contact that is cleared, or may not be said or done.

    Attributes:
        rule, citation: whose word it is.
        debts: the debts that it is about.
    """

    rule: str
    citation: str
    speech: Speech
    text: str
    debts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule, asked once.

    Attributes:
        rule: the rule's name in the rulebook (`fairdial law show RULE`).
        facts: name and value of every fact the verdict rests on, in the order they were used.
        retry_hint: POSIX second before which this rule cannot be satisfied by waiting; `None` on a
            denial means no waiting helps, and is meaningless otherwise.
    """

    rule: str
    verdict: Verdict
    citation: str
    facts: tuple[tuple[str, str], ...] = ()
    layer: Layer = Layer.LAW
    retry_hint: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearance:
    """Leave to make one attempt on one number, once, within seconds.

    Attributes:
        may_play: recordings that may be heard on this number. Empty: nothing may be played, so the call
            must not be dialed unless a collector is certain to be free.
        handling: how long it must ring, how soon somebody must be there, what an abandonment brings.
        statements: what must be said, and what may not be said or done.
    """

    clearance: str
    person: str
    number: str | None
    debts: tuple[str, ...]
    issued_at: datetime
    expires_at: datetime
    rulebook: str
    may_play: frozenset[Recording] = frozenset()
    handling: CallHandling = UNTIL_CARRIED
    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GateDecision:
    """Every rule that was asked and what follows.

    Attributes:
        clearance: present only if no finding denies.
        retry_at: first instant (whole seconds, UTC) at which all rules pass together if nothing else
            changes; `None` = never by waiting, or nothing denied.
        rulebook: hash of the law in force.
        wants_agent: among what denies is that no agent is certain to be there after an abandoned call: with
            one reserved the decision may be another.
    """

    findings: tuple[Finding, ...]
    clearance: Clearance | None
    retry_at: datetime | None
    rulebook: str
    wants_agent: bool = False

    @property
    def is_allowed(self) -> bool:
        """Whether a clearance was given."""
        return self.clearance is not None

    @property
    def denials(self) -> tuple[Finding, ...]:
        """The findings that deny."""
        return tuple(f for f in self.findings if f.verdict is Verdict.DENIED)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that warn."""
        return tuple(f for f in self.findings if f.verdict is Verdict.WARNED)


class ClearanceRefusedError(Exception):
    """A clearance was used twice, too late, or for something other than it was given for."""


@dataclass(slots=True)
class ClearanceLedger:
    """Remembers which clearances were used, so each serves one attempt.

    Expired entries are forgotten by `consume` itself: a clearance past its expiry is refused for that
    reason alone, so nothing is lost and the ledger stays as small as the last few seconds.
    """

    _used: dict[str, datetime] = field(default_factory=dict[str, datetime])

    def consume(self, clearance: Clearance, *, number: str | None, at: datetime) -> None:
        """Use the clearance up just before the wire.

        Raises:
            ClearanceRefusedError: it was used already, is not yet or no longer valid, or is for another
                number. Nothing may be dialed then.
        """
        if clearance.number != number:
            raise ClearanceRefusedError(f"clearance {clearance.clearance} is for another number")
        if not clearance.issued_at <= at <= clearance.expires_at:
            raise ClearanceRefusedError(f"clearance {clearance.clearance} is not valid at {at.isoformat()}")
        if clearance.clearance in self._used:
            raise ClearanceRefusedError(f"clearance {clearance.clearance} was already used")
        self._forget_before(at - timedelta(seconds=60))
        self._used[clearance.clearance] = clearance.expires_at

    def _forget_before(self, then: datetime) -> None:
        """Drop what expired long ago, oldest use first: each entry is looked at once, not at every use."""
        while self._used:
            oldest = next(iter(self._used))
            if self._used[oldest] >= then:
                return
            del self._used[oldest]

    @property
    def used(self) -> Mapping[str, datetime]:
        """Clearances used lately, with their expiry."""
        return dict(self._used)
