"""Kind `needs_consent`: a contact only with consent in force, not followed by a revocation.

Values:
    consents: scopes of consent that suffice. Left out: the consent to the medium itself (`sms`, `email`).
"""

from compliance_gate.asking.question import Question
from compliance_gate.book.reader import Reader
from compliance_gate.rules.base import Answer, Denied, Header, Passed, Rule
from compliance_gate.rules.consented import is_for_number, stands
from compliance_gate.words import Action, ConsentScope

_SCOPES = {Action.SEND_SMS: ConsentScope.SMS, Action.SEND_EMAIL: ConsentScope.EMAIL}


class NeedsConsentRule(Rule):
    """Contacts that are closed until opened."""

    def __init__(self, header: Header, *, consents: frozenset[ConsentScope]) -> None:
        super().__init__(header)
        self.consents = consents

    def ask(self, question: Question) -> Answer:
        """Denied unless such a consent is in force."""
        medium = _SCOPES.get(question.proposed.action)
        wanted = self.consents or (frozenset[ConsentScope]() if medium is None else {medium})
        proposed = question.proposed
        for consent in question.person.file.consents:
            if (
                consent.scope in wanted
                and is_for_number(question, consent)
                and consent.address in (None, proposed.address)
                and stands(question, consent)
            ):
                return Passed((("consent", f"{consent.scope.value} of {consent.at.isoformat()}"),))
        return Denied((("consent needed", "none in force"),), None)

    def values(self) -> tuple[tuple[str, str], ...]:
        """Consents that suffice."""
        named = ", ".join(sorted(scope.value for scope in self.consents))
        return (("consents", named or "to the medium itself"),)


def read_needs_consent(header: Header, reader: Reader) -> NeedsConsentRule:
    """Make the rule from its values in a law file."""
    return NeedsConsentRule(header, consents=reader.words("consents", ConsentScope))
