"""A floor that is told to stop while it starts."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Coroutine
from typing import Any, cast

import pytest

from dialer.cli import serve
from dialer.cli.ending import Deadline
from dialer.floor.live import work_until_signal


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
        async with asyncio.timeout(30.0):
            await serve._until_stopped(serving, Deadline(lambda: None))  # pyright: ignore[reportPrivateUsage]  # without a process
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


STUCK = """
import asyncio, signal, time
from dialer.cli import ending, serve

async def stuck():
    print("begun", flush=True)
    await asyncio.to_thread(time.sleep, 3600.0)

ending.STARTING_S = serve.STARTING_S = 0.2
serve.run_serving(stuck(), ending.Deadline())
"""


@pytest.mark.slow
@pytest.mark.timeout(60)
def test_a_start_whose_thread_never_comes_back_is_gone_all_the_same() -> None:
    """Python waits for its threads however they were begun, and ends none by force."""
    command = [sys.executable, "-c", STUCK]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=30.0)
    assert process.returncode == 1
    assert "the floor did not end within 0.2 s and leaves at once" in " ".join(said.split())
    assert "time.sleep" in said or "in stuck" in said or "Thread 0x" in said, "where it hangs is told"


def test_a_deadline_that_is_kept_ends_nobody_and_one_that_is_not_does_so_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    left = threading.Event()
    kept = Deadline(left.set)
    kept.begins(3600.0)
    kept.begins(0.0)
    kept.is_kept()
    assert not left.wait(0.05), "told again it has no less and no more time"
    Deadline(left.set).is_kept()
    missed = Deadline(left.set)
    missed.begins(0.0)
    assert left.wait(10.0)
    assert "did not end within 0 s" in capsys.readouterr().err


class _Broken:
    """A floor that cannot even be told to stop."""

    def __init__(self) -> None:
        self.over = asyncio.Event()

    def stop(self) -> None:
        self.over.set()
        raise RuntimeError("broken")

    async def wait_stopped(self) -> None:
        await self.over.wait()


def test_whoever_is_told_to_end_has_a_last_moment_whatever_becomes_of_its_stop() -> None:
    told: list[str] = []

    async def work() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, _context: None)
        loop.call_later(0.01, os.kill, os.getpid(), signal.SIGTERM)
        try:
            async with asyncio.timeout(30.0):
                await work_until_signal(cast("Any", _Broken()), told=lambda: told.append("told"))
        finally:
            for each in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(each)

    asyncio.run(work())
    assert told == ["told"]
