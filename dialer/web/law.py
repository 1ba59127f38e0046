"""Routes of the law: rules, what changes and when, what is covered, who signed, who holds which licence.

They answer with what the commands `law`, `licences` and `gate check` tell a program. What is signed,
withdrawn or imported goes into the house's own files; the answer names the file, and a floor that runs reads
it at its next start.
"""

import asyncio
import json
import threading
from collections.abc import Callable
from datetime import date
from enum import Enum
from typing import Annotated, Literal, TypeVar

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import Field, JsonValue

from dialer.access.roles import Permission
from dialer.floor.law import sign_places, subject_named, withdraw_places
from dialer.floor.licences import collector_of, import_licences, name_collector, withdraw_licence
from dialer.inquiry.cases import check_cases
from dialer.inquiry.coverage import coverage
from dialer.inquiry.due import due as due_on
from dialer.inquiry.licences import licences_told
from dialer.inquiry.rules import changes_between, rule_editions, rules_listed
from dialer.web.access import TheOffice, demand_evidence
from dialer.web.declaring import Asking, may
from dialer.web.models import Body, Day, Id

router = APIRouter(prefix="/api", tags=["law"])

T = TypeVar("T")

MOST_CASES = 10_000
"""Of one question; a case takes about a millisecond."""
NEXT_START = "the floor's next start"

_FILES = threading.Lock()
"""The house's files are read, changed and written back: one at a time."""

Name = Annotated[str, Field(min_length=1, max_length=200)]
Places = Annotated[list[Id], Field(min_length=1, max_length=300)]
Asked = Annotated[date | None, Query(description="local day; none = today")]
Short = Annotated[str | None, Query(min_length=1, max_length=200)]


class For(Enum):
    """What is answered for."""

    LAW = "law"
    LICENCE = "licence"
    RECORDING = "recording"


class Sign(Body):
    """A named person answers for places.

    Args:
        places: as the register names them, or `all` for which nobody signed yet.
    """

    places: Places | Literal["all"]
    by: Annotated[str, Field(min_length=1, max_length=200, description="name and office of who answers")]
    on: Annotated[Day | None, Field(description="day of the signature; none = today")] = None
    subject: Annotated[For, Field(strict=False)] = For.LAW


class TakeBack(Body):
    """Signatures that no longer hold."""

    places: Places
    subject: Annotated[For, Field(strict=False)] = For.LAW


class Collector(Body):
    """Somebody who collects. `places`: of their agents and recordings, as the register names them."""

    entity: Name
    title: Name
    places: Places
    kind: Literal["agency", "creditor_own_name"] = "agency"
    branches: Annotated[list[Name], Field(max_length=300)] | None = None
    desk_names: Annotated[list[Name], Field(max_length=10_000)] | None = None


class Licences(Body):
    """A file of licences, with a header line.

    Args:
        csv: of entity, place, kind, number, from, expires; perhaps bond, bond_expires, branch, desk_names.
    """

    csv: Annotated[str, Field(min_length=1, max_length=5_000_000)]


class Cases(Body):
    """Worked cases of the public case language (tests/law/README.md)."""

    cases: Annotated[list[dict[str, JsonValue]], Field(min_length=1, max_length=MOST_CASES)]


class TakeLicence(Body):
    """One licence that is no longer held."""

    number: Name
    place: Id


@router.get("/law/rules", dependencies=[may(Permission.READ_LAW)])
async def rules(pack: Short = None, on: Asked = None) -> JSONResponse:
    """Every rule in words, or those of one pack; with `on`, only what is in force that day."""
    return JSONResponse((await asyncio.to_thread(rules_listed, pack=pack, on=on)).as_json())


@router.get("/law/rules/{rule}", dependencies=[may(Permission.READ_LAW)])
async def one_rule(rule: str) -> JSONResponse:
    """One rule in full, every edition of it."""
    editions = await asyncio.to_thread(rule_editions, rule)
    return JSONResponse([each.as_json() for each in editions])


@router.get("/law/changes", dependencies=[may(Permission.READ_LAW)])
async def changes(before: date, after: date) -> JSONResponse:
    """What law and policy said on one day and not on the other."""
    found = await asyncio.to_thread(changes_between, before, after)
    return JSONResponse([each.as_json() for each in found])


@router.get("/law/due", dependencies=[may(Permission.READ_LAW)])
async def due(on: Asked = None) -> JSONResponse:
    """What has to be looked at: checks older than a year, values that end within 90 days, changes to come."""
    return JSONResponse((await asyncio.to_thread(due_on, on)).as_json())


