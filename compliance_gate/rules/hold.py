"""Kind `hold`: a person or a debt that must be left alone, whoever says so.

Values:
    holds: kinds of hold.
    except_purposes: purposes that stay permitted.
"""

from math import ceil

from compliance_gate.asking.question import Question
from compliance_gate.book.reader import Reader
from compliance_gate.calendar import utc
from compliance_gate.request import Hold
from compliance_gate.rules.base import PASSED, Answer, Denied, Header, Needs, Rule
from compliance_gate.words import HoldKind, Purpose


class HoldRule(Rule):
    """Holds of some kinds."""

    def __init__(
        self, header: Header, *, kinds: frozenset[HoldKind], except_purposes: frozenset[Purpose]
    ) -> None:
        super().__init__(header)
        self.kinds = kinds
        self.except_purposes = except_purposes

    @property
    def measures(self) -> bool:
        """It forbids, and measures nothing."""
        return False

    @property
    def exceptions(self) -> tuple[str, ...]:
        """Purposes that a hold does not bind."""
        return ("except_purposes",) if self.except_purposes else ()

    def ask(self, question: Question) -> Answer:
        """Denied while a hold lasts on the person or on any of the debts."""
        holds = question.person.file.holds
        if not holds or question.proposed.purpose in self.except_purposes:
            return PASSED
        release: int | None = question.at
        facts: list[tuple[str, str]] = []
        for hold in holds:
            if hold.kind not in self.kinds or not _lasts(question, hold):
                continue
            facts.append(("hold", f"{hold.kind.value} since {hold.since.isoformat()}"))
            if hold.source:
                facts.append(("told by", hold.source))
            if hold.until is None or release is None:
                release = None
            else:
                release = max(release, ceil(hold.until.timestamp()))
                facts.append(("until", utc(ceil(hold.until.timestamp())).isoformat()))
        return Denied(tuple(facts), release) if facts else PASSED

    @property
    def needs(self) -> Needs:
        """Without any hold nothing is held."""
        return Needs.HOLDS

    def values(self) -> tuple[tuple[str, str], ...]:
        """Kinds of hold, and purposes excepted."""
        return (
            ("holds", ", ".join(sorted(kind.value for kind in self.kinds))),
            ("except for", ", ".join(sorted(purpose.value for purpose in self.except_purposes))),
        )


def read_hold(header: Header, reader: Reader) -> HoldRule:
    """Make the rule from its values in a law file."""
    kinds = reader.words("holds", HoldKind)
    if not kinds:
        raise reader.fail("holds", "at least one kind of hold is required")
    return HoldRule(header, kinds=kinds, except_purposes=reader.words("except_purposes", Purpose))


def _lasts(question: Question, hold: Hold) -> bool:
    if int(hold.since.timestamp()) > question.at:
        return False
    if hold.until is not None and question.at >= ceil(hold.until.timestamp()):
        return False
    if hold.debts is None or not question.proposed.debts:
        return True
    return not set(question.groups).isdisjoint(question.person.groups_of(hold.debts))
