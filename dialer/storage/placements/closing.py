"""Accounts that a creditor's file closes, since nothing is owed, and that a later file opens again.

The hold binds everybody who owes the debt. Only what a file closed does a file open: a payment that settled
the account here, or a recall, stands whatever a file that is a day older says. Of the lines that a file has
about one account (one a debtor) one that closes is enough, wherever it stands.
"""

from collections.abc import Iterable, Mapping

import msgspec
from sqlalchemy import Connection, select

from compliance_gate.request import Hold
from compliance_gate.words import HoldKind
from dialer.domain.facts import FactChange
from dialer.domain.ids import DebtId, PersonId
from dialer.domain.placement import CLOSED_BY_FILE
from dialer.domain.record import instant
from dialer.storage import leads
from dialer.storage.database import tables as t
from dialer.storage.database.statements import among, insert_rows
from dialer.storage.person_files import chunks
from dialer.storage.projecting.fact_rows import row_of


def tell(
    connection: Connection, closed: Mapping[DebtId, bool], *, import_id: str, now: float
) -> tuple[PersonId, ...]:
    """Bring these debts to what the file says: closed or open.

    Returns:
        persons who owe a debt that was closed or opened, sorted.
    """
    shut = held(connection, closed, source=CLOSED_BY_FILE)
    changes = [
        _change(debt, is_closed=is_closed, now=now)
        for debt, is_closed in closed.items()
        if is_closed is not (debt in shut) and (is_closed or shut[debt] != import_id)
    ]
    insert_rows(connection, t.facts, [row_of(c, sequence=0, at=now, import_id=import_id) for c in changes])
    for change in changes:
        if change.released is not None:
            leads.clear_hints(connection, debt=change.debt)
    found: set[str] = set()
    for chunk in chunks(sorted(change.debt for change in changes if change.debt is not None)):
        owing = select(t.person_debts.c.person).where(among(connection, t.person_debts.c.debt, chunk))
        found.update(connection.execute(owing).scalars())
    return tuple(PersonId(person) for person in sorted(found))


def _change(debt: DebtId, *, is_closed: bool, now: float) -> FactChange:
    if not is_closed:
        return FactChange(debt=debt, released=CLOSED_BY_FILE)
    hold = Hold(kind=HoldKind.CLOSED, since=instant(now), debts=(debt,), source=CLOSED_BY_FILE)
    return FactChange(debt=debt, hold=hold)


def held(connection: Connection, debts: Iterable[DebtId], *, source: str) -> dict[str, str | None]:
    """Those that are held by this source and were not let go since, with the import that last said so."""
    facts = t.facts.c
    found: dict[str, str | None] = {}
    for chunk in chunks(sorted(debts)):
        query = (
            select(facts.debt, facts.kind, facts.body, facts.import_id)
            .where(among(connection, facts.debt, chunk), facts.kind.in_(("hold", "released")))
            .order_by(facts.id)
        )
        for row in connection.execute(query).all():
            if row.kind == "released" and msgspec.json.decode(row.body) == source:
                found.pop(row.debt, None)
            elif row.kind == "hold" and msgspec.json.decode(row.body).get("source") == source:
                found[row.debt] = row.import_id
    return found
