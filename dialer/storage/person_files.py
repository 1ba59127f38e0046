"""Builds the gate's view of people: what was placed, every fact since, and the attempts of a hundred days.

Facts are applied with the code that the engine applies them with (`dialer.domain.facts`), in the order in
which they came, so a file read from the store is the file the engine would hold had it held it all along.
"""

import functools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, Row, Select, select

from compliance_gate.request import Address, Debt, HistoryEntry, Hold, NumberOnFile, PersonFile, on_line
from compliance_gate.words import (
    AddressKind,
    DebtType,
    DncList,
    HoldKind,
    Institution,
    NumberKind,
    NumberRole,
    PersonRole,
    Place,
)
from dialer.domain.as_told import as_told
from dialer.domain.facts import FactChange, with_history
from dialer.domain.fellows import taken_in
from dialer.domain.ids import PersonId
from dialer.domain.placement import RECALL_DATE
from dialer.domain.record import entry_of, instant, known_at
from dialer.storage.database.tables import (
    addresses,
    attempts,
    debts,
    facts,
    numbers,
    person_debts,
    person_numbers,
    placed_before,
)
from dialer.storage.journal.codecs import value_decoder
from dialer.storage.projecting import attempt_rows, fact_rows

HISTORY_S = 100 * 86_400.0
"""The longest look back of any rule is ninety days; ten more for zones and late outcomes."""

ALL_TIME = float("inf")

CHUNK = 5_000
"""Ids in one IN list: SQLite and asyncpg both stop at 32,766 parameters."""

_zone_set = msgspec.json.Decoder(frozenset[str]).decode
_lists = msgspec.json.Decoder(frozenset[DncList]).decode
_placed_file = value_decoder(PersonFile)


@functools.lru_cache(maxsize=4096)
def _zones(text: str | None) -> frozenset[str] | None:
    return None if text is None else _zone_set(text)


@functools.lru_cache(maxsize=4096)
def _region_set(text: str) -> frozenset[str]:
    return _zone_set(text)


@functools.lru_cache(maxsize=256)
def _list_set(text: str) -> frozenset[DncList]:
    return _lists(text)


def chunks(ids: Sequence[str], size: int = CHUNK) -> Iterable[Sequence[str]]:
    """The ids in pieces that fit one statement."""
    return (ids[start : start + size] for start in range(0, len(ids), size))


def person_files(
    connection: Connection, persons: Iterable[str], *, now: float, until: float | None = None
) -> dict[str, PersonFile]:
    """The whole file of each person, with the history of the last 100 days.

    Args:
        now: POSIX seconds from which the 100 days and the days past due are counted.
        until: leave out what came after this instant (a call that began at it, too), to see what was known
            then. None for decisions: what binds must not be hidden by a clock that was set back.

    Returns:
        files by person id; a person nobody knows has an empty file, which no gate clears.
    """
    found: dict[str, PersonFile] = {}
    ordered = sorted(set(persons))
    for chunk in chunks(ordered):
        found.update(_files_of(connection, chunk, now=now, until=ALL_TIME if until is None else until))
    return found


Numbered = tuple[int, FactChange]
"""A fact in its place among all."""


@dataclass(frozen=True, slots=True)
class _Tied:
    """A fellow from one place among all facts to another; `until` None = they still are one person."""

    fellow: PersonId
    since: int
    until: int | None


def _files_of(
    connection: Connection, persons: Sequence[str], *, now: float, until: float
) -> dict[str, PersonFile]:
    """Files of these records, each with what protects under other records of the same person."""
    files, tied = _alone(connection, persons, now=now, until=until)
    if not tied:
        return files
    named = sorted({tie.fellow for ties in tied.values() for tie in ties})
    missing = [fellow for fellow in named if fellow not in files]
    alone = dict(files)
    for chunk in chunks(missing):
        alone |= _alone(connection, chunk, now=now, until=until)[0]
    said = _bound(connection, facts.c.person, named, until)
    for person, ties in tied.items():
        file = files[person]
        for tie in ties:
            if tie.until is None:
                file = taken_in(file, alone[tie.fellow])
            else:
                file = _said_while_one(file, said.get(tie.fellow, ()), tie.since, tie.until)
        files[person] = file
    return files


