"""Keys in a store that was filled when `A1` and `a1` still were two accounts: what is there keeps its ids.

A key that was placed then in the very spelling of now is the same account; anything else is named as in every
other store.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from dialer.domain.ids import DebtId, PersonId
from dialer.domain.placement import PlacedAccount
from dialer.storage.database import tables as t
from dialer.storage.person_files import chunks
from dialer.storage.placements.identifiers import Identifiers


def has_older_keys(connection: Connection) -> bool:
    """Whether some of the store's ids were made of keys as they were spelled."""
    return connection.scalar(select(t.meta.c.value).where(t.meta.c.key == "older_keys")) is not None


class OlderIdentifiers(Identifiers):
    """Identifiers that know which ids a store has of older keys."""

    def __init__(self, like: Identifiers) -> None:
        self._keyed = like._keyed  # pyright: ignore[reportPrivateUsage]  # the same key
        self._known: set[str] = set()

    def look_up(self, connection: Connection, accounts: Iterable[PlacedAccount]) -> None:
        """Learn which of these accounts and persons are there by their older ids."""
        persons: set[str] = set()
        debts: set[str] = set()
        for account in accounts:
            persons.add(self.older_person(account.client, account.person.person_ref))
            debts.add(self.older_debt(account.client, account.client_account))
        for column, ids in ((t.persons.c.person, persons), (t.debts.c.debt, debts)):
            for chunk in chunks(sorted(ids)):
                self._known.update(connection.execute(select(column).where(column.in_(chunk))).scalars())

    def person(self, client: str, person_ref: str, *, is_case_sensitive: bool = False) -> PersonId:
        """The older id, where the store has it."""
        older = self.older_person(client, person_ref)
        if older in self._known:
            return older
        return super().person(client, person_ref, is_case_sensitive=is_case_sensitive)

    def debt(self, client: str, client_account: str, *, is_case_sensitive: bool = False) -> DebtId:
        """The older id, where the store has it."""
        older = self.older_debt(client, client_account)
        if older in self._known:
            return older
        return super().debt(client, client_account, is_case_sensitive=is_case_sensitive)
