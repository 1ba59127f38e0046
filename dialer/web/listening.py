"""Routes of a talk's sound: a supervisor joins in, a recording is paused for card data.

They change nothing the engine decides by; who joined in where is written to the floor's log.
"""

from typing import Annotated

import structlog
from fastapi import APIRouter, HTTPException
from pydantic import Field

from dialer.access.actor import RefusedError
from dialer.access.roles import Permission
from dialer.domain.agent import AgentState
from dialer.domain.ids import AgentId, AttemptId, EndpointId
from dialer.domain.listening import Ear, TalkControls
from dialer.web.access import Office, TheOffice
from dialer.web.declaring import Asking, may
from dialer.web.models import Body, Id, Lax
from dialer.web.visitor import OUTSIDE

router = APIRouter(prefix="/api", tags=["sound"])
_log = structlog.get_logger(__name__)


class Listen(Body):
    """Which phone is rung for it, and who hears it: `listen` nobody, `whisper` the agent, `barge` both."""

    phone: Annotated[str, Field(pattern="^[A-Za-z0-9][A-Za-z0-9-]{0,39}$")]
    ear: Annotated[Ear, Lax] = Ear.LISTEN


class Listening(Body):
    """What ends it again."""

    listening: Id


@router.post("/agents/{agent}/listen", dependencies=[may(Permission.LISTEN)])
async def listen(agent: str, body: Listen, office: TheOffice, who: Asking) -> Listening:
    """Ring a supervisor's phone and let it hear an agent's talks; 409 when the agent's phone is not there."""
    if body.ear is not Ear.LISTEN:
        who.demand(Permission.JOIN_TALKS)
    await who.agent(agent)
    controls = _controls(office)
    if all(row.agent != agent for row in office.floor.snapshot().agents):
        raise HTTPException(404, f"there is no agent {agent} on the floor")
    listening = await controls.listen(AgentId(agent), EndpointId(body.phone), body.ear)
    office.listenings.began(listening, agent)
    _log.info("supervisor joins in", by=who.name, agent=agent, ear=body.ear.value, phone=body.phone)
    return Listening(listening=listening)


@router.post("/listenings/end", status_code=204, dependencies=[may(Permission.LISTEN)])
async def end_listening(body: Listening, office: TheOffice, who: Asking) -> None:
    """End a supervisor's listening; 409 when it is over. One whose agent is not known any more is for those
    without walls."""
    agent = office.listenings.agent_of(body.listening)
    if agent is not None:
        await who.agent(agent)
    elif not who.actor.walls.has_all:
        raise RefusedError(OUTSIDE, is_known=True)
    await _controls(office).stop_listening(body.listening)
    _log.info("supervisor leaves", by=who.name, listening=body.listening)


@router.post("/agents/{agent}/recording/pause", status_code=204, dependencies=[may(Permission.USE_SEAT)])
async def pause_recording(agent: str, office: TheOffice, who: Asking) -> None:
    """Before card data is spoken: the recording goes on in silence. 409 when it is not paused."""
    await who.seat(agent)
    await _controls(office).pause_recording(_talk_of(office, agent))


@router.post("/agents/{agent}/recording/resume", status_code=204, dependencies=[may(Permission.USE_SEAT)])
async def resume_recording(agent: str, office: TheOffice, who: Asking) -> None:
    """The recording has sound again."""
    await who.seat(agent)
    await _controls(office).resume_recording(_talk_of(office, agent))


def _controls(office: Office) -> TalkControls:
    if office.controls is None:
        raise HTTPException(409, "this telephone system has no phones to listen with and no recordings")
    return office.controls


def _talk_of(office: Office, agent: str) -> AttemptId:
    row = next((row for row in office.floor.snapshot().agents if row.agent == agent), None)
    if row is None or row.attempt is None or row.state is not AgentState.TALKING:
        raise HTTPException(409, f"agent {agent} is on no call")
    return row.attempt
