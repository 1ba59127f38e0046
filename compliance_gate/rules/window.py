"""Kind `window`: a contact only inside local hours, in every zone where the person may be.

Values:
    hours: list of `{days, from, to}`; weekdays without hours are closed. `days` left out = every day.
    start, end: `included` or `excluded`: whether the boundary instant itself is permitted under the
        `literal` profile. Under `strict` both are excluded.
    zones: `person` (default) or the name of one zone that the law fixes.
    consent_lifts: whether a `time_window` consent given to the collector opens further hours.
    at_places: bind only numbers known to ring at these places (a workplace); a place that is not known is
        not taken for one, or every fixed line would keep office hours.

Ringing must end inside the window: a telephone that starts to ring at 20:59:50 rings after nine.
"""

from compliance_gate.asking.question import Question
from compliance_gate.book.reader import LawError, Reader, clock
from compliance_gate.calendar import ZoneDays, day_text, zone_days
from compliance_gate.consents import WEEKDAYS, block_on
from compliance_gate.request import Consent
from compliance_gate.rules.base import (
    PASSED,
    Answer,
    Denied,
    Facts,
    Header,
    Passed,
    Rule,
    Settled,
    is_strict,
)
from compliance_gate.rules.consented import is_for_number, stands
from compliance_gate.words import ConsentScope, GivenTo, NumberRole, Place, Weekday

Interval = tuple[int, int]
Spans = tuple[tuple[int, int], ...]

# A weekly table that has no hour at all for this many days has none.
_DAYS_AHEAD = 9
_MOST_CACHED = 8192


