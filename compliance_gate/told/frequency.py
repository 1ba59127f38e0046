"""The call-frequency ledger: per debt, each call, whether it counts and why, and the days after each talk.

Regulation F (12 CFR 1006.14(b)) presumes too much in more than seven calls in seven consecutive days about a
debt, and in a call within the seven days after a talk about it. The ledger lists what an examiner needs to
count for themselves; what is left out is left out with its paragraph. The limits are read from the rulebook,
never repeated here; which calls count is asked of the same code that decides.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from compliance_gate.asking.past import PastEvent
from compliance_gate.asking.person_index import PreparedPerson
from compliance_gate.asking.question import Question, was_covered
from compliance_gate.book.rulebook import Rulebook
from compliance_gate.calendar import utc
from compliance_gate.consents import CallConsent
from compliance_gate.request import ProposedContact, TimeBlock
from compliance_gate.rules.count import CountRule
from compliance_gate.rules.events import given_back
from compliance_gate.rules.keys import Key, was_exempt
from compliance_gate.rules.pause import PauseRule
from compliance_gate.words import EventKind, Outcome, Profile, RequestKind

SEVEN = "us-regf-seven-in-seven"
AFTER_TALK = "us-regf-after-conversation"

_CALLS = frozenset({EventKind.CALL_PLACED, EventKind.CALL_RECEIVED, EventKind.RINGLESS_VOICEMAIL})
_PLACED = "12 CFR 1006.14(b)(2)(i)(A)"
_NOT_CONNECTED = "12 CFR 1006 Supp. I, 14(b)(3)(ii)-1"
_WRONG_NUMBER = "12 CFR 1006 Supp. I, 14(b)(2)(i)-3"
_CONSENT = "12 CFR 1006.14(b)(3)(i)"


class NoLimitError(LookupError):
    """The rulebook of that day has no such limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentTold:
    """A consent, or a request to be called back, that may take calls out of the count.

    Args:
        debts: debts or groups it covers; () = not known which of several: it covers none.
        valid_on, valid_from, valid_until: local days, as far as the person limited it.
        ends_at: when it was revoked.
    """

    consent: str
    at: datetime
    is_callback_request: bool
    debts: tuple[str, ...]
    number: str | None
    valid_on: date | None
    valid_from: date | None
    valid_until: date | None
    hours: TimeBlock | None
    ends_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongNumberTold:
    """A number that was learned not to be the person's: earlier calls to it are given back."""

    number: str
    learned_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """One call, for one debt, in one zone in which the person may be.

    Args:
        day: its local day in the zone.
        counted: whether it counts towards the seven; why, citation: in words, with the paragraph.
        consent: the consent that covers it, where one does.
        window_from: first local day of the seven that end with this call's day; counted_in_window: calls that
            count in it up to this one, this one included.
        is_talk: it was, or may have been, a telephone conversation about the debt; closed_until: the last of
            the seven local days that then begin.
        after_talk: the last earlier talk in whose seven days it was placed, until `after_talk_until`.
    """

    debt: str
    zone: str
    entry: str
    at: datetime
    day: date
    event: EventKind
    outcome: Outcome | None
    number: str | None
    counted: bool
    why: str
    citation: str
    consent: str | None
    window_from: date
    counted_in_window: int
    is_talk: bool
    closed_until: date | None
    after_talk: str | None
    after_talk_until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FrequencyLedger:
    """All of it for one person, as of one instant.

    Args:
        groups: debt -> what it is counted as (student loans under one servicer account are one).
        at_most, days: the limit and its local days; pause_days: those after a talk, its own included.
    """

    person: str
    at: datetime
    zones: tuple[str, ...]
    groups: tuple[tuple[str, str], ...]
    at_most: int
    days: int
    pause_days: int
    lines: tuple[LedgerLine, ...]
    consents: tuple[ConsentTold, ...]
    wrong_numbers: tuple[WrongNumberTold, ...]

    @property
    def over(self) -> tuple[LedgerLine, ...]:
        """Calls that count beyond the limit."""
        return tuple(line for line in self.lines if line.counted and line.counted_in_window > self.at_most)

    @property
    def too_soon(self) -> tuple[LedgerLine, ...]:
        """Calls placed in the days after a talk that no consent covers."""
        return tuple(
            line for line in self.lines if line.after_talk and line.consent is None and _was_placed(line)
        )


