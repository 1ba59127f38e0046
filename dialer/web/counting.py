"""How many requests were turned away, for whoever watches from outside: many are somebody who tries."""

from prometheus_client import CollectorRegistry, Counter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TURNED_AWAY = frozenset({401, 403, 429})


class CountedRefusals:
    """Middleware, outside of everything that turns somebody away."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self._app = app
        self._count = Counter(
            "fairdial_turned_away",
            "Requests of whoever may not, or asks too often",
            ["status"],
            registry=registry,
        )
        for status in sorted(TURNED_AWAY):
            self._count.labels(str(status))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in TURNED_AWAY:
                self._count.labels(str(message["status"])).inc()
            await send(message)

        await self._app(scope, receive, sending)
