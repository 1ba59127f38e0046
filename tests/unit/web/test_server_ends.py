"""However a floor ends, no request outlives its server."""

import asyncio
import logging
from typing import Any

import pytest
import uvloop

from dialer.web import server as web_server
from dialer.web.bounds.connections import Strangers
from dialer.web.bounds.limits import LIMITS
from dialer.web.server import serving


def test_an_error_that_ends_a_floor_ends_its_requests_too(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that waits is cut off while its server is there, not when the loop is closed."""
    monkeypatch.setattr(web_server, "GRACEFUL_S", 0)
    seen: list[str] = []

    async def waits(scope: Any, receive: Any, send: Any) -> None:
        del receive, send
        seen.append(scope["path"])
        try:
            await asyncio.Event().wait()
        finally:
            seen.append("cut off")

    async def floor() -> None:
        strangers = Strangers(LIMITS)
        async with serving(waits, host="127.0.0.1", port=0, strangers=strangers) as port:  # type: ignore[arg-type]
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /one HTTP/1.1\r\nHost: localhost\r\n\r\n")
            while not seen:
                await asyncio.sleep(0.001)
            raise OSError("the store is gone")

    async def ends() -> None:
        with pytest.raises(ExceptionGroup) as ended:
            await floor()
        assert str(ended.value.exceptions[0]) == "the store is gone"
        assert seen == ["/one", "cut off"]
        assert asyncio.all_tasks() == {asyncio.current_task()}

    with caplog.at_level(logging.ERROR, "asyncio"), caplog.at_level(logging.ERROR, "uvicorn.error"):
        uvloop.run(ends())
    assert "pending" not in caplog.text
    assert "Traceback" not in caplog.text, "what is cut off is no defect"
