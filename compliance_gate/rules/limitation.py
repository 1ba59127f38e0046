"""Kind `limitation`: what may not be said or done about a debt that can no longer be sued upon.

Values:
    closed: no contact at all about such a debt.
    may_not: what nobody may do or say of it (a sentence for whoever speaks), where contact is permitted.
    must_say: what must be said, as the text words it.
    known_only: a debt whose last day is not known is not one: where the text speaks of what is known.

A debt is over on the day after its last day (`Debt.limitation_ends`), wherever that day begins first. Where
the last day is not known the period may be over: the debt is treated so, and the finding says it.
"""

from compliance_gate.asking.question import BarredKey, Question, barred_key
from compliance_gate.book.reader import Reader
from compliance_gate.findings import Speech, Statement
from compliance_gate.request import Debt
from compliance_gate.rules.base import PASSED, Answer, Denied, Facts, Header, Passed, Rule

# Answers kept per rule; a bound, not a tuning.
_MOST_KEPT = 8192


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
        self._kept_said: dict[BarredKey, tuple[Passed, tuple[Statement, ...]]] = {}

    def ask(self, question: Question) -> Answer:
        """Denied, where contact is closed, if any debt concerned is or may be over."""
        over = self._over(question)
        if not over:
            return PASSED
        if self.closed:
            return Denied(_told(over), None)
        return self._said(question, over)[0]

    def statements(self, question: Question) -> tuple[Statement, ...]:
        """What may not be said or done, and what must be said, of the debts that are or may be over."""
        over = self._over(question)
        return self._said(question, over)[1] if over else ()

    def _over(self, question: Question) -> tuple[Debt, ...]:
        """Debts concerned whose period is over, or may be."""
        over = question.time_barred
        if over and self.known_only:
            return tuple([debt for debt in over if debt.limitation_ends is not None])
        return over

    def _said(self, question: Question, over: tuple[Debt, ...]) -> tuple[Passed, tuple[Statement, ...]]:
        """The same answer and the same words for the same debts, which are asked about again and again."""
        key = question.time_barred_key if over is question.time_barred else barred_key(over)
        known = self._kept_said.get(key)
        if known is None:
            if len(self._kept_said) >= _MOST_KEPT:
                self._kept_said.clear()
            known = self._kept_said[key] = (Passed(_told(over), lasting=True), self._statements(over))
        return known

    def _statements(self, over: tuple[Debt, ...]) -> tuple[Statement, ...]:
        texts = ((Speech.MAY_NOT, self.may_not), (Speech.MUST_SAY, self.must_say))
        return tuple(
            Statement(
                rule=self.header.rule,
                citation=self.header.citation,
                speech=speech,
                text=text,
                debts=tuple(debt.debt for debt in over),
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


def _told(over: tuple[Debt, ...]) -> Facts:
    return tuple(
        (
            f"debt {debt.debt}",
            "last day to sue not known, taken as over"
            if debt.limitation_ends is None
            else f"last day to sue was {debt.limitation_ends.isoformat()}",
        )
        for debt in over
    )
