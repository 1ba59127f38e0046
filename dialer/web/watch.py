"""The floor once a second to everybody who watches: encoded once for all."""

import asyncio
from collections.abc import Callable

from fastapi import APIRouter, WebSocket

from dialer.domain.snapshot import FloorSnapshot
from dialer.web.supervisors import encode_floor
from dialer.web.tokens import Role, Tokens
from dialer.web.watching import POLICY_VIOLATION, TRY_AGAIN_LATER, Watchers, greeted, push, turn_away

PERIOD_S = 1.0
MOST_WATCHERS = 500


class Broadcast:
    """Everybody who watches the floor."""

    def __init__(self, look: Callable[[], FloorSnapshot]) -> None:
        self._look = look
        self.watchers = Watchers(MOST_WATCHERS)

    async def run(self) -> None:
        """Send, for ever."""
        while True:
            await asyncio.sleep(PERIOD_S)
            if len(self.watchers):
                self.watchers.send(encode_floor(self._look()).decode())


def watch_router(broadcast: Broadcast, tokens: Tokens) -> APIRouter:
    """The WebSocket `/api/watch`."""
    router = APIRouter()

    @router.websocket("/api/watch")
    async def watch(socket: WebSocket) -> None:  # pyright: ignore[reportUnusedFunction]  # FastAPI calls it
        token = await greeted(socket, tokens)
        if token is None:
            return
        if token.roles.isdisjoint({Role.SUPERVISOR, Role.WATCHER}):
            await turn_away(socket, POLICY_VIOLATION)
            return
        if broadcast.watchers.is_full:
            await turn_away(socket, TRY_AGAIN_LATER)
            return
        queue = broadcast.watchers.join()
        try:
            await push(socket, queue)
        finally:
            broadcast.watchers.leave(queue)

    return router
