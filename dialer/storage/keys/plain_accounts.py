"""Account numbers, particulars, words and second factors of an older store: sealed in place, some at a time.

As in `plain`, each transaction seals some and takes them away where they were in clear, so that a process
that dies goes on at the next opening. What an older version wrote of words into its journal stays there: the
journal's chain proves that nothing of it was changed.
"""

from functools import partial
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection, Row

from dialer.domain.spoken_words import of_change
from dialer.storage.access.accounts import key_of
from dialer.storage.database.access_tables import accounts
from dialer.storage.database.tables import debts, facts, meta, person_debts, sealed
from dialer.storage.identities import Account, Identity, opened_identity, sealed_bodies, sealed_identity
from dialer.storage.keys.keyring import Keyring
from dialer.storage.placements.identifiers import Identifiers
from dialer.storage.projecting.attempt_rows import json_text
from dialer.storage.projecting.fact_rows import change_of
from dialer.storage.spoken_words import PREFIX, Words

AT_ONCE = 500
WORDS_IN_CLEAR = "words_in_clear"
"""Key in `meta`: facts up to this id have their words sealed; later ones may be in clear."""

accounts_in_clear = sa.Table(
    "accounts_in_clear",
    sa.MetaData(),
    *(
        sa.Column(name, sa.Text)
        for name in ("debt", "client", "client_account", "servicer_account", "particulars")
    ),
)


def has_accounts_in_clear(connection: Connection) -> bool:
    """Whether the table in clear is still there."""
    return sa.inspect(connection).has_table(accounts_in_clear.name)


def words_from(connection: Connection) -> int | None:
    """After which fact words may be in clear; None = none are."""
    found = connection.scalar(sa.select(meta.c.value).where(meta.c.key == WORDS_IN_CLEAR))
    return None if found is None else int(found)


def seal_accounts(connection: Connection, keyring: Keyring, identifiers: Identifiers) -> int:
    """Some accounts, each with everybody who owes it; returns how many."""
    query = sa.select(accounts_in_clear).order_by(accounts_in_clear.c.debt).limit(AT_ONCE)
    rows = {row.debt: row for row in connection.execute(query)}
    tied = sa.select(person_debts.c.person, person_debts.c.debt).where(person_debts.c.debt.in_(list(rows)))
    owed: dict[str, list[str]] = {}
    for row in connection.execute(tied):
        owed.setdefault(row.person, []).append(row.debt)
    bodies = sealed_bodies(connection, sorted(owed))
    sealer = keyring.sealer(sorted(owed))
    for person, theirs in owed.items():
        body = bodies.get(person)
        known = None if body is None else opened_identity(sealer, person, body)
        earlier = known or Identity()
        added = {debt: _account(rows[debt]) for debt in theirs}
        made = msgspec.structs.replace(earlier, accounts={**added, **earlier.accounts})
        kept = sealed_identity(sealer, person, made)
        if body is None:
            connection.execute(sealed.insert().values(subject=person, body=kept))
        else:
            connection.execute(sealed.update().where(sealed.c.subject == person).values(body=kept))
    for debt, row in rows.items():
        if row.servicer_account:
            hashed = identifiers.servicer(row.client, row.servicer_account)
            connection.execute(debts.update().where(debts.c.debt == debt).values(servicer_account=hashed))
    done = accounts_in_clear.c.debt.in_(list(rows))
    connection.execute(accounts_in_clear.delete().where(done))
    return len(rows)


def drop_accounts(connection: Connection) -> None:
    """When nothing is in it."""
    accounts_in_clear.drop(connection, checkfirst=True)


def seal_words(connection: Connection, keyring: Keyring) -> int:
    """The words of some facts; returns how many facts were looked at. At the end, the second factors."""
    after = words_from(connection)
    assert after is not None, "it was looked at before"
    query = sa.select(facts).where(facts.c.id > after).order_by(facts.c.id).limit(AT_ONCE)
    rows = connection.execute(query).all()
    words = Words(keyring, {_subject(row) for row in rows if _subject(row)})
    for row in rows:
        change = change_of(row)
        after = row.id
        seal = partial(words.seal, _subject(row))
        told = of_change(change, seal) if _subject(row) else change
        if told != change:
            body = json_text(getattr(told, row.kind))
            connection.execute(facts.update().where(facts.c.id == row.id).values(body=body))
    if not rows:
        _seal_second_factors(connection, keyring)
        connection.execute(meta.delete().where(meta.c.key == WORDS_IN_CLEAR))
        return 0
    connection.execute(meta.update().where(meta.c.key == WORDS_IN_CLEAR).values(value=str(after)))
    return len(rows)


def _seal_second_factors(connection: Connection, keyring: Keyring) -> None:
    clear = accounts.c.totp.is_not(None) & ~accounts.c.totp.startswith(PREFIX)
    for row in connection.execute(sa.select(accounts.c.account, accounts.c.totp).where(clear)).all():
        subject = key_of(row.account)
        kept = Words(keyring, [subject]).seal(subject, row.totp)
        connection.execute(accounts.update().where(accounts.c.account == row.account).values(totp=kept))


def _subject(row: Row[Any]) -> str:
    return str(row.person or row.about or row.number or row.debt or "")


def _account(row: Row[Any]) -> Account:
    particulars = msgspec.json.decode(row.particulars or "{}", type=dict[str, str])
    return Account(
        client_account=row.client_account or "",
        servicer_account=row.servicer_account or "",
        particulars=particulars,
    )
