"""What goes back to clients by itself, seen and asked for on the page of reports, brought by the command."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import async_playwright, expect
from served_floor import CHROMIUM, COMMAND, ServedFloor, missing, served_floor, visit

from dialer.access.roles import Role
from dialer.floor.delivering.signing import new_secret

SETTINGS = """
[[deliveries]]
name = "made-up-results"
client = "made-up"
what = "results"
folder = "out"
when = { at = [06:30:00], time_zone = "America/New_York" }

[[deliveries]]
name = "made-up-away"
client = "made-up"
what = "pack"
folder = "nowhere"
when = { at = [06:30:00], time_zone = "America/New_York" }

[[webhooks]]
name = "their-system"
url = "http://127.0.0.1:9/hook"
secret_file = "secret"
clients = ["made-up"]
"""


@dataclass
class Installation:
    """A floor, and what is beside it."""

    floor: ServedFloor
    folder: Path
    env: dict[str, str]

    async def deliver(self) -> None:
        """Whoever delivers looks once."""
        command = (COMMAND, "deliver", "run", "--once", "--store", str(self.floor.store))
        done = await asyncio.create_subprocess_exec(*command, env=self.env)
        assert await done.wait() == 0


@pytest_asyncio.fixture(loop_scope="session")
async def installation(tmp_path: Path) -> AsyncIterator[Installation]:
    why = missing()
    if why is not None:
        pytest.skip(why)
    (tmp_path / "deliveries.toml").write_text(SETTINGS)
    (tmp_path / "secret").write_text(new_secret())
    (tmp_path / "out").mkdir()
    env = {
        **os.environ,
        "FAIRDIAL_DELIVERIES": str(tmp_path / "deliveries.toml"),
        "FAIRDIAL_OUT": str(tmp_path / "fairdial-out"),
    }
    async with served_floor(tmp_path / "served", env=env) as running:
        await running.add("sue", Role.SUPERVISOR)
        yield Installation(running, tmp_path, env)


async def test_a_supervisor_sees_what_goes_out_asks_for_it_and_why_it_waits(
    installation: Installation,
) -> None:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=shutil.which(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        async with visit(chromium, installation.floor) as one:
            page = one.page
            await one.sign_in("sue")
            await expect(page.get_by_role("heading", name="Floor")).to_be_visible()
            await page.goto(f"{installation.floor.url}/#/reports")
            row = page.get_by_role("row").filter(has_text="made-up-results")
            await expect(row).to_contain_text("nothing yet", timeout=20_000)
            await page.get_by_role("button", name="Deliver now: made-up-results").click()
            await expect(row.get_by_role("button")).to_be_disabled(timeout=20_000)
            await page.get_by_role("button", name="Deliver now: made-up-away").click()
            await installation.deliver()  # they begin
            await installation.deliver()
            await expect(row).to_contain_text("made-up-results-20", timeout=20_000)
            away = page.get_by_role("row").filter(has_text="made-up-away")
            await expect(away).to_contain_text("no such folder", timeout=20_000)
            assert [file.name[:15] for file in (installation.folder / "out").iterdir()] == ["made-up-results"]
            hooks = page.get_by_role("table", name="Webhooks")
            await expect(hooks).to_contain_text("ConnectError", timeout=20_000)
            assert await one.faults() == []
            await one.picture("deliveries")
        await chromium.close()
