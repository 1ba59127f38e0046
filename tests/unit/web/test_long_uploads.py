"""A creditor's file comes for minutes over a slow line: nothing of the door cuts it off before its time."""

from collections.abc import Callable, Coroutine
from types import SimpleNamespace
from typing import Any

import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState

from dialer.web.bounds.connections import Strangers, bounded
from dialer.web.bounds.limits import Limits

CLIENT = ("10.0.0.1", 4000)
LIMITS = Limits()


class Task:
    """One that never comes to its end."""

    def add_done_callback(self, _: object) -> None:
        """Nobody is called."""


async def application(_scope: object, _receive: object, _send: object) -> None:
    """Answers nothing."""


class Clock:
    """A loop whose timers go off when they are told to."""

    def __init__(self) -> None:
        self.timers: list[tuple[float, Callable[[], None], SimpleNamespace]] = []

    def call_later(self, seconds: float, goes_off: Callable[[], None]) -> SimpleNamespace:
        handle = SimpleNamespace(is_set=True)
        handle.cancel = lambda: setattr(handle, "is_set", False)
        self.timers.append((seconds, goes_off, handle))
        return handle

    def create_task(self, coroutine: Coroutine[Any, Any, None], **_: Any) -> "Task":
        coroutine.close()
        return Task()

    def goes_off(self) -> float:
        """The one that is set; after how many seconds that is."""
        ((seconds, goes_off, handle),) = [each for each in self.timers if each[2].is_set]
        handle.is_set = False
        goes_off()
        return seconds


class Line:
    """One connection over which a head and some of a body have come."""

    def __init__(self, request: str) -> None:
        self.clock, self.is_cut = Clock(), False
        self.strangers = Strangers(LIMITS)
        config = Config(app=application, lifespan="off", access_log=False, log_config=None)
        config.load()
        self._protocol: Any = bounded(self.strangers)(
            config=config, server_state=ServerState(), app_state={}, _loop=self.clock
        )
        told: dict[str, object] = {"peername": CLIENT, "sockname": ("127.0.0.1", 80)}
        self._protocol.connection_made(
            SimpleNamespace(
                abort=lambda: setattr(self, "is_cut", True),
                get_extra_info=told.get,
                pause_reading=lambda: None,
                resume_reading=lambda: None,
                is_closing=lambda: False,
            )
        )
        self.comes(f"{request} HTTP/1.1\r\nhost: floor\r\ncontent-length: 1000000\r\n\r\nclient_id,")

    def comes(self, text: str) -> None:
        """More of it."""
        self._protocol.data_received(text.encode())


def test_a_file_of_somebody_who_is_known_has_fifteen_minutes() -> None:
    """Parts that come put nothing off: the last is there within 900 s of the head, or never."""
    line = Line("POST /api/intake/files?name=weekly.csv")
    line.strangers.known(CLIENT)
    line.comes("client_account,")
    assert (line.clock.goes_off(), line.is_cut) == (LIMITS.body_s, False)
    line.comes("person_ref,")
    assert (line.clock.goes_off(), line.is_cut) == (LIMITS.upload_s - LIMITS.body_s, True)


@pytest.mark.parametrize(
    ("request_line", "is_known"),
    [("POST /api/intake/files", False), ("PUT /api/intake/files", True), ("POST /api/session", True)],
)
def test_every_other_body_has_twenty_seconds(request_line: str, is_known: bool) -> None:
    line = Line(request_line)
    if is_known:
        line.strangers.known(CLIENT)
    assert (line.clock.goes_off(), line.is_cut) == (20.0, True)
