"""Routes of creditors' files: placements and whatever is told of people in, refused lines back.

A file is the body of its request, as it is, and is written to disk as it comes. The answer comes when what
the file says binds, and is the report that the command tells a program.
"""

from dataclasses import asdict
from enum import Enum
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import FileResponse, JSONResponse
from pydantic import Field

from dialer.access.roles import Permission
from dialer.floor.history_word import HistoryWord
from dialer.floor.told_files import ListKind
from dialer.inquiry.errors import NotThereError
from dialer.web.access import TheOffice, demand_intake
from dialer.web.declaring import Asking, may
from dialer.web.models import Body, Day, Id, Text
from dialer.web.ports import BusyError, Upload
from dialer.web.visitor import Visitor

router = APIRouter(prefix="/api/intake", tags=["intake"])

STATUS: tuple[tuple[type[Exception], int], ...] = ((BusyError, 409), (NotThereError, 404))

Client = Annotated[str | None, Query(min_length=1, max_length=200)]
Name = Annotated[str, Path(pattern="^[a-z0-9][a-z0-9_-]{0,59}$")]
Said = Annotated[str | None, Query(max_length=200)]
_FILE: dict[str, Any] = {"requestBody": {"required": True, "content": {"application/octet-stream": {}}}}


class FileKind(Enum):
    """What a file's lines say."""

    PLACEMENT = "placement"
    SUPPRESSIONS = "suppressions"
    REQUESTS = "requests"
    CONSENTS = "consents"
    PAYMENTS = "payments"
    HISTORY = "history"
    """A log of calls of another system."""
    LIST = "list"
    """Numbers or people that somebody looked up."""


_OF_ANYBODY = (FileKind.HISTORY, FileKind.LIST)
"""Files that name numbers, whoever has them: for who has no walls."""


class Release(Body):
    """Somebody has looked, and the holds of a file's refused lines end. `why`: what they found."""

    why: Annotated[str, Field(min_length=1, max_length=2_000)]


class Attest(Body):
    """Nobody was contacted about accounts since a day, but as is on file: of a `client`, of a `file` (the
    import's id), or of `accounts` by name. `why`: what whoever says it goes by."""

    since: Day
    why: Annotated[str, Field(min_length=1, max_length=2_000)]
    client: Annotated[str | None, Field(min_length=1, max_length=200)] = None
    file: Annotated[str | None, Field(min_length=1, max_length=200)] = None
    accounts: Annotated[list[Text], Field(min_length=1, max_length=5_000)] | None = None


class KeepMapping(Body):
    """A mapping as `fairdial mapping propose` writes it, answered."""

    toml: Annotated[str, Field(min_length=1, max_length=200_000)]


class Confirm(Body):
    """`meaning`: what the mapping came to when it was looked at, as the list of mappings tells it."""

    meaning: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


def _demand_client(who: Visitor, client: str | None) -> str:
    """Whose lines may be brought: of one client, or, by whoever has no walls, of any (''). Raises
    RefusedError."""
    if client is None:
        who.everything()
        return ""
    who.client(client)
    return client


@router.post("/files", openapi_extra=_FILE, dependencies=[may(Permission.EDIT_ACCOUNTS)])
async def take_in(
    request: Request,
    office: TheOffice,
    who: Asking,
    name: Annotated[str, Query(min_length=1, max_length=200)],
    kind: FileKind = FileKind.PLACEMENT,
    client: Client = None,
    campaign: Annotated[str, Query(min_length=1, max_length=200)] = "collections",
    mapping: Annotated[str | None, Query(pattern="^[a-z0-9][a-z0-9_-]{0,59}$")] = None,
    column: Annotated[list[Annotated[str, Field(max_length=300)]] | None, Query(max_length=200)] = None,
    same_person: Annotated[list[Id] | None, Query(max_length=200)] = None,
    dates: Said = None,
    decimal: Said = None,
    most_refused: Annotated[float | None, Query(ge=0.0, le=1.0)] = None,
    zone: Said = None,
    days: Annotated[int | None, Query(ge=1, le=36_500)] = None,
    scrub: ListKind | None = None,
    of_day: Day | None = None,
    dry_run: bool = False,
) -> JSONResponse:
    """Take a file in, or tell what it would come to; `fairdial import` has the same settings.

    Whoever has walls names a `client` of theirs, and the file may be about that one alone; a log of calls
    and a list name numbers, whoever has them, and are brought by who has none. `upload` of the answer
    fetches the refused lines in the client's own layout.
    """
    if kind in _OF_ANYBODY:
        who.everything()
        whose = client or ""
    else:
        whose = _demand_client(who, client)
    if whose and kind is FileKind.PLACEMENT and not who.actor.walls.has_all:
        await who.campaign(campaign)
    upload = Upload(
        name=name,
        kind=kind.value,
        client=whose,
        campaign=campaign,
        mapping=mapping or "",
        columns=tuple(column or ()),
        same_persons=tuple(same_person or ()),
        dates=dates,
        decimal=decimal,
        most_refused=most_refused,
        zone=zone,
        days=days,
        scrub=None if scrub is None else scrub.value,
        of_day=None if of_day is None else str(of_day),
        is_dry=dry_run,
        by=who.name,
    )
    taken = await demand_intake(office).take_in(upload, request.stream())
    if taken.trouble:
        return JSONResponse({"detail": taken.trouble}, 409 if taken.was_known else 422)
    whole = taken.refused_whole or None
    return JSONResponse({"upload": taken.file, "refused_whole": whole, **(taken.summary or {})})


