"""Kind `disclosure`: what must be said, or may not be, in every contact of a kind. It denies nothing.

Values, at least one:
    must_say: what whoever speaks or writes must disclose, as the text words it.
    may_not: what nobody may say or write.

The sentences go with the clearance, to whoever speaks or writes.
"""

from compliance_gate.asking.question import Question
from compliance_gate.book.reader import Reader
from compliance_gate.findings import Speech, Statement
from compliance_gate.rules.base import PASSED, Answer, Header, Rule

# Words kept per rule; a bound, not a tuning.
_MOST_KEPT = 8192


class DisclosureRule(Rule):
    """Words that go with every contact in scope."""

    is_asked = False

    def __init__(self, header: Header, *, must_say: str | None, may_not: str | None) -> None:
        super().__init__(header)
        self.must_say = must_say
        self.may_not = may_not
        self._kept_said: dict[tuple[str, ...], tuple[Statement, ...]] = {}

    def ask(self, question: Question) -> Answer:
        """Nothing against it."""
        del question
        return PASSED

    @property
    def lets_go(self) -> bool:
        """It adds words to what other rules let go."""
        return False

    @property
    def speaks(self) -> bool:
        """Always."""
        return True

    def statements(self, question: Question) -> tuple[Statement, ...]:
        """The words, about the debts of the contact."""
        debts = question.proposed.debts or tuple(debt.debt for debt in question.person.file.debts)
        known = self._kept_said.get(debts)
        if known is None:
            if len(self._kept_said) >= _MOST_KEPT:
                self._kept_said.clear()
            known = self._kept_said[debts] = tuple(
                Statement(
                    rule=self.header.rule,
                    citation=self.header.citation,
                    speech=speech,
                    text=text,
                    debts=debts,
                )
                for speech, text in self._texts()
            )
        return known

    def _texts(self) -> tuple[tuple[Speech, str], ...]:
        both = ((Speech.MUST_SAY, self.must_say), (Speech.MAY_NOT, self.may_not))
        return tuple((speech, text) for speech, text in both if text is not None)

    def values(self) -> tuple[tuple[str, str], ...]:
        """The words."""
        return tuple((speech.value.replace("_", " "), text) for speech, text in self._texts())


def read_disclosure(header: Header, reader: Reader) -> DisclosureRule:
    """Make the rule from its values in a law file."""
    rule = DisclosureRule(
        header, must_say=reader.text_or_none("must_say"), may_not=reader.text_or_none("may_not")
    )
    if rule.must_say is None and rule.may_not is None:
        raise reader.fail("must_say", "say must_say or may_not")
    return rule
