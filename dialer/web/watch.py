"""The floor once a second to everybody who watches: encoded once for all who see the same of it."""

import asyncio
from collections.abc import Callable

from fastapi import APIRouter, WebSocket

from dialer.access.actor import Actor
from dialer.access.roles import Permission
from dialer.domain.errors import StoreUnavailableError
from dialer.domain.snapshot import FloorSnapshot
from dialer.web.declaring import declares
from dialer.web.door import Doorkeeper
from dialer.web.supervisors import encode_floor, seen_by
from dialer.web.watching import POLICY_VIOLATION, TRY_AGAIN_LATER, Watchers, greeted, push, turn_away

PERIOD_S = 1.0
MOST_WATCHERS = 500

_EVERYTHING = ""


class Broadcast:
    """Everybody who watches the floor, by what lies inside their walls."""

    def __init__(self, look: Callable[[], FloorSnapshot]) -> None:
        self._look = look
        self.watchers = Watchers(MOST_WATCHERS)

    async def run(self) -> None:
        """Send, for ever."""
        while True:
            await asyncio.sleep(PERIOD_S)
            if len(self.watchers):
                self.send()

    def send(self) -> None:
        """The present, to everybody."""
        snapshot = self._look()
        for subject in self.watchers.subjects:
            inside = None if subject == _EVERYTHING else frozenset(subject.split("\n")[1:])
            self.watchers.send(encode_floor(seen_by(snapshot, inside)).decode(), subject)


def watch_router(broadcast: Broadcast, doorkeeper: Doorkeeper) -> APIRouter:
    """The WebSocket `/api/watch`."""
    router = APIRouter()

    @router.websocket("/api/watch", dependencies=[declares(Permission.WATCH_FLOOR)])
    async def watch(socket: WebSocket) -> None:  # pyright: ignore[reportUnusedFunction]  # FastAPI calls it
        actor = await greeted(socket, doorkeeper)
        if actor is None:
            return
        if not actor.may(Permission.WATCH_FLOOR):
            await turn_away(socket, POLICY_VIOLATION)
            return
        subject = await _subject(actor, doorkeeper)
        if broadcast.watchers.is_full or subject is None:
            await turn_away(socket, TRY_AGAIN_LATER)
            return
        queue = broadcast.watchers.join(subject)
        try:
            await push(socket, queue, while_known=lambda: doorkeeper.knows(actor))
        finally:
            broadcast.watchers.leave(queue)

    return router


async def _subject(actor: Actor, doorkeeper: Doorkeeper) -> str | None:
    """Everybody with the same campaigns inside is sent the same text; None = it cannot be found out now."""
    try:
        inside = await doorkeeper.visitor(actor).campaigns_inside()
    except StoreUnavailableError:
        return None
    return _EVERYTHING if inside is None else "\n".join(("walls", *sorted(inside)))
