"""Engine, Asterisk and wire are killed in turn under load: nobody is dialed twice, nobody is forgotten.

Ten rounds; `FAIRDIAL_KILL_ROUNDS=100` for a hundred.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import cast

import pytest
from lab.laboratory import Laboratory
from proxy import Wire
from public import PublicWatch
from whole import AGENTS, SHOWS, make_store

from dialer.clock import posix_now
from telephony.asterisk.call_record import read

ROUNDS = int(os.environ.get("FAIRDIAL_KILL_ROUNDS", "10"))
HERE = Path(__file__).parent
# Agents who are of use again: everything but logged out and leg lost.
PRESENT = {"available", "reserved", "talking", "wrapping", "not_ready"}


class FloorProcess:
    """A floor in a process of its own."""

    def __init__(self, folder: Path, port: int, call_record: str) -> None:
        self.database = folder / "floor.db"
        self._status = folder / "status.json"
        self._folder = folder
        self._port = port
        self._call_record = call_record
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self._status.unlink(missing_ok=True)
        arguments = [str(HERE / "whole.py"), str(self.database), "127.0.0.1", str(self._port)]
        with (self._folder / "output").open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *arguments,
                str(self._status),
                self._call_record,
                stdout=output,
                stderr=output,
            )

    async def end(self, how: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(how)
        async with asyncio.timeout(60):
            await self._process.wait()

    def status(self) -> dict[str, object]:
        if not self._status.exists():
            return {"agents": {}, "up": False, "talking": 0}
        return json.loads(self._status.read_text())

    async def wait_at_work(self) -> None:
        """Connected, and every agent is there."""

        def is_so() -> bool:
            status = self.status()
            agents = cast("dict[str, str]", status["agents"])
            present = [state for state in agents.values() if state in PRESENT]
            return bool(status["up"]) and len(present) == AGENTS

        await wait(is_so, within=40)

    def talking(self) -> int:
        """Talks that an agent is in."""
        return cast("int", self.status()["talking"])

    def output(self) -> str:
        return (self._folder / "output").read_text(errors="replace")[-3000:]


async def wait(is_so: Callable[[], bool], *, within: float) -> None:
    async with asyncio.timeout(within):
        while not is_so():
            await asyncio.sleep(0.05)


@pytest.mark.timeout(120 + 30 * ROUNDS)
async def test_kills_under_load_dial_nobody_twice_and_forget_nobody(
    laboratory: Laboratory, wire: Wire, tmp_path: Path
) -> None:
    began = posix_now()
    (tmp_path / "began").write_text(str(began))
    record = laboratory.settings.call_record
    assert record is not None
    floor = FloorProcess(tmp_path, wire.port, record)
    make_store(str(floor.database), now=SHOWS)
    await floor.start()
    kills: list[Callable[[], Awaitable[None]]] = [
        lambda: kill_engine(floor),
        lambda: kill_asterisk(laboratory),
        lambda: cut(wire),
    ]
    async with PublicWatch(laboratory) as public:
        try:
            for round_ in range(ROUNDS):
                await floor.wait_at_work()
                await asyncio.sleep(1.0 + (round_ * 0.37) % 2.0)
                await kills[round_ % len(kills)]()
            await floor.wait_at_work()
            # Of the talks before, a slow machine may have ended none: a kill came first.
            await wait(lambda: floor.talking() > 0, within=90)
        except TimeoutError:
            pytest.fail(f"{floor.status()}\n{floor.output()}")
        finally:
            await floor.end(signal.SIGTERM)
    assert public.rung
    twice = {number: times for number, times in public.rung.items() if times > 1}
    assert not twice
    assert "fd.call" not in laboratory.pbx.command("core show channels concise")
    with sqlite3.connect(floor.database) as store:
        total, ended = store.execute("select count(*), count(outcome) from attempts").fetchone()
        outcomes = dict(store.execute("select outcome, count(*) from attempts group by 1").fetchall())
        stored = dict(store.execute("select attempt, outcome from attempts").fetchall())
    print(f"\n{ROUNDS} rounds, {sum(public.rung.values())} telephones rung, outcomes {outcomes}")
    compare_with_record(stored, Path(record), since=began)
    assert total == ended
    assert total >= len(public.rung)
    assert outcomes.get("connected", 0) > 0


def compare_with_record(stored: dict[str, str], record: Path, *, since: float) -> None:
    """Nothing is unknown that Asterisk wrote down, and everybody whom it abandoned is counted."""
    told = read(record, since=since).calls
    known = {name for name, call in told.items() if call.ended_at is not None}
    unknown = {name for name, outcome in stored.items() if outcome == "unknown"}
    left = {name for name, call in told.items() if call.unserved_at is not None and call.joined_at is None}
    counted = {name for name, outcome in stored.items() if outcome == "abandoned"}
    print(f"unknown {len(unknown)}, abandoned by the record {len(left)}, stored {len(counted)}")
    assert not unknown & known
    assert left & set(stored) <= counted | unknown


async def kill_engine(floor: FloorProcess) -> None:
    await floor.end(signal.SIGKILL)
    await floor.start()


async def kill_asterisk(laboratory: Laboratory) -> None:
    laboratory.pbx.kill()
    laboratory.pbx.start(outlive=False)


async def cut(wire: Wire) -> None:
    wire.cut()
