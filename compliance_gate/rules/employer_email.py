"""Kind `employer_email`: no e-mail to an address the employer provides. No values.

12 CFR 1006.22(f)(3): unless the person used that address, or consented, directly with this collector, and did
not take it back since.
"""

from compliance_gate.asking.question import Question
from compliance_gate.book.reader import Reader
from compliance_gate.rules.base import PASSED, Answer, Denied, Header, Passed, Rule
from compliance_gate.rules.consented import stands
from compliance_gate.words import ConsentScope, GivenTo


class EmployerEmailRule(Rule):
    """E-mail addresses at work."""

    @property
    def measures(self) -> bool:
        """It forbids, and measures nothing."""
        return False

    def ask(self, question: Question) -> Answer:
        """Denied if the address is known to be the employer's and no consent to it was given."""
        if question.proposed.email_domain_is_employers is not True:
            return PASSED
        for consent in question.person.file.consents:
            if (
                consent.scope is ConsentScope.WORKPLACE
                and consent.given_to is GivenTo.COLLECTOR
                and consent.address in (None, question.proposed.address)
                and stands(question, consent)
            ):
                return Passed((("consent", f"workplace of {consent.at.isoformat()}"),))
        return Denied((("e-mail address", "provided by the employer"),), None)

    def values(self) -> tuple[tuple[str, str], ...]:
        """None."""
        return ()


def read_employer_email(header: Header, reader: Reader) -> EmployerEmailRule:
    """Make the rule; it has no values."""
    del reader
    return EmployerEmailRule(header)
