"""Where things belong: the client, and the campaigns, of people, accounts, numbers and calls."""

from collections.abc import Sequence

from sqlalchemy import Column, Connection, and_, select

from dialer.access.walls import NOWHERE, Place
from dialer.storage.database.tables import (
    attempts,
    campaigns,
    debts,
    inbound_calls,
    leads,
    person_debts,
    person_numbers,
    persons,
)


def clients_of_campaigns(connection: Connection) -> dict[str, str]:
    """The client of each campaign, by id."""
    rows = connection.execute(select(campaigns.c.campaign, campaigns.c.client).order_by(campaigns.c.campaign))
    return {row.campaign: row.client for row in rows}


def place_of_person(connection: Connection, person: str) -> Place:
    """Somebody on file; nowhere, when they are not."""
    client = connection.scalar(select(persons.c.client).where(persons.c.person == person))
    if client is None:
        return NOWHERE
    of = person_debts.c.person == person
    found = connection.scalars(
        select(leads.c.campaign).distinct().join(person_debts, person_debts.c.debt == leads.c.debt).where(of)
    )
    return Place(client=client, campaigns=frozenset(found))


def place_of_debt(connection: Connection, debt: str) -> Place:
    """An account; nowhere, when there is none."""
    client = connection.scalar(select(debts.c.client).where(debts.c.debt == debt))
    if client is None:
        return NOWHERE
    found = connection.scalars(select(leads.c.campaign).distinct().where(leads.c.debt == debt))
    return Place(client=client, campaigns=frozenset(found))


def persons_of_debt(connection: Connection, debt: str) -> tuple[str, ...]:
    """Everybody who has to do with an account."""
    query = select(person_debts.c.person).distinct().where(person_debts.c.debt == debt)
    return tuple(connection.scalars(query.order_by(person_debts.c.person)))


def places_of_number(connection: Connection, number: str) -> tuple[Place, ...]:
    """Everybody who has a number, by id: one question, whoever has it, so that the time tells nobody."""
    of = person_numbers.join(persons, persons.c.person == person_numbers.c.person)
    of = of.outerjoin(person_debts, person_debts.c.person == persons.c.person)
    of = of.outerjoin(leads, leads.c.debt == person_debts.c.debt)
    query = (
        select(persons.c.person, persons.c.client, leads.c.campaign)
        .distinct()
        .select_from(of)
        .where(person_numbers.c.number == number)
        .order_by(persons.c.person, leads.c.campaign)
    )
    clients: dict[str, str] = {}
    campaigns_of: dict[str, set[str]] = {}
    for row in connection.execute(query):
        clients[row.person] = row.client
        campaigns_of.setdefault(row.person, set()).update(filter(None, (row.campaign,)))
    return tuple(
        Place(client=client, campaigns=frozenset(campaigns_of[person])) for person, client in clients.items()
    )


def on_file(connection: Connection, column: Column[str], names: Sequence[str]) -> str | None:
    """The first of these ids that the store has; None where it has none."""
    there = set(connection.scalars(select(column).where(column.in_(names))))
    return next((name for name in names if name in there), None)


def person_on_file(connection: Connection, names: Sequence[str]) -> str | None:
    """The first of these that is a person's id."""
    return on_file(connection, persons.c.person, names)


def debt_on_file(connection: Connection, names: Sequence[str]) -> str | None:
    """The first of these that is an account's id."""
    return on_file(connection, debts.c.debt, names)


def number_on_file(connection: Connection, names: Sequence[str]) -> str | None:
    """The first of these that is the id of a number that somebody has."""
    return on_file(connection, person_numbers.c.number, names)


def person_of_attempt(connection: Connection, attempt: str) -> str | None:
    """Whom a call of ours is with; None = there is no such call."""
    return connection.scalar(select(attempts.c.person).where(attempts.c.attempt == attempt))


def place_of_attempt(connection: Connection, attempt: str) -> Place:
    """A call of ours, an account's turn, a call received from somebody known; else nowhere."""
    campaign = connection.scalar(select(attempts.c.campaign).where(attempts.c.attempt == attempt))
    if campaign is None:
        campaign = connection.scalar(select(leads.c.campaign).where(leads.c.lead == attempt))
    if campaign is None:
        person = connection.scalar(select(inbound_calls.c.person).where(inbound_calls.c.call == attempt))
        return NOWHERE if person is None else place_of_person(connection, person)
    client = connection.scalar(select(campaigns.c.client).where(campaigns.c.campaign == campaign))
    return Place(client=client or "", campaigns=frozenset({campaign}))


def is_own(connection: Connection, agent: str, person: str, calls: tuple[str, ...]) -> bool:
    """Whether one of these calls is with this person, or this agent is to call them back."""
    with_them = and_(attempts.c.person == person, attempts.c.attempt.in_(calls))
    if connection.scalar(select(attempts.c.attempt).where(with_them).limit(1)) is not None:
        return True
    promised = (
        select(leads.c.lead)
        .join(person_debts, person_debts.c.debt == leads.c.debt)
        .where(leads.c.reserve_for == agent, person_debts.c.person == person)
        .limit(1)
    )
    return connection.scalar(promised) is not None
