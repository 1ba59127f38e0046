"""Route of pacing: what a change would do, told before it is applied."""

from typing import Annotated

from fastapi import APIRouter, HTTPException
from fastapi.responses import JSONResponse
from pydantic import Field

from dialer.access.roles import Permission
from dialer.domain.ids import CampaignId
from dialer.inquiry.pacing_what_if import Change, Question, WhatIfError, for_programs
from dialer.web.access import TheOffice
from dialer.web.declaring import Asking, may
from dialer.web.models import Body
from dialer.web.ports import BusyError, TakesPacingPictures

router = APIRouter(prefix="/api", tags=["floor"])

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
