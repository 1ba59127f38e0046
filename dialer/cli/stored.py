"""Rows of a store as the measures, the exports and the explanations take them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select

from compliance_gate.findings import Finding
from compliance_gate.request import PersonFile
from dialer.domain.agent import AgentState
from dialer.domain.campaign import CampaignSettings
from dialer.domain.events import LeadsFetched
from dialer.domain.facts import with_entry
from dialer.domain.ids import AgentId, AttemptId, CampaignId, LeadId, PersonId
from dialer.domain.money import Money
from dialer.domain.record import AttemptRecord, entry_of
from dialer.measures.records import AgentChange, DenialMade, PromiseMade
from dialer.storage import tables
from dialer.storage.attempt_rows import record_of, texts
from dialer.storage.codecs import decode_entry, unpacked, value_decoder
from dialer.storage.fact_rows import change_of
from dialer.storage.queries import denial_findings_in, findings_in
from dialer.storage.store import Store

_settings = value_decoder(CampaignSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDenial:
    """A denial as it was written down, findings and all."""

    person: str
    number: str
    at: float
    findings: tuple[Finding, ...]
    retry_at: float | None
    rulebook: str


def attempts_in(connection: Connection, *, person: str | None = None) -> list[AttemptRecord]:
    """Attempts in order of launch; of one person, or all."""
    query = select(tables.attempts).order_by(tables.attempts.c.launched_at, tables.attempts.c.attempt)
    if person is not None:
        query = query.where(tables.attempts.c.person == person)
    return [record_of(row) for row in connection.execute(query)]


def attempt_in(connection: Connection, attempt: str) -> AttemptRecord | None:
    """One attempt by its id."""
    row = connection.execute(select(tables.attempts).where(tables.attempts.c.attempt == attempt)).first()
    return None if row is None else record_of(row)


def some_attempts(connection: Connection, most: int) -> list[str]:
    """A few ids, for a message that says what there is."""
    query = select(tables.attempts.c.attempt).order_by(tables.attempts.c.launched_at).limit(most)
    return list(connection.scalars(query))


def findings_of(connection: Connection, attempt: str) -> tuple[Finding, ...]:
    """Every rule that was asked for the attempt; empty when none was stored."""
    return findings_in(connection, attempt)


def denials_in(connection: Connection) -> list[DenialMade]:
    """Every stored denial, in order."""
    query = select(tables.denials).order_by(tables.denials.c.id)
    return [
        DenialMade(
            lead=LeadId(row.lead),
            person=PersonId(row.person),
            at=row.at,
            rules=texts(row.rules),
            retry_at=row.retry_at,
        )
        for row in connection.execute(query)
    ]


def last_denial_of(connection: Connection, person: str, *, at: float) -> StoredDenial | None:
    """What kept this person from being called, last before `at` (POSIX seconds)."""
    query = (
        select(tables.denials)
        .where(tables.denials.c.person == person, tables.denials.c.at <= at)
        .order_by(tables.denials.c.at.desc(), tables.denials.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    return StoredDenial(
        person=row.person,
        number=row.number,
        at=row.at,
        findings=denial_findings_in(connection, row.sequence, row.lead),
        retry_at=row.retry_at,
        rulebook=row.rulebook,
    )


def promises_in(connection: Connection) -> list[PromiseMade]:
    """Every promise, in order."""
    query = select(tables.promises).order_by(tables.promises.c.id)
    return [_promise(row) for row in connection.execute(query)]


def _promise(row: Row[Any]) -> PromiseMade:
    amount = None if row.cents is None else Money(cents=row.cents, currency=row.currency)
    return PromiseMade(
        attempt=AttemptId(row.attempt),
        person=PersonId(row.person),
        at=row.at,
        amount=amount,
        due_at=row.due_at,
    )


def agent_changes_in(connection: Connection) -> list[AgentChange]:
    """Every change of an agent's state, in order."""
    query = select(tables.agent_states).order_by(tables.agent_states.c.id)
    return [
        AgentChange(
            agent=AgentId(row.agent),
            campaign=CampaignId(row.campaign),
            state=AgentState(row.state),
            at=row.at,
            reason=row.reason,
        )
        for row in connection.execute(query)
    ]


def campaign_settings(connection: Connection) -> Mapping[str, CampaignSettings]:
    """Settings by campaign, of those that were configured."""
    rows = connection.execute(select(tables.campaigns.c.campaign, tables.campaigns.c.settings))
    return {row.campaign: _settings(row.settings.encode()) for row in rows if row.settings != "{}"}


def observed_until(connection: Connection) -> float | None:
    """POSIX seconds of the last step."""
    return connection.scalar(select(func.max(tables.journal.c.now)))


def person_file(store: Store, person: str, *, at: float) -> PersonFile | None:
    """What was known of a person at `at` (POSIX seconds); None when nobody knows them.

    People of a placement are in the store's tables. Those a rehearsal made up are only in its journal: their
    file is the one that was fetched last, with every fact and attempt since.
    """
    placed = store.person_files([person], now=at)[person]
    if placed.numbers or placed.debts:
        return placed
    return store.read(lambda connection: _fetched_file(connection, person, at))


def _fetched_file(connection: Connection, person: str, at: float) -> PersonFile | None:
    """The file as it was fetched last before `at`, else as it was fetched first after it."""
    journal = tables.journal
    fetches = select(journal.c.entry).where(journal.c.event == LeadsFetched.__name__)
    before = fetches.where(journal.c.now <= at).order_by(journal.c.sequence.desc())
    after = fetches.where(journal.c.now > at).order_by(journal.c.sequence)
    for query in (before, after):
        for (data,) in connection.execute(query).yield_per(20):
            file = _file_in(data, person)
            if file is not None:
                return _brought_up_to(connection, file, at)
    return None


def _file_in(entry: bytes, person: str) -> PersonFile | None:
    plain = unpacked(entry)
    if person.encode() not in plain:
        return None
    event = decode_entry(plain).event
    persons = event.persons if isinstance(event, LeadsFetched) else ()
    return next((file for file in persons if file.person == person), None)


def _brought_up_to(connection: Connection, file: PersonFile, at: float) -> PersonFile:
    for row in connection.execute(
        select(tables.facts).where(tables.facts.c.at <= at).order_by(tables.facts.c.id)
    ):
        change = change_of(row)
        if change.binds(file):
            file = change.apply(file)
    for attempt in attempts_in(connection, person=file.person):
        entry = entry_of(attempt) if attempt.launched_at <= at else None
        if entry is not None:
            file = with_entry(file, entry)
    return file