class WindowRule(Rule):
    """Hours of local time inside which a contact is permitted."""

    def __init__(
        self,
        header: Header,
        *,
        week: tuple[Spans, ...],
        start_included: bool,
        end_included: bool,
        fixed_zone: str | None,
        consent_lifts: bool,
        at_places: frozenset[Place] = frozenset(),
    ) -> None:
        super().__init__(header)
        self.week = week
        self.start_included = start_included
        self.end_included = end_included
        self.fixed_zone = None if fixed_zone is None else zone_days(fixed_zone)
        self.consent_lifts = consent_lifts
        self.at_places = at_places
        self._cleared: dict[object, tuple[tuple[Interval, ...], Passed]] = {}
        self._of_day: dict[tuple[ZoneDays, int, bool], tuple[Interval, ...]] = {}

    def ask(self, question: Question) -> Answer:
        """Denied unless the ringing fits into permitted hours in all zones."""
        if self.at_places and self._place(question) not in self.at_places:
            return PASSED
        if self.fixed_zone is None:
            zones, today = question.zones, question.today
        else:
            zones, today = (self.fixed_zone,), (self.fixed_zone.day_of(question.at),)
        if not zones:
            return Denied((("zones", "not known"), *_unknown(question)), None)
        intervals, passed = self._hours(zones, today, strict=is_strict(question))
        for first, last in intervals:
            if first <= question.at and question.until <= last:
                return passed
        return self._outside(question, zones, today)

    @property
    def may_settle(self) -> bool:
        """The hours are everybody's, unless they bind the numbers of some places only."""
        return not self.at_places

    def settled(self, question: Question) -> Settled | None:
        """Passed, as long as the ringing is inside the same hours of the same day."""
        if self.fixed_zone is None:
            zones, today = question.zones, question.today
        else:
            zones, today = (self.fixed_zone,), (self.fixed_zone.day_of(question.at),)
        for first, last in self._hours(zones, today, strict=is_strict(question))[0]:
            if first <= question.at and question.until <= last:
                return Settled(self.ask(question), first, last)
        return None

    def _place(self, question: Question) -> Place | None:
        number = question.number
        if number is None:
            return None
        return Place.WORK if number.place is None and number.role is NumberRole.WORK else number.place

    def values(self) -> tuple[tuple[str, str], ...]:
        """Hours by weekday and how their boundaries count."""
        days = tuple(
            (day.value, ", ".join(f"{_clock(a)}-{_clock(b)}" for a, b in spans) or "closed")
            for day, spans in zip(WEEKDAYS, self.week, strict=True)
        )
        return (
            *days,
            ("start", "included" if self.start_included else "excluded"),
            ("end", "included" if self.end_included else "excluded"),
            ("zones", self.fixed_zone.name if self.fixed_zone else "every zone the person may be in"),
            ("consent lifts", "yes" if self.consent_lifts else "no"),
            ("at places", ", ".join(sorted(place.value for place in self.at_places)) or "any"),
        )

    def looser_than(self, other: Rule) -> str | None:
        """A window is looser if it permits a second of the week that the other forbids."""
        assert isinstance(other, WindowRule)
        for day, mine, theirs in zip(WEEKDAYS, self.week, other.week, strict=True):
            for start, end in mine:
                if not any(a <= start and end <= b for a, b in theirs):
                    return f"{day.value} {_clock(start)}-{_clock(end)} is not inside the other's hours"
        return None

    def same_subject(self, other: Rule) -> bool:
        """Two windows on the same numbers measure the same thing: local time."""
        return (
            isinstance(other, WindowRule)
            and self.fixed_zone is other.fixed_zone
            and self.at_places == other.at_places
        )

    def intervals(self, zone: ZoneDays, day: int, *, strict: bool) -> tuple[Interval, ...]:
        """Permitted seconds of one local day, first and last included."""
        known = self._of_day.get((zone, day, strict))
        if known is None:
            if len(self._of_day) >= _MOST_CACHED:
                self._of_day.clear()
            # Ordinal 1 was a Monday.
            known = tuple(self._interval(zone, day, span, strict=strict) for span in self.week[(day - 1) % 7])
            self._of_day[zone, day, strict] = known
        return known

    def _interval(self, zone: ZoneDays, day: int, span: tuple[int, int], *, strict: bool) -> Interval:
        # Of a wall-clock time that exists twice, the reading that permits less is taken.
        first = zone.wall_clock(day, span[0], latest=True)
        last = zone.wall_clock(day, span[1], latest=False)
        if (strict or not self.start_included) and span[0] > 0:
            first += 1
        if strict or not self.end_included or span[1] >= 86400:
            last -= 1
        return first, last

    def _hours(
        self, zones: tuple[ZoneDays, ...], today: tuple[int, ...], *, strict: bool
    ) -> tuple[tuple[Interval, ...], Passed]:
        """Seconds that are permitted in all zones on their local days, and the answer inside them."""
        key = (zones, today, strict)
        known = self._cleared.get(key)
        if known is not None:
            return known
        if len(self._cleared) >= _MOST_CACHED:
            self._cleared.clear()
        together: tuple[Interval, ...] | None = None
        facts: list[tuple[str, str]] = []
        for zone, day in zip(zones, today, strict=True):
            here = self.intervals(zone, day, strict=strict)
            together = here if together is None else _both(together, here)
            facts.append((f"hours in {zone.name}", f"{day_text(day)} {self._hours_text(day)}"))
        known = (together or (), Passed(tuple(facts), lasting=True))
        self._cleared[key] = known
        return known

    def _hours_text(self, day: int) -> str:
        spans = self.week[(day - 1) % 7]
        return ", ".join(f"{_clock(a)}-{_clock(b)}" for a, b in spans) or "closed"

    def _outside(self, question: Question, zones: tuple[ZoneDays, ...], today: tuple[int, ...]) -> Answer:
        consents = self._time_consents(question)
        facts: list[tuple[str, str]] = list(_unknown(question))
        release: int | None = question.at
        for zone, day in zip(zones, today, strict=True):
            opens = self._opens(question, zone, day, consents)
            if opens == question.at:
                continue
            local = zone.local(question.at)
            facts.append((f"local time in {zone.name}", local.strftime("%a %Y-%m-%d %H:%M:%S")))
            facts.append((f"hours in {zone.name}", self._hours_text(day)))
            release = None if opens is None or release is None else max(release, opens)
        if release == question.at:
            lifted = tuple(("consent to hours", c.at.isoformat()) for c in consents)
            return Passed(lifted)
        return Denied(tuple(facts), release)

    def _opens(
        self, question: Question, zone: ZoneDays, today: int, consents: tuple[Consent, ...]
    ) -> int | None:
        """The first second from now on at which the ringing fits, in one zone."""
        ring = question.until - question.at
        strict = is_strict(question)
        for day in range(today, today + _DAYS_AHEAD):
            spans = list(self.intervals(zone, day, strict=strict))
            for consent in consents:
                # Yesterday's may run past midnight.
                spans.extend(_consented(consent, zone, day - 1))
                spans.extend(_consented(consent, zone, day))
            for first, last in _joined(spans):
                start = max(first, question.at)
                if start + ring <= last:
                    return start
        return None

    def _time_consents(self, question: Question) -> tuple[Consent, ...]:
        if not self.consent_lifts or not question.person.has_consent(ConsentScope.TIME_WINDOW):
            return ()
        return tuple(
            consent
            for consent in question.person.file.consents
            # 1006.6(b)(4)(i): only consent given directly to this collector.
            if consent.scope is ConsentScope.TIME_WINDOW
            and consent.given_to is GivenTo.COLLECTOR
            and consent.window is not None
            and is_for_number(question, consent)
            and stands(question, consent)
        )


