"""Where things belong, out of a floor's store: what walls are asked with (`dialer.web.ports.Places`)."""

from collections.abc import Mapping

from compliance_gate.request import HistoryEntry
from dialer.access.walls import NumberNamed, Place
from dialer.domain.fact_events import AccountHeld
from dialer.domain.ids import PersonId
from dialer.floor.beside import StoreBeside
from dialer.floor.whom import debt_ids, number_ids, person_ids
from dialer.storage import places
from dialer.storage.placements import untold


class StorePlaces:
    """See the port. Asked only for somebody who has walls, or who is an agent."""

    def __init__(self, store: StoreBeside) -> None:
        self._store = store

    async def person_named(self, name: str) -> str | None:
        """See the port."""
        ids = person_ids(name, self._store.identifiers)
        return await self._store.read(lambda connection: places.person_on_file(connection, ids))

    async def debt_named(self, name: str) -> str | None:
        """See the port."""
        ids = debt_ids(name, self._store.identifiers)
        return await self._store.read(lambda connection: places.debt_on_file(connection, ids))

    async def number_named(self, name: str) -> NumberNamed | None:
        """See the port."""
        ids, is_number = number_ids(name, self._store.identifiers)
        found = await self._store.read(lambda connection: places.number_on_file(connection, ids))
        if found is not None:
            return NumberNamed(number=found, is_held=True, is_written=is_number)
        return NumberNamed(number=ids[-1], is_held=False) if is_number else None

    async def clients(self) -> Mapping[str, str]:
        """See the port."""
        return await self._store.read(places.clients_of_campaigns)

    async def of_person(self, person: str) -> Place:
        """See the port."""
        return await self._store.read(lambda connection: places.place_of_person(connection, person))

    async def of_debt(self, debt: str) -> Place:
        """See the port."""
        return await self._store.read(lambda connection: places.place_of_debt(connection, debt))

    async def persons_of_debt(self, debt: str) -> tuple[str, ...]:
        """See the port."""
        return await self._store.read(lambda connection: places.persons_of_debt(connection, debt))

    async def of_number(self, number: str) -> tuple[Place, ...]:
        """See the port."""
        return await self._store.read(lambda connection: places.places_of_number(connection, number))

    async def person_of_attempt(self, attempt: str) -> str | None:
        """See the port."""
        return await self._store.read(lambda connection: places.person_of_attempt(connection, attempt))

    async def of_attempt(self, attempt: str) -> Place:
        """See the port."""
        return await self._store.read(lambda connection: places.place_of_attempt(connection, attempt))

    async def is_own(self, agent: str, person: str, attempts: tuple[str, ...]) -> bool:
        """See the port."""
        return await self._store.read(lambda connection: places.is_own(connection, agent, person, attempts))

    async def overridden(
        self, person: str, entry: HistoryEntry
    ) -> tuple[tuple[AccountHeld, ...], tuple[str, ...]]:
        """See the port."""
        told = [(PersonId(person), entry)]
        found = await self._store.read(lambda connection: untold.overridden(connection, told))
        return tuple(event for one in found for event in one.held), tuple(one.remark for one in found)
