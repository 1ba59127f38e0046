"""The floor once a second to everybody who watches: encoded once, nobody's slowness held against others."""

import asyncio
import contextlib
from collections.abc import Callable

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from dialer.domain.snapshot import FloorSnapshot
from dialer.web.supervisors import encode_floor
from dialer.web.tokens import RefusedError, Role, Tokens

PERIOD_S = 1.0
HELLO_S = 5.0
SEND_S = 5.0
MOST_WATCHERS = 500

POLICY_VIOLATION = 1008
TRY_AGAIN_LATER = 1013


class Broadcast:
    """Keeps the watchers; each has at most one picture waiting, the newest."""

    def __init__(self, look: Callable[[], FloorSnapshot]) -> None:
        self._look = look
        self._watchers: set[asyncio.Queue[str]] = set()

    async def run(self) -> None:
        """Send, for ever."""
        while True:
            await asyncio.sleep(PERIOD_S)
            if self._watchers:
                self.send(encode_floor(self._look()).decode())

    def send(self, text: str) -> None:
        """The same text to everybody; a picture that was not taken in time is replaced."""
        for queue in self._watchers:
            if queue.full():
                with contextlib.suppress(asyncio.QueueEmpty):
                    queue.get_nowait()
            queue.put_nowait(text)

    @property
    def watchers(self) -> int:
        """How many watch."""
        return len(self._watchers)

    @property
    def is_full(self) -> bool:
        """No more watchers."""
        return len(self._watchers) >= MOST_WATCHERS

    def join(self) -> asyncio.Queue[str]:
        """One more watcher."""
        queue: asyncio.Queue[str] = asyncio.Queue(maxsize=1)
        self._watchers.add(queue)
        return queue

    def leave(self, queue: asyncio.Queue[str]) -> None:
        """One less."""
        self._watchers.discard(queue)


def watch_router(broadcast: Broadcast, tokens: Tokens) -> APIRouter:
    """The WebSocket `/api/watch`. The first message is the token: browsers cannot send headers with it."""
    router = APIRouter()

    @router.websocket("/api/watch")
    async def watch(socket: WebSocket) -> None:  # pyright: ignore[reportUnusedFunction]  # FastAPI calls it
        await socket.accept()
        try:
            token = tokens.known(await asyncio.wait_for(socket.receive_text(), HELLO_S))
        except (RefusedError, TimeoutError, WebSocketDisconnect):
            with contextlib.suppress(RuntimeError):
                await socket.close(POLICY_VIOLATION)
            return
        if token.roles.isdisjoint({Role.SUPERVISOR, Role.WATCHER}):
            await socket.close(POLICY_VIOLATION)
            return
        if broadcast.is_full:
            await socket.close(TRY_AGAIN_LATER)
            return
        queue = broadcast.join()
        try:
            while True:
                await asyncio.wait_for(socket.send_text(await queue.get()), SEND_S)
        except (WebSocketDisconnect, TimeoutError, RuntimeError):
            pass  # they went away, or take nothing any more
        finally:
            broadcast.leave(queue)

    return router
