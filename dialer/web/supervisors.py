"""Routes of supervisors: campaigns, the whole floor, the red button."""

from enum import Enum

import msgspec
from fastapi import APIRouter, Response

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
from dialer.web.access import Asking, TheOffice, demand, tell
from dialer.web.models import Committed, StopFloor
from dialer.web.tokens import Role

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


@router.get("/floor", response_model=FloorSnapshot)
async def look(office: TheOffice, token: Asking) -> Response:
    """The floor as of the last step: agents, campaigns, why it dials or does not."""
    demand(token, Role.SUPERVISOR, Role.WATCHER)
    return Response(encode_floor(office.floor.snapshot()), media_type="application/json")


@router.post("/campaigns/{campaign}/{move}")
async def move_campaign(campaign: str, move: Move, office: TheOffice, token: Asking) -> Committed:
    """Start, pause, drain (finish what rings and talks) or stop (cancel what rings)."""
    demand(token, Role.SUPERVISOR)
    return await tell(office, _EVENTS[move](campaign=CampaignId(campaign)))


@router.post("/floor/stop")
async def stop_floor(body: StopFloor, office: TheOffice, token: Asking) -> Committed:
    """The red button: nothing is launched anywhere and everything that rings is cancelled."""
    demand(token, Role.SUPERVISOR)
    return await tell(office, FloorStopped(by=token.name, reason=body.reason))


@router.post("/floor/release")
async def release_floor(office: TheOffice, token: Asking) -> Committed:
    """Launching may go on."""
    demand(token, Role.SUPERVISOR)
    return await tell(office, FloorReleased(by=token.name))


def encode_floor(snapshot: FloorSnapshot) -> bytes:
    """The floor as JSON; once for everybody who looks at the same step."""
    return _encode(snapshot)
