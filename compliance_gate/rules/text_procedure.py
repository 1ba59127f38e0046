"""Kind `text_procedure`: a text only where the number is known to be still the person's.

Values:
    days: how long a text from the person, a consent to texts, or a check of the number is good for.

12 CFR 1006.6(d)(5): the person texted from that number or consented, and within 60 days did so again or
the number was checked against a complete and accurate database.
"""

from compliance_gate.asking.question import Question
from compliance_gate.book.reader import Reader
from compliance_gate.rules.base import Answer, Denied, Header, Passed, Rule
from compliance_gate.rules.consented import is_for_number, stands
from compliance_gate.words import ConsentScope, EventKind, RndResult


class TextProcedureRule(Rule):
    """Freshness of the tie between person and number for texts."""

    def __init__(self, header: Header, *, days: int) -> None:
        super().__init__(header)
        self.days = days

    def ask(self, question: Question) -> Answer:
        """Denied unless the person's own text or consent stands and is fresh, or the number is."""
        own = [*self._texts_received(question), *self._consents(question)]
        if not own:
            return Denied((("text or consent from this number", "none"),), None)
        checks = self._checks(question)
        fresh = [at for at in (*own, *checks) if self._is_fresh(question, at)]
        if fresh:
            return Passed((("text, consent or check within", f"{self.days} days"),))
        return Denied((("newest text, consent or check", f"more than {self.days} days ago"),), None)

    def values(self) -> tuple[tuple[str, str], ...]:
        """Days that a tie stays fresh."""
        return (("days", str(self.days)),)

    def _is_fresh(self, question: Question, at: int) -> bool:
        return all(
            today - zone.day_of(at) <= self.days
            for zone, today in zip(question.zones, question.today, strict=True)
        )

    def _texts_received(self, question: Question) -> list[int]:
        number = question.proposed.number
        return [
            event.at
            for event in question.past.events(0, question.seen)
            if event.entry.event is EventKind.SMS_RECEIVED and event.own and event.number in (None, number)
        ]

    def _checks(self, question: Question) -> list[int]:
        number = question.proposed.number
        return [
            event.at
            for event in question.past.events(0, question.seen)
            if event.entry.event is EventKind.RND_QUERY
            and event.entry.rnd_result is RndResult.NO
            and event.number in (None, number)
        ]

    def _consents(self, question: Question) -> list[int]:
        return [
            int(consent.at.timestamp())
            for consent in question.person.file.consents
            if consent.scope is ConsentScope.SMS
            and is_for_number(question, consent)
            and stands(question, consent)
        ]


def read_text_procedure(header: Header, reader: Reader) -> TextProcedureRule:
    """Make the rule from its values in a law file."""
    return TextProcedureRule(header, days=reader.whole("days"))
