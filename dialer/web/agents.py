"""Routes of collectors: their seat, their readiness, their calls."""

from fastapi import APIRouter, HTTPException

from dialer.access.roles import Permission
from dialer.domain.agent import AgentState
from dialer.domain.events import (
    AgentGotReady,
    AgentHungUp,
    AgentLoggedIn,
    AgentLoggedOut,
    AgentPauseRequested,
    DialRequested,
    DispositionAdded,
    DispositionRecorded,
    VoicemailDropRequested,
)
from dialer.domain.ids import AgentId, AttemptId, CampaignId, EndpointId, LeadId, NumberId, PersonId
from dialer.domain.past_talk import EarlierTalk
from dialer.domain.snapshot import AgentView
from dialer.web.access import TheOffice, tell
from dialer.web.declaring import Asking, may
from dialer.web.models import Committed, Dial, Dispose, HangUp, LogIn, Machine, Pause, Press
from dialer.web.named import demand_settlement, disposition_of, is_the_same
from dialer.web.offered import OfferedView, offered_views

router = APIRouter(prefix="/api", tags=["agents"])


@router.get("/agents/{agent}", dependencies=[may(Permission.USE_SEAT)])
async def look(agent: str, office: TheOffice, who: Asking) -> AgentView:
    """One agent as the floor sees them."""
    await who.seat(agent)
    for row in office.floor.snapshot().agents:
        if row.agent == agent:
            return row
    raise HTTPException(404, f"no agent {agent} has logged in")


@router.get("/agents/{agent}/talks", dependencies=[may(Permission.USE_SEAT)])
async def look_back(agent: str, office: TheOffice, who: Asking) -> list[EarlierTalk]:
    """Their talks that are over and of which they may still say more, the newest first."""
    await who.seat(agent)
    return list(await office.floor.earlier_talks(AgentId(agent)))


@router.get("/agents/{agent}/dispositions", dependencies=[may(Permission.USE_SEAT)])
async def offered(agent: str, office: TheOffice, who: Asking) -> list[OfferedView]:
    """What the agent may say of a call, in the client's own codes and order; our kinds where the client of
    the campaign that they work for has none."""
    await who.seat(agent)
    for row in office.floor.snapshot().agents:
        if row.agent == agent:
            return offered_views(office.codes_of(row.campaign))
    raise HTTPException(404, f"no agent {agent} has logged in")


@router.post("/agents/{agent}/login", dependencies=[may(Permission.USE_SEAT)])
async def log_in(agent: str, body: LogIn, office: TheOffice, who: Asking) -> Committed:
    """Take a seat; the agent's telephone is rung. 409 where it is no phone of theirs, with what it is."""
    await who.seat(agent)
    await who.campaign(body.campaign)
    why = office.phones.why_not(agent, body.endpoint)
    if why is not None:
        raise HTTPException(409, why)
    event = AgentLoggedIn(
        agent=AgentId(agent),
        campaign=CampaignId(body.campaign),
        endpoint=EndpointId(body.endpoint),
        tags=tuple(sorted(body.tags)),
        shift_ends_at=body.shift_ends_at,
    )
    return await tell(office, event)


@router.post("/agents/{agent}/ready", dependencies=[may(Permission.USE_SEAT)])
async def get_ready(agent: str, office: TheOffice, who: Asking) -> Committed:
    """Available from now on."""
    await who.seat(agent)
    return await tell(office, AgentGotReady(agent=AgentId(agent)))


@router.post("/agents/{agent}/pause", dependencies=[may(Permission.USE_SEAT)])
async def pause(agent: str, body: Pause, office: TheOffice, who: Asking) -> Committed:
    """A break: now when free, after the call otherwise."""
    await who.seat(agent)
    return await tell(office, AgentPauseRequested(agent=AgentId(agent), reason=body.reason))


