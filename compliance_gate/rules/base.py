"""What every rule is: a header that says whose law it is and whom it binds, and an answer to a question."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import ClassVar

from compliance_gate.asking.question import Question
from compliance_gate.call_handling import Duty, Term
from compliance_gate.findings import Finding, Layer, Recording, Statement, Verdict
from compliance_gate.request import Debt, ProposedContact
from compliance_gate.words import (
    Action,
    Checked,
    CollectorType,
    DebtType,
    NumberKind,
    PersonRole,
    Profile,
    Purpose,
    Tech,
)

Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Passed:
    """The rule has nothing against it.

    `lasting` says the rule keeps this very object and will give it again, so its finding is kept too.
    """

    facts: Facts = ()
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class Denied:
    """The rule forbids it.

    Attributes:
        release: a second before which the rule certainly still forbids it; `None` = waiting never helps.
        ours_to_mend: the collector has still to do something (mail a notice), and may do it at any time. It
            stands in no way of `retry_at`, which says when the law opens; it is asked again then.
    """

    facts: Facts
    release: int | None
    ours_to_mend: bool = False


Answer = Passed | Denied
PASSED = Passed((), lasting=True)


EVER_S = 2**62
"""Later than any second that is asked about; less it is earlier than any."""


@dataclass(frozen=True, slots=True)
class Settled:
    """An answer that everybody gets who may be in the same zones, to the same kind of contact by the same
    profile, on the same local days: what is on file about the person does not matter to it.

    Attributes:
        first, last: all ringing must be within these seconds, both included.
    """

    answer: Answer
    first: int = -EVER_S
    last: int = EVER_S


class Needs(Enum):
    """What must be on file before a rule can have anything to say; until then its answer is `quiet`."""

    NOTHING = 0
    REQUESTS = 1
    EVENTS = 2
    HOLDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtScope:
    """Which debts a rule binds. A debt whose kind or age is not known is bound.

    Attributes:
        types: kinds of debt that are bound.
        overdue_days: only debts more than so many days overdue; `None` = of any age.
    """

    types: frozenset[DebtType]
    overdue_days: int | None

    def binds(self, debt: Debt) -> bool:
        """Whether a debt is, or may be, bound."""
        if debt.type not in self.types and debt.type is not DebtType.UNKNOWN:
            return False
        age = debt.days_past_due
        return self.overdue_days is None or age is None or age > self.overdue_days

    def binds_group(self, group: str, question: Question) -> bool:
        """Whether any debt of a group (student loans together) is bound; a group of no debt on file is."""
        person = question.person
        debts = [debt for debt in person.file.debts if group in person.groups_of((debt.debt,))]
        return not debts or any(map(self.binds, debts))

    def binds_contact(self, question: Question) -> bool:
        """Whether any debt the contact is about is bound; a contact that names none is about every debt."""
        named = question.proposed.debts
        debts = [debt for debt in question.person.file.debts if not named or debt.debt in named]
        return len(debts) < len(named or ()) or not debts or any(map(self.binds, debts))


# Findings kept per rule for lasting answers; a bound, not a tuning.
_MOST_KEPT = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whom and what a rule binds. A fact that is not known is in scope if any of its values is.

    `recordings` not empty: the rule binds the playing of these, not the contact itself. `debts` `None`: every
    debt.
    """

    collectors: frozenset[CollectorType]
    actions: frozenset[Action]
    purposes: frozenset[Purpose]
    techs: frozenset[Tech | None]
    number_kinds: frozenset[NumberKind]
    roles: frozenset[PersonRole]
    number_kinds_all: bool
    recordings: frozenset[Recording]
    debts: DebtScope | None = None

    def told_debts(self) -> tuple[tuple[str, str], ...]:
        """Which debts are bound, in words; nothing where all are."""
        if self.debts is None:
            return ()
        left = sorted(kind.value for kind in frozenset(DebtType) - self.debts.types)
        pairs = [("debts", f"not {', '.join(left)}" if len(left) < len(self.debts.types) else self._only())]
        if self.debts.overdue_days is not None:
            pairs.append(("debts overdue", f"more than {self.debts.overdue_days} days"))
        return tuple(pairs if left else pairs[1:])

    def _only(self) -> str:
        assert self.debts is not None
        return "only " + ", ".join(sorted(kind.value for kind in self.debts.types))


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
    """One rule of one kind with its values. Rules keep no state but caches.

    `is_asked`: whether it may have something against a contact; if not it only says how a call is handled.
    """

    is_asked: ClassVar[bool] = True

    def __init__(self, header: Header) -> None:
        self.header = header
        self.from_day = header.effective_from.toordinal()
        self.to_day = (header.effective_to or date.max).toordinal()
        self.debts = header.scope.debts
        self._kept: dict[Passed, Finding] = {}
        self._is_for_an_agent: bool | None = None

    @abstractmethod
    def ask(self, question: Question) -> Answer:
        """Decide one contact at one second."""

    @property
    def may_settle(self) -> bool:
        """Whether its answers may be `settled`: nothing about the person but their zones matters to it."""
        return False

    def settled(self, question: Question) -> Settled | None:
        """The answer to this question that is also everybody else's, and for how long; `None` if this very
        second must be asked about. Asked only where it may settle.
        """
        del question
        return None

    @property
    def needs(self) -> Needs:
        """What must be on file before the rule answers anything but `quiet`; with nothing it is always asked.

        EVENTS: of the kinds of `events_mask`, within `memory_s`.
        """
        return Needs.NOTHING

    def quiet(self, proposed: ProposedContact) -> Passed:
        """The answer while what the rule needs is not on file. Not asked of a rule that needs nothing."""
        del proposed
        return PASSED

    @property
    def events_mask(self) -> int:
        """Kinds of event that may move the rule, a bit for each event code; all, unless it knows better."""
        return -1

    @property
    def reads_line(self) -> bool:
        """Whether the events it needs are those of the line, whoever was called, and not the person's."""
        return False

    @property
    def memory_s(self) -> int | None:
        """Seconds back beyond which no event matters to this rule; `None` if it asks of more than events."""
        return None

    def finding(self, answer: Answer) -> Finding:
        """The answer as a finding, with the rule's name, citation and layer."""
        if isinstance(answer, Passed):
            kept = self._kept.get(answer)
            if kept is not None:
                return kept
        header = self.header
        if isinstance(answer, Denied):
            return Finding(
                header.rule, header.verdict, header.citation, answer.facts, header.layer, answer.release
            )
        finding = Finding(header.rule, Verdict.CLEARED, header.citation, answer.facts, header.layer)
        if answer.lasting:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[answer] = finding
        return finding

    @property
    def turns_on(self) -> tuple[date, ...]:
        """Days inside its values on which what it says changes, beside those of its editions."""
        return ()

    @property
    def exceptions(self) -> tuple[str, ...]:
        """What of its values lets a contact go that the rule without them would forbid."""
        return ()

    @property
    def measures(self) -> bool:
        """Whether its values are a measure (hours, a number, days): what lies inside passes on their word."""
        return True

    @property
    def lets_go(self) -> bool:
        """Whether some contact passes on the word of its values: they must be read, or answered for."""
        return self.header.verdict is Verdict.DENIED and (self.measures or bool(self.exceptions))

    @property
    def terms(self) -> tuple[Term, ...]:
        """What the rule says of the handling of a call that nothing denies."""
        return ()

    @property
    def is_for_an_agent(self) -> bool:
        """Whether it asks for an agent who is certain to be there after an abandoned call."""
        known = self._is_for_an_agent
        if known is None:
            known = any(term.duty is Duty.AGENT_AFTER_ABANDONMENT for term in self.terms)
            self._is_for_an_agent = known
        return known

    @property
    def speaks(self) -> bool:
        """Whether it may have anything to say of what is said in a contact (`statements`)."""
        return False

    def statements(self, question: Question) -> tuple[Statement, ...]:
        """What must be said in a contact that nothing denies, and what may not be said or done."""
        del question
        return ()

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
