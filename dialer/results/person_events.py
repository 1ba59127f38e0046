"""What happened between a floor and one person, in order of time: lines of the report and of its CSV."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, date, datetime, time
from enum import Enum
from typing import cast
from zoneinfo import ZoneInfo

from compliance_gate.findings import Finding, Verdict
from compliance_gate.request import Consent, HistoryEntry, Hold, MadeIn, PersonRequest
from compliance_gate.words import HoldKind, Weekday
from dialer.domain.record import AttemptRecord
from dialer.measures.records import PromiseMade
from dialer.results.counting import WrongNumbers, counted_of
from dialer.results.person_standing import UNKNOWN, Standing
from dialer.results.report_facts import RuleText
from dialer.results.report_view import story_of


@dataclass(frozen=True, slots=True, kw_only=True)
class DenialTold:
    """A call that was not placed, with every rule that was asked. Instants are POSIX seconds.

    Args:
        debts: the account whose turn it was; () = not known.
    """

    lead: str
    number: str
    at: float
    retry_at: float | None
    rulebook: str
    findings: tuple[Finding, ...]
    debts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifted:
    """A hold that was lifted at `at` (POSIX seconds)."""

    kind: HoldKind
    at: float


class Kind(Enum):
    """What a line is about."""

    ATTEMPT = "attempt"
    NOT_CALLED = "not called"
    CONTACT = "other contact"
    REQUEST = "request"
    CONSENT = "consent"
    HOLD = "hold"
    HOLD_LIFTED = "hold lifted"
    PROMISE = "promise"
    NOTICE = "notice"
    ON_FILE = "on file"
    PLACE = "where they are"
    LAST_DAY = "last day to sue"
    LINE = "kind of line"
    HISTORY = "history answered for"


CONTACTS = frozenset({Kind.ATTEMPT, Kind.NOT_CALLED, Kind.CONTACT})
"""What happened in the window; the other kinds are told as long as they were known before its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line. Empty text = does not apply.

    Args:
        at: POSIX seconds.
        counted, counted_why: whether it counts towards the seven in seven days, and the paragraph.
        retry_at: POSIX seconds at which all rules would pass; only for calls not placed.
        has_time: False = only the day is known, and `at` is its midnight in UTC.
        made_in: where it was asked, agreed or made known.
        known_at: POSIX seconds at which we were told, which may be later than it was; of an attempt, when
            what came of it was known. None = it was on file from the first, or is not over.
    """

    at: float
    kind: Kind
    what: str
    id: str = ""
    campaign: str = ""
    number: str = ""
    debts: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    outcome: str = ""
    counted: str = ""
    counted_why: str = ""
    rulebook: str = ""
    retry_at: float | None = None
    findings: tuple[Finding, ...] = ()
    has_time: bool = True
    made_in: MadeIn | None = None
    known_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """Everything on one person that the report is made of.

    Args:
        name: only where it was asked for; None leaves it out.
        since, until: POSIX seconds, the first included and the last not; None = open.
        zones: IANA zones where the person may be.
        attempts: every attempt on the person, those outside the window too: a wrong number learned later
            gives earlier calls back.
        findings: attempt -> every rule that was asked before it.
        entries: contacts that are no attempts of this floor (calls received, letters, calls made before).
        rules: rule -> its words.
        standing: accounts, addresses and numbers.
        noted: what became known of the person that rules go by: notices, addresses and numbers, where they
            said they are, last days to sue, kinds of lines; each at the instant at which it was known here.
        is_partial: the store holds the first steps alone of a shift that was interrupted.
        known_at: of a contact, request, consent or hold: POSIX seconds at which we were told of it.
    """

    person: str
    name: str | None = None
    since: float | None = None
    until: float | None = None
    zones: tuple[str, ...] = ()
    attempts: tuple[AttemptRecord, ...] = ()
    learned: WrongNumbers = field(default_factory=WrongNumbers)
    findings: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict[str, tuple[Finding, ...]])
    denials: tuple[DenialTold, ...] = ()
    entries: tuple[HistoryEntry, ...] = ()
    requests: tuple[PersonRequest, ...] = ()
    consents: tuple[Consent, ...] = ()
    holds: tuple[Hold, ...] = ()
    lifted: tuple[Lifted, ...] = ()
    promises: tuple[PromiseMade, ...] = ()
    rules: Mapping[str, RuleText] = field(default_factory=dict[str, RuleText])
    standing: Standing = UNKNOWN
    noted: tuple[Event, ...] = ()
    known_at: Mapping[object, float] = field(default_factory=dict[object, float])
    is_partial: bool = False


def events_of(facts: PersonFacts) -> tuple[Event, ...]:
    """Every line of the window, in order of time; what was asked, agreed or held before it is kept too."""
    found = [
        *(_attempt(facts, each) for each in facts.attempts),
        *(_denial(facts, each) for each in facts.denials),
        *(_entry(facts, each) for each in facts.entries),
        *_standing(facts),
        *facts.noted,
    ]
    since = float("-inf") if facts.since is None else facts.since
    until = float("inf") if facts.until is None else facts.until
    kept = (
        event for event in found if event.at < until and (event.at >= since or event.kind not in CONTACTS)
    )
    return tuple(sorted(kept, key=lambda event: (event.at, event.kind.value, event.id, event.what)))


def local_times(at: float, zones: Iterable[str]) -> tuple[str, ...]:
    """The wall clock in every zone considered."""
    moment = datetime.fromtimestamp(at, UTC)
    return tuple(f"{moment.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M:%S} {zone}" for zone in zones)


def _attempt(facts: PersonFacts, attempt: AttemptRecord) -> Event:
    counted = counted_of(attempt, facts.learned)
    outcome = None if attempt.outcome is None else attempt.gate_outcome()
    return Event(
        at=attempt.launched_at,
        kind=Kind.ATTEMPT,
        what=story_of(attempt),
        id=attempt.attempt,
        campaign=attempt.campaign,
        number=attempt.number,
        debts=attempt.debts,
        zones=attempt.zones,
        outcome="" if outcome is None else outcome.value,
        counted=counted.word,
        counted_why=counted.why,
        rulebook=attempt.rulebook,
        findings=facts.findings.get(attempt.attempt, ()),
        known_at=attempt.ended_at if attempt.wrapped_at is None else attempt.wrapped_at,
    )


def _denial(facts: PersonFacts, denial: DenialTold) -> Event:
    return Event(
        at=denial.at,
        kind=Kind.NOT_CALLED,
        what=_forbidden(facts, denial),
        id=denial.lead,
        number=denial.number,
        debts=denial.debts,
        zones=facts.zones,
        rulebook=denial.rulebook,
        retry_at=denial.retry_at,
        findings=denial.findings,
    )


def _forbidden(facts: PersonFacts, denial: DenialTold) -> str:
    names = [finding.rule for finding in denial.findings if finding.verdict is Verdict.DENIED]
    words = [f"{facts.rules[name].title} ({name})" if name in facts.rules else name for name in names]
    return f"Not placed: {'; '.join(words) or 'the rules that forbade it are not stored'}"


def _entry(facts: PersonFacts, entry: HistoryEntry) -> Event:
    more = told(entry, leave_out=("entry", "at", "event", "outcome", "debts", "number"))
    return Event(
        at=entry.at.timestamp(),
        kind=Kind.CONTACT,
        what="; ".join(filter(None, (_words(entry.event), more))),
        id=entry.entry,
        number=entry.number or "",
        debts=entry.debts or (),
        zones=facts.zones,
        outcome="" if entry.outcome is None else entry.outcome.value,
        has_time=has_time(entry.at),
        known_at=facts.known_at.get(entry),
    )


def has_time(at: datetime) -> bool:
    """Whether a moment is more than a day: files say days, which are kept as their midnight in UTC."""
    return at.astimezone(UTC).time() != time(0)


def _standing(facts: PersonFacts) -> Iterable[Event]:
    """What was asked, agreed, held and promised."""
    for request in facts.requests:
        yield _said(facts, Kind.REQUEST, request.at, request.type, request)
    for consent in facts.consents:
        yield _said(facts, Kind.CONSENT, consent.at, consent.scope, consent)
    for hold in facts.holds:
        yield _said(facts, Kind.HOLD, hold.since, hold.kind, hold)
    for lifted in facts.lifted:
        yield Event(at=lifted.at, kind=Kind.HOLD_LIFTED, what=_words(lifted.kind))
    for promise in facts.promises:
        due = (
            "" if promise.due_at is None else f", due {datetime.fromtimestamp(promise.due_at, UTC):%Y-%m-%d}"
        )
        amount = "amount not known" if promise.amount is None else str(promise.amount)
        yield Event(at=promise.at, kind=Kind.PROMISE, what=f"{amount}{due}", id=promise.attempt)


_BESIDE = ("at", "since", "type", "scope", "kind", "debts", "number", "made_in", "ends_by_source")
"""Told in columns of their own, or nothing that was said."""


def _said(
    facts: PersonFacts, kind: Kind, at: datetime, word: Enum, fact: PersonRequest | Consent | Hold
) -> Event:
    number = None if isinstance(fact, Hold) else fact.number
    return Event(
        at=at.timestamp(),
        kind=kind,
        what="; ".join(filter(None, (_words(word), told(fact, leave_out=_BESIDE)))),
        id="" if fact.made_in is None else fact.made_in.contact or "",
        number=number or "",
        debts=fact.debts or (),
        has_time=has_time(at),
        made_in=fact.made_in,
        known_at=facts.known_at.get(fact),
    )


def told(fact: object, *, leave_out: tuple[str, ...]) -> str:
    """What is known of a fact, name by name; what is not known or empty is left out."""
    assert is_dataclass(fact), "only records of facts are told"
    known = ((each.name, _text(getattr(fact, each.name))) for each in fields(fact))
    return "; ".join(
        f"{name.replace('_', ' ')}: {text}" for name, text in known if text and name not in leave_out
    )


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple | frozenset):
        members = tuple(cast("Iterable[object]", value))
        days = [day.name.capitalize() for day in Weekday if day in members]
        texts = days or [_text(each) for each in members]
        return ", ".join(sorted(texts) if isinstance(value, frozenset) and not days else texts)
    return f"({told(value, leave_out=())})" if is_dataclass(value) else _single(value)


def _single(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case Enum():
            return _words(value)
        case datetime() if not has_time(value):
            return f"{value.astimezone(UTC):%Y-%m-%d}"
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)


def _words(word: Enum) -> str:
    return str(word.value).replace("_", " ")
