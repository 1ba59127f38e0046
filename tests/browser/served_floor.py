"""A floor on the simulated network as `fairdial serve` runs it, with people who sign in at its pages."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from desk import CHROMIUM
from playwright.async_api import Browser, Page, async_playwright, expect

from dialer.access.roles import Role
from dialer.access.walls import EVERYTHING
from dialer.floor.accounts import Accounts
from dialer.floor.beside import store_beside
from dialer.floor.signed_in import By
from dialer.floor.stores import STORE_FILE
from dialer.web.pages.routes import built_files

UI = Path(__file__).parents[2] / "dialer/web/pages/ui"
AXE = UI / "node_modules/axe-core/axe.min.js"
SHOTS = os.environ.get("FAIRDIAL_SHOTS", "")
"""A folder for pictures of the pages, for somebody who wants to look at them."""

PASSWORD = "correct horse battery"
AGENTS = 8
WITHIN_S = 60.0
PATIENCE_MS = 10_000
FACTOR = 5.0
"""The floor's seconds in one of ours: somebody talks soon."""

COMMAND = str(Path(sys.executable).with_name("fairdial"))


def missing() -> str | None:
    """Why there can be no tests here; None = nothing is."""
    if shutil.which(CHROMIUM) is None:
        return "no Chromium: run scripts/install-system-packages.sh browser"
    return None if built_files().joinpath("index.html").is_file() else "not built: run make pages"


@dataclass(frozen=True, slots=True)
class ServedFloor:
    """A floor in a process of its own."""

    url: str
    store: Path
    process: asyncio.subprocess.Process

    async def add(self, name: str, role: Role, *, agent: str | None = None) -> None:
        """Somebody new, who has their password; `agent`: whose seat is theirs."""
        async with store_beside(str(self.store)) as beside:
            accounts = Accounts(beside)
            link = await accounts.add(
                name, roles=frozenset({role}), walls=EVERYTHING, agent=agent, by=By(who="test")
            )
            await accounts.use_link(link, PASSWORD, address="127.0.0.1")

    def halt(self) -> None:
        """It stands still, and says nothing to anybody."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """It goes on where it stood."""
        self.process.send_signal(signal.SIGCONT)


@asynccontextmanager
async def served_floor(
    folder: Path, *, factor: float = FACTOR, env: Mapping[str, str] | None = None
) -> AsyncGenerator[ServedFloor]:
    """The floor while the block runs; `env`: its environment, None = ours."""
    words = (
        "--agents",
        str(AGENTS),
        "--persons",
        "600",
        "--factor",
        str(factor),
        "--port",
        "0",
        "--drain",
        "0",
    )
    process = await asyncio.create_subprocess_exec(
        COMMAND,
        *("serve", *words, "--out", str(folder)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=env,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(WITHIN_S):
            url = await _address_said(process.stdout)
        # What it says besides is nobody's business, and must not fill the pipe.
        listening = asyncio.create_task(process.stdout.read())
        yield ServedFloor(url, folder / STORE_FILE, process)
        listening.cancel()
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        await process.wait()


async def _address_said(stream: asyncio.StreamReader) -> str:
    heard = ""
    while line := (await stream.readline()).decode():
        heard += line
        found = re.search(r"listens at (http://[\d.:]+)", line)
        if found is not None:
            return found.group(1)
    raise AssertionError(f"the floor ended before it listened: {heard}")


@asynccontextmanager
async def debian_chromium() -> AsyncGenerator[Browser]:
    """Debian's, without traffic of its own."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(
            executable_path=shutil.which(CHROMIUM),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield running
        await running.close()


@dataclass
class Visit:
    """Somebody at the pages, and what their browser asked for and complained of."""

    page: Page
    url: str
    asked: list[str] = field(default_factory=list[str])
    complaints: list[str] = field(default_factory=list[str])

    async def sign_in(self, account: str, password: str = PASSWORD) -> None:
        await self.page.get_by_role("textbox", name="Account").fill(account)
        await self.page.get_by_role("textbox", name="Password").fill(password)
        await self.page.get_by_role("button", name="Sign in").click()

    async def faults(self) -> list[str]:
        """What axe finds wrong with the page as it is shown now."""
        await self.page.evaluate(AXE.read_text("utf-8"))
        found = cast("dict[str, Any]", await self.page.evaluate("() => axe.run(document)"))
        return [
            f"{each['id']}: {[(node['target'], node['failureSummary']) for node in each['nodes']]}"
            for each in found["violations"]
        ]

    async def picture(self, name: str) -> None:
        if SHOTS:
            await self.page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


@asynccontextmanager
async def visit(
    browser: Browser,
    floor: ServedFloor,
    *,
    scheme: Any = "light",
    width: int = 1366,
    height: int = 900,
    zone: str = "America/Chicago",
) -> AsyncGenerator[Visit]:
    """A browser of somebody's own, at the sign-in."""
    context = await browser.new_context(
        color_scheme=scheme,
        viewport={"width": width, "height": height},
        reduced_motion="reduce",
        timezone_id=zone,
    )
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    one = Visit(page, floor.url)
    page.on("request", lambda request: one.asked.append(request.url))
    page.on("console", lambda said: one.complaints.append(said.text))
    page.on("pageerror", lambda error: one.complaints.append(str(error)))
    await page.goto(floor.url)
    await expect(page.get_by_role("heading", name="Sign in to Fairdial")).to_be_visible()
    try:
        yield one
    finally:
        await context.close()
