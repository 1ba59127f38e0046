"""What is known of a number at the instant it may be called, as the answer model of pacing wants it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from compliance_gate.request import HistoryEntry, PersonFile
from compliance_gate.words import EventKind, Outcome
from dialer.domain.ids import NumberId, PersonId
from dialer.domain.lead import Target
from dialer.engine.context import Context
from pacing.policy import NumberProfile

QUARTER_S = 900.0
"""Every zone is a multiple of a quarter of an hour from UTC: an hour begins at no other time."""

MOST_KEPT = 5000
"""Profiles kept at once; past it all are worked out anew, as they are asked for."""

_NEVER_RANG = frozenset({Outcome.NOT_IN_SERVICE, Outcome.NO_CONNECTION})

_PERSON_ANSWERED = frozenset({Outcome.CONVERSATION, Outcome.WRONG_PERSON, Outcome.ANSWERED_THEN_DROPPED})

_AGENT_HEARD_NO_PERSON = frozenset(
    {
        Outcome.VOICEMAIL_LEFT,
        Outcome.VOICEMAIL_LIMITED_CONTENT,
        Outcome.VOICEMAIL_REACHED_NO_MESSAGE,
        Outcome.VOICEMAIL_FULL_NO_MESSAGE,
        Outcome.CALL_SCREENED,
    }
)


class Profiles:
    """Profiles of numbers in play; kept until their file changes or the hour may."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._known: dict[tuple[PersonId, NumberId], tuple[PersonFile, str, int, NumberProfile]] = {}
        self._plain: dict[str, NumberProfile] = {}
        self._hours: dict[str, int] = {}
        self._quarter = -1

    def of(self, target: Target) -> NumberProfile:
        """Of the number that a lead would dial now."""
        context = self._context
        row = context.state.persons.get(target.person)
        if row is None:
            return NumberProfile(segment=target.answer_segment)
        file, quarter = row.file, int(context.now // QUARTER_S)
        name = (target.person, target.number)
        known = self._known.get(name)
        if known is not None:
            of_file, segment, at, profile = known
            if of_file is file and at == quarter and segment == target.answer_segment:
                return profile
        if len(self._known) >= MOST_KEPT:
            self._known.clear()
        profile = self._profile(file, target, quarter)
        self._known[name] = (file, target.answer_segment, quarter, profile)
        return profile

    def by_segment(self, target: Target) -> NumberProfile:
        """The same where nothing but the segment is asked for: always the same one."""
        known = self._plain.get(target.answer_segment)
        if known is None:
            known = self._plain[target.answer_segment] = NumberProfile(segment=target.answer_segment)
        return known

    def _profile(self, file: PersonFile, target: Target, quarter: int) -> NumberProfile:
        rang = [entry for entry in file.history if _rang(entry, target.number)]
        live = sum(entry.outcome in _PERSON_ANSWERED for entry in rang)
        others = sum(entry.outcome in _AGENT_HEARD_NO_PERSON for entry in rang)
        zones = next((row.zones for row in file.numbers if row.number == target.number), None)
        return NumberProfile(
            segment=target.answer_segment,
            local_hour=self._hour(min(zones), quarter) if zones else None,
            attempts=len(rang),
            needed_agent=live + others,
            answered_live=live,
        )

    def _hour(self, zone: str, quarter: int) -> int:
        if quarter != self._quarter:
            self._hours.clear()
            self._quarter = quarter
        if zone not in self._hours:
            self._hours[zone] = _hour_in(zone, quarter * QUARTER_S)
        return self._hours[zone]


def _rang(entry: HistoryEntry, number: NumberId) -> bool:
    was_placed = entry.event is EventKind.CALL_PLACED and entry.number == number
    return was_placed and entry.outcome not in _NEVER_RANG


def _hour_in(zone: str, at: float) -> int:
    return datetime.fromtimestamp(at, tz=ZoneInfo(zone)).hour