def frequency_ledger(book: Rulebook, person: PreparedPerson, at: datetime) -> FrequencyLedger:
    """The ledger of a person by the law in force at an instant, with everything that was known then.

    Raises:
        NoLimitError: the rulebook limits no calls on that day.
    """
    seven, pause = book.rule(SEVEN, at.date()), book.rule(AFTER_TALK, at.date())
    if not (isinstance(seven, CountRule) and isinstance(pause, PauseRule)) or pause.of.days is None:
        raise NoLimitError(f"the rulebook has no {SEVEN} or no {AFTER_TALK} on {at.date().isoformat()}")
    (stretch,) = seven.of.within
    assert stretch.days is not None, "a limit in local days"
    second = int(at.timestamp())
    question = Question(person, ProposedContact(), Profile.STRICT, at=second, until=second)
    consents = _named(person.call_consents)
    ledger = _Ledger(question, seven, consents, days=stretch.days, pause_days=pause.of.days)
    return FrequencyLedger(
        person=person.file.person,
        at=at,
        zones=tuple(zone.name for zone in question.zones),
        groups=tuple((debt.debt, person.groups_of((debt.debt,))[0]) for debt in person.file.debts),
        at_most=seven.of.at_most,
        days=stretch.days,
        pause_days=pause.of.days,
        lines=tuple(line for group in ledger.groups() for line in ledger.lines_of(group)),
        consents=tuple(_consent(name, consent) for name, consent in consents),
        wrong_numbers=_wrong_numbers(person, at),
    )


def _named(consents: Iterable[CallConsent]) -> tuple[tuple[str, CallConsent], ...]:
    return tuple((f"consent-{k}", consent) for k, consent in enumerate(consents, start=1))


def _was_placed(line: LedgerLine) -> bool:
    return line.event is not EventKind.CALL_RECEIVED


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """An event with what it comes to for one debt, whatever the zone."""

    event: PastEvent
    counted: bool
    why: str
    citation: str
    consent: str | None
    is_talk: bool


