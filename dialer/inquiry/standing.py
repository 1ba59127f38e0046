"""Who a person is to a floor: creditors, roles, addresses, numbers, and who else owes what they owe."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, select

from compliance_gate.request import Debt, PersonFile
from dialer.domain.money import Money
from dialer.results.person_standing import AccountTold, AddressTold, NumberTold, Standing
from dialer.storage.database import tables as t
from dialer.storage.identities import Identity, identities_of, numbers_in_clear
from dialer.storage.store import Store


def standing_of(store: Store, file: PersonFile, *, in_clear: bool) -> Standing:
    """Of the person's file, with what only the store's tables know of it.

    Args:
        in_clear: with the lines of addresses and the digits of numbers, where the store has them.
    """

    def read(connection: Connection) -> Standing:
        keyring = store.keyring
        known = identities_of(connection, keyring, [file.person]) if in_clear else {}
        names = [number.number for number in file.numbers] if in_clear else []
        return Standing(
            accounts=_accounts(connection, file),
            addresses=_addresses(connection, file, known.get(file.person)),
            numbers=_numbers(file, numbers_in_clear(connection, keyring, names)),
        )

    return store.read(read)


def _accounts(connection: Connection, file: PersonFile) -> tuple[AccountTold, ...]:
    names = [debt.debt for debt in file.debts]
    query = (
        select(t.debts, t.imports.c.published_at)
        .join_from(t.debts, t.imports, t.debts.c.import_id == t.imports.c.import_id, isouter=True)
        .where(t.debts.c.debt.in_(names))
    )
    rows = {row.debt: row for row in connection.execute(query)}
    ties: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    tied = select(t.person_debts).where(t.person_debts.c.debt.in_(names)).order_by(t.person_debts.c.person)
    for row in connection.execute(tied):
        if row.person != file.person:
            ties[row.debt].append((row.person, row.role))
    return tuple(_account(debt, file, rows, tuple(ties[debt.debt])) for debt in file.debts)


def _account(
    debt: Debt, file: PersonFile, rows: Mapping[str, Row[Any]], others: tuple[tuple[str, str], ...]
) -> AccountTold:
    role = (debt.person_role or file.role).value
    row = rows.get(debt.debt)
    if row is None:
        client = debt.client or ""
        return AccountTold(debt=debt.debt, role=role, type=debt.type.value, client=client, others=others)
    return AccountTold(
        debt=debt.debt,
        role=role,
        type=debt.type.value,
        client=row.client,
        client_account=row.client_account,
        creditor=row.current_creditor,
        original_creditor=row.original_creditor,
        balance=str(Money(cents=row.balance_cents, currency=row.currency)),
        delinquent_since=row.delinquent_since or "",
        state=row.state,
        placed_at=row.published_at,
        others=others,
    )


def _addresses(
    connection: Connection, file: PersonFile, identity: Identity | None
) -> tuple[AddressTold, ...]:
    lines: dict[tuple[str, str, str, str], str] = {}
    if identity is not None:
        query = select(t.addresses).where(t.addresses.c.person == file.person)
        for row in connection.execute(query):
            key = (row.kind, row.country or "", row.region or "", row.city or "")
            lines[key] = ", ".join(filter(None, identity.addresses.get(row.address, ())))
    told = (
        (each.kind.value, each.country or "", each.region or "", each.city or "", each.zones or frozenset())
        for each in file.addresses
    )
    return tuple(
        AddressTold(
            kind=kind,
            country=country,
            region=region,
            city=city,
            zones=tuple(sorted(zones)),
            lines=lines.get((kind, country, region, city), ""),
        )
        for kind, country, region, city, zones in told
    )


def _numbers(file: PersonFile, digits: Mapping[str, str]) -> tuple[NumberTold, ...]:
    return tuple(
        NumberTold(
            number=number.number,
            kind=number.kind.value,
            role=number.role.value,
            place="" if number.place is None else number.place.value,
            zones=tuple(sorted(number.zones or ())),
            e164=digits.get(number.number, ""),
        )
        for number in file.numbers
    )
