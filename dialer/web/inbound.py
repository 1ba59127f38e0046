"""Routes of people who call us: who may be calling, and what came of it."""

from dataclasses import replace

from fastapi import APIRouter, HTTPException

from dialer.access.actor import RefusedError
from dialer.access.roles import Permission
from dialer.domain.events import InboundDisposed, InboundFollowedUp
from dialer.domain.ids import AgentId, InboundId
from dialer.domain.snapshot import InboundView, OwedView
from dialer.web.access import Office, TheOffice, tell
from dialer.web.declaring import Asking, may
from dialer.web.models import Committed, DisposeInbound
from dialer.web.named import caller_named, demand_settlement, disposition_of, is_the_same
from dialer.web.supervisors import seen_by
from dialer.web.visitor import OUTSIDE

router = APIRouter(prefix="/api/inbound", tags=["inbound"])


@router.get("", dependencies=[may(Permission.WATCH_FLOOR)])
async def look_at_all(office: TheOffice, who: Asking) -> list[InboundView]:
    """Everybody who is calling us, the first first."""
    return list(seen_by(office.floor.snapshot(), await who.campaigns_inside()).inbound)


@router.get("/owed", dependencies=[may(Permission.FOLLOW_UP)])
async def look_at_owed(office: TheOffice, who: Asking) -> list[OwedView]:
    """Messages to listen to and people to call by hand, the oldest first; at most the first two hundred."""
    rows = office.floor.snapshot().owed
    shown = [row for row in rows if await who.persons_inside([each.person for each in row.callers])]
    return [replace(row, callers=await who.callers_inside(row.callers)) for row in shown]


@router.post("/{call}/follow-up", dependencies=[may(Permission.FOLLOW_UP)])
async def follow_up(call: str, office: TheOffice, who: Asking) -> Committed:
    """What was owed after the call is done: it leaves the list, and who did it is written down."""
    row = next((row for row in office.floor.snapshot().owed if row.call == call), None)
    if not await who.persons_inside([] if row is None else [each.person for each in row.callers]):
        raise RefusedError(OUTSIDE, is_known=True)
    if row is not None:
        await who.callers_inside(row.callers)
    return await tell(office, InboundFollowedUp(call=InboundId(call), by=who.name))


@router.get("/{call}", dependencies=[may(Permission.SEE_CALLERS)])
async def look(call: str, office: TheOffice, who: Asking) -> InboundView:
    """One call, for the agent who has it: everybody on file with that number who is inside their walls; a
    number is no identity."""
    row = _row(office, call)
    if row.agent is None:
        who.demand(Permission.WATCH_FLOOR)
        who.everything()
    else:
        await who.seat(row.agent)
    return replace(row, callers=await who.callers_inside(row.callers))


@router.post("/{call}/disposition", dependencies=[may(Permission.USE_SEAT)])
async def dispose(call: str, body: DisposeInbound, office: TheOffice, who: Asking) -> Committed:
    """Who it was and what came of it; the answer means that it is written down.

    Of a call that is over and written down, the agent who talked may say more, as of a talk on a call of ours
    (`/api/attempts/{attempt}/disposition`). 409 says what hinders it, 404 that nobody has the name.
    """
    await who.seat(body.agent)
    caller = None if body.person is None else await caller_named(office, who, body.person)
    event = InboundDisposed(
        agent=AgentId(body.agent),
        call=InboundId(call),
        person=caller,
        disposition=await disposition_of(office, who, body, caller=caller),
        ready_after=body.ready_after,
    )
    await demand_settlement(office, event.disposition, contact=call, person=event.person)
    taken = await office.floor.submit(event)
    if not taken.was_ignored:
        return Committed(sequence=taken.sequence, remark=taken.why or None)
    talk = await office.floor.past_inbound(event.call)
    if talk is None:
        raise HTTPException(409, taken.why or f"there is no call {call}")
    was_said = (talk.agent, talk.person) == (event.agent, event.person)
    if was_said and is_the_same(talk.disposition, event.disposition):
        return Committed(sequence=taken.sequence)  # sent again, since the answer was lost on its way
    return await tell(office, replace(event, talk=talk))


def _row(office: Office, call: str) -> InboundView:
    for row in office.floor.snapshot().inbound:
        if row.call == call:
            return row
    raise HTTPException(404, f"no call {call} from anybody")
