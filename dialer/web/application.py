"""The application: routes, errors in HTTP's words, health and metrics."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from compliance_gate.valid import MalformedFactError
from dialer.access.actor import RefusedError
from dialer.access.roles import Permission
from dialer.domain.errors import (
    FairdialError,
    IllegalTransitionError,
    InvalidFactError,
    NotTakenError,
    PhoneTakenError,
    StoreUnavailableError,
    TelephoneSystemUnavailableError,
    UnknownThingError,
)
from dialer.domain.listening import TalkControls
from dialer.domain.ports import KeyPad, TestsCallerIds
from dialer.floor.accounts import Accounts
from dialer.floor.outside_sign_in import OutsideSignIn
from dialer.floor.phones import Phones
from dialer.floor.signed_in import TooManyTriesError, WrongSignInError
from dialer.inquiry.finding.wanted import TooManySearchesError
from dialer.web import (
    account_views,
    administration,
    agents,
    alike,
    caller_ids,
    demonstration,
    desk,
    evidence,
    facts,
    finding,
    hearing,
    inbound,
    intake,
    law,
    ledgers,
    listening,
    pacing,
    packs,
    recordings,
    rights,
    sessions,
    supervisors,
    talks,
)
from dialer.web.access import Office
from dialer.web.bounds.connections import Strangers
from dialer.web.bounds.limits import LIMITS, Limits
from dialer.web.bounds.middleware import Bounds
from dialer.web.counting import CountedRefusals
from dialer.web.declaring import declares, nothing_undeclared
from dialer.web.description import add_description
from dialer.web.door import Door, Doorkeeper, Records, refused
from dialer.web.headers import SafeHeaders, add_headers
from dialer.web.health import HealthView, health_view
from dialer.web.pages.routes import add_application_page
from dialer.web.phone.pages import add_pages
from dialer.web.phone.routes import phone_router
from dialer.web.phone.seats import SeatWatch
from dialer.web.ports import (
    Alike,
    Evidence,
    Finder,
    FloorPort,
    Intake,
    Ledgers,
    Places,
    Recordings,
    Rights,
    WhatIfs,
)
from dialer.web.problems import PROBLEMS
from dialer.web.scraping import shown_to
from dialer.web.sign_in import outside as to_provider
from dialer.web.sign_in.page import add_sign_in_page
from dialer.web.strict import nothing_unknown
from dialer.web.tokens import Tokens
from dialer.web.watch import Broadcast, watch_router

_STATUS: tuple[tuple[type[Exception], int], ...] = (
    (NotTakenError, 503),
    (StoreUnavailableError, 503),
    (TelephoneSystemUnavailableError, 503),
    (UnknownThingError, 404),
    (IllegalTransitionError, 409),
    (PhoneTakenError, 409),
    (WrongSignInError, 401),
    (TooManyTriesError, 429),
    (TooManySearchesError, 429),
    *evidence.STATUS,
    *rights.STATUS,
    *ledgers.STATUS,
    *intake.STATUS,
    (InvalidFactError, 422),
    (MalformedFactError, 422),
    (FairdialError, 422),
)

if TYPE_CHECKING:
    from dialer.floor.demonstration import Demonstration


OPEN_PATHS = sessions.OPEN_PATHS | to_provider.OPEN_PATHS | demonstration.OPEN_PATHS
"""Behind no door: whoever signs in is not known yet."""

_ROUTED = (
    agents,
    talks,
    listening,
    recordings,
    hearing,
    evidence,
    law,
    pacing,  # before the moves of campaigns, of whose paths one of its own could be taken
    supervisors,
    facts,
    ledgers,
    packs,
    account_views,
    intake,
    inbound,
    caller_ids,
    desk,
    sessions,
    administration,
    rights,
    finding,
    alike,
    to_provider,
    demonstration,
)


@dataclass(frozen=True, slots=True)
class Web:
    """The application, and what pushes to its watchers; the caller keeps `run` going."""

    application: FastAPI
    broadcast: Broadcast
    seats: SeatWatch
    strangers: Strangers

    async def run(self) -> None:
        """Push to everybody who watches, for ever."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.broadcast.run())
            group.create_task(self.seats.run())


def make_web(
    *,
    floor: FloorPort,
    tokens: Tokens,
    registry: CollectorRegistry,
    phones: Phones | None = None,
    keypad: KeyPad | None = None,
    controls: TalkControls | None = None,
    caller_ids_tester: TestsCallerIds | None = None,
    archive: Recordings | None = None,
    evidence_desk: Evidence | None = None,
    places: Places | None = None,
    limits: Limits = LIMITS,
    accounts: Accounts | None = None,
    records: Records | None = None,
    rights_desk: Rights | None = None,
    ledger_desk: Ledgers | None = None,
    intake_desk: Intake | None = None,
    trusted_proxies: Sequence[str] = (),
    outside: OutsideSignIn | None = None,
    finder: Finder | None = None,
    alike_desk: Alike | None = None,
    what_ifs: WhatIfs | None = None,
    shown: "Demonstration | None" = None,
) -> Web:
    """Put the application together around a running floor.

    Args:
        phones: the agents' browser phones; None = there are none.
        keypad, controls, caller_ids_tester: press keys on a call; let supervisors join in and pause
            recordings; call our own numbers; None = the telephone system cannot.
        archive, evidence_desk: finished recordings; answers about persons and calls; None = cannot be asked.
        limits, trusted_proxies: how much may be brought, how fast; whose word on who comes is taken.
        places: which client a thing belongs to, out of the store; None = nobody with walls gets further.
        accounts, outside, shown: of persons; their provider; a demonstration's own; None = there is none.
        records: where it is written down who did what and looked at whom; None = nowhere.
        rights_desk: answers what persons may ask about themselves; None = it cannot be asked.
        ledger_desk, intake_desk: know the accounts' money; take creditors' files in; None = cannot be asked.
        finder, alike_desk, what_ifs: find persons; know which may be one; run ahead; None = cannot be.
    """
    phones = phones if phones is not None else Phones()
    application = _bare()
    application.state.office = Office(
        floor=floor,
        tokens=tokens,
        keypad=keypad,
        controls=controls,
        caller_ids=caller_ids_tester,
        phones=phones,
        recordings=archive,
        evidence=evidence_desk,
        places=places,
        accounts=accounts,
        outside=outside,
        rights=rights_desk,
        finder=finder,
        alike=alike_desk,
        ledgers=ledger_desk,
        intake=intake_desk,
        what_ifs=what_ifs,
        demonstration=shown,
    )
    doorkeeper = Doorkeeper(floor=floor, tokens=tokens, places=places, accounts=accounts)
    application.add_middleware(Door, doorkeeper=doorkeeper, open_paths=OPEN_PATHS, records=records)
    broadcast, seats = _add_routes(application, doorkeeper, phones, registry)
    add_sign_in_page(application, outside)
    _add_outside(application, doorkeeper, registry, archive, rights_desk)
    guards = _add_guards(application, doorkeeper, limits, trusted_proxies)
    application.add_middleware(CountedRefusals, registry=registry)
    return Web(application, broadcast, seats, guards)


