"""What happened, read back: attempts with their findings, denials, promises, agents' states.

Everything that can be long comes in pages by key, so an export of ten million attempts needs the memory of
one page, and no read holds an old state of the store open for long.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, FromClause, Row, Table, select, tuple_

from compliance_gate.findings import Finding
from dialer.domain.commands import StoreAttempt, StoreDenial
from dialer.domain.ids import AgentId, AttemptId, CampaignId, DebtId, LeadId, NumberId, PersonId
from dialer.domain.money import Money
from dialer.domain.record import AttemptRecord
from dialer.storage.database import tables as t
from dialer.storage.database.connections import Work
from dialer.storage.journal.codecs import decode_entry
from dialer.storage.journal.rows import ENTRY, encoded_entry, unpacker
from dialer.storage.projecting.attempt_rows import record_of, texts

PAGE = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DenialRecord:
    """A lead that was not called, and why."""

    lead: LeadId
    person: PersonId
    number: NumberId
    at: float
    retry_at: float | None
    rulebook: str
    rules: tuple[str, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentStateRecord:
    """From `at` on the agent was in this state, until their next row."""

    agent: AgentId
    campaign: CampaignId
    state: str
    reason: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseRecord:
    """A promise to pay."""

    attempt: AttemptId
    person: PersonId
    debts: tuple[DebtId, ...]
    amount: Money | None
    due_at: float | None
    at: float


def attempts(
    work: Work,
    *,
    campaign: str | None = None,
    person: str | None = None,
    since: float | None = None,
    until: float | None = None,
) -> Iterator[AttemptRecord]:
    """Attempts in the order of their launch, `since` included and `until` not."""
    table = t.attempts.c
    wanted: list[ColumnElement[bool]] = []
    if campaign is not None:
        wanted.append(table.campaign == campaign)
    if person is not None:
        wanted.append(table.person == person)
    if since is not None:
        wanted.append(table.launched_at >= since)
    if until is not None:
        wanted.append(table.launched_at < until)
    after: tuple[float, str] | None = None
    while True:
        query = select(t.attempts).where(*wanted).order_by(table.launched_at, table.attempt).limit(PAGE)
        if after is not None:
            query = query.where(tuple_(table.launched_at, table.attempt) > after)
        rows = work.read(lambda connection, query=query: connection.execute(query).all())
        yield from (record_of(row) for row in rows)
        if len(rows) < PAGE:
            return
        after = (rows[-1].launched_at, rows[-1].attempt)


def attempt(work: Work, name: str) -> AttemptRecord | None:
    """One attempt; None when there is none of this id."""
    query = select(t.attempts).where(t.attempts.c.attempt == name)
    row = work.read(lambda connection: connection.execute(query).one_or_none())
    return None if row is None else record_of(row)


def was_in_force(work: Work, rulebook: str) -> bool:
    """Whether a floor or a rehearsal has worked on this store under this law."""
    query = select(t.rulebooks.c.rulebook).where(t.rulebooks.c.rulebook == rulebook)
    return work.read(lambda connection: connection.scalar(query)) is not None


def findings_of(work: Work, name: str) -> tuple[Finding, ...]:
    """Every rule that was asked before the attempt; empty when there is no such attempt."""
    return work.read(lambda connection: findings_in(connection, name))


def findings_in(connection: Connection, attempt_name: str) -> tuple[Finding, ...]:
    """The same inside a reading transaction of the caller's."""
    query = (
        select(*ENTRY)
        .join_from(t.findings, t.journal, t.findings.c.sequence == t.journal.c.sequence)
        .where(t.findings.c.attempt == attempt_name)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return ()
    return next(
        command.findings
        for command in decode_entry(unpacker(connection)(row.entry, row.dictionary)).commands
        if isinstance(command, StoreAttempt) and command.record.attempt == attempt_name
    )


def denials(
    work: Work, *, person: str | None = None, since: float = 0.0, until: float | None = None
) -> Iterator[DenialRecord]:
    """Denials in the order in which they were written, those of one person or all."""
    table = t.denials.c
    wanted: list[ColumnElement[bool]] = [table.at >= since]
    if person is not None:
        wanted.append(table.person == person)
    if until is not None:
        wanted.append(table.at < until)
    entries = t.denials.join(t.journal, table.sequence == t.journal.c.sequence)
    for row in _pages(work, t.denials, wanted, joined=entries, more=ENTRY):
        yield DenialRecord(
            lead=row.lead,
            person=row.person,
            number=row.number,
            at=row.at,
            retry_at=row.retry_at,
            rulebook=row.rulebook,
            rules=texts(row.rules),
            findings=_denied(encoded_entry(work, row.entry, row.dictionary), row.lead),
        )


def _denied(entry: bytes, lead: str) -> tuple[Finding, ...]:
    """The findings of a lead's denial in one step."""
    return next(
        command.findings
        for command in decode_entry(entry).commands
        if isinstance(command, StoreDenial) and command.lead == lead
    )


def agent_states(work: Work, *, since: float = 0.0, until: float | None = None) -> Iterator[AgentStateRecord]:
    """Changes of agents' states in the order in which they happened."""
    table = t.agent_states.c
    wanted: list[ColumnElement[bool]] = [table.at >= since]
    if until is not None:
        wanted.append(table.at < until)
    for row in _pages(work, t.agent_states, wanted):
        yield AgentStateRecord(
            agent=row.agent, campaign=row.campaign, state=row.state, reason=row.reason, at=row.at
        )


def promises(work: Work, *, since: float = 0.0, until: float | None = None) -> Iterator[PromiseRecord]:
    """Promises to pay that stand, in the order in which they were made."""
    table = t.promises.c
    wanted: list[ColumnElement[bool]] = [table.at >= since, table.withdrawn_at.is_(None)]
    if until is not None:
        wanted.append(table.at < until)
    for row in _pages(work, t.promises, wanted):
        amount = None if row.cents is None else Money(cents=row.cents, currency=row.currency)
        yield PromiseRecord(
            attempt=row.attempt,
            person=row.person,
            debts=tuple(DebtId(debt) for debt in texts(row.debts)),
            amount=amount,
            due_at=row.due_at,
            at=row.at,
        )


def _pages(
    work: Work,
    table: Table,
    wanted: list[ColumnElement[bool]],
    *,
    joined: FromClause | None = None,
    more: tuple[Column[Any], ...] = (),
) -> Iterator[Row[Any]]:
    after = 0
    source = table if joined is None else joined
    while True:
        query = (
            select(table, *more)
            .select_from(source)
            .where(table.c.id > after, *wanted)
            .order_by(table.c.id)
            .limit(PAGE)
        )
        rows = work.read(lambda connection, query=query: connection.execute(query).all())
        yield from rows
        if len(rows) < PAGE:
            return
        after = rows[-1].id