def _said_while_one(file: PersonFile, said: Sequence[Numbered], since: int, until: int) -> PersonFile:
    """The file with what was asked for under another record while both were taken for one person's. Calls
    count for whom they were made to."""
    for place, change in sorted(said, key=lambda pair: pair[0]):
        if since < place < until and change.entry is None:
            file = change.apply_to_fellow(file)
    return file


def _ties(changes: Iterable[Numbered]) -> list[_Tied]:
    """Of a person's own facts in their order."""
    ties: list[_Tied] = []
    for place, change in changes:
        if change.joined is not None:
            if not any(tie.fellow == change.joined.fellow and tie.until is None for tie in ties):
                ties.append(_Tied(change.joined.fellow, place, None))
        elif change.parted is not None:
            fellow = change.parted.fellow
            ties = [
                replace(tie, until=place) if tie.fellow == fellow and tie.until is None else tie
                for tie in ties
            ]
    return ties


def _alone(
    connection: Connection, persons: Sequence[str], *, now: float, until: float
) -> tuple[dict[str, PersonFile], dict[str, list[_Tied]]]:
    """Files of these records by themselves, and which have fellows."""
    tied: dict[str, list[_Tied]] = {}
    files = placed_files(connection, persons, now=now)
    if until < ALL_TIME:
        files.update(placed_earlier(connection, persons, at=until))
    entries = _attempts(connection, persons, since=now - HISTORY_S, until=until)
    for person, changes in _changes(connection, files, until).items():
        files[person] = _apply_all(files[person], [change for _, change in changes])
        ties = _ties(changes)
        if ties:
            tied[person] = ties
    on_lines = _line_attempts(connection, files, entries, since=now - HISTORY_S, until=until)
    whole = {person: _with_history(file, entries[person], on_lines[person]) for person, file in files.items()}
    return whole, tied


def placed_files(connection: Connection, persons: Sequence[str], *, now: float) -> dict[str, PersonFile]:
    """Files as placements gave them, without a single fact since; at most `CHUNK` persons."""
    today = instant(now).date()
    placed_addresses = _grouped(connection, select(addresses), addresses.c.person, persons)
    placed_numbers = _grouped(
        connection,
        select(person_numbers, *(c for c in numbers.c if c.name != "number"))
        .join_from(person_numbers, numbers, person_numbers.c.number == numbers.c.number)
        .order_by(person_numbers.c.rank, person_numbers.c.number),
        person_numbers.c.person,
        persons,
    )
    placed_debts = _grouped(
        connection,
        select(person_debts, *(c for c in debts.c if c.name != "debt"))
        .join_from(person_debts, debts, person_debts.c.debt == debts.c.debt)
        .order_by(person_debts.c.debt),
        person_debts.c.person,
        persons,
    )
    return {
        person: _placed(
            person, placed_addresses[person], placed_numbers[person], placed_debts[person], today=today
        )
        for person in persons
    }


def placed_earlier(connection: Connection, persons: Sequence[str], *, at: float) -> dict[str, PersonFile]:
    """Files as they had been placed by `at` (POSIX seconds), of those whom a later file changed."""
    table = placed_before
    query = (
        select(table.c.person, table.c.until, table.c.body)
        .where(table.c.person.in_(persons), table.c.until > at)
        .order_by(table.c.until.desc(), table.c.id.desc())
    )
    rows = connection.execute(query).all()
    return {row.person: _older(_placed_file(row.body.encode()), since=at, until=row.until) for row in rows}


def _older(file: PersonFile, *, since: float, until: float) -> PersonFile:
    """A file of the day of `until` as it was on the earlier day of `since`: debts were past due for less."""
    days = (instant(until).date() - instant(since).date()).days
    owed = (
        debt if debt.days_past_due is None else replace(debt, days_past_due=max(0, debt.days_past_due - days))
        for debt in file.debts
    )
    return replace(file, debts=tuple(owed))


