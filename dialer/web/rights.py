"""Routes of what a person may ask about themselves: all that is held, corrected, erased."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field

from dialer.access.roles import Permission
from dialer.domain.rights_request import PrivacyLaw, RequestMove, RightKind
from dialer.inquiry.rights.correction import Correction
from dialer.inquiry.rights.erasure import ErasedBy, NotErasedError, Obstacle
from dialer.inquiry.rights.requests import as_json
from dialer.web.access import TheOffice, demand_rights
from dialer.web.declaring import Asking, may
from dialer.web.models import Body, Id, Lax, Text

router = APIRouter(prefix="/api", tags=["rights"])

Why = Annotated[str, Field(min_length=1, max_length=500)]


class Correct(Body):
    """What is right of who somebody is; what is not named stays as it is, '' = it is not known."""

    why: Why
    first: Text | None = None
    middle: Text | None = None
    last: Text | None = None
    suffix: Text | None = None
    date_of_birth: Text | None = None
    ssn_last4: Annotated[str, Field(max_length=4)] | None = None
    email: Text | None = None


class Erase(Body):
    """Somebody is to be erased. `answered_by`: who answers for it that no rule keeps their records, where no
    rule is known."""

    why: Why
    answered_by: Id | None = None


class Remove(Body):
    """What no rule keeps any more is to go. `is_dry`: only count it."""

    why: Why
    is_dry: bool = True


@router.post("/retention/removal", dependencies=[may(Permission.ANSWER_RIGHTS)])
async def remove(body: Remove, office: TheOffice, who: Asking) -> JSONResponse:
    """Remove every record that no rule of retention keeps any more; `is_dry` (the default) counts them. A
    hold for a court beats every rule."""
    who.everything()
    by = ErasedBy(who=who.name, address="http", why=body.why)
    return JSONResponse((await demand_rights(office).remove_records(by=by, is_dry=body.is_dry)).as_json())


class TakeIn(Body):
    """Somebody asked something about their data, on the day `received`."""

    law: Annotated[PrivacyLaw, Lax]
    kind: Annotated[RightKind, Lax]
    received: Annotated[date, Lax]
    words: Text = ""


class MoveOn(Body):
    """What becomes of a request; `words`: the reason, or what was answered."""

    move: Annotated[RequestMove, Lax]
    words: Annotated[str, Field(min_length=1, max_length=2000)]


@router.get("/requests", dependencies=[may(Permission.ANSWER_RIGHTS)])
async def requests(office: TheOffice, who: Asking) -> JSONResponse:
    """What persons asked about their data, the most urgent first."""
    who.everything()
    return JSONResponse([as_json(each) for each in await demand_rights(office).requests()])


@router.post("/persons/{person}/requests", dependencies=[may(Permission.ANSWER_RIGHTS)])
async def take_in(person: str, body: TakeIn, office: TheOffice, who: Asking) -> JSONResponse:
    """Write down what a person asked about their data; answers with the last day for it."""
    await who.person(person)
    by = ErasedBy(who=who.name, address="http", why=body.words)
    desk = demand_rights(office)
    return JSONResponse(as_json(await desk.take_in(person, body.law, body.kind, body.received, by=by)))


@router.post("/persons/{person}/requests/{request}", dependencies=[may(Permission.ANSWER_RIGHTS)])
async def move_on(person: str, request: str, body: MoveOn, office: TheOffice, who: Asking) -> JSONResponse:
    """Extend, answer, refuse or withdraw a request; 409 when it has ended or was extended before, 422 when
    its first term is over and it can be extended no more."""
    await who.person(person)
    by = ErasedBy(who=who.name, address="http", why=body.words)
    return JSONResponse(as_json(await demand_rights(office).move_on(person, request, body.move, by=by)))


@router.get("/persons/{person}/held", dependencies=[may(Permission.ANSWER_RIGHTS)])
async def held(person: str, office: TheOffice, who: Asking) -> JSONResponse:
    """Everything that is held of a person, in clear, for themselves: who they are, what was told of them,
    what was done and why, and who looked."""
    await who.person(person)
    return JSONResponse((await demand_rights(office).held(person)).as_json())


@router.post("/persons/{person}/correction", dependencies=[may(Permission.ANSWER_RIGHTS)])
async def correct(person: str, body: Correct, office: TheOffice, who: Asking) -> tuple[str, ...]:
    """Put right who a person is; answers with the fields that changed. Numbers, addresses and accounts are
    facts that decisions rest on: `PUT /api/facts/persons/{person}`."""
    await who.person(person)
    told = body.model_dump(exclude={"why"})
    by = ErasedBy(who=who.name, address="http", why=body.why)
    return await demand_rights(office).correct(person, Correction(**told), by=by)


@router.get("/persons/{person}/erasure", dependencies=[may(Permission.ANSWER_RIGHTS)])
async def obstacles(person: str, office: TheOffice, who: Asking) -> tuple[Obstacle, ...]:
    """Why a person may not be erased yet, by which law and until when; nothing = they may."""
    await who.person(person)
    return await demand_rights(office).obstacles(person)


@router.post("/persons/{person}/erasure", dependencies=[may(Permission.ANSWER_RIGHTS)])
async def erase(person: str, body: Erase, office: TheOffice, who: Asking) -> JSONResponse:
    """Erase a person for good: 409 while a court or a rule of retention keeps them, with the first day on
    which they may be. Answers with what was taken away, and what a look found afterwards."""
    await who.person(person)
    by = ErasedBy(who=who.name, address="http", why=body.why, answered_by=body.answered_by or "")
    return JSONResponse((await demand_rights(office).erase(person, by=by)).as_json())


STATUS = ((NotErasedError, 409),)
"""What a wish that cannot be met yet is told with."""
