"""What every rule is: a header that says whose law it is and whom it binds, and an answer to a question."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date
from enum import Enum

from compliance_gate.findings import Finding, Layer, Verdict
from compliance_gate.question import Question
from compliance_gate.words import Action, CollectorType, NumberKind, PersonRole, Profile, Purpose, Tech

Facts = tuple[tuple[str, str], ...]


class Checked(Enum):
    """How well a value was checked against the law's own text."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    MEMORY = "memory"
    POLICY = "policy"


@dataclass(frozen=True, slots=True)
class Passed:
    """The rule has nothing against it."""

    facts: Facts = ()


@dataclass(frozen=True, slots=True)
class Denied:
    """The rule forbids it.

    Attributes:
        release: a second before which the rule certainly still forbids it; `None` = waiting never helps.
    """

    facts: Facts
    release: int | None


Answer = Passed | Denied
PASSED = Passed()
DENIED = Denied((), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whom and what a rule binds. A fact that is not known is in scope if any of its values is."""

    collectors: frozenset[CollectorType]
    actions: frozenset[Action]
    purposes: frozenset[Purpose]
    techs: frozenset[Tech | None]
    number_kinds: frozenset[NumberKind]
    roles: frozenset[PersonRole]
    number_kinds_all: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Everything about a rule but its values.

    Attributes:
        what: the rule in a sentence.
        unit: what its number counts.
        effective_from, effective_to: local days, both included; `None` = still in force.
        expected: a known future change, in words.
        layer, pack, path: where it is written.
    """

    rule: str
    kind: str
    what: str
    unit: str
    citation: str
    checked: Checked
    checked_on: date
    verdict: Verdict
    layer: Layer
    pack: str
    path: str
    effective_from: date
    effective_to: date | None
    scope: Scope
    expected: str | None = None
    source: str | None = None
    note: str | None = None
    tightens: str | None = None


class Rule(ABC):
    """One rule of one kind with its values. Rules keep no state but caches."""

    def __init__(self, header: Header) -> None:
        self.header = header
        self.from_day = header.effective_from.toordinal()
        self.to_day = (header.effective_to or date.max).toordinal()
        self._cleared = self.finding(PASSED, make=True)

    @abstractmethod
    def ask(self, question: Question) -> Answer:
        """Decide one contact at one second."""

    def finding(self, answer: Answer, *, make: bool = False) -> Finding:
        """The answer as a finding, with the rule's name, citation and layer."""
        header = self.header
        if isinstance(answer, Passed):
            if not answer.facts and not make:
                return self._cleared
            return Finding(header.rule, Verdict.CLEARED, header.citation, answer.facts, header.layer)
        return Finding(
            header.rule, header.verdict, header.citation, answer.facts, header.layer, answer.release
        )

    @abstractmethod
    def values(self) -> tuple[tuple[str, str], ...]:
        """The rule's values in words, for `law show` and the hash."""

    def looser_than(self, other: "Rule") -> str | None:
        """Why this rule would permit what `other`, of the same kind, forbids; `None` if it does not."""
        del other
        return None

    def same_subject(self, other: "Rule") -> bool:
        """Whether both rules measure the same thing, so that one may be called stricter."""
        return self.header.kind == other.header.kind and self.values() == other.values()


def is_strict(question: Question) -> bool:
    """Whether exact boundary instants are forbidden."""
    return question.profile is Profile.STRICT