def _grouped(
    connection: Connection, query: Select[Any], by: Column[str], keys: Sequence[str]
) -> defaultdict[str, list[Row[Any]]]:
    grouped: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(query.add_columns(by.label("bound_to")).where(by.in_(keys))).all():
        grouped[row.bound_to].append(row)
    return grouped


def _placed(
    person: str,
    places: Sequence[Row[Any]],
    phones: Sequence[Row[Any]],
    owed: Sequence[Row[Any]],
    *,
    today: date,
) -> PersonFile:
    roles = [PersonRole(row.role) for row in owed]
    return PersonFile(
        person=person,
        role=roles[0] if len(set(roles)) == 1 else PersonRole.CONSUMER,
        addresses=tuple(
            address_of(country=row.country, region=row.region, city=row.city, zones=row.zones, kind=row.kind)
            for row in places
        ),
        numbers=tuple(_number(row) for row in phones),
        debts=tuple(_debt(row, today) for row in owed),
        holds=tuple(_recall(row) for row in owed if row.recall_on is not None),
    )


def _recall(row: Row[Any]) -> Hold:
    """From the day on which its creditor takes an account back, nobody is called about it: its first instant
    of UTC, which is the evening before in America and no later than midnight in Britain."""
    since = datetime.combine(date.fromisoformat(row.recall_on), time(0), UTC)
    return Hold(kind=HoldKind.RECALLED, since=since, debts=(row.debt,), source=RECALL_DATE)


def address_of(
    *, country: str | None, region: str | None, city: str | None, zones: str | None, kind: str
) -> Address:
    """The gate's view of the columns of `addresses`."""
    return Address(country=country, region=region, city=city, zones=_zones(zones), kind=AddressKind(kind))


def _number(row: Row[Any]) -> NumberOnFile:
    ported = row.ported_from_landline_at
    return NumberOnFile(
        number=row.number,
        kind=NumberKind(row.kind),
        role=NumberRole(row.role),
        place=None if row.place is None else Place(row.place),
        zones=_zones(row.zones),
        country=row.country,
        regions=_region_set(row.regions),
        on_lists=_list_set(row.on_lists),
        dnc_checked=row.dnc_checked,
        ported_from_landline_at=None if ported is None else instant(ported),
        institution=None if row.institution is None else Institution(row.institution),
    )


def _debt(row: Row[Any], today: date) -> Debt:
    since = row.delinquent_since
    return Debt(
        debt=row.debt,
        type=DebtType(row.type),
        servicer_account=row.servicer_account,
        client=row.client,
        person_role=PersonRole(row.role),
        days_past_due=None if since is None else max(0, (today - date.fromisoformat(since)).days),
        limitation_ends=None if row.limitation_ends is None else date.fromisoformat(row.limitation_ends),
    )


def _attempts(
    connection: Connection, persons: Sequence[str], *, since: float, until: float
) -> defaultdict[str, list[HistoryEntry]]:
    grouped: defaultdict[str, list[HistoryEntry]] = defaultdict(list)
    query = (
        select(attempts)
        .where(
            attempts.c.person.in_(persons),
            attempts.c.launched_at >= since,
            attempts.c.launched_at < until,
        )
        .order_by(attempts.c.launched_at, attempts.c.attempt)
    )
    for row in connection.execute(query).all():
        entry = _entry_known_at(row, until)
        if entry is not None:
            grouped[row.person].append(entry)
    return grouped


def _entry_known_at(row: Row[Any], until: float) -> HistoryEntry | None:
    record = known_at(attempt_rows.record_of(row), until)
    return None if record is None else entry_of(record)


