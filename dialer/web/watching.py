"""Web sockets that watch: the one way in which pictures are pushed to pages.

Each has at most one picture waiting, the newest: nobody's slowness is held against others, and whoever is
slow sees the present rather than the past. The first message of a socket is its token, since browsers cannot
send headers with one.
"""

import asyncio
import contextlib
from collections.abc import Callable

from fastapi import WebSocket, WebSocketDisconnect

from dialer.access.actor import Actor, RefusedError
from dialer.web.door import Doorkeeper

HELLO_S = 5.0
SEND_S = 5.0
LOOK_S = 0.25
"""So soon a socket ends whose session or token was revoked."""

POLICY_VIOLATION = 1008
TRY_AGAIN_LATER = 1013


class Watchers:
    """Who watches, and what about: an agent's id, or '' for everything.

    Args:
        most: more are turned away.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._subjects: dict[asyncio.Queue[str], str] = {}
        self._queues: dict[str, list[asyncio.Queue[str]]] = {}

    def __len__(self) -> int:
        return len(self._subjects)

    @property
    def is_full(self) -> bool:
        """No more watchers."""
        return len(self) >= self._most

    @property
    def subjects(self) -> tuple[str, ...]:
        """What anybody watches."""
        return tuple(self._queues)

    def join(self, subject: str = "") -> asyncio.Queue[str]:
        """One more; what is pushed comes into the queue."""
        queue: asyncio.Queue[str] = asyncio.Queue(maxsize=1)
        self._subjects[queue] = subject
        self._queues.setdefault(subject, []).append(queue)
        return queue

    def leave(self, queue: asyncio.Queue[str]) -> str | None:
        """One less. Returns what nobody watches any more; None = somebody does, or it had left already."""
        subject = self._subjects.pop(queue, None)
        if subject is None:
            return None
        self._queues[subject].remove(queue)
        if self._queues[subject]:
            return None
        del self._queues[subject]
        return subject

    def send(self, text: str, subject: str = "") -> None:
        """The same text to everybody who watches this; what was not taken in time is replaced."""
        for queue in self._queues.get(subject, ()):
            if queue.full():
                with contextlib.suppress(asyncio.QueueEmpty):
                    queue.get_nowait()
            queue.put_nowait(text)


async def greeted(socket: WebSocket, doorkeeper: Doorkeeper) -> Actor | None:
    """Take a socket in and find out whose it is: by the session's cookie that came with it, else by the token
    that it says first; None when it was closed because nobody is known."""
    try:
        await socket.accept()
        known = doorkeeper.by_session(socket)
        if known is not None:
            return known
        async with asyncio.timeout(HELLO_S):
            said = (await socket.receive()).get("text")
        return doorkeeper.by_token(said if isinstance(said, str) else "")
    except (RefusedError, OSError, WebSocketDisconnect):  # too late, too, and gone before they were let in
        await turn_away(socket, POLICY_VIOLATION)
        return None


async def turn_away(socket: WebSocket, code: int) -> None:
    """Close a socket, which may be gone already."""
    with contextlib.suppress(RuntimeError, WebSocketDisconnect):
        await socket.close(code)


async def push(socket: WebSocket, queue: asyncio.Queue[str], *, while_known: Callable[[], bool]) -> None:
    """Send every picture until the page goes away or the server stops; both are heard by receiving.

    Args:
        while_known: False as soon as whoever watches may no longer: it is turned away.
    """
    async with asyncio.TaskGroup() as group:
        sending = group.create_task(_send_all(socket, queue))
        looking = group.create_task(_look_after(socket, while_known))
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            while (await socket.receive())["type"] != "websocket.disconnect":
                pass  # nothing that a page says here is of interest
        sending.cancel()
        looking.cancel()


async def _look_after(socket: WebSocket, while_known: Callable[[], bool]) -> None:
    while while_known():
        await asyncio.sleep(LOOK_S)
    await turn_away(socket, POLICY_VIOLATION)


async def _send_all(socket: WebSocket, queue: asyncio.Queue[str]) -> None:
    try:
        while True:
            text = await queue.get()
            async with asyncio.timeout(SEND_S):
                await socket.send_text(text)
    except TimeoutError:
        await turn_away(socket, TRY_AGAIN_LATER)  # it takes nothing any more: let it come again
    except (WebSocketDisconnect, RuntimeError):
        pass