class _Ledger:
    """Judges and counts the events of one person."""

    def __init__(
        self,
        question: Question,
        seven: CountRule,
        consents: tuple[tuple[str, CallConsent], ...],
        *,
        days: int,
        pause_days: int,
    ) -> None:
        self._question = question
        self._seven = seven
        self._consents = consents
        self._days = days
        self._pause_days = pause_days

    def groups(self) -> tuple[str, ...]:
        """Every debt on file, and every one that a call was about, as it is counted."""
        person, seen = self._question.person, self._question.seen
        called = {group for event in person.past.events(0, seen) for group in event.groups or ()}
        return tuple(sorted({*person.all_groups, *called}))

    def lines_of(self, group: str) -> Iterator[LedgerLine]:
        """Every call about a debt, zone by zone, in order of time."""
        judged = [self._judged(group, event) for event in self._events(group)]
        for zone in self._question.zones:
            days = [zone.day_of(each.event.at) for each in judged]
            for index, each in enumerate(judged):
                yield self._line(group, zone.name, judged, days, index, each)

    def _events(self, group: str) -> list[PastEvent]:
        question = self._question
        return [
            event
            for event in question.past.events(0, question.seen)
            if event.entry.event in _CALLS
            and (
                event.groups is None
                or group in event.groups
                or (event.spoken is not None and group in event.spoken)
            )
        ]

    def _judged(self, group: str, event: PastEvent) -> _Judged:
        counted, why, citation = self._counts(group, event)
        is_given_back = given_back(self._question, event)
        is_talk = event.own and not is_given_back and (event.spoken is None or group in event.spoken)
        return _Judged(
            event=event,
            counted=counted,
            why=why,
            citation=citation,
            consent=self._covering(group, event),
            is_talk=is_talk,
        )

    def _counts(self, group: str, event: PastEvent) -> tuple[bool, str, str]:
        entry, table = event.entry, self._seven.of.counted.table
        said = "outcome not known" if entry.outcome is None else entry.outcome.value.replace("_", " ")
        apart = _not_a_call_about(group, event)
        if apart is not None:
            return False, apart, _PLACED
        if not table[event.code]:
            return False, f"{said}: did not connect to the dialed number", _NOT_CONNECTED
        if given_back(self._question, event):
            return False, "the number was learned not to be the person's: given back", _WRONG_NUMBER
        if was_exempt(Key.DEBT, group, event, self._question, any_consent=True):
            return False, "with the person's consent, given directly to this collector", _CONSENT
        more = "" if event.groups is not None else "; of which debt is not known, so it counts for each"
        return True, f"{said}: placed and counts{more}", _PLACED

    def _covering(self, group: str, event: PastEvent) -> str | None:
        """The consent that covers a call placed about the debt, by name."""
        question = self._question
        if event.entry.event is EventKind.CALL_RECEIVED or not question.person.call_consents:
            return None
        number = event.number
        if number is None and event.entry.counted is False and len(question.person.numbers) == 1:
            number = next(iter(question.person.numbers))
        if not was_covered(question.person, question.zones, group, number, event.at, asked_for=False):
            return None
        return next(
            name
            for name, consent in reversed(self._consents)
            if group in (consent.groups or ())
            and consent.number in (None, number)
            and all(consent.holds(zone, event.at) for zone in question.zones)
        )

    def _line(
        self, group: str, zone: str, judged: list[_Judged], days: list[int], index: int, each: _Judged
    ) -> LedgerLine:
        today, entry = days[index], each.event.entry
        first = today - self._days + 1
        talk = self._talk_before(judged, days, index)
        return LedgerLine(
            debt=group,
            zone=zone,
            entry=entry.entry,
            at=entry.at,
            day=date.fromordinal(today),
            event=entry.event,
            outcome=entry.outcome,
            number=entry.number,
            counted=each.counted,
            why=each.why,
            citation=each.citation,
            consent=each.consent,
            window_from=date.fromordinal(first),
            counted_in_window=sum(
                before.counted and day >= first
                for before, day in zip(judged[: index + 1], days[: index + 1], strict=True)
            ),
            is_talk=each.is_talk,
            closed_until=date.fromordinal(today + self._pause_days - 1) if each.is_talk else None,
            after_talk=None if talk is None else judged[talk].event.entry.entry,
            after_talk_until=None if talk is None else date.fromordinal(days[talk] + self._pause_days - 1),
        )

    def _talk_before(self, judged: list[_Judged], days: list[int], index: int) -> int | None:
        """The last earlier talk whose days still last on the day of a call."""
        for before in range(index - 1, -1, -1):
            if judged[before].is_talk and days[index] < days[before] + self._pause_days:
                return before
        return None


def _not_a_call_about(group: str, event: PastEvent) -> str | None:
    """Why an event is no call that we placed to this person about the debt; None = it is one."""
    if event.entry.event is EventKind.CALL_RECEIVED:
        return "the person called; the limit is on calls placed"
    if not event.own:
        return "another person was called, who has a ledger of their own"
    if event.groups is not None and group not in event.groups:
        return "placed about another debt; this one was only spoken of"
    return None


def _consent(name: str, consent: CallConsent) -> ConsentTold:
    def day(ordinal: int | None) -> date | None:
        return None if ordinal is None else date.fromordinal(ordinal)

    return ConsentTold(
        consent=name,
        at=utc(consent.at),
        is_callback_request=consent.is_callback_request,
        debts=tuple(sorted(consent.groups or ())),
        number=consent.number,
        valid_on=day(consent.valid_on),
        valid_from=day(consent.valid_from),
        valid_until=day(consent.valid_until),
        hours=consent.window,
        ends_at=None if consent.ends_at is None else utc(consent.ends_at),
    )


def _wrong_numbers(person: PreparedPerson, at: datetime) -> tuple[WrongNumberTold, ...]:
    learned = person.requests.get(RequestKind.WRONG_NUMBER_LEARNED, ())
    return tuple(
        WrongNumberTold(number=request.number, learned_at=request.at, withdrawn_at=request.withdrawn_at)
        for request in learned
        if request.number is not None and request.at <= at
    )
