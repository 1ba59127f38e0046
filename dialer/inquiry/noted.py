"""What became known of a person that rules go by, and when: notices, places, ties, last days, kinds of lines.

An examiner who decides a call again asks first what was known when it was placed. A file says what is on it
today; this says since when, and what was there before.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from compliance_gate.request import Address, Debt, KnownLocation, Notice, NumberOnFile, PersonFile
from dialer.domain.fact_events import LimitationFound
from dialer.domain.facts import FactChange, LineKind
from dialer.domain.ids import PersonId
from dialer.results.person_events import Event, Kind
from dialer.storage.database import tables as t
from dialer.storage.journal.codecs import decode_entry
from dialer.storage.journal.rows import ENTRY, unpacker
from dialer.storage.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """A fact that binds the person.

    Args:
        at: POSIX seconds at which it came; sequence: its step of the journal, 0 = it came in a file.
    """

    at: float
    sequence: int
    change: FactChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What was on file of a person from `at` (POSIX seconds) on, without what happened and was said."""

    at: float
    file: PersonFile


def versions_of(store: Store, file: PersonFile, changes: Iterable[Learned], until: float) -> list[Version]:
    """Every version of what was placed or edited, the first first; () for people of a rehearsal, whom no file
    placed."""
    instants = store.read(lambda connection: _placed_at(connection, file.person))
    edited = {each.at for each in changes if each.change.replaced or each.change.placed}
    moments = sorted(at for at in {*instants, *edited} if at < until)
    files = ((at, store.person_files([file.person], now=at, until=at)[file.person]) for at in moments)
    return [Version(at=at, file=each) for at, each in files]


def _placed_at(connection: Connection, person: str) -> set[float]:
    first = (
        select(t.imports.c.published_at)
        .join_from(t.persons, t.imports, t.persons.c.import_id == t.imports.c.import_id)
        .where(t.persons.c.person == PersonId(person))
    )
    later = select(t.placed_before.c.until).where(t.placed_before.c.person == PersonId(person))
    found = {at for at in connection.scalars(first) if at is not None}
    return found | (set(connection.scalars(later)) if found else set())


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """Since when each thing is on file, in POSIX seconds; what no file placed is not in it."""

    addresses: Mapping[str, float]
    numbers: Mapping[str, float]
    debts: Mapping[str, float]


def since_of(versions: list[Version]) -> Since:
    """Of what is in the last version: since when without a gap."""
    addresses, numbers, debts = dict[str, float](), dict[str, float](), dict[str, float]()
    for version in versions:
        _go_on(addresses, {address_told(each) for each in version.file.addresses}, version.at)
        _go_on(numbers, {_number_told(each) for each in version.file.numbers}, version.at)
        _go_on(debts, {debt_told(each, version.file) for each in version.file.debts}, version.at)
    return Since(addresses=addresses, numbers=numbers, debts=debts)


def _go_on(kept: dict[str, float], there: set[str], at: float) -> None:
    for gone in kept.keys() - there:
        del kept[gone]
    for each in there:
        kept.setdefault(each, at)


def noted_of(
    store: Store, file: PersonFile, changes: Iterable[Learned], versions: list[Version]
) -> tuple[Event, ...]:
    """Each at the instant at which it was known here."""
    changes = list(changes)
    events = [event for each in changes for event in _events(store, each)]
    told_of = {each.change.notice.notice for each in changes if each.change.notice is not None}
    events += (_on_file(notice) for notice in file.notices if notice.notice not in told_of)
    return (*events, *_versions(versions))


def _events(store: Store, learned: Learned) -> Iterator[Event]:
    change, at = learned.change, learned.at
    if change.notice is not None:
        yield Event(
            at=at,
            kind=Kind.NOTICE,
            what=_notice_told(change.notice),
            id=change.notice.notice,
            debts=change.notice.debts or (),
        )
    if change.location is not None:
        yield Event(at=at, kind=Kind.PLACE, what=location_told(change.location))
    if change.limitation_ends is not None and change.debt is not None:
        source = _source_of(store, learned)
        what = f"{change.limitation_ends.isoformat()}{f'; by {source}' if source else ''}"
        yield Event(at=at, kind=Kind.LAST_DAY, what=what, debts=(change.debt,))
    if change.line_kind is not None and change.number is not None:
        yield Event(at=at, kind=Kind.LINE, what=_line_told(change.line_kind), number=change.number)
    if change.attested is not None and change.debt is not None:
        word = change.attested
        what = f"no contact since {word.since.isoformat()} but what is on file; by {word.by}: {word.why}"
        yield Event(at=at, kind=Kind.HISTORY, what=what, debts=(change.debt,), known_at=at)


