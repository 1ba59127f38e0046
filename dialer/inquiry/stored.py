"""What looking back needs of a store, beside what `dialer.storage.queries` reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from sqlalchemy import Connection, func, select

from compliance_gate.book.rulebook import Rulebook
from compliance_gate.book.shipped import sample_rulebook
from compliance_gate.request import PersonFile, on_line
from dialer.domain.campaign import CampaignSettings
from dialer.domain.events import LeadsFetched
from dialer.domain.facts import FactChange, with_entry, with_on_line
from dialer.domain.ids import AttemptId
from dialer.domain.record import AttemptRecord, entry_of, instant, known_at
from dialer.floor.law import rulebook_for_calls
from dialer.measures.records import DenialMade, PromiseMade
from dialer.storage import queries
from dialer.storage.database import tables
from dialer.storage.journal.codecs import decode_entry, value_decoder
from dialer.storage.journal.rows import ENTRY, unpacker
from dialer.storage.person_files import chunks
from dialer.storage.projecting.attempt_rows import record_of
from dialer.storage.projecting.fact_rows import change_of
from dialer.storage.store import Store

_settings = value_decoder(CampaignSettings)

FETCHES_AT_ONCE = 20
PERSONS_AT_ONCE = 2_000

FAR = 4e9
"""POSIX seconds after every record (2096)."""


def rulebook_of(store: Store) -> Rulebook:
    """The law for looking into a store: the sample's if the store was worked under it, else the house's."""
    house, sample = rulebook_for_calls(), sample_rulebook()
    if house.hash != sample.hash and not queries.was_in_force(store.database, house.hash):
        return sample if queries.was_in_force(store.database, sample.hash) else house
    return house


def attempts_of(store: Store, person: str | None = None) -> Iterator[AttemptRecord]:
    """Attempts in order of launch; of one person, or all."""
    return queries.attempts(store.database, person=person)


def some_attempts(store: Store, most: int) -> list[str]:
    """A few ids, for a message that says what there is."""
    query = select(tables.attempts.c.attempt).order_by(tables.attempts.c.launched_at).limit(most)
    return store.read(lambda connection: list(connection.scalars(query)))


def attempts_named(store: Store, names: Iterable[AttemptId]) -> dict[AttemptId, AttemptRecord]:
    """The attempts of these ids that the store has."""
    found: dict[AttemptId, AttemptRecord] = {}
    for some in chunks(sorted(names)):
        query = select(tables.attempts).where(tables.attempts.c.attempt.in_(some))
        rows = store.read(lambda connection, query=query: connection.execute(query).all())
        for row in rows:
            record = record_of(row)
            found[record.attempt] = record
    return found


def denials_of(store: Store) -> Iterator[DenialMade]:
    """Every stored denial, in order."""
    for record in queries.denials(store.database):
        yield DenialMade(
            lead=record.lead,
            person=record.person,
            at=record.at,
            rules=record.rules,
            retry_at=record.retry_at,
        )


def promises_of(store: Store) -> Iterator[PromiseMade]:
    """Every promise, in order."""
    for record in queries.promises(store.database):
        yield PromiseMade(
            attempt=record.attempt,
            person=record.person,
            at=record.at,
            amount=record.amount,
            due_at=record.due_at,
        )


def campaign_settings(store: Store) -> Mapping[str, CampaignSettings]:
    """Settings by campaign, of those that were configured."""
    query = select(tables.campaigns.c.campaign, tables.campaigns.c.settings)
    rows = store.read(lambda connection: connection.execute(query).all())
    return {row.campaign: _settings(row.settings.encode()) for row in rows if row.settings != "{}"}


def debts_of_leads(store: Store) -> dict[str, str]:
    """The account of every turn: of placed people from the tables, of made-up ones from the journal."""
    turns = select(tables.leads.c.lead, tables.leads.c.debt)
    found = {row.lead: str(row.debt) for row in store.read(lambda c: c.execute(turns).all())}
    if found:
        return found
    fetches = select(*ENTRY).where(tables.journal.c.event == LeadsFetched.__name__)

    def read(connection: Connection) -> None:
        unpacked = unpacker(connection)
        for row in connection.execute(fetches).yield_per(FETCHES_AT_ONCE):
            event = decode_entry(unpacked(row.entry, row.dictionary)).event
            if isinstance(event, LeadsFetched):
                found.update({lead.lead: lead.debt for lead in event.leads})

    store.read(read)
    return found


def persons_called(store: Store) -> list[str]:
    """Everybody with an attempt, sorted."""
    query = select(tables.attempts.c.person).distinct().order_by(tables.attempts.c.person)
    return store.read(lambda connection: list(connection.scalars(query)))


def persons_tied(store: Store) -> frozenset[str]:
    """Whoever was joined to another record of theirs, whether or not they were parted again."""
    query = select(tables.facts.c.person).where(tables.facts.c.kind == "joined").distinct()
    return frozenset(store.read(lambda connection: list(connection.scalars(query))))


def person_file(store: Store, person: str, *, at: float) -> PersonFile | None:
    """What was known of a person just before `at` (POSIX seconds); None when nobody knows them.

    People of a placement are in the store's tables. Those a rehearsal made up are only in its journal: their
    file is the one that was fetched last, with every fact and attempt since.
    """
    placed = store.person_files([person], now=at, until=at)[person]
    if is_known(placed):
        return placed
    fetched = store.read(lambda connection: _fetched_file(connection, person, at))
    if fetched is None:
        return None
    return brought_to(store, fetched, store.read(lambda connection: _changes(connection, at)), at)


def brought_to(store: Store, file: PersonFile, changes: list[FactChange], at: float) -> PersonFile:
    """A file of a rehearsal as it was known at `at` (POSIX seconds).

    Args:
        changes: facts that were known by then, in the order in which they came.
    """
    known = _brought_up_to(_before(file, at), changes, attempts_of(store, file.person), at)
    return _with_lines(store, known, at)


def last_instant(connection: Connection) -> float:
    """POSIX seconds of the last step; 0 when there is none."""
    return connection.scalar(select(func.max(tables.journal.c.now))) or 0.0


def is_known(file: PersonFile) -> bool:
    """Whether anybody ever told the store about the person."""
    return bool(file.numbers or file.debts)


def fetched_files(store: Store) -> dict[str, PersonFile]:
    """The first file of everybody whom a rehearsal made up."""
    query = (
        select(*ENTRY)
        .where(tables.journal.c.event == LeadsFetched.__name__)
        .order_by(tables.journal.c.sequence)
    )
    files: dict[str, PersonFile] = {}

    def read(connection: Connection) -> None:
        unpacked = unpacker(connection)
        for row in connection.execute(query).yield_per(FETCHES_AT_ONCE):
            for file in _persons_in(unpacked(row.entry, row.dictionary)):
                files.setdefault(file.person, file)

    store.read(read)
    return files


def made_up_files(store: Store) -> dict[str, PersonFile]:
    """The first file of everybody whom a rehearsal made up, with every fact since, and no attempts."""
    files = fetched_files(store)
    for change in store.read(lambda connection: _changes(connection, None)):
        bound = [change.person] if change.person is not None else list(files)
        for person in bound:
            file = files.get(person)
            if file is not None and change.binds(file):
                files[person] = change.apply(file)
    return files


def _fetched_file(connection: Connection, person: str, at: float) -> PersonFile | None:
    """The file as it was fetched last before `at`, else as it was fetched first after it."""
    journal = tables.journal
    unpacked = unpacker(connection)
    fetches = select(*ENTRY).where(journal.c.event == LeadsFetched.__name__)
    before = fetches.where(journal.c.now <= at).order_by(journal.c.sequence.desc())
    after = fetches.where(journal.c.now > at).order_by(journal.c.sequence)
    for query in (before, after):
        for row in connection.execute(query).yield_per(FETCHES_AT_ONCE):
            plain = unpacked(row.entry, row.dictionary)
            if person.encode() in plain:
                found = [file for file in _persons_in(plain) if file.person == person]
                if found:
                    return found[0]
    return None


def _persons_in(entry: bytes) -> tuple[PersonFile, ...]:
    event = decode_entry(entry).event
    return event.persons if isinstance(event, LeadsFetched) else ()


def _changes(connection: Connection, until: float | None) -> list[FactChange]:
    query = select(tables.facts).order_by(tables.facts.c.id)
    if until is not None:
        query = query.where(tables.facts.c.at <= until)
    return [change_of(row) for row in connection.execute(query)]


def _before(file: PersonFile, at: float) -> PersonFile:
    """The file without what came at `at` (POSIX seconds) or later; it may have been fetched after it."""
    moment = instant(at)
    return replace(
        file,
        history=tuple(entry for entry in file.history if entry.at < moment),
        line_history=tuple(entry for entry in file.line_history if entry.at < moment),
        consents=tuple(consent for consent in file.consents if consent.at <= moment),
        requests=tuple(request for request in file.requests if request.at <= moment),
        holds=tuple(hold for hold in file.holds if hold.since <= moment),
        notices=tuple(
            notice for notice in file.notices if notice.sent_on is None or notice.sent_on <= moment.date()
        ),
    )


def _brought_up_to(
    file: PersonFile, changes: list[FactChange], attempts: Iterator[AttemptRecord], at: float
) -> PersonFile:
    for change in changes:
        if change.binds(file) and not change.is_in(file):
            file = change.apply(file)
    launched = set[str]()
    for attempt in attempts:
        launched.add(attempt.attempt)
        known = known_at(attempt, at)
        entry = None if known is None else entry_of(known)
        if entry is not None:
            launched.discard(attempt.attempt)
            file = with_entry(file, entry)
    return replace(file, history=tuple(entry for entry in file.history if entry.entry not in launched))


def _with_lines(store: Store, file: PersonFile, at: float) -> PersonFile:
    """The file with the attempts on its numbers that were made on others, as they were known at `at`."""
    for attempt in line_attempts_of(store, [file]):
        known = None if attempt.person == file.person else known_at(attempt, at)
        entry = None if known is None else entry_of(known)
        told = None if entry is None else on_line(entry)
        if told is not None:
            file = with_on_line(file, told)
    return file


def line_attempts_of(store: Store, files: Iterable[PersonFile]) -> Iterator[AttemptRecord]:
    """Attempts on any number of these people, whoever was called, in order of launch."""
    attempts = tables.attempts
    found: list[AttemptRecord] = []
    for some in chunks(sorted({number.number for file in files for number in file.numbers})):
        query = select(attempts).where(attempts.c.number.in_(some))
        found += map(record_of, store.read(lambda connection, query=query: connection.execute(query).all()))
    return iter(sorted(found, key=lambda attempt: (attempt.launched_at, attempt.attempt)))


def files_of(store: Store, persons: list[str]) -> Iterator[PersonFile]:
    """Everybody's file without attempts; a person whom nobody knows has an empty one."""
    made_up: dict[str, PersonFile] | None = None
    for start in range(0, len(persons), PERSONS_AT_ONCE):
        chunk = persons[start : start + PERSONS_AT_ONCE]
        for person, file in store.person_files(chunk, now=FAR).items():
            if is_known(file):
                yield file
                continue
            made_up = made_up_files(store) if made_up is None else made_up
            yield made_up.get(person, file)
