"""Records that go, and a person who is erased, in every kind of store: judged again in the transaction."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from compliance_gate.request import Hold
from compliance_gate.words import HoldKind
from dialer.domain.facts import FactChange
from dialer.domain.ids import DebtId
from dialer.domain.record import instant
from dialer.inquiry.removing import remove
from dialer.inquiry.rights.erasure import ErasedBy, erase
from dialer.storage.database import tables as t
from dialer.storage.identities import identities_of
from dialer.storage.projecting.attempt_rows import row_of as attempt_row
from dialer.storage.projecting.fact_rows import row_of
from dialer.storage.store import Store

BY = ErasedBy(who="kim", address="test", why="the yearly run")
LATE = datetime(2049, 1, 1, tzinfo=UTC).timestamp()


def called_and_closed(floor: Any) -> tuple[Store, str]:
    """One person, who was called, and whose account has ended; their id."""
    store: Store = floor.store
    floor.place(floor.account("A1"))
    (lead,) = floor.leads()
    called = attempt_row(floor.record("g-1-1", lead, ended_at=floor.now + 60.0))
    hold = Hold(kind=HoldKind.CLOSED, since=instant(floor.now), debts=(lead.debt,))
    closed = row_of(FactChange(debt=DebtId(lead.debt), hold=hold), sequence=0, at=floor.now)
    store.write(lambda connection: connection.execute(t.attempts.insert(), called))
    store.write(lambda connection: connection.execute(t.facts.insert(), closed))
    return store, str(lead.targets[0].person)


def test_records_that_no_rule_keeps_go(floor: Any) -> None:
    store, _ = called_and_closed(floor)
    assert remove(store, by=BY, at=LATE).rows["attempts"] == 1
    assert store.read(lambda connection: connection.execute(select(t.attempts)).all()) == []


def test_a_person_is_erased(floor: Any) -> None:
    store, person = called_and_closed(floor)
    assert erase(store, person, by=BY, at=LATE).is_gone
    assert store.read(lambda connection: identities_of(connection, store.keyring, [person])) == {}
