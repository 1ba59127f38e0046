"""Where things belong, out of a floor's store: what walls are asked with (`dialer.web.ports.Places`)."""

from collections.abc import Mapping

from dialer.access.walls import Place
from dialer.floor.beside import StoreBeside
from dialer.storage import places


class StorePlaces:
    """See the port. Asked only for somebody who has walls, or who is an agent."""

    def __init__(self, store: StoreBeside) -> None:
        self._store = store

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
