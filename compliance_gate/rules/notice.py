"""Kind `notice`: nothing until a written notice was sent, and so many days have passed since.

Values:
    days: whole local days after the day of sending that must pass; 0 = the notice suffices. With
        `day_one: included` the day of sending is the first of them.
    contact_shows_it: only a first contact needs it: a person we have been in contact with had a notice.
    asked_excludes: a contact that they asked for, or the one answer to a message of theirs, need not wait.

Kept per debt; a notice of which the debt is not known is of none, unless there is but one debt. That no
notice is on file is the collector's own omission: it can be sent at any time, and no waiting mends it.
"""

from compliance_gate.asking.past import PastEvent
from compliance_gate.asking.question import Question
from compliance_gate.book.reader import Reader
from compliance_gate.calendar import day_text
from compliance_gate.rules.base import PASSED, Answer, Denied, Header, Rule
from compliance_gate.rules.respond import may_respond
from compliance_gate.words import EventKind

_CONTACTS = frozenset({EventKind.CALL_PLACED, EventKind.EMAIL, EventKind.SMS})


class NoticeRule(Rule):
    """A notice first, then the contact."""

    def __init__(
        self,
        header: Header,
        *,
        days: int,
        day_one_included: bool,
        contact_shows_it: bool,
        asked_excludes: bool,
    ) -> None:
        super().__init__(header)
        self.days = days
        self.day_one_included = day_one_included
        self.contact_shows_it = contact_shows_it
        self.asked_excludes = asked_excludes

    def ask(self, question: Question) -> Answer:
        """Denied while any bound debt has no notice, or one too young in any zone."""
        release = question.at
        facts: tuple[tuple[str, str], ...] = ()
        for group in question.groups or question.person.all_groups:
            debts = self.header.scope.debts
            if debts is not None and not debts.binds_group(group, question):
                continue
            if self.asked_excludes and self._asked_for(question, group):
                continue
            sent = self._sent(question, group)
            if sent is None:
                if self.contact_shows_it and self._contacted(question):
                    continue
                return Denied((("written notice", "none on file"), ("debt", group)), None, ours_to_mend=True)
            until, told = self._until(question, sent)
            if until > release:
                release, facts = until, (("debt", group), *told)
        return PASSED if release == question.at else Denied(facts, release)

    def values(self) -> tuple[tuple[str, str], ...]:
        """How long after the notice, and what need not wait."""
        one = "the day of sending included" if self.day_one_included else "full days after it"
        pairs = [("after the notice", f"{self.days} local days, {one}" if self.days else "at once")]
        if self.contact_shows_it:
            pairs.append(("an earlier contact", "stands for a notice that is not on file"))
        if self.asked_excludes:
            pairs.append(("need not wait", "a contact they asked for, or an answer to theirs"))
        return tuple(pairs)

    def looser_than(self, other: Rule) -> str | None:
        """A shorter wait is looser."""
        assert isinstance(other, NoticeRule)
        return "the wait is shorter" if self.days < other.days else None

    def _asked_for(self, question: Question, group: str) -> bool:
        if question.is_covered(group, asked_for=True):
            return True
        return may_respond(question, since=question.at - self.days * 86400)

    def _sent(self, question: Question, group: str) -> PastEvent | None:
        """The first notice about a debt."""
        for event in question.past.events(0, question.seen):
            if event.entry.event is EventKind.INITIAL_NOTICE_MAILED and _is_about(event, question, group):
                return event
        return None

    def _contacted(self, question: Question) -> bool:
        return any(
            event.entry.event in _CONTACTS and event.own for event in question.past.events(0, question.seen)
        )

    def _until(self, question: Question, sent: PastEvent) -> tuple[int, tuple[tuple[str, str], ...]]:
        wait = self.days + (0 if self.day_one_included else 1) if self.days else 0
        ends = [(zone.midnight(zone.day_of(sent.at) + wait), zone) for zone in question.zones]
        if not ends:
            return 2**40, (("zones", "not known"),)
        until, zone = max(ends, key=lambda end: end[0])
        return until, (
            ("notice of", sent.entry.at.isoformat()),
            ("first free day", f"{day_text(zone.day_of(until))} in {zone.name}"),
        )


def _is_about(event: PastEvent, question: Question, group: str) -> bool:
    if event.groups is None:
        return len(question.person.all_groups) <= 1
    return group in event.groups


def read_notice(header: Header, reader: Reader) -> NoticeRule:
    """Make the rule from its values in a law file."""
    day_one = reader.text_or_none("day_one") or "excluded"
    if day_one not in ("included", "excluded"):
        raise reader.fail("day_one", "included or excluded")
    return NoticeRule(
        header,
        days=reader.whole("days"),
        day_one_included=day_one == "included",
        contact_shows_it=reader.flag("contact_shows_it"),
        asked_excludes=reader.flag("asked_excludes"),
    )
