"""Kind `recorded_voice`: a prerecorded, artificial or AI voice only with consent, or only so often.

Values:
    consents: scopes of consent that suffice.
    at_most, days: without consent, so many recorded calls on the line in so many local days (today
        included, all debts together, whoever of those who have the line was called). Left out: none without
        consent. "Makes no more than three calls": whether one that met a busy line is made is not said, so
        it is counted.
    revoke_all_from: first day on which a revocation for one account ends consent for all accounts.
    reassigned_numbers: whether the Reassigned Numbers Database is believed against a consent.
    at_places: binds only numbers known to ring at these places (a patient's room).

A revocation binds at once: the ten business days of 47 CFR 64.1200(a)(10) are the latest, not a right,
and a dialer needs none of them.
"""

from datetime import date

from compliance_gate.asking.question import Question
from compliance_gate.book.reader import Reader
from compliance_gate.calendar import day_text
from compliance_gate.request import Consent, HistoryEntry, PersonRequest
from compliance_gate.revocations import REVOKING, has_come, is_about_telephone, takes_back
from compliance_gate.rules.base import PASSED, Answer, Denied, Facts, Header, Passed, Rule
from compliance_gate.rules.consented import has_begun, has_ended, is_for_number
from compliance_gate.rules.events import is_recorded
from compliance_gate.words import ConsentScope, EventKind, Place, RndResult

_NONE_IN_FORCE = ("consent", "none in force for this number and debt")
_WITHOUT_CONSENT = Denied((_NONE_IN_FORCE,), None)


