"""What a route demands of whoever asks: declared on the route itself, where door and tests read it."""

from typing import Annotated, Any, cast

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import HTTPConnection

from dialer.access.actor import RefusedError
from dialer.access.roles import Permission
from dialer.web.visitor import Visitor

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
