"""Kind `notice`: nothing until a written notice was sent, and so many days have passed since.

Values:
    days: whole local days after the day of sending that must pass; 0 = the notice suffices. With
        `day_one: included` the day of sending is the first of them.
    contact_shows_it: only a first contact needs it: a person we have been in contact with had a notice.
    contact_about_it_shows_it: the same, of a contact about the very debt only.
    asked_excludes: a contact that they asked for, or the one answer to a message of theirs, need not wait.
    notices: kinds of notice that the text asks for; left out, any. One of unknown kind is none of them.
    by: means by which it must be sent (`letter`: on paper); left out, any.

Kept per debt; a notice of which the debt is not known is of none, unless there is but one debt. That no
notice is on file is the collector's own omission: it can be sent at any time, and no waiting mends it. So it
is with one that came back: it is as if it had never been sent, until it is sent again. One of which nobody
knows the day may have been sent today.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from compliance_gate.asking.question import Question
from compliance_gate.book.reader import Reader
from compliance_gate.calendar import day_text
from compliance_gate.request import Notice
from compliance_gate.rules.base import PASSED, Answer, Denied, Header, Rule
from compliance_gate.rules.respond import may_respond
from compliance_gate.words import EventKind, Medium, NoticeKind

_CONTACTS = frozenset({EventKind.CALL_PLACED, EventKind.EMAIL, EventKind.SMS})


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeValues:
    """The values of a notice rule; see the module's text."""

    days: int
    day_one_included: bool
    contact_shows_it: bool
    contact_about_it_shows_it: bool
    asked_excludes: bool
    notices: frozenset[NoticeKind]
    by: frozenset[Medium]


@dataclass(frozen=True, slots=True)
class _Sent:
    """A notice that is on its way or there: its local days, one for each zone, and how it is told."""

    days: tuple[int, ...]
    told: str


