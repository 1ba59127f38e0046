"""Who a person is, corrected: a name, a birthday, an address of e-mail that is wrong on file."""

from dataclasses import asdict, dataclass
from datetime import date

import msgspec
from sqlalchemy import Connection

from dialer.access.record import Deed
from dialer.domain.errors import InvalidFactError
from dialer.inquiry.errors import NotThereError
from dialer.storage import changed_identities
from dialer.storage.access import deeds
from dialer.storage.database.tables import sealed
from dialer.storage.identities import identities_of, match_key, sealed_identity
from dialer.storage.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What is right; None = it stays as it is, '' = it is not known."""

    first: str | None = None
    middle: str | None = None
    last: str | None = None
    suffix: str | None = None
    date_of_birth: str | None = None
    ssn_last4: str | None = None
    email: str | None = None

    def told(self) -> dict[str, str]:
        """Fields that change.

        Raises:
            InvalidFactError: the birthday is no day.
        """
        if self.date_of_birth:
            try:
                date.fromisoformat(self.date_of_birth)
            except ValueError as error:
                raise InvalidFactError("a birthday is written as 1961-07-23") from error
        return {name: value for name, value in asdict(self).items() if value is not None}


def correct(
    store: Store, person: str, correction: Correction, *, who: str, address: str, why: str, at: float
) -> tuple[str, ...]:
    """Put right who a person is; returns the names of the fields that changed.

    The record says which fields, and not what stood in them. Numbers, addresses and accounts are corrected as
    facts that decisions rest on: the engine must hear of them (`PUT /api/facts/persons/{person}`).

    Raises:
        NotThereError: nobody of that id is known, or they were erased.
        InvalidFactError: the birthday is no day.
        KeysMissingError: the keys are not here.
    """
    told = correction.told()
    sealer = store.keyring.opener([person])
    changed: list[str] = []

    def work(connection: Connection) -> None:
        found = identities_of(connection, store.keyring, [person]).get(person)
        if found is None:
            raise NotThereError(f"who {person} is is not on file", where="this store", mend="look at the id.")
        made = msgspec.structs.replace(
            found, **{n: (v or None) if n == "date_of_birth" else v for n, v in told.items()}
        )
        changed[:] = [name for name in told if getattr(found, name) != getattr(made, name)]
        row = {
            "body": sealed_identity(sealer, person, made),
            "match_key": match_key(store.identifiers, made),
        }
        connection.execute(sealed.update().where(sealed.c.subject == person).values(**row))
        changed_identities.add(connection, [person])
        deed = Deed(
            at=at,
            who=who,
            address=address,
            action="correct",
            about=(f"person:{person}",),
            why=why,
            outcome=", ".join(changed) or "nothing changed",
        )
        deeds.append(connection, [deed])

    _ = store.keyring.vault  # raises where the keys are missing
    store.write(work)
    return tuple(changed)
