"""Kind `third_party`: who owes nothing is asked at most where the consumer is, once, and told nothing.

Values:
    owing_roles: roles that may be spoken to about the debt.
    free_roles: roles outside the rule (the consumer's attorney, the creditor, ...).
    consent_lifts: scopes of consent that open contact with this person.
    closed: nobody who owes nothing is asked anything, not even where the consumer is.

12 CFR 1006.6(d)(1), 1006.10(c): any other person may be contacted only for location information, and not
more than once unless they ask or the earlier answer is believed wrong and now correct. "Communicate" is by
any medium (1006.2(d)), so a letter, a text, an e-mail or a message on a machine was the once; a call that
nobody answered, or a limited-content message, is an attempt (1006.2(b) and (j)).
"""

from datetime import datetime

from compliance_gate.asking.question import Question
from compliance_gate.book.reader import Reader
from compliance_gate.request import HistoryEntry
from compliance_gate.rules.base import PASSED, Answer, DebtScope, Denied, Header, Passed, Rule
from compliance_gate.rules.consented import has_begun, has_ended, stands
from compliance_gate.words import ConsentScope, EventKind, GivenTo, Outcome, PersonRole, Purpose, RequestKind

_REACHED = frozenset({None, Outcome.CONVERSATION, Outcome.VOICEMAIL_LEFT, Outcome.PRERECORDED_DELIVERED})
_SENT = frozenset({EventKind.RINGLESS_VOICEMAIL, EventKind.SMS, EventKind.EMAIL, EventKind.LETTER})


class ThirdPartyRule(Rule):
    """Who may be contacted about what."""

    def __init__(
        self,
        header: Header,
        *,
        owing_roles: frozenset[PersonRole],
        free_roles: frozenset[PersonRole],
        consent_lifts: frozenset[ConsentScope],
        closed: bool = False,
    ) -> None:
        super().__init__(header)
        self.closed = closed
        self.owing_roles = owing_roles
        self.free_roles = free_roles
        self.consent_lifts = consent_lifts

    def ask(self, question: Question) -> Answer:
        """Denied if any debt concerned is not this person's, save for one call for location."""
        role = _role(question, self.owing_roles, self.debts)
        if role in self.owing_roles or role in self.free_roles:
            return PASSED
        facts = (("role of the person", role.value), ("purpose", question.proposed.purpose.value))
        if self._consented(question):
            return Passed((*facts, ("consent", "given for contact with this person")))
        if self.closed or question.proposed.purpose is not Purpose.LOCATION_INFORMATION:
            return Denied(facts, None)
        asked = self._asked(question)
        if asked is None or self._may_ask_again(question, asked.at):
            return Passed(facts)
        return Denied((*facts, ("already asked", asked.event.value)), None)

    @property
    def measures(self) -> bool:
        """It forbids, and measures nothing."""
        return False

    @property
    def exceptions(self) -> tuple[str, ...]:
        """The one question where the consumer is, and consent."""
        asked = () if self.closed else ("location information",)
        return (*asked, *(("consent_lifts",) if self.consent_lifts else ()))

    def values(self) -> tuple[tuple[str, str], ...]:
        """Roles on either side of the rule."""
        closed = (("to others", "closed"),) if self.closed else ()
        return (
            *closed,
            ("may be told", ", ".join(sorted(role.value for role in self.owing_roles))),
            ("outside the rule", ", ".join(sorted(role.value for role in self.free_roles))),
            ("lifted by", ", ".join(sorted(scope.value for scope in self.consent_lifts))),
        )

    def _consented(self, question: Question) -> bool:
        return any(
            consent.scope in self.consent_lifts
            and consent.given_to is GivenTo.COLLECTOR
            and stands(question, consent)
            for consent in question.person.file.consents
        )

    def _asked(self, question: Question) -> HistoryEntry | None:
        """The last communication with this person; a call whose outcome is not known may have been one."""
        found: HistoryEntry | None = None
        for event in question.past.events(0, question.seen):
            entry = event.entry
            is_call = entry.event in (EventKind.CALL_PLACED, EventKind.CALL_RECEIVED)
            if event.own and (entry.outcome in _REACHED if is_call else entry.event in _SENT):
                found = entry
        return found

    def _may_ask_again(self, question: Question, before: datetime) -> bool:
        asked = question.person.requests.get(RequestKind.CALLBACK_REQUEST, ())
        # What was asked and then withdrawn was not asked.
        if any(
            before <= request.at
            and has_begun(request.at, question.at)
            and not has_ended(request.withdrawn_at, question.at)
            for request in asked
        ):
            return True
        return any(
            consent.scope is ConsentScope.LOCATION_REPEAT
            and before <= consent.at
            and stands(question, consent)
            for consent in question.person.file.consents
        )


def read_third_party(header: Header, reader: Reader) -> ThirdPartyRule:
    """Make the rule from its values in a law file."""
    return ThirdPartyRule(
        header,
        owing_roles=reader.words("owing_roles", PersonRole),
        free_roles=reader.words("free_roles", PersonRole),
        consent_lifts=reader.words("consent_lifts", ConsentScope),
        closed=reader.flag("closed"),
    )


def _role(question: Question, owing: frozenset[PersonRole], bound: DebtScope | None) -> PersonRole:
    """The role that permits least, over the debts concerned that the rule binds."""
    file = question.person.file
    if not question.person.has_roles_by_debt:
        return file.role
    wanted = question.proposed.debts
    roles = [
        debt.person_role
        for debt in file.debts
        if debt.person_role is not None
        and (not wanted or debt.debt in wanted)
        and (bound is None or bound.binds(debt))
    ]
    if not roles:
        return file.role
    for role in roles:
        if role not in owing:
            return role
    if file.role is PersonRole.CONSUMER and roles:
        return roles[0]
    return file.role
