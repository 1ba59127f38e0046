"""One webhook: every change queued once, sent in the order of its account, until it is taken or given up.

Theory of operation. A look reads what the journal has since the mark and queues it. A round then sends the
first waiting message of each account, several at once. What comes back decides, by a table:

    2xx                       taken: it is forgotten, the next of its account may go
    410                       nobody is there any more: nothing is sent for six hours
    408, 425, 429, 5xx, none  the other side is away: nothing is sent for a while
    any other                 this message is not liked: it waits, the other accounts go on

Where others on the way at the same time were taken, nobody is away, and it is the message that waits.
Waits grow from five seconds to six hours. A message that was not taken in `give_up_s` is put aside, where
somebody can look at it and have it sent again; those behind it go on.
"""

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from http import HTTPStatus

import httpx2

from dialer.floor.delivering.queue import Message, Queue
from dialer.floor.delivering.settings import Webhook
from dialer.floor.delivering.signing import headers

AT_ONCE = 8
"""Messages on the way to one address."""
MOST_OF_ROUND = 400
ANSWER_S = 20.0
FIRST_S, MOST_S = 5.0, 6 * 3_600.0
GROWTH = 4.0

AGENT = "fairdial-webhooks/1"


class Came(Enum):
    """What came of sending a message."""

    TAKEN = "taken"
    NOT_LIKED = "not liked"
    AWAY = "away"
    GONE = "gone"


Body = Callable[[Message], bytes | None]
"""What a message says now; None = of whom nobody is told any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What came of a round."""

    sent: int = 0
    forgotten: int = 0
    failed: int = 0
    put_aside: int = 0


@dataclass(slots=True, kw_only=True)
class Hook:
    """Sends what waits for one webhook.

    Args:
        key: of its signatures.
        client: carries the messages; it follows no redirection.
    """

    settings: Webhook
    queue: Queue
    key: bytes
    client: httpx2.AsyncClient
    again_at: float = 0.0
    """POSIX seconds before which nothing is sent: the other side is away."""
    why: str = ""
    _misses: int = field(default=0, init=False)

    async def round(self, now: Callable[[], float], body: Body) -> Round:
        """Send what may be sent now, each account's first. `now`: POSIX seconds."""
        if now() < self.again_at:
            return Round()
        told = Round()
        waiting = self.queue.due(now(), MOST_OF_ROUND)
        for at in range(0, len(waiting), AT_ONCE):
            some = waiting[at : at + AT_ONCE]
            came = await asyncio.gather(*(self._send(one, body(one), int(now())) for one in some))
            told = self._settle(told, some, came, now())
            if now() < self.again_at:
                break
        return told

    async def _send(self, one: Message, body: bytes | None, at: int) -> tuple[Came, str] | None:
        if body is None:
            return None
        try:
            async with asyncio.timeout(ANSWER_S):
                signed = headers(self.key, one.name, at, body)
                # What else it says is not read: it may be without end.
                async with self.client.stream(
                    "POST", self.settings.url, content=body, headers=signed
                ) as answer:
                    status = answer.status_code
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, OSError) as error:
            return Came.AWAY, f"{type(error).__name__}: {error}"[:300]
        return came_of(status), f"answered {status}"

    def _settle(
        self, told: Round, some: Sequence[Message], came: Sequence[tuple[Came, str] | None], now: float
    ) -> Round:
        taken = [one for one, what in zip(some, came, strict=True) if what is None or what[0] is Came.TAKEN]
        forgotten = sum(what is None for what in came)
        is_up = len(taken) > forgotten
        if taken:
            self.queue.sent([one.id for one in taken])
        if is_up:
            self._misses, self.again_at, self.why = 0, 0.0, ""
        failed = put_aside = 0
        for one, what in zip(some, came, strict=True):
            if what is None or what[0] is Came.TAKEN:
                continue
            if now - one.since >= self.settings.give_up_s:
                self.queue.put_aside(one, at=now, why=what[1])
                put_aside += 1
            else:
                # Who is away is waited for as a whole: what waited is ready when they are back.
                own_wait = waited_s(one.tries) if is_up or what[0] is Came.NOT_LIKED else 0.0
                again_at = min(now + own_wait, one.since + self.settings.give_up_s)
                self.queue.failed(one, again_at=again_at, why=what[1])
                failed += 1
        if not is_up:
            self._wait_for_the_other_side([what for what in came if what is not None], now)
        return Round(
            sent=told.sent + len(taken) - forgotten,
            forgotten=told.forgotten + forgotten,
            failed=told.failed + failed,
            put_aside=told.put_aside + put_aside,
        )

    def _wait_for_the_other_side(self, came: Sequence[tuple[Came, str]], now: float) -> None:
        away = [what for what in came if what[0] in (Came.AWAY, Came.GONE)]
        if not away:
            return
        is_gone = any(what[0] is Came.GONE for what in away)
        self.again_at = now + (MOST_S if is_gone else waited_s(self._misses))
        self.why = away[0][1]
        self._misses += 1


def came_of(status: int) -> Came:
    """What an answer's status says; see the module."""
    if 200 <= status < 300:
        return Came.TAKEN
    if status == HTTPStatus.GONE:
        return Came.GONE
    passing = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)
    return Came.AWAY if status in passing or status >= 500 else Came.NOT_LIKED


def waited_s(misses: int) -> float:
    """Seconds until it is tried again after so many tries before: 5, 20, 80, ... 21,600."""
    steps = min(misses, math.ceil(math.log(MOST_S / FIRST_S, GROWTH)))
    return min(MOST_S, FIRST_S * GROWTH**steps)
