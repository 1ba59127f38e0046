"""Persons of a file beside who is on file: another name or birthday under a known reference is someone else.

Nobody becomes somebody else by a file: such a line is refused until somebody has looked, who then says that
it is one person (`FileMapping.same_persons`) or gives the other a reference of their own.
"""

from collections.abc import Sequence

from sqlalchemy import select

from dialer.domain.placement import PlacedAccount
from dialer.intake.placements import Review
from dialer.intake.repeated import Who, contradiction, letters_of, who_of
from dialer.storage.database import tables as t
from dialer.storage.identities import Identity, identities_of
from dialer.storage.store import Store


def contradictions_in(store: Store) -> Review | None:
    """Who puts a file's persons beside those of a store; None where the store has nobody."""
    if store.read(lambda connection: connection.scalar(select(t.persons.c.person).limit(1))) is None:
        return None

    def review(accounts: Sequence[PlacedAccount]) -> list[str]:
        ids = [_ids(store, account) for account in accounts]
        wanted = {person for both in ids for person in both}
        known = store.read(lambda connection: identities_of(connection, store.keyring, wanted))
        return [_contradiction(account, both, known) for account, both in zip(accounts, ids, strict=True)]

    return review


def _ids(store: Store, account: PlacedAccount) -> tuple[str, str]:
    ids, reference = store.identifiers, account.person.person_ref
    person = ids.person(account.client, reference, is_case_sensitive=account.is_case_sensitive)
    return person, ids.older_person(account.client, reference)


def _contradiction(account: PlacedAccount, ids: tuple[str, str], known: dict[str, Identity]) -> str:
    identity = next((known[person] for person in ids if person in known), None)
    return "" if identity is None else contradiction(_who(identity), who_of(account.person))


def _who(identity: Identity) -> Who:
    first, last = letters_of(identity.first), letters_of(identity.last)
    return (first, last, identity.date_of_birth or "", identity.ssn_last4)
