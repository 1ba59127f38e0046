"""Routes of recordings: found by account, person, agent and time; handed over to a client; room left."""

from typing import Annotated

from fastapi import APIRouter, Query

from dialer.access.roles import Permission
from dialer.domain.ids import AgentId, ClientId, DebtId, PersonId
from dialer.inquiry.recordings import MOST_ON_A_PAGE, Exported, RecordingPage, Wanted
from dialer.web.access import TheOffice, demand_recordings
from dialer.web.declaring import Asking, may
from dialer.web.models import Body, Id, Posix
from dialer.web.ports import RecordingRoom

router = APIRouter(prefix="/api", tags=["recordings"])

Name = Annotated[str | None, Query(min_length=1, max_length=200)]


class Export(Body):
    """Whose recordings, of which calls; POSIX seconds of their launch."""

    client: Id
    account: Id | None = None
    since: Posix | None = None
    until: Posix | None = None


@router.get("/recordings", dependencies=[may(Permission.FIND_RECORDINGS)])
async def find(
    office: TheOffice,
    who: Asking,
    account: Name = None,
    person: Name = None,
    agent: Name = None,
    client: Name = None,
    since: float | None = None,
    until: float | None = None,
    page: Name = None,
    limit: Annotated[int, Query(ge=1, le=MOST_ON_A_PAGE)] = 100,
) -> RecordingPage:
    """Recordings that were finished, oldest first; ask on with `next_page` as `page`."""
    wanted = Wanted(
        account=None if account is None else DebtId(account),
        person=None if person is None else PersonId(person),
        agent=None if agent is None else AgentId(agent),
        client=None if client is None else ClientId(client),
        since=since,
        until=until,
    )
    _demand_inside(who, wanted)
    return await demand_recordings(office).find(wanted, page=page, limit=limit)


@router.get("/recordings/room", dependencies=[may(Permission.WATCH_FLOOR)])
async def room(office: TheOffice) -> tuple[RecordingRoom, ...]:
    """How much room there is for recordings, for each folder."""
    return await demand_recordings(office).room()


@router.post("/recordings/export", dependencies=[may(Permission.EXPORT_RECORDINGS)])
async def export(body: Export, office: TheOffice, who: Asking) -> Exported:
    """Copy a client's recordings into a new folder beside the floor, with a manifest; says which."""
    wanted = Wanted(
        client=ClientId(body.client),
        account=None if body.account is None else DebtId(body.account),
        since=body.since,
        until=body.until,
    )
    _demand_inside(who, wanted)
    return await demand_recordings(office).export(wanted, by=who.name)


def _demand_inside(who: Asking, wanted: Wanted) -> None:
    """Whoever has walls names the client whose recordings they want; whose they are is for the record."""
    named = {"account": wanted.account, "person": wanted.person, "agent": wanted.agent}
    who.about.extend(f"{kind}:{name}" for kind, name in named.items() if name is not None)
    if wanted.client is None:
        who.everything()
    else:
        who.client(wanted.client)