class NoticeRule(Rule):
    """A notice first, then the contact."""

    def __init__(self, header: Header, of: NoticeValues) -> None:
        super().__init__(header)
        self.of = of

    def ask(self, question: Question) -> Answer:
        """Denied while any bound debt has no notice, or one too young in any zone."""
        release = question.at
        facts: tuple[tuple[str, str], ...] = ()
        for debt in self._bound_debts(question):
            if self.of.asked_excludes and self._asked_for(question, debt):
                continue
            sent = list(self._sent(question, debt))
            if not sent:
                why_not = self._why_not(question, debt)
                if why_not is None:
                    continue
                return Denied((("written notice", why_not), ("debt", debt)), None, ours_to_mend=True)
            until, told = min((self._until(question, each) for each in sent), key=lambda found: found[0])
            if until > release:
                release, facts = until, (("debt", debt), *told)
        return PASSED if release == question.at else Denied(facts, release)

    def values(self) -> tuple[tuple[str, str], ...]:
        """How long after the notice, and what need not wait."""
        of = self.of
        one = "the day of sending included" if of.day_one_included else "full days after it"
        pairs = [("after the notice", f"{of.days} local days, {one}" if of.days else "at once")]
        if of.notices:
            pairs.append(("which notice", ", ".join(sorted(kind.value for kind in of.notices))))
        if of.by:
            pairs.append(("sent by", ", ".join(sorted(medium.value for medium in of.by))))
        if of.contact_shows_it:
            pairs.append(("an earlier contact", "stands for a notice that is not on file"))
        if of.contact_about_it_shows_it:
            pairs.append(("an earlier contact about the debt", "stands for a notice that is not on file"))
        if of.asked_excludes:
            pairs.append(("need not wait", "a contact they asked for, or an answer to theirs"))
        return tuple(pairs)

    def looser_than(self, other: Rule) -> str | None:
        """A shorter wait is looser."""
        assert isinstance(other, NoticeRule)
        return "the wait is shorter" if self.of.days < other.of.days else None

    def _bound_debts(self, question: Question) -> tuple[str, ...]:
        """Debts concerned that the rule binds; each needs a notice of its own."""
        person, scope = question.person, self.header.scope.debts
        concerned = question.proposed.debts or tuple(debt.debt for debt in person.file.debts)
        if scope is None:
            return concerned
        known = {debt.debt: debt for debt in person.file.debts}
        return tuple(debt for debt in concerned if debt not in known or scope.binds(known[debt]))

    def _asked_for(self, question: Question, debt: str) -> bool:
        (group,) = question.person.groups_of((debt,))
        if question.is_covered(group, asked_for=True):
            return True
        return may_respond(question, since=question.at - self.of.days * 86400)

    def _sent(self, question: Question, debt: str) -> Iterator[_Sent]:
        """Notices about a debt that count."""
        zones = question.zones
        for event in question.past.events(0, question.seen):
            entry = event.entry
            is_notice = entry.event is EventKind.INITIAL_NOTICE_MAILED
            if is_notice and question.person.is_surely_among(debt, entry.debts):
                days = tuple([zone.day_of(event.at) for zone in zones])
                yield _Sent(days, entry.at.isoformat())
        for notice in question.person.file.notices:
            if self._counts(question, notice, debt) and notice.sent_on is not None:
                yield _Sent((notice.sent_on.toordinal(),) * len(zones), notice.sent_on.isoformat())

    def _counts(self, question: Question, notice: Notice, debt: str) -> bool:
        of = self.of
        return (
            (not of.notices or notice.kind in of.notices)
            and (not of.by or notice.by in of.by)
            and not _came_back(question, notice)
            and question.person.is_surely_among(debt, notice.debts)
        )

    def _why_not(self, question: Question, debt: str) -> str | None:
        """Why there is none that counts; `None` where an earlier contact stands for it."""
        about = [
            notice
            for notice in question.person.file.notices
            if question.person.is_surely_among(debt, notice.debts)
        ]
        if any(_came_back(question, notice) for notice in about):
            return "came back, and was not sent again"
        if any(self._counts(question, notice, debt) for notice in about):
            return "sent on a day that is not known"
        if self._contacted(question, debt):
            return None
        return "of another kind, or sent otherwise, or not known" if about else "none on file"

    def _contacted(self, question: Question, debt: str) -> bool:
        """Whether an earlier contact, with the person or about this very debt, stands for the notice."""
        of = self.of
        if not (of.contact_shows_it or of.contact_about_it_shows_it):
            return False
        return any(
            event.entry.event in _CONTACTS
            and event.own
            and (of.contact_shows_it or question.person.is_surely_among(debt, event.entry.debts))
            for event in question.past.events(0, question.seen)
        )

    def _until(self, question: Question, sent: _Sent) -> tuple[int, tuple[tuple[str, str], ...]]:
        of = self.of
        wait = of.days + (0 if of.day_one_included else 1) if of.days else 0
        ends = [
            (zone.midnight(day + wait), zone) for zone, day in zip(question.zones, sent.days, strict=True)
        ]
        if not ends:
            return 2**40, (("zones", "not known"),)
        until, zone = max(ends, key=lambda end: end[0])
        return until, (
            ("notice of", sent.told),
            ("first free day", f"{day_text(zone.day_of(until))} in {zone.name}"),
        )


def _came_back(question: Question, notice: Notice) -> bool:
    """Whether it is known by now: on the day that it is, wherever that begins first."""
    returned = notice.returned_on
    return returned is not None and (
        not question.today or any(today >= returned.toordinal() for today in question.today)
    )


def read_notice(header: Header, reader: Reader) -> NoticeRule:
    """Make the rule from its values in a law file."""
    day_one = reader.text_or_none("day_one") or "excluded"
    if day_one not in ("included", "excluded"):
        raise reader.fail("day_one", "included or excluded")
    return NoticeRule(
        header,
        NoticeValues(
            days=reader.whole("days"),
            day_one_included=day_one == "included",
            contact_shows_it=reader.flag("contact_shows_it"),
            contact_about_it_shows_it=reader.flag("contact_about_it_shows_it"),
            asked_excludes=reader.flag("asked_excludes"),
            notices=reader.words("notices", NoticeKind),
            by=reader.words("by", Medium),
        ),
    )
