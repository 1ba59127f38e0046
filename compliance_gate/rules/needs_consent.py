"""Kind `needs_consent`: a text or an e-mail only with consent to that medium. No values.

Consent in force, given for the medium (`sms`, `email`), not followed by a revocation.
"""

from compliance_gate.question import Question
from compliance_gate.reader import Reader
from compliance_gate.rules.base import Answer, Denied, Header, Passed, Rule
from compliance_gate.words import Action, ConsentScope, RequestKind

_SCOPES = {Action.SEND_SMS: ConsentScope.SMS, Action.SEND_EMAIL: ConsentScope.EMAIL}


class NeedsConsentRule(Rule):
    """Media that are closed until opened."""

    def ask(self, question: Question) -> Answer:
        """Denied unless consent to the medium is in force."""
        wanted = _SCOPES.get(question.proposed.action)
        revoked = [
            request.at
            for request in question.person.requests.get(RequestKind.REVOKE_CONSENT, ())
            if request.at.timestamp() <= question.at
        ]
        for consent in question.person.file.consents:
            if (
                consent.scope is wanted
                and consent.at.timestamp() <= question.at
                and consent.number in (None, question.proposed.number)
                and (consent.revoked_at is None or question.at < consent.revoked_at.timestamp())
                and not any(at >= consent.at for at in revoked)
            ):
                return Passed((("consent", f"{consent.scope.value} of {consent.at.isoformat()}"),))
        return Denied((("consent to this medium", "none in force"),), None)

    def values(self) -> tuple[tuple[str, str], ...]:
        """None."""
        return ()


def read_needs_consent(header: Header, reader: Reader) -> NeedsConsentRule:
    """Make the rule; it has no values."""
    del reader
    return NeedsConsentRule(header)
