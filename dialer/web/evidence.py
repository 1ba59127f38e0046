"""Routes of evidence: why a call was placed or not, how often somebody was called, all that happened."""

import asyncio
import io
from enum import Enum
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import JSONResponse, Response

from dialer.access.roles import Permission
from dialer.inquiry.errors import NothingToAskError, NotKnownError, NotThereError
from dialer.inquiry.explain import About, Asked, Channel
from dialer.results.frequency_ledger import LedgerFacts, ledger_told, render_ledger_pdf, write_ledger_csv
from dialer.results.person_events import PersonFacts
from dialer.results.person_folder import files_of, zipped
from dialer.results.person_report import (
    Detail,
    render_person_html,
    render_person_pdf,
    report_of,
    write_person_csv,
)
from dialer.web.access import TheOffice, demand_evidence
from dialer.web.declaring import Asking, may
from dialer.web.ports import Stretch

router = APIRouter(prefix="/api", tags=["evidence"])

Name = Annotated[str | None, Query(min_length=1, max_length=200)]
Posix = Annotated[float | None, Query(ge=0.0, le=4e9)]


class Form(Enum):
    """What an answer is written as."""

    JSON = "json"
    CSV = "csv"
    PDF = "pdf"


class ReportForm(Enum):
    """What a report on a person is written as."""

    JSON = "json"
    CSV = "csv"
    PDF = "pdf"
    HTML = "html"


_MEDIA = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "zip": "application/zip",
    "csv": "text/csv",
}


@router.get("/attempts/{attempt:path}/explanation", dependencies=[may(Permission.EXPLAIN_CALLS)])
async def explain_attempt(attempt: str, office: TheOffice, who: Asking) -> tuple[Asked, ...]:
    """Why a leg was dialed or not (an attempt, a turn not called, a third party's, a call received): every
    rule that was asked, what came of it, and when next."""
    await who.attempt(attempt)
    return await demand_evidence(office).explain_attempt(attempt)


@router.get("/persons/{person}/explanation", dependencies=[may(Permission.SEE_PERSONS)])
async def explain_person(
    person: str,
    at: Annotated[float, Query(ge=0.0, le=4e9)],
    office: TheOffice,
    who: Asking,
    debt: Name = None,
    number: Name = None,
    channel: Channel = Channel.CALL,
) -> tuple[Asked, ...]:
    """Whether a person could be reached at an instant, by the law and the facts of that instant."""
    await who.person(person)
    about = About(debt=debt, number=number, channel=channel)
    return await demand_evidence(office).explain_person(person, at, about)


@router.get("/persons/{person}/ledger", dependencies=[may(Permission.SEE_PERSONS)])
async def ledger(
    person: str,
    office: TheOffice,
    who: Asking,
    since: Posix = None,
    until: Posix = None,
    debt: Name = None,
    form: Form = Form.JSON,
) -> Response:
    """The call-frequency ledger of a person, as of `until` (now); calls before `since` are not listed."""
    await who.person(person)
    found = await demand_evidence(office).ledger(person, Stretch(since=since, until=until), debt=debt)
    if form is Form.JSON:
        return JSONResponse(ledger_told(found))
    write = render_ledger_pdf if form is Form.PDF else _ledger_csv
    return _file(await asyncio.to_thread(write, found), form.value, f"ledger-{person}")


@router.get("/retention", dependencies=[may(Permission.SEE_RETENTION)])
async def retention(office: TheOffice, who: Asking, at: Posix = None) -> JSONResponse:
    """Which records may be removed, when and by which rule, and which may not and why. Nothing is removed."""
    who.everything()
    return JSONResponse((await demand_evidence(office).retention(at)).as_json())


@router.get("/journal/verification", dependencies=[may(Permission.VERIFY_JOURNAL)])
async def verification(office: TheOffice, who: Asking) -> JSONResponse:
    """Whether the journal is what was written: its chain computed anew and held against every signed head."""
    who.everything()
    evidence = demand_evidence(office)
    if _verifying.locked():
        raise HTTPException(409, "the journal is being looked through already; ask again in a minute")
    async with _verifying:
        return JSONResponse((await evidence.verified()).as_json())


@router.get("/journal/public-key", dependencies=[may(Permission.VERIFY_JOURNAL)])
async def public_key(office: TheOffice) -> Response:
    """The public half of the key that signs the journal's heads."""
    return Response(demand_evidence(office).public_key(), media_type="application/x-pem-file")


_verifying = asyncio.Lock()
"""One look through a journal at a time: it reads all of it."""


@router.get("/persons/{person}/report", dependencies=[may(Permission.SEE_PERSONS)])
async def report(
    person: str,
    office: TheOffice,
    who: Asking,
    since: Posix = None,
    until: Posix = None,
    form: ReportForm = ReportForm.JSON,
    detail: Detail = Detail.LONG,
) -> Response:
    """Everything that happened to a person, with reasons; without the name."""
    await who.person(person)
    facts = await demand_evidence(office).report(person, Stretch(since=since, until=until))
    if form is ReportForm.JSON:
        return JSONResponse(report_of(facts, detail))
    return _file(await asyncio.to_thread(_written, facts, detail, form), form.value, f"report-{person}")


def _ledger_csv(facts: LedgerFacts) -> bytes:
    out = io.StringIO()
    write_ledger_csv(facts, out)
    return out.getvalue().encode()


def _written(facts: PersonFacts, detail: Detail, form: ReportForm) -> bytes:
    if form is ReportForm.PDF:
        return render_person_pdf(facts, detail)
    if form is ReportForm.HTML:
        return render_person_html(facts, detail).encode()
    out = io.StringIO()
    write_person_csv(facts, out)
    return out.getvalue().encode()


def _file(content: bytes, ending: str, name: str) -> Response:
    safe = "".join(c if (c.isascii() and c.isalnum()) or c in "-_." else "_" for c in name)
    disposition = f'attachment; filename="{safe}.{ending}"'
    return Response(content, media_type=_MEDIA[ending], headers={"Content-Disposition": disposition})


@router.get("/persons/{person}/folder", dependencies=[may(Permission.SEE_PERSONS)])
async def folder(
    person: str, office: TheOffice, who: Asking, since: Posix = None, until: Posix = None
) -> Response:
    """A person's folder for an examiner, as a zip: reports, ledger, every decision with its law, checksums.
    `fairdial audit` decides it again; without the name."""
    await who.person(person)
    found = await demand_evidence(office).folder(person, Stretch(since=since, until=until))
    content = await asyncio.to_thread(lambda: zipped(files_of(found)))
    return _file(content, "zip", f"person-{person}")


STATUS = ((NotThereError, 404), (NotKnownError, 409), (NothingToAskError, 409))
"""What a question that cannot be answered is told with."""
