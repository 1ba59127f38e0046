"""Why a call was placed, or whether a person could be called: every rule asked, and when next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from compliance_gate.asking.gate import ComplianceGate
from compliance_gate.asking.person_index import PreparedPerson
from compliance_gate.book.rulebook import Rulebook
from compliance_gate.findings import Finding, Statement, Verdict
from compliance_gate.request import PersonFile
from compliance_gate.words import Action, Mode, Tech
from dialer.domain.attempt import Outcome
from dialer.domain.campaign import CampaignSettings
from dialer.domain.ids import CampaignId
from dialer.domain.record import AttemptRecord, instant
from dialer.domain.transitions import Word
from dialer.inquiry import stored
from dialer.inquiry.asking import asked_again, proposed_contact
from dialer.inquiry.attested import HistoryTold, histories
from dialer.inquiry.audit import taped
from dialer.inquiry.errors import NothingToAskError, NotKnownError, NotThereError
from dialer.inquiry.instants import LawThen, campaigns_of, file_at, law_at, rulebook_named, settings_at
from dialer.inquiry.leave import leave_of
from dialer.results.counting import counted_of, wrong_numbers
from dialer.results.exports import iso
from dialer.results.report_view import story_of
from dialer.storage import queries
from dialer.storage.store import Store

_MOST_HINTS = 3

_JUST_AFTER_S = 1e-3
"""What ends at an instant is known after it; no rule is finer than a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleAsked:
    """One rule that was asked, and what it said.

    Args:
        what: the rule in words; None = the law in force does not know it any more.
        verdict: `cleared`, `denied` or `warned`.
        layer: whose rule it is: the law's, the client's, the house's.
        facts: what it went by, by name.
    """

    rule: str
    what: str | None
    verdict: str
    layer: str
    citation: str
    facts: tuple[tuple[str, str], ...]

    @property
    def denies(self) -> bool:
        """Whether this rule keeps the person from being called."""
        return self.verdict == Verdict.DENIED.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One contact that was, or would be, decided.

    Args:
        about: what it was, line by line.
        next_says: from when the person may be called, in words; next_at: in POSIX seconds, None = not by
            waiting.
        statements: what must be said or written in a contact that is allowed, and what may not be.
    """

    title: str
    about: tuple[tuple[str, str], ...]
    rules: tuple[RuleAsked, ...]
    next_says: str
    next_at: float | None
    statements: tuple[Statement, ...] = ()

    @property
    def is_allowed(self) -> bool:
        """No rule denies."""
        return not any(rule.denies for rule in self.rules)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a person would be reached, in the gate's words."""

    action: Action
    tech: Tech | None = None
    mode: Mode | None = None


class Channel(Word):
    """By what means a person would be reached."""

    CALL = "call"
    """A call that any agent may take who is free when it is answered."""
    HELD_CALL = "held-call"
    """A call for which an agent is kept before it is dialed."""
    TEXT = "text"
    EMAIL = "email"
    LETTER = "letter"

    @property
    def manner(self) -> Manner:
        """The same in the gate's words."""
        return _MANNERS[self]