def _on_file(notice: Notice) -> Event:
    """A notice that came with the file itself: known since nobody knows when, so told by its day."""
    day = notice.sent_on or notice.returned_on
    at = 0.0 if day is None else _midnight(day.toordinal())
    return Event(
        at=at,
        kind=Kind.NOTICE,
        what=_notice_told(notice),
        id=notice.notice,
        debts=notice.debts or (),
        has_time=False,
    )


def _midnight(ordinal: int) -> float:
    return (ordinal - 719_163) * 86_400.0


def _notice_told(notice: Notice) -> str:
    name = "a written notice" if notice.kind is None else f"{notice.kind.value.replace('_', ' ')} notice"
    sent = "of a day that is not known" if notice.sent_on is None else f"sent on {notice.sent_on.isoformat()}"
    by = "" if notice.by is None else f" by {notice.by.value.replace('_', ' ')}"
    back = "" if notice.returned_on is None else f"; came back on {notice.returned_on.isoformat()}"
    proof = "" if notice.proof is None else f"; proof: {notice.proof}"
    return f"{name}, {sent}{by}{back}{proof}"


def location_told(location: KnownLocation) -> str:
    """Where the person said they are."""
    place = "-".join(filter(None, (location.country, location.region))) or "a place that is not named"
    zones = ", ".join(sorted(location.zones))
    until = "" if location.until is None else f", until {location.until.isoformat()}"
    return f"{place} ({zones}){until}"


def _line_told(line: LineKind) -> str:
    of = "" if line.institution is None else f", of an institution: {line.institution.value}"
    return f"{line.kind.value}{of}; found on {line.found_on.isoformat()} by {line.source}"


def _source_of(store: Store, learned: Learned) -> str:
    """Who worked a last day out, which only the journal says."""
    if not learned.sequence:
        return ""
    query = select(*ENTRY).where(t.journal.c.sequence == learned.sequence)

    def read(connection: Connection) -> str:
        row = connection.execute(query).one_or_none()
        event = None if row is None else decode_entry(unpacker(connection)(row.entry, row.dictionary)).event
        return event.source if isinstance(event, LimitationFound) else ""

    return store.read(read)


# --- versions ---------------------------------------------------------------------------------------------


def _versions(versions: list[Version]) -> Iterator[Event]:
    before = dict[str, str]()
    for version in versions:
        now = _on_it(version.file)
        new = [f"{name}: {now[name]}" for name in now if now[name] != before.get(name)]
        gone = [f"{name}: {before[name]}" for name in before if name not in now]
        texts = [*new, *(f"no longer on file: {each}" for each in gone)]
        if texts:
            yield Event(at=version.at, kind=Kind.ON_FILE, what="; ".join(texts))
        before = now


def _on_it(file: PersonFile) -> dict[str, str]:
    """What is on a file, name by name."""
    found = {f"address {address_told(each)}": "on file" for each in file.addresses}
    found |= {f"number {each.number}": _number_told(each, named=False) for each in file.numbers}
    return found | {f"account {each.debt}": debt_told(each, file, named=False) for each in file.debts}


def address_told(address: Address) -> str:
    """Kind and place, which is all that tells one address from another without its lines."""
    place = ", ".join(filter(None, (address.city, address.region, address.country)))
    zones = ", ".join(sorted(address.zones or ()))
    return f"{address.kind.value}, {place or 'place not known'} ({zones or 'zone not known'})"


def _number_told(number: NumberOnFile, *, named: bool = True) -> str:
    """Its role: what kind of line it is has lines of its own."""
    return number.number if named else f"{number.role.value} number"


def debt_told(debt: Debt, file: PersonFile, *, named: bool = True) -> str:
    """The account with the person's role in it."""
    role = (debt.person_role or file.role).value.replace("_", " ")
    return f"{debt.debt} as {role}" if named else f"as {role}"


def told_location(file: PersonFile) -> str:
    """Where they said they are; '' = they did not."""
    return "" if file.known_location is None else location_told(file.known_location)
