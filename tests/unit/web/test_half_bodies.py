"""Half a body whose sender is gone: a crowd that is turned out at once costs the floor next to nothing."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from dialer.web.application import make_web
from dialer.web.tokens import Tokens

HALF = {"type": "http.request", "body": b'{"account": "', "more_body": True}
REST = {"type": "http.request", "body": b'x"}', "more_body": False}
GONE = {"type": "http.disconnect"}


class Stranger:
    """One request without a token, whose body comes in these parts."""

    def __init__(self, number: int, *parts: dict[str, Any]) -> None:
        self._parts = list(parts)
        self.sent: list[Any] = []
        self.went = asyncio.Event()
        headers = {"host": "floor", "content-type": "application/json", "content-length": "16"}
        self.scope: Any = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "path": "/api/session",
            "raw_path": b"/api/session",
            "query_string": b"",
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": (f"10.0.0.{number}", 4000),
            "server": ("127.0.0.1", 80),
            "scheme": "http",
            "state": {},
        }

    async def receive(self) -> Any:
        if len(self._parts) == 1 and self._parts[0] is GONE:
            await self.went.wait()
        return self._parts.pop(0)

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    @property
    def status(self) -> int | None:
        return next((each["status"] for each in self.sent if each["type"] == "http.response.start"), None)


@pytest.fixture
def application() -> Any:
    floor: Any = SimpleNamespace(snapshot=None, health=None)
    return make_web(floor=floor, tokens=Tokens([]), registry=CollectorRegistry()).application


async def test_a_crowd_that_leaves_its_bodies_half_sent_is_answered_nothing(application: Any) -> None:
    """No answer is made up for each of them while calls wait to be joined; nothing is raised either."""
    crowd = [Stranger(number, HALF, GONE) for number in range(64)]
    asked = [asyncio.ensure_future(application(each.scope, each.receive, each.send)) for each in crowd]
    for each in crowd:
        each.went.set()
    await asyncio.gather(*asked)
    assert [each.sent for each in crowd] == [[]] * 64


async def test_a_whole_body_in_two_parts_is_looked_at(application: Any) -> None:
    """It is no log-in that is known here: what matters is that it was answered."""
    stranger = Stranger(1, HALF, REST)
    await application(stranger.scope, stranger.receive, stranger.send)
    assert stranger.status is not None
    assert 400 <= stranger.status < 500
