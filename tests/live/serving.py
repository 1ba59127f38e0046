"""`fairdial serve` in a process of its own, on a laboratory, and its HTTP side."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx2
from lab.laboratory import Laboratory

HERE = Path(__file__).parents[2]


CAMPAIGNS = """
[[campaigns]]
campaign = "short"
client = "sample"
caller_id = "+15550100199"

[[campaigns]]
campaign = "told"
client = "sample"
caller_id = "+15550100199"

[campaigns.voice]
unserved = "hangup"

[campaigns.voice.recording]
after_objection = "delete"

[[campaigns.voice.recording.spoken]]
version = "7"
words = "This call is recorded."
approved_by = "C. Officer"
approved_on = "2026-11-01"
client = "sample"
"""


def environment(laboratory: Laboratory) -> dict[str, str]:
    """What the process is given: the laboratory's settings file, and nothing of this machine's own."""
    kept = {name for name in os.environ if not name.startswith("FAIRDIAL_")} | {"FAIRDIAL_KEYS"}
    inherited = {name: value for name, value in os.environ.items() if name in kept}
    file = laboratory.write_floor(port=0)
    with file.open("a") as settings:
        settings.write(CAMPAIGNS)
    return {**inherited, "FAIRDIAL_CONFIG": str(file)}


@contextmanager
def serving(laboratory: Laboratory, *more: str) -> Generator[subprocess.Popen[bytes]]:
    """The command while the block runs; ended by SIGTERM."""
    order = [sys.executable, "-m", "dialer", "serve", "--network", "asterisk", "--drain", "3", *more]
    with (laboratory.home / "serve.log").open("wb") as log:
        process = subprocess.Popen(order, cwd=HERE, env=environment(laboratory), stdout=log, stderr=log)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(30)


class Api:
    """The floor's HTTP side, asked with the token of its folder."""

    def __init__(self, folder: Path) -> None:
        address = json.loads((folder / "address.json").read_bytes())["api"]
        token = (folder / "token").read_text().strip()
        headers = {"Authorization": f"Bearer {token}"}
        self.client = httpx2.AsyncClient(base_url=address, headers=headers, timeout=10)

    async def post(self, path: str, **body: object) -> int:
        """The status of the answer."""
        return (await self.client.post(f"/api{path}", json=body)).status_code

    async def agent(self, name: str) -> dict[str, Any]:
        """The agent as the floor sees them."""
        return dict((await self.client.get(f"/api/agents/{name}")).json())

    async def until(self, name: str, state: str, *, within: float = 40.0) -> dict[str, Any]:
        """Wait until the agent is in that state."""
        async with asyncio.timeout(within):
            while (row := await self.agent(name)).get("state") != state:
                await asyncio.sleep(0.1)
        return row


@asynccontextmanager
async def served(laboratory: Laboratory) -> AsyncGenerator[Api]:
    """The floor of the laboratory's settings file while the block runs, asked by its own token."""
    folder = laboratory.home / "out/floor"
    (folder / "address.json").unlink(missing_ok=True)
    with serving(laboratory) as process:
        async with asyncio.timeout(60):
            while not (folder / "address.json").exists():
                assert process.poll() is None, (laboratory.home / "serve.log").read_text()
                await asyncio.sleep(0.1)
        made = Api(folder)
        try:
            yield made
        finally:
            await made.client.aclose()
