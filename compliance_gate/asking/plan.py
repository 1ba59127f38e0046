"""A plan: which rules are put to one kind of contact, and which of them have anything to say about a person.

Most people have no hold and no request on file, and nothing happened to them lately. Most rules answer that
in the same way every time, so their findings stand in the plan ready made, and only rules whose subject is on
file are asked. What each rule needs is the rule's own word (`Rule.needs`), tested for every rule in force.
"""

from dataclasses import dataclass, field, replace

from compliance_gate.asking.past import Past
from compliance_gate.asking.question import Question
from compliance_gate.book.register import Coverage
from compliance_gate.call_handling import CallHandling
from compliance_gate.findings import Finding, Recording, Verdict
from compliance_gate.request import ProposedContact
from compliance_gate.rules.base import EVER_S, Denied, Needs, Rule

Asked = tuple[int, Rule]
"""A rule to be asked, and its place among the findings."""


_OnEvents = tuple[Asked, int, int]


@dataclass(frozen=True, slots=True)
class Asking:
    """Rules in reading order, by what must be on file before they can say anything but `quiet`.

    Attributes:
        quiet: each rule's finding while what it needs is not on file.
        on_events: with the kinds of event that matter to it (a bit for each code), and how far back (s).
        on_line_events: the same of rules that read what happened on the line, whoever was called.
    """

    quiet: tuple[Finding, ...]
    always: tuple[Asked, ...]
    on_holds: tuple[Asked, ...]
    on_requests: tuple[Asked, ...]
    on_events: tuple[_OnEvents, ...]
    on_line_events: tuple[_OnEvents, ...]

    def concerned(self, question: Question) -> list[Asked]:
        """Rules that something on file may concern, in no order that matters."""
        return [*self.always, *self.moved(question)]

    def moved(self, question: Question) -> list[Asked]:
        """Of the rules that are not always asked, those that something on file may concern."""
        person = question.person
        file = person.file
        found: list[Asked] = []
        if file.holds:
            found += self.on_holds
        if file.requests:
            found += self.on_requests
        if question.seen:
            _add_moved(found, self.on_events, question, person.past, question.seen)
        if self.on_line_events:
            line = question.line
            if line.times:
                _add_moved(found, self.on_line_events, question, line, line.until_time(question.at))
        return found


def _add_moved(
    found: list[Asked], rules: tuple[_OnEvents, ...], question: Question, past: Past, seen: int
) -> None:
    """Add the rules that something of late may move."""
    if not seen:
        return
    # Without a zone a rule cannot tell how far back its days reach.
    newest = past.times[seen - 1] if question.zones else question.at
    age, codes = question.at - newest, past.codes
    found += [asked for asked, mask, memory_s in rules if codes & mask and age <= memory_s]


def asking(rules: tuple[Rule, ...], proposed: ProposedContact) -> Asking:
    """Sort rules by what they need; `proposed` is any contact of the plan's kind."""

    def needing(what: Needs) -> tuple[Asked, ...]:
        return tuple((place, rule) for place, rule in enumerate(rules) if rule.needs is what)

    def of_events(asked: Asked) -> _OnEvents:
        return asked, asked[1].events_mask, asked[1].memory_s or 0

    moved = needing(Needs.EVENTS)
    return Asking(
        quiet=tuple(rule.finding(rule.quiet(proposed)) for rule in rules),
        always=needing(Needs.NOTHING),
        on_holds=needing(Needs.HOLDS),
        on_requests=needing(Needs.REQUESTS),
        on_events=tuple(of_events(asked) for asked in moved if not asked[1].reads_line),
        on_line_events=tuple(of_events(asked) for asked in moved if asked[1].reads_line),
    )


# Stretches of one day kept with their settled answers; a bound, not a tuning: a law has a few windows a day.
_MOST_PARTS = 64
_Part = tuple[int, int, Asking]
"""The first and last second of it, and what is left to be asked then."""


@dataclass(slots=True)
class AskingOnDays:
    """Rules in reading order on the same local days of the same zones, to one kind of contact by one profile.

    Hours, licences and holidays are then the same for everybody, so those rules are asked once and their
    findings stand ready as long as the ringing stays inside the seconds they were told for.

    Attributes:
        whole: all of the rules.
    """

    whole: Asking
    _settling: tuple[Asked, ...] = field(init=False, repr=False, compare=False)
    _parts: list[_Part] = field(default_factory=list["_Part"], init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._settling = tuple(
            asked for asked in self.whole.always if asked[1].may_settle and asked[1].debts is None
        )

    def anew(self) -> "AskingOnDays":
        """The same rules for other days."""
        return AskingOnDays(self.whole)

    def at(self, question: Question) -> Asking:
        """Rules that are left to be asked at a second, with the findings of all others."""
        for first, last, left in self._parts:
            if first <= question.at and question.until <= last:
                return left
        return self._settle(question)

    def _settle(self, question: Question) -> Asking:
        first, last = -EVER_S, EVER_S
        quiet, done = [*self.whole.quiet], set[int]()
        for place, rule in self._settling:
            try:
                settled = rule.settled(question)
            except Exception:  # noqa: BLE001 - fail closed: it stays among the rules to be asked, and denies there
                continue
            if settled is None:
                return self.whole
            if isinstance(settled.answer, Denied):
                continue
            first, last = max(first, settled.first), min(last, settled.last)
            quiet[place] = rule.finding(settled.answer)
            done.add(place)
        left = replace(
            self.whole,
            quiet=tuple(quiet),
            always=tuple(asked for asked in self.whole.always if asked[0] not in done),
        )
        if len(self._parts) >= _MOST_PARTS:
            self._parts.clear()
        self._parts.append((first, last, left))
        return left


@dataclass(frozen=True, slots=True)
class Plan:
    """The rules to ask.

    Attributes:
        cleared: the structural findings where nothing in the structure denies.
        asked: every rule, in reading order.
        denying: those that deny; warnings are left out, they stop nothing.
        recorded: rules that would be asked beside these if the voice were recorded.
        recordings: rules that bind the playing of single recordings.
        coverage: what the register says of the places; `None` if the packs were given.
        missing: packs that were asked for and do not exist.
        handling: how a call that is cleared must be handled.
        speaking: rules that may say what must be said, or may not be.
    """

    cleared: tuple[Finding, ...]
    asked: AskingOnDays
    denying: AskingOnDays
    recorded: AskingOnDays
    recordings: tuple[tuple[Recording, AskingOnDays], ...]
    coverage: Coverage | None
    missing: tuple[str, ...]
    packs: tuple[str, ...]
    with_house: bool
    handling: CallHandling
    speaking: tuple[Rule, ...]

    def anew(self) -> "Plan":
        """The same rules for other local days."""
        return replace(
            self,
            asked=self.asked.anew(),
            denying=self.denying.anew(),
            recorded=self.recorded.anew(),
            recordings=tuple((recording, asked.anew()) for recording, asked in self.recordings),
        )


def denies(rule: Rule) -> bool:
    """Whether the rule's answer can stop a contact."""
    return rule.header.verdict is Verdict.DENIED
