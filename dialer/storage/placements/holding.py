"""Holds of refused lines: placed with the file that told of them, reviewed and released together, by name.

    held --release--> releasing --the engine was told, or nobody runs--> released

A hold is bound to whom the line named: a person, an account, a number; all of them may be of people who are
not on file yet, and whom it binds when they come.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, select, update

from compliance_gate.request import Hold
from compliance_gate.words import HoldKind
from dialer.domain.facts import FactChange
from dialer.domain.ids import DebtId, NumberId, PersonId
from dialer.domain.placement import Protection
from dialer.domain.record import instant
from dialer.storage import leads
from dialer.storage.database import tables as t
from dialer.storage.database.statements import Row as Columns
from dialer.storage.database.statements import insert_missing, insert_rows
from dialer.storage.person_files import chunks
from dialer.storage.placements.identifiers import Identifiers
from dialer.storage.projecting.fact_rows import row_of

HELD, RELEASING, RELEASED = "held", "releasing", "released"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileHold:
    """One hold. Exactly one of person, number, debt is set. `signals`: what the line said."""

    import_id: str
    line: int
    signals: str
    source: str
    state: str
    at: float
    person: PersonId | None = None
    number: NumberId | None = None
    debt: DebtId | None = None
    released_by: str | None = None
    released_at: float | None = None
    why: str | None = None

    @property
    def bound(self) -> str:
        """Whom it binds."""
        return self.person or self.number or self.debt or ""


def place(
    connection: Connection,
    protections: Iterable[Protection],
    *,
    identifiers: Identifiers,
    import_id: str,
    now: float,
) -> tuple[PersonId, ...]:
    """Hold whom these lines name; what is held already stays as it is.

    Returns:
        persons on file whom a new hold binds, sorted.
    """
    wanted: list[FileHold] = []
    for one in protections:
        holds = _holds(one, identifiers, import_id, now)
        wanted += (hold for hold in holds if _may_bind(connection, hold, one.client))
    return place_holds(connection, wanted, import_id=import_id, now=now)


def place_holds(
    connection: Connection, wanted: Sequence[FileHold], *, import_id: str, now: float
) -> tuple[PersonId, ...]:
    """The same of holds whose subjects are known by their ids."""
    known = _known(connection, import_id, wanted)
    new = [hold for hold in wanted if (hold.line, hold.bound) not in known]
    if not new:
        return ()
    insert_missing(connection, t.import_holds, [_row(hold) for hold in new])
    changes = [_change(hold) for hold in new]
    insert_rows(connection, t.facts, [row_of(c, sequence=0, at=now, import_id=import_id) for c in changes])
    return _bound_persons(connection, new)


def _holds(
    protection: Protection, identifiers: Identifiers, import_id: str, now: float
) -> Iterable[FileHold]:
    signals = ", ".join(protection.signals)
    told = FileHold(
        import_id=import_id,
        line=protection.line,
        signals=signals,
        source=f"refused line {protection.line} of import {import_id}: {signals}",
        state=HELD,
        at=now,
    )
    made: dict[str, FileHold] = {}
    exact = protection.is_case_sensitive
    for client, account in protection.accounts:
        debt = identifiers.debt(client, account, is_case_sensitive=exact)
        made[debt] = replace(told, debt=debt)
    for client, reference in protection.persons:
        person = identifiers.person(client, reference, is_case_sensitive=exact)
        made[person] = replace(told, person=person)
    for e164 in protection.numbers:
        number = identifiers.number(e164)
        made[number] = replace(told, number=number)
    return made.values()


def _may_bind(connection: Connection, hold: FileHold, client: str) -> bool:
    """Within a client's walls a number is held that one of theirs has, or nobody yet; never others' alone."""
    if not client or hold.number is None:
        return True
    holders = t.person_numbers.join(t.persons, t.persons.c.person == t.person_numbers.c.person)
    which = t.person_numbers.c.number == hold.number
    clients = connection.scalars(select(t.persons.c.client).select_from(holders).where(which)).all()
    return not clients or client in clients


def _change(hold: FileHold) -> FactChange:
    debts = None if hold.debt is None else (hold.debt,)
    held = Hold(
        kind=HoldKind.MANUAL,
        since=instant(hold.at),
        debts=debts,
        source=hold.source,
        ends_by_source=True,
    )
    return FactChange(person=hold.person, number=hold.number, debt=hold.debt, hold=held)


def _known(connection: Connection, import_id: str, wanted: Sequence[FileHold]) -> set[tuple[int, str]]:
    held = t.import_holds.c
    keys: set[tuple[int, str]] = set()
    for chunk in chunks(sorted({hold.bound for hold in wanted})):
        query = select(held.line, held.bound).where(held.import_id == import_id, held.bound.in_(chunk))
        keys.update((row.line, row.bound) for row in connection.execute(query).all())
    return keys


def _bound_persons(connection: Connection, holds: Iterable[FileHold]) -> tuple[PersonId, ...]:
    """Persons on file whom these bind."""
    found: set[str] = set()
    holds = list(holds)
    for column, keys, by in (
        (t.persons.c.person, [hold.person for hold in holds], t.persons.c.person),
        (t.person_debts.c.person, [hold.debt for hold in holds], t.person_debts.c.debt),
        (t.person_numbers.c.person, [hold.number for hold in holds], t.person_numbers.c.number),
    ):
        for chunk in chunks(sorted(key for key in keys if key is not None)):
            found.update(connection.execute(select(column).where(by.in_(chunk))).scalars())
    return tuple(PersonId(person) for person in sorted(found))


def holds_of(connection: Connection, import_id: str | None = None) -> tuple[FileHold, ...]:
    """Holds of a file, or of every file; those that last first."""
    held = t.import_holds
    order = held.c.state, held.c.at, held.c.import_id, held.c.line, held.c.bound
    query = select(held).order_by(*order)
    if import_id is not None:
        query = query.where(held.c.import_id == import_id)
    return tuple(_hold(row) for row in connection.execute(query).all())


def release(connection: Connection, import_id: str, *, by: str, why: str, now: float) -> int:
    """Release every hold of a file that lasts; returns how many. They bind until `told`."""
    held = t.import_holds.c
    changed = (
        update(t.import_holds)
        .where(held.import_id == import_id, held.state == HELD)
        .values(state=RELEASING, released_by=by, released_at=now, why=why)
    )
    return connection.execute(changed).rowcount


def releasing(connection: Connection, *, most: int) -> tuple[FileHold, ...]:
    """Holds that are to end and do not yet."""
    held = t.import_holds
    query = (
        select(held).where(held.c.state == RELEASING).order_by(held.c.import_id, held.c.line, held.c.bound)
    )
    return tuple(_hold(row) for row in connection.execute(query.limit(most)).all())


def left_of(connection: Connection, import_id: str) -> int:
    """Holds of a file that are to end and do not yet."""
    held = t.import_holds.c
    query = select(held.bound).where(held.import_id == import_id, held.state == RELEASING)
    return len(connection.execute(query).all())


def told(connection: Connection, holds: Iterable[FileHold]) -> None:
    """These have ended."""
    held = t.import_holds.c
    for hold in holds:
        same = held.import_id == hold.import_id, held.line == hold.line, held.bound == hold.bound
        connection.execute(update(t.import_holds).where(*same).values(state=RELEASED))


def end_without_floor(connection: Connection, holds: Sequence[FileHold], *, now: float) -> None:
    """End them in a store that no engine works on; whoever waited is looked at again."""
    for hold in holds:
        change = FactChange(person=hold.person, number=hold.number, debt=hold.debt, released=hold.source)
        insert_rows(connection, t.facts, [row_of(change, sequence=0, at=now, import_id=hold.import_id)])
        leads.clear_hints(connection, person=hold.person, debt=hold.debt, number=hold.number)
    told(connection, holds)


def _row(hold: FileHold) -> Columns:
    return {
        "import_id": hold.import_id,
        "line": hold.line,
        "bound": hold.bound,
        "person": hold.person,
        "number": hold.number,
        "debt": hold.debt,
        "signals": hold.signals,
        "source": hold.source,
        "state": hold.state,
        "at": hold.at,
    }


def _hold(row: Row[Any]) -> FileHold:
    return FileHold(
        import_id=row.import_id,
        line=row.line,
        signals=row.signals,
        source=row.source,
        state=row.state,
        at=row.at,
        person=row.person,
        number=row.number,
        debt=row.debt,
        released_by=row.released_by,
        released_at=row.released_at,
        why=row.why,
    )
