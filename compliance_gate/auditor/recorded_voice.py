"""Prerecorded and artificial voice. Source: 47 USC 227(b)(1)(A)(iii), (B); 47 CFR 64.1200(a)(1)(iii),
(a)(3)(iii), (a)(10).
"""

from collections.abc import Iterator

from compliance_gate.auditor.facts import AuditedConsent, AuditedRequest, Reason
from compliance_gate.auditor.question import Question, is_for_the_number

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
    if _revocations(question):
        yield Reason(
            rule="recorded-voice-opted-out",
            citation="47 CFR 64.1200(a)(10), (b)(3), (d)",
            found="asked not to be called so",
        )
        return
    for zone in question.zones:
        played = sum(
            1
            for contact in question.on_the_line()
            if contact.recorded and not contact.inbound and question.days_ago(contact.at, zone) <= 29
        )
        if played >= 3:
            yield Reason(
                rule="recorded-voice-three-in-thirty",
                citation="47 CFR 64.1200(a)(3)(iii)",
                found=f"{played} in thirty days to the line",
            )


def _reassigned_since(question: Question, consent: AuditedConsent) -> bool:
    """64.1200(m): a "yes" since the consent ends it; "no data" is no safe harbour, so the last answer
    counts.
    """
    answers = [
        check
        for check in sorted(question.person.number_checks, key=lambda check: check.at)
        if consent.at <= check.at <= question.at and check.number in {None, question.proposal.number}
    ]
    return any(check.answer == "yes" for check in answers) or bool(answers and answers[-1].answer != "no")


def _is_for_the_debts(question: Question, consent: AuditedConsent) -> bool:
    """Every debt that is to be spoken of; not known for which debt, only if there is but one."""
    every = {question.particular(owed.debt) for owed in question.person.debts}
    if consent.debts is None:
        return len(every) == 1
    return question.particular_debts() <= {question.particular(named) for named in consent.debts}


def _revocations(question: Question) -> list[AuditedRequest]:
    """64.1200(a)(10): any reasonable means will do, so whatever asks us to leave the telephone alone does."""
    asked = question.requests_in_force(
        "revoke_consent", "cease_communication", "stop_calling", "do_not_call", "stop_medium",
        "stop_number", "wrong_number_learned",
    )  # fmt: skip
    return [
        request
        for request in asked
        if request.medium not in {"email", "letter"}
        and request.number in {None, question.proposal.number}
        and question.touches(request.debts)
        and question.has_arrived(request)
    ]


def _is_anothers_line(request: AuditedRequest) -> bool:
    """Who says "yes" for a line that is not theirs is not "the called party"; also if they say so later."""
    return request.kind == "wrong_number_learned" and request.number is not None


def _has_consent(question: Question) -> bool:
    revoked = _revocations(question)
    for consent in question.person.consents:
        account = consent.scope == GIVEN_WITH_THE_ACCOUNT
        if (
            (account or consent.scope in VOICE_CONSENTS)
            and consent.at <= question.at
            and (consent.withdrawn_at is None or question.at < consent.withdrawn_at)
            and is_for_the_number(question, consent)
            and _is_for_the_debts(question, consent)
            and not _reassigned_since(question, consent)
            and not any(_is_anothers_line(each) or question.is_after(each, consent) for each in revoked)
        ):
            return True
    return False
