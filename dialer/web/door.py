"""The door: who asks is found out before anything of a request is read, and before any route is looked for.

A program shows its token (`Authorization: Bearer`), a page the cookie of its session; never anything in the
address, which ends up in logs and histories. A change that rests on a cookie shows the session's second word
too (`X-CSRF-Token`), which another site cannot know.
"""

import hmac
from dataclasses import dataclass
from typing import Protocol

from fastapi.responses import JSONResponse
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dialer.access.actor import Actor, RefusedError
from dialer.access.record import Deed
from dialer.access.roles import LOOKS, LOOKS_ALONE, UNWRITTEN
from dialer.clock import posix_now
from dialer.domain.errors import StoreUnavailableError
from dialer.web.declaring import declared_of
from dialer.web.headers import is_encrypted
from dialer.web.ports import FloorPort, Places
from dialer.web.tokens import Tokens
from dialer.web.visitor import Visitor

COOKIE = "fairdial"
SECURE_COOKIE = "__Host-fairdial"
"""Under TLS: browsers take a cookie of that name from this very host alone, and never without encryption."""

CSRF_HEADER = "x-csrf-token"
REASON_HEADER = "x-reason"
"""Why somebody looks or changes, in their own words, where they say so."""
MOST_OF_A_REASON = 300
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Accounts(Protocol):
    """The accounts of an installation, as the door asks them; `dialer.floor.accounts` has those in use."""

    def by_token(self, text: str) -> Actor | None:
        """Whose token this is, while it lasts."""
        ...

    def by_session(self, text: str) -> tuple[Actor, str] | None:
        """Whose session this is, while it lasts, and the second word of its changes; it was used now."""
        ...

    def knows(self, actor: Actor) -> bool:
        """Whether what they came in with still holds, with the same roles and walls."""
        ...


class Records(Protocol):
    """The record of deeds; `dialer.floor.deeds` has the one in use."""

    async def record(self, deed: Deed) -> None:
        """Returns once it is written down. Raises StoreUnavailableError: not yet."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Doorkeeper:
    """Finds out who asks.

    Args:
        tokens: the folder's own.
        accounts: of persons, and their tokens; None = there are none.
    """

    floor: FloorPort
    tokens: Tokens
    places: Places | None = None
    accounts: Accounts | None = None

    def visitor(self, actor: Actor) -> Visitor:
        """Somebody at one request."""
        return Visitor(actor=actor, floor=self.floor, places=self.places)

    def admit(self, asked: HTTPConnection, method: str) -> Actor:
        """Who asks. A token is looked at alone where both are shown.

        Raises:
            RefusedError: nobody is known, or the change does not show the session's second word.
        """
        header = asked.headers.get("authorization")
        if header is not None:
            scheme, _, text = header.partition(" ")
            if scheme.lower() == "bearer" and text:
                return self.by_token(text.strip())
        else:
            seated = self._seated(asked)
            if seated is not None:
                actor, csrf = seated
                shown = asked.headers.get(CSRF_HEADER, "")
                if method not in _SAFE and not hmac.compare_digest(shown.encode(), csrf.encode()):
                    raise RefusedError("a change needs the session's X-CSRF-Token", is_known=True)
                return actor
        raise RefusedError("send 'Authorization: Bearer <token>', or sign in", is_known=False)

    def is_known(self, scope: Scope) -> bool:
        """Whether a request shows who asks, whatever they may."""
        try:
            self.admit(HTTPConnection(scope), scope["method"])
        except RefusedError:
            return False
        return True

    def by_token(self, text: str) -> Actor:
        """Whose token this is. Raises RefusedError: nobody's, or no longer."""
        actor = None if self.accounts is None else self.accounts.by_token(text)
        return actor if actor is not None else self.tokens.known(text).actor()

    def by_session(self, asked: HTTPConnection) -> Actor | None:
        """Whose session a web socket came with; None = with none, or from a page of another origin."""
        seated = self._seated(asked)
        if seated is None or not is_own_page(asked):
            return None
        return seated[0]

    def knows(self, actor: Actor) -> bool:
        """Whether what they came in with still holds."""
        if not actor.user:
            return True
        return self.accounts is not None and self.accounts.knows(actor)

    def _seated(self, asked: HTTPConnection) -> tuple[Actor, str] | None:
        text = cookie_of(asked)
        return None if text is None or self.accounts is None else self.accounts.by_session(text)


