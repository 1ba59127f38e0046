"""Calls that somebody else began: their record as a row of `inbound_calls`, and who has a number."""

from collections import defaultdict

from sqlalchemy import Connection, select

from dialer.domain.ids import DebtId, InboundId, NumberId, PersonId
from dialer.domain.inbound import Caller, InboundRecord
from dialer.storage.database.tables import inbound_calls, person_debts, person_numbers
from dialer.storage.journal.codecs import value_decoder
from dialer.storage.projecting.attempt_rows import json_text

MOST_CALLERS = 50
"""People who are looked at as possible callers: more share no telephone but an exchange's."""

_record = value_decoder(InboundRecord)


def row_of(record: InboundRecord) -> dict[str, object]:
    """The row that stands for the record."""
    disposition = record.disposition
    is_called_back = record.bridged_at is None and record.asked_back_at is not None
    return {
        "call": record.call,
        "number": record.number,
        "arrived_at": record.arrived_at,
        "waited_since": None if is_called_back else record.waited_since,  # in no measure of waits
        "answer_within_s": record.answer_within_s,
        "ended_at": record.ended_at,
        "opted_out": record.opted_out,
        "unserved": record.unserved,
        "agent": record.agent,
        "bridged_at": record.bridged_at,
        "person": record.person,
        "disposition_kind": None if disposition is None else disposition.kind.value,
        "body": json_text(record),
    }


def inbound_records(
    connection: Connection, *, since: float = 0.0, limit: int = 1000
) -> tuple[InboundRecord, ...]:
    """Calls that arrived since then (POSIX seconds), the newest first."""
    query = (
        select(inbound_calls.c.body)
        .where(inbound_calls.c.arrived_at >= since)
        .order_by(inbound_calls.c.arrived_at.desc(), inbound_calls.c.call)
        .limit(limit)
    )
    return tuple(_decoded(row.body) for row in connection.execute(query))


def inbound_record(connection: Connection, *, call: InboundId) -> InboundRecord | None:
    """One call; None when there is none."""
    body = connection.scalar(select(inbound_calls.c.body).where(inbound_calls.c.call == call))
    return None if body is None else _decoded(body)


def _decoded(body: str) -> InboundRecord:
    found = _record(body.encode())
    assert isinstance(found, InboundRecord), "the column holds nothing else"
    return found


def callers_of(connection: Connection, number: NumberId) -> tuple[Caller, ...]:
    """Everybody on file who has the number, with what they owe, by person."""
    held = select(person_numbers.c.person).where(person_numbers.c.number == number).distinct()
    persons = sorted(row.person for row in connection.execute(held.limit(MOST_CALLERS)))
    if not persons:
        return ()
    owed: defaultdict[str, list[DebtId]] = defaultdict(list)
    query = select(person_debts.c.person, person_debts.c.debt).where(person_debts.c.person.in_(persons))
    for row in connection.execute(query.order_by(person_debts.c.debt)):
        owed[row.person].append(DebtId(row.debt))
    return tuple(Caller(person=PersonId(person), debts=tuple(owed[person])) for person in persons)
