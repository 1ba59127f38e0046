"""The route by which a person is found: by part of a name, a number, an account, a client's own reference."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from dialer.access.roles import Permission
from dialer.inquiry.finding.wanted import MOST_FOUND, Wanted
from dialer.web.access import TheOffice, demand_finder
from dialer.web.declaring import Asking, may
from dialer.web.models import Body

router = APIRouter(prefix="/api", tags=["persons"])

Looked = Annotated[str, Field(max_length=200)]


class Search(Body):
    """One of `name` (any part of it, words in any order), `number`, `account`, `reference`; of a `client`."""

    name: Looked = ""
    number: Looked = ""
    account: Looked = ""
    reference: Looked = ""
    client: Looked = ""
    limit: Annotated[int, Field(ge=1, le=MOST_FOUND)] = 20


class PersonView(Body):
    """Somebody, with what tells namesakes apart. `born`: the year, '' = not known; `is_doubtful`: there is a
    namesake with the same birthday."""

    person: str
    client: str
    name: str
    born: str
    reference: str
    is_doubtful: bool


class FoundView(Body):
    """Who was found. `is_cut`: there may be more, say more of the name; `read`: the share of names that are
    in memory by now, 0-1, less than 1 for a while after a start."""

    persons: list[PersonView]
    is_cut: bool
    read: float


@router.post("/persons/search", dependencies=[may(Permission.FIND_PERSONS)])
async def search(body: Search, office: TheOffice, who: Asking) -> FoundView:
    """Find a person inside your walls; whom you were shown is in the record. 429 after sixty in a minute."""
    wanted = Wanted(**body.model_dump())
    found = await demand_finder(office).find(wanted, who.actor.walls, by=who.name)
    who.about += [f"person:{one.person}" for one in found.persons]
    return FoundView(
        persons=[PersonView(**asdict(one)) for one in found.persons], is_cut=found.is_cut, read=found.read
    )