def cookie_of(asked: HTTPConnection) -> str | None:
    """The secret of the session that a browser shows. Under TLS the one of the guarded name alone: any other
    may have been planted by a neighbour of this host, or by whoever answered in clear."""
    return asked.cookies.get(SECURE_COOKIE if is_encrypted(asked.scope) else COOKIE)


def is_own_page(asked: HTTPConnection) -> bool:
    """Whether a browser says that a page of this very origin asks."""
    scheme = "https" if is_encrypted(asked.scope) else "http"
    host = asked.headers.get("host", "")
    return host != "" and asked.headers.get("origin", "") == f"{scheme}://{host}"


def is_of_another_site(asked: HTTPConnection) -> bool:
    """Whether a browser says that a page of another origin asks; a program says nothing of the kind."""
    return "origin" in asked.headers and not is_own_page(asked)


class Door:
    """The outermost layer of the application.

    Every change, and every look at whom something is about, is written down before its answer goes out. What
    cannot be written down is not shown; a change is done by then, and its deed is kept until it can.

    Args:
        open_paths: what is behind no door, below `/api/`: where somebody signs in.
        records: where deeds are written down; None = nowhere.
    """

    def __init__(
        self,
        app: ASGIApp,
        doorkeeper: Doorkeeper,
        open_paths: frozenset[str],
        records: Records | None = None,
    ) -> None:
        self._app = app
        self._doorkeeper = doorkeeper
        self._open_paths = open_paths
        self._records = records

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let in, or say why not."""
        path = scope.get("path", "")
        if scope["type"] != "http" or not path.startswith("/api/"):
            await self._app(scope, receive, send)
            return
        if path in self._open_paths:
            # Another site's page could else sign somebody in to an account of its own, and see what they do.
            is_let_in = scope["method"] in _SAFE or not is_of_another_site(HTTPConnection(scope))
            await (self._app if is_let_in else refused(_OTHER_SITE))(scope, receive, send)
            return
        try:
            actor = self._doorkeeper.admit(HTTPConnection(scope), scope["method"])
        except RefusedError as error:
            await refused(error)(scope, receive, send)
            return
        visitor = self._doorkeeper.visitor(actor)
        scope.setdefault("state", {})["visitor"] = visitor
        records = self._records
        if records is None:
            await self._app(scope, receive, send)
            return
        is_held = False

        async def sending(message: Message) -> None:
            nonlocal is_held
            if message["type"] == "http.response.start":
                is_held = not await _written(records, scope, visitor, message["status"])
                if is_held:
                    await _NOT_WRITTEN(scope, receive, send)
            if not is_held:
                await send(message)

        await self._app(scope, receive, sending)


_OTHER_SITE = RefusedError("a page of another site may not sign anybody in here", is_known=True)
_NOT_WRITTEN = JSONResponse(
    {"detail": "it cannot be written down who looks, so that nothing is shown: try again"},
    503,
    headers={"Retry-After": "1"},
)


async def _written(records: Records, scope: Scope, visitor: Visitor, status: int) -> bool:
    """Whether the answer may go out: what was to be written down of it is, or need not be."""
    route = scope.get("route")
    permission = declared_of(route)
    is_look = scope["method"] in _SAFE or permission in LOOKS_ALONE
    is_to_write = not is_look or permission in LOOKS
    if visitor.is_written or permission is None or permission in UNWRITTEN or not is_to_write:
        return True
    given = HTTPConnection(scope).headers.get(REASON_HEADER, "")[:MOST_OF_A_REASON]
    deed = Deed(
        at=posix_now(),
        who=visitor.name,
        session=visitor.actor.session,
        address=address_of(scope),
        action=f"{scope['method']} {getattr(route, 'path', '')}",
        about=tuple(dict.fromkeys(visitor.about)),
        why=f"{permission.value}: {given}" if given.isprintable() and given else permission.value,
        outcome=str(status),
    )
    try:
        await records.record(deed)
    except StoreUnavailableError:
        return not is_look
    return True


def address_of(scope: Scope) -> str:
    """Where somebody comes from; behind a proxy that the settings name, what that says."""
    client = scope.get("client")
    return "" if client is None else str(client[0])


def refused(error: RefusedError) -> JSONResponse:
    """401 for somebody who is not known, 403 for somebody who may not."""
    headers = {} if error.is_known else {"WWW-Authenticate": "Bearer"}
    return JSONResponse({"detail": str(error)}, 403 if error.is_known else 401, headers=headers)