def _line_attempts(
    connection: Connection,
    files: dict[str, PersonFile],
    own: dict[str, list[HistoryEntry]],
    *,
    since: float,
    until: float,
) -> defaultdict[str, list[HistoryEntry]]:
    """Attempts on each person's numbers that were made on somebody else: one of these persons, or another."""
    having: defaultdict[str, list[str]] = defaultdict(list)
    for person, file in files.items():
        for number in dict.fromkeys(number.number for number in file.numbers):
            having[number].append(person)
    made = [
        (person, entry)
        for person, entries in own.items()
        for entry in entries
        if len(having.get(entry.number or "", ())) > 1
    ]
    for chunk in chunks(sorted(having)):
        on_them = select(attempts).where(
            attempts.c.number.in_(chunk),
            attempts.c.person.not_in(files),
            attempts.c.launched_at >= since,
            attempts.c.launched_at < until,
        )
        for row in connection.execute(on_them).all():
            entry = _entry_known_at(row, until)
            if entry is not None:
                made.append((row.person, entry))
    grouped: defaultdict[str, list[HistoryEntry]] = defaultdict(list)
    for person, entry in made:
        told = on_line(entry)
        if told is not None:
            for other in having[told.number or ""]:
                if other != person:
                    grouped[other].append(told)
    return grouped


def _changes(connection: Connection, files: dict[str, PersonFile], until: float) -> dict[str, list[Numbered]]:
    """Every change that binds each person, in the order in which they came.

    Edits and placements may bring numbers and debts of their own, so what binds those is asked in a second
    round.
    """
    own = _bound(connection, facts.c.person, files, until)
    newest = {person: _newest(file, own.get(person, ())) for person, file in files.items()}
    by_number = _bound(
        connection, facts.c.number, {n.number for f in newest.values() for n in f.numbers}, until
    )
    by_debt = _bound(connection, facts.c.debt, {d.debt for f in newest.values() for d in f.debts}, until)
    result: dict[str, list[Numbered]] = {}
    for person, file in newest.items():
        rows = list(own.get(person, ()))
        for number in file.numbers:
            rows += (pair for pair in by_number.get(number.number, ()) if pair[1].binds(file))
        for debt in file.debts:
            rows += by_debt.get(debt.debt, ())
        if rows:
            rows.sort(key=lambda pair: pair[0])
            result[person] = rows
    return result


def _newest(file: PersonFile, own: Sequence[tuple[int, FactChange]]) -> PersonFile:
    """The file with the numbers and debts that edits and placements after them left."""
    for _, change in sorted(own, key=lambda pair: pair[0]):
        if change.replaced is not None or change.placed is not None:
            file = change.apply(file)
    return file


def _bound(
    connection: Connection, column: Column[str | None], keys: Iterable[str], until: float
) -> dict[str, list[tuple[int, FactChange]]]:
    grouped: defaultdict[str, list[tuple[int, FactChange]]] = defaultdict(list)
    for chunk in chunks(sorted(keys)):
        for row in connection.execute(
            select(facts, column.label("bound_to")).where(column.in_(chunk), facts.c.at <= until)
        ).all():
            # A row of an older version may carry a time after that at which it was taken.
            change = as_told(fact_rows.change_of(row), at=instant(row.at))
            grouped[row.bound_to].append((row.id, change))
    return grouped


def _apply_all(file: PersonFile, changes: Sequence[FactChange]) -> PersonFile:
    """One after the other. What binds by a number or a debt binds whoever is given either later, too."""
    bound: list[FactChange] = []
    for change in changes:
        before, file = file, change.apply(file)
        if change.placed is not None or change.replaced is not None:
            for earlier in bound:
                if earlier.binds(file) and not earlier.binds(before) and not earlier.is_in(file):
                    file = earlier.apply(file)
        elif change.person is None:
            bound.append(change)
    return file


def _with_history(
    file: PersonFile, entries: Sequence[HistoryEntry], on_lines: Sequence[HistoryEntry]
) -> PersonFile:
    """Attempts beside the entries that facts brought, oldest first; an attempt's row is the newer word."""
    if entries or on_lines:
        history = _newest_of(file.history, entries)
        file = with_history(file, history, line_history=_newest_of(file.line_history, on_lines))
    return file


def _newest_of(kept: Sequence[HistoryEntry], newer: Sequence[HistoryEntry]) -> tuple[HistoryEntry, ...]:
    known = {entry.entry for entry in newer}
    kept = [entry for entry in kept if entry.entry not in known]
    return tuple(sorted([*kept, *newer], key=lambda e: (e.at, e.entry)))