class RecordedVoiceRule(Rule):
    """When a recording, or a made-up voice, may be played to a number."""

    def __init__(
        self,
        header: Header,
        *,
        consents: frozenset[ConsentScope],
        at_most: int | None,
        days: int | None,
        revoke_all_from: date | None,
        reassigned_numbers: bool,
        at_places: frozenset[Place] = frozenset(),
    ) -> None:
        super().__init__(header)
        self.consents = consents
        self.at_most = at_most
        self.days = days
        self.revoke_all_from = revoke_all_from
        self.reassigned_numbers = reassigned_numbers
        self.at_places = at_places

    @property
    def turns_on(self) -> tuple[date, ...]:
        """The day on which one revocation begins to end all consents."""
        return () if self.revoke_all_from is None else (self.revoke_all_from,)

    def ask(self, question: Question) -> Answer:
        """Passed with a consent in force; else within the number of calls the law leaves."""
        if self.at_places and (question.number is None or question.number.place not in self.at_places):
            return PASSED
        why_not: list[tuple[str, str]] = []
        for consent in question.person.file.consents:
            if consent.scope not in self.consents or not has_begun(consent.at, question.at):
                continue
            problem = self._problem(question, consent)
            if problem is None:
                given = ("consent", f"{consent.scope.value} of {consent.at.isoformat()}")
                return Passed((given,))
            why_not.append((f"consent {consent.scope.value} of {consent.at.date().isoformat()}", problem))
        revoked = [r for r in self._revocations(question) if self._revokes(question, r)]
        if revoked:
            return Denied((*why_not, ("revoked", revoked[-1].at.isoformat())), None)
        if self.at_most is None or self.days is None:
            return Denied((*why_not, _NONE_IN_FORCE), None) if why_not else _WITHOUT_CONSENT
        return self._counted(question, tuple(why_not), self.at_most, self.days)

    def values(self) -> tuple[tuple[str, str], ...]:
        """Consents that suffice, and what is left without one."""
        without = "none" if self.at_most is None else f"{self.at_most} in {self.days} local days per line"
        revoke = "never" if self.revoke_all_from is None else self.revoke_all_from.isoformat()
        return (
            ("consents", ", ".join(sorted(scope.value for scope in self.consents))),
            ("without consent", without),
            ("one revocation ends all from", revoke),
            ("reassigned numbers database", "asked" if self.reassigned_numbers else "not asked"),
            ("at places", ", ".join(sorted(place.value for place in self.at_places)) or "any"),
        )

    def _problem(self, question: Question, consent: Consent) -> str | None:
        """Why a consent does not cover this call; `None` if it does."""
        if has_ended(consent.revoked_at, question.at):
            return "revoked"
        if not _valid_today(question, consent):
            return "not valid on this day"
        if not is_for_number(question, consent):
            return "for another number, or not known for which"
        if not self._covers_debts(question, consent):
            return "for another debt, or not known for which"
        for request in self._revocations(question):
            if takes_back(request, consent, question.zones) and self._revokes(question, request):
                return f"revoked on {request.at.isoformat()}"
        return self._reassigned(question, consent) if self.reassigned_numbers else None

    def _covers_debts(self, question: Question, consent: Consent) -> bool:
        if consent.debts is None:
            return question.person.is_surely_one_debt
        return set(question.groups) <= set(question.person.surely_covered(consent.debts))

    def _revocations(self, question: Question) -> list[PersonRequest]:
        """By whatever request: any reasonable means will do (64.1200(a)(10))."""
        asked = question.person.requests
        if not asked:
            return []
        found = [
            request
            for kind in REVOKING
            for request in asked.get(kind, ())
            if has_come(request, question.at, question.zones) and is_about_telephone(request)
        ]
        return sorted(found, key=lambda request: request.at)

    def _revokes(self, question: Question, request: PersonRequest) -> bool:
        if request.number is not None and request.number != question.proposed.number:
            return False
        if request.debts is None or not question.groups:
            return True
        if not set(question.groups).isdisjoint(question.person.groups_of(request.debts)):
            return True
        if self.revoke_all_from is None:
            return False
        return any(today >= self.revoke_all_from.toordinal() for today in question.today)

    def _reassigned(self, question: Question, consent: Consent) -> str | None:
        """What the database said since the consent: `yes` ends it, `no data` gives no protection."""
        latest: HistoryEntry | None = None
        for event in question.recent(int(consent.at.timestamp()) - 1):
            entry = event.entry
            if entry.event is not EventKind.RND_QUERY:
                continue
            if entry.number is not None and entry.number != question.proposed.number:
                continue
            if entry.rnd_result is RndResult.YES:
                return f"reassigned numbers database said yes on {entry.at.isoformat()}"
            latest = entry
        if latest is not None and latest.rnd_result is not RndResult.NO:
            return f"reassigned numbers database had no data on {latest.at.isoformat()}"
        return None

    def _counted(self, question: Question, why_not: Facts, at_most: int, days: int) -> Answer:
        release = question.at
        facts: Facts = ()
        number, line = question.proposed.number, question.line
        seen = line.until_time(question.at)
        for zone, today in zip(question.zones, question.today, strict=True):
            first = line.since_day(zone, today - days + 1)
            counted = [
                zone.day_of(event.at)
                for event in line.events(first, seen)
                if is_recorded(event) and (event.number is None or event.number == number)
            ]
            if len(counted) >= at_most:
                release = max(release, zone.midnight(counted[len(counted) - at_most] + days))
                facts = (
                    ("recorded calls on this line", f"{len(counted)}; at most {at_most} without consent"),
                    ("within", f"{days} local days to {day_text(today)}"),
                )
        if facts:
            return Denied((*why_not, *facts), release)
        return Passed((*why_not, ("without consent", f"fewer than {at_most} recorded calls in {days} days")))


def _valid_today(question: Question, consent: Consent) -> bool:
    if consent.valid_on is None and consent.valid_from is None and consent.valid_until is None:
        return True
    first, last = consent.valid_on or consent.valid_from, consent.valid_on or consent.valid_until
    return all(
        (first is None or today >= first.toordinal()) and (last is None or today <= last.toordinal())
        for today in question.today
    )


def read_recorded_voice(header: Header, reader: Reader) -> RecordedVoiceRule:
    """Make the rule from its values in a law file."""
    at_most, days = reader.whole_or_none("at_most"), reader.whole_or_none("days")
    if (at_most is None) != (days is None):
        raise reader.fail("at_most", "at_most and days belong together")
    return RecordedVoiceRule(
        header,
        consents=reader.words("consents", ConsentScope),
        at_most=at_most,
        days=days,
        revoke_all_from=reader.day_or_none("revoke_all_from"),
        reassigned_numbers=reader.flag("reassigned_numbers"),
        at_places=reader.words("at_places", Place),
    )
