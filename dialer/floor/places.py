"""Where things belong, out of a floor's store: what walls are asked with (`dialer.web.ports.Places`)."""

from collections.abc import Mapping
from contextlib import suppress

from compliance_gate.whereabouts import packaged_tables
from dialer.access.walls import NumberNamed, Place
from dialer.domain.keys import folded
from dialer.floor.beside import StoreBeside
from dialer.intake.telephones import e164_of
from dialer.intake.values import BadValueError
from dialer.storage import places


class StorePlaces:
    """See the port. Asked only for somebody who has walls, or who is an agent."""

    def __init__(self, store: StoreBeside) -> None:
        self._store = store

    async def person_named(self, name: str) -> str | None:
        """See the port."""
        return await self._store.read(
            lambda connection: places.person_on_file(connection, self._ids(name, "p-", "person"))
        )

    async def debt_named(self, name: str) -> str | None:
        """See the port."""
        return await self._store.read(
            lambda connection: places.debt_on_file(connection, self._ids(name, "d-", "debt"))
        )

    async def number_named(self, name: str) -> NumberNamed | None:
        """See the port."""
        ids = [name.strip(), folded(name.strip())]
        e164 = ""
        with suppress(BadValueError):
            e164 = e164_of(name.strip(), packaged_tables())
            ids.append(self._store.identifiers.number(e164))
        found = await self._store.read(lambda connection: places.number_on_file(connection, ids))
        if found is not None:
            return NumberNamed(number=found, is_held=True)
        return NumberNamed(number=ids[-1], is_held=False) if e164 else None

    def _ids(self, name: str, prefix: str, kind: str) -> list[str]:
        """The ids that a name may mean: itself in any case, or the client's own key, `client/key`."""
        name = name.strip()
        ids = [name]
        if folded(name).startswith(prefix):
            ids.append(folded(name))
        client, mark, key = name.partition("/")
        if mark and client and key:
            make = self._store.identifiers
            of, older = (make.person, make.older_person) if kind == "person" else (make.debt, make.older_debt)
            ids += [of(client, key), of(client, key, is_case_sensitive=True), older(client, key)]
        return ids

    async def clients(self) -> Mapping[str, str]:
        """See the port."""
        return await self._store.read(places.clients_of_campaigns)

    async def of_person(self, person: str) -> Place:
        """See the port."""
        return await self._store.read(lambda connection: places.place_of_person(connection, person))

    async def of_debt(self, debt: str) -> Place:
        """See the port."""
        return await self._store.read(lambda connection: places.place_of_debt(connection, debt))

    async def of_number(self, number: str) -> tuple[Place, ...]:
        """See the port."""
        return await self._store.read(lambda connection: places.places_of_number(connection, number))

    async def of_attempt(self, attempt: str) -> Place:
        """See the port."""
        return await self._store.read(lambda connection: places.place_of_attempt(connection, attempt))

    async def is_own(self, agent: str, person: str, attempts: tuple[str, ...]) -> bool:
        """See the port."""
        return await self._store.read(lambda connection: places.is_own(connection, agent, person, attempts))
