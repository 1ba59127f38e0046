"""Whoever finds persons in a store: reads everybody's name into memory, hears of changes, and answers.

Nothing of it is ever written: identities lie sealed, and an index beside them would tell what they hide.
What is shown is read from the store at that moment, so that whoever was erased or is called otherwise by now
is not shown, however late the news of it comes.
"""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence

import structlog
from sqlalchemy import Connection, func, select

from dialer.access.record import Deed
from dialer.access.walls import Walls
from dialer.clock import monotonic_now
from dialer.domain.errors import StoreUnavailableError
from dialer.domain.keys import folded
from dialer.domain.spelling import compared
from dialer.floor.beside import StoreBeside
from dialer.inquiry.finding.exact import persons_named
from dialer.inquiry.finding.names import NameIndex, is_match, words_of
from dialer.inquiry.finding.wanted import Found, FoundPerson, TooManySearchesError, Wanted
from dialer.storage import changed_identities
from dialer.storage.access import deeds
from dialer.storage.database.tables import clients, persons, sealed
from dialer.storage.identities import Identity, identities_of, opened_identities
from dialer.storage.places import clients_of_campaigns, place_of_person

PAGE = 200
"""Persons opened at a time: some five milliseconds of a processor."""

SHARE_OF_TIME = 0.25
"""Of a processor that reading everybody may take beside a floor."""

LOOK_S = 1.0
AGAIN_S = 5.0
ROWS_AT_ONCE = 50
MOST_AT_ONCE = 4
"""Searches that wait for their turn; more are told to come again."""

MOST_A_MINUTE = 60
MOST_KNOWN = 1_000
"""Of whom it is remembered how often they looked."""

_log = structlog.get_logger(__name__)


def _breathe() -> None:
    time.sleep(0.0005)


