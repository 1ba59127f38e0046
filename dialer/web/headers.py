"""What every answer says to the browser that gets it, beside its content.

Nothing of a floor is kept by a browser or on the way (`no-store`) but the built files of its pages, which
say so themselves. Nothing is taken for another kind than it is (`nosniff`), put into another site's page, or
told to another site (`Referrer-Policy`). Over TLS browsers are told to come without it no more (HSTS); in
clear they are not, since whoever can read the answer could have written it.
"""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

YEAR_S = 31_536_000

NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""The content security policy of what is no page: no browser runs or loads anything of it."""

SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
UNLESS_SAID = {"Cache-Control": "no-store", "Content-Security-Policy": NOTHING}
STRICT_TRANSPORT = f"max-age={YEAR_S}"
"""Of this very host; its neighbours are not ours to speak for."""


def is_encrypted(scope: Scope) -> bool:
    """Whether it came over TLS: to us, or to a proxy that the settings name and that says so."""
    return scope.get("scheme") in ("https", "wss")


def add_headers(headers: MutableHeaders, scope: Scope) -> None:
    """To an answer that is about to go."""
    for name, value in SAFE.items():
        headers[name] = value
    for name, value in UNLESS_SAID.items():
        headers.setdefault(name, value)
    if is_encrypted(scope):
        headers["Strict-Transport-Security"] = STRICT_TRANSPORT


class SafeHeaders:
    """Middleware, outside of everything that answers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_headers(MutableHeaders(scope=message), scope)
            await send(message)

        await self._app(scope, receive, sending)
