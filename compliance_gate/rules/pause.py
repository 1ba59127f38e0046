"""Kind `pause`: nothing for a while after something happened.

Values:
    calls, calls_except, received_calls, events: what starts the pause (`rules/events.py`).
    conversations: true if a conversation starts it; then debts spoken of count, whoever began.
    per: `debt`, `account`, `creditor`, `line`, `person` or `household` (`rules/keys.py`).
    days: length in local days, with `day_one: included` (the day itself is the first) or `excluded`
        (full days after it); or `hours`.
    consent_excludes, callback_excludes: a contact covered by consent, or asked for, is not barred.
    unless_agent_guaranteed: a call with a collector certain to be on the line is not barred.
    wrong_number_excludes: events on a number learned to be another's do not start it.
    joining_excludes: a call is no start of it to another number that is called into that very call, at the
        person's word, while it goes on.

A conversation starts a pause when it has been had. One that still goes on has not been: a call that joins it
is a part of it. Source: 12 CFR 1006.14(b)(2)(i)(B), "after having had a telephone conversation".
"""

from dataclasses import dataclass
from operator import itemgetter

from compliance_gate.asking.past import CONVERSATIONS, PastEvent, event_code
from compliance_gate.asking.question import Question
from compliance_gate.book.reader import Reader
from compliance_gate.calendar import ZoneDays, day_text, utc
from compliance_gate.call_handling import Duty, Term
from compliance_gate.findings import Layer
from compliance_gate.request import ProposedContact
from compliance_gate.rules.base import PASSED, Answer, Denied, Header, Needs, Passed, Rule
from compliance_gate.rules.events import EventFilter, given_back, read_events
from compliance_gate.rules.keys import Key, belongs, is_exempt, past_of, subjects
from compliance_gate.words import EventKind, Mode, Outcome, RequestKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseValues:
    """The values of a pause; see the module's text. `after` None means conversations."""

    after: EventFilter | None
    per: Key
    days: int | None
    day_one_included: bool
    hours: float | None
    consent_excludes: bool
    callback_excludes: bool
    unless_agent_guaranteed: bool
    wrong_number_excludes: bool
    joining_excludes: bool

    @property
    def longest_s(self) -> int:
        """Seconds after which an event can no longer matter, on the safe side."""
        return int((self.hours or 0) * 3600) + 1 if self.days is None else (self.days + 3) * 86400


_ABANDONED = event_code(EventKind.CALL_PLACED, Outcome.ABANDONED)
_GUARANTEED = Passed((("mode", Mode.PREVIEW_AGENT_GUARANTEED.value),), lasting=True)


