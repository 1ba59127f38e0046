"""What every route leans on: the floor, whoever asks, what a route demands, and the one way to tell the floor
something."""

from dataclasses import dataclass, field
from typing import Annotated, Any, cast

from fastapi import Depends, HTTPException, Request, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import HTTPConnection

from dialer.access.actor import RefusedError
from dialer.access.roles import Permission
from dialer.domain.events import Event
from dialer.domain.listening import TalkControls
from dialer.domain.ports import KeyPad, TestsCallerIds
from dialer.floor.phones import Phones
from dialer.web.models import Committed
from dialer.web.ports import Evidence, FloorPort, Places, Recordings
from dialer.web.tokens import Tokens
from dialer.web.visitor import Visitor


@dataclass(frozen=True, slots=True)
class Office:
    """What the application was given."""

    floor: FloorPort
    tokens: Tokens
    keypad: KeyPad | None = None
    controls: TalkControls | None = None
    caller_ids: TestsCallerIds | None = None
    phones: Phones = field(default_factory=Phones)
    recordings: Recordings | None = None
    evidence: Evidence | None = None
    places: Places | None = None


def office_of(request: Request) -> Office:
    """The application's."""
    return cast("Office", request.app.state.office)


TheOffice = Annotated[Office, Depends(office_of)]

_bearer = HTTPBearer(auto_error=False, description="A token: of the folder, an agent, or an account's own")
_cookie = APIKeyCookie(
    name="fairdial", auto_error=False, description="A person's session; changes need X-CSRF-Token besides"
)


def asking(request: Request) -> Visitor:
    """Whoever asks, as found out at the door (`dialer.web.door`). Raises RefusedError."""
    visitor = getattr(request.state, "visitor", None)
    if visitor is None:
        raise RefusedError("send 'Authorization: Bearer <token>'", is_known=False)
    return cast("Visitor", visitor)


Asking = Annotated[Visitor, Depends(asking)]


class Needs:
    """What a route demands of whoever asks; the routes' own dependency, so that no route can leave it out:
    `undeclared` is refused."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    def __call__(
        self,
        visitor: Asking,
        _by_token: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
        _by_session: Annotated[str | None, Security(_cookie)],
    ) -> None:
        """Raises RefusedError."""
        visitor.demand(self.permission)


class Declares(Needs):
    """Of a route that is open to anybody, or that looks by itself at whoever asks (a web socket)."""

    def __call__(self) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]  # FastAPI calls each
        """Nothing is demanded here."""


def may(permission: Permission) -> Any:
    """For a route's `dependencies`: it is for those who have the permission."""
    return Depends(Needs(permission))


def declares(permission: Permission) -> Any:
    """The same for a route that sees to it by itself."""
    return Depends(Declares(permission))


def declared_of(route: object) -> Permission | None:
    """The permission that a route declares; None = nobody did."""
    for each in getattr(route, "dependencies", ()):
        if isinstance(each.dependency, Needs):
            return each.dependency.permission
    return None


async def nothing_undeclared(asked: HTTPConnection) -> None:
    """For every route: one that declares no permission is nobody's. Raises RefusedError."""
    route = asked.scope.get("route")
    if declared_of(route) is None and hasattr(route, "dependant"):
        raise RefusedError("this route declares no permission", is_known=True)


def demand_evidence(office: Office) -> Evidence:
    """Whoever answers out of the store, for supervisors; 409 where it cannot be asked."""
    if office.evidence is None:
        raise HTTPException(409, "this floor's store cannot be asked from here")
    return office.evidence


async def tell(office: Office, event: Event) -> Committed:
    """Let the floor take an event and wait for its commit; 409 when it changed nothing."""
    taken = await office.floor.submit(event)
    if taken.was_ignored:
        raise HTTPException(
            409, taken.why or "it came late, twice or about something unknown, and changed nothing"
        )
    return Committed(sequence=taken.sequence, remark=taken.why or None)
