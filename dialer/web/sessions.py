"""Routes of somebody's own account: signing in and out, the password, the second factor."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Request, Response
from pydantic import Field

from dialer.access.accounts import ABSOLUTE_S, IDLE_S
from dialer.access.actor import Actor
from dialer.access.roles import Permission
from dialer.domain.snapshot import FloorSnapshot
from dialer.floor.accounts import Accounts
from dialer.floor.own_sessions import OwnSession, end_session, sessions_of
from dialer.floor.second_factor import address_of as authenticator_address
from dialer.floor.second_factor import new_secret
from dialer.floor.signed_in import By, SignedIn
from dialer.web.access import Office, TheOffice
from dialer.web.declaring import Asking, declares, may
from dialer.web.door import COOKIE, SECURE_COOKIE, address_of, cookie_of
from dialer.web.headers import is_encrypted
from dialer.web.models import Body

router = APIRouter(prefix="/api/session", tags=["session"])

OPEN_PATHS = frozenset({"/api/session", "/api/session/link"})
"""Behind no door: whoever signs in is not known yet."""

Secret = Annotated[str, Field(min_length=1, max_length=1000)]
Password = Annotated[str, Field(min_length=1, max_length=200)]
Name = Annotated[str, Path(min_length=1, max_length=40)]
Code = Annotated[str, Field(max_length=40)]


class SignIn(Body):
    """Who, and how they show it. `code`: of the second factor, or a recovery code, where there is one."""

    account: Annotated[str, Field(min_length=1, max_length=100)]
    password: Password
    code: Code = ""


class UseLink(Body):
    """A one-time link, and the password that it sets."""

    link: Secret
    password: Password


class ChangePassword(Body):
    """Both passwords."""

    old: Password
    new: Password


class KeepFactor(Body):
    """A second factor that was entered into an authenticator. `secret` '' takes the present one away."""

    password: Password
    secret: Annotated[str, Field(max_length=100)] = ""
    code: Code = ""


class SessionView(Body):
    """Who is signed in, and as what. `csrf`: to be sent as X-CSRF-Token with each change; `owes_factor`: they
    may set up a second factor, and nothing else until they have; `may`: what their roles let them do;
    `time_zone`: of the floor's days, in which pages show times; '' = no campaign tells one."""

    account: str
    roles: list[str]
    walls: dict[str, object]
    agent: str | None
    csrf: str
    owes_factor: bool = False
    idle_s: float = IDLE_S
    may: list[Permission]
    time_zone: str = ""


class FactorView(Body):
    """A new second factor, to be confirmed by a code. `address`: for an authenticator."""

    secret: str
    address: str


class RecoveryView(Body):
    """Codes that are good once each, when the authenticator is lost. They are not shown again."""

    recovery: list[str]


@router.post("", dependencies=[declares(Permission.ANYBODY)])
async def sign_in(body: SignIn, request: Request, response: Response, office: TheOffice) -> SessionView:
    """Begin a session: a new one always, whatever the browser had before. 401 when name, password or code is
    wrong, 429 after too many."""
    began = await accounts_of(office).sign_in(
        body.account,
        body.password,
        code=body.code,
        address=address_of(request.scope),
        earlier=cookie_of(request),
    )
    give_session(request, response, began)
    return view_of(began.actor, began.csrf, office)


@router.post("/link", status_code=204, dependencies=[declares(Permission.ANYBODY)])
async def use_link(body: UseLink, request: Request, office: TheOffice) -> None:
    """Set a password with a one-time link; 401 when it is not known, was used, or came too late."""
    await accounts_of(office).use_link(body.link, body.password, address=address_of(request.scope))


@router.get("/who", dependencies=[may(Permission.OWN_ACCOUNT)])
async def look(request: Request, office: TheOffice, who: Asking) -> SessionView:
    """Who is signed in, with the session's second word; '' for a token, which needs none."""
    secret = cookie_of(request)
    known = None if secret is None or office.accounts is None else office.accounts.by_session(secret)
    return view_of(who.actor, "" if known is None or known[0] != who.actor else known[1], office)


@router.post("/end", status_code=204, dependencies=[may(Permission.OWN_ACCOUNT)])
async def sign_out(request: Request, response: Response, office: TheOffice, who: Asking) -> None:
    """End this session."""
    secret = cookie_of(request)
    if secret is None:
        raise HTTPException(409, "there is no session here")
    await accounts_of(office).sign_out(secret, by_of(request, who))
    who.is_written = True
    _take(request, response)