_MANNERS: Mapping[Channel, Manner] = {
    Channel.CALL: Manner(action=Action.PLACE_CALL, tech=Tech.PREDICTIVE_LIVE, mode=Mode.PREDICTIVE),
    Channel.HELD_CALL: Manner(
        action=Action.PLACE_CALL, tech=Tech.MANUAL_LIVE, mode=Mode.PREVIEW_AGENT_GUARANTEED
    ),
    Channel.TEXT: Manner(action=Action.SEND_SMS),
    Channel.EMAIL: Manner(action=Action.SEND_EMAIL),
    Channel.LETTER: Manner(action=Action.SEND_LETTER),
}
_BY_NUMBER = frozenset({Channel.CALL, Channel.HELD_CALL, Channel.TEXT})


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a question about a person narrows itself to. None = each debt, each number on file then."""

    debt: str | None = None
    number: str | None = None
    channel: Channel = Channel.CALL


EVERYTHING = About()


def explain_attempt(store: Store, name: str) -> tuple[Asked, ...]:
    """The decision on which an attempt was placed, what came of it, and when the person may be called next.

    Raises:
        NotThereError: there is no such attempt.
    """
    record = queries.attempt(store.database, name)
    if record is None:
        some = stored.some_attempts(store, _MOST_HINTS)
        there = f"attempts here look like {', '.join(some)}." if some else "there is no attempt in it yet."
        raise NotThereError(f"no attempt is called {name!r}", where="this store", mend=there)
    findings = queries.findings_of(store.database, name)
    learned = wrong_numbers(stored.attempts_of(store, record.person))
    counted = counted_of(record, learned)
    after = record.wrapped_at or record.ended_at or record.launched_at
    law, notes = law_of(store, record.rulebook)
    says, at = _next(store, record.person, at=after + _JUST_AFTER_S)
    about = (
        ("attempt", record.attempt),
        ("person", record.person),
        ("number", record.number),
        ("campaign", record.campaign),
        ("debts", ", ".join(record.debts)),
        ("launched", times(record.launched_at, record.zones)),
        ("what happened", story_of(record)),
        ("counts", f"{counted.word.replace('_', ' ')}: {counted.why}"),
        ("recorded", _recorded(record)),
        ("rulebook", record.rulebook),
        *(("signed for", word) for word in _signed(store, record)),
        *(("law", note) for note in notes),
    )
    asked = Asked(
        title=_title(record, findings),
        about=about,
        rules=rules_told(findings, law, on=record.launched_at),
        next_says=says,
        next_at=at,
        statements=statements_of(store, record, law),
    )
    return (asked,)


def _title(record: AttemptRecord, findings: tuple[Finding, ...]) -> str:
    if record.outcome is Outcome.NOT_ATTEMPTED:
        return f"Attempt {record.attempt} was cleared and never placed: the telephone system refused it"
    if not findings:
        return f"Attempt {record.attempt} was placed; which rules were asked is not stored"
    return f"Attempt {record.attempt} was placed because every rule cleared it"


_TAPED = {
    "untold": "yes, and nothing was said of it",
    "told": "yes, after a recorded notice was heard to its end",
    "agreed": "yes, after an agent spoke the notice",
}


def _recorded(record: AttemptRecord) -> str:
    note = record.recording
    at = None if note is None else note.objected_at
    objected = "" if at is None else f"; they objected at {iso(at)}"
    if record.recorded is None:
        return f"not known{objected}"
    return f"{_TAPED.get(taped(record) or '', 'no')}{objected}"


def _signed(store: Store, record: AttemptRecord) -> Iterator[str]:
    """On whose word the person could be called where they may be."""
    file = stored.person_file(store, record.person, at=record.launched_at)
    if file is not None:
        for each in leave_of(store, file, [record.rulebook]).signed:
            yield f"{each.place} ({each.subject}) by {each.signed_by}, {each.dated}"


def statements_of(store: Store, record: AttemptRecord, law: Rulebook | None) -> tuple[Statement, ...]:
    """What had to be said in the call and what might not be: asked again, as it was asked then."""
    file = stored.person_file(store, record.person, at=record.launched_at)
    if file is None or law is None:
        return ()
    settings = settings_at(store, record.launched_at).get(record.campaign)
    manner = (Channel.HELD_CALL if record.guaranteed else Channel.CALL).manner
    proposed = proposed_contact(
        settings, number=record.number, debts=tuple(record.debts), tech=manner.tech, mode=manner.mode
    )
    decision = asked_again(
        ComplianceGate(law),
        PreparedPerson(file),
        proposed,
        at=instant(record.launched_at),
        rings_s=None if settings is None else settings.ring_s,
    )
    return () if decision.clearance is None else decision.clearance.statements


def explain_person(store: Store, person: str, *, at: float, about: About = EVERYTHING) -> tuple[Asked, ...]:
    """Whether a person could be reached at `at` (POSIX seconds), by the law and the facts of that instant.

    Raises:
        NotThereError: nobody knows the person, or they did not have the debt or number then.
        NotKnownError: the law of then, or the person then, is not known.
        NothingToAskError: no number or no debt of theirs was on file.
    """
    return explain_then(Then.of(store, person, at), about)


def explain_then(then: Then, about: About) -> tuple[Asked, ...]:
    """The same of an instant that is read already. Raises NotThereError, NotKnownError, NothingToAskError."""
    debts = _chosen("debt", about.debt, tuple(each.debt for each in then.file.debts), then)
    numbers: tuple[str | None, ...] = (None,)
    channel = about.channel
    if channel in _BY_NUMBER:
        numbers = _chosen("number", about.number, tuple(each.number for each in then.file.numbers), then)
    elif about.number is not None:
        raise NothingToAskError(f"a {channel.value} goes to no number", mend="leave --number out.")
    return tuple(
        _ask(then, at_number, about_debt, settings, channel)
        for about_debt in debts
        for at_number in numbers
        for settings in then.campaigns(about_debt)
    )


def _chosen(what: str, wanted: str | None, there: tuple[str, ...], then: Then) -> tuple[str, ...]:
    person = then.file.person
    if wanted is not None and wanted not in there:
        mend = f"on file then: {', '.join(there)}." if there else f"no {what} was on file then."
        raise NotThereError(f"{person} did not have {what} {wanted!r} at {iso(then.at)}", mend=mend)
    if not there:
        raise NothingToAskError(
            f"person {person!r} has no {what} on file", mend="there is nothing to ask the gate."
        )
    return there if wanted is None else (wanted,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Then:
    """What a question about an instant is asked with: all of it as it was at `at` (POSIX seconds)."""

    store: Store
    at: float
    law: LawThen
    gate: ComplianceGate
    file: PersonFile
    prepared: PreparedPerson
    settings: Mapping[CampaignId, CampaignSettings]
    histories: Mapping[str, HistoryTold]

    @classmethod
    def of(cls, store: Store, person: str, at: float) -> Then:
        """Raises: NotThereError, NotKnownError."""
        file = file_at(store, person, at)
        law = law_at(store, at)
        return cls(
            store=store,
            at=at,
            law=law,
            gate=ComplianceGate(law.book),
            file=file,
            prepared=PreparedPerson(file),
            settings=settings_at(store, at),
            histories=histories(store, (debt.debt for debt in file.debts), at=at),
        )

    def campaigns(self, debt: str) -> tuple[CampaignSettings | None, ...]:
        """The settings of every campaign in which the debt was worked; None = no campaign was set up."""
        names = campaigns_of(self.store, debt)
        found = tuple(self.settings[name] for name in sorted(names & self.settings.keys()))
        if found:
            return found
        if len(self.settings) <= 1:
            return tuple(self.settings.values()) or (None,)
        raise NotKnownError(
            f"in which of {len(self.settings)} campaigns {debt} would have been called is not known",
            mend="its ring time and its client's rules depend on it.",
        )


def _ask(
    then: Then,
    number: str | None,
    debt: str,
    settings: CampaignSettings | None,
    channel: Channel,
) -> Asked:
    manner = channel.manner
    proposed = proposed_contact(
        settings,
        number=number,
        debts=(debt,),
        action=manner.action,
        tech=manner.tech,
        mode=manner.mode,
    )
    decision = asked_again(
        then.gate,
        then.prepared,
        proposed,
        at=instant(then.at),
        rings_s=None if settings is None else settings.ring_s,
    )
    zones = tuple(sorted(zone.name for zone in then.prepared.zone_set(int(then.at)).zones))
    person, means = then.file.person, f"on {number}" if number is not None else f"by {channel.value}"
    verdict = "may be called" if channel in (Channel.CALL, Channel.HELD_CALL) else "may be written to"
    verdict = verdict if decision.is_allowed else verdict.replace("may", "may not")
    retry = None if decision.retry_at is None else decision.retry_at.timestamp()
    about = (
        ("person", person),
        ("number", number or ""),
        ("debt", debt),
        ("channel", channel.value),
        ("campaign", "" if settings is None else settings.campaign),
        ("history", then.histories[debt].words),
        ("at", times(then.at, zones)),
        ("rulebook", then.law.hash),
        *(("law", note) for note in then.law.notes),
    )
    says = "now" if decision.is_allowed else _next_words(retry, zones)
    return Asked(
        title=f"{person} {verdict} {means} about {debt}",
        about=tuple((name, value) for name, value in about if value),
        rules=rules_told(decision.findings, then.law.book, on=then.at),
        next_says=says,
        next_at=then.at if decision.is_allowed else retry,
        statements=() if decision.clearance is None else decision.clearance.statements,
    )


def law_of(store: Store, name: str) -> tuple[Rulebook | None, tuple[str, ...]]:
    """The rulebook that decided, for its words; None and why where it cannot be had."""
    try:
        law = rulebook_named(store, name)
    except NotKnownError as error:
        return None, (error.what,)
    return law.book, law.notes


def _next(store: Store, person: str, *, at: float) -> tuple[str, float | None]:
    """When the person may be called next about any debt on any number, by what was known at `at`."""
    try:
        asked = explain_person(store, person, at=at)
    except (NothingToAskError, NotThereError, NotKnownError) as error:
        return f"not known: {error.what}", None
    possible = [each for each in asked if each.next_at is not None]
    if not possible:
        return "not by waiting", None
    first = min(possible, key=lambda each: each.next_at or 0.0)
    return (
        f"{first.next_says}, seen from the end of this attempt ({first.title.split(' on ', 1)[1]})",
        first.next_at,
    )


def _next_words(at: float | None, zones: tuple[str, ...]) -> str:
    return "not by waiting: a fact or the law would have to change" if at is None else times(at, zones)


def times(at: float, zones: tuple[str, ...]) -> str:
    """UTC, and the wall clock in every zone considered."""
    moment = datetime.fromtimestamp(at, UTC)
    local = [f"{moment.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M:%S} {zone}" for zone in zones]
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" + (f" ({'; '.join(local)})" if local else "")


def rules_told(findings: tuple[Finding, ...], book: Rulebook | None, *, on: float) -> tuple[RuleAsked, ...]:
    """Findings of a POSIX second in the words of the rulebook that made them."""
    day = instant(on).date()
    return tuple(_rule_asked(finding, book, day) for finding in findings)


def _rule_asked(finding: Finding, book: Rulebook | None, on: date) -> RuleAsked:
    rule = None if book is None else book.rule(finding.rule, on) or book.rule(finding.rule)
    return RuleAsked(
        rule=finding.rule,
        what=None if rule is None else rule.header.what,
        verdict=finding.verdict.value,
        layer=finding.layer.value,
        citation=finding.citation,
        facts=tuple(finding.facts),
    )