class PersonFinder:
    """Finds the persons of one store.

    Args:
        store: asked in a thread that nobody else waits for.
        is_alone: of one command: it reads on without a pause, and what changed stays for whoever reads for a
            floor.
        now: seconds that only grow.
    """

    def __init__(
        self, store: StoreBeside, *, is_alone: bool = False, now: Callable[[], float] = monotonic_now
    ) -> None:
        self._store = store
        self._is_alone = is_alone
        self._now = now
        self._names = NameIndex()
        self._last: str | None = ""
        self._seen = 0
        self._all = 0
        self._asked = 0
        self._looks: OrderedDict[str, deque[float]] = OrderedDict()

    @property
    def read_share(self) -> float:
        """Share of all persons whose names are in memory, 0-1."""
        return 1.0 if self._last is None else min(0.999, self._seen / max(self._all, 1))

    async def run(self) -> None:
        """Read everybody, then hear of changes, for ever."""
        while True:
            try:
                if self._last is not None:
                    await self.read_everybody()
                await self.read_changes()
                await asyncio.sleep(LOOK_S)
            except StoreUnavailableError as error:
                _log.warning("names cannot be read", why=str(error))
                await asyncio.sleep(AGAIN_S)

    async def read_everybody(self) -> None:
        """Read every name, from where an earlier try stopped. Raises StoreUnavailableError."""
        if self._last == "":
            newest = None if self._is_alone else await self._store.read(changed_identities.newest)
            if newest is not None:
                await self._store.write(lambda c: changed_identities.take_away_until(c, newest))
            self._all = await self._store.read(_count)
        while self._last is not None:
            began = self._now()
            await self._store.read(self._read_page)
            await self._rest(began)

    async def read_changes(self) -> None:
        """Read again whoever was placed, corrected or erased since. Raises StoreUnavailableError."""
        while changed := await self._store.read(lambda c: changed_identities.oldest(c, most=ROWS_AT_ONCE)):
            named = sorted({person for row in changed for person in row.persons})
            for first in range(0, len(named), PAGE):
                began, page = self._now(), named[first : first + PAGE]
                await self._store.read(lambda c, page=page: self._put(c, page))
                await self._rest(began)
            await self._store.write(lambda c, changed=changed: changed_identities.take_away(c, changed))

    async def find(self, wanted: Wanted, walls: Walls, *, by: str) -> Found:
        """Who is meant, inside the walls of whoever asks.

        Raises:
            TooManySearchesError: they look too often, or too many look at once.
            InvalidFactError: the number is none.
            KeysMissingError: nobody can be read here.
            StoreUnavailableError: the store cannot be asked.
        """
        self._demand_patience(by)
        self._asked += 1
        try:
            if wanted.name.strip():
                return await self._store.read(lambda connection: self._by_name(connection, wanted, walls))
            return await self._store.read(lambda connection: self._exactly(connection, wanted, walls))
        finally:
            self._asked -= 1

    def _demand_patience(self, by: str) -> None:
        if self._asked >= MOST_AT_ONCE:
            raise TooManySearchesError(1.0)
        looks, now = self._looks.setdefault(by, deque()), self._now()
        self._looks.move_to_end(by)
        while len(self._looks) > MOST_KNOWN:
            self._looks.popitem(last=False)
        while looks and looks[0] <= now - 60.0:
            looks.popleft()
        if len(looks) >= MOST_A_MINUTE:
            raise TooManySearchesError(looks[0] + 60.0 - now)
        looks.append(now)

    async def _rest(self, began: float) -> None:
        if not self._is_alone:
            worked = self._now() - began
            await asyncio.sleep(worked / SHARE_OF_TIME - worked)

    # --- in the store's thread --------------------------------------------------------------------------

    def _read_page(self, connection: Connection) -> None:
        query = (
            select(persons.c.person)
            .where(persons.c.person > self._last)
            .order_by(persons.c.person)
            .limit(PAGE)
        )
        page = connection.scalars(query).all()
        self._put(connection, page)
        self._seen += len(page)
        self._last = page[-1] if len(page) == PAGE else None

    def _put(self, connection: Connection, page: Sequence[str]) -> None:
        query = select(persons.c.person, persons.c.client, sealed.c.body).where(persons.c.person.in_(page))
        joined = query.outerjoin_from(persons, sealed, sealed.c.subject == persons.c.person)
        of_client, bodies = dict[str, str](), dict[str, bytes]()
        for row in connection.execute(joined):
            of_client[row.person] = row.client
            if row.body is not None:
                bodies[row.person] = bytes(row.body)
        found = opened_identities(self._store.keyring, bodies)
        parted: dict[str, dict[str, str | None]] = {}
        for person, client in of_client.items():
            identity = found.get(person)
            name = None if identity is None else compared(identity.name)
            parted.setdefault(client, {})[person] = name
        for client, names in parted.items():
            self._names.put(client, names)

    def _by_name(self, connection: Connection, wanted: Wanted, walls: Walls) -> Found:
        words = words_of(wanted.name)
        assert words is not None, "it was looked at when it was made"
        self._demand_keys()
        inside = _clients_inside(connection, wanted, walls)
        hits, is_cut = self._names.find(words, inside, pause=_breathe)
        named = (hit.person for hit in hits)
        found = self._inside(connection, named, walls, words, most=wanted.limit + 1)
        return self._found(found, wanted, is_cut=is_cut)

    def _exactly(self, connection: Connection, wanted: Wanted, walls: Walls) -> Found:
        self._demand_keys()
        named = persons_named(connection, self._store.identifiers, wanted)
        found = self._inside(connection, named, walls, (), most=wanted.limit + 1)
        if wanted.client:
            found = [one for one in found if folded(one.client) == folded(wanted.client)]
        return self._found(found, wanted, is_cut=False)

    def _found(self, found: list[FoundPerson], wanted: Wanted, *, is_cut: bool) -> Found:
        shown = tuple(found[: wanted.limit])
        return Found(persons=shown, is_cut=is_cut or len(found) > len(shown), read=self.read_share)

    def _demand_keys(self) -> None:
        missing = self._store.keyring.missing
        if missing is not None:
            raise missing

    def _inside(
        self,
        connection: Connection,
        named: Iterable[str],
        walls: Walls,
        words: tuple[str, ...],
        *,
        most: int,
    ) -> list[FoundPerson]:
        """The first of them that are inside, as the store has them now."""
        found: list[FoundPerson] = []
        for person in named:
            if not (walls.has_all or walls.has(place_of_person(connection, person))):
                continue
            identity = identities_of(connection, self._store.keyring, [person]).get(person)
            if identity is not None and is_match(words, compared(identity.name)):
                found.append(found_person(connection, person, identity))
            if len(found) >= most:
                break
        return found


def found_person(connection: Connection, person: str, identity: Identity) -> FoundPerson:
    """Somebody on file as they are shown, with what tells namesakes apart."""
    query = select(persons.c.client, persons.c.doubtful).where(persons.c.person == person)
    row = connection.execute(query).one()
    return FoundPerson(
        person=person,
        client=row.client,
        name=identity.name,
        born="" if identity.date_of_birth is None else identity.date_of_birth[:4],
        reference=identity.person_ref,
        is_doubtful=bool(row.doubtful),
    )


def _count(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(persons)) or 0


def _clients_inside(connection: Connection, wanted: Wanted, walls: Walls) -> frozenset[str] | None:
    """Clients in whose names it is looked; None = in all."""
    of_campaigns = clients_of_campaigns(connection)
    # A campaign that no floor worked for yet is nobody's here: then every client's persons are asked for.
    is_all = walls.has_all or not walls.campaigns <= of_campaigns.keys()
    if is_all and not wanted.client:
        return None
    inside = set(connection.scalars(select(clients.c.client))) if is_all else set(walls.clients)
    inside |= {of_campaigns[name] for name in walls.campaigns if name in of_campaigns}
    if not wanted.client:
        return frozenset(inside)
    return frozenset(client for client in inside if folded(client) == folded(wanted.client))


def written_down(found: Found, *, who: str, why: str, at: float) -> Callable[[Connection], None]:
    """For a transaction: whom somebody was shown, in the record of who did what. `at`: POSIX seconds."""
    about = tuple(f"person:{one.person}" for one in found.persons)
    deed = Deed(at=at, who=who, address="command", action="find", about=about, why=why, outcome="shown")

    def work(connection: Connection) -> None:
        deeds.append(connection, [deed])

    return work
