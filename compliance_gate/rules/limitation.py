"""Kind `limitation`: what may not be said or done about a debt that can no longer be sued upon.

Values:
    closed: no contact at all about such a debt.
    may_not: what nobody may do or say of it (a sentence for whoever speaks), where contact is permitted.
    must_say: what must be said, as the text words it.
    known_only: a debt whose last day is not known is not one: where the text speaks of what is known.

A debt is over on the day after its last day (`Debt.limitation_ends`), wherever that day begins first. Where
the last day is not known the period may be over: the debt is treated so, and the finding says it.
"""

from compliance_gate.asking.question import Question
from compliance_gate.book.reader import Reader
from compliance_gate.findings import Speech, Statement
from compliance_gate.request import Debt
from compliance_gate.rules.base import PASSED, Answer, Denied, Header, Passed, Rule


class LimitationRule(Rule):
    """Debts that are over in law."""

    def __init__(
        self,
        header: Header,
        *,
        closed: bool,
        may_not: str | None,
        must_say: str | None,
        known_only: bool = False,
    ) -> None:
        super().__init__(header)
        self.known_only = known_only
        self.closed = closed
        self.may_not = may_not
        self.must_say = must_say

    def ask(self, question: Question) -> Answer:
        """Denied, where contact is closed, if any debt concerned is or may be over."""
        over = self._over(question)
        if not over:
            return PASSED
        facts = tuple((f"debt {debt.debt}", _told(debt)) for debt in over)
        return Denied(facts, None) if self.closed else Passed(facts)

    def statements(self, question: Question) -> tuple[Statement, ...]:
        """What may not be said or done, and what must be said, of the debts that are or may be over."""
        over = tuple(debt.debt for debt in self._over(question))
        if not over:
            return ()
        texts = ((Speech.MAY_NOT, self.may_not), (Speech.MUST_SAY, self.must_say))
        return tuple(
            Statement(
                rule=self.header.rule,
                citation=self.header.citation,
                speech=speech,
                text=text,
                debts=over,
            )
            for speech, text in texts
            if text is not None
        )

    @property
    def speaks(self) -> bool:
        """Whether there is anything to be said or left unsaid."""
        return self.may_not is not None or self.must_say is not None

    def values(self) -> tuple[tuple[str, str], ...]:
        """What follows when the period is over."""
        pairs = [("contact", "closed" if self.closed else "permitted")]
        if self.may_not is not None:
            pairs.append(("may not", self.may_not))
        if self.must_say is not None:
            pairs.append(("must say", self.must_say))
        if self.known_only:
            pairs.append(("a last day that is not known", "is not past"))
        return tuple(pairs)

    def looser_than(self, other: Rule) -> str | None:
        """Contact that is permitted is looser than contact that is closed."""
        assert isinstance(other, LimitationRule)
        if other.closed and not self.closed:
            return "contact is permitted"
        return "a last day that is not known is not past" if self.known_only > other.known_only else None

    def _over(self, question: Question) -> list[Debt]:
        """Debts concerned whose period is over, or may be; none if no debt is on file to be spoken of."""
        named = question.proposed.debts
        return [
            debt
            for debt in question.person.file.debts
            if (not named or debt.debt in named) and self._is_over(debt, question)
        ]

    def _is_over(self, debt: Debt, question: Question) -> bool:
        if debt.limitation_ends is None:
            return not self.known_only
        last = debt.limitation_ends.toordinal()
        return not question.today or any(today > last for today in question.today)


def read_limitation(header: Header, reader: Reader) -> LimitationRule:
    """Make the rule from its values in a law file."""
    rule = LimitationRule(
        header,
        closed=reader.flag("closed"),
        may_not=reader.text_or_none("may_not"),
        must_say=reader.text_or_none("must_say"),
        known_only=reader.flag("known_only"),
    )
    if not (rule.closed or rule.speaks):
        raise reader.fail("closed", "say closed, may_not or must_say")
    return rule


def _told(debt: Debt) -> str:
    if debt.limitation_ends is None:
        return "last day to sue not known, taken as over"
    return f"last day to sue was {debt.limitation_ends.isoformat()}"
