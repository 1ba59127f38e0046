"""Whom a name means: an id in any case, the client's own key, a number as people write it."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import Column, Connection, select

from compliance_gate.valid import wrong_text
from compliance_gate.whereabouts import packaged_tables
from dialer.domain.ids import DebtId, NumberId, PersonId
from dialer.domain.keys import folded
from dialer.intake.telephones import e164_of
from dialer.intake.values import BadValueError
from dialer.storage.database.tables import debts, person_debts, person_numbers, persons
from dialer.storage.person_files import chunks
from dialer.storage.placements.identifiers import Identifiers

T = TypeVar("T")


def person_ids(name: str, identifiers: Identifiers) -> list[str]:
    """The ids that a person's name may mean, the likeliest first."""
    return _ids(name, "p-", identifiers.person, identifiers.older_person)


def debt_ids(name: str, identifiers: Identifiers) -> list[str]:
    """The same of an account's."""
    return _ids(name, "d-", identifiers.debt, identifiers.older_debt)


def number_ids(name: str, identifiers: Identifiers) -> tuple[list[str], bool]:
    """The ids that a number may mean, the likeliest first, and whether somebody may have such a number:
    then its id is the last of them."""
    if not _is_text(name):
        return [], False
    ids = [name.strip(), folded(name.strip())]
    with suppress(BadValueError):
        ids.append(identifiers.number(e164_of(name.strip(), packaged_tables())))
    return ids, len(ids) > 2


def _is_text(name: str) -> bool:
    """A name with a sign that no store can be asked for (NUL, half of a pair) is nobody's."""
    return wrong_text(name) is None


def _ids(name: str, prefix: str, of: Callable[..., str], older: Callable[[str, str], str]) -> list[str]:
    if not _is_text(name):
        return []
    name = name.strip()
    ids = [name]
    if folded(name).startswith(prefix):
        ids.append(folded(name))
    client, mark, key = name.partition("/")
    if mark and client and key:
        ids += [of(client, key), of(client, key, is_case_sensitive=True), older(client, key)]
    return ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What some lines name, each as it is written there."""

    persons: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()


@dataclass(slots=True, kw_only=True)
class OnFile:
    """Of some names, whom they mean.

    Args:
        persons, debts: by the name; who is not on file is missing.
        numbers: by the name; what is no telephone number is missing.
        holders: who has each number; owing: who owes each debt; owed: the debts of each person; sorted.
        currencies: of each debt, ISO 4217.
        by_id: of the numbers, those named by an id, which there is for those who have it alone.
        is_walled: it shows one client's alone; whether others have a number is not told.
    """

    persons: dict[str, PersonId] = field(default_factory=dict[str, PersonId])
    debts: dict[str, DebtId] = field(default_factory=dict[str, DebtId])
    numbers: dict[str, NumberId] = field(default_factory=dict[str, NumberId])
    holders: dict[str, list[PersonId]] = field(default_factory=dict[str, list[PersonId]])
    owing: dict[str, list[PersonId]] = field(default_factory=dict[str, list[PersonId]])
    owed: dict[str, list[DebtId]] = field(default_factory=dict[str, list[DebtId]])
    currencies: dict[str, str] = field(default_factory=dict[str, str])
    by_id: frozenset[str] = frozenset()
    is_walled: bool = False


def on_file(connection: Connection, names: Names, identifiers: Identifiers) -> OnFile:
    """Look up many names at once."""
    found = OnFile()
    meant = {name: person_ids(name, identifiers) for name in sorted(names.persons)}
    there = _there(connection, persons.c.person, meant.values())
    found.persons = {name: PersonId(one) for name, ids in meant.items() if (one := _first(ids, there))}
    meant = {name: debt_ids(name, identifiers) for name in sorted(names.accounts)}
    there = _there(connection, debts.c.debt, meant.values())
    found.debts = {name: DebtId(one) for name, ids in meant.items() if (one := _first(ids, there))}
    numbered = {name: number_ids(name, identifiers) for name in sorted(names.numbers)}
    there = _there(connection, person_numbers.c.number, (ids for ids, _ in numbered.values()))
    for name, (ids, is_number) in numbered.items():
        one = _first(ids, there) or (ids[-1] if is_number else None)
        if one is not None:
            found.numbers[name] = NumberId(one)
    found.by_id = frozenset(name for name, (_, is_number) in numbered.items() if not is_number)
    of_number, of_debt = person_numbers.c, person_debts.c
    found.holders = _tied(connection, of_number.number, of_number.person, found.numbers.values(), PersonId)
    found.owing = _tied(connection, of_debt.debt, of_debt.person, found.debts.values(), PersonId)
    people = {*found.persons.values(), *(one for having in found.holders.values() for one in having)}
    found.owed = _tied(connection, of_debt.person, of_debt.debt, people, DebtId)
    owed = {*found.debts.values(), *(one for owing in found.owed.values() for one in owing)}
    told = _tied(connection, debts.c.debt, debts.c.currency, owed, str)
    found.currencies = {debt: currency for debt, (currency,) in told.items()}
    return found


def inside(connection: Connection, found: OnFile, client: str) -> OnFile:
    """Of them, who is of one client: anybody else is as if they were not on file, and a number that only they
    have is one that nobody has."""
    people = {*found.persons.values(), *(one for having in found.holders.values() for one in having)}
    people |= {one for owing in found.owing.values() for one in owing}
    ours = _of_client(connection, persons.c.person, persons.c.client, people, client)
    owed = {*found.debts.values(), *(debt for some in found.owed.values() for debt in some)}
    our_debts = _of_client(connection, debts.c.debt, debts.c.client, owed, client)
    holders = {number: [one for one in some if one in ours] for number, some in found.holders.items()}
    return OnFile(
        persons={name: one for name, one in found.persons.items() if one in ours},
        debts={name: one for name, one in found.debts.items() if one in our_debts},
        numbers={
            name: one for name, one in found.numbers.items() if holders.get(one) or name not in found.by_id
        },
        holders=holders,
        owing={debt: [one for one in some if one in ours] for debt, some in found.owing.items()},
        owed={one: [debt for debt in some if debt in our_debts] for one, some in found.owed.items()},
        currencies={debt: told for debt, told in found.currencies.items() if debt in our_debts},
        by_id=found.by_id,
        is_walled=True,
    )


def _of_client(
    connection: Connection, column: Column[str], of: Column[str], ids: Iterable[str], client: str
) -> set[str]:
    there: set[str] = set()
    for chunk in chunks(sorted(set(ids))):
        there.update(connection.scalars(select(column).where(column.in_(chunk), of == client)))
    return there


def _there(connection: Connection, column: Column[str], ids: Iterable[Iterable[str]]) -> set[str]:
    wanted = sorted({one for some in ids for one in some})
    there: set[str] = set()
    for chunk in chunks(wanted):
        there.update(connection.scalars(select(column).where(column.in_(chunk))))
    return there


def _first(ids: Iterable[str], there: set[str]) -> str | None:
    return next((one for one in ids if one in there), None)


def _tied(
    connection: Connection,
    by: Column[str],
    other: Column[str],
    keys: Iterable[str],
    make: Callable[[str], T],
) -> dict[str, list[T]]:
    tied: dict[str, list[T]] = {}
    for chunk in chunks(sorted(set(keys))):
        query = select(by.label("key"), other.label("other")).where(by.in_(chunk)).order_by(by, other)
        for row in connection.execute(query).all():
            tied.setdefault(row.key, []).append(make(row.other))
    return tied