@router.get("/all", dependencies=[may(Permission.OWN_ACCOUNT)])
async def own_sessions(office: TheOffice, who: Asking) -> tuple[OwnSession, ...]:
    """Every session of one's own that lasts, last used first: from where, since when, which is this one."""
    _demand_session(who)
    return sessions_of(accounts_of(office), who.name, this=who.actor.session)


@router.post("/all/{session}/end", status_code=204, dependencies=[may(Permission.OWN_ACCOUNT)])
async def end_own_session(session: Name, request: Request, office: TheOffice, who: Asking) -> None:
    """End one of one's own sessions, wherever it was left; 404 when there is none of that name."""
    _demand_session(who)
    await end_session(accounts_of(office), who.name, session, by=by_of(request, who))
    who.is_written = True


@router.post("/password", status_code=204, dependencies=[may(Permission.OWN_ACCOUNT)])
async def change_password(body: ChangePassword, request: Request, office: TheOffice, who: Asking) -> None:
    """Another password; every session of the account ends, this one too."""
    await accounts_of(office).change_password(who.actor, body.old, body.new, by_of(request, who))
    who.is_written = True


@router.post("/second-factor/new", dependencies=[may(Permission.OWN_ACCOUNT)])
async def propose_factor(who: Asking) -> FactorView:
    """A secret for an authenticator; it is kept nowhere until a code of it was shown."""
    secret = new_secret()
    return FactorView(secret=secret, address=authenticator_address(secret, who.name))


@router.post("/second-factor", dependencies=[may(Permission.OWN_ACCOUNT)])
async def keep_factor(body: KeepFactor, request: Request, office: TheOffice, who: Asking) -> RecoveryView:
    """Sign in with this second factor from now on, or with none; every other session of the account ends.
    Returns the recovery codes."""
    codes = await accounts_of(office).set_second_factor(
        who.actor, body.password, secret=body.secret, code=body.code, by=by_of(request, who)
    )
    who.is_written = True
    return RecoveryView(recovery=codes)


def accounts_of(office: Office) -> Accounts:
    """Raises HTTPException: this floor keeps no accounts."""
    if office.accounts is None:
        raise HTTPException(409, "this floor keeps no accounts: use a token")
    return office.accounts


def by_of(request: Request, who: Asking) -> By:
    """Whoever makes a change here."""
    return By(who=who.name, session=who.actor.session, address=address_of(request.scope))


def give_session(request: Request, response: Response, began: SignedIn) -> None:
    """To the browser, as a cookie that no script reads."""
    is_secure = is_encrypted(request.scope)
    response.set_cookie(
        SECURE_COOKIE if is_secure else COOKIE,
        began.secret,
        max_age=int(ABSOLUTE_S),
        path="/",
        secure=is_secure,
        httponly=True,
        samesite="strict",
    )


def _demand_session(who: Asking) -> None:
    """A program has no sessions, and its token ends none of somebody who has its name."""
    if not who.actor.session.startswith("session:"):
        raise HTTPException(409, "there is no session here")


def _take(request: Request, response: Response) -> None:
    """A browser forgets a guarded cookie only when told in the very terms in which it was given."""
    is_secure = is_encrypted(request.scope)
    name = SECURE_COOKIE if is_secure else COOKIE
    response.delete_cookie(name, path="/", secure=is_secure, httponly=True, samesite="strict")


def view_of(actor: Actor, csrf: str, office: Office) -> SessionView:
    """Who is signed in, as pages are told."""
    return SessionView(
        account=actor.name,
        roles=sorted(role.value for role in actor.roles),
        walls=actor.walls.as_json(),
        agent=actor.agent,
        csrf=csrf,
        owes_factor=actor.owes_factor,
        may=[each for each in Permission if actor.may(each)],
        time_zone=_zone_of(actor, office.floor.snapshot()),
    )


def _zone_of(actor: Actor, floor: FloorSnapshot) -> str:
    """In which clocks are read: the zone of an agent's own campaign, or of the first that whoever asks surely
    sees. '' = not told."""
    seats = {row.campaign for row in floor.agents if actor.agent and row.agent == actor.agent}
    seen = [row for row in floor.campaigns if actor.walls.has_all or row.campaign in actor.walls.campaigns]
    mine = [row for row in floor.campaigns if row.campaign in seats] or seen
    return next((row.time_zone for row in mine if row.time_zone), "")