def read_window(header: Header, reader: Reader) -> WindowRule:
    """Make the rule from its values in a law file."""
    week: list[list[tuple[int, int]]] = [[] for _ in WEEKDAYS]
    for hours in reader.inners("hours"):
        days = hours.words("days", Weekday) or frozenset(Weekday)
        span = (clock(hours.text("from"), hours.where), clock(hours.text("to"), hours.where))
        hours.done()
        if span[0] >= span[1]:
            raise LawError(f"{hours.where}: hours must end after they begin")
        for day in days:
            week[WEEKDAYS.index(day)].append(span)
    if not any(week):
        raise LawError(f"{reader.where}: hours: at least one weekday needs hours")
    zones = reader.text_or_none("zones") or "person"
    return WindowRule(
        header,
        week=tuple(tuple(sorted(spans)) for spans in week),
        start_included=_included(reader, "start"),
        end_included=_included(reader, "end"),
        fixed_zone=None if zones == "person" else zones,
        consent_lifts=reader.flag("consent_lifts"),
        at_places=reader.words("at_places", Place),
    )


def _included(reader: Reader, key: str) -> bool:
    word = reader.text_or_none(key) or "included"
    if word not in ("included", "excluded"):
        raise reader.fail(key, f"included or excluded, found {word!r}")
    return word == "included"


def _consented(consent: Consent, zone: ZoneDays, day: int) -> tuple[Interval, ...]:
    if consent.window is None:
        return ()
    if consent.valid_on is not None and consent.valid_on.toordinal() != day:
        return ()
    if consent.valid_from is not None and day < consent.valid_from.toordinal():
        return ()
    if consent.valid_until is not None and day > consent.valid_until.toordinal():
        return ()
    span = block_on(consent.window, zone, day, widest=False)
    # "Until ten" is not ten.
    return () if span is None else ((span[0], span[1] - 1),)


def _both(mine: tuple[Interval, ...], theirs: tuple[Interval, ...]) -> tuple[Interval, ...]:
    common = ((max(a, c), min(b, d)) for a, b in mine for c, d in theirs)
    return tuple((first, last) for first, last in common if first <= last)


def _joined(spans: list[Interval]) -> list[Interval]:
    """Overlapping and touching intervals made one, in order."""
    joined: list[Interval] = []
    for first, last in sorted(spans):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined


def _clock(second: int) -> str:
    return f"{second // 3600:02d}:{second % 3600 // 60:02d}"


def _unknown(question: Question) -> Facts:
    return tuple(("not known, every value tried", fact) for fact in question.unknown)
