"""What changed on accounts since the last time a client was told: each change once.

A mark says up to where was told: a step of the journal, and its second. It moves only when the file is
written, so that what was lost on the way is told again by the older mark.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import msgspec
from sqlalchemy import Column, Connection, Row, Select, and_, func, or_, select

from dialer.domain.keys import folded
from dialer.domain.money import units
from dialer.results.exports import iso
from dialer.results.given_back import Result
from dialer.storage.database import tables as t
from dialer.storage.database.statements import among
from dialer.storage.identities import Identity, identities_of, numbers_in_clear
from dialer.storage.person_files import chunks
from dialer.storage.store import Store

AT_ONCE = 20_000
"""Changes in one page."""
KEYS_AT_ONCE = 100_000
"""Attempts of which the next are found in one look: each looks through all of them again."""
_GIVEN = ("request", "hold")


class _Coded(msgspec.Struct):
    code: str = ""


_coded = msgspec.json.Decoder(_Coded).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Up to where a client was told: what is later, or at this very second, is not."""

    sequence: int = 0
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change before it is known whose it is: ids alone. `debts`: None = of all that the person owes."""

    change: str
    at: float
    person: str
    debts: Sequence[str] | None
    kind: str
    code: str
    number: str = ""
    amount: str = ""
    due: str = ""
    agent: str = ""
    client_code: str = ""


def mark_now(store: Store) -> Mark:
    """Where the store stands."""

    def read(connection: Connection) -> Mark:
        journal = t.journal.c
        sequence, at = connection.execute(
            select(func.coalesce(func.max(journal.sequence), 0), func.coalesce(func.max(journal.now), 0.0))
        ).one()
        return Mark(sequence=sequence, at=at)

    return store.read(read)


def mark_at(store: Store, at: float) -> Mark:
    """Where the store stood at an instant (POSIX seconds): before whatever happened in that second."""
    journal = t.journal.c
    earlier = select(journal.sequence).where(journal.now < at).order_by(journal.sequence.desc()).limit(1)
    return Mark(sequence=store.read(lambda connection: connection.scalar(earlier)) or 0, at=at)


def results_between(store: Store, since: Mark, until: Mark, *, client: str = "") -> Iterator[Result]:
    """What changed between two marks, attempts first, each in the order in which it came.

    Args:
        client: whose accounts alone; '' = of all.
    """
    for changes in changes_between(store, since, until):
        yield from told(store, changes, client=client)


def changes_between(store: Store, since: Mark, until: Mark) -> Iterator[list[Change]]:
    """What changed between two marks, a page at a time, in ids alone."""
    attempts, facts, promises = t.attempts.c, t.facts.c, t.promises.c
    over = func.coalesce(attempts.wrapped_at, attempts.ended_at)
    is_over = or_(attempts.agent.is_(None), attempts.wrapped_at.is_not(None))
    ended = select(t.attempts, over.label("over")).where(is_over, over >= since.at, over < until.at)
    yield from _attempts(store, ended.order_by(over, attempts.attempt))
    span = and_(promises.sequence > since.sequence, promises.sequence <= until.sequence)
    promised = (
        select(t.promises, t.attempts.c.agent, t.attempts.c.disposition)
        .join_from(t.promises, t.attempts, t.attempts.c.attempt == promises.attempt, isouter=True)
        .where(span, promises.withdrawn_at.is_(None))
    )
    yield from _some(store, promised, promises.id, _of_promise)
    span = and_(facts.sequence > since.sequence, facts.sequence <= until.sequence)
    whose = func.coalesce(facts.person, facts.about)  # what was asked for a number binds by it
    asked = select(t.facts, whose.label("whose")).where(span, facts.kind.in_(_GIVEN), whose.is_not(None))
    yield from _some(store, asked, facts.id, _of_fact)


def _some(
    store: Store, query: Select[Any], key: Column[int], of: Callable[[Row[Any]], Change]
) -> Iterator[list[Change]]:
    """A page at a time, in the order of the key; each page begins where the last one ended."""
    after = -1
    while True:
        page = query.where(key > after).order_by(key).limit(AT_ONCE)
        rows = store.read(lambda c, page=page: c.execute(page).all())
        if not rows:
            return
        after = rows[-1].id
        yield [of(row) for row in rows]


def _attempts(store: Store, ended: Select[Any]) -> Iterator[list[Change]]:
    """The same of attempts, which no index has in the order in which they were over: their keys first, five
    pages in one look."""
    name = t.attempts.c.attempt
    over = func.coalesce(t.attempts.c.wrapped_at, t.attempts.c.ended_at)
    keys = ended.with_only_columns(over, name).limit(KEYS_AT_ONCE)
    following = keys
    while True:
        found = store.read(lambda c, following=following: c.execute(following).all())
        for some in chunks([attempt for _, attempt in found], AT_ONCE):
            rows = store.read(lambda c, some=some: c.execute(ended.where(among(c, name, some))).all())
            yield [_of_attempt(row) for row in rows]
        if len(found) < KEYS_AT_ONCE:
            return
        last_over, last = found[-1]
        following = keys.where(or_(over > last_over, and_(over == last_over, name > last)))


def _of_attempt(row: Row[Any]) -> Change:
    return Change(
        change=f"attempt:{row.attempt}",
        at=row.over,
        person=row.person,
        debts=msgspec.json.decode(row.debts, type=list[str]),
        kind="attempt",
        code=row.disposition_kind or row.outcome or "unknown",
        number=row.number,
        agent=row.agent or "",
        client_code=_code_of(row.disposition),
    )


def _code_of(disposition: str | None) -> str:
    """The client's own code in a disposition that is written down."""
    return "" if disposition is None else _coded(disposition).code


