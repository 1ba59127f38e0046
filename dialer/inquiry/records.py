"""Which records may be removed, when, by which rule, and which may not and why. Nothing is removed here
(`dialer.inquiry.removing` does).

Rules are `compliance_gate.retention`'s; a litigation hold on a person, or on one of the debts, beats them
all. What cannot be decided is kept: an account that is still worked or is not on file, a person of whom no
place is known, a place of which no rule is known.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Connection, func, select

from compliance_gate.request import Hold, PersonFile
from compliance_gate.retention.reading import KeptUntil, RecordKind, kept_until, retention_rules
from compliance_gate.words import EventKind, HoldKind
from dialer.domain.ids import AttemptId, PersonId
from dialer.domain.record import AttemptRecord, instant
from dialer.domain.transitions import Word
from dialer.inquiry import stored
from dialer.inquiry.messages import messages_of
from dialer.storage.database import tables as t
from dialer.storage.store import Store

_ENDED = frozenset({HoldKind.CLOSED, HoldKind.RECALLED})
_LETTERS = frozenset({EventKind.LETTER, EventKind.LETTER_RECEIVED, EventKind.INITIAL_NOTICE_MAILED})
PERSONS_AT_ONCE = 2_000


class Fate(Word):
    """What may become of records."""

    MAY_GO = "may_go"
    KEPT = "kept"
    """A rule's years are not over."""
    HELD = "held"
    """For a court."""
    OPEN = "open"
    """Collection goes on."""
    UNKNOWN = "unknown"
    """No rule is known for where the person may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsTold:
    """Records of one kind of one person that have one fate.

    Args:
        first_free: the first day on which the last of them may go; None = no day can be said.
        rule, citation: which keeps them longest; '' = none does.
    """

    person: str
    kind: RecordKind
    records: int
    fate: Fate
    first_free: date | None
    rule: str
    citation: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsDue:
    """All of them as of a day, in order of persons and kinds."""

    on: date
    persons: int
    told: tuple[RecordsTold, ...]

    def as_json(self) -> dict[str, object]:
        """The same for a program."""
        return {
            "on": self.on.isoformat(),
            "persons": self.persons,
            "records": [
                {
                    "person": each.person,
                    "kind": each.kind.value,
                    "records": each.records,
                    "fate": each.fate.value,
                    "first_free": None if each.first_free is None else each.first_free.isoformat(),
                    "rule": each.rule,
                    "citation": each.citation,
                    "why": each.why,
                }
                for each in self.told
            ],
        }

    @property
    def counts(self) -> dict[tuple[RecordKind, Fate], int]:
        """How many records by kind and fate."""
        found: Counter[tuple[RecordKind, Fate]] = Counter()
        for each in self.told:
            found[each.kind, each.fate] += each.records
        return dict(found)


def records_due(store: Store, *, at: float, progress: Callable[[int], None] | None = None) -> RecordsDue:
    """Which records of everybody may be removed at `at` (POSIX seconds).

    Args:
        progress: told how many persons were looked at.
    """
    told: list[RecordsTold] = []
    persons = store.read(_persons)
    for start in range(0, len(persons), PERSONS_AT_ONCE):
        some = persons[start : start + PERSONS_AT_ONCE]
        ended = store.read(lambda connection, some=some: _ended_debts(connection, some))
        for file in stored.files_of(store, some):
            told += _told(store, file, ended, at)
        if progress is not None:
            progress(min(start + PERSONS_AT_ONCE, len(persons)))
    return RecordsDue(on=_day(at), persons=len(persons), told=tuple(told))


def person_records(store: Store, person: str, *, at: float) -> tuple[RecordsTold, ...]:
    """The records of one person and what may become of each at `at` (POSIX seconds)."""
    ended = store.read(lambda connection: _ended_debts(connection, [person]))
    files = stored.files_of(store, [person])
    return tuple(told for file in files for told in _told(store, file, ended, at))


def still_worked(store: Store, file: PersonFile) -> tuple[str, ...]:
    """Debts of a person that may still be collected."""
    ended = store.read(lambda connection: _ended_debts(connection, [file.person]))
    return _Activity(file, (), ended).worked


def _persons(connection: Connection) -> list[str]:
    called = select(t.attempts.c.person)
    return sorted(connection.scalars(select(t.persons.c.person).union(called)))


def _ended_debts(connection: Connection, persons: list[str]) -> frozenset[str]:
    """Debts of these persons that are not worked any more."""
    owed = select(t.person_debts.c.debt).where(t.person_debts.c.person.in_(persons))
    query = select(t.debts.c.debt).where(t.debts.c.debt.in_(owed), t.debts.c.state != "open")
    return frozenset(connection.scalars(query))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    """One record: its kind, its day, the debts it is about; None = of all. `attempt`: of which call, or the
    name of which message."""

    kind: RecordKind
    day: date
    debts: tuple[str, ...] | None
    attempt: AttemptId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """What may become of one record, and by which rule; None = none is known, or asked."""

    record: _Record
    fate: Fate
    kept: KeptUntil | None


def _judged(store: Store, file: PersonFile, ended: frozenset[str], at: float) -> list[_Judged]:
    attempts = list(stored.attempts_of(store, file.person))
    records = [
        *_of_attempts(attempts),
        *_of_file(file, attempts),
        *_of_rows(store, file.person),
        *_of_messages(store, file.person),
    ]
    activity, places, today = _Activity(file, records, ended), _places(file), _day(at)
    judged: list[_Judged] = []
    for record in records:
        last = activity.last(record.debts)
        kept = kept_until(
            retention_rules(),
            record.kind,
            places=places,
            record=record.day,
            last_activity=last,
            on=today,
        )
        fate = _fate(file, record, kept, last, today, at)
        judged.append(_Judged(record=record, fate=fate, kept=kept))
    return judged


def _told(store: Store, file: PersonFile, ended: frozenset[str], at: float) -> Iterator[RecordsTold]:
    grouped: defaultdict[tuple[RecordKind, Fate, str], list[KeptUntil | None]] = defaultdict(list)
    for each in _judged(store, file, ended, at):
        rule = "" if each.kept is None else each.kept.rule.rule
        grouped[each.record.kind, each.fate, rule].append(each.kept)
    for (kind, fate, _), some in sorted(grouped.items(), key=_order):
        longest = max(filter(None, some), key=lambda each: each.first_free, default=None)
        yield RecordsTold(
            person=file.person,
            kind=kind,
            records=len(some),
            fate=fate,
            first_free=None if longest is None or fate is Fate.HELD else longest.first_free,
            rule="" if longest is None else longest.rule.rule,
            citation="" if longest is None else longest.rule.citation,
            why=_why(fate, longest, _places(file)),
        )


def _order(group: tuple[tuple[RecordKind, Fate, str], object]) -> tuple[str, str, str]:
    (kind, fate, rule), _ = group
    return kind.value, fate.value, rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Free:
    """What of one person may be removed.

    Args:
        all_records: every one may; they go together, since the years of one are counted from another.
        recordings: of these calls, and messages; each by the day of its own.
    """

    all_records: bool
    recordings: frozenset[AttemptId]


def free_of(store: Store, person: str, *, at: float) -> Free:
    """What of a person may be removed at `at` (POSIX seconds)."""
    ended = store.read(lambda connection: _ended_debts(connection, [person]))
    judged = [each for file in stored.files_of(store, [person]) for each in _judged(store, file, ended, at)]
    sounds = [each for each in judged if each.record.kind is RecordKind.RECORDINGS]
    others = [each for each in judged if each.record.kind is not RecordKind.RECORDINGS]
    return Free(
        all_records=bool(others) and all(each.fate is Fate.MAY_GO for each in others),
        recordings=frozenset(
            each.record.attempt
            for each in sounds
            if each.fate is Fate.MAY_GO and each.record.attempt is not None
        ),
    )


def _fate(
    file: PersonFile, record: _Record, kept: KeptUntil | None, last: date | None, today: date, at: float
) -> Fate:
    if any(_is_held(hold, record.debts, at) for hold in file.holds):
        return Fate.HELD
    if kept is None:
        return Fate.OPEN if last is None else Fate.UNKNOWN
    return Fate.MAY_GO if kept.first_free <= today else Fate.KEPT


def _is_held(hold: Hold, debts: tuple[str, ...] | None, at: float) -> bool:
    is_over = hold.until is not None and hold.until <= instant(at)
    about = hold.debts is None or debts is None or not set(hold.debts).isdisjoint(debts)
    return hold.kind is HoldKind.LITIGATION and about and not is_over


def _why(fate: Fate, longest: KeptUntil | None, places: tuple[str, ...]) -> str:
    match fate:
        case Fate.HELD:
            return "held for a court, whatever the years say"
        case Fate.OPEN:
            return "the account is still worked: its last collection activity is yet to come"
        case Fate.UNKNOWN:
            return f"no rule of retention is known for {', '.join(places) or 'where the person may be'}"
        case Fate.KEPT | Fate.MAY_GO:
            assert longest is not None, "a rule keeps them, or kept them"
            return longest.rule.what


class _Activity:
    """When something was last done to collect each debt."""

    def __init__(self, file: PersonFile, records: Iterable[_Record], ended: frozenset[str]) -> None:
        self._owed = tuple(debt.debt for debt in file.debts)
        over = {debt for hold in file.holds if hold.kind in _ENDED for debt in hold.debts or self._owed}
        self._over = frozenset(self._owed) & (over | ended)
        self._days: dict[str, date] = {}
        for hold in file.holds:
            if hold.kind in _ENDED:
                self._note(hold.debts, hold.since.astimezone(UTC).date())
        for record in records:
            self._note(record.debts, record.day)

    def _note(self, debts: tuple[str, ...] | None, day: date) -> None:
        for debt in debts or self._owed:
            self._days[debt] = max(day, self._days.get(debt, day))

    @property
    def worked(self) -> tuple[str, ...]:
        """Debts that have not ended."""
        return tuple(debt for debt in self._owed if debt not in self._over)

    def last(self, debts: tuple[str, ...] | None) -> date | None:
        """Of the debts a record is about; None = one of them may still be worked."""
        about = debts or self._owed
        if not about or not self._over.issuperset(about):
            return None
        return max((self._days[debt] for debt in about if debt in self._days), default=None)


def _of_attempts(attempts: Iterable[AttemptRecord]) -> Iterator[_Record]:
    for attempt in attempts:
        day = _day(attempt.ended_at or attempt.launched_at)
        yield _Record(kind=RecordKind.ATTEMPTS, day=day, debts=attempt.debts)
        yield _Record(kind=RecordKind.FINDINGS, day=day, debts=attempt.debts)
        if attempt.recorded:
            yield _Record(kind=RecordKind.RECORDINGS, day=day, debts=attempt.debts, attempt=attempt.attempt)


def _of_file(file: PersonFile, attempts: Iterable[AttemptRecord]) -> Iterator[_Record]:
    own = {attempt.attempt for attempt in attempts}
    for entry in file.history:
        if entry.entry not in own:
            kind = RecordKind.LETTERS if entry.event in _LETTERS else RecordKind.ATTEMPTS
            yield _Record(kind=kind, day=entry.at.astimezone(UTC).date(), debts=entry.debts)
    for fact in (*file.requests, *file.consents):
        yield _Record(kind=RecordKind.CONSENTS, day=fact.at.astimezone(UTC).date(), debts=fact.debts)
    for notice in file.notices:
        if notice.sent_on is not None:
            yield _Record(kind=RecordKind.LETTERS, day=notice.sent_on, debts=notice.debts)
    for hold in file.holds:
        yield _Record(kind=RecordKind.CONSENTS, day=hold.since.astimezone(UTC).date(), debts=hold.debts)


def _of_rows(store: Store, person: str) -> Iterator[_Record]:
    """Calls not placed, calls that came in, files as they were: of which account is not in the row, so that
    each counts for all."""
    came, ended = t.inbound_calls.c.arrived_at, t.inbound_calls.c.ended_at
    queries = (
        (RecordKind.FINDINGS, select(t.denials.c.at).where(t.denials.c.person == PersonId(person))),
        (
            RecordKind.ATTEMPTS,
            select(func.coalesce(ended, came)).where(t.inbound_calls.c.person == PersonId(person)),
        ),
        (
            RecordKind.FINDINGS,
            select(t.placed_before.c.until).where(t.placed_before.c.person == PersonId(person)),
        ),
    )
    for kind, query in queries:
        for at in store.read(lambda connection, query=query: list(connection.scalars(query))):
            yield _Record(kind=kind, day=_day(at), debts=None)


def _of_messages(store: Store, person: str) -> Iterator[_Record]:
    """Their voice, by the day on which they called; what they spoke of is not known."""
    for name, call in messages_of(store, person).items():
        yield _Record(kind=RecordKind.RECORDINGS, day=_day(call.arrived_at), debts=None, attempt=name)


def _places(file: PersonFile) -> tuple[str, ...]:
    """As the register names them; where no address is known, the regions of the numbers stand for it."""
    found = {
        f"{each.country}-{each.region}" if each.region else each.country
        for each in file.addresses
        if each.country
    }
    if not found:
        found = {region for number in file.numbers for region in number.regions}
        found |= {number.country for number in file.numbers if number.country and not number.regions}
    return tuple(sorted(found))


def _day(at: float) -> date:
    return datetime.fromtimestamp(at, UTC).date()
