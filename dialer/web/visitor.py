"""Whoever asks, at one request: what they may do, and whether what they ask for lies inside their walls.

Each look through a wall notes what it was about, for the record (`dialer.web.door`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from dialer.access.actor import Actor, RefusedError
from dialer.access.roles import Permission, Role
from dialer.access.walls import NOWHERE, Place
from dialer.domain.ids import AgentId
from dialer.domain.inbound import Caller
from dialer.domain.snapshot import AgentView
from dialer.web.ports import FloorPort, Places

OUTSIDE = "there is nothing of that name inside your walls"
"""The same for what is outside and for what there is not: a refusal must not tell the one from the other."""


@dataclass(slots=True, kw_only=True)
class Visitor:
    """One request's asker.

    Args:
        places: where things belong; None = it cannot be found out, so that nobody with walls gets further.
        about: what was asked about, as `kind:id`.
        is_written: what they did is in the record already, with the change itself.
    """

    actor: Actor
    floor: FloorPort
    places: Places | None = None
    about: list[str] = field(default_factory=list[str])
    is_written: bool = False

    @property
    def name(self) -> str:
        """Who it is, for what is written down."""
        return self.actor.name

    def demand(self, permission: Permission) -> None:
        """Raises RefusedError: they may not do this."""
        self.actor.demand(permission)

    async def seat(self, agent: str) -> None:
        """Collectors have their own seat and no other; supervisors those inside their walls.

        Raises:
            RefusedError: it is another's.
        """
        self.about.append(f"agent:{agent}")
        if Role.AGENT in self.actor.roles and self.actor.agent == agent:
            return
        if Role.SUPERVISOR not in self.actor.roles:
            raise RefusedError(f"{self.name} may not act for agent {agent}", is_known=True)
        await self.agent(agent)

    async def agent(self, agent: str) -> None:
        """Raises RefusedError: an agent works outside of the walls, or nowhere, so that nobody can say."""
        self.about.append(f"agent:{agent}")
        if self.actor.walls.has_all:
            return
        row = self.row_of(agent)
        self._demand_any(() if row is None else (await self._campaign(row.campaign),))

    def row_of(self, agent: str) -> AgentView | None:
        """An agent as the floor sees them."""
        return next((row for row in self.floor.snapshot().agents if row.agent == agent), None)

    async def campaign(self, campaign: str) -> None:
        """Raises RefusedError: it is outside."""
        self.about.append(f"campaign:{campaign}")
        if not self.actor.walls.has_all:
            self._demand_any((await self._campaign(campaign),))

    async def campaigns_inside(self) -> frozenset[str] | None:
        """Every campaign inside; None = all there are."""
        if self.actor.walls.has_all:
            return None
        return self.actor.walls.inside(await self._clients())

    def client(self, client: str) -> None:
        """Raises RefusedError: a client is outside."""
        self.about.append(f"client:{client}")
        if not self.actor.walls.has(Place(client=client)):
            raise RefusedError(OUTSIDE, is_known=True)

    def everything(self) -> None:
        """Raises RefusedError: they have walls, and this has none."""
        if not self.actor.walls.has_all:
            raise RefusedError("this is about everybody, and you have walls", is_known=True)

    async def person(self, person: str) -> None:
        """Somebody on file; an agent's is the one on their line, or one they are to call back.

        Raises:
            RefusedError: they are outside.
        """
        if not self.actor.is_only_agent:
            await self.demand_inside(person)
            return
        self.about.append(f"person:{person}")
        await self._demand_own(person)

    async def demand_inside(self, person: str) -> None:
        """Somebody an agent names who need not be on their line. Raises RefusedError: they are outside."""
        self.about.append(f"person:{person}")
        if not self.actor.walls.has_all:
            self._demand_any((await self._places().of_person(person),))

    def nobody(self) -> None:
        """Of a person whom nobody knows.

        Raises:
            RefusedError: they see some people alone, so that it sounds as somebody they do not see.
        """
        if self.actor.is_only_agent:
            raise self._not_own()
        self.nothing()

    def no_debt(self) -> None:
        """The same of an account. Raises RefusedError."""
        if self.actor.is_only_agent:
            raise self._not_own_debt()
        self.nothing()

    def nothing(self) -> None:
        """Of anything else that is not on file. Raises RefusedError: they have walls, and it sounds as what
        is outside of them."""
        if not self.actor.walls.has_all:
            self._demand_any(())

    async def debt(self, debt: str, *, caller: str | None = None) -> None:
        """An account; an agent's is one of those whom they speak with: a call back about another's would make
        that person theirs.

        Args:
            caller: whom an agent found to be calling, who need not be on their line.

        Raises:
            RefusedError: it is outside.
        """
        self.about.append(f"account:{debt}")
        if self.actor.is_only_agent:
            persons = await self._places().persons_of_debt(debt)
            if caller not in persons and not (persons and await self.persons_inside(persons)):
                raise self._not_own_debt()
        if not self.actor.walls.has_all:
            self._demand_any((await self._places().of_debt(debt),))

    async def has_number(self, number: str) -> bool | None:
        """Whether somebody inside has this number; None = there are no walls to ask of.

        A number may be named by anybody. One that only people outside have is to them one that nobody has,
        and is looked for as long.
        """
        self.about.append(f"number:{number}")
        if self.actor.walls.has_all:
            return None
        return self.actor.walls.has_any(await self._places().of_number(number))

    async def attempt(self, attempt: str) -> None:
        """Raises RefusedError: a call is outside."""
        self.about.append(f"attempt:{attempt}")
        if not self.actor.walls.has_all:
            self._demand_any((await self._places().of_attempt(attempt),))

    async def persons_inside(self, persons: Sequence[str]) -> bool:
        """Whether one of several people is inside; an agent's own, for an agent."""
        agent = self.actor.agent
        if self.actor.is_only_agent and persons:
            return agent is not None and any([await self._is_own(agent, each) for each in persons])
        if self.actor.walls.has_all:
            return True
        places = self._places()
        return self.actor.walls.has_any([await places.of_person(person) for person in persons])

    async def callers_inside(self, callers: Sequence[Caller]) -> tuple[Caller, ...]:
        """Those of whom a call may be who are inside the walls: they are looked at."""
        seen = tuple(callers)
        if not self.actor.walls.has_all:
            places = self._places()
            seen = tuple(
                [each for each in callers if self.actor.walls.has(await places.of_person(each.person))]
            )
        self.about.extend(f"person:{each.person}" for each in seen)
        return seen

    async def _demand_own(self, person: str) -> None:
        agent = self.actor.agent
        if agent is not None and await self._is_own(agent, person):
            return
        raise self._not_own()

    def _not_own(self) -> RefusedError:
        return RefusedError(f"{self.name} is not speaking with this person", is_known=True)

    def _not_own_debt(self) -> RefusedError:
        return RefusedError(f"{self.name} is speaking with nobody of this account", is_known=True)

    async def _is_own(self, agent: str, person: str) -> bool:
        row = self.row_of(agent)
        attempts = [] if row is None else [each for each in (row.attempt, row.owes) if each is not None]
        call = None if row is None else row.inbound
        for view in self.floor.snapshot().inbound:
            if view.call == call and any(caller.person == person for caller in view.callers):
                return True
        attempts += [talk.attempt for talk in await self.floor.earlier_talks(AgentId(agent))]
        return await self._places().is_own(agent, person, tuple(attempts))

    async def _clients(self) -> Mapping[str, str]:
        return await self._places().clients()

    async def _campaign(self, campaign: str) -> Place:
        client = (await self._clients()).get(campaign)
        if client is None:
            return NOWHERE
        return Place(client=client, campaigns=frozenset({campaign}))

    def _places(self) -> Places:
        if self.places is None:
            raise RefusedError("it cannot be found out here whom this is about", is_known=True)
        return self.places

    def _demand_any(self, places: Iterable[Place]) -> None:
        if not self.actor.walls.has_any(places):
            raise RefusedError(OUTSIDE, is_known=True)
