"""A demonstration in a browser, as a new visitor tries it: a seat, a talk, a promise; then a supervisor."""

from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect
from served_floor import AXE, COMMAND, SHOTS, debian_chromium, missing

pytestmark = pytest.mark.asyncio(loop_scope="session")

WITHIN_S = 90.0
SOON_MS = 60_000
PACE = "6"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """Where the command said that its floor is open."""
    why = missing()
    if why is not None:
        pytest.skip(why)
    folder = tmp_path_factory.mktemp("shown")
    process = await asyncio.create_subprocess_exec(
        COMMAND,
        *("floor", "--port", "0", "--people", "1500", "--speed", PACE, "--out", str(folder / "floor")),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    heard = ""
    async with asyncio.timeout(WITHIN_S):
        while (found := re.search(r"open at (http://[\d.:]+)", heard)) is None:
            line = await process.stdout.readline()
            assert line, f"the floor ended before it was open: {heard}"
            heard += line.decode()
    listening = asyncio.create_task(process.stdout.read())
    yield found.group(1)
    process.send_signal(signal.SIGINT)
    assert await process.wait() == 0
    listening.cancel()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def chromium(url: str) -> AsyncIterator[Browser]:
    """Debian's, without traffic of its own."""
    del url
    async with debian_chromium() as running:
        yield running


async def opened(chromium: Browser, url: str, *, scheme: Any = "light", width: int = 1366) -> Page:
    context = await chromium.new_context(
        color_scheme=scheme,
        viewport={"width": width, "height": 900},
        reduced_motion="reduce",
        timezone_id="America/New_York",
    )
    page = await context.new_page()
    await page.goto(url)
    return page


async def faults(page: Page) -> list[str]:
    """What axe finds wrong with the page as it is shown now."""
    await page.evaluate(AXE.read_text("utf-8"))
    found = cast("dict[str, Any]", await page.evaluate("() => axe.run(document)"))
    return [f"{each['id']}: {[node['target'] for node in each['nodes']]}" for each in found["violations"]]


async def picture(page: Page, name: str) -> None:
    if SHOTS:
        await page.screenshot(path=str(Path(SHOTS) / f"shown-{name}.png"), full_page=True)


async def be(page: Page, title: str) -> None:
    await expect(page.get_by_role("heading", name="A floor to look at")).to_be_visible()
    await page.get_by_role("button", name=title, exact=True).click()


async def test_a_visitor_takes_a_seat_and_records_a_promise(chromium: Browser, url: str) -> None:
    page = await opened(chromium, url)
    assert await faults(page) == []
    await picture(page, "roles")
    await be(page, "Collector")
    await page.get_by_role("button", name="Log in").click()
    await page.get_by_role("button", name="Ready").click()
    await _a_person(page)
    await picture(page, "joined")
    assert await faults(page) == []
    await page.get_by_role("button", name="Say who you are").click()
    await page.get_by_role("button", name="Ask for what identifies them").click()
    log = page.get_by_role("log")
    await expect(log.locator(".theirs")).to_have_count(3)
    await _identify(page, await log.locator(".theirs").last.inner_text())
    await page.get_by_role("button", name="Say what it is about").click()
    await page.get_by_role("button", name="Ask for a payment").click()
    await expect(log).to_contain_text("I can pay")
    await picture(page, "identified")
    assert await faults(page) == []
    said = re.search(
        r"I can pay (\d+) dollars on \w+, (\w+) (\d+), (\d+)", await log.locator(".theirs").last.inner_text()
    )
    assert said is not None
    due = datetime.strptime(f"{said[2]} {said[3]} {said[4]}", "%B %d %Y")  # noqa: DTZ007  # a day
    await page.get_by_role("button", name="Hang up").click()
    await expect(page.get_by_role("heading", name="After-call work")).to_be_visible(timeout=SOON_MS)
    await page.keyboard.press("F2")
    await page.keyboard.press("p")
    await page.get_by_label("Amount in US dollars").fill(said[1])
    await page.locator("#promised-for").fill(f"{due:%Y-%m-%d}")
    await picture(page, "promise")
    await page.get_by_role("button", name="Save and pause").click()
    await expect(page.get_by_role("heading", name="On a break")).to_be_visible(timeout=SOON_MS)
    await page.context.close()


async def _a_person(page: Page) -> None:
    """Machines are hung up on, until a person says hello."""
    for _ in range(20):
        await expect(page.get_by_role("heading", name="On a call")).to_be_visible(timeout=SOON_MS)
        lines = page.get_by_role("log").locator("p")
        await expect(lines.first).to_be_visible()
        await expect(page.locator("#text-talk-state")).to_have_text("Somebody is on your line.")
        if "A machine" not in await lines.first.inner_text():
            return
        await page.get_by_role("button", name="Hang up").click()
        await expect(page.get_by_role("heading", name="After-call work")).to_be_visible(timeout=SOON_MS)
        await page.get_by_role("radio", name="Machine, nothing said").check()
        await page.get_by_role("button", name="Save, ready for the next").click()
    raise AssertionError("nothing but machines")


async def _identify(page: Page, said: str) -> None:
    """By what they said of themselves."""
    form = page.get_by_role("form", name="Identify the person")
    for label, pattern in (
        ("Date of birth", r"born on (\S+)\."),
        ("Postal code", r"ZIP code is (\w+)"),
        ("Last four", r"last four are (\d+)"),
    ):
        found = re.search(pattern, said)
        if found is not None:
            await form.get_by_label(label).fill(found[1])
    await form.get_by_role("button", name="Check the answers").click()
    await expect(form).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_supervisor_sees_the_floor_and_changes_its_pace(
    chromium: Browser, url: str, scheme: Any
) -> None:
    page = await opened(chromium, url, scheme=scheme)
    await be(page, "Supervisor")
    await expect(page.get_by_role("heading", name="Floor", exact=True)).to_be_visible()
    note = page.get_by_role("note")
    await expect(note).to_contain_text("nobody real is called")
    await note.get_by_text("Your first five minutes").click()
    await expect(page.locator("table[aria-labelledby=agents] tbody tr").first).to_be_visible(timeout=SOON_MS)
    slider = note.get_by_role("slider")
    await slider.focus()
    await page.keyboard.press("Home")
    await expect(note).to_contain_text("0.25 times as fast as real time")
    await page.keyboard.press("End")
    await expect(note).to_contain_text("10 times as fast as real time")
    await picture(page, f"supervisor-{scheme}")
    assert await faults(page) == []
    await page.reload()
    await expect(page.get_by_role("note")).to_contain_text("10 times as fast as real time")
    await page.context.close()
