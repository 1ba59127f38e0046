"""Routes of signing in by an outside provider: there, and back."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from dialer.access.roles import Permission
from dialer.floor.outside_sign_in import BACK_PATH, LASTS_S, OutsideSignIn, OutsideSignInError, Problem
from dialer.floor.signed_in import TooManyTriesError
from dialer.web.access import TheOffice
from dialer.web.declaring import declares
from dialer.web.door import address_of, cookie_of
from dialer.web.headers import is_encrypted
from dialer.web.sessions import accounts_of, give_session

router = APIRouter(tags=["session"])

BEGIN_PATH = "/api/session/outside"
OPEN_PATHS = frozenset({BEGIN_PATH, BACK_PATH})
PAGE = "/sign-in"
KEPT, SECURE_KEPT = "fairdial-outside", "__Host-fairdial-outside"

_ANYBODY = [declares(Permission.ANYBODY)]
_TO_PAGE = {303: {"description": "To the provider, or to the page on which people sign in"}}


@router.get(
    BEGIN_PATH, status_code=303, response_class=Response, responses={**_TO_PAGE}, dependencies=_ANYBODY
)
async def go_outside(request: Request, office: TheOffice) -> Response:
    """Send the browser to the outside provider."""
    outside = office.outside
    if outside is None:
        return to_page(None)
    try:
        begun = await outside.begin()
    except OutsideSignInError as error:
        return to_page(error.problem)
    answer = RedirectResponse(begun.address, 303)
    is_secure = is_encrypted(request.scope)
    answer.set_cookie(
        SECURE_KEPT if is_secure else KEPT,
        begun.kept,
        max_age=int(LASTS_S),
        path="/",
        secure=is_secure,
        httponly=True,
        samesite="lax",  # whoever comes back comes from another site
    )
    return answer


@router.get(
    BACK_PATH,
    status_code=303,
    response_class=Response,
    responses={**_TO_PAGE},
    dependencies=_ANYBODY,
    openapi_extra={"x-any-parameters": True},
)
async def come_back(request: Request, office: TheOffice) -> Response:
    """Whoever comes back from the outside provider is signed in, or told why not."""
    outside = office.outside
    if outside is None:
        return to_page(None)
    answer = await _answered(request, office, outside)
    is_secure = is_encrypted(request.scope)
    name = SECURE_KEPT if is_secure else KEPT
    answer.delete_cookie(name, path="/", secure=is_secure, httponly=True, samesite="lax")
    return answer


async def _answered(request: Request, office: TheOffice, outside: OutsideSignIn) -> Response:
    accounts, address = accounts_of(office), address_of(request.scope)
    kept = request.cookies.get(SECURE_KEPT if is_encrypted(request.scope) else KEPT)
    try:
        accounts.demand_patience(address)
        name = await outside.finish(dict(request.query_params), kept)
        began = await accounts.sign_in_from_outside(name, address=address, earlier=cookie_of(request))
    except OutsideSignInError as error:
        if error.problem is not Problem.AWAY:  # which is nobody's fault here: an office has one address
            accounts.failed_from_outside(address)
        return to_page(error.problem)
    except TooManyTriesError:
        return to_page(Problem.LATE)
    answer = to_page(None)
    give_session(request, answer, began)
    return answer


def to_page(problem: Problem | None) -> RedirectResponse:
    """To where people sign in, with what went wrong."""
    return RedirectResponse(PAGE if problem is None else f"{PAGE}?told={problem.value}", 303)
