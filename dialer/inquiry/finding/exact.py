"""Persons by what is exact: a number, an account, the client's own reference. Keyed ids; nobody is opened."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from compliance_gate.whereabouts import packaged_tables
from dialer.domain.errors import InvalidFactError
from dialer.domain.keys import folded
from dialer.inquiry.finding.wanted import MOST_FOUND, Wanted
from dialer.intake.telephones import e164_of
from dialer.intake.values import BadValueError
from dialer.storage.database.tables import clients, person_debts, person_numbers, persons
from dialer.storage.placements.identifiers import Identifiers

MOST_NAMED = 10 * MOST_FOUND
"""Who has one number or owes one account; more than that shares nothing."""


def persons_named(connection: Connection, make: Identifiers, wanted: Wanted) -> list[str]:
    """Who has the number, owes the account, or is called so by a client; ids, sorted.

    Raises:
        InvalidFactError: the number is none.
    """
    if wanted.number:
        try:
            number = make.number(e164_of(wanted.number.strip(), packaged_tables()))
        except BadValueError as error:
            raise InvalidFactError(f"this is no telephone number: {error}") from error
        having = person_numbers.c.number.in_([number, wanted.number.strip()])
        query = select(person_numbers.c.person).where(having)
    elif wanted.account:
        named = _debts(make, _clients(connection, wanted.client), wanted.account.strip())
        query = select(person_debts.c.person).where(person_debts.c.debt.in_(named))
    else:
        named = _persons(make, _clients(connection, wanted.client), wanted.reference.strip())
        query = select(persons.c.person).where(persons.c.person.in_(named))
    found = connection.scalars(query.distinct().limit(MOST_NAMED))
    return sorted(found)


def _clients(connection: Connection, named: str) -> list[str]:
    known = connection.scalars(select(clients.c.client).order_by(clients.c.client)).all()
    return [client for client in known if not named or folded(client) == folded(named)]


def _debts(make: Identifiers, within: Iterable[str], account: str) -> Sequence[str]:
    """Its id with each client, in whatever way ids were made; or it is an id already."""
    ids = [account, folded(account)]
    for client in within:
        ids += [
            make.debt(client, account),
            make.debt(client, account, is_case_sensitive=True),
            make.older_debt(client, account),
        ]
    return ids


def _persons(make: Identifiers, within: Iterable[str], reference: str) -> Sequence[str]:
    ids = [reference, folded(reference)]
    for client in within:
        ids += [
            make.person(client, reference),
            make.person(client, reference, is_case_sensitive=True),
            make.older_person(client, reference),
        ]
    return ids