@router.get("/law/impact", dependencies=[may(Permission.EXPLAIN_CALLS)])
async def impact(office: TheOffice, who: Asking, before: date, after: date) -> JSONResponse:
    """Stored calls and denials that the law of another day decides otherwise; accounts that wait for it."""
    who.everything()
    found = await demand_evidence(office).impact(before, after)
    return JSONResponse(found.as_json())


@router.get("/law/register", dependencies=[may(Permission.READ_LAW)])
async def register() -> JSONResponse:
    """What is covered where, how it was checked, and who signed for the rest."""
    return JSONResponse((await asyncio.to_thread(coverage)).as_json())


@router.get("/law/register/{place}", dependencies=[may(Permission.READ_LAW)])
async def one_place(place: str) -> JSONResponse:
    """One place, rule by rule, with what was read of its law, loaded or not and why."""
    return JSONResponse((await asyncio.to_thread(coverage, place)).as_json())


@router.post("/law/register/signatures", dependencies=[may(Permission.CHANGE_LAW)])
async def sign(body: Sign, who: Asking) -> JSONResponse:
    """Answer by name for places whose law could not be read whole; until somebody does, they deny."""
    who.everything()
    places = None if body.places == "all" else body.places
    signed = await _filed(
        lambda: sign_places(places, by=body.by, on=body.on, subject=subject_named(body.subject.value))
    )
    return JSONResponse(
        {
            "places": list(signed.places),
            "by": signed.by,
            "dated": signed.dated.isoformat(),
            "file": str(signed.file),
            "binds_from": NEXT_START,
        }
    )


@router.post("/law/register/withdrawals", dependencies=[may(Permission.CHANGE_LAW)])
async def withdraw(body: TakeBack, who: Asking) -> JSONResponse:
    """Take signatures back: nobody is called at these places any more."""
    who.everything()
    file = await _filed(lambda: withdraw_places(body.places, subject=subject_named(body.subject.value)))
    return JSONResponse({"places": body.places, "file": str(file), "binds_from": NEXT_START})


@router.post("/law/cases", dependencies=[may(Permission.TRY_CASES)])
async def cases(body: Cases) -> JSONResponse:
    """Worked cases, decided by the law alone and compared with what they expect."""
    lines = [json.dumps(case) for case in body.cases]
    checked = await asyncio.to_thread(lambda: list(check_cases(lines, name="cases")))
    told = [{**each.result, "differences": list(each.differences)} for each in checked]
    return JSONResponse(
        {
            "cases": len(told),
            "different": sum(bool(each.differences) for each in checked),
            "allowed_that_should_be_denied": sum(each.unlawful_allow for each in checked),
            "decided": told,
        }
    )


@router.get("/licences", dependencies=[may(Permission.READ_LAW)])
async def licences(on: Asked = None) -> JSONResponse:
    """Every collector and licence, what ends within 90 days, and the places where one is lacking."""
    return JSONResponse((await asyncio.to_thread(licences_told, on)).as_json())


@router.post("/licences/collectors", dependencies=[may(Permission.CHANGE_LAW)])
async def collector(body: Collector, who: Asking) -> JSONResponse:
    """Name somebody who collects, and the places of their agents and recordings."""
    who.everything()
    entity = collector_of(
        body.entity,
        title=body.title,
        kind=body.kind,
        places=body.places,
        branches=body.branches,
        desk_names=body.desk_names,
    )
    kept = await _filed(lambda: name_collector(entity))
    return JSONResponse({"entity": body.entity, "file": str(kept.path), "binds_from": NEXT_START})


@router.post("/licences", dependencies=[may(Permission.CHANGE_LAW)])
async def keep_licences(body: Licences, who: Asking) -> JSONResponse:
    """Keep the licences of a CSV file, all of its lines or none."""
    who.everything()
    kept, count = await _filed(lambda: import_licences(body.csv, where="csv"))
    return JSONResponse({"licences": count, "file": str(kept.path), "binds_from": NEXT_START})


@router.post("/licences/withdrawals", dependencies=[may(Permission.CHANGE_LAW)])
async def take_licence(body: TakeLicence, who: Asking) -> JSONResponse:
    """Take a licence back; whoever has no other there is denied."""
    who.everything()
    kept = await _filed(lambda: withdraw_licence(body.number, place=body.place))
    return JSONResponse({"number": body.number, "file": str(kept.path), "binds_from": NEXT_START})


async def _filed(change: Callable[[], T]) -> T:
    def alone() -> T:
        with _FILES:
            return change()

    return await asyncio.to_thread(alone)