@router.post("/agents/{agent}/hangup", dependencies=[may(Permission.USE_SEAT)])
async def hang_up(agent: str, office: TheOffice, who: Asking, body: HangUp | None = None) -> Committed:
    """End the call the agent is on; 409 when they are on none, or no more on the one that is named."""
    await who.seat(agent)
    attempt = None if body is None or body.attempt is None else AttemptId(body.attempt)
    return await tell(office, AgentHungUp(agent=AgentId(agent), attempt=attempt))


@router.post("/agents/{agent}/keys", status_code=204, dependencies=[may(Permission.USE_SEAT)])
async def press_keys(agent: str, body: Press, office: TheOffice, who: Asking) -> None:
    """Press keys on the agent's call, to get past an exchange's menu; 409 when they are on none."""
    await who.seat(agent)
    row = next((row for row in office.floor.snapshot().agents if row.agent == agent), None)
    if row is None or row.attempt is None or row.state is not AgentState.TALKING:
        raise HTTPException(409, f"agent {agent} is on no call")
    if office.keypad is None:
        raise HTTPException(501, "this telephone system cannot press keys")
    await office.keypad.press_keys(row.attempt, body.keys)


@router.post("/agents/{agent}/voicemail", dependencies=[may(Permission.USE_SEAT)])
async def leave_message(agent: str, body: Machine, office: TheOffice, who: Asking) -> Committed:
    """A machine is on the line: the approved message is left, and the agent is free for the next call; 409
    when none may be left on this call, or on this kind of machine."""
    await who.seat(agent)
    event = VoicemailDropRequested(agent=AgentId(agent), attempt=AttemptId(body.attempt), machine=body.kind)
    return await tell(office, event)


@router.post("/agents/{agent}/logout", dependencies=[may(Permission.USE_SEAT)])
async def log_out(agent: str, office: TheOffice, who: Asking) -> Committed:
    """Leave the seat."""
    await who.seat(agent)
    return await tell(office, AgentLoggedOut(agent=AgentId(agent)))


@router.post("/agents/{agent}/dial", dependencies=[may(Permission.USE_SEAT)])
async def dial(agent: str, body: Dial, office: TheOffice, who: Asking) -> Committed:
    """Ask for one call now; 409 when the gate or the floor does not let it."""
    await who.seat(agent)
    await who.campaign(body.campaign)
    await who.demand_inside(body.person)
    event = DialRequested(
        agent=AgentId(agent),
        campaign=CampaignId(body.campaign),
        lead=LeadId(body.lead),
        person=PersonId(body.person),
        number=NumberId(body.number),
    )
    return await tell(office, event)


@router.post("/attempts/{attempt}/disposition", dependencies=[may(Permission.USE_SEAT)])
async def dispose(attempt: str, body: Dispose, office: TheOffice, who: Asking) -> Committed:
    """What came of a call; the answer means that it is written down.

    Of a talk that is over and written down, the agent who heard it may say more: what the person asked for
    until the end of the next day, anything else for the time that the campaign gives (`corrections_s`). 409
    says what hinders it; 422 that a promise has no amount, a settlement is less than the client's least, or
    that it is not on the client's list (`/api/agents/{agent}/dispositions`), with what is.
    """
    await who.seat(body.agent)
    agent, disposition = AgentId(body.agent), await disposition_of(office, who, body, attempt=attempt)
    await demand_settlement(office, disposition, contact=attempt)
    event = DispositionRecorded(
        agent=agent,
        attempt=AttemptId(attempt),
        disposition=disposition,
        ready_after=body.ready_after,
    )
    taken = await office.floor.submit(event)
    if not taken.was_ignored:
        return Committed(sequence=taken.sequence, remark=taken.why or None)
    talk = await office.floor.past_talk(AttemptId(attempt))
    if talk is None:
        raise HTTPException(409, taken.why or f"there is no talk {attempt}")
    if talk.agent == agent and is_the_same(talk.disposition, disposition):
        return Committed(sequence=taken.sequence)  # sent again, since the answer was lost on its way
    return await tell(office, DispositionAdded(agent=agent, talk=talk, disposition=disposition))