class PauseRule(Rule):
    """Time that must pass after an event."""

    def __init__(self, header: Header, of: PauseValues) -> None:
        super().__init__(header)
        self.of = of

    def ask(self, question: Question) -> Answer:
        """Denied while any event's pause lasts, in any zone."""
        of = self.of
        if of.unless_agent_guaranteed and question.proposed.mode is Mode.PREVIEW_AGENT_GUARANTEED:
            return _GUARANTEED
        release = question.at
        facts: tuple[tuple[str, str], ...] = ()
        for event in self._starting(question):
            for subject in subjects(of.per, question):
                if not self._holds_for(subject, event, question) or self._excluded(question, subject):
                    continue
                until, told = self._until(question, event)
                if until > release:
                    release, facts = until, (("about", subject), *told)
        if release == question.at:
            return PASSED
        starts = question.consent_may_start() if of.consent_excludes or of.callback_excludes else None
        return Denied(facts, release if starts is None else min(release, starts))

    @property
    def needs(self) -> Needs:
        """Without an event that starts it there is no pause."""
        return Needs.EVENTS

    def quiet(self, proposed: ProposedContact) -> Passed:
        """Nothing started it, or it does not bar this contact at all."""
        is_guaranteed = proposed.mode is Mode.PREVIEW_AGENT_GUARANTEED
        return _GUARANTEED if self.of.unless_agent_guaranteed and is_guaranteed else PASSED

    @property
    def events_mask(self) -> int:
        """What starts it."""
        return CONVERSATIONS if self.of.after is None else self.of.after.mask

    @property
    def reads_line(self) -> bool:
        """What is kept per line looks at what happened on it for anybody."""
        return self.of.per is Key.LINE

    @property
    def memory_s(self) -> int | None:
        """The length of the pause, on the safe side."""
        return self.of.longest_s

    @property
    def terms(self) -> tuple[Term, ...]:
        """After an abandoned call, how long a collector must be certain to be there for the next."""
        of, header = self.of, self.header
        after = of.after is not None and of.after.table[_ABANDONED]
        if not (after and of.unless_agent_guaranteed and of.hours is not None):
            return ()
        return (
            Term(
                duty=Duty.AGENT_AFTER_ABANDONMENT,
                value=of.hours * 3600.0,
                rule=header.rule,
                citation=header.citation,
                is_law=header.layer is Layer.LAW,
            ),
        )

    def values(self) -> tuple[tuple[str, str], ...]:
        """What starts it, how long it lasts, what lifts it."""
        of = self.of
        one = "day one included" if of.day_one_included else "full days after it"
        pairs = [
            ("after", "a conversation" if of.after is None else of.after.text),
            ("per", of.per.value),
            ("lasts", f"{of.days} local days, {one}" if of.days is not None else f"{of.hours:g} hours"),
        ]
        for name in (
            "consent_excludes",
            "callback_excludes",
            "unless_agent_guaranteed",
            "wrong_number_excludes",
            "joining_excludes",
        ):
            if getattr(of, name):
                pairs.append((name.replace("_", " "), "yes"))
        return tuple(pairs)

    def same_subject(self, other: Rule) -> bool:
        """Same start and key: only the length may differ."""
        if not isinstance(other, PauseRule):
            return False
        mine = None if self.of.after is None else self.of.after.table
        theirs = None if other.of.after is None else other.of.after.table
        return (self.of.per, mine) == (other.of.per, theirs)

    def looser_than(self, other: Rule) -> str | None:
        """A shorter pause is looser."""
        assert isinstance(other, PauseRule)
        if self.of.longest_s < other.of.longest_s:
            return "the pause is shorter"
        return None

    def _starting(self, question: Question) -> list[PastEvent]:
        """Events that may still be followed by the pause."""
        of = self.of
        events = question.recent_in(past_of(of.per, question), question.at - of.longest_s)
        joined = question.proposed.joins
        if joined is not None and (of.after is None or of.joining_excludes):
            events = [event for event in events if event.entry.entry != joined]
        if of.after is None:
            found = [event for event in events if event.spoken is None or event.spoken]
        else:
            table = of.after.table
            found = [event for event in events if table[event.code]]
        if of.wrong_number_excludes and question.requests(RequestKind.WRONG_NUMBER_LEARNED):
            return [event for event in found if not given_back(question, event)]
        return found

    def _holds_for(self, subject: str, event: PastEvent, question: Question) -> bool:
        if self.of.after is None and self.of.per in (Key.DEBT, Key.ACCOUNT):
            in_topics = event.spoken is None or subject in event.spoken or subject == "any debt"
            return event.own and in_topics
        return belongs(self.of.per, subject, event, question)

    def _excluded(self, question: Question, subject: str) -> bool:
        of = self.of
        debts = self.header.scope.debts
        by_debt = of.per in (Key.DEBT, Key.ACCOUNT)
        if debts is not None and by_debt and not debts.binds_group(subject, question):
            return True
        if not (of.consent_excludes or of.callback_excludes):
            return False
        return is_exempt(of.per, subject, question, any_consent=of.consent_excludes)

    def _until(self, question: Question, event: PastEvent) -> tuple[int, tuple[tuple[str, str], ...]]:
        of = self.of
        whom = ", for another person on this line" if event.for_another else ""
        what = f"{event.entry.event.value} {_outcome(event)} at {utc(event.at).isoformat()}"
        happened = ("event", what + whom)
        if of.days is None:
            # Events are kept by whole seconds; a part of a second more is a second more to wait.
            until = event.at + int((of.hours or 0) * 3600) + (event.entry.at.microsecond > 0)
            return until, (happened, ("until", utc(until).isoformat()))
        ends: list[tuple[int, ZoneDays, int]] = []
        for zone in question.zones:
            free = zone.day_of(event.at) + of.days + (0 if of.day_one_included else 1)
            ends.append((zone.midnight(free), zone, free))
        until, zone, day = max(ends, key=itemgetter(0))
        return until, (happened, _free_on(zone, day))


def read_pause(header: Header, reader: Reader) -> PauseRule:
    """Make the rule from its values in a law file."""
    days = reader.whole_or_none("days")
    hours = reader.whole_or_none("hours")
    minutes = reader.whole_or_none("minutes")
    if sum(value is not None for value in (days, hours, minutes)) != 1:
        raise reader.fail("days", "give exactly one of days, hours, minutes")
    day_one = reader.text_or_none("day_one")
    if days is not None and day_one not in ("included", "excluded"):
        raise reader.fail("day_one", "included or excluded")
    return PauseRule(
        header,
        PauseValues(
            after=None if reader.flag("conversations") else read_events(reader),
            per=reader.word("per", Key),
            days=days,
            day_one_included=day_one == "included",
            hours=hours if minutes is None else minutes / 60,
            consent_excludes=reader.flag("consent_excludes"),
            callback_excludes=reader.flag("callback_excludes"),
            unless_agent_guaranteed=reader.flag("unless_agent_guaranteed"),
            wrong_number_excludes=reader.flag("wrong_number_excludes"),
            joining_excludes=reader.flag("joining_excludes"),
        ),
    )


def _outcome(event: PastEvent) -> str:
    outcome = event.entry.outcome
    return "with unknown outcome" if outcome is None else outcome.value


def _free_on(zone: ZoneDays, day: int) -> tuple[str, str]:
    return "first free day", f"{day_text(day)} in {zone.name}"
