"""Two engines on one PostgreSQL and one Asterisk: the one in charge is stopped in mid-talk, and wakes."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from lab.laboratory import Laboratory
from people import stock
from serving import HERE, Api, environment

from benchmarks.kill_rounds import free_port
from benchmarks.postgres_restarts import Server, server_programs
from dialer.clock import posix_now
from dialer.storage.store import Store

pytestmark = pytest.mark.postgres


@dataclass
class Engine:
    """One of the two."""

    process: subprocess.Popen[bytes]
    port: int
    said: Path

    async def standing(self) -> str:
        """What it says of itself; '' = nothing."""
        with suppress(httpx2.HTTPError, OSError):
            async with httpx2.AsyncClient(timeout=5.0) as client:
                found = await client.get(f"http://127.0.0.1:{self.port}/health")
            return str(found.json()["standing"])
        return ""

    async def until(self, standing: str, *, within: float = 120.0) -> None:
        async with asyncio.timeout(within):
            while await self.standing() != standing:
                assert self.process.poll() is None, self.said.read_text()
                await asyncio.sleep(0.1)


@pytest.fixture
def database() -> Iterator[str]:
    programs = server_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server program is installed")
    server = Server(programs)
    with Store.open(server.address) as store:
        stock(store, campaign="collections", persons=60, now=posix_now(), ends_with="0000")
    yield server.address
    server.stop()


@pytest.fixture
def engine(laboratory: Laboratory, database: str) -> Iterator[Callable[[], Engine]]:
    """Starts one; both are of the same settings and the same folder."""
    given, made = environment(laboratory), list[Engine]()

    def start() -> Engine:
        port, said = free_port(), laboratory.home / f"engine-{len(made)}.log"
        order = [
            sys.executable,
            "-m",
            "dialer",
            "serve",
            "--network",
            "asterisk",
            "--standby",
            "--drain",
            "1",
        ]
        more = ["--database", database, "--port", str(port)]
        with said.open("wb") as log:
            process = subprocess.Popen([*order, *more], cwd=HERE, env=given, stdout=log, stderr=log)
        made.append(Engine(process, port, said))
        return made[-1]

    yield start
    for one in made:
        if one.process.poll() is None:
            one.process.send_signal(signal.SIGCONT)
            one.process.terminate()
        one.process.wait(30)


async def talk_of(api: Api, agent: str) -> str:
    """The call that the agent is on, as soon as they are on one."""
    return str((await api.until(agent, "talking", within=60))["attempt"])


async def test_a_talk_goes_on_when_the_engine_in_charge_is_stopped_and_it_ends_when_it_wakes(
    laboratory: Laboratory, engine: Callable[[], Engine]
) -> None:
    folder = laboratory.home / "out/floor"
    first = engine()
    await first.until("in charge")
    second = engine()
    api = Api(folder)
    assert await api.post("/agents/anna/login", campaign="collections", endpoint="seat1") == 200
    assert await api.post("/agents/anna/ready") == 200
    attempt = await talk_of(api, "anna")
    await second.until("standby")
    first.process.send_signal(signal.SIGSTOP)
    await second.until("in charge", within=30.0)
    api = Api(folder)
    assert await talk_of(api, "anna") == attempt
    first.process.send_signal(signal.SIGCONT)
    assert await asyncio.to_thread(first.process.wait, 30) == 1
    assert "another engine" in first.said.read_text()
    assert await talk_of(api, "anna") == attempt, "nothing was taken from who talks"
    assert await api.post("/agents/anna/hangup", attempt=attempt) == 200
    body = {"agent": "anna", "kind": "no_commitment", "ready_after": True}
    assert await api.post(f"/attempts/{attempt}/disposition", **body) == 200
    following = await talk_of(api, "anna")
    assert (attempt[:3], following[:3]) == ("a1-", "a2-")
    channels = laboratory.pbx.command("core show channels concise")
    assert "fd.call.a1-" not in channels, "whoever was overtaken rings nobody"
    assert await api.post("/agents/anna/hangup", attempt=following) == 200
