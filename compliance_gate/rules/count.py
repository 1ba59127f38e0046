"""Kind `count`: at most so many events in a stretch of local days.

Values:
    at_most: the limit, the proposed contact included.
    per: `debt`, `account`, `creditor`, `line`, `person` or `household` (`rules/keys.py`).
    within: list of readings, all of which must hold: `{days: 7}` (rolling local days, today included),
        `{week: MO}` (calendar week beginning that weekday), `{month: calendar}`, `{hours: 24}`.
    calls, calls_except, received_calls, events: what counts (`rules/events.py`).
    recorded_only: count only recorded or artificial voice.
    to_kinds, at_places: count only events on numbers of these kinds or places (a number whose kind or
        place is not known counts).
    consent_excludes: calls covered by a consent (`consents.py`) are not counted and not limited; who agreed
        to be called agreed to no text, e-mail or letter.
    callback_excludes: one requested call back is neither limited nor, once completed, counted.
    wrong_number_excludes: calls to a number learned to be another's are given back.
    reply_excludes: the one answer to a message of theirs, by the same medium, is not limited.
    after_first: an outcome that must have happened, for what the limit is kept per, before it begins to run.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from compliance_gate.asking.past import Past, PastEvent
from compliance_gate.asking.question import Question
from compliance_gate.book.reader import Reader
from compliance_gate.calendar import ZoneDays, day_text
from compliance_gate.consents import WEEKDAYS
from compliance_gate.request import ProposedContact
from compliance_gate.rules.base import PASSED, Answer, Denied, Header, Needs, Passed, Rule
from compliance_gate.rules.events import EventFilter, given_back, is_recorded, read_events
from compliance_gate.rules.keys import BELONGS, SUBJECTS, Key, is_exempt, past_of, was_exempt
from compliance_gate.rules.respond import ANSWER_WITHIN_DAYS, may_respond
from compliance_gate.words import (
    Action,
    EventKind,
    NumberKind,
    NumberRole,
    Outcome,
    Place,
    RequestKind,
    Weekday,
)

_REPLY = Passed((("answers", "a message of theirs, by the same medium"),), lasting=True)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A reading of the time in which a limit runs; exactly one field is set."""

    days: int | None = None
    week_from: int | None = None
    month: bool = False
    hours: int | None = None

    def first_day(self, today: int) -> int:
        """First local day of the stretch that ends today."""
        if self.days is not None:
            return today - self.days + 1
        if self.week_from is not None:
            return today - ((today - 1) % 7 - self.week_from) % 7
        if self.month:
            return date.fromordinal(today).replace(day=1).toordinal()
        return today

    def day_after(self, day: int) -> int:
        """First local day on which something done on `day` is no longer inside."""
        if self.days is not None:
            return day + self.days
        if self.week_from is not None:
            return self.first_day(day) + 7
        first = date.fromordinal(day).replace(day=1)
        return date(first.year + first.month // 12, first.month % 12 + 1, 1).toordinal()

    @property
    def text(self) -> str:
        """The reading in words."""
        if self.days is not None:
            return f"{self.days} local days, today included"
        if self.week_from is not None:
            return f"calendar week from {WEEKDAYS[self.week_from].value}"
        return "calendar month" if self.month else f"{self.hours} hours"


@dataclass(frozen=True, slots=True, kw_only=True)
class CountValues:
    """The values of a counting rule; see the module's text."""

    at_most: int
    per: Key
    within: tuple[Stretch, ...]
    counted: EventFilter
    recorded_only: bool
    to_kinds: frozenset[NumberKind]
    at_places: frozenset[Place]
    consent_excludes: bool
    callback_excludes: bool
    wrong_number_excludes: bool
    reply_excludes: bool
    after_first: Outcome | None


_CALLS = frozenset({EventKind.CALL_PLACED, EventKind.RINGLESS_VOICEMAIL})


def _is_call(question: Question) -> bool:
    return question.proposed.action is Action.PLACE_CALL


class CountRule(Rule):
    """A limit on how often."""

    def __init__(self, header: Header, of: CountValues) -> None:
        super().__init__(header)
        self.of = of
        self._plain = not (of.recorded_only or of.to_kinds or of.at_places)
        self._consent_lifts = of.consent_excludes or of.callback_excludes
        self._subjects, self._belongs = SUBJECTS[of.per], BELONGS[of.per]
        self._by_debt = of.per in (Key.DEBT, Key.ACCOUNT)
        # The longest of the readings by days where there is no other kind: they are looked up together.
        days = [stretch.days for stretch in of.within]
        self._days = max([day for day in days if day is not None]) if None not in days else None
        self._passed = tuple(
            Passed((("counted", f"{n} of at most {of.at_most} per {of.per.value}"),), lasting=True)
            for n in range(max(of.at_most, 1))
        )
        # Three days more than the longest reading: days of 25 hours, and zones a day apart.
        self._memory_s = max(
            (stretch.hours or 0) * 3600 + (stretch.days or 31) * 86400 + 3 * 86400 for stretch in of.within
        )

    def ask(self, question: Question) -> Answer:
        """Denied if the contact would be one too many for any subject, in any zone, by any reading."""
        of = self.of
        if of.at_places and not self._bound_here(question):
            return PASSED
        limited = self._subjects(question)
        if of.after_first is not None and not any(self._has_begun(question, one) for one in limited):
            return Passed((("begins with", f"first {of.after_first.value}: none yet"),))
        # Every reading in every zone lies inside these events: too few here is too few in each.
        table = of.counted.table
        events = [event for event in self._possible(question) if table[event.code]]
        if len(events) < of.at_most and (question.brief or not events):
            return PASSED if question.brief else self._passed[0]
        most = 0
        for subject in limited:
            if self._excluded_now(question, subject):
                continue
            counted = self._number(question, subject, events)
            if counted >= of.at_most:
                return _REPLY if of.reply_excludes and _answers(question) else self._ask_exactly(question)
            most = max(most, counted)
        return self._passed[most]

    def _ask_exactly(self, question: Question) -> Answer:
        """The long way: zone by zone and reading by reading."""
        of = self.of
        most = 0
        release = question.at
        facts: tuple[tuple[str, str], ...] = ()
        past = past_of(of.per, question)
        for subject in self._subjects(question):
            if self._excluded_now(question, subject):
                continue
            for zone, today in zip(question.zones, question.today, strict=True):
                for stretch in of.within:
                    days = self._counted_days(question, subject, past, zone, today, stretch)
                    if len(days) < of.at_most:
                        most = max(most, len(days))
                        continue
                    facts = facts or self._facts(len(days), subject, zone, stretch, today)
                    release = max(release, self._released(zone, stretch, days))
        if not facts:
            return self._passed[most]
        starts = question.consent_may_start() if self._consent_lifts and _is_call(question) else None
        unknown = _unknown_facts(question)
        return Denied((*facts, *unknown), release if starts is None else min(release, starts))

    @property
    def needs(self) -> Needs:
        """Without an event there is nothing to count, save where other facts are asked of too."""
        return Needs.NOTHING if self.memory_s is None or self.of.at_places else Needs.EVENTS

    def quiet(self, proposed: ProposedContact) -> Passed:
        """None counted."""
        del proposed
        return self._passed[0]

    @property
    def events_mask(self) -> int:
        """What counts."""
        return self.of.counted.mask

    @property
    def reads_line(self) -> bool:
        """What is kept per line looks at what happened on it for anybody."""
        return self.of.per is Key.LINE

    @property
    def memory_s(self) -> int | None:
        """The longest reading, on the safe side; none where nothing at all is permitted."""
        return None if self.of.at_most == 0 or self.of.after_first else self._memory_s

    def _possible(self, question: Question) -> list[PastEvent]:
        """What happened that any reading in any zone could hold, and maybe a little more."""
        if self._days is not None:
            return question.lately(self._days, on_line=self.of.per is Key.LINE)
        past = past_of(self.of.per, question)
        return past.events(self._first_possible(question, past), past.until_time(question.at))

    def _first_possible(self, question: Question, past: Past) -> int:
        """Index of the first event that any reading in any zone could hold."""
        first = question.at
        for stretch in self.of.within:
            if stretch.hours is not None:
                since: int | None = question.at - stretch.hours * 3600
            elif stretch.days is not None:
                since = question.since(stretch.days)
            else:
                spans = [today - stretch.first_day(today) + 1 for today in question.today]
                since = question.since(max(spans, default=31))
            if since is None:
                return 0
            first = min(first, since)
        return past.since_time(first)

    def _number(self, question: Question, subject: str, events: list[PastEvent]) -> int:
        """How many of these, which are of the kinds that count, count for a subject."""
        belongs = self._belongs
        own = [event for event in events if belongs(subject, event, question)]
        if self._do_all_count(question):
            return len(own)
        return sum(not self._not_counted(question, subject, event) for event in own)

    def _do_all_count(self, question: Question) -> bool:
        """Whether nothing on file can take an event out of the count."""
        person = question.person
        return (
            self._plain
            and not (self._consent_lifts and person.call_consents)
            and not (self.of.wrong_number_excludes and question.requests(RequestKind.WRONG_NUMBER_LEARNED))
        )

    def _counted(self, question: Question, subject: str, past: Past, first: int) -> list[int]:
        """Indexes in `past`, from `first` on, of the events that count for a subject."""
        table, belongs = self.of.counted.table, self._belongs
        found: list[int] = []
        for index in range(first, past.until_time(question.at)):
            event = past.event(index)
            if (
                table[event.code]
                and belongs(subject, event, question)
                and not self._not_counted(question, subject, event)
            ):
                found.append(index)
        return found

    def values(self) -> tuple[tuple[str, str], ...]:
        """Limit, key, readings, and what counts."""
        of = self.of
        pairs = [
            ("at most", str(of.at_most)),
            ("per", of.per.value),
            ("within", " and ".join(stretch.text for stretch in of.within)),
            ("counted", of.counted.text),
        ]
        if of.recorded_only:
            pairs.append(("voice", "recorded or artificial only"))
        if of.to_kinds:
            pairs.append(("numbers", ", ".join(sorted(kind.value for kind in of.to_kinds))))
        if of.at_places:
            pairs.append(("places", ", ".join(sorted(place.value for place in of.at_places))))
        if of.after_first:
            pairs.append(("after first", of.after_first.value))
        for name in ("consent_excludes", "callback_excludes", "wrong_number_excludes", "reply_excludes"):
            if getattr(of, name):
                pairs.append((name.replace("_", " "), "yes"))
        return tuple(pairs)

    def same_subject(self, other: Rule) -> bool:
        """Same events, key and readings: only the limit may differ."""
        if not isinstance(other, CountRule):
            return False
        mine, theirs = self.of, other.of
        return (mine.per, mine.within, mine.counted.table, mine.recorded_only) == (
            theirs.per,
            theirs.within,
            theirs.counted.table,
            theirs.recorded_only,
        )

    def looser_than(self, other: Rule) -> str | None:
        """A higher limit is looser."""
        assert isinstance(other, CountRule)
        if self.of.at_most > other.of.at_most:
            return f"at most {self.of.at_most} is more than {other.of.at_most}"
        return None

    def _excluded_now(self, question: Question, subject: str) -> bool:
        of = self.of
        debts = self.debts
        if debts is not None and self._by_debt and not debts.binds_group(subject, question):
            return True
        if of.after_first is not None and not self._has_begun(question, subject):
            return True
        if not (self._consent_lifts and question.person.call_consents and _is_call(question)):
            return False
        return is_exempt(of.per, subject, question, any_consent=of.consent_excludes)

    def _counted_days(
        self, question: Question, subject: str, past: Past, zone: ZoneDays, today: int, stretch: Stretch
    ) -> Sequence[int]:
        """Day (for hours: second) of each event that counts, oldest first."""
        if stretch.hours is not None:
            since = question.at - stretch.hours * 3600
            counted = self._counted(question, subject, past, past.since_time(since))
            return [second for second in map(_second_after, map(past.event, counted)) if second > since]
        days = past.days(zone)
        first = bisect_left(days, stretch.first_day(today))
        return [days[index] for index in self._counted(question, subject, past, first)]

    def _not_counted(self, question: Question, subject: str, event: PastEvent) -> bool:
        of = self.of
        if not self._plain and self._elsewhere(question, event):
            return True
        learned = of.wrong_number_excludes and question.requests(RequestKind.WRONG_NUMBER_LEARNED)
        if learned and given_back(question, event):
            return True
        if not self._consent_lifts or event.entry.event not in _CALLS:
            return False
        return was_exempt(of.per, subject, event, question, any_consent=of.consent_excludes)

    def _elsewhere(self, question: Question, event: PastEvent) -> bool:
        """Whether the event was certainly not of the voice, line or place this rule counts."""
        of = self.of
        if of.recorded_only and not is_recorded(event):
            return True
        number = None if event.number is None else question.person.numbers.get(event.number)
        if of.to_kinds and number is not None and number.kind is not NumberKind.UNKNOWN:
            return number.kind not in of.to_kinds
        if of.at_places and number is not None:
            return not _may_be_at(number.kind, number.role, number.place, of.at_places)
        return False

    def _bound_here(self, question: Question) -> bool:
        number = question.number
        return number is None or _may_be_at(number.kind, number.role, number.place, self.of.at_places)

    def _has_begun(self, question: Question, subject: str) -> bool:
        wanted, past = self.of.after_first, past_of(self.of.per, question)
        return any(
            event.entry.outcome in (wanted, None)
            and event.entry.event.value.startswith("call")
            and self._belongs(subject, event, question)
            for event in past.events(0, past.until_time(question.at))
        )

    def _released(self, zone: ZoneDays, stretch: Stretch, days: Sequence[int]) -> int:
        """First second at which enough counted events have left the stretch."""
        if not self.of.at_most:
            return 2**40
        leaving = days[len(days) - self.of.at_most]
        if stretch.hours is not None:
            return leaving + stretch.hours * 3600
        return zone.midnight(stretch.day_after(leaving))

    def _facts(
        self, count: int, subject: str, zone: ZoneDays, stretch: Stretch, today: int
    ) -> tuple[tuple[str, str], ...]:
        return (
            ("already counted", f"{count}; at most {self.of.at_most}"),
            (self.of.per.value, subject),
            ("within", f"{stretch.text}, {day_text(stretch.first_day(today))} to {day_text(today)}"),
            ("zone", zone.name),
        )


def _answers(question: Question) -> bool:
    return may_respond(question, since=question.at - ANSWER_WITHIN_DAYS * 86400)


def read_count(header: Header, reader: Reader) -> CountRule:
    """Make the rule from its values in a law file."""
    within = tuple(_read_stretch(inner) for inner in reader.inners("within"))
    if not within:
        raise reader.fail("within", "at least one reading is required, such as [{days: 7}]")
    return CountRule(
        header,
        CountValues(
            at_most=reader.whole("at_most"),
            per=reader.word("per", Key),
            within=within,
            counted=read_events(reader),
            recorded_only=reader.flag("recorded_only"),
            to_kinds=reader.words("to_kinds", NumberKind),
            at_places=reader.words("at_places", Place),
            consent_excludes=reader.flag("consent_excludes"),
            callback_excludes=reader.flag("callback_excludes"),
            wrong_number_excludes=reader.flag("wrong_number_excludes"),
            reply_excludes=reader.flag("reply_excludes"),
            after_first=reader.word("after_first", Outcome) if reader.has("after_first") else None,
        ),
    )


def _read_stretch(reader: Reader) -> Stretch:
    stretch = Stretch(
        days=reader.whole_or_none("days"),
        week_from=WEEKDAYS.index(reader.word("week", Weekday)) if reader.has("week") else None,
        month=reader.has("month") and reader.text("month") == "calendar",
        hours=reader.whole_or_none("hours"),
    )
    reader.done()
    given = [stretch.days, stretch.week_from, stretch.month or None, stretch.hours]
    if sum(value is not None for value in given) != 1:
        raise reader.fail("within", "give exactly one of days, week, month: calendar, hours")
    return stretch


def _second_after(event: PastEvent) -> int:
    """The event's second, or the next if it happened within one."""
    return event.at + (event.entry.at.microsecond > 0)


def _may_be_at(kind: NumberKind, role: NumberRole, place: Place | None, places: frozenset[Place]) -> bool:
    """Whether a number may ring at one of the places. A mobile has no place unless one is known."""
    if place is not None:
        return place in places
    if role is NumberRole.WORK:
        return Place.WORK in places
    return kind is not NumberKind.MOBILE and role is not NumberRole.OWN


def _unknown_facts(question: Question) -> tuple[tuple[str, str], ...]:
    if question.proposed.debts:
        return ()
    return (("not known, every value tried", "debts of the proposed contact"),)
