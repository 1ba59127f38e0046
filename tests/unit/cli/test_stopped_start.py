"""A floor that is told to stop while it starts."""

import asyncio
import os
import signal
from collections.abc import Coroutine

import pytest

from dialer.cli import serve


async def goes_on() -> None:
    """What a start waits for when it is stopped."""
    await asyncio.Event().wait()


async def goes_on_once() -> None:
    """As if the first word had been lost on the way."""
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        await asyncio.Event().wait()


async def stopped(serving: Coroutine[None, None, None], number: signal.Signals) -> None:
    loop = asyncio.get_running_loop()
    loop.call_later(0.01, os.kill, os.getpid(), number)
    try:
        async with asyncio.timeout(5.0):
            await serve._until_stopped(serving)  # pyright: ignore[reportPrivateUsage]  # without a process
    finally:
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(each)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_start_that_is_stopped_ends_with_a_sentence(
    number: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(stopped(goes_on(), number))
    assert "the floor was stopped while it started" in capsys.readouterr().err


def test_a_start_that_goes_on_all_the_same_is_stopped_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(serve, "STOP_AGAIN_S", 0.02)
    asyncio.run(stopped(goes_on_once(), signal.SIGTERM))
    assert "the floor was stopped while it started" in capsys.readouterr().err
