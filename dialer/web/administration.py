"""Routes of administrators: accounts, their roles and walls, tokens; and the record, for compliance."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import Field

from dialer.access.accounts import AccessToken, Account
from dialer.access.record import Entry
from dialer.access.roles import Permission, Role
from dialer.access.walls import Walls
from dialer.clock import posix_now
from dialer.web.access import TheOffice
from dialer.web.declaring import Asking, may
from dialer.web.models import Body, Id, Lax
from dialer.web.sessions import accounts_of, by_of

router = APIRouter(prefix="/api", tags=["administration"])

DAY_S = 86_400.0

Roles = Annotated[list[Annotated[Role, Lax]], Field(max_length=len(Role))]
Names = Annotated[list[Id], Field(max_length=1000)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.@-]{0,99}$")]


class WallsView(Body):
    """For whom somebody works: everybody, or some clients and campaigns."""

    all: bool = False
    clients: Names = Field(default_factory=list[str])
    campaigns: Names = Field(default_factory=list[str])

    def walls(self) -> Walls:
        """In the words of the program."""
        return Walls.of(everything=self.all, clients=self.clients, campaigns=self.campaigns)


class NewAccount(Body):
    """Somebody, or a program. `agent`: whose seat is theirs."""

    account: Name
    title: Annotated[str, Field(max_length=200)] = ""
    roles: Roles
    walls: WallsView = WallsView()
    agent: Id | None = None


class Rights(Body):
    """What is to be changed; what is left away stays."""

    roles: Roles | None = None
    walls: WallsView | None = None
    is_disabled: bool | None = None


class UserView(Body):
    """An account as administrators see it."""

    account: str
    title: str
    roles: list[str]
    walls: dict[str, object]
    agent: str | None
    has_password: bool
    has_second_factor: bool
    is_disabled: bool


class LinkView(Body):
    """A one-time link; it is not shown again."""

    account: str
    link: str


class NewToken(Body):
    """A token of an account, with some of its roles."""

    account: Id
    title: Annotated[str, Field(max_length=200)] = ""
    roles: Roles
    days: Annotated[int, Field(ge=1, le=366)] = 90


class TokenView(Body):
    """A token as administrators see it; instants are POSIX seconds."""

    token: str
    account: str
    title: str
    roles: list[str]
    created_at: float
    expires_at: float
    used_at: float | None
    revoked_at: float | None
    holds: bool


class NewTokenView(TokenView):
    """The same with its text, which is not shown again."""

    text: str


class DeedView(Body):
    """One entry of the record."""

    place: int
    at: float
    who: str
    session: str
    address: str
    action: str
    about: list[str]
    why: str
    outcome: str
    link: str


@router.get("/accounts", dependencies=[may(Permission.MANAGE_ACCOUNTS)])
async def look_at_accounts(office: TheOffice) -> list[UserView]:
    """Every account."""
    return [_account_view(one) for one in accounts_of(office).known.accounts.values()]


@router.post("/accounts", dependencies=[may(Permission.MANAGE_ACCOUNTS)])
async def add_account(body: NewAccount, request: Request, office: TheOffice, who: Asking) -> LinkView:
    """Make an account; the answer's link, good for a day and once, sets its password."""
    link = await accounts_of(office).add(
        body.account,
        title=body.title,
        roles=frozenset(body.roles),
        walls=body.walls.walls(),
        agent=body.agent,
        by=by_of(request, who),
    )
    who.is_written = True
    return LinkView(account=body.account, link=link)


@router.post("/accounts/{account}/rights", dependencies=[may(Permission.MANAGE_ACCOUNTS)])
async def set_rights(
    account: str, body: Rights, request: Request, office: TheOffice, who: Asking
) -> UserView:
    """Change roles, walls, or whether it is disabled; it binds at once, also whoever is signed in."""
    changed = await accounts_of(office).set_rights(
        account,
        roles=None if body.roles is None else frozenset(body.roles),
        walls=None if body.walls is None else body.walls.walls(),
        is_disabled=body.is_disabled,
        by=by_of(request, who),
    )
    who.is_written = True
    return _account_view(changed)


