"""Who a person is to a floor: creditors, roles, addresses, numbers, and who else owes what they owe."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, select

from compliance_gate.request import Debt, NumberOnFile, PersonFile
from dialer.domain.money import Money
from dialer.inquiry.last_days import LastDays, awaited_of
from dialer.inquiry.leave import Leave
from dialer.inquiry.noted import Since, address_told, debt_told, told_location
from dialer.results.person_standing import (
    AccountTold,
    AddressTold,
    LineEvent,
    NumberTold,
    Standing,
)
from dialer.storage.database import tables as t
from dialer.storage.identities import Account, Identity, identities_of, numbers_in_clear
from dialer.storage.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What is known of a person beside their file: since when, on each line, after each last day, by whose
    leave."""

    since: Since
    lines: Mapping[str, tuple[LineEvent, ...]]
    last_days: LastDays
    leave: Leave


def standing_of(store: Store, file: PersonFile, beside: Beside, *, in_clear: bool) -> Standing:
    """Of the person's file, with what only the store's tables know of it.

    Args:
        in_clear: with the lines of addresses and the digits of numbers, where the store has them.
    """

    def read(connection: Connection) -> Standing:
        keyring = store.keyring
        known = identities_of(connection, keyring, [file.person]).get(file.person)
        names = [number.number for number in file.numbers] if in_clear else []
        digits = numbers_in_clear(connection, keyring, names)
        return Standing(
            accounts=_accounts(connection, file, beside, {} if known is None else known.accounts),
            addresses=_addresses(connection, file, known if in_clear else None, beside.since),
            numbers=tuple(_number(number, beside, digits) for number in file.numbers),
            told_location=told_location(file),
            places=beside.leave.places,
            licences=beside.leave.licences,
            signed=beside.leave.signed,
            as_of=beside.last_days.as_of,
            not_asked=beside.last_days.why_not,
        )

    return store.read(read)


def _accounts(
    connection: Connection, file: PersonFile, beside: Beside, named: Mapping[str, Account]
) -> tuple[AccountTold, ...]:
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
    return tuple(
        replace(
            _as_placed(debt, rows.get(debt.debt), named.get(debt.debt)),
            role=(debt.person_role or file.role).value,
            others=tuple(ties[debt.debt]),
            last_day_to_sue="" if debt.limitation_ends is None else debt.limitation_ends.isoformat(),
            after_last_day=beside.last_days.by_debt.get(debt.debt, ()),
            awaited=awaited_of(file, debt.debt),
            since=beside.since.debts.get(debt_told(debt, file)),
        )
        for debt in file.debts
    )


def _as_placed(debt: Debt, row: Row[Any] | None, named: Account | None) -> AccountTold:
    if row is None:
        return AccountTold(debt=debt.debt, role="", type=debt.type.value, client=debt.client or "")
    return AccountTold(
        debt=debt.debt,
        role="",
        type=debt.type.value,
        client=row.client,
        client_account="" if named is None else named.client_account,
        creditor=row.current_creditor,
        original_creditor=row.original_creditor,
        balance=str(Money(cents=row.balance_cents, currency=row.currency)),
        delinquent_since=row.delinquent_since or "",
        state=row.state,
        placed_at=row.published_at,
    )


def _addresses(
    connection: Connection, file: PersonFile, identity: Identity | None, since: Since
) -> tuple[AddressTold, ...]:
    lines: dict[tuple[str, str, str, str], str] = {}
    if identity is not None:
        query = select(t.addresses).where(t.addresses.c.person == file.person)
        for row in connection.execute(query):
            key = (row.kind, row.country or "", row.region or "", row.city or "")
            lines[key] = ", ".join(filter(None, identity.addresses.get(row.address, ())))
    return tuple(
        AddressTold(
            kind=each.kind.value,
            country=each.country or "",
            region=each.region or "",
            city=each.city or "",
            zones=tuple(sorted(each.zones or ())),
            lines=lines.get((each.kind.value, each.country or "", each.region or "", each.city or ""), ""),
            since=since.addresses.get(address_told(each)),
        )
        for each in file.addresses
    )


_YES_OR_NO = {True: "yes", False: "no", None: "not known"}


def _number(number: NumberOnFile, beside: Beside, digits: Mapping[str, str]) -> NumberTold:
    ported = number.ported_from_landline_at
    return NumberTold(
        number=number.number,
        kind=number.kind.value,
        role=number.role.value,
        place="" if number.place is None else number.place.value,
        zones=tuple(sorted(number.zones or ())),
        e164=digits.get(number.number, ""),
        institution="" if number.institution is None else number.institution.value,
        lists=tuple(sorted(each.value for each in number.on_lists)),
        checked=_YES_OR_NO[number.dnc_checked],
        ported="" if ported is None else ported.date().isoformat(),
        since=beside.since.numbers.get(number.number),
        events=beside.lines.get(number.number, ()),
    )
