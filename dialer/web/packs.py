"""Routes of what clients' accounts came to: the daily pack of one client, and measures between two days."""

import asyncio
from collections.abc import Iterator
from datetime import date
from typing import Annotated, BinaryIO

from fastapi import APIRouter, HTTPException, Query
from fastapi import Path as PathPart
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from starlette.background import BackgroundTask

from compliance_gate.valid import MOST_OF_A_NAME
from dialer.access.roles import Permission
from dialer.access.walls import Place
from dialer.inquiry.delivering import Delivering
from dialer.inquiry.measured import By, FigureSeen
from dialer.web.access import TheOffice, demand_ledgers
from dialer.web.declaring import Asking, may

router = APIRouter(prefix="/api", tags=["accounts"])

Client = Annotated[str, Query(min_length=1, max_length=MOST_OF_A_NAME)]
Named = Annotated[str, PathPart(min_length=1, max_length=60)]
_PART = 1 << 16


class Again(BaseModel):
    """How many messages wait again."""

    messages: int


_reading = asyncio.Lock()
"""One look through the accounts at a time: it reads all of them."""


@router.get("/packs", dependencies=[may(Permission.EXPORT_PACKS)])
async def pack(client: Client, day: date, office: TheOffice, who: Asking) -> StreamingResponse:
    """A client's daily pack as a zip of CSV and XLSX, as `fairdial export pack` writes it."""
    who.client(client)
    desk = demand_ledgers(office)
    if _reading.locked():
        raise HTTPException(409, "the accounts are being looked through already; ask again in a minute")
    async with _reading:
        found = await desk.pack(client, day)
    headers = {"Content-Disposition": f'attachment; filename="pack-{day.isoformat()}.zip"'}
    return StreamingResponse(
        _parts(found), media_type="application/zip", headers=headers, background=BackgroundTask(found.close)
    )


@router.get("/deliveries", dependencies=[may(Permission.EXPORT_PACKS)])
async def deliveries(office: TheOffice, who: Asking) -> Delivering:
    """What goes back to clients inside your walls by itself: files at their times, webhooks as it comes; the
    last that went, the next, and what went wrong."""
    walls = who.actor.walls
    return await demand_ledgers(office).deliveries(lambda name: walls.has(Place(client=name)))


@router.post("/deliveries/{name}/now", dependencies=[may(Permission.EXPORT_PACKS)], status_code=202)
async def deliver_now(name: Named, office: TheOffice, who: Asking) -> None:
    """Have a file brought to its place at once, by whoever delivers: `fairdial deliver run`."""
    walls = who.actor.walls
    await demand_ledgers(office).deliver_now(name, lambda client: walls.has(Place(client=client)))


@router.post("/webhooks/{name}/again", dependencies=[may(Permission.EXPORT_PACKS)])
async def tell_again(name: Named, office: TheOffice, who: Asking) -> Again:
    """Have a webhook's messages that were put aside sent once more."""
    walls = who.actor.walls
    count = await demand_ledgers(office).tell_again(name, lambda client: walls.has(Place(client=client)))
    return Again(messages=count)


@router.get("/measures", dependencies=[may(Permission.SEE_FIGURES)])
async def measures(
    since: date,
    until: date,
    office: TheOffice,
    who: Asking,
    client: Client | None = None,
    by: By = By.CLIENT,
) -> tuple[FigureSeen, ...]:
    """What accounts and promises inside your walls came to between two days, both included: each figure with
    its formula and its sums, in cents where it is money."""
    if since > until:
        raise HTTPException(422, "the last day is before the first")
    if client is not None:
        who.client(client)
    desk = demand_ledgers(office)
    walls = who.actor.walls
    if _reading.locked():
        raise HTTPException(409, "the accounts are being looked through already; ask again in a minute")
    async with _reading:
        return await desk.measured(since, until, client, by, lambda name: walls.has(Place(client=name)))


def _parts(archive: BinaryIO) -> Iterator[bytes]:
    while part := archive.read(_PART):
        yield part