@router.post("/accounts/{account}/link", dependencies=[may(Permission.MANAGE_ACCOUNTS)])
async def new_link(account: str, request: Request, office: TheOffice, who: Asking) -> LinkView:
    """A new one-time link; the account's earlier ones are void, its password holds until it is used."""
    link = await accounts_of(office).new_link(account, by=by_of(request, who))
    who.is_written = True
    return LinkView(account=account, link=link)


@router.post("/accounts/{account}/lost-factor", dependencies=[may(Permission.MANAGE_ACCOUNTS)])
async def take_factor(account: str, request: Request, office: TheOffice, who: Asking) -> LinkView:
    """Of somebody who lost their second factor: it goes, their password with it, and every session; the
    answer's link lets them begin anew. See first who it is that asks for it."""
    link = await accounts_of(office).take_factor(account, by=by_of(request, who))
    who.is_written = True
    return LinkView(account=account, link=link)


@router.get("/tokens", dependencies=[may(Permission.MANAGE_ACCOUNTS)])
async def look_at_tokens(office: TheOffice) -> list[TokenView]:
    """Every token, without its text."""
    return [TokenView(**_token_told(one)) for one in accounts_of(office).known.tokens.values()]


@router.post("/tokens", dependencies=[may(Permission.MANAGE_ACCOUNTS)])
async def new_token(body: NewToken, request: Request, office: TheOffice, who: Asking) -> NewTokenView:
    """Make a token; its text is in this answer and nowhere else."""
    made, text = await accounts_of(office).new_token(
        body.account,
        title=body.title,
        roles=frozenset(body.roles),
        lasts_s=body.days * DAY_S,
        by=by_of(request, who),
    )
    who.is_written = True
    return NewTokenView(**_token_told(made), text=text)


@router.post("/tokens/{token}/revoke", status_code=204, dependencies=[may(Permission.MANAGE_ACCOUNTS)])
async def revoke_token(token: str, request: Request, office: TheOffice, who: Asking) -> None:
    """It holds no longer, at once."""
    await accounts_of(office).revoke_token(token, by=by_of(request, who))
    who.is_written = True


@router.get("/record", dependencies=[may(Permission.READ_RECORD)])
async def look_at_record(
    office: TheOffice,
    who: Asking,
    account: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
    about: Annotated[str | None, Query(min_length=3, max_length=300)] = None,
    before: Annotated[int | None, Query(ge=1)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[DeedView]:
    """Who did what and who looked at whom, the newest first; of one account, about one `kind:id`."""
    who.everything()
    found = await accounts_of(office).record(who=account, about=about, before=before, limit=limit)
    return [_deed_view(entry) for entry in found]


def _account_view(account: Account) -> UserView:
    return UserView(
        account=account.account,
        title=account.title,
        roles=sorted(role.value for role in account.roles),
        walls=account.walls.as_json(),
        agent=account.agent,
        has_password=account.password is not None,
        has_second_factor=account.totp is not None,
        is_disabled=account.is_disabled,
    )


def _token_told(token: AccessToken) -> dict[str, Any]:
    return {
        "token": token.token,
        "account": token.account,
        "title": token.title,
        "roles": sorted(role.value for role in token.roles),
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "used_at": token.used_at,
        "revoked_at": token.revoked_at,
        "holds": token.holds(posix_now()),
    }


def _deed_view(entry: Entry) -> DeedView:
    deed = entry.deed
    return DeedView(
        place=entry.place,
        at=deed.at,
        who=deed.who,
        session=deed.session,
        address=deed.address,
        action=deed.action,
        about=list(deed.about),
        why=deed.why,
        outcome=deed.outcome,
        link=entry.link,
    )
