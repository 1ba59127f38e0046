"""Prerecorded and artificial voice. Source: 47 USC 227(b)(1)(A)(iii), (B); 47 CFR 64.1200(a)(1)(iii),
(a)(3)(iii), (a)(10).
"""

from collections.abc import Iterator

from compliance_gate.auditor.facts import Reason
from compliance_gate.auditor.question import Question

VOICE_CONSENTS = frozenset({"prerecorded", "prerecorded_voice"})
GIVEN_WITH_THE_ACCOUNT = "number_provided_to_creditor_for_account"


def recorded_voice(question: Question) -> Iterator[Reason]:
    """A mobile needs prior express consent; a residential line takes three in thirty days without it.

    A line not known to be a landline is judged as a mobile. A revocation is honoured at once: the ten
    business days of (a)(10) are the most a caller may take, not a licence to go on.
    """
    if not question.proposal.recorded or _has_consent(question):
        return
    number = question.number
    if number is None or number.is_mobile is not False:
        yield Reason(
            rule="recorded-voice-consent",
            citation="47 USC 227(b)(1)(A)(iii); 47 CFR 64.1200(a)(1)(iii)",
            found="no consent in force for a number not known to be a landline",
        )
        return
    for zone in question.zones:
        played = sum(
            1
            for contact in question.earlier()
            if contact.recorded
            and not contact.inbound
            and contact.number in {None, number.number}
            and question.days_ago(contact.at, zone) <= 29
        )
        if played >= 3:
            yield Reason(
                rule="recorded-voice-three-in-thirty",
                citation="47 CFR 64.1200(a)(3)(iii)",
                found=f"{played} in thirty days to the line",
            )


def _has_consent(question: Question) -> bool:
    revoked = [r for r in question.requests_in_force("revoke_consent") if question.touches(r.debts)]
    for consent in question.person.consents:
        account = consent.scope == GIVEN_WITH_THE_ACCOUNT
        if (
            (account or consent.scope in VOICE_CONSENTS)
            and consent.at <= question.at
            and (consent.withdrawn_at is None or question.at < consent.withdrawn_at)
            and (consent.number is None or consent.number == question.proposal.number)
            and question.touches(consent.debts)
            and not any(consent.at <= request.at for request in revoked)
        ):
            return True
    return False