def _bare() -> FastAPI:
    application = FastAPI(
        title="Fairdial",
        description="A predictive dialer's floor: seats, campaigns, facts. An answer means a commit.",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(nothing_undeclared), Depends(nothing_unknown)],
    )
    _add_errors(application)
    return application


def _add_routes(
    application: FastAPI, doorkeeper: Doorkeeper, phones: Phones, registry: CollectorRegistry
) -> tuple[Broadcast, SeatWatch]:
    floor = doorkeeper.floor
    for routed in _ROUTED:
        application.include_router(routed.router, responses=PROBLEMS)
    broadcast, seats = Broadcast(floor.snapshot), SeatWatch(floor.snapshot)
    application.include_router(watch_router(broadcast, doorkeeper))
    phone = phone_router(phones=phones, seats=seats, doorkeeper=doorkeeper, registry=registry)
    application.include_router(phone, responses=PROBLEMS)
    add_pages(application, phones.origins)
    add_application_page(application)
    add_description(application)
    return broadcast, seats


def _add_guards(
    application: FastAPI, doorkeeper: Doorkeeper, limits: Limits, trusted_proxies: Sequence[str]
) -> Strangers:
    strangers = Strangers(limits, proxies=trusted_proxies)
    application.add_middleware(Bounds, strangers=strangers, is_known=doorkeeper.is_known)
    application.add_middleware(SafeHeaders)
    if trusted_proxies:  # outermost: added last
        application.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(trusted_proxies))
    return strangers


def _add_errors(application: FastAPI) -> None:
    async def failed(_request: Request, error: Exception) -> Response:
        if isinstance(error, RefusedError):
            return refused(error)
        if isinstance(error, TimeoutError):
            detail = "taken, but its commit was not heard of in time: ask what became of it"
            return JSONResponse({"detail": detail}, 504)
        status = next(status for kind, status in _STATUS if isinstance(error, kind))
        headers = {"Retry-After": "1"} if status == 503 else None
        if isinstance(error, TooManyTriesError | TooManySearchesError):
            headers = {"Retry-After": f"{max(error.wait_s, 1.0):.0f}"}
        return JSONResponse({"detail": str(error)}, status, headers=headers)

    async def mistaken(_request: Request, error: Exception) -> Response:
        """What is wrong and where; not what was sent, which may be a person's, or no text at all."""
        assert isinstance(error, RequestValidationError)
        found = [{name: one[name] for name in ("type", "loc", "msg")} for one in error.errors()]
        return JSONResponse({"detail": found}, 422)

    async def broken(request: Request, _error: Exception) -> Response:
        """A defect of ours, of which nothing is told; it is answered outside of every other layer."""
        answer = JSONResponse({"detail": "a defect of ours: it is in the log"}, 500)
        add_headers(answer.headers, request.scope)
        return answer

    application.add_exception_handler(Exception, broken)
    application.add_exception_handler(RequestValidationError, mistaken)
    application.add_exception_handler(FairdialError, failed)
    application.add_exception_handler(MalformedFactError, failed)
    application.add_exception_handler(TimeoutError, failed)


def _add_outside(
    application: FastAPI,
    doorkeeper: Doorkeeper,
    registry: CollectorRegistry,
    archive: Recordings | None,
    rights_desk: Rights | None,
) -> None:
    floor = doorkeeper.floor
    anybody = [declares(Permission.ANYBODY)]

    @application.get("/health", tags=["outside"], dependencies=anybody)
    async def health() -> HealthView:  # pyright: ignore[reportUnusedFunction]  # FastAPI calls it
        """Alive, and how."""
        return health_view(floor.health(), archive, rights_desk)

    @application.get("/ready", tags=["outside"], responses={503: {"model": HealthView}}, dependencies=anybody)
    async def ready(response: Response) -> HealthView:  # pyright: ignore[reportUnusedFunction]  # as above
        """Fit to dial; 503 with the reasons when not."""
        found = health_view(floor.health(), archive, rights_desk)
        response.status_code = 200 if found.is_fit else 503
        return found

    @application.get("/metrics", tags=["outside"], response_class=PlainTextResponse, dependencies=anybody)
    async def metrics(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]  # as above
        """For Prometheus; agents by name only for whoever shows that they may watch the whole floor."""
        return Response(shown_to(request, doorkeeper, registry), media_type=CONTENT_TYPE_LATEST)
