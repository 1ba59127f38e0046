"""Routes of talks among more than two: passed on, taken over, joined by somebody outside."""

from typing import Annotated

from fastapi import APIRouter, HTTPException
from pydantic import Field

from dialer.access.roles import Permission
from dialer.domain.events import (
    ConferenceLeft,
    ConsultationOpened,
    ConsultationRequested,
    Event,
    RecordingNoticeSpoken,
    RecordingObjected,
    ThirdPartyReleased,
    ThirdPartyRequested,
    TransferRequested,
)
from dialer.domain.ids import AgentId, AttemptId, NumberId
from dialer.web.access import Office, TheOffice, tell
from dialer.web.declaring import Asking, may
from dialer.web.models import Body, Committed, Id

router = APIRouter(prefix="/api", tags=["talks"])


class Transfer(Body):
    """To whom a talk goes on."""

    to: Id


class ThirdParty(Body):
    """Whom to call into the talk: exactly one of a line of the campaign and another number of the person."""

    line: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    number: Id | None = None


class Consultation(ThirdParty):
    """Whom to ask in private: exactly one of these and another agent."""

    to: Id | None = None


class OnCall(Body):
    """The call that is spoken of, so that a late click is not about the next one."""

    attempt: Id


class TakeOver(Body):
    """Who takes the talk over: an agent's seat, usually that of whoever asks."""

    agent: Id


@router.post("/agents/{agent}/transfer", dependencies=[may(Permission.USE_SEAT)])
async def transfer(agent: str, body: Transfer, office: TheOffice, who: Asking) -> Committed:
    """Pass the talk on to another agent; 409 when they cannot take it now."""
    await who.seat(agent)
    await who.agent(body.to)
    attempt = _attempt_of(office, agent)
    event = TransferRequested(attempt=attempt, to=AgentId(body.to), by=who.name)
    return await _tell(office, event, agent)


@router.post("/agents/{agent}/third-party", dependencies=[may(Permission.USE_SEAT)])
async def call_third_party(agent: str, body: ThirdParty, office: TheOffice, who: Asking) -> Committed:
    """Call somebody outside into the talk; 409 with the reason when the gate or the floor does not let it."""
    await who.seat(agent)
    number = _number_of(body)
    return await _tell(
        office, ThirdPartyRequested(agent=AgentId(agent), line=body.line, number=number), agent
    )


@router.post("/agents/{agent}/third-party/end", dependencies=[may(Permission.USE_SEAT)])
async def end_third_party(agent: str, office: TheOffice, who: Asking) -> Committed:
    """End the third party's call; the talk goes on."""
    await who.seat(agent)
    return await tell(office, ThirdPartyReleased(agent=AgentId(agent)))


@router.post("/agents/{agent}/third-party/leave", dependencies=[may(Permission.USE_SEAT)])
async def leave_talk(agent: str, office: TheOffice, who: Asking) -> Committed:
    """Leave person and third party to themselves; after-call work begins."""
    await who.seat(agent)
    return await tell(office, ConferenceLeft(agent=AgentId(agent)))


@router.post("/agents/{agent}/consult", dependencies=[may(Permission.USE_SEAT)])
async def consult(agent: str, body: Consultation, office: TheOffice, who: Asking) -> Committed:
    """Put the person on hold and talk with somebody outside, or another agent, alone first; 409 with the
    reason when the gate or the floor does not let it. `third-party/end` returns to the person, and so does
    every other end of that talk."""
    await who.seat(agent)
    if body.to is not None:
        await who.agent(body.to)
    if body.to is not None and body.line is None and body.number is None:
        event = ConsultationRequested(agent=AgentId(agent), to=AgentId(body.to))
        return await _tell(office, event, agent)
    if body.to is not None:
        raise HTTPException(422, "give either an agent or somebody outside")
    event = ConsultationRequested(agent=AgentId(agent), line=body.line, number=_number_of(body))
    return await _tell(office, event, agent)


@router.post("/agents/{agent}/consult/join", dependencies=[may(Permission.USE_SEAT)])
async def let_in(agent: str, office: TheOffice, who: Asking) -> Committed:
    """Take the person off hold into the talk with the third party; 409 while nobody is consulted."""
    await who.seat(agent)
    return await _tell(office, ConsultationOpened(agent=AgentId(agent)), agent)


@router.post("/agents/{agent}/consult/complete", dependencies=[may(Permission.USE_SEAT)])
async def complete(agent: str, office: TheOffice, who: Asking) -> Committed:
    """The same, and leave the two to themselves as soon as they hear each other; after-call work begins. The
    agent who was asked takes the person over, and what is left to write down is theirs."""
    await who.seat(agent)
    return await _tell(office, ConsultationOpened(agent=AgentId(agent), leaves=True), agent)


@router.post("/agents/{agent}/recording/notice", dependencies=[may(Permission.USE_SEAT)])
async def say_notice(agent: str, body: OnCall, office: TheOffice, who: Asking) -> Committed:
    """The agent has told everybody on the line that the call is recorded: it begins. 409 with the reason
    when it is not to be recorded so."""
    await who.seat(agent)
    event = RecordingNoticeSpoken(agent=AgentId(agent), attempt=AttemptId(body.attempt))
    return await _tell(office, event, agent)


@router.post("/agents/{agent}/recording/objection", dependencies=[may(Permission.USE_SEAT)])
async def object_to_recording(agent: str, body: OnCall, office: TheOffice, who: Asking) -> Committed:
    """The person does not want to be recorded: it stops at once, and does not begin again on this call. The
    agent's view says `stopped` when the telephone system has done it."""
    await who.seat(agent)
    event = RecordingObjected(agent=AgentId(agent), attempt=AttemptId(body.attempt))
    return await _tell(office, event, agent)


@router.post("/attempts/{attempt}/take-over", dependencies=[may(Permission.JOIN_TALKS)])
async def take_over(attempt: str, body: TakeOver, office: TheOffice, who: Asking) -> Committed:
    """Take a talk from its agent, who is free then; 409 when the seat that takes it is not free."""
    await who.attempt(attempt)
    await who.seat(body.agent)
    event = TransferRequested(attempt=AttemptId(attempt), to=AgentId(body.agent), by=who.name)
    return await tell(office, event)


def _number_of(body: ThirdParty) -> NumberId | None:
    """The person's number that is to be called; None = it is a line of the campaign."""
    if (body.line is None) == (body.number is None):
        raise HTTPException(422, "give either a line of the campaign or a number of the person")
    return None if body.number is None else NumberId(body.number)


def _attempt_of(office: Office, agent: str) -> AttemptId:
    for row in office.floor.snapshot().agents:
        if row.agent == agent and row.attempt is not None:
            return row.attempt
    raise HTTPException(409, f"agent {agent} is on no call")


async def _tell(office: Office, event: Event, agent: str) -> Committed:
    """As `tell`; a refusal is told in the engine's own words."""
    taken = await office.floor.submit(event)
    if not taken.was_ignored:
        return Committed(sequence=taken.sequence)
    notices = [row.notice for row in office.floor.snapshot().agents if row.agent == agent and row.notice]
    why = taken.why or next(iter(notices), "")
    raise HTTPException(409, why or "it cannot be done now: nothing was changed")
