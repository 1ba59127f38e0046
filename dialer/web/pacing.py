"""Routes of pacing: what a change would do, told before it is applied; a change, its history, undone."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, HTTPException
from fastapi.responses import JSONResponse
from pydantic import Field

from dialer.access.roles import Permission
from dialer.domain.campaign import CampaignSettings, DetectionMode
from dialer.domain.events import CampaignConfigured
from dialer.domain.ids import CampaignId
from dialer.inquiry.pacing_changes import (
    Pacing,
    PacingBounds,
    PacingChange,
    pacing_of,
    version_of,
    with_pacing,
    with_pacing_of,
)
from dialer.inquiry.pacing_what_if import Change, Question, WhatIfError, for_programs
from dialer.web.access import Office, TheOffice, demand_evidence, tell
from dialer.web.declaring import Asking, may
from dialer.web.models import Body, Committed, Lax
from dialer.web.ports import BusyError, KnowsSettings, TakesPacingPictures
from dialer.web.visitor import Visitor

router = APIRouter(prefix="/api", tags=["floor"])

_changing = asyncio.Lock()
"""One change of pacing at a time: of two from the same version the second must see the first."""

MOST_RUNS = 60
"""Of a look ahead that somebody waits for."""

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Seconds = Annotated[float, Field(ge=0.0, le=600.0)]


class WhatIf(Body):
    """A change, and how often the floor is run forward with it and without.

    target, lines_per_agent, ring_s, detection_s, agents, held_most: see `fairdial pacing what-if`; nothing of
        it = only what comes as it is. runs: 3 tell something at once, 20 tell it well; the first three of
        twenty are the three. day: also until the shift ends.
    """

    target: Share | None = None
    lines_per_agent: Annotated[float, Field(ge=1.0, le=100.0)] | None = None
    ring_s: Seconds | None = None
    detection_s: Seconds | None = None
    finds_machines: Share = 0.85
    loses_people: Share = 0.05
    agents: Annotated[int, Field(ge=-1000, le=1000)] = 0
    held_most: Annotated[float, Field(gt=0.0, le=60.0)] | None = None
    runs: Annotated[int, Field(ge=3, le=MOST_RUNS)] = 3
    day: bool = False


class PacingView(Body):
    """How a campaign is paced now, between which bounds it may be set, and how it was so far, newest first.

    version: what a change is made from; another as soon as anybody changed anything.
    """

    version: str
    now: Pacing
    bounds: PacingBounds
    changes: tuple[PacingChange, ...]


Reason = Annotated[str, Field(min_length=1, max_length=2_000)]
Version = Annotated[str, Field(min_length=1, max_length=64)]


class PacingWanted(Body):
    """A change of what paces a running campaign; what is left out stays as it is. See `dialer.inquiry`."""

    version: Version
    reason: Reason
    policy: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    lines_per_agent: Annotated[float, Field(ge=1.0, le=100.0)] | None = None
    abandonment_target: Share | None = None
    ring_s: Seconds | None = None
    lines: Annotated[int, Field(ge=0, le=100_000)] | None = None
    launches_per_second: Annotated[float, Field(gt=0.0, le=1_000.0)] | None = None
    detection: Annotated[DetectionMode, Lax] | None = None
    held_most: Annotated[float, Field(gt=0.0, le=60.0)] | None = None
    order_put_off: Annotated[float, Field(ge=0.0, le=0.9)] | None = None
    order_numbers: Annotated[float, Field(ge=0.0, le=1.0)] | None = None


class PacingUndone(Body):
    """The newest change of what paces a campaign is taken back."""

    version: Version
    reason: Reason


@router.get("/campaigns/{campaign}/pacing", dependencies=[may(Permission.RUN_CAMPAIGNS)])
async def pacing(campaign: str, office: TheOffice, who: Asking) -> PacingView:
    """How a campaign is paced, what of it may be changed while it runs, and who did so."""
    await who.campaign(campaign)
    settings, desk = _settings(office, campaign), demand_evidence(office)
    return PacingView(
        version=version_of(settings),
        now=pacing_of(settings),
        bounds=await desk.pacing_bounds(settings),
        changes=await desk.pacing_changes(CampaignId(campaign)),
    )


@router.post("/campaigns/{campaign}/pacing", dependencies=[may(Permission.RUN_CAMPAIGNS)])
async def change_pacing(campaign: str, body: PacingWanted, office: TheOffice, who: Asking) -> Committed:
    """Pace a campaign otherwise from now on; calls that ring or talk go on as they were begun. It holds,
    through restarts, until somebody changes the campaign in the settings file."""
    await who.campaign(campaign)
    wanted = Pacing(**body.model_dump(exclude={"version", "reason"}))
    async with _changing:
        settings = _settings(office, campaign)
        return await _apply(office, who, settings, body, with_pacing(settings, wanted))


@router.post("/campaigns/{campaign}/pacing/undo", dependencies=[may(Permission.RUN_CAMPAIGNS)])
async def undo_pacing(campaign: str, body: PacingUndone, office: TheOffice, who: Asking) -> Committed:
    """Take back the newest change of what paces a campaign; taking that back is a change, too."""
    await who.campaign(campaign)
    async with _changing:
        settings = _settings(office, campaign)
        before = await demand_evidence(office).pacing_before(CampaignId(campaign))
        if before is None:
            raise HTTPException(409, "nothing was changed yet")
        return await _apply(office, who, settings, body, with_pacing_of(settings, before))


def _settings(office: Office, campaign: str) -> CampaignSettings:
    floor = office.floor
    settings = floor.settings_of(CampaignId(campaign)) if isinstance(floor, KnowsSettings) else None
    if settings is None:
        raise HTTPException(409, "this floor does not tell how it is paced")
    return settings


async def _apply(
    office: Office,
    who: Visitor,
    settings: CampaignSettings,
    body: PacingWanted | PacingUndone,
    changed: CampaignSettings,
) -> Committed:
    if body.version != version_of(settings):
        raise HTTPException(409, "somebody changed this campaign meanwhile: look again, then change it")
    await demand_evidence(office).demand_lawful(changed)
    event = CampaignConfigured(settings=changed, by=who.name, reason=body.reason)
    return await tell(office, event)


@router.post("/campaigns/{campaign}/pacing/what-if", dependencies=[may(Permission.RUN_CAMPAIGNS)])
async def what_if(campaign: str, body: WhatIf, office: TheOffice, who: Asking) -> JSONResponse:
    """What 15 and 60 minutes would bring as it is and with a change, with 90 % intervals; changes nothing."""
    await who.campaign(campaign)
    floor = office.floor
    if office.what_ifs is None or not isinstance(floor, TakesPacingPictures):
        raise HTTPException(409, "this floor cannot be looked ahead of from here")
    picture = floor.pacing_picture(CampaignId(campaign))
    if picture is None:
        raise HTTPException(409, "no agent of this campaign is on the floor")
    change = Change(
        target=body.target,
        lines_per_agent=body.lines_per_agent,
        ring_s=body.ring_s,
        detection_s=body.detection_s,
        finds_machines=body.finds_machines,
        loses_people=body.loses_people,
        agents=body.agents,
        held_most=body.held_most,
    )
    try:
        answer = await office.what_ifs.ask(picture, Question(change=change, runs=body.runs, day=body.day))
    except BusyError as error:
        raise HTTPException(409, str(error)) from error
    except WhatIfError as error:
        raise HTTPException(422, str(error)) from error
    return JSONResponse(for_programs(answer))
