"""What a later file changes of people on file: all that it says, and nothing of what it does not say.

A column that the file does not have says nothing. A number or an address that a file tells no more of the
account that it was told of, and that no other account of the person tells, was dropped by the creditor: the
number is not dialed any more, the address is a previous one, and both stay for the record. Who does not know
whose a number is, or of what kind, takes neither away; a mobile stays one until a list of lines decides.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    Table,
    and_,
    delete,
    literal_column,
    select,
    update,
)

from compliance_gate.request import HistoryEntry
from compliance_gate.words import AddressKind, NumberKind, NumberRole
from dialer.domain.record import instant
from dialer.storage.database import tables as t
from dialer.storage.database.statements import Row, among, dialects_insert, run_many
from dialer.storage.identities import Account, Identity
from dialer.storage.journal.codecs import value_decoder
from dialer.storage.person_files import chunks
from dialer.storage.placements.identifiers import COUNTED

DROPPED = "dropped by the creditor"
"""Source of a number that its creditor tells no more."""

_DROPPED_RANK = 1_000
"""Behind every number that is told."""

_BY_COLUMN = {
    "type": "account_type",
    "servicer_account": "servicer_account",
    "placement": "placement_id",
    "original_creditor": "original_creditor",
    "current_creditor": "current_creditor",
    "delinquent_since": "delinquency_date",
    "limitation_ends": "limitation_date",
    "recall_on": "recall_date",
    "priority": "score",
}
"""Of a debt: which column of the file says it."""

Says = frozenset[str] | None
"""Columns that a file has; None = all."""


def says(columns: Says, *names: str) -> bool:
    """Whether a file says one of these."""
    return columns is None or not columns.isdisjoint(names)


def unsaid_of_debts(columns: Says) -> frozenset[str]:
    """Columns of `debts` that stay as they are; which file placed it first always does."""
    unsaid = (name for name, column in _BY_COLUMN.items() if not says(columns, column))
    return frozenset(unsaid) | {"import_id"}


def unsaid_of_leads(columns: Says) -> frozenset[str]:
    """Columns of `leads` that stay as they are."""
    kept = {"campaign", "debt"}
    if not says(columns, "score"):
        kept.add("priority")
    if not says(columns, "language"):
        kept.add("needs")
    return frozenset(kept)


def unsaid_of_ties(columns: Says) -> frozenset[str]:
    """Columns of `person_debts` that stay as they are."""
    return frozenset() if says(columns, "person_role") else frozenset({"role"})


COUNTED_S = 7 * 86_400.0
"""How far back a bare count of calls reaches: the canonical file asks for those of the last seven days."""

_entry = value_decoder(HistoryEntry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """Of one person, what is told no more."""

    identity: Identity
    numbers: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


def over(mine: Identity, earlier: Identity) -> Dropped:
    """What a file told of a person, over what was told before."""
    accounts = {
        debt: _with_unsaid(account, earlier.accounts.get(debt)) for debt, account in mine.accounts.items()
    }
    made = msgspec.structs.replace(mine, accounts=accounts).over(earlier)
    return Dropped(
        identity=made,
        numbers=_gone(made, earlier, accounts, "numbers"),
        addresses=_gone(made, earlier, accounts, "addresses"),
    )


def _with_unsaid(account: Account, before: Account | None) -> Account:
    if before is None:
        return account
    return msgspec.structs.replace(
        account,
        servicer_account=account.servicer_account or before.servicer_account,
        particulars={**before.particulars, **account.particulars},
        numbers=before.numbers if account.numbers is None else account.numbers,
        addresses=before.addresses if account.addresses is None else account.addresses,
    )


def _gone(made: Identity, earlier: Identity, accounts: Mapping[str, Account], what: str) -> tuple[str, ...]:
    told: set[str] = set()
    for account in made.accounts.values():
        ids = getattr(account, what)
        if ids is None:  # of an account that an older version wrote: it may have told any of them
            return ()
        told.update(ids)
    gone: set[str] = set()
    for debt in accounts:
        before = earlier.accounts.get(debt)
        if before is not None:
            gone.update(_told_before(earlier, before, what))
    return tuple(sorted(gone - told))


def _told_before(earlier: Identity, before: Account, what: str) -> Iterable[str]:
    ids = getattr(before, what)
    if ids is not None:
        return ids
    return getattr(earlier, what) if len(earlier.accounts) == 1 else ()


def drop(connection: Connection, dropped: Mapping[str, Dropped]) -> None:
    """Dial these numbers no more, and keep these addresses as previous ones. One that could be placed nowhere
    goes: it would keep everybody from calling where it was mended."""
    ties, places = t.person_numbers, t.addresses
    for person, gone in dropped.items():
        if gone.numbers:
            mine = (ties.c.person == person) & ties.c.number.in_(gone.numbers)
            values = {"role": NumberRole.UNKNOWN.value, "source": DROPPED, "rank": _DROPPED_RANK}
            connection.execute(update(ties).where(mine).values(values))
        if gone.addresses:
            theirs = places.c.address.in_(gone.addresses)
            connection.execute(delete(places).where(theirs, places.c.zones.is_(None)))
            connection.execute(update(places).where(theirs).values(kind=AddressKind.PREVIOUS.value))


def keep_known_roles(
    connection: Connection, persons: Sequence[str], ties: Mapping[tuple[str, str], Row]
) -> None:
    """Where a file does not say whose a number is, and it is known, what is known stays."""
    unknown = {key: row for key, row in ties.items() if row["role"] == NumberRole.UNKNOWN.value}
    if not unknown:
        return
    known = t.person_numbers.c
    for chunk in chunks(persons):
        query = select(known.person, known.number, known.role).where(among(connection, known.person, chunk))
        for row in connection.execute(query).all():
            mine = unknown.get((row.person, row.number))
            if mine is not None:
                mine["role"] = row.role


def kind_over(known: str, told: str) -> str:
    """Which kind a line is by two sources."""
    if NumberKind.MOBILE.value in (known, told):
        return NumberKind.MOBILE.value
    return known if told == NumberKind.UNKNOWN.value else told


def tell_kinds(connection: Connection, numbers: Sequence[Row]) -> None:
    """Insert numbers; of those that are known, the kind that is told now, by `kind_over`."""
    run_many(connection, "kinds", t.numbers, numbers, make=_of_kinds)


def _of_kinds(connection: Connection, table: Table, _columns: Sequence[str]) -> Executable:
    statement = dialects_insert(connection, table)
    known, told = table.c.kind, statement.excluded["kind"]
    mobile: ColumnElement[str] = literal_column(f"'{NumberKind.MOBILE.value}'")
    unknown: ColumnElement[str] = literal_column(f"'{NumberKind.UNKNOWN.value}'")
    is_news = and_(told != known, known != mobile, told != unknown)
    return statement.on_conflict_do_update(index_elements=["number"], set_={"kind": told}, where=is_news)


def without_counted(known: Iterable[tuple[object, ...]], rows: Sequence[Row], *, now: float) -> list[Row]:
    """Rows of facts without calls that were counted before: of those of the last seven days a file tells only
    how many, and the file that says so again counts the same ones.

    Args:
        known: (person, kind, body) of facts on file.
    """
    counted = [row for row in rows if _is_counted(row["kind"], row["body"])]
    if not counted:
        return list(rows)
    since = instant(now - COUNTED_S)
    left: Counter[tuple[object, tuple[str, ...] | None]] = Counter()
    for person, kind, body in known:
        if _is_counted(kind, body):
            entry = _entry(str(body).encode())
            left[person, entry.debts] += entry.at >= since
    kept: list[Row] = []
    for row in rows:
        if _is_counted(row["kind"], row["body"]):
            key = row["person"], _entry(str(row["body"]).encode()).debts
            if left[key] > 0:
                left[key] -= 1
                continue
        kept.append(row)
    return kept


def _is_counted(kind: object, body: object) -> bool:
    return kind == "entry" and COUNTED in str(body)