@router.get("/files/{upload}/returned", dependencies=[may(Permission.EDIT_ACCOUNTS)])
async def returned(upload: Name, office: TheOffice, who: Asking, client: Client = None) -> FileResponse:
    """The lines of a file that were refused, in the client's own layout, with line, column and reason."""
    whose = _demand_client(who, client)
    found = await demand_intake(office).returned(upload, whose)
    return FileResponse(found, media_type="text/csv", filename=f"refused-{upload}.csv")


@router.get("/holds", dependencies=[may(Permission.LIFT_HOLDS)])
async def holds(
    office: TheOffice, who: Asking, file: Annotated[str | None, Query(max_length=200)] = None
) -> JSONResponse:
    """Whom refused lines hold, and why: of one import (`file`), or of all."""
    who.everything()
    found = await demand_intake(office).holds(file)
    return JSONResponse([dict(hold) for hold in found])


@router.post("/holds/{file}/release", dependencies=[may(Permission.LIFT_HOLDS)])
async def release(file: Text, body: Release, office: TheOffice, who: Asking) -> JSONResponse:
    """End every hold that the refused lines of one import placed, in the name of whoever asks."""
    who.everything()
    count = await demand_intake(office).release(file, by=who.name, why=body.why)
    return JSONResponse({"released": count, "by": who.name})


@router.get("/unseen", dependencies=[may(Permission.EDIT_ACCOUNTS)])
async def who_is_unseen(office: TheOffice, who: Asking) -> JSONResponse:
    """Who is on the list and would never be called: how many, why, and how to mend it."""
    who.everything()
    return JSONResponse([each.as_json() for each in await demand_intake(office).unseen()])


@router.post("/attestations", dependencies=[may(Permission.LIFT_HOLDS)])
async def attest(body: Attest, office: TheOffice, who: Asking) -> JSONResponse:
    """Answer, by one's name, for the history of accounts: nobody was contacted since a day but as is on file.

    Whoever has walls speaks of the accounts of one `client` of theirs.
    """
    within = "" if who.actor.walls.has_all else _demand_client(who, body.client)
    word = HistoryWord(
        by=who.name,
        since=body.since,
        why=body.why,
        client="" if within and body.accounts else body.client or "",
        file=body.file or "",
        accounts=tuple(body.accounts or ()),
        within=within,
    )
    taken = await demand_intake(office).attest(word)
    return JSONResponse({**asdict(taken), "since": taken.since.isoformat()})


@router.get("/mappings", dependencies=[may(Permission.EDIT_ACCOUNTS)])
async def mappings(office: TheOffice, who: Asking) -> JSONResponse:
    """The mappings that are kept, whether somebody has confirmed each, and what is still to be answered."""
    who.everything()
    return JSONResponse([asdict(kept) for kept in await demand_intake(office).mappings()])


@router.put("/mappings/{name}", dependencies=[may(Permission.EDIT_ACCOUNTS)])
async def keep_mapping(name: Name, body: KeepMapping, office: TheOffice, who: Asking) -> JSONResponse:
    """Keep a mapping under a name; nothing is taken in by it before somebody confirms it."""
    who.everything()
    return JSONResponse(asdict(await demand_intake(office).keep_mapping(name, body.toml)))


@router.post("/mappings/{name}/confirmation", dependencies=[may(Permission.EDIT_ACCOUNTS)])
async def confirm_mapping(name: Name, body: Confirm, office: TheOffice, who: Asking) -> JSONResponse:
    """Say, by one's name, that a mapping is right as it was looked at; one that was changed since is not."""
    who.everything()
    confirm = demand_intake(office).confirm_mapping
    return JSONResponse(asdict(await confirm(name, by=who.name, meaning=body.meaning)))
