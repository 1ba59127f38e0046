"""Ids of placed things: keyed hashes that journals can carry and nobody can look a number up by.

The same person, account or number gets the same id in every import of one store; another store has another
key. Eighty bits: among ten million ids two are alike with a chance of 4 in 10^11.
"""

import hashlib

from dialer.domain.errors import FairdialError
from dialer.domain.ids import DebtId, LeadId, NumberId, PersonId
from dialer.domain.keys import folded

COUNTED = "counted-"
"""Begins the id of a call of which a file told only how many there were."""


class Identifiers:
    """Makes ids under one store's secret key (at most 64 bytes)."""

    def __init__(self, key: bytes) -> None:
        self._keyed = hashlib.blake2b(key=key, digest_size=10)

    def _hash(self, *parts: str) -> str:
        state = self._keyed.copy()
        state.update("\x1f".join(parts).encode())
        return state.hexdigest()

    def person(self, client: str, person_ref: str, *, is_case_sensitive: bool = False) -> PersonId:
        """A person, as one client names them. `is_case_sensitive`: the client says that `P1` is not `p1`."""
        reference = person_ref if is_case_sensitive else folded(person_ref)
        return PersonId(f"p-{self._hash('person', folded(client), reference)}")

    def number(self, e164: str) -> NumberId:
        """A telephone number, whoever has it."""
        return NumberId(f"n-{self._hash('number', e164)}")

    def debt(self, client: str, client_account: str, *, is_case_sensitive: bool = False) -> DebtId:
        """An account of a client. `is_case_sensitive`: as with `person`."""
        account = client_account if is_case_sensitive else folded(client_account)
        return DebtId(f"d-{self._hash('debt', folded(client), account)}")

    def older_person(self, client: str, person_ref: str) -> PersonId:
        """A person, as named when the case of keys still told them apart."""
        return PersonId(f"p-{self._hash('person', client, person_ref)}")

    def older_debt(self, client: str, client_account: str) -> DebtId:
        """An account, likewise."""
        return DebtId(f"d-{self._hash('debt', client, client_account)}")

    def servicer(self, client: str, servicer_account: str) -> str:
        """An account of a servicer: debts of one count as one."""
        return f"s-{self._hash('servicer', client, servicer_account)}"

    def lead(self, campaign: str, debt: str) -> LeadId:
        """An account's turn in a campaign."""
        return LeadId(f"l-{self._hash('lead', campaign, debt)}")

    def address(self, person: str, *lines: str) -> str:
        """An address of a person."""
        return f"a-{self._hash('address', person, *lines)}"

    def email(self, address: str) -> str:
        """An e-mail address, whoever has it; its case means nothing."""
        return f"e-{self._hash('email', address.casefold())}"

    def namesake(self, name: str) -> str:
        """A name with a birthday, for finding namesakes without knowing whose it is."""
        return f"m-{self._hash('namesake', name)}"

    def notice(self, person: str, debt: str, kind: str) -> str:
        """A written notice that was sent before the account came to us."""
        return f"notice-{self._hash('notice', person, debt, kind)}"

    def entry(self, person: str, debt: str, at: str, *, is_counted: bool = False) -> str:
        """A call made before the account came to us; `is_counted`: only how many there were is told."""
        kind = COUNTED if is_counted else "prior-"
        return f"{kind}{self._hash('entry', person, debt, at)}"


class NoIdentifiers(Identifiers):
    """Of a store whose keys are not at hand: nothing can be told from what is in clear."""

    def __init__(self, why: FairdialError) -> None:
        super().__init__(b"")
        self._why = why

    def _hash(self, *parts: str) -> str:
        del parts
        raise self._why