def _of_promise(row: Row[Any]) -> Change:
    return Change(
        change=f"promise:{row.id}",
        at=row.at,
        person=row.person,
        debts=msgspec.json.decode(row.debts, type=list[str]),
        kind="promise",
        code="promise_to_pay",
        amount="" if row.cents is None else units(row.cents),
        due="" if row.due_at is None else iso(row.due_at)[:10],
        agent=row.agent or "",
        client_code=_code_of(row.disposition),
    )


def _of_fact(row: Row[Any]) -> Change:
    body = msgspec.json.decode(row.body, type=dict[str, object])
    debts = cast("list[object] | None", body.get("debts"))
    return Change(
        change=f"{row.kind}:{row.id}",
        at=row.at,
        person=row.whose,
        debts=None if debts is None else [str(debt) for debt in debts],
        kind=row.kind,
        code=str(body.get("type") or body.get("kind") or ""),
        number=str(body.get("number") or ""),
    )


def told(store: Store, changes: Sequence[Change], *, client: str = "") -> Iterator[Result]:
    """Changes as the client is told of them, one an account; none of whom nobody is told of any more."""
    for _, result in told_apart(store, changes, clients=(client,) if client else ()):
        yield result


def told_apart(
    store: Store, changes: Sequence[Change], *, clients: Sequence[str] = ()
) -> Iterator[tuple[Change, Result]]:
    """The same, each with its change as one of that account alone. `clients`: () = of all."""
    wanted = {folded(client) for client in clients}
    people = sorted({change.person for change in changes})
    numbers = sorted({change.number for change in changes if change.number})

    def read(connection: Connection) -> tuple[Mapping[str, Identity], Mapping[str, str], Mapping[str, str]]:
        known = identities_of(connection, store.keyring, people)
        digits = numbers_in_clear(connection, store.keyring, numbers)
        clients: dict[str, str] = {}
        for debts in chunks(sorted({debt for who in known.values() for debt in who.accounts})):
            query = select(t.debts.c.debt, t.debts.c.client).where(t.debts.c.debt.in_(debts))
            clients.update({row.debt: row.client for row in connection.execute(query)})
        return known, digits, clients

    known, digits, owners = store.read(read)
    for change in changes:
        who = known.get(change.person)
        if who is None:  # forgotten: nobody is told of them any more
            continue
        for debt in sorted(who.accounts) if change.debts is None else change.debts:
            whose = owners.get(debt, "")
            if debt not in who.accounts or (wanted and folded(whose) not in wanted):
                continue
            yield (
                replace(change, debts=(debt,)),
                Result(
                    change=f"{change.change}:{debt}",
                    at=iso(change.at),
                    client=whose,
                    client_account=who.accounts[debt].client_account,
                    person_ref=who.person_ref,
                    kind=change.kind,
                    code=change.code,
                    number=digits.get(change.number, ""),
                    amount=change.amount,
                    due=change.due,
                    agent=change.agent,
                    client_code=change.client_code,
                ),
            )
