"""Routes of supervisors: campaigns, the whole floor, the red button."""

from dataclasses import replace
from enum import Enum

import msgspec
from fastapi import APIRouter, Response

from dialer.access.roles import Permission
from dialer.domain.events import (
    CampaignDrained,
    CampaignPaused,
    CampaignStarted,
    CampaignStopped,
    FloorReleased,
    FloorStopped,
)
from dialer.domain.ids import CampaignId
from dialer.domain.snapshot import FloorSnapshot
from dialer.web.access import TheOffice, tell
from dialer.web.declaring import Asking, may
from dialer.web.models import Committed, StopFloor

router = APIRouter(prefix="/api", tags=["floor"])

_encode = msgspec.json.Encoder().encode


class Move(Enum):
    """What may be done to a campaign."""

    START = "start"
    PAUSE = "pause"
    DRAIN = "drain"
    STOP = "stop"


_EVENTS = {
    Move.START: CampaignStarted,
    Move.PAUSE: CampaignPaused,
    Move.DRAIN: CampaignDrained,
    Move.STOP: CampaignStopped,
}


@router.get("/floor", response_model=FloorSnapshot, dependencies=[may(Permission.WATCH_FLOOR)])
async def look(office: TheOffice, who: Asking) -> Response:
    """The floor as of the last step: agents, campaigns, why it dials or does not."""
    inside = await who.campaigns_inside()
    return Response(encode_floor(seen_by(office.floor.snapshot(), inside)), media_type="application/json")


@router.post("/campaigns/{campaign}/{move}", dependencies=[may(Permission.RUN_CAMPAIGNS)])
async def move_campaign(campaign: str, move: Move, office: TheOffice, who: Asking) -> Committed:
    """Start, pause, drain (finish what rings and talks) or stop (cancel what rings)."""
    await who.campaign(campaign)
    return await tell(office, _EVENTS[move](campaign=CampaignId(campaign)))


@router.post("/floor/stop", dependencies=[may(Permission.STOP_FLOOR)])
async def stop_floor(body: StopFloor, office: TheOffice, who: Asking) -> Committed:
    """The red button: nothing is launched anywhere and everything that rings is cancelled."""
    who.everything()
    return await tell(office, FloorStopped(by=who.name, reason=body.reason))


@router.post("/floor/release", dependencies=[may(Permission.RELEASE_FLOOR)])
async def release_floor(office: TheOffice, who: Asking) -> Committed:
    """Launching may go on."""
    who.everything()
    return await tell(office, FloorReleased(by=who.name))


def seen_by(snapshot: FloorSnapshot, campaigns: frozenset[str] | None) -> FloorSnapshot:
    """The floor as somebody with walls sees it: their campaigns, and who works and talks for them.

    What belongs to no campaign (the queue of callers, numbers of ours, boxes, what was ignored) is not in it,
    nor is who may be calling: people of several clients may have one number (`/api/inbound/{call}` tells).

    Args:
        campaigns: those inside; None = no walls.
    """
    if campaigns is None:
        return snapshot
    agents = tuple(row for row in snapshot.agents if row.campaign in campaigns)
    ids = {row.agent for row in agents}
    return replace(
        snapshot,
        agents=agents,
        campaigns=tuple(row for row in snapshot.campaigns if row.campaign in campaigns),
        inbound=tuple(replace(row, callers=()) for row in snapshot.inbound if row.agent in ids),
        ignored=(),
        boxes=(),
        caller_ids=(),
        service=(),
        owed=(),
    )


def encode_floor(snapshot: FloorSnapshot) -> bytes:
    """The floor as JSON; once for everybody who looks at the same step."""
    return _encode(snapshot)
