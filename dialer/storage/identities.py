"""Who people are, sealed: names, birthdays, last fours, addresses' lines and telephone numbers in clear.

One row of `sealed` a person holds all of it under the person's own key; a number that was typed by hand and
belongs to nobody yet has a row of its own. What decisions rest on (zones, kinds, ties, places) is not here.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, select

from dialer.storage.database.statements import among
from dialer.storage.database.tables import person_numbers, sealed
from dialer.storage.keys.keyring import Keyring, Sealer
from dialer.storage.placements.identifiers import Identifiers

AT_ONCE = 5_000


class Account(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """What the client calls an account of the person, and what else it said of it.

    Args:
        servicer_account: the servicer's own number; the gate is told a keyed hash of it.
        particulars: the other fields of the client's file, by the names they have there.
        numbers, addresses: ids of those that its newest file told with the account; None = not known, of an
            account that an older version wrote.
    """

    client_account: str
    servicer_account: str = ""
    particulars: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    numbers: tuple[str, ...] | None = None
    addresses: tuple[str, ...] | None = None


class Identity(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One person in clear.

    Args:
        numbers: telephone numbers by their id.
        addresses: lines and postal code by the address's id.
        accounts: what the client calls them, by the debt's id.
    """

    person_ref: str = ""
    first: str = ""
    middle: str = ""
    last: str = ""
    suffix: str = ""
    date_of_birth: str | None = None
    ssn_last4: str = ""
    email: str = ""
    numbers: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    addresses: dict[str, tuple[str, str, str]] = msgspec.field(
        default_factory=dict[str, tuple[str, str, str]]
    )
    accounts: dict[str, Account] = msgspec.field(default_factory=dict[str, Account])

    @property
    def name(self) -> str:
        """As one text."""
        return " ".join(part for part in (self.first, self.middle, self.last, self.suffix) if part)

    def over(self, earlier: "Identity") -> "Identity":
        """This one's word, with the numbers, addresses and accounts that only the earlier one knew."""
        return msgspec.structs.replace(
            self,
            numbers={**earlier.numbers, **self.numbers},
            addresses={**earlier.addresses, **self.addresses},
            accounts={**earlier.accounts, **self.accounts},
        )


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Identity).decode


def sealed_identity(sealer: Sealer, person: str, identity: Identity) -> bytes:
    """An identity as it is stored."""
    return sealer.seal(person, _encode(identity))


def opened_identity(sealer: Sealer, person: str, body: bytes) -> Identity | None:
    """What `sealed_identity` sealed; None where the key is gone."""
    data = sealer.open(person, body)
    return None if data is None else _decode(data)


def match_key(identifiers: Identifiers, identity: Identity) -> str | None:
    """Name and birthday as a keyed hash, for finding namesakes; None when either is not known."""
    if not identity.last or identity.date_of_birth is None:
        return None
    return identifiers.namesake(f"{identity.first} {identity.last} {identity.date_of_birth}".casefold())


def sealed_bodies(connection: Connection, subjects: Sequence[str]) -> dict[str, bytes]:
    """What is stored of these subjects, as it is."""
    found: dict[str, bytes] = {}
    for first in range(0, len(subjects), AT_ONCE):
        chunk = subjects[first : first + AT_ONCE]
        query = select(sealed.c.subject, sealed.c.body)
        rows = connection.execute(query.where(among(connection, sealed.c.subject, chunk))).all()
        found.update((subject, bytes(body)) for subject, body in rows)
    return found


def identities_of(connection: Connection, keyring: Keyring, persons: Iterable[str]) -> dict[str, Identity]:
    """Persons in clear, as far as they are on file and their keys are here."""
    return opened_identities(keyring, sealed_bodies(connection, sorted(set(persons))))


class _Accounts(msgspec.Struct, frozen=True):
    """Of an identity, what the client calls the accounts: nothing else of it is brought into the clear."""

    accounts: dict[str, Account] = msgspec.field(default_factory=dict[str, Account])


_decode_accounts = msgspec.msgpack.Decoder(_Accounts).decode


def account_names(connection: Connection, keyring: Keyring, persons: Iterable[str]) -> dict[str, str]:
    """What the clients call the accounts of these persons, by debt; whoever was forgotten is left out."""
    bodies = sealed_bodies(connection, sorted(set(persons)))
    opener = keyring.opener(bodies)
    found: dict[str, str] = {}
    for person, body in bodies.items():
        data = opener.open(person, body)
        if data is not None:
            accounts = _decode_accounts(data).accounts
            found.update({debt: account.client_account for debt, account in accounts.items()})
    return found


def opened_identities(keyring: Keyring, bodies: Mapping[str, bytes]) -> dict[str, Identity]:
    """Sealed rows in clear; whoever was forgotten is left out."""
    opener = keyring.opener(bodies)
    clear = ((person, opened_identity(opener, person, body)) for person, body in bodies.items())
    return {person: identity for person, identity in clear if identity is not None}


def numbers_in_clear(connection: Connection, keyring: Keyring, numbers: Sequence[str]) -> dict[str, str]:
    """Telephone numbers by id: of whoever has them, or as they were typed."""
    wanted = sorted(set(numbers))
    holders: dict[str, set[str]] = {}
    for first in range(0, len(wanted), AT_ONCE):
        chunk = wanted[first : first + AT_ONCE]
        query = select(person_numbers.c.person, person_numbers.c.number)
        for row in connection.execute(query.where(person_numbers.c.number.in_(chunk))):
            holders.setdefault(row.person, set()).add(row.number)
    found: dict[str, str] = {}
    for identity in identities_of(connection, keyring, holders).values():
        found.update({number: e164 for number, e164 in identity.numbers.items() if number in wanted})
    typed = sealed_bodies(connection, [number for number in wanted if number not in found])
    opener = keyring.opener(typed)
    for number, body in typed.items():
        data = opener.open(number, body)
        if data is not None:
            found[number] = data.decode()
    return found
